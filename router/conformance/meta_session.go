package conformance

// sessionMeta is what most cases of this chapter need.
var sessionMeta = announced("broker.session_meta_api", "dealer.session_meta_api")

// details are what the session meta API tells of a session.
func (p *Peer) details() matcher {
	return containing(d{
		"session": p.Session, "authid": p.Welcome["authid"], "authrole": p.Welcome["authrole"],
		"authmethod": p.Welcome["authmethod"], "authprovider": p.Welcome["authprovider"],
	})
}

var metaSession = Chapter{Title: "Meta API: sessions", Cases: []Case{
	{
		ID: "W177", Level: Must, Spec: "a/meta_api_sessions", Links: everyLink, Router: []Option{anotherRealm("realm2")},
		Rule:  "`wamp.session.on_join` tells who joined, in the session's own realm only.",
		Needs: sessionMeta,
		Test: func(t *T) {
			watcher, elsewhere := t.Peer(), t.Peer(into("realm2"))
			subscription := watcher.Subscribe("wamp.session.on_join")
			elsewhere.Subscribe("wamp.session.on_join")
			for _, entry := range []Entry{announcing(), claiming("joe", "user")} {
				p := t.Peer(entry)
				watcher.Expect(36, subscription, anID, d{}, l{p.details()})
			}
			elsewhere.ExpectNothing()
			p := t.Peer(into("realm2"))
			elsewhere.Expect(36, anID, anID, d{}, l{p.details()})
			watcher.ExpectNothing()
			pattern := t.Peer()
			watcher.Expect(36, subscription, anID, d{}, l{pattern.details()})
			pattern.Subscribe("wamp.session.", d{"match": "prefix"})
			t.Peer()
			pattern.Expect(36, anID, anID, d{"topic": "wamp.session.on_join"}, l{aDict})
		},
	},
	{
		ID: "W178", Level: Must, Spec: "a/meta_api_sessions",
		Rule:  "`wamp.session.on_leave` tells a session's id, authid and authrole, however it left.",
		Needs: sessionMeta,
		Test: func(t *T) {
			watcher := t.Peer()
			subscription := watcher.Subscribe("wamp.session.on_leave")
			for _, leave := range []func(p *Peer){(*Peer).Leave, (*Peer).Close, (*Peer).Reset, func(p *Peer) { p.Send(99) }, func(p *Peer) { p.Send(3, d{}, "com.abort") }} {
				p := t.Peer(claiming("joe", "user"))
				leave(p)
				watcher.Expect(36, subscription, anID, d{}, l{p.Session, "joe", "user"})
			}
			watcher.ExpectNothing()
		},
	},
	{
		ID: "W179", Level: Must, Spec: "a/meta_api_sessions", Router: []Option{anotherRealm("realm2")},
		Rule:  "`wamp.session.count` and `wamp.session.list` tell the sessions of the realm, or those with one of the roles given.",
		Needs: sessionMeta,
		Test: func(t *T) {
			t.Peer(into("realm2"))
			joe, jim, ann := t.Peer(claiming("joe", "user")), t.Peer(claiming("jim", "user")), t.Peer(claiming("ann", "admin"))
			for _, test := range []struct {
				args l
				want []*Peer
			}{
				{l{}, []*Peer{joe, jim, ann}}, {l{nil}, []*Peer{joe, jim, ann}}, {l{l{"user"}}, []*Peer{joe, jim}}, {l{l{"admin", "user", "x"}}, []*Peer{joe, jim, ann}},
				{l{l{"x"}}, nil}, {l{l{}}, nil},
			} {
				t.note("-- %s", written(test.args))
				ids := []any{}
				for _, p := range test.want {
					ids = append(ids, p.Session)
				}
				if why := match(len(ids), joe.Call("wamp.session.count", test.args...).Result(0)); why != "" {
					t.Errorf("count %s: %s", written(test.args), why)
				}
				if why := match(inAnyOrder(ids...), joe.Call("wamp.session.list", test.args...).Result(0)); why != "" {
					t.Errorf("list %s: %s", written(test.args), why)
				}
			}
			jim.Leave()
			if why := match(2, joe.Call("wamp.session.count").Result(0)); why != "" {
				t.Errorf("after one left: %s", why)
			}
			for _, wrong := range []l{{"user"}, {5}, {l{5}}, {d{}}} {
				joe.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.session.count", wrong)
				joe.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.session.list", wrong)
			}
		},
	},
	{
		ID: "W180", Level: Must, Spec: "a/meta_api_sessions", Links: everyRawSocket, Router: []Option{anotherRealm("realm2")},
		Rule:  "`wamp.session.get` tells the details of a session, or fails with `wamp.error.no_such_session`.",
		Needs: sessionMeta,
		Test: func(t *T) {
			p, joe, elsewhere := t.Peer(), t.Peer(claiming("joe", "user")), t.Peer(into("realm2"))
			for _, one := range []*Peer{p, joe} {
				if why := match(one.details(), p.Call("wamp.session.get", one.Session).Result(0)); why != "" {
					t.Errorf("%s", why)
				}
			}
			joe.Leave()
			for _, id := range []int64{joe.Session, elsewhere.Session, 12345} {
				p.Refused("wamp.error.no_such_session", 48, d{}, "wamp.session.get", l{id})
			}
			for _, wrong := range []l{{}, {"x"}, {nil}, {1.5}, {-1}, {l{}}} {
				p.Refused(oneOf("wamp.error.invalid_argument", "wamp.error.no_such_session"), 48, d{}, "wamp.session.get", wrong)
			}
		},
	},
	{
		ID: "W181", Level: Must, Spec: "a/meta_api_sessions", Router: []Option{anotherRealm("realm2")},
		Rule:  "`wamp.session.kill` says GOODBYE to a session, with the reason and message given, or `wamp.close.killed` and none. One's own session, and one that does not exist, is `wamp.error.no_such_session`; a bad reason `wamp.error.invalid_uri`.",
		Needs: sessionMeta,
		Test: func(t *T) {
			killer, watcher, elsewhere := t.Peer(), t.Peer(), t.Peer(into("realm2"))
			watcher.Subscribe("wamp.session.on_leave")
			for _, test := range []struct{ kwargs, details, reason any }{
				{d{"reason": "com.enough", "message": "go away"}, d{"message": "go away"}, "com.enough"},
				{d{"message": "go away"}, d{"message": "go away"}, "wamp.close.killed"},
				{d{"reason": "com.enough"}, d{}, "com.enough"},
				{d{}, d{}, "wamp.close.killed"},
			} {
				target := t.Peer()
				target.Register("com.procedure")
				killer.CallKw("wamp.session.kill", l{target.Session}, test.kwargs.(d))
				target.Expect(6, test.details, test.reason)
				watcher.Expect(36, anID, anID, d{}, l{target.Session, aString, aString})
				watcher.Unregister(watcher.Register("com.procedure"))
				target.Send(6, d{}, "wamp.close.goodbye_and_out")
				target.ExpectEnd()
			}
			for _, id := range []int64{killer.Session, elsewhere.Session, 12345} {
				killer.Refused("wamp.error.no_such_session", 48, d{}, "wamp.session.kill", l{id})
			}
			for _, reason := range []any{"", "a..b", "a b"} {
				killer.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.kill", l{watcher.Session}, d{"reason": reason})
			}
			killer.Refused(oneOf("wamp.error.invalid_uri", "wamp.error.invalid_argument"), 48, d{}, "wamp.session.kill", l{watcher.Session}, d{"reason": 5})
			watcher.ExpectNothing()
			elsewhere.ExpectNothing()
		},
	},
	{
		ID: "W182", Level: Must, Spec: "a/meta_api_sessions",
		Rule:  "`wamp.session.kill_by_authid` kills the sessions with an authid, but the caller's, and gives the list of their ids.",
		Needs: sessionMeta,
		Test: func(t *T) {
			killer, one, two, jim := t.Peer(claiming("joe", "user")), t.Peer(claiming("joe", "user")), t.Peer(claiming("joe", "admin")), t.Peer(claiming("jim", "user"))
			result := killer.CallKw("wamp.session.kill_by_authid", l{"joe"}, d{"reason": "com.enough", "message": "bye"}).Result(0)
			if why := match(inAnyOrder(one.Session, two.Session), result); why != "" {
				t.Errorf("%s", why)
			}
			one.Expect(6, d{"message": "bye"}, "com.enough")
			two.Expect(6, d{"message": "bye"}, "com.enough")
			jim.ExpectNothing()
			killer.ExpectNothing()
			if why := match(l{}, killer.Call("wamp.session.kill_by_authid", "nobody").Result(0)); why != "" {
				t.Errorf("nobody: %s", why)
			}
			killer.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.kill_by_authid", l{"jim"}, d{"reason": "a..b"})
			jim.ExpectNothing()
		},
	},
	{
		ID: "W183", Level: Must, Spec: "a/meta_api_sessions",
		Rule:  "`wamp.session.kill_by_authrole` and `wamp.session.kill_all` kill all others and give their number; kill_all publishes no meta events and no testaments.",
		Needs: sessionMeta,
		Test: func(t *T) {
			killer, joe, jim, ann := t.Peer(claiming("me", "user")), t.Peer(claiming("joe", "user")), t.Peer(claiming("jim", "user")), t.Peer(claiming("ann", "admin"))
			if why := match(2, killer.Call("wamp.session.kill_by_authrole", "user").Result(0)); why != "" {
				t.Errorf("kill_by_authrole: %s", why)
			}
			joe.Expect(6, d{}, "wamp.close.killed")
			jim.Expect(6, d{}, "wamp.close.killed")
			ann.ExpectNothing()
			another := t.Peer()
			for _, topic := range []string{"wamp.session.on_leave", "com.testament"} {
				killer.Subscribe(topic)
			}
			another.Register("com.procedure")
			another.Subscribe("com.topic")
			for _, match := range []string{"wamp.registration.", "wamp.subscription."} {
				killer.Subscribe(match, d{"match": "prefix"})
			}
			killer.RoundTrip()
			killer.inbox = nil // what it made itself
			ann.Call("wamp.session.add_testament", "com.testament", l{}, d{})
			if why := match(2, killer.CallKw("wamp.session.kill_all", l{}, d{"reason": "com.enough"}).Result(0)); why != "" {
				t.Errorf("kill_all: %s", why)
			}
			ann.Expect(6, d{}, "com.enough")
			another.Expect(6, d{}, "com.enough")
			for _, p := range []*Peer{ann, another} {
				p.Send(6, d{}, "wamp.close.goodbye_and_out")
				p.ExpectEnd()
			}
			killer.ExpectNothing()
			killer.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.kill_all", l{}, d{"reason": ""})
		},
	},
}}
