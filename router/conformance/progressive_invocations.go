package conformance

// chunked is what the cases of this chapter need.
var chunked = announced("dealer.progressive_call_invocations")

var progressiveInvocations = Chapter{Title: "Progressive call invocations", Cases: []Case{
	{
		ID: "W114", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "A CALL with `progress` by a caller that has not announced the feature is a protocol violation.",
		Needs: chunked,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			t.Violates(48, 1, d{"progress": true}, "com.procedure")
			callee.ExpectNothing()
		},
	},
	{
		ID: "W115", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "If the callee lacks the feature, or call canceling beside it, the caller gets ERROR `wamp.error.feature_not_supported`.",
		Needs: chunked,
		Test: func(t *T) {
			refused := func(node *Node, entry Entry) {
				callee, caller := node.Peer(entry), node.Peer(complete)
				callee.Register("com.procedure")
				caller.Refused("wamp.error.feature_not_supported", 48, d{"progress": true}, "com.procedure", l{1})
				callee.ExpectNothing()
				callee.Serves(caller, "com.procedure")
				callee.Leave()
			}
			strict := t.Start(strictFeatures)
			for _, entry := range []Entry{announcing(), interruptible, progressing, announcing("callee.progressive_call_invocations")} {
				refused(t.Node(), entry)
				refused(strict, entry)
			}
		},
	},
	{
		ID: "W116", Level: Must, Spec: "a/rpc_progressive_call_invocations", Links: everyLink,
		Rule:  "The chunks of a call have one request id, and one invocation id; `progress` is passed on chunk by chunk.",
		Needs: chunked,
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(complete)
			registration := callee.Register("com.procedure")
			caller.Send(48, 1, d{"progress": true}, "com.procedure", l{1})
			invocation := callee.Expect(68, anID, registration, d{"progress": true}, l{1}).ID(1)
			caller.Send(48, 2, d{}, "com.procedure", l{"another call"})
			other := callee.Expect(68, anID, registration, d{}, l{"another call"}).ID(1)
			caller.Send(48, 1, d{"progress": true}, "com.procedure", l{}, d{"two": 2})
			callee.Expect(68, invocation, registration, d{"progress": true}, l{}, d{"two": 2})
			caller.Send(48, 1, d{}, "com.procedure", l{3})
			callee.Expect(68, invocation, registration, unprogressive, l{3})
			callee.Yield(other)
			caller.Expect(50, 2, d{})
			callee.Yield(invocation, "all")
			caller.Expect(50, 1, d{}, l{"all"})
		},
	},
	{
		ID: "W117", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "All chunks go to the callee that got the first, whatever the invocation policy.",
		Needs: chunked,
		Test: func(t *T) {
			for _, policy := range []string{"roundrobin", "random", "first", "last"} {
				var callees []*Peer
				for range 3 {
					callee := t.Peer(complete)
					callee.Register("com."+policy, d{"invoke": policy})
					callees = append(callees, callee)
				}
				for range 4 {
					caller := t.Peer(complete)
					caller.Send(48, 1, d{"progress": true}, "com."+policy, l{0})
					callee, first := t.whoHears(callees...)
					for i := 1; i < 4; i++ {
						caller.Send(48, 1, d{"progress": true}, "com."+policy, l{i})
						callee.Expect(68, first.ID(1), first.ID(2), d{"progress": true}, l{i})
					}
					caller.Send(48, 1, d{}, "com."+policy)
					callee.Expect(68, first.ID(1), first.ID(2), unprogressive)
					callee.Yield(first.ID(1))
					caller.Expect(50, 1, d{})
				}
			}
		},
	},
	{
		ID: "W118", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "The last chunk is without `progress`, or with `progress` false.",
		Needs: chunked,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			for _, last := range []d{{}, {"progress": false}} {
				caller := t.Peer(complete)
				caller.Send(48, 1, d{"progress": true}, "com.procedure")
				invocation := callee.Expect(68, anID, anID, d{"progress": true}).ID(1)
				caller.Send(48, 1, last, "com.procedure")
				callee.Expect(68, invocation, anID, unprogressive)
				callee.Yield(invocation)
				caller.Expect(50, 1, d{})
			}
		},
	},
	{
		ID: "W119", Level: Must, Spec: "a/rpc_progressive_call_invocations", Router: []Option{strictRequestIDs},
		Rule:  "New calls count on from the newest request, whichever calls are continued in between; a gap is a protocol violation (demanded by `strict.request_ids`).",
		Needs: chunked,
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(complete)
			callee.Register("com.procedure")
			for _, call := range []struct {
				request  int
				progress bool
			}{{1, true}, {2, true}, {1, true}, {3, false}, {2, true}, {1, false}, {4, false}, {2, false}} {
				caller.Send(48, call.request, d{"progress": call.progress}, "com.procedure", l{call.request})
				callee.Expect(68, anID, anID, aDict, l{call.request})
			}
			caller.Send(48, 6, d{}, "com.procedure")
			caller.ExpectViolation()
		},
	},
	{
		ID: "W120", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "A CALL with the id of an open call that is not progressive is a protocol violation.",
		Needs: chunked,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			for _, options := range []d{{}, {"progress": true}} {
				caller := t.Peer(complete)
				caller.Send(48, 1, d{}, "com.procedure")
				invocation := callee.Invoked()
				caller.Send(48, 1, options, "com.procedure")
				caller.ExpectViolation()
				callee.Expect(69, invocation, aDict)
			}
			callee.ExpectNothing()
		},
	},
	{
		ID: "W121", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "A chunk of a call that is already over is dropped without a word.",
		Needs: chunked,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			for _, finish := range []func(invocation int64){
				func(i int64) { callee.Yield(i) },
				func(i int64) { callee.Send(8, 68, i, d{}, "com.enough") },
			} {
				caller := t.Peer(complete)
				caller.Send(48, 1, d{"progress": true}, "com.procedure")
				finish(callee.Invoked())
				caller.Expect(oneOf(8, 50), rest)
				caller.Send(48, 1, d{"progress": true}, "com.procedure", l{"late"})
				caller.Send(48, 1, d{}, "com.procedure", l{"late"})
				caller.ExpectNothing()
				callee.ExpectNothing()
			}
		},
	},
	{
		ID: "W122", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "A chunk with the right id and another procedure does not continue the call: it is dropped.",
		Needs: chunked,
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(complete)
			callee.Register("com.procedure")
			callee.Register("com.other")
			caller.Send(48, 1, d{"progress": true}, "com.procedure", l{1})
			invocation := callee.Invoked(1)
			caller.Send(48, 1, d{"progress": true}, "com.other", l{2})
			caller.Send(48, 1, d{}, "com.unknown", l{2})
			callee.ExpectNothing()
			caller.ExpectNothing()
			caller.Send(48, 1, d{}, "com.procedure", l{3})
			callee.Expect(68, invocation, anID, unprogressive, l{3})
		},
	},
	{
		ID: "W123", Level: Must, Spec: "a/rpc_progressive_call_invocations", Router: []Option{disclosing},
		Rule:  "The options of the first CALL hold for the whole call: those of later ones, but `progress`, are ignored and not passed on.",
		Needs: chunked,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			wait := t.clock()
			for _, first := range []d{{"progress": true}, {"progress": true, "disclose_me": true, "receive_progress": true}} {
				caller := t.Peer(complete)
				caller.Send(48, 1, first, "com.procedure", l{1})
				invocation := callee.Expect(68, anID, anID, aDict, l{1})
				details := invocation.Dict(3)
				if (details["caller"] == caller.Session) != (first["disclose_me"] == true) || (details["receive_progress"] == true) != (first["receive_progress"] == true) {
					t.Errorf("%v becomes %v", first, details)
				}
				caller.Send(48, 1, d{
					"progress": true, "disclose_me": first["disclose_me"] == nil, "receive_progress": first["receive_progress"] == nil,
					"timeout": 1, "rkey": "x", "_mine": 1,
				}, "com.procedure", l{2})
				callee.Expect(68, invocation.ID(1), anID, details, l{2})
				if t.Announces("dealer.call_timeout") {
					wait(50)
				}
				caller.ExpectNothing()
				caller.Send(48, 1, d{}, "com.procedure", l{3})
				final := callee.Expect(68, invocation.ID(1), anID, aDict, l{3}).Dict(3)
				delete(details, "progress")
				delete(final, "progress")
				if why := match(details, final); why != "" {
					t.Errorf("details of the last chunk: %s", why)
				}
			}
		},
	},
	{
		ID: "W124", Level: Must, Spec: "a/rpc_progressive_call_invocations",
		Rule:  "A caller or callee that leaves between chunks leaves as during any other call.",
		Needs: chunked,
		Test: func(t *T) {
			for _, leave := range []func(p *Peer){(*Peer).Leave, (*Peer).Reset} {
				caller, callee := t.Peer(complete), t.Peer(complete)
				callee.Register("com.procedure")
				caller.Send(48, 1, d{"progress": true}, "com.procedure")
				invocation := callee.Invoked()
				leave(caller)
				callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
				callee.Yield(invocation)
				callee.ExpectNothing()

				caller = t.Peer(complete)
				caller.Send(48, 1, d{"progress": true}, "com.procedure")
				callee.Invoked()
				leave(callee)
				caller.ExpectError(48, 1, "wamp.error.canceled")
				caller.Send(48, 1, d{}, "com.procedure")
				caller.ExpectNothing()
			}
		},
	},
	{
		ID: "W125", Level: Must, Spec: "a/rpc_progressive_call_invocations", Links: everyLink,
		Rule:  "Together with progressive results a call is a two-way stream. It ends with the callee's last answer, even before the last chunk.",
		Needs: announced("dealer.progressive_call_invocations", "dealer.progressive_call_results"),
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(complete)
			callee.Register("com.procedure")
			caller.Send(48, 1, d{"progress": true, "receive_progress": true}, "com.procedure", l{0})
			invocation := callee.Expect(68, anID, anID, d{"progress": true, "receive_progress": true}, l{0}).ID(1)
			for i := 1; i < 5; i++ {
				callee.Send(70, invocation, d{"progress": true}, l{-i})
				caller.Send(48, 1, d{"progress": true}, "com.procedure", l{i})
				callee.Expect(68, invocation, anID, d{"progress": true, "receive_progress": true}, l{i})
				caller.Expect(50, 1, d{"progress": true}, l{-i})
			}
			callee.Yield(invocation, "enough")
			caller.Expect(50, 1, d{}, l{"enough"})
			caller.Send(48, 1, d{}, "com.procedure", l{"late"})
			callee.ExpectNothing()
			caller.ExpectNothing()
		},
	},
	{
		ID: "W126", Level: Derived, Spec: "a/rpc_progressive_call_invocations",
		Rule:      "A callee drops the chunks of a call that it has finished.",
		Elsewhere: "a rule for clients, tested in package runtime",
	},
}}

// whoHears finds the one of some peers that is told something.
func (t *T) whoHears(peers ...*Peer) (*Peer, Message) {
	for _, other := range t.everyPeer() {
		if other.open {
			_ = other.tryRoundTrip()
		}
	}
	for _, p := range peers {
		_ = p.tryRoundTrip()
	}
	var found *Peer
	for _, p := range peers {
		if len(p.inbox) > 0 && found != nil {
			t.Fatalf("both %s and %s hear %s", found.name, p.name, p.inbox[0].text)
		}
		if len(p.inbox) > 0 {
			found = p
		}
	}
	if found == nil {
		t.Fatalf("nobody hears anything")
	}
	return found, found.Expect(anything, rest)
}
