package conformance

import (
	"bytes"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/router"
)

var ordering = Chapter{Title: "Ordering", Cases: []Case{
	{
		ID: "W093", Level: Must, Spec: "b/security_model", Links: everyLink,
		Rule: "Events from one publisher reach a subscriber in the order of publication, across topics and subscriptions.",
		Test: func(t *T) {
			const events = 2000
			publisher, subscriber := t.Peer(), t.Peer()
			for i := range 5 {
				subscriber.Subscribe(fmt.Sprint("com.topic", i))
			}
			subscriber.Subscribe("com.topic3", d{"match": "prefix"})
			t.Together(func() {
				for i := range events {
					publisher.Send(16, next, d{}, fmt.Sprint("com.topic", i%5), l{i})
				}
			}, func() {
				for i := range events {
					subscriber.Expect(36, anID, anID, aDict, l{i})
					if i%5 == 3 {
						subscriber.Expect(36, anID, anID, aDict, l{i}) // by the other subscription
					}
				}
			})
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W094", Level: Must, Spec: "b/security_model", Links: everyLink,
		Rule: "SUBSCRIBED precedes the first EVENT of the subscription.",
		Test: func(t *T) {
			const rounds = 40
			publisher, subscriber := t.Peer(), t.Peer()
			subscribed := make(chan bool)
			t.Together(func() {
				for flowing := true; flowing; {
					publisher.SendAtOnce(l{16, 1, d{}, "com.topic"}, l{16, 2, d{}, "com.topic"}, l{16, 3, d{}, "com.topic"}, l{16, 4, d{}, "com.topic"})
					publisher.RoundTrip()
					select {
					case <-subscribed:
						flowing = false
					default:
					}
				}
			}, func() {
				defer close(subscribed)
				for range rounds {
					request := subscriber.Send(32, next, d{}, "com.topic")
					subscription := subscriber.Expect(33, request, anID).ID(2)
					subscriber.Expect(36, subscription, anID, d{})
					subscriber.Send(34, next, subscription)
					for got := (Message{items: l{0}}); got.At(0) != int64(35); {
						var err error
						got, err = subscriber.hear()
						t.must(err)
					}
				}
			})
		},
	},
	{
		ID: "W095", Level: Must, Spec: "b/security_model", Links: everyLink,
		Rule: "Calls from one caller reach a callee in the order in which they were made, across procedures.",
		Test: func(t *T) {
			const calls = 2000
			caller, callee := t.Peer(), t.Peer()
			for i := range 5 {
				callee.Register(fmt.Sprint("com.procedure", i))
			}
			t.Together(func() {
				for i := range calls {
					caller.Send(48, next, d{}, fmt.Sprint("com.procedure", i%5), l{i})
				}
				for range calls {
					caller.Expect(50, anID, d{})
				}
			}, func() {
				for i := range calls {
					callee.Yield(callee.Expect(68, i+1, anID, d{}, l{i}).ID(1))
				}
			})
		},
	},
	{
		ID: "W096", Level: Must, Spec: "b/security_model", Links: everyLink,
		Rule: "REGISTERED precedes the first INVOCATION of the registration.",
		Test: func(t *T) {
			const rounds = 40
			caller, callee := t.Peer(), t.Peer()
			registered := make(chan bool)
			t.Together(func() {
				for flowing := true; flowing; {
					for range 8 {
						caller.Send(48, next, d{}, "com.procedure")
					}
					for range 8 {
						caller.Expect(oneOf(50, 8), rest)
					}
					select {
					case <-registered:
						flowing = false
					default:
					}
				}
			}, func() {
				defer close(registered)
				for range rounds {
					request := callee.Send(64, next, d{}, "com.procedure")
					registration := callee.Expect(65, request, anID).ID(2)
					callee.Yield(callee.Expect(68, anID, registration, d{}).ID(1))
					callee.Send(66, next, registration)
					for over := false; !over; {
						got, err := callee.hear()
						t.must(err)
						if over = got.At(0) == int64(67); !over {
							callee.Yield(got.ID(1))
						}
					}
				}
			})
		},
	},
	{
		ID: "W097", Level: Derived, Spec: "a/rpc_progressive_call_results", Links: everyLink,
		Rule: "The progressive results of a call stay in order, and the final one is the last.",
		Test: func(t *T) {
			const results = 500
			caller, callee := t.Peer(announcing("caller.progressive_call_results")), t.Peer(progressing)
			callee.Register("com.procedure")
			caller.Send(48, 1, d{"receive_progress": true}, "com.procedure")
			invocation := callee.Invoked()
			t.Together(func() {
				for i := range results {
					callee.Send(70, invocation, d{"progress": true}, l{i})
				}
				callee.Yield(invocation, "final")
			}, func() {
				for i := range results {
					caller.Expect(50, 1, d{"progress": true}, l{i})
				}
				caller.Expect(50, 1, d{}, l{"final"})
			})
			caller.ExpectNothing()
		},
	},
	{
		ID: "W098", Level: Derived, Spec: "a/rpc_progressive_call_invocations", Links: everyLink,
		Rule:  "The chunks of a progressive invocation stay in order.",
		Needs: announced("dealer.progressive_call_invocations"),
		Test: func(t *T) {
			const chunks = 500
			caller, callee := t.Peer(complete), t.Peer(complete)
			callee.Register("com.procedure")
			t.Together(func() {
				for i := range chunks {
					caller.Send(48, 1, d{"progress": true}, "com.procedure", l{i})
				}
				caller.Send(48, 1, d{}, "com.procedure", l{"final"})
			}, func() {
				for i := range chunks {
					callee.Expect(68, 1, anID, d{"progress": true}, l{i})
				}
				callee.Expect(68, 1, anID, unprogressive, l{"final"})
				callee.Yield(1)
			})
			caller.Expect(50, 1, d{})
		},
	},
	{
		ID: "W099", Level: Optional, Spec: "b/security_model",
		Rule:      "There is no order between the results of different calls, nor between the answers to different requests.",
		Elsewhere: "a permission that no case of the suite may take back",
	},
	{
		ID: "W100", Level: Derived, Spec: "b/security_model",
		Rule:  "The rules of order hold between the nodes of a cluster as well.",
		Later: "clustering is a later issue",
	},
	{
		ID: "W101", Level: Derived, Spec: "b/security_model", Links: everyRawSocket,
		Router: []Option{limited(func(l *router.Limits) { l.OutboundQueue, l.StallTimeout = 64<<10, 20*time.Millisecond })},
		Rule:   "An event that is not delivered because its receiver does not keep up is counted, and what is delivered stays in order; or the session is ended, if so configured.",
		Test: func(t *T) {
			received, dropped, published := t.overwhelm(t.Node())
			if received+dropped != published || dropped == 0 {
				t.Errorf("of %d events %d were delivered and %d counted as dropped", published, received, dropped)
			}
			closing := t.Start(func(c *router.Config) {
				t.c.Router[0](c)
				c.Limits.OnFullQueue, c.Limits.Linger = router.CloseSession, 20*time.Millisecond
			})
			t.overwhelm(closing)
			if n := closing.Stats().Stalled; n != 1 {
				t.Errorf("%d sessions were ended", n)
			}
		},
	},
}}

// progressing announces what a callee needs to send progressive results.
var progressing = announcing("callee.progressive_call_results", "callee.call_canceling")

// unprogressive matches details that do not announce more chunks.
var unprogressive = oneOf(d{}, d{"progress": false})

// overwhelm publishes far more than a subscriber that does not read can take,
// until the router has given up on something, and then lets it read.
func (t *T) overwhelm(n *Node) (received, dropped, published int) {
	publisher, subscriber := n.Peer(), n.Peer()
	subscriber.Subscribe("com.flood")
	ballast := bytes.Repeat([]byte("x"), 16<<10)
	lost := func() int { s := n.Stats(); return int(s.EventsDropped + s.Stalled) }
	for published < 20_000 && lost() < 3 && n.Stats().Stalled == 0 {
		publisher.Publish("com.flood", published, ballast)
		published++
	}
	for before := -1; ; received++ {
		if n.config.Limits.OnFullQueue == router.DropEvents && received+lost() == published {
			break
		}
		got, err := subscriber.receive()
		if err != nil || got.At(0) == int64(3) {
			break // ended by the router
		}
		number := int(got.Arg(4, 0).(int64))
		if number <= before {
			t.Errorf("event %d came after event %d", number, before)
		}
		before = number
	}
	publisher.RoundTrip()
	return received, lost(), published
}
