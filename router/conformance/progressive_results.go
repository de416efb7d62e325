package conformance

var progressiveResults = Chapter{Title: "Progressive call results", Cases: []Case{
	{
		ID: "W107", Level: Must, Spec: "a/rpc_progressive_call_results",
		Rule:  "`receive_progress` of a CALL is passed on to a callee that announced progressive results.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			caller, callee, plain := t.Peer(complete), t.Peer(progressing), t.Peer()
			callee.Register("com.progressing")
			plain.Register("com.plain")
			caller.Send(48, next, d{"receive_progress": true}, "com.progressing")
			callee.Expect(68, anID, anID, d{"receive_progress": true})
			caller.Send(48, next, d{"receive_progress": false}, "com.progressing")
			callee.Expect(68, anID, anID, d{})
			caller.Send(48, next, d{}, "com.progressing")
			callee.Expect(68, anID, anID, d{})
			caller.Send(48, next, d{"receive_progress": true}, "com.plain")
			plain.Expect(68, anID, anID, d{})
		},
	},
	{
		ID: "W108", Level: Must, Spec: "a/rpc_progressive_call_results",
		Rule:  "A callee that announced progressive results but not call canceling counts as without the former. Deployed clients announce the first alone, so that `strict.features` has to demand it.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			for _, test := range []struct {
				node *Node
				want d
			}{{t.Node(), d{"receive_progress": true}}, {t.Start(strictFeatures), d{}}} {
				caller, callee := test.node.Peer(complete), test.node.Peer(announcing("callee.progressive_call_results"))
				callee.Register("com.procedure")
				caller.Send(48, next, d{"receive_progress": true}, "com.procedure")
				callee.Expect(68, anID, anID, test.want)
			}
		},
	},
	{
		ID: "W109", Level: Must, Spec: "a/rpc_progressive_call_results", Links: everyLink,
		Rule:  "A YIELD with `progress` becomes a RESULT with `progress` at once.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			caller, callee, invocation := t.progressiveCall()
			for _, payload := range []l{{l{"Y2010", 120}}, {l{"Y2011", 205}}, {}, {l{}, d{"foo": 10}}} {
				callee.Send(append(l{70, invocation, d{"progress": true}}, payload...)...)
				caller.Expect(append(l{50, last, d{"progress": true}}, payload...)...)
			}
			callee.Send(70, invocation, d{}, l{"Total", 490}, d{"moo": "hello"})
			caller.Expect(50, last, d{}, l{"Total", 490}, d{"moo": "hello"})
		},
	},
	{
		ID: "W110", Level: Must, Spec: "a/rpc_progressive_call_results",
		Rule:  "A call ends with one RESULT without progress, which may be empty, or one ERROR.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			for _, end := range []struct{ said, heard l }{
				{l{70, 1, d{}}, l{50, last, d{}}},
				{l{70, 1, d{"progress": false}, l{1}}, l{50, last, unprogressive, l{1}}},
				{l{8, 68, 1, d{}, "com.myapp.invalid_revenue_year", l{1830}}, l{8, 48, last, d{}, "com.myapp.invalid_revenue_year", l{1830}}},
			} {
				caller, callee, invocation := t.progressiveCall()
				callee.Send(70, invocation, d{"progress": true}, l{"Y2010"})
				caller.Expect(50, last, d{"progress": true}, l{"Y2010"})
				callee.Send(end.said...)
				caller.Expect(end.heard...)
				callee.Send(70, invocation, d{"progress": true}, l{"late"})
				callee.Send(70, invocation, d{}, l{"late"})
				caller.ExpectNothing()
				callee.ExpectNothing()
				callee.Leave()
			}
		},
	},
	{
		ID: "W111", Level: Derived, Spec: "a/rpc_progressive_call_results",
		Rule:  "A progressive YIELD that nobody asked for is dropped, and the call stays open.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			caller := t.Peer(complete)
			for i, callee := range []*Peer{t.Peer(progressing), t.Peer()} { // the second one is not told that progress is welcome
				registration := callee.Register("com.procedure")
				caller.Send(48, next, d{"receive_progress": i == 1}, "com.procedure")
				invocation := callee.Invoked()
				callee.Send(70, invocation, d{"progress": true}, l{"unasked"})
				caller.ExpectNothing()
				callee.Yield(invocation, "asked")
				caller.Expect(50, anID, d{}, l{"asked"})
				callee.Unregister(registration)
			}
		},
	},
	{
		ID: "W112", Level: Must, Spec: "a/rpc_progressive_call_results",
		Rule:  "When the caller leaves, the callee is interrupted with `killnowait`, and what it still sends is dropped.",
		Needs: announced("dealer.progressive_call_results"),
		Test: func(t *T) {
			for _, leave := range []func(p *Peer){(*Peer).Leave, (*Peer).Reset} {
				caller, callee, invocation := t.progressiveCall()
				callee.Send(70, invocation, d{"progress": true})
				caller.Expect(50, last, d{"progress": true})
				leave(caller)
				callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
				callee.Send(70, invocation, d{"progress": true})
				callee.Send(70, invocation, d{})
				callee.ExpectNothing()
				callee.Leave()
			}
			caller, callee, invocation := t.progressiveCall()
			callee.Send(70, invocation, d{"progress": true})
			caller.Expect(50, last, d{"progress": true})
			callee.Leave()
			caller.ExpectError(48, last, "wamp.error.canceled")
		},
	},
	{
		ID: "W113", Level: Must, Spec: "a/rpc_progressive_call_results",
		Rule:  "With a timeout, the clock starts anew at each progressive result.",
		Needs: announced("dealer.progressive_call_results", "dealer.call_timeout"),
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(progressing)
			callee.Register("com.procedure")
			clock := t.clock()
			call := caller.Send(48, next, d{"receive_progress": true, "timeout": 400}, "com.procedure")
			invocation := callee.Invoked()
			for i := range 4 {
				clock(200)
				callee.Send(70, invocation, d{"progress": true}, l{i})
				caller.Expect(50, call, d{"progress": true}, l{i})
			}
			caller.ExpectError(48, call, "wamp.error.timeout") // at last
			callee.Expect(69, invocation, aDict)
			caller.ExpectNothing()
		},
	},
}}

// progressiveCall makes a call whose callee may send progressive results.
func (t *T) progressiveCall() (caller, callee *Peer, invocation int64) {
	caller, callee = t.Peer(announcing("caller.progressive_call_results", "caller.call_canceling")), t.Peer(progressing)
	callee.Register("com.myapp.compute_revenue")
	caller.Send(48, next, d{"receive_progress": true}, "com.myapp.compute_revenue", l{2010, 2011, 2012})
	invocation = callee.Expect(68, anID, anID, d{"receive_progress": true}, l{2010, 2011, 2012}).ID(1)
	return caller, callee, invocation
}

// clock is a way to wait without sleeping: for a call that times out, by the
// same clock as all others.
func (t *T) clock() (wait func(milliseconds int)) {
	caller, callee := t.Peer(), t.Peer()
	callee.Register("clock")
	return func(milliseconds int) {
		caller.Send(48, next, d{"timeout": milliseconds}, "clock")
		callee.Invoked()
		caller.ExpectError(48, last, "wamp.error.timeout")
	}
}
