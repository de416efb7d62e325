package conformance

// registrationMeta is what the cases of this chapter need.
var registrationMeta = announced("dealer.registration_meta_api")

var metaRegistration = Chapter{Title: "Meta API: registrations", Cases: []Case{
	{
		ID: "W184", Level: Must, Spec: "a/meta_api_registrations",
		Rule:  "A registration's life is told by `on_create`, `on_register`, `on_unregister`, `on_delete`, in this order, also when its callee just disappears.",
		Needs: registrationMeta,
		Test: func(t *T) {
			watcher := t.Peer()
			topics := map[string]int64{}
			for _, event := range []string{"on_create", "on_register", "on_unregister", "on_delete"} {
				topics[event] = watcher.Subscribe("wamp.registration." + event)
			}
			heard := func(event string, args ...any) { watcher.Expect(36, topics[event], anID, d{}, args) }
			for _, leave := range []func(p *Peer, registration int64){
				(*Peer).Unregister,
				func(p *Peer, _ int64) { p.Leave() },
				func(p *Peer, _ int64) { p.Reset() },
			} {
				one, two := t.Peer(), t.Peer()
				options := d{"invoke": "roundrobin"}
				id := one.Register("com.procedure", options)
				heard("on_create", one.Session, d{"id": id, "created": aTime, "uri": "com.procedure", "match": "exact", "invoke": "roundrobin"})
				heard("on_register", one.Session, id)
				two.Register("com.procedure", options)
				heard("on_register", two.Session, id)
				leave(one, id)
				heard("on_unregister", one.Session, id)
				leave(two, id)
				heard("on_unregister", two.Session, id)
				heard("on_delete", two.Session, id)
			}
			watcher.ExpectNothing()
		},
	},
	{
		ID: "W185", Level: Must, Spec: "a/meta_api_registrations",
		Rule:  "Registrations can be listed, looked up, matched and described, and their callees listed and counted. Lists are lists though they be empty; what is not found is null, an id that is unknown `wamp.error.no_such_registration`.",
		Needs: registrationMeta,
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			list := p.Call("wamp.registration.list").Result(0)
			for _, match := range []string{"exact", "prefix", "wildcard"} {
				if !aList.fits(dig(list, match)) {
					t.Errorf("list.%s is %v", match, written(dig(list, match)))
				}
			}
			ids := map[string]int64{
				"exact":    p.Register("com.a.b", d{"invoke": "random"}),
				"prefix":   p.Register("com.a", d{"match": "prefix"}),
				"wildcard": p.Register("com..c", d{"match": "wildcard"}),
			}
			other.Register("com.a.b", d{"invoke": "random"})
			list = p.Call("wamp.registration.list").Result(0)
			for match, id := range ids {
				if !has(dig(list, match), id) {
					t.Errorf("list.%s is %s, want %d in it", match, written(dig(list, match)), id)
				}
			}
			for _, test := range []struct {
				procedure string
				args      l
				want      any
			}{
				{"lookup", l{"com.a.b"}, ids["exact"]}, {"lookup", l{"com.a.b", d{}}, ids["exact"]}, {"lookup", l{"com.a.b", d{"match": "exact"}}, ids["exact"]},
				{"lookup", l{"com.a", d{"match": "prefix"}}, ids["prefix"]}, {"lookup", l{"com..c", d{"match": "wildcard"}}, ids["wildcard"]},
				{"lookup", l{"com.a"}, nil}, {"lookup", l{"com.a.b", d{"match": "prefix"}}, nil}, {"lookup", l{"com.x"}, nil},
				{"match", l{"com.a.b"}, ids["exact"]}, {"match", l{"com.a.x"}, ids["prefix"]}, {"match", l{"com.b.c"}, ids["wildcard"]}, {"match", l{"org.x"}, nil},
				{"list_callees", l{ids["exact"]}, inAnyOrder(p.Session, other.Session)}, {"list_callees", l{ids["prefix"]}, l{p.Session}},
				{"count_callees", l{ids["exact"]}, 2}, {"count_callees", l{ids["wildcard"]}, 1},
			} {
				if why := match(l{test.want}, p.Call("wamp.registration."+test.procedure, test.args...).List(3)); why != "" {
					t.Errorf("%s %s: %s", test.procedure, written(test.args), why)
				}
			}
			p.Unregister(ids["prefix"])
			for _, procedure := range []string{"get", "list_callees", "count_callees"} {
				for _, id := range []int64{ids["prefix"], 12345678} {
					p.Refused("wamp.error.no_such_registration", 48, d{}, "wamp.registration."+procedure, l{id})
				}
				p.Refused(oneOf("wamp.error.invalid_argument", "wamp.error.no_such_registration"), 48, d{}, "wamp.registration."+procedure, l{"x"})
				p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.registration."+procedure)
			}
			for _, procedure := range []string{"lookup", "match"} {
				for _, wrong := range []l{{}, {5}, {nil}} {
					p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.registration."+procedure, wrong)
				}
			}
		},
	},
	{
		ID: "W186", Level: Must, Spec: "a/meta_api_registrations", Links: everyRawSocket,
		Rule:  "The details of a registration are its id, the time of its creation (ISO 8601), URI, match and invoke, the defaults spelled out.",
		Needs: registrationMeta,
		Test: func(t *T) {
			p := t.Peer()
			for _, test := range []struct {
				uri     string
				options d
				want    d
			}{
				{"com.a", d{}, d{"match": "exact", "invoke": "single"}},
				{"com.b", d{"match": "prefix"}, d{"match": "prefix", "invoke": "single"}},
				{"com..c", d{"match": "wildcard", "invoke": "last"}, d{"match": "wildcard", "invoke": "last"}},
			} {
				id := p.Register(test.uri, test.options)
				want := merged([]d{test.want, {"id": id, "created": aTime, "uri": test.uri}})
				if why := match(want, p.Call("wamp.registration.get", id).Result(0)); why != "" {
					t.Errorf("%s: %s", test.uri, why)
				}
			}
		},
	},
}}

// has reports whether a list has an id.
func has(list any, id int64) bool {
	items, _ := list.(l)
	for _, item := range items {
		if match(id, item) == "" {
			return true
		}
	}
	return false
}
