package conformance

import (
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// malformedURIs are no URIs by any rule.
var malformedURIs = []string{"", ".", "a..b", ".a", "a.", "a b", "a.#.b", "a.b#", "a.\tb", "a.b\n", "a.\u00a0.b", "a.\u2003.b"}

var uris = Chapter{Title: "URIs and IDs", Cases: []Case{
	{
		ID: "W001", Level: Must, Spec: "b/building_blocks, b/uri_reference",
		Rule: "A component of a URI is not empty and holds no dot, `#` or whitespace; a request with any other URI fails with `wamp.error.invalid_uri`.",
		Test: func(t *T) {
			p := t.Peer()
			for _, uri := range malformedURIs {
				p.Refused("wamp.error.invalid_uri", 32, d{}, uri)
				p.Refused("wamp.error.invalid_uri", 64, d{}, uri)
				p.Refused("wamp.error.invalid_uri", 48, d{}, uri)
			}
			p.ExpectNothing()
		},
	},
	{
		ID: "W002", Level: Must, Spec: "b/publish_subscribe",
		Rule: "A publication to a malformed URI is refused with ERROR if it is to be acknowledged, and silently if not.",
		Test: func(t *T) {
			p, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("", d{"match": "prefix"})
			for _, uri := range malformedURIs {
				p.Refused("wamp.error.invalid_uri", 16, d{"acknowledge": true}, uri)
				p.Send(16, next, d{}, uri)
				p.Send(16, next, d{"acknowledge": false}, uri)
				p.ExpectNothing()
			}
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W003", Level: Must, Spec: "b/building_blocks, a/interface_idl",
		Rule: "Only patterns have empty components: wildcards anywhere, prefixes as the last one.",
		Test: func(t *T) {
			p := t.Peer()
			for _, kind := range []int{32, 64} {
				accepted := kind + 1
				for _, pattern := range []string{"a..b", ".a", "a.", "..", "a...b", "a.b"} {
					p.Send(kind, next, d{"match": "wildcard"}, pattern)
					p.Expect(accepted, last, anID)
				}
				for _, pattern := range []string{"a.", "a.b.", "a", "a.b"} {
					p.Send(kind, next, d{"match": "prefix"}, pattern)
					p.Expect(accepted, last, anID)
				}
				for _, pattern := range []string{"a..b", ".a", "a.."} {
					p.Refused("wamp.error.invalid_uri", kind, d{"match": "prefix"}, pattern)
					p.Refused("wamp.error.invalid_uri", kind, d{"match": "exact"}, pattern)
					p.Refused("wamp.error.invalid_uri", kind, d{}, pattern)
				}
				for _, match := range []string{"wildcard", "prefix"} {
					p.Refused("wamp.error.invalid_uri", kind, d{"match": match}, "a.#")
					p.Refused("wamp.error.invalid_uri", kind, d{"match": match}, "a. .b")
				}
			}
		},
	},
	{
		ID: "W004", Level: Should, Spec: "b/building_blocks",
		Rule: "A realm can demand strict URIs, of `[0-9a-z_]` only; by default Unicode, upper case and `-` are fine.",
		Test: func(t *T) {
			loose, strict := t.Peer(), t.Start(strictURIs).Peer()
			for _, uri := range []string{"com.Foo-bar.ü", "com.Foo", "com.a-b", "com.日本", "a/b.c:d"} {
				loose.Subscribe(uri)
				loose.Register(uri)
				for _, kind := range []int{32, 64, 48} {
					strict.Refused("wamp.error.invalid_uri", kind, d{}, uri)
				}
				strict.Refused("wamp.error.invalid_uri", 16, d{"acknowledge": true}, uri)
			}
			strict.Subscribe("com.foo_bar.9")
			strict.Register("com.foo_bar.9")
			strict.Subscribe("com..9", d{"match": "wildcard"})
		},
	},
	{
		ID: "W005", Level: Must, Spec: "b/building_blocks",
		Rule: "URIs that begin with the component `wamp` are the router's: clients neither register nor publish there.",
		Test: func(t *T) {
			p, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("wamp.x")
			for _, uri := range []string{"wamp.x", "wamp", "wamp.session.count", "wamp.error.invalid_uri"} {
				p.Refused("wamp.error.invalid_uri", 64, d{}, uri)
				p.Refused("wamp.error.invalid_uri", 16, d{"acknowledge": true}, uri)
				p.Send(16, next, d{}, uri)
			}
			p.Refused("wamp.error.no_such_procedure", 48, d{}, "wamp.no.such.procedure")
			p.Register("wampx.y")
			p.Publish("wampx.y")
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W006", Level: Derived, Spec: "b/building_blocks, a/rpc_pattern_based_registration",
		Rule: "A registered pattern is no way around W005: calls of the router's procedures never reach it.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Refused("wamp.error.invalid_uri", 64, d{"match": "prefix"}, "wamp.")
			callee.Refused("wamp.error.invalid_uri", 64, d{"match": "wildcard"}, "wamp..count")
			for _, pattern := range []struct{ match, uri string }{{"prefix", "wam"}, {"prefix", ""}, {"wildcard", ".."}, {"wildcard", ".session."}} {
				callee.Send(64, next, d{"match": pattern.match}, pattern.uri)
				callee.Expect(oneOf(65, 8), rest) // to refuse them is fine too
			}
			for _, procedure := range []string{"wamp.session.count", "wamp.session.x", "wamp.x.y", "wamp.x"} {
				caller.Send(48, next, d{}, procedure)
				caller.Expect(oneOf(50, 8), rest)
			}
			callee.ExpectNothing()
		},
	},
	{
		ID: "W007", Level: Must, Spec: "b/building_blocks, b/messages", Links: everyRawSocket,
		Rule: "An id is an integer from 1 to 2^53; anything else in its place is a protocol violation.",
		Test: func(t *T) {
			for _, id := range []any{0, -1, 1.5, 1.0, "1", nil, true, l{1}, int64(1)<<53 + 1, uint64(1) << 63, 1e300} {
				for _, message := range []l{{32, id, d{}, "a"}, {48, id, d{}, "a"}, {34, id, 1}, {34, 1, id}, {66, 1, id}, {70, id, d{}}, {49, id, d{}}, {8, 68, id, d{}, "a"}} {
					t.Violates(message...)
				}
			}
			p := t.Peer()
			p.Send(32, int64(1)<<53, d{}, "a")
			p.Expect(33, int64(1)<<53, anID)
		},
	},
	{
		ID: "W008", Level: Must, Spec: "b/building_blocks",
		Rule: "Ids of sessions and publications are drawn at random, uniformly from the whole range.",
		Test: func(t *T) {
			p := t.Peer()
			var publications, sessions []int64
			for range 200 {
				publications = append(publications, p.Publish("com.topic"))
			}
			for range 100 {
				one := t.Peer()
				sessions = append(sessions, one.Session)
				one.Leave()
			}
			for what, ids := range map[string][]int64{"publications": publications, "sessions": sessions} {
				t.random(what, ids)
			}
			if again := t.Start().Peer(); again.Publish("com.topic") == publications[0] || again.Session == p.Session {
				t.Errorf("another router begins with the same ids")
			}
		},
	},
	{
		ID: "W009", Level: Must, Spec: "b/building_blocks", Router: []Option{strictRequestIDs},
		Rule: "A client counts all its requests, of whatever type, by one counter: 1, 2, 3, … (demanded by `strict.request_ids`).",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(32, 1, d{}, "com.a")
			subscription := p.Expect(33, 1, anID).ID(2)
			p.Send(64, 2, d{}, "com.a")
			registration := p.Expect(65, 2, anID).ID(2)
			p.Send(16, 3, d{"acknowledge": true}, "com.a")
			p.Expect(17, 3, anID)
			p.Send(48, 4, d{}, "com.unknown")
			p.ExpectError(48, 4, "wamp.error.no_such_procedure")
			p.Send(34, 5, subscription)
			p.Expect(35, 5)
			p.Send(66, 6, registration)
			p.Expect(67, 6)
			p.Send(16, 7, d{}, "com.a")
			p.Send(32, 8, d{}, "com.a")
			p.Expect(33, 8, anID)

			for _, wrong := range []int64{7, 2, 1 << 40} { // first
				for _, request := range []l{{32, wrong, d{}, "com.a"}, {64, wrong, d{}, "com.a"}, {16, wrong, d{}, "com.a"},
					{48, wrong, d{}, "com.a"}, {34, wrong, 1}, {66, wrong, 1}} {
					t.Violates(request...)
				}
			}
			for _, wrong := range []int{1, 3} { // a repetition and a gap
				p := t.Peer()
				p.Subscribe("com.a")
				p.Send(16, wrong, d{}, "com.a")
				p.ExpectViolation()
			}
		},
	},
	{
		ID: "W010", Level: Must, Spec: "b/building_blocks, b/remote_procedure_call",
		Rule: "The router counts the invocations of each callee session: 1, 2, 3, …, across registrations and callers.",
		Test: func(t *T) {
			callers := []*Peer{t.Peer(), t.Peer()}
			for i, callee := range []*Peer{t.Peer(), t.Peer()} {
				procedures := [][]string{{"com.a", "com.b"}, {"com.c", "com.d"}}[i]
				for _, procedure := range procedures {
					callee.Register(procedure)
				}
				for n := 1; n <= 8; n++ {
					caller := callers[n%2]
					caller.Send(48, next, d{}, procedures[n/2%2])
					callee.Expect(68, n, anID, d{})
					callee.Yield(int64(n))
					caller.Expect(50, last, d{})
				}
			}
		},
	},
	{
		ID: "W011", Level: Must, Spec: "b/building_blocks",
		Rule: "A reply carries the id of its request; CANCEL carries that of the CALL and INTERRUPT that of the INVOCATION.",
		Test: func(t *T) {
			p, callee := t.Peer(), t.Peer(interruptible)
			callee.Register("com.slow") // invocation and call ids are to differ
			p.Send(48, 10, d{}, "com.slow")
			callee.Yield(callee.Invoked())
			p.Expect(50, 10, d{})

			p.Send(32, 11, d{}, "com.a")
			subscription := p.Expect(33, 11, anID).ID(2)
			p.Send(34, 12, subscription)
			p.Expect(35, 12)
			p.Send(16, 13, d{"acknowledge": true}, "com.a")
			p.Expect(17, 13, anID)
			p.Send(64, 14, d{}, "com.a")
			registration := p.Expect(65, 14, anID).ID(2)
			p.Send(66, 15, registration)
			p.Expect(67, 15)
			p.Send(66, 16, registration)
			p.ExpectError(66, 16, "wamp.error.no_such_registration")
			p.Send(34, 17, subscription)
			p.ExpectError(34, 17, "wamp.error.no_such_subscription")

			p.Send(48, 18, d{}, "com.slow")
			invocation := callee.Invoked()
			p.Send(49, 18, d{"mode": "kill"})
			callee.Expect(69, invocation, aDict)
			callee.Send(8, 68, invocation, d{}, "com.stopped")
			p.ExpectError(48, 18, "com.stopped")
		},
	},
	{
		ID: "W012", Level: Derived, Spec: "b/building_blocks",
		Rule: "Request ids mean something inside their session only: sessions that use the same ones do not interfere.",
		Test: func(t *T) {
			callee := t.Peer()
			callee.Register("com.echo")
			callers := []*Peer{t.Peer(), t.Peer(), t.Peer()}
			for i, caller := range callers {
				caller.Send(48, 1, d{}, "com.echo", l{i})
			}
			var invocations []Message
			for range callers {
				invocations = append(invocations, callee.Expect(68, anID, anID, d{}, aList))
			}
			callers[1].Send(49, 1, d{}) // cancels its own call only
			callers[1].ExpectError(48, 1, "wamp.error.canceled")
			for _, invocation := range slices.Backward(invocations) {
				callee.Send(70, invocation.ID(1), d{}, invocation.At(4))
			}
			callers[0].Expect(50, 1, d{}, l{0})
			callers[2].Expect(50, 1, d{}, l{2})
			callers[1].ExpectNothing()
		},
	},
	{
		ID: "W013", Level: Ambiguous, Spec: "b/building_blocks",
		Rule: "Deployed clients break W009, so that it is a switch of the realm: `strict.request_ids`. The default is lenient and takes ids with gaps, in any order.",
		Test: func(t *T) {
			lenient := t.Peer()
			for _, id := range []int{7, 3, 1 << 30, 4} {
				lenient.Send(16, id, d{"acknowledge": true}, "com.a")
				lenient.Expect(17, id, anID)
			}
			strict := t.Start(strictRequestIDs).Peer()
			strict.Send(16, 7, d{"acknowledge": true}, "com.a")
			strict.ExpectViolation()
		},
	},
}}

// Violates says a message in a session of its own, which has to end for it.
func (t *T) Violates(message ...any) {
	p := t.Peer()
	p.Send(message...)
	p.ExpectViolation()
}

// random checks that ids look drawn from the whole range. With so few of them
// the mean has a standard deviation of at most 0.03 of the range, so that the
// bounds are more than six of these away.
func (t *T) random(what string, ids []int64) {
	rising, sum := 0, 0.0
	for i, id := range ids {
		sum += float64(id) / float64(wamp.MaxID)
		if i > 0 && id > ids[i-1] {
			rising++
		}
		if slices.Contains(ids[:i], id) {
			t.Errorf("%s: %d is drawn twice", what, id)
		}
	}
	if mean := sum / float64(len(ids)); mean < 0.3 || mean > 0.7 {
		t.Errorf("%s: the mean of the ids is %v of the range", what, mean)
	}
	if n := len(ids); rising < n/5 || rising > n-n/5 {
		t.Errorf("%s: %d of %d ids are larger than the one before", what, rising, n)
	}
}
