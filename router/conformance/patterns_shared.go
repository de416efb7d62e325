package conformance

var patternsShared = Chapter{Title: "Pattern-based and shared registration, revocation", Cases: []Case{
	{
		ID: "W148", Level: Must, Spec: "a/rpc_pattern_based_registration, a/pubsub_pattern_based_subscription",
		Rule: "A prefix is a prefix of the string, not of components: `com.a` matches `com.a`, `com.ab` and `com.a.x`.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			subscription := p.Subscribe("com.a", d{"match": "prefix"})
			registration := p.Register("com.a", d{"match": "prefix"})
			for uri, matches := range map[string]bool{
				"com.a": true, "com.ab": true, "com.a-b.c": true, "com.a.x": true, "com.a.x.y": true, "com.b": false, "com": false, "xcom.a": false, "com.A": false,
			} {
				other.Publish(uri)
				other.Send(48, next, d{}, uri)
				if matches {
					p.Expect(36, subscription, anID, d{"topic": uri})
					p.Yield(p.Expect(68, anID, registration, d{"procedure": uri}).ID(1))
					other.Expect(50, last, d{})
					continue
				}
				other.ExpectError(48, last, "wamp.error.no_such_procedure")
				p.ExpectNothing()
			}
		},
	},
	{
		ID: "W149", Level: Must, Spec: "a/rpc_pattern_based_registration, a/pubsub_pattern_based_subscription",
		Rule: "An empty component of a wildcard matches exactly one component, and the numbers of components are equal.",
		Test: func(t *T) {
			for _, test := range []struct {
				pattern   string
				matching  []string
				different []string
			}{
				{"com.myapp..myprocedure1", []string{"com.myapp.myobject1.myprocedure1", "com.myapp.x.myprocedure1"},
					[]string{"com.myapp.myobject1.myprocedure1.mysubprocedure1", "com.myapp.myobject1.myprocedure2", "com.myapp2.myobject1.myprocedure1", "com.myapp.myprocedure1"}},
				{"a..c", []string{"a.b.c", "a.c.c"}, []string{"a.b.x.c", "a.c", "a.b.d", "ax.b.c"}},
				{".b.", []string{"a.b.c", "b.b.b"}, []string{"a.c.b", "a.b", "a.b.c.d"}},
				{"..", []string{"x.y.z"}, []string{"x.y", "x", "w.x.y.z"}},
			} {
				p, other := t.Peer(), t.Peer()
				subscription := p.Subscribe(test.pattern, d{"match": "wildcard"})
				registration := p.Register(test.pattern, d{"match": "wildcard"})
				for _, uri := range test.matching {
					other.Publish(uri)
					p.Expect(36, subscription, anID, d{"topic": uri})
					other.Send(48, next, d{}, uri)
					p.Yield(p.Expect(68, anID, registration, d{"procedure": uri}).ID(1))
					other.Expect(50, last, d{})
				}
				for _, uri := range test.different {
					other.Publish(uri)
					other.Refused("wamp.error.no_such_procedure", 48, d{}, uri)
				}
				p.ExpectNothing()
				p.Leave()
			}
		},
	},
	{
		ID: "W150", Level: Must, Spec: "a/rpc_pattern_based_registration",
		Rule: "A call is routed to the exact registration, else to the longest prefix, else to the best wildcard. (The specification's example; see the choices.)",
		Test: func(t *T) {
			t.routes(map[string]string{
				"a1.b2.c3.d4.e55": "exact", "a1.b2.c3": "prefix", "a1.b2.c3.d4": "prefix",
				"a1.b2..d4.e5": "wildcard", "a1.b2.c33..e5": "wildcard", "a1.b2..d4.e5..g7": "wildcard", "a1.b2..d4..f6.g7": "wildcard",
			}, map[string]string{
				"a1.b2.c3.d4.e55":       "a1.b2.c3.d4.e55",
				"a1.b2.c3.d98.e74":      "a1.b2.c3",
				"a1.b2.c3.d4.e325":      "a1.b2.c3.d4",
				"a1.b2.c55.d4.e5":       "a1.b2..d4.e5",
				"a1.b2.c33.d4.e5":       "a1.b2.c33..e5",
				"a1.b2.c88.d4.e5.f6.g7": "a1.b2..d4.e5..g7",
				"a2.b2.c2.d2.e2":        "",
			})
			t.routes(map[string]string{"com": "prefix", "com.a": "prefix", "com..c": "wildcard"},
				map[string]string{"com.a.c": "com.a", "com.b.c": "com", "org.b.c": ""})
		},
	},
	{
		ID: "W151", Level: Must, Spec: "a/rpc_pattern_based_registration",
		Rule: "The best wildcard is the one with the most components before its first wildcard, then before its second, and so on.",
		Test: func(t *T) {
			t.routes(map[string]string{
				"a1.b2.c33..e5": "wildcard", "a1.b2..d4.e5": "wildcard", "a1.b2..d4.e5..g7": "wildcard", "a1.b2..d4..f6.g7": "wildcard",
				"x.y.": "wildcard", "x..zzzzzzzzzzzzzz": "wildcard", ".yyyyyyyy.zzzzzzzz": "wildcard", "..": "wildcard",
			}, map[string]string{
				"a1.b2.c33.d4.e5":       "a1.b2.c33..e5",
				"a1.b2.c88.d4.e5.f6.g7": "a1.b2..d4.e5..g7",
				"x.y.zzzzzzzzzzzzzz":    "x.y.",
				"x.q.zzzzzzzzzzzzzz":    "x..zzzzzzzzzzzzzz",
				"q.yyyyyyyy.zzzzzzzz":   ".yyyyyyyy.zzzzzzzz",
				"q.r.s":                 "..",
			})
		},
	},
	{
		ID: "W152", Level: Must, Spec: "a/rpc_pattern_based_registration",
		Rule: "An INVOCATION by a pattern tells the URI that was called; one by an exact registration need not.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.exact")
			callee.Register("com.prefix", d{"match": "prefix"})
			callee.Register("com..wildcard", d{"match": "wildcard"})
			for uri, details := range map[string]d{
				"com.exact": {}, "com.prefix.a": {"procedure": "com.prefix.a"}, "com.prefix": {"procedure": "com.prefix"}, "com.a.wildcard": {"procedure": "com.a.wildcard"},
			} {
				caller.Send(48, next, d{}, uri)
				callee.Expect(68, anID, anID, details)
			}
		},
	},
	{
		ID: "W153", Level: Must, Spec: "a/rpc_shared_registration",
		Rule: "The invocation policy is `single` by default, by which nobody else can register the procedure.",
		Test: func(t *T) {
			callee, other := t.Peer(), t.Peer()
			callee.Register("com.default")
			callee.Register("com.single", d{"invoke": "single"})
			for _, procedure := range []string{"com.default", "com.single"} {
				for _, options := range []d{{}, {"invoke": "single"}, {"invoke": "roundrobin"}, {"invoke": "first"}} {
					other.Refused("wamp.error.procedure_already_exists", 64, options, procedure)
				}
			}
		},
	},
	{
		ID: "W154", Level: Must, Spec: "a/rpc_shared_registration",
		Rule: "A shared procedure cannot be registered with another policy than that of the first: `wamp.error.procedure_already_exists`.",
		Test: func(t *T) {
			callee, other := t.Peer(), t.Peer()
			policies := []string{"roundrobin", "random", "first", "last"}
			for _, policy := range policies {
				callee.Register("com."+policy, d{"invoke": policy})
				for _, different := range append(policies, "single") {
					if different != policy {
						other.Refused("wamp.error.procedure_already_exists", 64, d{"invoke": different}, "com."+policy)
					}
				}
				other.Refused("wamp.error.procedure_already_exists", 64, d{}, "com."+policy)
				other.Register("com."+policy, d{"invoke": policy})
			}
		},
	},
	{
		ID: "W155", Level: Must, Spec: "a/meta_api_registrations",
		Rule: "All callees of a shared procedure have the same registration id, until the last has left.",
		Test: func(t *T) {
			one, two, three := t.Peer(), t.Peer(), t.Peer()
			options := d{"invoke": "roundrobin"}
			registration := one.Register("com.shared", options)
			if id := two.Register("com.shared", options); id != registration {
				t.Errorf("the ids are %d and %d", registration, id)
			}
			one.Unregister(registration)
			if id := three.Register("com.shared", options); id != registration {
				t.Errorf("after the first callee left the id is %d, and was %d", id, registration)
			}
			two.Unregister(registration)
			three.Unregister(registration)
			one.Refused("wamp.error.no_such_registration", 66, registration)
			one.Register("com.shared", d{"invoke": "last"})
		},
	},
	{
		ID: "W156", Level: Must, Spec: "a/rpc_shared_registration",
		Rule: "`roundrobin` takes the callees in the order of their registration, over and over; `random` any; `first` the oldest and `last` the newest of those that are there.",
		Test: func(t *T) {
			caller := t.Peer()
			for policy, turns := range map[string][]int{"roundrobin": {0, 1, 2, 0, 1, 2, 0}, "first": {0, 0, 0}, "last": {2, 2, 2}} {
				callees := t.sharing("com."+policy, policy, 3)
				for _, turn := range turns {
					callees[turn].Serves(caller, "com."+policy)
				}
				callees[turns[0]].Leave()
				rest := append(callees[:turns[0]:turns[0]], callees[turns[0]+1:]...)
				served := map[*Peer]int{}
				for range 4 {
					served[t.served(caller, "com."+policy, rest)]++
				}
				switch policy {
				case "roundrobin":
					if served[rest[0]] != 2 || served[rest[1]] != 2 {
						t.Errorf("after a callee left the others serve %d and %d of 4 calls", served[rest[0]], served[rest[1]])
					}
				case "first":
					if served[rest[0]] != 4 {
						t.Errorf("after the first left, the second serves %d of 4 calls", served[rest[0]])
					}
				case "last":
					if served[rest[1]] != 4 {
						t.Errorf("after the last left, the one before serves %d of 4 calls", served[rest[1]])
					}
				}
			}
			// Each of 3 callees serves 60 of 180 calls on average, with a standard deviation of 6.3.
			callees := t.sharing("com.random", "random", 3)
			served := map[*Peer]int{}
			for range 180 {
				served[t.served(caller, "com.random", callees)]++
			}
			for _, callee := range callees {
				if n := served[callee]; n < 20 || n > 100 {
					t.Errorf("one of 3 callees serves %d of 180 calls", n)
				}
			}
		},
	},
	{
		ID: "W157", Level: Derived, Spec: "a/rpc_shared_registration",
		Rule: "A session that registers a shared procedure twice is refused, or nothing changes: it never gets two turns.",
		Test: func(t *T) {
			callees := t.sharing("com.shared", "roundrobin", 2)
			callees[0].Send(64, next, d{"invoke": "roundrobin"}, "com.shared")
			callees[0].Expect(oneOf(65, 8), rest)
			caller, served := t.Peer(), map[*Peer]int{}
			for range 6 {
				served[t.served(caller, "com.shared", callees)]++
			}
			if served[callees[0]] != 3 {
				t.Errorf("it serves %d of 6 calls", served[callees[0]])
			}
		},
	},
	{
		ID: "W158", Level: Derived, Spec: "a/uris",
		Rule: "A matching or invocation policy that is not defined is refused with `wamp.error.invalid_argument`.",
		Test: func(t *T) {
			p := t.Peer()
			for _, match := range []string{"regex", "Exact", "prefix "} {
				p.Refused("wamp.error.invalid_argument", 32, d{"match": match}, "com.topic")
				p.Refused("wamp.error.invalid_argument", 64, d{"match": match}, "com.procedure")
			}
			for _, invoke := range []string{"all", "Single", "round_robin"} {
				p.Refused("wamp.error.invalid_argument", 64, d{"invoke": invoke}, "com.procedure")
			}
			p.Refused("wamp.error.no_such_procedure", 48, d{}, "com.procedure")
		},
	},
	{
		ID: "W159", Level: Optional, Spec: "a/rpc_registration_revocation",
		Rule:  "A registration that the router revokes is told by UNREGISTERED with the request id 0 to a callee that announced it; to any other callee it is not told.",
		Needs: announced("dealer.registration_revocation"),
		Test: func(t *T) {
			admin := t.Peer()
			told, untold := t.Peer(announcing("callee.registration_revocation")), t.Peer()
			watching := t.Announces("dealer.registration_meta_api")
			for _, callee := range []*Peer{told, untold} {
				registration := callee.Register("com.procedure")
				left := int64(0)
				if watching {
					left = admin.Subscribe("wamp.registration.on_unregister")
				}
				admin.CallKw("wamp.registration.remove_callee", l{registration, callee.Session}, d{"reason": "com.moved"})
				if watching {
					admin.Expect(36, left, anID, d{}, l{callee.Session, registration})
					admin.Unsubscribe(left)
				}
				if callee == told {
					callee.Expect(67, 0, d{"registration": registration, "reason": "com.moved"})
				}
				callee.ExpectNothing()
				admin.Refused("wamp.error.no_such_procedure", 48, d{}, "com.procedure")
				callee.Refused("wamp.error.no_such_registration", 66, registration)
			}
			admin.Refused("wamp.error.no_such_registration", 48, d{}, "wamp.registration.remove_callee", l{12345, told.Session})
		},
	},
	{
		ID: "W160", Level: Optional, Spec: "a/pubsub_subscription_revocation",
		Rule:  "A subscription that the router revokes is told by UNSUBSCRIBED with the request id 0 to a subscriber that announced it; to any other it is not told.",
		Needs: announced("broker.subscription_revocation"),
		Test: func(t *T) {
			admin := t.Peer()
			told, untold := t.Peer(announcing("subscriber.subscription_revocation")), t.Peer()
			watching := t.Announces("broker.subscription_meta_api")
			for _, subscriber := range []*Peer{told, untold} {
				subscription := subscriber.Subscribe("com.topic")
				left := int64(0)
				if watching {
					left = admin.Subscribe("wamp.subscription.on_unsubscribe")
				}
				admin.CallKw("wamp.subscription.remove_subscriber", l{subscription, subscriber.Session}, d{"reason": "com.enough"})
				if watching {
					admin.Expect(36, left, anID, d{}, l{subscriber.Session, subscription})
					admin.Unsubscribe(left)
				}
				if subscriber == told {
					subscriber.Expect(35, 0, d{"subscription": subscription, "reason": "com.enough"})
				}
				admin.Publish("com.topic")
				subscriber.ExpectNothing()
				subscriber.Refused("wamp.error.no_such_subscription", 34, subscription)
			}
			admin.Refused("wamp.error.no_such_subscription", 48, d{}, "wamp.subscription.remove_subscriber", l{12345, told.Session})
		},
	},
	{
		ID: "W161", Level: Optional, Spec: "a/rpc_sharded_registration",
		Rule:  "A CALL with the run mode `partition` needs a resource key, and goes to one callee, for the same key always to the same; with `all` it goes to all callees, and has a result of each. An event with a resource key goes to one of the nodes that subscribe with a node key. (The specification has a sketch only.)",
		Needs: announced("dealer.sharded_registration", "broker.sharded_subscription"),
		Links: everyLink,
		Test: func(t *T) {
			callees := t.sharing("com.shard", "roundrobin", 3)
			caller := t.Peer(announcing("caller.sharded_registration", "caller.progressive_call_results", "publisher.sharded_subscription"))
			caller.Refused("wamp.error.invalid_argument", 48, d{"runmode": "partition"}, "com.shard")
			caller.Refused("wamp.error.invalid_argument", 48, d{"runmode": "some", "rkey": "a"}, "com.shard")
			for _, key := range []string{"a", "b", "c", "sn239019"} {
				var first *Peer
				for _, options := range []d{{"runmode": "partition", "rkey": key}, {"rkey": key}, {"runmode": "partition", "rkey": key}} {
					caller.Send(48, next, options, "com.shard")
					callee, invocation := t.whoHears(callees...)
					if first == nil {
						first = callee
					}
					if callee != first {
						t.Errorf("%q goes to %s and to %s", key, first.name, callee.name)
					}
					callee.Yield(invocation.ID(1))
					caller.Expect(50, anID, d{})
				}
			}

			t.note("-- a call of all")
			caller.Refused("wamp.error.invalid_argument", 48, d{"runmode": "all"}, "com.shard")
			caller.Send(48, next, d{"runmode": "all", "receive_progress": true}, "com.shard", l{7})
			for i, callee := range callees {
				callee.Yield(callee.Expect(68, anID, anID, d{}, l{7}).ID(1), i)
				details := d{"progress": true}
				if i == len(callees)-1 {
					details = d{}
				}
				caller.Expect(50, last, details, l{i})
			}
			caller.Send(48, next, d{"runmode": "all", "receive_progress": true}, "com.shard")
			callees[1].Send(8, 68, callees[1].Invoked(), d{}, "com.error")
			caller.Expect(8, 48, last, d{}, "com.error")
			callees[0].Yield(callees[0].Invoked(), "late")
			callees[0].ExpectNothing()
			caller.ExpectNothing()

			t.note("-- events")
			nodes := []*Peer{t.Peer(announcing("subscriber.sharded_subscription")), t.Peer(announcing("subscriber.shareded_subscriptions"))}
			nodes[0].Subscribe("com.sensor", d{"nkey": "node23"})
			nodes[1].Subscribe("com.sensor", d{"nkey": "node42"})
			everything := t.Peer()
			everything.Subscribe("com.sensor")
			for _, key := range []string{"a", "b", "c", "sn239019"} {
				var first *Peer
				for i := range 3 {
					caller.PublishWith(d{"rkey": key}, "com.sensor", i)
					node, event := t.whoHears(nodes...)
					if first == nil {
						first = node
					}
					if node != first || match(l{36, anID, anID, d{}, l{i}}, event.items) != "" {
						t.Errorf("%q goes to %s and, as %s, to %s", key, first.name, event.text, node.name)
					}
					everything.Expect(36, anID, anID, d{}, l{i})
				}
			}
			caller.Publish("com.sensor")
			for _, p := range append(nodes, everything) {
				p.Expect(36, anID, anID, d{})
			}
		},
	},
}}

// routes registers patterns, each on a peer of its own, and checks where calls go.
func (t *T) routes(patterns, calls map[string]string) {
	callees := map[string]*Peer{}
	for pattern, match := range patterns {
		callees[pattern] = t.Peer()
		callees[pattern].Register(pattern, d{"match": match})
	}
	caller := t.Peer()
	for uri, pattern := range calls {
		t.note("-- %s is for %q", uri, pattern)
		if pattern == "" {
			caller.Refused("wamp.error.no_such_procedure", 48, d{}, uri)
			continue
		}
		callees[pattern].Serves(caller, uri)
	}
	for _, callee := range callees {
		callee.Leave()
	}
}

// sharing lets some callees share a procedure.
func (t *T) sharing(procedure, policy string, n int) []*Peer {
	callees := make([]*Peer, n)
	for i := range callees {
		callees[i] = t.Peer(announcing("callee.shared_registration", "callee.sharded_registration"))
		callees[i].Register(procedure, d{"invoke": policy})
	}
	return callees
}

// served makes a call and finds out which of the callees it went to.
func (t *T) served(caller *Peer, procedure string, callees []*Peer) *Peer {
	request := caller.Send(48, next, d{}, procedure)
	caller.RoundTrip()
	for _, callee := range callees {
		callee.RoundTrip()
		if len(callee.inbox) > 0 {
			callee.Yield(callee.Invoked())
			caller.Expect(50, request, d{})
			return callee
		}
	}
	t.Fatalf("nobody serves %s", procedure)
	return nil
}
