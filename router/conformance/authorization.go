package conformance

// user and admin are peers of the roles that governed and asked tell of.
var (
	user  = claiming("joe", "user")
	admin = claiming("ann", "admin")
)

// requests are the four that need a right, with all but type and id, for a URI.
func requests(uri string) map[int]l {
	return map[int]l{48: {d{}, uri}, 64: {d{}, uri}, 32: {d{}, uri}, 16: {d{"acknowledge": true}, uri}}
}

const notAuthorized = "wamp.error.not_authorized"

var authorization = Chapter{Title: "Authorization", Cases: []Case{
	{
		ID: "W207", Level: Must, Spec: "b/uri_reference, a/uris", Router: []Option{governed},
		Rule: "What is denied fails with `wamp.error.not_authorized`.",
		Test: func(t *T) {
			p, other := t.Peer(user), t.Peer(admin)
			for _, denied := range []string{"com.secret", "com.open", "com.open.secret.x", "com.one.more"} {
				for kind, elements := range requests(denied) {
					p.Refused(notAuthorized, kind, elements...)
				}
			}
			p.Subscribe("com.read.x")
			p.Refused(notAuthorized, 16, d{"acknowledge": true}, "com.read.x")
			p.Refused(notAuthorized, 48, d{}, "com.read.x")
			for _, allowed := range []string{"com.open.x", "com.one", "net.device.status"} {
				p.Register(allowed)
				p.Serves(other, allowed)
				subscription := p.Subscribe(allowed)
				other.Publish(allowed, 1)
				p.Expect(36, subscription, anID, aDict, l{1})
				p.Publish(allowed)
			}
		},
	},
	{
		ID: "W208", Level: Must, Spec: "b/uri_reference", Router: []Option{asked, impatient},
		Rule: "If the authorizer itself fails, nothing is done: `wamp.error.authorization_failed`.",
		Test: func(t *T) {
			const failed = "wamp.error.authorization_failed"
			p, watcher := t.Peer(user), t.Peer(admin)
			watcher.Subscribe("com.x")
			for kind, elements := range requests("com.x") { // nobody is there to decide
				p.Refused(failed, kind, elements...)
			}
			authorizer := t.Peer(claiming("judge", "authorizer"))
			authorizer.Register("com.authorize")
			for _, answer := range []func(invocation int64){
				func(i int64) { authorizer.Send(8, 68, i, d{}, "com.error", l{"the database is down"}) },
				func(i int64) { authorizer.Send(70, i, d{}) },
				func(i int64) { authorizer.Yield(i, "yes") },
				func(i int64) { authorizer.Yield(i, d{"allow": 1}) },
				func(int64) {}, // too late
			} {
				p.Send(16, next, d{"acknowledge": true}, "com.x")
				answer(authorizer.Invoked(aDict, "com.x", "publish", d{"acknowledge": true}))
				p.ExpectError(16, last, failed)
			}
			p.Send(16, next, d{"acknowledge": true}, "com.x")
			authorizer.Yield(authorizer.Invoked(aDict, "com.x", "publish", aDict), false)
			p.ExpectError(16, last, notAuthorized)
			watcher.ExpectNothing()
			p.Send(16, next, d{"acknowledge": true}, "com.x")
			authorizer.Yield(authorizer.Invoked(aDict, "com.x", "publish", aDict), d{"allow": true, "disclose": true})
			p.Expect(17, last, anID)
			watcher.Expect(36, anID, anID, d{"publisher": p.Session, "publisher_authid": "joe", "publisher_authrole": "user"})
		},
	},
	{
		ID: "W209", Level: Derived, Spec: "b/publish_subscribe", Router: []Option{governed},
		Rule: "A publication that is denied and not acknowledged is dropped without a word.",
		Test: func(t *T) {
			p, watcher := t.Peer(user), t.Peer(admin)
			watcher.Subscribe("com.", d{"match": "prefix"})
			p.Send(16, next, d{}, "com.read.x", l{1})
			p.Send(16, next, d{"acknowledge": false}, "com.secret", l{1})
			p.ExpectNothing()
			watcher.ExpectNothing()
		},
	},
	{
		ID: "W210", Level: Derived, Spec: "a/authorization", Router: []Option{governed},
		Rule: "A pattern is authorized as a pattern: a right on `a.b` is none on the prefix `a`.",
		Test: func(t *T) {
			p := t.Peer(user)
			for _, pattern := range []struct{ match, uri string }{
				{"prefix", ""}, {"prefix", "com"}, {"prefix", "com."}, {"prefix", "com.one"}, {"prefix", "com.open"},
				{"prefix", "com.open."}, // of which com.open.secret. is taken
				{"prefix", "com.open.secret.x"}, {"wildcard", "com..x"}, {"wildcard", "com."}, {"wildcard", ".one"},
				{"wildcard", "com.open.."}, {"wildcard", ".open.x"}, {"wildcard", "..status"}, {"wildcard", ".."},
			} {
				p.Refused(notAuthorized, 32, d{"match": pattern.match}, pattern.uri)
				p.Refused(notAuthorized, 64, d{"match": pattern.match}, pattern.uri)
			}
			for _, pattern := range []struct{ match, uri string }{
				{"prefix", "com.open.x"}, {"wildcard", "com.open.x."}, {"wildcard", "net..status"}, {"wildcard", "com.one"},
			} {
				p.Subscribe(pattern.uri, d{"match": pattern.match})
				p.Register(pattern.uri, d{"match": pattern.match})
			}
			p.Subscribe("com.read.", d{"match": "prefix"})
			p.Refused(notAuthorized, 64, d{"match": "prefix"}, "com.read.")
		},
	},
	{
		ID: "W211", Level: Derived, Spec: "security", Router: []Option{governed},
		Rule: "Validity is checked before authorization, and that before existence, so that nobody learns what exists.",
		Test: func(t *T) {
			p, insider := t.Peer(user), t.Peer(admin)
			insider.Register("com.secret.exists")
			insider.Subscribe("com.secret.exists")
			for kind, elements := range requests("com..invalid") {
				p.Refused("wamp.error.invalid_uri", kind, elements...)
			}
			for _, uri := range []string{"com.secret.exists", "com.secret.missing", "wamp.session.kill", "wamp.missing"} {
				p.Refused(notAuthorized, 48, d{}, uri)
				p.Refused(notAuthorized, 48, d{"disclose_me": true, "timeout": 1}, uri, l{1})
				p.Refused(notAuthorized, 32, d{}, uri)
			}
			for _, uri := range []string{"com.secret.exists", "com.secret.missing"} {
				p.Refused(notAuthorized, 64, d{}, uri)
				p.Refused(notAuthorized, 64, d{"invoke": "roundrobin", "force_reregister": true}, uri)
				p.Refused(notAuthorized, 16, d{"acknowledge": true, "disclose_me": true}, uri)
			}
			p.Refused("wamp.error.no_such_procedure", 48, d{}, "com.open.missing")
		},
	},
	{
		ID: "W212", Level: Derived, Spec: "b/security_model", Router: []Option{asked},
		Rule: "An authorizer that takes long neither changes the order of events and calls nor blocks other sessions.",
		Test: func(t *T) {
			p, watcher, authorizer := t.Peer(user), t.Peer(admin), t.Peer(claiming("judge", "authorizer"))
			authorizer.Register("com.authorize")
			watcher.Subscribe("com.", d{"match": "prefix"})
			watcher.Register("com.served")
			p.Send(16, next, d{}, "com.slow", l{1})
			question := authorizer.Invoked(aDict, "com.slow", "publish", d{})
			p.Send(16, next, d{}, "com.fast", l{2})
			p.Send(48, next, d{}, "com.served", l{3})
			p.Send(48, next, d{}, "com.served", l{4})
			canceled := p.request
			p.Send(49, canceled, d{})
			p.ExpectError(48, canceled, "wamp.error.canceled")
			bystander := t.Peer(admin)
			bystander.Publish("com.other", 0)
			watcher.Expect(36, anID, anID, aDict, l{0}) // and nothing else before it
			decide := func(uri, action string) {
				authorizer.Yield(question, true)
				question = authorizer.Invoked(aDict, uri, action, d{})
			}
			decide("com.fast", "publish")
			watcher.Expect(36, anID, anID, d{"topic": "com.slow"}, l{1})
			decide("com.served", "call")
			watcher.Expect(36, anID, anID, d{"topic": "com.fast"}, l{2})
			authorizer.Yield(question, true)
			watcher.Yield(watcher.Invoked(3), "pong")
			p.Expect(50, canceled-1, d{}, l{"pong"})
			p.ExpectNothing()
			watcher.ExpectNothing()
		},
	},
}}
