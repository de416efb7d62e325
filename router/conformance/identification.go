package conformance

var identification = Chapter{Title: "Caller identification, trust levels", Cases: []Case{
	{
		ID: "W143", Level: Must, Spec: "a/rpc_caller_identification", Router: []Option{disclosing}, Links: everyLink,
		Rule:  "With `disclose_me`, where that is allowed, INVOCATION tells the caller's session id, and its authid and role.",
		Needs: announced("dealer.caller_identification"),
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer(claiming("joe", "user"))
			callee.Register("com.procedure")
			caller.Send(48, next, d{"disclose_me": true}, "com.procedure")
			callee.Yield(callee.Expect(68, anID, anID, d{"caller": caller.Session, "caller_authid": "joe", "caller_authrole": "user"}).ID(1))
			caller.Expect(50, last, d{})
		},
	},
	{
		ID: "W144", Level: Must, Spec: "a/uris, a/rpc_caller_identification",
		Rule:  "`disclose_me` where it is not allowed fails with `wamp.error.option_disallowed.disclose_me`, and the callee is not invoked.",
		Needs: announced("dealer.caller_identification"),
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			caller.Refused("wamp.error.option_disallowed.disclose_me", 48, d{"disclose_me": true}, "com.procedure")
			callee.ExpectNothing()
			caller.Send(48, next, d{"disclose_me": false}, "com.procedure")
			callee.Expect(68, anID, anID, d{})
		},
	},
	{
		ID: "W145", Level: Optional, Spec: "a/rpc_caller_identification",
		Rule:  "A callee that registers with `disclose_caller`, where that is allowed, is told every caller.",
		Needs: announced("dealer.caller_identification"),
		Test: func(t *T) {
			open := t.Start(disclosing)
			callee, other, caller := open.Peer(), open.Peer(), open.Peer(claiming("joe", "user"))
			callee.Register("com.told", d{"disclose_caller": true, "invoke": "roundrobin"})
			other.Register("com.told", d{"invoke": "roundrobin"})
			for range 2 {
				caller.Send(48, next, d{}, "com.told")
				callee.Expect(68, anID, anID, d{"caller": caller.Session, "caller_authid": "joe", "caller_authrole": "user"})
				caller.Send(48, next, d{}, "com.told")
				other.Expect(68, anID, anID, d{})
			}
			closed, secretive := t.Peer(), t.Peer()
			closed.Send(64, next, d{"disclose_caller": true}, "com.told")
			if got := closed.Expect(oneOf(65, 8), rest); got.At(0) == int64(65) {
				secretive.Send(48, next, d{}, "com.told")
				closed.Expect(68, anID, anID, d{})
			}
		},
	},
	{
		ID: "W146", Level: Derived, Spec: "a/rpc_caller_identification, a/pubsub_publisher_identification", Router: []Option{disclosing},
		Rule: "Nobody's identity is told without request, also not by what somebody else requested.",
		Test: func(t *T) {
			shy, bold, other := t.Peer(claiming("shy", "user")), t.Peer(claiming("bold", "user")), t.Peer()
			receivers := []*Peer{t.Peer(), t.Peer(), t.Peer(over(Link{RawSocket, t.link.Format%3 + 1}))}
			for _, r := range receivers {
				r.Subscribe("com.topic")
				r.Subscribe("com", d{"match": "prefix"})
			}
			other.Register("com.procedure")
			for range 3 {
				bold.PublishWith(d{"disclose_me": true}, "com.topic")
				shy.Publish("com.topic")
				for _, r := range receivers {
					told := d{"publisher": bold.Session, "publisher_authid": "bold", "publisher_authrole": "user"}
					r.ExpectEach(l{36, anID, anID, told}, l{36, anID, anID, merged([]d{told, {"topic": "com.topic"}})})
					r.ExpectEach(l{36, anID, anID, d{}}, l{36, anID, anID, d{"topic": "com.topic"}})
				}
				bold.Send(48, next, d{"disclose_me": true}, "com.procedure")
				other.Expect(68, anID, anID, containing(d{"caller": bold.Session}))
				shy.Send(48, next, d{}, "com.procedure")
				other.Expect(68, anID, anID, d{})
			}
		},
	},
	{
		ID: "W147", Level: Optional, Spec: "a/rpc_call_trustlevels, a/pubsub_publication_trustlevels", Router: []Option{trusting},
		Rule:  "The trust level that is configured is told in INVOCATION and EVENT, as an integer, to peers that announced the feature and to nobody else.",
		Needs: announced("dealer.call_trustlevels", "broker.publication_trustlevels"),
		Test: func(t *T) {
			able, unable := t.Peer(announcing("callee.call_trustlevels", "subscriber.publication_trustlevels")), t.Peer()
			able.Register("com.able")
			unable.Register("com.unable")
			able.Subscribe("com.topic")
			unable.Subscribe("com.topic")
			for role, level := range map[string]int{"trusted": 2, "stranger": 0} {
				p := t.Peer(claiming("joe", role))
				p.Send(48, next, d{}, "com.able")
				able.Expect(68, anID, anID, d{"trustlevel": level})
				p.Send(48, next, d{}, "com.unable")
				unable.Expect(68, anID, anID, d{})
				p.Publish("com.topic")
				able.Expect(36, anID, anID, d{"trustlevel": level})
				unable.Expect(36, anID, anID, d{})
			}
		},
	},
}}
