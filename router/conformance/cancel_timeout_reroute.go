package conformance

var cancelTimeoutReroute = Chapter{Title: "Call canceling, timeout, rerouting", Cases: []Case{
	{
		ID: "W127", Level: Must, Spec: "a/rpc_call_canceling",
		Rule:  "CANCEL with the mode `skip`: the caller gets ERROR at once, the callee is not told, and its answer is dropped.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, invocation := t.openCall(interruptible)
			caller.Send(49, last, d{"mode": "skip"})
			caller.ExpectError(48, last, "wamp.error.canceled")
			callee.ExpectNothing()
			callee.Yield(invocation, "late")
			caller.ExpectNothing()
		},
	},
	{
		ID: "W128", Level: Must, Spec: "a/rpc_call_canceling",
		Rule:  "CANCEL with the mode `kill`: the callee is interrupted, and the caller gets what it answers, be it RESULT or ERROR.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, invocation := t.openCall(interruptible)
			caller.Send(49, last, d{"mode": "kill"})
			callee.Expect(69, invocation, containing(d{"mode": "kill"}))
			caller.ExpectNothing()
			callee.Send(8, 68, invocation, d{}, "wamp.error.canceled", l{"as you like"})
			caller.Expect(8, 48, anID, d{}, "wamp.error.canceled", l{"as you like"})
			callee.Leave()

			caller, callee, invocation = t.openCall(interruptible)
			caller.Send(49, last, d{"mode": "kill"})
			callee.Expect(69, invocation, aDict)
			callee.Yield(invocation, "was ready")
			caller.Expect(50, last, d{}, l{"was ready"})
			callee.ExpectNothing()
		},
	},
	{
		ID: "W129", Level: Must, Spec: "a/rpc_call_canceling", Links: everyLink,
		Rule:  "CANCEL with the mode `killnowait`: the callee is interrupted, and the caller gets ERROR at once.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, invocation := t.openCall(interruptible)
			caller.Send(49, last, d{"mode": "killnowait"})
			caller.ExpectError(48, last, "wamp.error.canceled")
			callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
			callee.Send(8, 68, invocation, d{}, "wamp.error.canceled")
			callee.ExpectNothing()
			caller.ExpectNothing()
		},
	},
	{
		ID: "W130", Level: Must, Spec: "a/rpc_call_canceling",
		Rule:  "If the callee has not announced call canceling, every mode is `skip`.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			for _, options := range []d{{"mode": "kill"}, {"mode": "killnowait"}, {"mode": "skip"}, {}} {
				caller, callee, invocation := t.openCall()
				caller.Send(49, last, options)
				caller.ExpectError(48, last, "wamp.error.canceled")
				callee.Yield(invocation)
				callee.ExpectNothing()
				caller.ExpectNothing()
				callee.Leave()
			}
		},
	},
	{
		ID: "W131", Level: Ambiguous, Spec: "a/rpc_call_canceling",
		Rule:  "CANCEL without a mode is `killnowait`.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, invocation := t.openCall(interruptible)
			caller.Send(49, last, d{})
			caller.ExpectError(48, last, "wamp.error.canceled")
			callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
		},
	},
	{
		ID: "W132", Level: Derived, Spec: "a/rpc_call_canceling",
		Rule:  "CANCEL with a mode that is not defined ends the call with ERROR `wamp.error.invalid_argument`, in answer to the CALL, since that is what a caller can make sense of.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			for _, mode := range []string{"x", "Kill", "kill "} {
				caller, callee, invocation := t.openCall()
				caller.Send(49, last, d{"mode": mode})
				caller.ExpectError(48, last, "wamp.error.invalid_argument")
				callee.Yield(invocation)
				caller.ExpectNothing()
				callee.Leave()
			}
		},
	},
	{
		ID: "W133", Level: Derived, Spec: "a/rpc_call_canceling",
		Rule:  "CANCEL of a call that does not exist, is over, or is somebody else's is ignored.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, invocation := t.openCall(interruptible)
			other := t.Peer()
			for _, mode := range []string{"kill", "killnowait", "skip", "x"} {
				other.Send(49, caller.request, d{"mode": mode})
				other.Send(49, 12345, d{"mode": mode})
			}
			other.ExpectNothing()
			callee.ExpectNothing()
			caller.ExpectNothing()
			callee.Yield(invocation)
			caller.Expect(50, anID, d{})
			caller.Send(49, last, d{"mode": "kill"})
			caller.Send(49, last, d{"mode": "skip"})
			callee.ExpectNothing()
			caller.ExpectNothing()
		},
	},
	{
		ID: "W134", Level: Derived, Spec: "b/building_blocks", Router: []Option{strictRequestIDs},
		Rule:  "CANCEL has no request id of its own: it takes no part in the counting.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			for request := 1; request <= 3; request++ {
				caller.Send(48, request, d{}, "com.procedure")
				callee.Invoked()
				caller.Send(49, request, d{"mode": "skip"})
				caller.ExpectError(48, request, "wamp.error.canceled")
				caller.Send(49, 1, d{})
			}
			caller.ExpectNothing()
		},
	},
	{
		ID: "W135", Level: Derived, Spec: "b/remote_procedure_call",
		Rule:  "INTERRUPT says its mode, so that the callee knows whether an answer is wanted.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			for said, heard := range map[string]string{"kill": "kill", "killnowait": "killnowait"} {
				caller, callee, invocation := t.openCall(interruptible)
				caller.Send(49, last, d{"mode": said})
				options := callee.Expect(69, invocation, containing(d{"mode": heard})).Dict(2)
				if reason, ok := options["reason"]; ok && reason != "wamp.error.canceled" {
					t.Errorf("reason is %v", reason)
				}
				callee.Leave()
			}
		},
	},
	{
		ID: "W136", Level: Derived, Spec: "b/uri_reference",
		Rule:  "The URI for a canceled call is `wamp.error.canceled`, with one l.",
		Needs: announced("dealer.call_canceling"),
		Test: func(t *T) {
			caller, callee, _ := t.openCall()
			caller.Send(49, last, d{"mode": "skip"})
			caller.ExpectError(48, last, "wamp.error.canceled")
			caller.Send(48, next, d{}, "com.procedure")
			callee.Invoked()
			callee.Leave()
			caller.ExpectError(48, last, "wamp.error.canceled")
		},
	},
	{
		ID: "W137", Level: Must, Spec: "a/rpc_call_timeout", Links: everyLink,
		Rule:  "A call with a timeout, in milliseconds, that the callee does not handle itself is ended by the router with `wamp.error.timeout`; a callee that takes INTERRUPT gets it with `killnowait`.",
		Needs: announced("dealer.call_timeout"),
		Test: func(t *T) {
			caller, callee := t.Peer(), t.Peer()
			callee.Register("com.plain")
			caller.Send(48, next, d{"timeout": 30}, "com.plain")
			invocation := callee.Expect(68, anID, anID, d{}).ID(1)
			caller.ExpectError(48, last, "wamp.error.timeout")
			callee.Yield(invocation, "late")
			callee.ExpectNothing()
			caller.ExpectNothing()

			stopping := t.Peer(interruptible)
			stopping.Register("com.stopping")
			caller.Send(48, next, d{"timeout": 30}, "com.stopping")
			invocation = stopping.Invoked()
			caller.ExpectError(48, last, "wamp.error.timeout")
			stopping.Expect(69, invocation, containing(d{"mode": "killnowait"}))
			stopping.Send(8, 68, invocation, d{}, "wamp.error.canceled")
			caller.ExpectNothing()

			caller.Send(48, next, d{"timeout": 100_000}, "com.plain")
			callee.Yield(callee.Invoked(), "in time")
			caller.Expect(50, last, d{}, l{"in time"})
		},
	},
	{
		ID: "W138", Level: Must, Spec: "a/rpc_call_timeout",
		Rule:  "A timeout of 0 is none.",
		Needs: announced("dealer.call_timeout"),
		Test: func(t *T) {
			caller, callee := t.Peer(), t.Peer(interruptible)
			callee.Register("com.procedure")
			wait := t.clock()
			for _, options := range []d{{"timeout": 0}, {}} {
				caller.Send(48, next, options, "com.procedure")
				invocation := callee.Invoked()
				wait(50)
				callee.ExpectNothing()
				caller.ExpectNothing()
				callee.Yield(invocation)
				caller.Expect(50, anID, d{})
			}
		},
	},
	{
		ID: "W139", Level: Must, Spec: "a/rpc_call_timeout",
		Rule:  "The timeout is passed on to a callee that announced `call_timeout` and registered with `forward_timeout`, and then the router keeps no clock; to any other callee it is not.",
		Needs: announced("dealer.call_timeout"),
		Test: func(t *T) {
			caller := t.Peer()
			able, unable := t.Peer(announcing("callee.call_timeout", "callee.call_canceling")), t.Peer(interruptible)
			able.Register("com.forwarded", d{"forward_timeout": true})
			able.Register("com.kept")
			unable.Register("com.unable", d{"forward_timeout": true})

			caller.Send(48, next, d{"timeout": 20}, "com.forwarded")
			invocation := able.Expect(68, anID, anID, d{"timeout": 20}).ID(1)
			caller.Send(48, next, d{}, "com.forwarded")
			able.Yield(able.Expect(68, anID, anID, d{}).ID(1))
			caller.Expect(50, last, d{})
			for procedure, callee := range map[string]*Peer{"com.kept": able, "com.unable": unable} {
				caller.Send(48, next, d{"timeout": 40}, procedure)
				kept := callee.Expect(68, anID, anID, d{}).ID(1)
				caller.ExpectError(48, last, "wamp.error.timeout")
				callee.Expect(69, kept, aDict)
			}
			able.Send(8, 68, invocation, d{}, "wamp.error.timeout", l{"of the callee"})
			caller.Expect(8, 48, 1, d{}, "wamp.error.timeout", l{"of the callee"})
		},
	},
	{
		ID: "W140", Level: Must, Spec: "a/rpc_call_rerouting",
		Rule:  "A callee that answers `wamp.error.unavailable` is passed over, and the call goes to another one by the invocation policy.",
		Needs: announced("dealer.call_reroute"),
		Test: func(t *T) {
			for policy, order := range map[string][]int{"roundrobin": {0, 1, 2}, "first": {0, 1, 2}, "last": {2, 1, 0}, "random": nil} {
				t.note("-- %s", policy)
				callees := t.reroutable("com."+policy, policy, 3)
				caller := t.Peer()
				caller.Send(48, next, d{}, "com."+policy, l{"x"}, d{"y": 1})
				tried := map[*Peer]bool{}
				for i := range callees {
					callee, invocation := t.whoHears(callees...)
					if tried[callee] || order != nil && callee != callees[order[i]] {
						t.Errorf("%s: try %d goes to %s", policy, i, callee.name)
					}
					tried[callee] = true
					if why := match(l{68, anID, anID, d{}, l{"x"}, d{"y": 1}}, invocation.items); why != "" {
						t.Errorf("try %d: %s", i, why)
					}
					if i < 2 {
						callee.Send(8, 68, invocation.ID(1), d{}, "wamp.error.unavailable")
						caller.ExpectNothing()
						continue
					}
					callee.Yield(invocation.ID(1), "at last")
				}
				caller.Expect(50, anID, d{}, l{"at last"})
				caller.ExpectNothing()
			}
			single, caller := t.reroutable("com.single", "single", 1)[0], t.Peer()
			caller.Send(48, next, d{}, "com.single")
			single.Send(8, 68, single.Invoked(), d{}, "wamp.error.unavailable")
			caller.ExpectError(48, last, "wamp.error.no_available_callee")
		},
	},
	{
		ID: "W141", Level: Must, Spec: "a/rpc_call_rerouting",
		Rule:  "When every callee is unavailable the caller gets `wamp.error.no_available_callee`.",
		Needs: announced("dealer.call_reroute"),
		Test: func(t *T) {
			for _, policy := range []string{"roundrobin", "first", "last", "random"} {
				callees := t.reroutable("com."+policy, policy, 3)
				caller := t.Peer()
				caller.Send(48, next, d{}, "com."+policy)
				for range callees {
					callee, invocation := t.whoHears(callees...)
					callee.Send(8, 68, invocation.ID(1), d{}, "wamp.error.unavailable")
				}
				caller.ExpectError(48, last, "wamp.error.no_available_callee")
				caller.ExpectNothing()
			}
		},
	},
	{
		ID: "W142", Level: Derived, Spec: "a/rpc_call_rerouting",
		Rule:  "The ERROR of a callee that has not announced `call_reroute` is passed on as it is.",
		Needs: announced("dealer.call_reroute"),
		Test: func(t *T) {
			callee, other, caller := t.Peer(), t.Peer(complete), t.Peer()
			callee.Register("com.procedure", d{"invoke": "first"})
			other.Register("com.procedure", d{"invoke": "first"})
			caller.Send(48, next, d{}, "com.procedure")
			callee.Send(8, 68, callee.Invoked(), d{}, "wamp.error.unavailable", l{"busy"})
			caller.Expect(8, 48, last, d{}, "wamp.error.unavailable", l{"busy"})
			other.ExpectNothing()
		},
	},
}}

// openCall makes a call that waits for its answer.
func (t *T) openCall(callees ...Entry) (caller, callee *Peer, invocation int64) {
	caller, callee = t.Peer(announcing("caller.call_canceling")), t.Peer(callees...)
	procedure := "com.procedure"
	callee.Register(procedure)
	caller.Send(48, next, d{}, procedure)
	return caller, callee, callee.Invoked()
}

// reroutable lets some callees that may be unavailable share a procedure.
func (t *T) reroutable(procedure, policy string, n int) []*Peer {
	callees := make([]*Peer, n)
	for i := range callees {
		callees[i] = t.Peer(announcing("callee.call_reroute", "callee.shared_registration"))
		callees[i].Register(procedure, d{"invoke": policy})
	}
	return callees
}
