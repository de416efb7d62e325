package conformance

import (
	"runtime"
	"time"
)

// remembered is what the cases of this chapter need.
var remembered = announced("broker.event_history")

var history = Chapter{Title: "Event history", Cases: []Case{
	{
		ID: "W172", Level: Must, Spec: "a/pubsub_event_history", Router: []Option{remembering}, Links: everyRawSocket,
		Rule:  "`wamp.subscription.get_events` gives the events of a subscription: filtered by time, publication and topic, all filters at once, in either order, up to a limit.",
		Needs: remembered,
		Test: func(t *T) {
			p, publisher := t.Peer(), t.Peer()
			subscription := p.Subscribe("com.history.", d{"match": "prefix"})
			var publications []int64
			for i := range 6 {
				publications = append(publications, publisher.Publish([]string{"com.history.a", "com.history.b"}[i%2], i))
				p.Expect(36, subscription, anID, aDict, l{i})
				if i < 5 {
					t.tick()
				}
			}
			events := p.history(subscription, d{})
			if len(events) != 6 {
				t.Fatalf("%d events are kept", len(events))
			}
			at := func(i int) any { return dig(events[i], "timestamp") }
			for _, test := range []struct {
				filter d
				want   []int
			}{
				{d{}, []int{0, 1, 2, 3, 4, 5}},
				{d{"reverse": true}, []int{5, 4, 3, 2, 1, 0}},
				{d{"reverse": false, "limit": 2}, []int{0, 1}},
				{d{"reverse": true, "limit": 2}, []int{5, 4}},
				{d{"limit": 100}, []int{0, 1, 2, 3, 4, 5}},
				{d{"topic": "com.history.b"}, []int{1, 3, 5}},
				{d{"topic": "com.history.c"}, nil},
				{d{"from_publication": publications[2]}, []int{2, 3, 4, 5}},
				{d{"after_publication": publications[2]}, []int{3, 4, 5}},
				{d{"before_publication": publications[2]}, []int{0, 1}},
				{d{"until_publication": publications[2]}, []int{0, 1, 2}},
				{d{"after_publication": publications[0], "before_publication": publications[4]}, []int{1, 2, 3}},
				{d{"after_publication": publications[1], "limit": 2}, []int{2, 3}},                       // a page
				{d{"before_publication": publications[4], "limit": 2, "reverse": true}, []int{3, 2}},     // and one of the way back
				{d{"from_publication": publications[1], "topic": "com.history.a", "limit": 1}, []int{2}}, // filters first, then the limit
				{d{"from_time": at(2)}, []int{2, 3, 4, 5}},
				{d{"after_time": at(2)}, []int{3, 4, 5}},
				{d{"before_time": at(2)}, []int{0, 1}},
				{d{"until_time": at(2)}, []int{0, 1, 2}},
				{d{"from_time": at(1), "until_time": at(4), "topic": "com.history.b"}, []int{1, 3}},
				{d{"after_time": "2999-01-01T00:00:00Z"}, nil},
				{d{"from_time": "1999-12-31T23:59:59.999+02:00"}, []int{0, 1, 2, 3, 4, 5}},
			} {
				t.note("-- %s", written(test.filter))
				got := p.history(subscription, test.filter)
				var want l
				for _, i := range test.want {
					want = append(want, containing(d{"publication": publications[i]}))
				}
				if why := match(append(l{}, want...), got); why != "" {
					t.Errorf("%s: %s", written(test.filter), why)
				}
			}
			for _, wrong := range []d{{"limit": -1}, {"limit": "2"}, {"reverse": 1}, {"from_time": "yesterday"}, {"from_time": 5}, {"from_publication": "x"}, {"topic": 5}} {
				p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.subscription.get_events", l{subscription}, wrong)
			}
			p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.subscription.get_events", l{"x"})
			p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.subscription.get_events")
			p.Refused("wamp.error.no_such_subscription", 48, d{}, "wamp.subscription.get_events", l{12345678})
		},
	},
	{
		ID: "W173", Level: Must, Spec: "a/pubsub_event_history", Router: []Option{remembering}, Links: everyRawSocket,
		Rule:  "Each event has its time (RFC 3339), subscription, publication, details and arguments, in the broker's order; without events the list is empty.",
		Needs: remembered,
		Test: func(t *T) {
			p, publisher := t.Peer(), t.Peer()
			prefix, exact := p.Subscribe("com.history.", d{"match": "prefix"}), p.Subscribe("com.history.a")
			if events := p.history(prefix, d{}); len(events) != 0 {
				t.Errorf("before any publication there are %s", written(events))
			}
			first := publisher.Publish("com.history.a", "x", 1)
			publisher.Send(16, next, d{"acknowledge": true}, "com.history.b", l{}, d{"k": l{1}})
			second := publisher.Expect(17, last, anID).ID(2)
			want := l{
				d{"timestamp": aTime, "subscription": prefix, "publication": first, "details": d{"topic": "com.history.a"}, "args": l{"x", 1}},
				d{"timestamp": aTime, "subscription": prefix, "publication": second, "details": d{"topic": "com.history.b"}, "kwargs": d{"k": l{1}}},
			}
			if why := match(want, withoutEmpty(p.history(prefix, d{}))); why != "" {
				t.Errorf("of the prefix: %s", why)
			}
			want = l{d{"timestamp": aTime, "subscription": exact, "publication": first, "details": aDict, "args": l{"x", 1}}}
			if why := match(want, withoutEmpty(p.history(exact, d{}))); why != "" {
				t.Errorf("of the topic: %s", why)
			}
		},
	},
	{
		ID: "W174", Level: Must, Spec: "a/pubsub_event_history", Router: []Option{remembering, governed},
		Rule:  "Who may not subscribe to the topic, or not call the procedure, gets `wamp.error.not_authorized`.",
		Needs: remembered,
		Test: func(t *T) {
			p, insider := t.Peer(user), t.Peer(admin)
			subscription := insider.Subscribe("com.history.a")
			insider.Publish("com.history.a", 1)
			insider.Call("wamp.subscription.get_events", subscription)
			p.Refused(notAuthorized, 48, d{}, "wamp.subscription.get_events", l{subscription})
			own := p.Subscribe("com.open.x")
			p.Call("wamp.subscription.get_events", own)
			p.Refused(notAuthorized, 48, d{}, "wamp.subscription.lookup", l{"com.open.x"})
			stranger := t.Peer()
			stranger.Refused(notAuthorized, 48, d{}, "wamp.subscription.get_events", l{own})
		},
	},
	{
		ID: "W175", Level: Must, Spec: "a/pubsub_event_history", Router: []Option{remembering},
		Rule:  "Black and white lists of roles and authids hold for history too. Events with lists of sessions are not kept, since session ids mean nothing later.",
		Needs: remembered,
		Test: func(t *T) {
			publisher, joe, ann := t.Peer(), t.Peer(claiming("joe", "user")), t.Peer(claiming("ann", "admin"))
			subscription := joe.Subscribe("com.history.a")
			ann.Subscribe("com.history.a")
			for i, options := range []d{
				{}, {"eligible_authrole": l{"admin"}}, {"exclude_authrole": l{"admin"}}, {"eligible_authid": l{"joe"}}, {"exclude_authid": l{"joe"}},
				{"exclude": l{12345}}, {"eligible": l{joe.Session, ann.Session}}, {"eligible_authrole": l{}},
			} {
				publisher.PublishWith(options, "com.history.a", i)
			}
			for p, want := range map[*Peer]l{joe: {l{0}, l{2}, l{3}}, ann: {l{0}, l{1}, l{4}}} {
				p.RoundTrip()
				var got l
				for _, event := range p.history(subscription, d{}) {
					got = append(got, dig(event, "args"))
				}
				if why := match(want, got); why != "" {
					t.Errorf("%s reads %s, want %s", p.Welcome["authid"], written(got), written(want))
				}
			}
		},
	},
	{
		ID: "W176", Level: Derived, Spec: "a/pubsub_event_history", Router: []Option{remembering},
		Rule:  "History outlives the last subscriber, and what is published while there is none is kept too.",
		Needs: remembered,
		Test: func(t *T) {
			publisher, p := t.Peer(), t.Peer()
			publisher.Publish("com.history.a", "before")
			p.Unsubscribe(p.Subscribe("com.history.", d{"match": "prefix"}))
			publisher.Publish("com.history.a", "between")
			subscription := t.Peer().Subscribe("com.history.", d{"match": "prefix"})
			var got l
			for _, event := range p.history(subscription, d{}) {
				got = append(got, dig(event, "args"))
			}
			if why := match(l{l{"before"}, l{"between"}}, got); why != "" {
				t.Errorf("history is %s", written(got))
			}
		},
	},
}}

// tick waits until the clock that history is written by shows another
// millisecond, the coarsest precision in which times may be told.
func (t *T) tick() {
	for begin := time.Now().UnixMilli(); time.Now().UnixMilli() < begin+2; {
		runtime.Gosched()
	}
}

// history asks for the events of a subscription, each of which is a result.
func (p *Peer) history(subscription int64, filter d) l {
	p.Send(48, next, d{}, "wamp.subscription.get_events", l{subscription}, filter)
	for {
		got, err := p.hear()
		p.t.must(err)
		if got.At(0) == int64(36) {
			continue // an event that is not what this is about
		}
		if why := p.matches(l{50, last, aDict, rest}, got); why != "" {
			p.t.Fatalf("get_events: %s\n%s", got.text, why)
		}
		if got.Len() < 4 {
			return l{}
		}
		return got.List(3)
	}
}

// withoutEmpty leaves empty arguments out of events, where they may be present or not.
func withoutEmpty(events l) l {
	for _, event := range events {
		if dict, ok := event.(d); ok {
			if args, ok := dict["args"].(l); ok && len(args) == 0 {
				delete(dict, "args")
			}
			if kwargs, ok := dict["kwargs"].(d); ok && len(kwargs) == 0 {
				delete(dict, "kwargs")
			}
		}
	}
	return events
}
