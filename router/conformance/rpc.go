package conformance

var rpc = Chapter{Title: "Remote procedure calls", Cases: []Case{
	{
		ID: "W076", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "REGISTER is answered with REGISTERED or ERROR.",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(64, 1, d{}, "com.procedure")
			p.Expect(65, 1, anID)
			p.Send(64, 2, d{}, "com..procedure")
			p.Expect(8, 64, 2, d{}, "wamp.error.invalid_uri", rest)
			p.ExpectNothing()
		},
	},
	{
		ID: "W077", Level: Must, Spec: "b/uri_reference",
		Rule: "A procedure that is registered already cannot be registered again: `wamp.error.procedure_already_exists`, for everybody.",
		Test: func(t *T) {
			callee, other := t.Peer(), t.Peer()
			for _, match := range []string{"exact", "prefix", "wildcard"} {
				callee.Register("com.procedure", d{"match": match})
				callee.Refused("wamp.error.procedure_already_exists", 64, d{"match": match}, "com.procedure")
				other.Refused("wamp.error.procedure_already_exists", 64, d{"match": match}, "com.procedure")
			}
			callee.Serves(other, "com.procedure")
		},
	},
	{
		ID: "W078", Level: Derived, Spec: "a/rpc_pattern_based_registration",
		Rule: "The same URI registered exact, as a prefix and as a wildcard makes three registrations.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			exact := callee.Register("com.procedure")
			prefix := callee.Register("com.procedure", d{"match": "prefix"})
			wildcard := callee.Register("com.procedure", d{"match": "wildcard"})
			if exact == prefix || exact == wildcard || prefix == wildcard {
				t.Errorf("the ids are %d, %d and %d", exact, prefix, wildcard)
			}
			for _, registration := range []int64{exact, prefix, wildcard} {
				caller.Send(48, next, d{}, "com.procedure")
				callee.Yield(callee.Expect(68, anID, registration, aDict).ID(1))
				caller.Expect(50, last, d{})
				callee.Unregister(registration)
			}
			caller.Refused("wamp.error.no_such_procedure", 48, d{}, "com.procedure")
		},
	},
	{
		ID: "W079", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "UNREGISTER is answered with UNREGISTERED, after which the procedure does not exist.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			registration := callee.Register("com.procedure")
			callee.Send(66, 2, registration)
			callee.Expect(67, 2)
			caller.Refused("wamp.error.no_such_procedure", 48, d{}, "com.procedure")
			callee.ExpectNothing()
			caller.Register("com.procedure")
		},
	},
	{
		ID: "W080", Level: Must, Spec: "b/uri_reference",
		Rule: "UNREGISTER of a registration that does not exist, or that this session does not hold, is refused with `wamp.error.no_such_registration` and changes nothing.",
		Test: func(t *T) {
			callee, other := t.Peer(), t.Peer()
			registration := callee.Register("com.procedure")
			watched := t.watching(other, "dealer.registration_meta_api", "wamp.registration.on_unregister", "wamp.registration.on_delete")
			other.Refused("wamp.error.no_such_registration", 66, registration)
			other.Refused("wamp.error.no_such_registration", 66, 12345)
			watched.ExpectNothing()
			callee.Serves(other, "com.procedure")
		},
	},
	{
		ID: "W081", Level: Must, Spec: "b/uri_reference", Links: everyLink,
		Rule: "CALL of a procedure that nobody has registered fails with `wamp.error.no_such_procedure`.",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(48, 1, d{}, "com.unknown", l{1}, d{"a": 2})
			p.Expect(8, 48, 1, d{}, "wamp.error.no_such_procedure", rest)
			p.ExpectNothing()
		},
	},
	{
		ID: "W082", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "CALL becomes INVOCATION and YIELD becomes RESULT, with the payload unchanged both ways.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			registration := callee.Register("com.procedure")
			for _, payload := range []l{
				{}, {l{"Hello, world!"}}, {l{23, 7}}, {l{"johnny"}, d{"firstname": "John", "surname": "Doe"}}, {l{}, d{"userid": 123, "karma": 10}}, {l{nil, 1.5, l{d{}}}},
			} {
				caller.Send(append(l{48, next, d{}, "com.procedure"}, payload...)...)
				invocation := callee.Expect(append(l{68, anID, registration, d{}}, payload...)...).ID(1)
				callee.Send(append(l{70, invocation, d{}}, payload...)...)
				caller.Expect(append(l{50, last, d{}}, payload...)...)
			}
		},
	},
	{
		ID: "W083", Level: Derived, Spec: "b/introduction",
		Rule: "A session may call a procedure that it serves itself.",
		Test: func(t *T) {
			p := t.Peer()
			p.Register("com.procedure")
			p.Serves(p, "com.procedure")
		},
	},
	{
		ID: "W084", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "A callee's ERROR reaches the caller with its URI and payload, as the answer to the CALL.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			for _, payload := range []l{{}, {l{"Object is write protected."}}, {l{"Object is write protected."}, d{"severity": 3}}, {l{}, d{"severity": 3}}} {
				caller.Send(append(l{48, next, d{}, "com.procedure"}, payload...)...)
				invocation := callee.Expect(68, anID, anID, d{}, rest).ID(1)
				callee.Send(append(l{8, 68, invocation, d{}, "com.myapp.error.object_write_protected"}, payload...)...)
				caller.Expect(append(l{8, 48, last, d{}, "com.myapp.error.object_write_protected"}, payload...)...)
			}
		},
	},
	{
		ID: "W085", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "When the callee leaves during a call, the caller gets ERROR `wamp.error.canceled`.",
		Test: func(t *T) {
			for _, leave := range []func(p *Peer){(*Peer).Reset, (*Peer).Close, (*Peer).Leave} {
				callee, caller := t.Peer(), t.Peer()
				callee.Register("com.procedure")
				caller.Send(48, next, d{}, "com.procedure")
				callee.Invoked()
				leave(callee)
				caller.ExpectError(48, last, "wamp.error.canceled")
				caller.ExpectNothing()
			}
		},
	},
	{
		ID: "W086", Level: Must, Spec: "b/remote_procedure_call", Links: everyLink,
		Rule: "When the caller leaves during a call, a callee that announced `call_canceling` gets INTERRUPT with the mode `killnowait`.",
		Test: func(t *T) {
			callee := t.Peer(interruptible)
			callee.Register("com.procedure")
			for _, leave := range []func(p *Peer){(*Peer).Reset, (*Peer).Close, (*Peer).Leave} {
				caller := t.Peer()
				caller.Send(48, next, d{}, "com.procedure")
				invocation := callee.Invoked()
				leave(caller)
				callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
			}
			callee.ExpectNothing()
		},
	},
	{
		ID: "W087", Level: Must, Spec: "b/remote_procedure_call",
		Rule: "…and any other callee gets none.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			caller.Send(48, next, d{}, "com.procedure")
			callee.Invoked()
			caller.Leave()
			callee.ExpectNothing()
		},
	},
	{
		ID: "W088", Level: Must, Spec: "b/remote_procedure_call",
		Rule: "An answer to a call whose caller has left is dropped, and is no violation.",
		Test: func(t *T) {
			callee, other := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			for _, answer := range []func(invocation int64){
				func(i int64) { callee.Yield(i) },
				func(i int64) { callee.Send(70, i, d{"progress": true}) },
				func(i int64) { callee.Send(8, 68, i, d{}, "com.error") },
			} {
				caller := t.Peer()
				caller.Send(48, next, d{}, "com.procedure")
				invocation := callee.Invoked()
				caller.Leave()
				answer(invocation)
				callee.ExpectNothing()
			}
			callee.Serves(other, "com.procedure")
		},
	},
	{
		ID: "W089", Level: Derived, Spec: "security",
		Rule: "Nobody but the session that was invoked can answer.",
		Test: func(t *T) {
			callee, caller, spoofer := t.Peer(), t.Peer(), t.Peer()
			callee.Register("com.procedure")
			spoofer.Register("com.other")
			caller.Send(48, next, d{}, "com.procedure")
			invocation := callee.Invoked()
			other := t.Peer()
			other.Send(48, next, d{}, "com.other")
			if same := spoofer.Invoked(); same != invocation {
				t.Fatalf("the invocations are %d and %d", invocation, same)
			}
			spoofer.Yield(invocation, "spoof")
			other.Expect(50, last, d{}, l{"spoof"}) // that was its own invocation
			spoofer.Send(70, invocation, d{}, l{"spoof"})
			spoofer.Send(8, 68, invocation, d{}, "com.spoof")
			t.Violates(70, invocation, d{}, l{"spoof"})
			caller.ExpectNothing()
			callee.Yield(invocation, "truth")
			caller.Expect(50, anID, d{}, l{"truth"})
		},
	},
	{
		ID: "W090", Level: Derived, Spec: "b/remote_procedure_call",
		Rule: "UNREGISTER does not cancel the invocations that are under way.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			registration := callee.Register("com.procedure")
			caller.Send(48, next, d{}, "com.procedure")
			invocation := callee.Invoked()
			callee.Unregister(registration)
			caller.ExpectNothing()
			callee.Yield(invocation, "done")
			caller.Expect(50, last, d{}, l{"done"})
		},
	},
	{
		ID: "W091", Level: Derived, Spec: "b/remote_procedure_call",
		Rule: "A callee that says GOODBYE leaves: each of its pending calls gets exactly one answer.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.a")
			callee.Register("com.b", d{"match": "prefix"})
			var canceled []l
			for i := range 20 {
				request := caller.Send(48, next, d{}, []string{"com.a", "com.b.c"}[i%2])
				callee.Invoked()
				canceled = append(canceled, l{8, 48, request, aDict, "wamp.error.canceled", rest})
			}
			callee.SendAtOnce(l{70, 1, d{}, l{"just in time"}}, l{6, d{}, "wamp.close.close_realm"}, l{70, 2, d{}, l{"too late"}})
			canceled[0] = l{50, 1, d{}, l{"just in time"}}
			caller.ExpectEach(canceled...)
			caller.ExpectNothing()
		},
	},
	{
		ID: "W092", Level: Derived, Spec: "a/rpc_progressive_call_results", Links: everyLink,
		Rule: "A call ends with exactly one RESULT or ERROR, whatever races with what.",
		Test: func(t *T) {
			for round := range 10 {
				t.race(round)
			}
		},
	},
}}

// race lets a callee answer, unregister and leave while the caller calls and
// cancels, and counts the answers.
func (t *T) race(round int) {
	const calls = 40
	caller, callee := t.Peer(), t.Peer(interruptible)
	registration := callee.Register("com.race")
	answers := map[int64]int{}
	t.Together(func() {
		modes := []string{"kill", "killnowait", "skip"}
		for i := range calls {
			caller.Send(48, next, d{"receive_progress": i%4 == 0}, "com.race", l{i})
			if i%2 == 0 {
				caller.Send(49, last, d{"mode": modes[(round+i/2)%3]})
			}
		}
		caller.RoundTrip()
	}, func() {
		for seen := 0; seen < calls/2; {
			got, err := callee.hear()
			t.must(err)
			if got.At(0) == int64(69) {
				callee.Send(8, 68, got.ID(1), d{}, "wamp.error.canceled")
				continue
			}
			seen++
			callee.SendAtOnce(l{70, got.ID(1), d{"progress": true}}, l{70, got.ID(1), d{}}, l{8, 68, got.ID(1), d{}, "com.again"})
		}
		switch round % 3 {
		case 0:
			callee.Reset()
		case 1:
			callee.Send(66, next, registration)
			callee.Send(6, d{}, "wamp.close.close_realm")
		default:
			callee.Send(99)
		}
	})
	for len(answers) < calls {
		got, err := caller.hear()
		t.must(err)
		if got.At(0) == int64(8) {
			answers[got.ID(2)]++
		} else if got.Dict(2)["progress"] != true {
			answers[got.ID(1)]++
		}
	}
	caller.RoundTrip()
	for _, extra := range caller.inbox {
		t.Errorf("after every call was answered: %s", extra.text)
	}
	for request, n := range answers {
		if n != 1 {
			t.Errorf("call %d has %d answers", request, n)
		}
	}
}
