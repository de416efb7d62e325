package router_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// benchPeer is the client's end of an in-process connection.
type benchPeer struct {
	b       *testing.B
	conn    transport.Conn
	decoder *codec.Decoder
}

func newBenchPeer(b *testing.B, r *router.Router, f wamp.Format) *benchPeer {
	b.Helper()
	p := &benchPeer{b: b, conn: r.Connect(f), decoder: codec.NewDecoder(f, codec.Options{})}
	roles := wamp.Roles{}.With(wamp.RoleCaller).With(wamp.RoleCallee).With(wamp.RolePublisher).With(wamp.RoleSubscriber)
	p.send(&wamp.Hello{Realm: "realm1", Details: wamp.Dict{"roles": roles.Dict()}})
	p.receive()
	return p
}

func (p *benchPeer) send(m wamp.Message) {
	if err := p.conn.Send(m); err != nil {
		p.b.Fatal(err)
	}
	p.conn.Flush()
}

func (p *benchPeer) receive() wamp.Message {
	frame, err := p.conn.Receive()
	if err != nil {
		p.b.Fatal(err)
	}
	m, err := p.decoder.Decode(frame)
	if err != nil {
		p.b.Fatal(err)
	}
	return m
}

func benchRouter(b *testing.B) *router.Router {
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	b.Cleanup(func() { r.Shutdown(b.Context()) })
	return r
}

// observedRouter counts, as for metrics.
func observedRouter(b *testing.B) *router.Router {
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler), Observe: true})
	b.Cleanup(func() { r.Shutdown(b.Context()) })
	return r
}

// ruledRouter has roles, or asks an authorizer if there is one.
func ruledRouter(b *testing.B, authorizer router.Authorizer) *router.Router {
	realm := router.RealmConfig{Name: "realm1", Authorizer: authorizer}
	if authorizer == nil {
		realm.Roles = map[string]router.Role{"anonymous": {below("com.", everything...), below("com.bench.", everything...), below("org.")}}
	}
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler), Realms: []router.RealmConfig{realm}})
	b.Cleanup(func() { r.Shutdown(b.Context()) })
	return r
}

// benevolent allows everything for ever.
type benevolent struct{}

func (benevolent) Authorize(context.Context, router.Request) (router.Decision, error) {
	return router.Decision{Allow: true, Cache: time.Hour}, nil
}

// BenchmarkCall is a call through the router over in-process pipes: CALL,
// INVOCATION, YIELD, RESULT. The peers allocate nothing per message, so that
// allocs/op are the router's.
func BenchmarkCall(b *testing.B) {
	for _, f := range wamp.Formats() {
		b.Run(f.String(), func(b *testing.B) { benchmarkCalls(b, f, f, 1, 16) })
	}
	b.Run("cbor, 64 in flight", func(b *testing.B) { benchmarkCalls(b, wamp.CBOR, wamp.CBOR, 64, 16) })
	b.Run("cbor, 64 in flight, 1 KiB", func(b *testing.B) { benchmarkCalls(b, wamp.CBOR, wamp.CBOR, 64, 1024) })
	b.Run("json to cbor", func(b *testing.B) { benchmarkCalls(b, wamp.JSON, wamp.CBOR, 1, 16) })
	b.Run("cbor, observed", func(b *testing.B) { benchmarkCallsAt(b, observedRouter(b), wamp.CBOR, wamp.CBOR, 1, 16) })
	b.Run("cbor, roles", func(b *testing.B) { benchmarkCallsAt(b, ruledRouter(b, nil), wamp.CBOR, wamp.CBOR, 1, 16) })
	b.Run("cbor, kept decisions", func(b *testing.B) { benchmarkCallsAt(b, ruledRouter(b, benevolent{}), wamp.CBOR, wamp.CBOR, 1, 16) })
	b.Run("cbor, 64 in flight, observed", func(b *testing.B) { benchmarkCallsAt(b, observedRouter(b), wamp.CBOR, wamp.CBOR, 64, 16) })
}

func benchmarkCalls(b *testing.B, callerFormat, calleeFormat wamp.Format, inFlight, size int) {
	benchmarkCallsAt(b, benchRouter(b), callerFormat, calleeFormat, inFlight, size)
}

func benchmarkCallsAt(b *testing.B, r *router.Router, callerFormat, calleeFormat wamp.Format, inFlight, size int) {
	caller, callee := newBenchPeer(b, r, callerFormat), newBenchPeer(b, r, calleeFormat)
	callee.send(&wamp.Register{Request: 1, Procedure: "com.bench.echo"})
	callee.receive()
	served := make(chan struct{})
	go func() {
		defer close(served)
		callee.echo()
	}()

	payload, err := codec.EncodePayload(callerFormat, []any{string(make([]byte, size))}, nil)
	if err != nil {
		b.Fatal(err)
	}
	call := wamp.Call{Procedure: "com.bench.echo", Payload: payload}
	b.ReportAllocs()
	b.ResetTimer()
	sent := 0
	for answered := 0; answered < b.N; answered++ {
		for sent < b.N && sent-answered < inFlight {
			sent++
			call.Request = wamp.ID(sent)
			if err := caller.conn.Send(&call); err != nil {
				b.Fatal(err)
			}
		}
		caller.conn.Flush()
		if _, ok := caller.receive().(*wamp.Result); !ok {
			b.Fatal("no RESULT")
		}
	}
	b.StopTimer()
	callee.conn.Close()
	<-served
	caller.conn.Close()
}

// echo answers every invocation with its own payload, until the connection ends.
func (p *benchPeer) echo() {
	var yield wamp.Yield
	p.conn.OnIdle(p.conn.Flush)
	for {
		frame, err := p.conn.Receive()
		if err != nil {
			return
		}
		m, err := p.decoder.Decode(frame)
		if err != nil {
			return
		}
		invocation := m.(*wamp.Invocation)
		yield.Request, yield.Payload = invocation.Request, invocation.Payload
		if err := p.conn.Send(&yield); err != nil {
			return
		}
	}
}

// BenchmarkFanOut publishes to many subscribers over in-process pipes; an
// operation is one delivery.
func BenchmarkFanOut(b *testing.B) {
	for _, subscribers := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(subscribers), func(b *testing.B) { benchmarkFanOut(b, subscribers) })
	}
}

func benchmarkFanOut(b *testing.B, subscribers int) {
	r := benchRouter(b)
	var ready, done sync.WaitGroup
	rounds := (b.N + subscribers - 1) / subscribers
	for range subscribers {
		p := newBenchPeer(b, r, wamp.CBOR)
		p.send(&wamp.Subscribe{Request: 1, Topic: "com.bench.topic"})
		p.receive()
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			for range rounds {
				if _, err := p.conn.Receive(); err != nil {
					b.Error(err)
					return
				}
			}
			p.conn.Close()
		})
	}
	ready.Wait()
	publisher := newBenchPeer(b, r, wamp.CBOR)
	payload, err := codec.EncodePayload(wamp.CBOR, []any{string(make([]byte, 128))}, nil)
	if err != nil {
		b.Fatal(err)
	}
	publish := wamp.Publish{Topic: "com.bench.topic", Payload: payload}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range rounds {
		publish.Request = wamp.ID(i + 1)
		for publisher.conn.Send(&publish) != nil {
			publisher.conn.AwaitRoom(time.Second)
		}
		publisher.conn.Flush()
	}
	done.Wait()
	b.StopTimer()
	publisher.conn.Close()
}
