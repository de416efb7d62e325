package runtime_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// line is a session's way to its router, which a test can cut and open again.
type line struct {
	connect func(ctx context.Context) (transport.Conn, error)

	mu     sync.Mutex
	closed error // why nobody can connect, nil if anybody can
	conn   transport.Conn
	dials  int
}

var errUnplugged = errors.New("unplugged")

func (l *line) dial(ctx context.Context) (transport.Conn, error) {
	l.mu.Lock()
	closed := l.closed
	l.dials++
	l.mu.Unlock()
	if closed != nil {
		return nil, closed
	}
	conn, err := l.connect(ctx)
	if err == nil {
		l.mu.Lock()
		l.conn = conn
		l.mu.Unlock()
	}
	return conn, err
}

// unplug cuts the connection and lets no other be made.
func (l *line) unplug() {
	l.mu.Lock()
	l.closed = errUnplugged
	conn := l.conn
	l.mu.Unlock()
	_ = conn.Close()
}

func (l *line) plug() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = nil
}

// cut loses the connection; another can be made.
func (l *line) cut() {
	l.mu.Lock()
	conn := l.conn
	l.mu.Unlock()
	_ = conn.Close()
}

func (l *line) attempts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dials
}

// soon is a backoff for tests that wait for a connection.
var soon = runtime.Backoff{Min: time.Millisecond, Max: 20 * time.Millisecond}

// join joins over the line, with a policy that connects over it again.
func (l *line) join(t testing.TB, policy runtime.ReconnectPolicy, opts ...runtime.DialOption) *runtime.Session {
	t.Helper()
	policy.Connect = l.dial
	conn, err := l.dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	opts = append([]runtime.DialOption{runtime.WithLogger(slog.New(slog.DiscardHandler)), runtime.WithReconnect(policy)}, opts...)
	s, err := runtime.Join(context.Background(), conn, wamptest.Realm, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// lineTo leads to a router of the process.
func lineTo(r *wamptest.Router) *line {
	return &line{connect: func(context.Context) (transport.Conn, error) { return r.Connect(), nil }}
}

// lineToPeers leads to routers that the test plays, one after the other: each gets the next
// connection, lets the client join with an id, counted from 1, and goes on with the script.
func lineToPeers(t testing.TB, scripts ...func(p *peer)) *line {
	var last wamp.ID
	return &line{connect: func(context.Context) (transport.Conn, error) {
		if int(last) == len(scripts) {
			return nil, errUnplugged
		}
		script := scripts[last]
		last++
		client, server := transport.Pipe(wamp.CBOR)
		t.Cleanup(func() { _ = server.Close() })
		p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.CBOR, codec.Options{KeepExtra: true})}
		go func(id wamp.ID) {
			p.expect(wamp.TypeHello)
			p.send(&wamp.Welcome{Session: id, Details: wamp.Dict{"roles": allFeatures.Dict()}})
			script(p)
		}(last)
		return client, nil
	}}
}

// states collects the changes of a session's state.
type states chan runtime.StateChange

func (c states) option() runtime.DialOption {
	return runtime.WithStateHandler(func(change runtime.StateChange) { c <- change })
}

// await takes changes until one to the state comes.
func (c states) await(t testing.TB, want runtime.State) runtime.StateChange {
	t.Helper()
	for {
		if change := await(t, c); change.State == want {
			return change
		}
	}
}

// proxy is a TCP proxy whose connections can be cut.
type proxy struct {
	listener net.Listener
	target   string
	relays   sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	deaf  bool // refuses whoever connects
}

func newProxy(t testing.TB, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target, conns: make(map[net.Conn]struct{})}
	p.relays.Go(p.serve)
	t.Cleanup(func() {
		_ = l.Close()
		p.cut(true)
		p.relays.Wait()
	})
	return p
}

func (p *proxy) serve() {
	for {
		front, err := p.listener.Accept()
		if err != nil {
			return
		}
		back, err := net.Dial("tcp", p.target)
		if err != nil || !p.add(front, back) {
			_ = front.Close()
			if back != nil {
				_ = back.Close()
			}
			continue
		}
		relay := func(to, from net.Conn) {
			_, _ = io.Copy(to, from)
			_ = to.Close()
			_ = from.Close()
		}
		p.relays.Go(func() { relay(back, front) })
		p.relays.Go(func() { relay(front, back) })
	}
}

func (p *proxy) add(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaf {
		return false
	}
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return true
}

// cut ends all connections, abruptly.
func (p *proxy) cut(deaf bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = deaf
	for c := range p.conns {
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	}
	clear(p.conns)
}
