package router_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// crowd is how many registrations or subscriptions stand beside the ones that
// are used: the cost of a message must not grow with them (exact), or only with
// their logarithm (patterns).
var crowd = []int{10, 1_000, 100_000}

// pattern is the i-th of a mixed crowd: a third each exact, prefix and wildcard.
func pattern(i int) (uri wamp.URI, match string) {
	switch i % 3 {
	case 0:
		return wamp.URI(fmt.Sprintf("com.crowd.exact.n%d", i)), "exact"
	case 1:
		return wamp.URI(fmt.Sprintf("com.crowd.prefix.n%d.", i)), "prefix"
	}
	return wamp.URI(fmt.Sprintf("com.crowd..n%d.leaf", i)), "wildcard"
}

// concrete is a URI that the i-th pattern matches.
func concrete(i int) wamp.URI {
	switch i % 3 {
	case 0:
		return wamp.URI(fmt.Sprintf("com.crowd.exact.n%d", i))
	case 1:
		return wamp.URI(fmt.Sprintf("com.crowd.prefix.n%d.leaf", i))
	}
	return wamp.URI(fmt.Sprintf("com.crowd.any.n%d.leaf", i))
}

// BenchmarkCallInACrowd calls random members of a crowd of registrations.
func BenchmarkCallInACrowd(b *testing.B) {
	for _, n := range crowd {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := benchRouter(b)
			caller, callee := newBenchPeer(b, r, wamp.CBOR), newBenchPeer(b, r, wamp.CBOR)
			for i := range n {
				uri, match := pattern(i)
				callee.send(&wamp.Register{Request: wamp.ID(i + 1), Procedure: uri, Options: wamp.RegisterOptions{Match: match}})
				if m, ok := callee.receive().(*wamp.Registered); !ok {
					b.Fatalf("registration %d of %q: %v", i, uri, m)
				}
			}
			served := make(chan struct{})
			go func() {
				defer close(served)
				callee.echo()
			}()
			uris := someOf(n)
			var call wamp.Call
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				call.Request, call.Procedure = wamp.ID(i+1), uris[i%len(uris)]
				caller.send(&call)
				if m, ok := caller.receive().(*wamp.Result); !ok {
					b.Fatalf("no RESULT: %v", m)
				}
			}
			b.StopTimer()
			callee.conn.Close()
			<-served
			caller.conn.Close()
		})
	}
}

// BenchmarkPublishInACrowd publishes to random members of a crowd of
// subscriptions, each of which one session holds.
func BenchmarkPublishInACrowd(b *testing.B) {
	for _, n := range crowd {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := benchRouter(b)
			publisher, subscriber := newBenchPeer(b, r, wamp.CBOR), newBenchPeer(b, r, wamp.CBOR)
			for i := range n {
				topic, match := pattern(i)
				subscriber.send(&wamp.Subscribe{Request: wamp.ID(i + 1), Topic: topic, Options: wamp.SubscribeOptions{Match: match}})
				if m, ok := subscriber.receive().(*wamp.Subscribed); !ok {
					b.Fatalf("subscription %d to %q: %v", i, topic, m)
				}
			}
			topics := someOf(n)
			var publish wamp.Publish
			payload, err := codec.EncodePayload(wamp.CBOR, []any{"sixteen octets.."}, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				publish.Request, publish.Topic, publish.Payload = wamp.ID(i+1), topics[i%len(topics)], payload
				publisher.send(&publish)
				if m, ok := subscriber.receive().(*wamp.Event); !ok {
					b.Fatalf("no EVENT: %v", m)
				}
			}
			b.StopTimer()
			publisher.conn.Close()
			subscriber.conn.Close()
		})
	}
}

// BenchmarkSubscribeInACrowd subscribes and unsubscribes beside a crowd of
// subscriptions, exactly, by prefix and by wildcard in turn.
func BenchmarkSubscribeInACrowd(b *testing.B) {
	for _, n := range crowd {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newBenchPeer(b, benchRouter(b), wamp.CBOR)
			subscribe := func(i int) wamp.ID {
				topic, match := pattern(i)
				p.send(&wamp.Subscribe{Request: 1, Topic: topic, Options: wamp.SubscribeOptions{Match: match}})
				m, ok := p.receive().(*wamp.Subscribed)
				if !ok {
					b.Fatalf("subscription %d to %q: %v", i, topic, m)
				}
				return m.Subscription
			}
			for i := range n {
				subscribe(i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				p.send(&wamp.Unsubscribe{Request: 1, Subscription: subscribe(n + i)})
				if m, ok := p.receive().(*wamp.Unsubscribed); !ok {
					b.Fatalf("no UNSUBSCRIBED: %v", m)
				}
			}
			b.StopTimer()
			p.conn.Close()
		})
	}
}

// BenchmarkRegisterInACrowd is the same for registrations.
func BenchmarkRegisterInACrowd(b *testing.B) {
	for _, n := range crowd {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newBenchPeer(b, benchRouter(b), wamp.CBOR)
			register := func(i int) wamp.ID {
				uri, match := pattern(i)
				p.send(&wamp.Register{Request: 1, Procedure: uri, Options: wamp.RegisterOptions{Match: match}})
				m, ok := p.receive().(*wamp.Registered)
				if !ok {
					b.Fatalf("registration %d of %q: %v", i, uri, m)
				}
				return m.Registration
			}
			for i := range n {
				register(i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				p.send(&wamp.Unregister{Request: 1, Registration: register(n + i)})
				if m, ok := p.receive().(*wamp.Unregistered); !ok {
					b.Fatalf("no UNREGISTERED: %v", m)
				}
			}
			b.StopTimer()
			p.conn.Close()
		})
	}
}

// someOf are concrete URIs of 64 random members of a crowd of n: few enough
// that decoders remember them.
func someOf(n int) []wamp.URI {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	uris := make([]wamp.URI, 64)
	for i := range uris {
		uris[i] = concrete(random.IntN(n))
	}
	return uris
}
