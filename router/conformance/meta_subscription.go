package conformance

// subscriptionMeta is what the cases of this chapter need.
var subscriptionMeta = announced("broker.subscription_meta_api")

var metaSubscription = Chapter{Title: "Meta API: subscriptions", Cases: []Case{
	{
		ID: "W187", Level: Must, Spec: "a/meta_api_subscriptions",
		Rule:  "A subscription's life is told by `on_create`, `on_subscribe`, `on_unsubscribe`, `on_delete`, in this order, also when its subscriber just disappears.",
		Needs: subscriptionMeta,
		Test: func(t *T) {
			watcher := t.Peer()
			topics := map[string]int64{}
			for _, event := range []string{"on_create", "on_subscribe", "on_unsubscribe", "on_delete"} {
				topics[event] = watcher.Subscribe("wamp.subscription." + event)
			}
			heard := func(event string, args ...any) { watcher.Expect(36, topics[event], anID, d{}, args) }
			watcher.RoundTrip()
			watcher.inbox = nil // what it made itself
			for _, leave := range []func(p *Peer, subscription int64){
				(*Peer).Unsubscribe,
				func(p *Peer, _ int64) { p.Leave() },
				func(p *Peer, _ int64) { p.Reset() },
			} {
				one, two := t.Peer(), t.Peer()
				id := one.Subscribe("com.topic")
				heard("on_create", one.Session, d{"id": id, "created": aTime, "uri": "com.topic", "match": "exact"})
				heard("on_subscribe", one.Session, id)
				two.Subscribe("com.topic")
				heard("on_subscribe", two.Session, id)
				two.Subscribe("com.topic") // once more changes nothing
				leave(one, id)
				heard("on_unsubscribe", one.Session, id)
				leave(two, id)
				heard("on_unsubscribe", two.Session, id)
				heard("on_delete", two.Session, id)
			}
			watcher.ExpectNothing()
		},
	},
	{
		ID: "W188", Level: Must, Spec: "a/meta_api_subscriptions", Links: everyRawSocket,
		Rule:  "Subscriptions can be listed, looked up, matched and described, and their subscribers listed and counted. Lists are lists though they be empty; what is not found is null, an id that is unknown `wamp.error.no_such_subscription`.",
		Needs: subscriptionMeta,
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			list := p.Call("wamp.subscription.list").Result(0)
			for _, match := range []string{"exact", "prefix", "wildcard"} {
				if !aList.fits(dig(list, match)) {
					t.Errorf("list.%s is %v", match, written(dig(list, match)))
				}
			}
			ids := map[string]int64{
				"exact":    p.Subscribe("com.a.c"),
				"prefix":   p.Subscribe("com.a", d{"match": "prefix"}),
				"wildcard": p.Subscribe("com..c", d{"match": "wildcard"}),
			}
			other.Subscribe("com.a.c")
			list = p.Call("wamp.subscription.list").Result(0)
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
				{"lookup", l{"com.a.c"}, ids["exact"]}, {"lookup", l{"com.a.c", d{"match": "exact"}}, ids["exact"]},
				{"lookup", l{"com.a", d{"match": "prefix"}}, ids["prefix"]}, {"lookup", l{"com..c", d{"match": "wildcard"}}, ids["wildcard"]},
				{"lookup", l{"com.a"}, nil}, {"lookup", l{"com.a.c", d{"match": "wildcard"}}, nil},
				{"match", l{"com.a.c"}, inAnyOrder(ids["exact"], ids["prefix"], ids["wildcard"])}, {"match", l{"com.a.x.y"}, l{ids["prefix"]}}, {"match", l{"org.x"}, nil},
				{"list_subscribers", l{ids["exact"]}, inAnyOrder(p.Session, other.Session)}, {"list_subscribers", l{ids["prefix"]}, l{p.Session}},
				{"count_subscribers", l{ids["exact"]}, 2}, {"count_subscribers", l{ids["wildcard"]}, 1},
				{"get", l{ids["exact"]}, d{"id": ids["exact"], "created": aTime, "uri": "com.a.c", "match": "exact"}},
				{"get", l{ids["prefix"]}, d{"id": ids["prefix"], "created": aTime, "uri": "com.a", "match": "prefix"}},
				{"get", l{ids["wildcard"]}, d{"id": ids["wildcard"], "created": aTime, "uri": "com..c", "match": "wildcard"}},
			} {
				if why := match(l{test.want}, p.Call("wamp.subscription."+test.procedure, test.args...).List(3)); why != "" {
					t.Errorf("%s %s: %s", test.procedure, written(test.args), why)
				}
			}
			p.Unsubscribe(ids["prefix"])
			for _, procedure := range []string{"get", "list_subscribers", "count_subscribers"} {
				for _, id := range []int64{ids["prefix"], 12345678} {
					p.Refused("wamp.error.no_such_subscription", 48, d{}, "wamp.subscription."+procedure, l{id})
				}
				p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.subscription."+procedure)
			}
			for _, procedure := range []string{"lookup", "match"} {
				for _, wrong := range []l{{}, {5}, {nil}} {
					p.Refused("wamp.error.invalid_argument", 48, d{}, "wamp.subscription."+procedure, wrong)
				}
			}
		},
	},
	{
		ID: "W189", Level: Derived, Spec: "a/authorization", Router: []Option{governed},
		Rule:  "Meta procedures and topics are subject to authorization like any URI.",
		Needs: announced("dealer.session_meta_api", "broker.subscription_meta_api"),
		Test: func(t *T) {
			p, victim := t.Peer(user), t.Peer(admin)
			registration, subscription := victim.Register("com.x"), victim.Subscribe("com.x")
			p.Call("wamp.session.count")
			p.Subscribe("wamp.session.on_join")
			for procedure, args := range map[string]l{
				"wamp.session.list": {}, "wamp.session.get": {victim.Session}, "wamp.session.kill": {victim.Session},
				"wamp.session.kill_by_authid": {"ann"}, "wamp.session.kill_by_authrole": {"admin"}, "wamp.session.kill_all": {},
				"wamp.registration.list": {}, "wamp.registration.lookup": {"com.x"}, "wamp.registration.match": {"com.x"},
				"wamp.registration.remove_callee":     {registration, victim.Session},
				"wamp.subscription.list_subscribers":  {subscription},
				"wamp.subscription.remove_subscriber": {subscription, victim.Session},
			} {
				p.Refused(notAuthorized, 48, d{}, procedure, args)
			}
			for _, topic := range []string{"wamp.session.on_leave", "wamp.registration.on_create", "wamp.subscription.on_subscribe"} {
				p.Refused(notAuthorized, 32, d{}, topic)
			}
			p.Refused(notAuthorized, 32, d{"match": "prefix"}, "wamp.")
			p.Refused(notAuthorized, 32, d{"match": "wildcard"}, "wamp.session.")
			victim.ExpectNothing()
		},
	},
}}
