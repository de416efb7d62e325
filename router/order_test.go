package router_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW093_EventsArriveInTheOrderOfTheirPublication(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const events, publishers = 2000, 3
		topics := []string{"com.a", "com.b", "com.b.c", "org.d", "org.e"}
		subscriber := r.join()
		for _, topic := range topics[:3] {
			subscriber.subscribe(`{}`, topic)
		}
		subscriber.subscribe(`{"match":"prefix"}`, "org")
		var flood sync.WaitGroup
		for n := range publishers {
			publisher := r.join()
			flood.Go(func() {
				for i := range events {
					publisher.say(`[16,%d,{},%q,[%d,%d]]`, i+1, topics[i%len(topics)], n, i)
				}
			})
		}
		var want [publishers]int64
		for range publishers * events {
			args := subscriber.hear(`[36,"*","*","*",["*","*"]]`).items[4].([]any)
			from := args[0].(int64)
			if args[1] != want[from] {
				t.Fatalf("publisher %d: event %v arrived in the place of %d", from, args[1], want[from])
			}
			want[from]++
		}
		flood.Wait()
	})
}

func TestW094_W067_EventsOnlyBetweenSubscribedAndUnsubscribed(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		stop := make(chan struct{})
		var flood sync.WaitGroup
		for range 2 {
			publisher := r.join()
			flood.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						publisher.publish("com.topic", "")
					}
				}
			})
		}
		subscriber, other := r.join(), r.join()
		other.subscribe(`{"match":"prefix"}`, "com.other") // a second way to be found
		held := make(map[wamp.ID]bool)
		events := 0
		next := func(want int64) heard {
			for {
				m, err := subscriber.receive()
				if err != nil {
					t.Fatal(err)
				}
				if m.items[0] != int64(36) {
					if m.items[0] != want {
						t.Fatalf("want type %d, got %s", want, m.text)
					}
					return m
				}
				if !held[m.id(1)] {
					t.Fatalf("%s for a subscription that is not held", m.text)
				}
				events++
			}
		}
		for i := 1; i <= 100 || events < 100; i++ {
			subscriber.say(`[32,%d,{},"com.topic"]`, i)
			exact := next(33).id(2)
			held[exact] = true
			subscriber.say(`[32,%d,{"match":"prefix"},"com"]`, i)
			prefix := next(33).id(2)
			held[prefix] = true
			for _, id := range []wamp.ID{exact, prefix} {
				subscriber.say(`[34,%d,%d]`, i, id)
				next(35)
				delete(held, id)
			}
		}
		close(stop)
		flood.Wait()
	})
}

func TestW095_InvocationsArriveInTheOrderOfTheirCalls(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const calls, callers = 2000, 3
		callee := r.join()
		procedures := []string{"com.a", "com.b", "com.c", "org.d", "org.e"}
		for _, procedure := range procedures[:3] {
			callee.register(`{}`, procedure)
		}
		callee.register(`{"match":"prefix"}`, "org")
		var flood sync.WaitGroup
		for n := range callers {
			caller := r.join()
			flood.Go(func() {
				for i := range calls {
					caller.say(`[48,%d,{},%q,[%d,%d]]`, i+1, procedures[i%len(procedures)], n, i)
				}
			})
		}
		var want [callers]int64
		for i := range callers * calls {
			m := callee.hear(`[68,%d,"*","*",["*","*"]]`, i+1) // W010
			args := m.items[4].([]any)
			from := args[0].(int64)
			if args[1] != want[from] {
				t.Fatalf("caller %d: call %v arrived in the place of %d", from, args[1], want[from])
			}
			want[from]++
		}
		flood.Wait()
	})
}

func TestW096_InvocationsOnlyBetweenRegisteredAndUnregistered(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		stop := make(chan struct{})
		var flood sync.WaitGroup
		for range 2 {
			caller := r.join()
			flood.Go(func() {
				for i := 1; ; i++ {
					select {
					case <-stop:
						return
					default:
						caller.say(`[48,%d,{},"com.procedure"]`, i)
						if m, err := caller.receive(); err != nil || m.items[0] == int64(50) && m.id(1) != wamp.ID(i) {
							t.Errorf("call %d: %s, %v", i, m.text, err)
							return
						}
					}
				}
			})
		}
		callee := r.join()
		var registration wamp.ID
		invocations := 0
		next := func(want int64) heard {
			for {
				m, err := callee.receive()
				if err != nil {
					t.Fatal(err)
				}
				if m.items[0] != int64(68) {
					if m.items[0] != want {
						t.Fatalf("want type %d, got %s", want, m.text)
					}
					return m
				}
				if m.id(2) != registration {
					t.Fatalf("%s for a registration that is not held", m.text)
				}
				invocations++
				callee.say(`[70,%d,{}]`, m.id(1))
			}
		}
		for i := 1; i <= 100 || invocations < 100; i++ {
			callee.say(`[64,%d,{},"com.procedure"]`, i)
			registration = next(65).id(2)
			callee.say(`[66,%d,%d]`, i, registration)
			next(67)
			registration = 0
		}
		close(stop)
		flood.Wait()
	})
}

// TestW093_W095_OrderHoldsWhileMembersComeAndGo publishes and calls while others
// subscribe to, and register, the very same topics and procedures, or patterns of
// them, and the receiver itself does so with others.
func TestW093_W095_OrderHoldsWhileMembersComeAndGo(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const messages = 3000
		topics := []string{"com.a", "com.b.x", "com.b.y", "org.c"}
		receiver := r.join()
		receiver.subscribe(`{}`, topics[0])
		receiver.subscribe(`{"match":"prefix"}`, "com.b")
		receiver.subscribe(`{}`, topics[3])
		for _, procedure := range []string{"com.p", "com.q"} {
			receiver.register(`{"invoke":"first"}`, procedure)
		}
		receiver.register(`{"match":"wildcard"}`, "org..r")

		stop := make(chan struct{})
		halt := sync.OnceFunc(func() { close(stop) })
		defer halt()
		var crowd sync.WaitGroup
		for n := range 3 {
			crowd.Go(func() {
				random := rand.New(rand.NewPCG(uint64(n), 9))
				for {
					p := r.join()
					for range 20 {
						select {
						case <-stop:
							p.conn.Close()
							return
						default:
						}
						match := []string{"exact", "prefix", "wildcard"}[random.IntN(3)]
						p.say(`[32,%d,{"match":%q},%q]`, p.next(), match, topics[random.IntN(len(topics))])
						p.say(`[64,%d,{"invoke":"first","match":%q},%q]`, p.next(), match, []string{"com.p", "com.q"}[random.IntN(2)])
						p.say(`[34,%d,%d]`, p.next(), 1+random.IntN(50))
						p.say(`[66,%d,%d]`, p.next(), 1+random.IntN(50))
					}
					p.conn.Close()
				}
			})
		}
		sender := r.join()
		crowd.Go(func() {
			procedures := []string{"com.p", "com.q", "org.x.r"}
			for i := range messages {
				sender.say(`[16,%d,{},%q,["event",%d]]`, 2*i+1, topics[i%len(topics)], i)
				sender.say(`[48,%d,{},%q,["call",%d]]`, 2*i+2, procedures[i%len(procedures)], i)
			}
		})
		want := map[string]int64{}
		for want["event"] < messages || want["call"] < messages {
			m, err := receiver.receive()
			if err != nil {
				t.Fatal(err)
			}
			if m.items[0] == int64(33) || m.items[0] == int64(35) {
				continue
			}
			args, ok := m.items[4].([]any)
			if !ok || len(args) != 2 {
				t.Fatalf("unexpected %s", m.text)
			}
			kind := args[0].(string)
			if args[1] != want[kind] {
				t.Fatalf("%s arrived in the place of %s %d", m.text, kind, want[kind])
			}
			want[kind]++
			if want[kind]%100 == 0 { // the receiver comes and goes elsewhere
				receiver.say(`[32,%d,{},"com.elsewhere.n%d"]`, receiver.next(), want[kind])
			}
		}
		halt()
		crowd.Wait()
	})
}

func TestW101_ABurstLosesNothing(t *testing.T) {
	events := 100_000
	if testing.Short() {
		events = 10_000
	}
	for _, l := range []link{{"tcp", wamp.CBOR}, {"ws", wamp.MsgPack}} {
		t.Run(l.String(), func(t *testing.T) {
			// A queue that holds some 2 % of the burst.
			r := start(t, router.Config{Limits: router.Limits{OutboundQueue: 128 << 10, StallTimeout: patience}}, l)
			subscriber, publisher := r.join(), r.join()
			subscriber.subscribe(`{}`, "com.topic")
			var burst sync.WaitGroup
			burst.Go(func() {
				for i := range events {
					publisher.say(`[16,%d,{},"com.topic",[%d]]`, i+1, i)
				}
			})
			for i := range events {
				m, err := subscriber.receive()
				if err != nil {
					t.Fatal(err)
				}
				if got := m.items[4].([]any)[0]; got != int64(i) {
					t.Fatalf("event %v arrived in the place of %d", got, i)
				}
			}
			burst.Wait()
			if got := r.Stats(); got.EventsDropped != 0 || got.Stalled != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}
