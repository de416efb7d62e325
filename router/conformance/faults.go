package conformance

import "time"

// faults are the cases of sessions that do what they must not, and of routers
// that end them.
var faults = []Case{
	{
		ID: "W053", Level: Must, Spec: "b/building_blocks, b/messages", Links: everyLink,
		Rule: "A client that sends what only routers send breaks the protocol.",
		Test: func(t *T) {
			for _, message := range []l{
				{2, 1, d{"roles": d{"broker": d{}}}}, {4, "ticket", d{}}, {17, 1, 1}, {33, 1, 1}, {35, 1}, {35, 0, d{"subscription": 1}}, {36, 1, 1, d{}},
				{50, 1, d{}}, {65, 1, 1}, {67, 1}, {67, 0, d{"registration": 1}}, {68, 1, 1, d{}}, {69, 1, d{}},
			} {
				t.Violates(message...)
			}
		},
	},
	{
		ID: "W054", Level: Must, Spec: "b/building_blocks",
		Rule: "A client's ERROR answers an INVOCATION: one with any other request type is a protocol violation.",
		Test: func(t *T) {
			for _, kind := range []int{1, 16, 32, 34, 48, 49, 64, 66, 69, 70, 0, 99} {
				t.Violates(8, kind, 1, d{}, "a.b")
			}
		},
	},
	{
		ID: "W055", Level: Must, Spec: "b/building_blocks",
		Rule: "A YIELD or ERROR for an invocation that this session was never given is a protocol violation.",
		Test: func(t *T) {
			t.Violates(70, 999, d{})
			t.Violates(70, 1, d{"progress": true})
			t.Violates(8, 68, 1, d{}, "a.b")
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			callee.Serves(caller, "com.procedure")
			t.Violates(70, 1, d{}) // issued, but to another session
			caller.Send(48, next, d{}, "com.procedure")
			callee.Yield(callee.Invoked() + 1)
			callee.ExpectViolation()
			caller.ExpectError(48, last, "wamp.error.canceled")
		},
	},
	{
		ID: "W056", Level: Must, Spec: "b/remote_procedure_call, a/rpc_call_canceling",
		Rule: "A YIELD or ERROR for an invocation that is over, since it was canceled or timed out or its caller left, is dropped quietly.",
		Test: func(t *T) {
			canceled := func(mode string) func(caller *Peer) {
				return func(caller *Peer) {
					caller.Send(49, last, d{"mode": mode})
					caller.ExpectError(48, last, "wamp.error.canceled")
				}
			}
			for _, ending := range []struct {
				how        string
				end        func(caller *Peer)
				interrupts bool
			}{
				{"canceled by skip", canceled("skip"), false},
				{"canceled by killnowait", canceled("killnowait"), true},
				{"the caller left", (*Peer).Leave, true},
			} {
				t.note("-- %s", ending.how)
				callee := t.Peer(interruptible)
				registration := callee.Register("com.procedure")
				for _, answer := range []l{{70, last, d{}, l{"late"}}, {70, last, d{"progress": true}, l{"late"}}, {8, 68, last, d{}, "com.late"}} {
					caller := t.Peer()
					caller.Send(48, next, d{}, "com.procedure")
					invocation := callee.Invoked()
					ending.end(caller)
					if ending.interrupts {
						callee.Expect(69, invocation, aDict)
					}
					late := l{}
					for _, element := range answer {
						if element == last {
							element = invocation
						}
						late = append(late, element)
					}
					callee.Send(late...)
					callee.Send(late...)
					callee.ExpectNothing()
					if caller.open {
						caller.ExpectNothing()
					}
				}
				callee.Unregister(registration)
			}
			if t.Announces("dealer.call_timeout") {
				callee, caller := t.Peer(), t.Peer()
				callee.Register("com.slow")
				caller.Send(48, next, d{"timeout": 10}, "com.slow")
				invocation := callee.Invoked()
				caller.ExpectError(48, last, "wamp.error.timeout")
				callee.Yield(invocation, "late")
				caller.ExpectNothing()
				callee.ExpectNothing()
			}
		},
	},
	{
		ID: "W057", Level: Must, Spec: "b/building_blocks",
		Rule: "AUTHENTICATE where there is no CHALLENGE to answer is a protocol violation, and so is anything else where there is one.",
		Test: func(t *T) {
			t.Violates(5, "secret", d{})
			p := t.Connect()
			p.Send(5, "secret", d{})
			p.ExpectViolation()

			asked := t.Start(asking)
			hello := l{1, "realm1", d{"roles": d{"caller": d{}}, "authmethods": l{"riddle"}}}
			for _, wrong := range []l{{32, 1, d{}, "com.topic"}, hello, {6, d{}, "wamp.close.close_realm"}, {99}} {
				p := asked.Connect()
				p.Send(hello...)
				p.Expect(4, "riddle", aDict)
				p.Send(wrong...)
				p.ExpectViolation()
			}
			p = asked.Connect()
			p.Send(hello...)
			p.Expect(4, "riddle", aDict)
			p.Send(5, "a man", d{})
			p.Expect(2, anID, aDict)
			p.Send(5, "a man", d{})
			p.ExpectViolation()
		},
	},
	{
		ID: "W058", Level: Must, Spec: "b/building_blocks", Links: everyLink,
		Rule: "A protocol violation ends the session at once: nothing that the peer sent after it is processed, even if it came by the same write.",
		Test: func(t *T) {
			subscriber := t.Peer()
			subscriber.Subscribe("com.topic")
			for range 20 {
				p := t.Peer()
				p.SendAtOnce(l{16, 1, d{}, "com.topic", l{"before"}}, l{99}, l{16, 2, d{}, "com.topic", l{"after"}}, l{6, d{}, "wamp.close.close_realm"})
				p.ExpectViolation()
				subscriber.Expect(36, anID, anID, d{}, l{"before"})
			}
			first := t.Connect()
			first.SendAtOnce(l{99}, l{1, "realm1", d{"roles": d{"publisher": d{}}}}, l{16, 1, d{}, "com.topic", l{"after"}})
			first.ExpectViolation()
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W059", Level: Should, Spec: "b/building_blocks", Links: everyLink,
		Rule: "After a protocol violation the connection is closed too, within a second.",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(99)
			p.Expect(3, aDict, "wamp.error.protocol_violation", rest)
			aborted := time.Now()
			p.ExpectEnd()
			if took := time.Since(aborted); took > time.Second {
				t.Errorf("the connection was closed after %v", took)
			}
		},
	},
	{
		ID: "W060", Level: Derived, Spec: "security", Links: everyLink, Router: []Option{hurried},
		Rule: "A peer that does not say HELLO, or does not answer CHALLENGE, is not waited for forever.",
		Test: func(t *T) {
			silent := t.Connect()
			if got, err := silent.hear(); err == nil {
				if got.At(0) != int64(3) {
					t.Errorf("a peer that says nothing hears %s", got.text)
				}
				silent.ExpectEnd()
			}
			slow := t.Start(hurried, asking).Connect()
			slow.Send(1, "realm1", d{"roles": d{"caller": d{}}, "authmethods": l{"riddle"}})
			if asked := slow.Expect(oneOf(4, 3), rest); asked.At(0) == int64(4) { // a machine may be so busy that HELLO is late already
				slow.Expect(3, aDict, aString, rest)
			}
			slow.ExpectEnd()
			var parts []func()
			for _, beginning := range []string{"", "\x7f", "\x7f\xf1", "GET /ws HTTP/1.1\r\n"} {
				parts = append(parts, func() { t.endsAfter([]byte(beginning)) })
			}
			t.Together(parts...)
		},
	},
	{
		ID: "W061", Level: Optional, Spec: "b/sessions",
		Rule: "The router names its software in WELCOME.Details.agent, and tells by the meta API what a client says in HELLO.Details.agent.",
		Test: func(t *T) {
			p := t.Peer(saying(d{"agent": "suite-1.0"}))
			if agent := p.Welcome["agent"]; !aString.fits(agent) {
				t.Errorf("agent is %v", agent)
			}
			if agent := dig(t.Peer().Call("wamp.session.get", p.Session).Result(0), "agent"); agent != "suite-1.0" {
				t.Errorf("wamp.session.get says that the agent is %v", agent)
			}
		},
	},
	{
		ID: "W062", Level: Must, Spec: "b/uri_reference", Links: everyLink,
		Rule: "A router that shuts down says GOODBYE `wamp.close.system_shutdown` to every session, and answers HELLO with ABORT for the same reason.",
		Test: func(t *T) {
			joined := []*Peer{t.Peer(), t.Peer(), t.Peer()}
			late := t.Connect()
			ended := t.Node().shutdown()
			for _, p := range joined {
				p.Expect(6, aDict, "wamp.close.system_shutdown")
			}
			late.Send(1, "realm1", d{"roles": d{"caller": d{}}})
			late.ExpectAbort("wamp.close.system_shutdown")
			for _, p := range joined {
				p.Send(6, d{}, "wamp.close.goodbye_and_out")
				p.ExpectEnd()
			}
			t.must(<-ended)
		},
	},
	{
		ID: "W063", Level: Derived, Spec: "b/sessions",
		Rule: "Decided: a peer may act in a role that it has not announced, as other routers allow it. What it announced limits only what is sent to it.",
		Test: func(t *T) {
			p, other := t.Peer(playing("publisher")), t.Peer(playing("subscriber"))
			p.Register("com.procedure")
			p.Subscribe("com.topic")
			p.Serves(other, "com.procedure")
			other.Publish("com.topic", "x")
			p.Expect(36, anID, anID, d{}, l{"x"})
		},
	},
}

// endsAfter makes a connection, sends octets, and waits for the router to close it.
func (t *T) endsAfter(octets []byte) {
	w := newRawWire(t.Node().netConn())
	t.must(w.octets(octets))
	for {
		var octet [1]byte
		switch err := w.read(octet[:]).(type) {
		case nil: // an answer of HTTP, or a refusal
		case *closed:
			return
		default:
			t.Fatalf("a connection that goes no further than %q is not closed: %v", octets, err)
		}
	}
}
