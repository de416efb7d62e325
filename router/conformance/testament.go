package conformance

// testaments is what the cases of this chapter need.
var testaments = announced("dealer.testament_meta_api")

var testament = Chapter{Title: "Testaments", Cases: []Case{
	{
		ID: "W190", Level: Derived, Spec: "a/pubsub_testament",
		Rule:  "A testament is published when its session ends, however that happens: those of the scope `detached` before those of `destroyed`, which is the default, in the order in which they were made; `flush_testaments` takes back those of a scope.",
		Needs: testaments,
		Test: func(t *T) {
			watcher := t.Peer(claiming("watcher", "user"))
			subscription := watcher.Subscribe("com.will")
			add := func(p *Peer, text string, kwargs d) {
				p.CallKw("wamp.session.add_testament", l{"com.will", l{text}, d{"of": text}}, kwargs)
			}
			heard := func(texts ...string) {
				for _, text := range texts {
					watcher.Expect(36, subscription, anID, d{}, l{text}, d{"of": text})
				}
				watcher.ExpectNothing()
			}
			killer := t.Peer()
			ends := map[string]func(p *Peer){
				"GOODBYE": (*Peer).Leave, "loss": (*Peer).Close, "reset": (*Peer).Reset, "ABORT": func(p *Peer) { p.Send(3, d{}, "com.abort") },
				"a violation": func(p *Peer) { p.Send(99) },
			}
			if t.Announces("dealer.session_meta_api") {
				ends["kill"] = func(p *Peer) { killer.Call("wamp.session.kill", p.Session); p.Close() }
			}
			for how, end := range ends {
				t.note("-- %s", how)
				p := t.Peer()
				add(p, "destroyed 1", d{})
				add(p, "detached 1", d{"scope": "detached"})
				add(p, "destroyed 2", d{"scope": "destroyed"})
				add(p, "detached 2", d{"scope": "detached"})
				watcher.ExpectNothing()
				end(p)
				heard("detached 1", "detached 2", "destroyed 1", "destroyed 2")
			}

			p := t.Peer()
			add(p, "detached", d{"scope": "detached"})
			add(p, "destroyed", d{})
			p.Call("wamp.session.flush_testaments")
			p.Leave()
			heard("detached")
			p = t.Peer()
			add(p, "detached", d{"scope": "detached"})
			add(p, "destroyed", d{})
			p.CallKw("wamp.session.flush_testaments", l{}, d{"scope": "detached"})
			p.Leave()
			heard("destroyed")

			p = t.Peer()
			add(p, "for others", d{"publish_options": d{"exclude_authid": l{"watcher"}}})
			add(p, "for all", d{"publish_options": d{"acknowledge": true}})
			p.CallKw("wamp.session.add_testament", l{"com.will", l{}, d{}}, d{"publish_options": d{}})
			p.Leave()
			watcher.Expect(36, subscription, anID, d{}, l{"for all"}, d{"of": "for all"})
			watcher.Expect(36, subscription, anID, d{})
			watcher.ExpectNothing()

			p = t.Peer()
			p.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.add_testament", l{"com..will", l{}, d{}})
			for _, wrong := range []struct {
				args   l
				kwargs d
			}{
				{l{}, d{}}, {l{5, l{}, d{}}, d{}}, {l{"com.will", 5, d{}}, d{}}, {l{"com.will", l{}, 5}, d{}},
				{l{"com.will", l{}, d{}}, d{"scope": "x"}}, {l{"com.will", l{}, d{}}, d{"scope": 5}}, {l{"com.will", l{}, d{}}, d{"publish_options": 5}},
			} {
				p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.session.add_testament", wrong.args, wrong.kwargs)
			}
			p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.session.flush_testaments", l{}, d{"scope": "x"})
			p.Leave()
			watcher.ExpectNothing()
		},
	},
	{
		ID: "W191", Level: Derived, Spec: "security",
		Rule:  "A testament has the rights of the session that made it: those of its role, and none to publish below `wamp.`, or to disclose what the realm does not.",
		Needs: testaments,
		Test: func(t *T) {
			governed := t.Start(governed)
			heir := governed.Peer(admin)
			heir.Subscribe("com.", d{"match": "prefix"})
			testator := governed.Peer(user)
			testator.Refused(notAuthorized, 48, d{}, "wamp.session.add_testament", l{"com.read.x", l{}, d{}})
			testator.Refused(notAuthorized, 48, d{}, "wamp.session.add_testament", l{"com.open.secret.x", l{}, d{}})
			testator.Call("wamp.session.add_testament", "com.open.x", l{1}, d{})
			testator.Close()
			heir.Expect(36, anID, anID, d{"topic": "com.open.x"}, l{1})
			heir.ExpectNothing()

			watcher := t.Peer()
			watcher.Subscribe("wamp.", d{"match": "prefix"})
			p := t.Peer()
			p.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.add_testament", l{"wamp.session.on_join", l{d{"session": 1}}, d{}})
			p.Refused("wamp.error.invalid_uri", 48, d{}, "wamp.session.add_testament", l{"wamp.x", l{}, d{}})
			watcher.RoundTrip()
			watcher.inbox = nil // the comings and goings of these peers
			p.Leave()
			watcher.RoundTrip()
			for _, event := range watcher.inbox {
				if topic := event.Dict(3)["topic"]; topic == "wamp.x" || topic == "wamp.session.on_join" {
					t.Errorf("the watcher hears %s", event.text)
				}
			}
			watcher.inbox = nil
			p = t.Peer()
			other := t.Peer()
			other.Subscribe("com.will")
			p.Send(48, next, d{}, "wamp.session.add_testament", l{"com.will", l{}, d{}}, d{"publish_options": d{"disclose_me": true}})
			p.Expect(oneOf(50, 8), rest)
			p.Leave()
			other.ExpectNothing()
		},
	},
}}
