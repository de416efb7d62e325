package conformance

var pubSub = Chapter{Title: "Publish & subscribe", Cases: []Case{
	{
		ID: "W064", Level: Must, Spec: "b/publish_subscribe", Links: everyLink,
		Rule: "SUBSCRIBE is answered with SUBSCRIBED or ERROR.",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(32, 1, d{}, "com.topic")
			p.Expect(33, 1, anID)
			p.Send(32, 2, d{}, "com..topic")
			p.Expect(8, 32, 2, d{}, "wamp.error.invalid_uri", rest)
			p.ExpectNothing()
		},
	},
	{
		ID: "W065", Level: Must, Spec: "b/publish_subscribe",
		Rule: "Who subscribes to the same again gets the same subscription id, one EVENT for it and not two, and one UNSUBSCRIBE ends it.",
		Test: func(t *T) {
			subscriber, publisher := t.Peer(), t.Peer()
			for _, options := range []d{{}, {"match": "prefix"}, {"match": "wildcard"}} {
				subscription := subscriber.Subscribe("com.topic", options)
				if again := subscriber.Subscribe("com.topic", options); again != subscription {
					t.Errorf("%v: the ids are %d and %d", options, subscription, again)
				}
				publisher.Publish("com.topic")
				subscriber.Expect(36, subscription, anID, aDict)
				subscriber.ExpectNothing()
				subscriber.Unsubscribe(subscription)
				publisher.Publish("com.topic")
				subscriber.ExpectNothing()
				subscriber.Refused("wamp.error.no_such_subscription", 34, subscription)
			}
		},
	},
	{
		ID: "W066", Level: Derived, Spec: "a/pubsub_pattern_based_subscription",
		Rule: "The same URI with exact, prefix and wildcard matching makes three subscriptions, and three EVENTs.",
		Test: func(t *T) {
			subscriber, publisher := t.Peer(), t.Peer()
			exact := subscriber.Subscribe("com.topic")
			prefix := subscriber.Subscribe("com.topic", d{"match": "prefix"})
			wildcard := subscriber.Subscribe("com.topic", d{"match": "wildcard"})
			publication := publisher.Publish("com.topic")
			subscriber.ExpectEach(
				l{36, exact, publication, d{}},
				l{36, prefix, publication, d{"topic": "com.topic"}},
				l{36, wildcard, publication, d{"topic": "com.topic"}},
			)
			if exact == prefix || exact == wildcard || prefix == wildcard {
				t.Errorf("the ids are %d, %d and %d", exact, prefix, wildcard)
			}
			subscriber.Unsubscribe(exact)
			publisher.Publish("com.topic")
			subscriber.ExpectEach(l{36, prefix, anID, aDict}, l{36, wildcard, anID, aDict})
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W067", Level: Must, Spec: "b/publish_subscribe", Links: everyLink,
		Rule: "UNSUBSCRIBE is answered with UNSUBSCRIBED, after which there is no EVENT of that subscription.",
		Test: func(t *T) {
			subscriber, other, publisher := t.Peer(), t.Peer(), t.Peer()
			subscription := subscriber.Subscribe("com.topic")
			other.Subscribe("com.topic")
			subscriber.Send(34, 2, subscription)
			subscriber.Expect(35, 2)
			publisher.Publish("com.topic")
			other.Expect(36, subscription, anID, d{})
			subscriber.ExpectNothing()

			// The same with events on their way all the time.
			t.Together(func() {
				for range 300 {
					publisher.Send(16, next, d{}, "com.flood")
				}
				publisher.RoundTrip()
			}, func() {
				for range 30 {
					subscription := subscriber.Subscribe("com.flood")
					subscriber.Send(34, next, subscription)
					for ended := false; !ended; {
						got, err := subscriber.hear()
						t.must(err)
						ended = got.At(0) == int64(35)
					}
					subscriber.RoundTrip()
					if len(subscriber.inbox) > 0 {
						t.Fatalf("after UNSUBSCRIBED: %s", subscriber.inbox[0].text)
					}
				}
			})
		},
	},
	{
		ID: "W068", Level: Must, Spec: "b/uri_reference",
		Rule: "UNSUBSCRIBE of a subscription that does not exist, or that this session does not hold, is refused with `wamp.error.no_such_subscription` and changes nothing.",
		Test: func(t *T) {
			holder, other := t.Peer(), t.Peer()
			subscription := holder.Subscribe("com.topic")
			watched := t.watching(other, "broker.subscription_meta_api", "wamp.subscription.on_unsubscribe", "wamp.subscription.on_delete")
			other.Refused("wamp.error.no_such_subscription", 34, subscription)
			other.Refused("wamp.error.no_such_subscription", 34, 12345)
			watched.ExpectNothing()
			other.Publish("com.topic", "still there")
			holder.Expect(36, subscription, anID, d{}, l{"still there"})
		},
	},
	{
		ID: "W069", Level: Must, Spec: "b/publish_subscribe",
		Rule: "A publication is not acknowledged by default: there is no answer at all, in success or failure.",
		Test: func(t *T) {
			p := t.Peer()
			for _, options := range []d{{}, {"acknowledge": false}} {
				for _, topic := range []string{"com.topic", "com..topic", "wamp.topic", ""} {
					p.Send(16, next, options, topic)
				}
				p.Send(16, next, merged([]d{options, {"disclose_me": true}}), "com.topic")
			}
			p.ExpectNothing()
		},
	},
	{
		ID: "W070", Level: Must, Spec: "b/publish_subscribe", Links: everyLink,
		Rule: "With `acknowledge`, it is answered with PUBLISHED, whose publication id is that of the EVENTs, or with ERROR.",
		Test: func(t *T) {
			publisher, one, two := t.Peer(), t.Peer(), t.Peer()
			subscription := one.Subscribe("com.topic")
			two.Subscribe("com.topic")
			publisher.Send(16, 1, d{"acknowledge": true}, "com.topic", l{"x"})
			publication := publisher.Expect(17, 1, anID).ID(2)
			one.Expect(36, subscription, publication, d{}, l{"x"})
			two.Expect(36, subscription, publication, d{}, l{"x"})
			publisher.Send(16, 2, d{"acknowledge": true}, "com..topic")
			publisher.Expect(8, 16, 2, d{}, "wamp.error.invalid_uri", rest)
		},
	},
	{
		ID: "W071", Level: Must, Spec: "b/publish_subscribe, a/pubsub_publisher_exclusion",
		Rule: "A publisher does not get its own event by default, though it is subscribed.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			p.Subscribe("com.topic")
			p.Subscribe("com", d{"match": "prefix"})
			other.Subscribe("com.topic")
			p.Send(16, next, d{"acknowledge": true}, "com.topic")
			p.Expect(17, last, anID)
			p.Send(16, next, d{"exclude_me": true}, "com.topic")
			other.Expect(36, anID, anID, d{})
			other.Expect(36, anID, anID, d{})
			p.ExpectNothing()
		},
	},
	{
		ID: "W072", Level: Must, Spec: "b/publish_subscribe", Links: everyLink,
		Rule: "EVENT delivers the arguments as they were published.",
		Test: func(t *T) {
			publisher, subscriber := t.Peer(), t.Peer()
			subscription := subscriber.Subscribe("com.topic")
			for _, payload := range []l{
				{l{"Hello, world!"}}, {l{1, 2.5, nil, true, l{}, d{}}}, {l{}, d{"color": "orange", "sizes": l{23, 42, 7}}}, {l{"johnny"}, d{"first": "John"}},
			} {
				publisher.Send(append(l{16, next, d{}, "com.topic"}, payload...)...)
				subscriber.Expect(append(l{36, subscription, anID, d{}}, payload...)...)
			}
		},
	},
	{
		ID: "W073", Level: Must, Spec: "b/messages, a/pubsub_pattern_based_subscription",
		Rule: "A session gets one EVENT for each of its subscriptions that matches, all with the same publication id.",
		Test: func(t *T) {
			publisher, subscriber := t.Peer(), t.Peer()
			var events []l
			for _, s := range []struct{ uri, match string }{
				{"com.a.topic", "exact"}, {"com", "prefix"}, {"com.a", "prefix"}, {"", "prefix"}, {"com..topic", "wildcard"}, {"..", "wildcard"}, {"com.a.", "wildcard"},
			} {
				details := d{"topic": "com.a.topic"}
				if s.match == "exact" {
					details = d{}
				}
				events = append(events, l{36, subscriber.Subscribe(s.uri, d{"match": s.match}), anID, details, l{"x"}})
			}
			subscriber.Subscribe("com.b", d{"match": "prefix"})
			subscriber.Subscribe("com..", d{"match": "wildcard"})
			publication := publisher.Publish("com.a.topic", "x")
			events = append(events, l{36, anID, anID, d{"topic": "com.a.topic"}, l{"x"}}) // com..
			for _, event := range subscriber.ExpectEach(events...) {
				if event.ID(2) != publication {
					t.Errorf("%s: want the publication %d", event.text, publication)
				}
			}
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W074", Level: Derived, Spec: "b/publish_subscribe",
		Rule: "To publish what nobody is subscribed to succeeds.",
		Test: func(t *T) {
			p := t.Peer()
			p.Send(16, 1, d{"acknowledge": true}, "com.nobody")
			p.Expect(17, 1, anID)
		},
	},
	{
		ID: "W075", Level: Must, Spec: "b/publish_subscribe",
		Rule: "Subscriptions end with their session.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			subscription := p.Subscribe("com.topic")
			p.Send(6, d{}, "wamp.close.close_realm")
			p.Expect(6, aDict, "wamp.close.goodbye_and_out")
			p.Join()
			other.Publish("com.topic")
			p.ExpectNothing()
			p.Refused("wamp.error.no_such_subscription", 34, subscription)
			if t.Announces("broker.subscription_meta_api") {
				other.Refused("wamp.error.no_such_subscription", 48, d{}, "wamp.subscription.count_subscribers", l{subscription})
			}
		},
	},
}}

// watching subscribes to meta events, if the router has them.
func (t *T) watching(p *Peer, feature string, topics ...string) *Peer {
	if t.Announces(feature) {
		for _, topic := range topics {
			p.Subscribe(topic)
		}
	}
	return p
}
