package conformance

import "slices"

var sessions = Chapter{Title: "Session life cycle", Cases: slices.Concat(beginningAndEnd, faults)}

var beginningAndEnd = []Case{
	{
		ID: "W040", Level: Must, Spec: "b/sessions, b/building_blocks", Links: everyLink,
		Rule: "HELLO comes first: any other message before it is a protocol violation.",
		Test: func(t *T) {
			for _, first := range []l{
				{32, 1, d{}, "com.topic"}, {6, d{}, "wamp.close.close_realm"}, {8, 68, 1, d{}, "com.error"}, {70, 1, d{}}, {48, 1, d{}, "com.procedure"},
				{16, 1, d{}, "com.topic"}, {64, 1, d{}, "com.procedure"}, {34, 1, 1}, {66, 1, 1}, {49, 1, d{}}, {5, "secret", d{}},
				{2, 1, d{"roles": d{}}}, {33, 1, 1}, {35, 1}, {17, 1, 1}, {50, 1, d{}}, {65, 1, 1}, {67, 1}, {68, 1, 1, d{}}, {99},
			} {
				p := t.Connect()
				p.Send(first...)
				p.ExpectViolation()
			}
		},
	},
	{
		ID: "W041", Level: Must, Spec: "b/sessions",
		Rule: "Where nobody has to authenticate, WELCOME is the first thing that the router says.",
		Test: func(t *T) {
			p := t.Connect()
			p.Send(1, "realm1", d{"roles": d{"caller": d{}}})
			p.Expect(2, anID, aDict)
			p.ExpectNothing()
		},
	},
	{
		ID: "W042", Level: Must, Spec: "b/sessions, a/features",
		Rule: "WELCOME names the router's roles, broker and dealer, each with its features.",
		Test: func(t *T) {
			for _, role := range []string{"broker", "dealer"} {
				features, ok := dig(t.Peer().Welcome, "roles", role, "features").(d)
				if !ok || len(features) == 0 {
					t.Errorf("the %s has the features %v", role, features)
				}
				for name, value := range features {
					if value != true {
						t.Errorf("%s.%s is %v", role, name, value)
					}
				}
			}
		},
	},
	{
		ID: "W043", Level: Must, Spec: "b/sessions", Links: everyRawSocket,
		Rule: "A client announces at least one role: HELLO without any that clients have is answered with ABORT.",
		Test: func(t *T) {
			for _, details := range []d{
				{}, {"roles": d{}}, {"roles": d{"spectator": d{}}}, {"roles": d{"broker": d{}, "dealer": d{}}}, {"roles": nil},
				{"roles": l{"caller"}}, {"roles": "caller"}, {"roles": d{"caller": true}}, {"roles": d{"caller": d{"features": l{}}}},
			} {
				p := t.Connect()
				p.Send(1, "realm1", details)
				p.ExpectAbort(aString)
			}
			for _, role := range []string{"caller", "callee", "publisher", "subscriber"} {
				t.Peer(playing(role)).ExpectNothing()
			}
		},
	},
	{
		ID: "W044", Level: Must, Spec: "b/sessions",
		Rule: "A second HELLO in a session is a protocol violation, and the session is disposed of.",
		Test: func(t *T) {
			p, caller := t.Peer(), t.Peer()
			p.Register("com.procedure")
			caller.Send(48, next, d{}, "com.procedure")
			p.Invoked()
			p.Send(1, "realm1", d{"roles": d{"callee": d{}}})
			p.ExpectViolation()
			caller.ExpectError(48, last, "wamp.error.canceled")
			caller.Register("com.procedure")
		},
	},
	{
		ID: "W045", Level: Must, Spec: "b/sessions, b/uri_reference", Links: everyLink,
		Rule: "HELLO for a realm that does not exist is answered with ABORT `wamp.error.no_such_realm`, unless the router is configured to make realms.",
		Test: func(t *T) {
			p := t.Connect()
			p.Send(1, "realm.unknown", d{"roles": d{"caller": d{}}})
			p.ExpectAbort("wamp.error.no_such_realm")

			making := t.Start(autoRealm)
			here, there := making.Peer(into("realm.new")), making.Peer(into("realm.newer"))
			here.Register("com.procedure")
			there.Refused("wamp.error.no_such_procedure", 48, d{}, "com.procedure")
			making.Peer(into("realm.new")).Refused("wamp.error.procedure_already_exists", 64, d{}, "com.procedure")
		},
	},
	{
		ID: "W046", Level: Must, Spec: "b/uri_reference",
		Rule: "HELLO for a malformed realm is answered with ABORT `wamp.error.invalid_uri`.",
		Test: func(t *T) {
			for _, node := range []*Node{t.Node(), t.Start(autoRealm)} {
				for _, realm := range malformedURIs {
					p := node.Connect()
					p.Send(1, realm, d{"roles": d{"caller": d{}}})
					p.ExpectAbort("wamp.error.invalid_uri")
				}
			}
		},
	},
	{
		ID: "W047", Level: Must, Spec: "b/sessions", Links: everyLink,
		Rule: "GOODBYE is answered once, with GOODBYE and `wamp.close.goodbye_and_out`.",
		Test: func(t *T) {
			for _, reason := range []string{"wamp.close.close_realm", "wamp.close.normal", "com.mine"} {
				p := t.Peer()
				p.Send(6, d{"message": "bye"}, reason)
				p.Expect(6, aDict, "wamp.close.goodbye_and_out")
				p.Join() // the next thing that is heard is WELCOME
			}
		},
	},
	{
		ID: "W048", Level: Must, Spec: "b/sessions",
		Rule: "GOODBYE ends the session with all that it holds, even though the connection stays open.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			leaves := t.leaves(p, other)
			p.Register("com.procedure")
			p.Subscribe("com.topic")
			other.Send(48, next, d{}, "com.procedure")
			p.Invoked()
			p.Send(6, d{}, "wamp.close.close_realm")
			p.Expect(6, aDict, "wamp.close.goodbye_and_out")
			other.ExpectError(48, last, "wamp.error.canceled")
			leaves()
			other.Register("com.procedure")
			other.Publish("com.topic")
			p.Join().ExpectNothing()
		},
	},
	{
		ID: "W049", Level: Must, Spec: "b/sessions", Links: everyLink,
		Rule: "After its own GOODBYE the router ignores everything but GOODBYE, ABORT and the end of the connection, and does not wait for them forever.",
		Test: func(t *T) {
			p, callee := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			ended := t.Node().shutdown()
			for _, one := range []*Peer{p, callee} {
				one.Expect(6, aDict, "wamp.close.system_shutdown")
			}
			p.SendAtOnce(l{48, 1, d{}, "com.procedure"}, l{32, 2, d{}, "com.topic"}, l{70, 99, d{}}, l{99}, l{}, l{48, "x"})
			p.SendFrame([]byte("{\xff")) // no message at all
			p.Send(6, d{}, "wamp.close.goodbye_and_out")
			p.ExpectEnd()
			callee.Send(6, d{}, "wamp.close.goodbye_and_out")
			callee.ExpectEnd()
			t.must(<-ended)

			hasty := t.Start(curt)
			silent := hasty.Peer()
			ended = hasty.shutdown()
			silent.Expect(6, aDict, "wamp.close.system_shutdown")
			silent.ExpectEnd()
			t.must(<-ended)
		},
	},
	{
		ID: "W050", Level: Must, Spec: "b/sessions", Links: everyLink,
		Rule: "A client's ABORT ends its session and is not answered.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			leaves := t.leaves(p, other)
			p.Register("com.procedure")
			other.Send(48, next, d{}, "com.procedure")
			p.Invoked()
			p.Send(3, d{"message": "enough"}, "com.reason")
			p.ExpectEnd()
			other.ExpectError(48, last, "wamp.error.canceled")
			leaves()
			other.Register("com.procedure")
			early := t.Connect()
			early.Send(3, d{}, "com.reason")
			early.ExpectEnd()
		},
	},
	{
		ID: "W051", Level: Derived, Spec: "b/sessions", Links: everyLink,
		Rule: "ABORT and GOODBYE reach the peer before the connection is closed, always.",
		Test: func(t *T) {
			for range 100 {
				refused := t.Connect()
				refused.Send(1, "realm.unknown", d{"roles": d{"caller": d{}}})
				refused.ExpectAbort("wamp.error.no_such_realm")
			}
			for range 50 {
				t.Violates(99)
			}
			for range 20 {
				p := t.Peer()
				p.SendAtOnce(l{16, 1, d{}, "com.topic"}, l{6, d{}, "wamp.close.close_realm"})
				p.Expect(6, aDict, "wamp.close.goodbye_and_out")
			}
		},
	},
	{
		ID: "W052", Level: Must, Spec: "b/sessions", Links: everyLink,
		Rule: "When the connection is lost the session ends as if it had said GOODBYE.",
		Test: func(t *T) {
			inside := func(p *Peer) { // a frame
				frame := p.wire.framed(p.encode(l{16, 9, d{}, "com.topic", l{"x"}}))
				p.SendOctets(frame[:len(frame)-3])
				p.Close()
			}
			for _, lose := range []func(p *Peer){(*Peer).Reset, (*Peer).Close, inside} {
				p, other := t.Peer(), t.Peer()
				leaves := t.leaves(p, other)
				p.Register("com.procedure")
				p.Subscribe("com.topic")
				other.Send(48, next, d{}, "com.procedure")
				p.Invoked()
				lose(p)
				other.ExpectError(48, last, "wamp.error.canceled")
				leaves()
				other.Unregister(other.Register("com.procedure"))
			}
		},
	},
}

// leaves lets a watcher wait for on_leave of a peer, if the router has the
// session meta API.
func (t *T) leaves(p, watcher *Peer) (happened func()) {
	if !t.Announces("broker.session_meta_api") {
		return func() {}
	}
	subscription := watcher.Subscribe("wamp.session.on_leave")
	return func() {
		watcher.Expect(36, subscription, anID, d{}, l{p.Session, p.Welcome["authid"], p.Welcome["authrole"]})
	}
}
