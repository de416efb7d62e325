package router

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Router routes calls and events among the sessions of its realms. Make one
// with [New]; all methods may be called from any goroutine.
type Router struct {
	bounds   atomic.Pointer[Limits] // see limits
	config   Config
	server   *transport.Server
	start    time.Time
	counters counters
	drops    drops
	// autoTraffic and autoDeparted are those of all realms that AutoRealm made.
	autoTraffic  *traffic
	autoDeparted atomic.Uint64
	autoSent     highest
	guesses      guesses
	admissions   admissions
	seed         maphash.Seed              // see lot
	greeters     atomic.Pointer[[]Greeter] // see greet

	outboxes sync.Pool
	decoders [len(serializers)]sync.Pool
	batches  atomic.Uint64 // see outbox.batch
	ids      routerIDs
	// procedures are those that the router serves itself. They never change.
	procedures map[wamp.URI]routerProcedure

	// background counts goroutines that the router started or that serve a
	// connection; Shutdown waits for them.
	background sync.WaitGroup
	closing    atomic.Bool // set once, by Shutdown, with mu held

	reloading sync.Mutex // held while a configuration is replaced

	mu        sync.Mutex // guards the fields below; may be held while a realm's mu is taken
	autoRealm *RealmConfig
	realms    map[wamp.URI]*realm
	peers     map[*peer]struct{}
}

// serializers has room for every wamp.Format, which are counted from 1.
var serializers [4]struct{}

// New makes a router. It panics if config is not valid; see [Config.Validate].
func New(config Config) *Router {
	if err := config.Validate(); err != nil {
		panic(fmt.Sprintf("router.New: %v", err))
	}
	config = config.withDefaults()
	r := &Router{
		config: config,
		start:  time.Now(),
		seed:   maphash.MakeSeed(),
		realms: make(map[wamp.URI]*realm),
		peers:  make(map[*peer]struct{}),

		procedures: routerProcedures(),
	}
	r.bounds.Store(&config.Limits)
	r.server = transport.NewServer(r.Attach, transport.ServerOptions{
		Config:   r.limits().transport(),
		MaxConns: r.limits().MaxConnections,
		Origins:  config.Origins,
		Log:      config.Logger,
		Greet:    r.greet,
	})
	r.autoRealm = config.AutoRealm
	if config.Observe {
		r.autoTraffic = new(traffic)
	}
	for _, rc := range config.Realms {
		r.realms[rc.Name] = newRealm(r, rc)
	}
	r.setGreeters(config)
	return r
}

// Attach serves a connection on the calling goroutine: it lets the peer open
// sessions, one after the other, and returns when the connection is closed. The
// router owns conn from here on.
func (r *Router) Attach(conn transport.Conn) {
	p := &peer{router: r, conn: conn}
	if !r.admit(p) {
		_ = conn.Shutdown(abortMessage(wamp.ErrSystemShutdown, "the router is shutting down"), r.limits().Linger)
		return
	}
	defer r.dismissPeer(p)
	p.serve()
}

// Connect opens an in-process connection to the router and returns the
// client's end of it. No socket and no copy in the kernel are involved.
func (r *Router) Connect(f wamp.Format) transport.Conn {
	client, server := transport.PipeWith(f, r.limits().transport())
	go r.Attach(server)
	return client
}

// Stats returns the router's counters as they are now.
func (r *Router) Stats() Stats {
	stats := r.counters.snapshot()
	stats.LimitsReached["connections"] = r.server.Refused()
	stats.EventsDroppedByTopic = r.drops.snapshot()
	return stats
}

// Shutdown ends the router: listeners close, every session gets GOODBYE with
// wamp.close.system_shutdown and Limits.GoodbyeTimeout to answer it, and a HELLO
// that still arrives is answered with an ABORT for the same reason. It returns
// when everything has ended. When ctx is done first, connections are closed as
// they are and ctx's error is returned.
func (r *Router) Shutdown(ctx context.Context) error {
	r.mu.Lock()
	r.closing.Store(true)
	r.mu.Unlock()

	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		var listeners sync.WaitGroup
		listeners.Go(func() { _ = r.server.Close() }) // also waits for its connections
		r.dismissAll()
		listeners.Wait()
		r.background.Wait()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		r.closeAll()
		<-stopped
		return ctx.Err()
	}
}

// dismissAll says GOODBYE to every session, and ABORT to every connection
// without one.
func (r *Router) dismissAll() {
	r.mu.Lock()
	realms := make([]*realm, 0, len(r.realms))
	for _, realm := range r.realms {
		realms = append(realms, realm)
	}
	r.mu.Unlock()
	for _, realm := range realms {
		realm.close(wamp.CloseSystemShutdown, "the router is shutting down")
	}

	for _, p := range r.allPeers() {
		if p.idle.Load() {
			r.background.Go(func() {
				_ = p.conn.Shutdown(abortMessage(wamp.ErrSystemShutdown, "the router is shutting down"), r.limits().Linger)
			})
		}
	}
}

func (r *Router) closeAll() {
	for _, p := range r.allPeers() {
		_ = p.conn.Close()
	}
}

func (r *Router) allPeers() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	peers := make([]*peer, 0, len(r.peers))
	for p := range r.peers {
		peers = append(peers, p)
	}
	return peers
}

// admit takes note of a connection, unless the router is shutting down.
func (r *Router) admit(p *peer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining() {
		return false
	}
	r.peers[p] = struct{}{}
	r.background.Add(1)
	return true
}

func (r *Router) dismissPeer(p *peer) {
	r.mu.Lock()
	delete(r.peers, p)
	r.mu.Unlock()
	r.background.Done()
}

// holdRealm finds a realm, or makes it if Config.AutoRealm allows that, for a
// session that is to join it. It is to be released when that has left, or has
// not joined. The error is a *wamp.Error.
func (r *Router) holdRealm(name wamp.URI) (*realm, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.realms[name]
	switch {
	case held != nil:
	case r.autoRealm == nil:
		return nil, wamp.NewError(wamp.ErrNoSuchRealm, "there is no realm %q", name)
	case r.draining():
		return nil, errDraining
	default:
		config := *r.autoRealm
		config.Name = name
		held = newRealm(r, config)
		held.passing = true
		held.traffic, held.departed = r.autoTraffic, &r.autoDeparted
		r.realms[name] = held
	}
	held.holders++
	return held, nil
}

// releaseRealm ends what holdRealm began. A realm that was made for sessions
// ends with the last of them, so that clients cannot fill the router with realms.
func (r *Router) releaseRealm(held *realm) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held.holders--
	if held.holders == 0 && held.passing && r.realms[held.name] == held {
		delete(r.realms, held.name)
	}
}

// limits are the router's limits as they are now.
func (r *Router) limits() *Limits { return r.bounds.Load() }

func (r *Router) draining() bool { return r.closing.Load() }

// sinceStart is a monotonic clock that is never 0.
func (r *Router) sinceStart() time.Duration { return time.Since(r.start) + 1 }

// decoder hands out a decoder of a format; see putDecoder.
func (r *Router) decoder(f wamp.Format) *codec.Decoder {
	l := r.limits()
	if d, _ := r.decoders[f].Get().(*codec.Decoder); d != nil {
		d.SetBounds(l.PayloadDepth, l.MaxOptions)
		return d
	}
	return codec.NewDecoder(f, codec.Options{Depth: l.PayloadDepth, MaxOptions: l.MaxOptions, KeepCustom: true})
}

func (r *Router) putDecoder(f wamp.Format, d *codec.Decoder) { r.decoders[f].Put(d) }
