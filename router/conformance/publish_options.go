package conformance

import (
	"math"

	"github.com/wampkit/wampkit/wamp"
)

var publishOptions = Chapter{Title: "Publish options", Cases: []Case{
	{
		ID: "W162", Level: Must, Spec: "a/pubsub_publisher_exclusion",
		Rule: "With `exclude_me` false, a publisher that is subscribed gets its event.",
		Test: func(t *T) {
			p, other := t.Peer(), t.Peer()
			subscription := p.Subscribe("com.topic")
			other.Subscribe("com.topic")
			p.Send(16, next, d{"exclude_me": false}, "com.topic", l{"Hello, world!"})
			p.Expect(36, subscription, anID, d{}, l{"Hello, world!"})
			other.Expect(36, subscription, anID, d{}, l{"Hello, world!"})
			p.Send(16, next, d{"exclude_me": true}, "com.topic")
			p.ExpectNothing()
		},
	},
	{
		ID: "W163", Level: Must, Spec: "a/pubsub_subscriber_blackwhite_listing", Links: everyRawSocket,
		Rule: "A subscriber gets an event if all conditions hold that are present: `eligible`, `eligible_authid`, `eligible_authrole` name it, and `exclude`, `exclude_authid`, `exclude_authrole` do not.",
		Test: func(t *T) {
			publisher := t.Peer()
			joe, jim, ann, eve := t.Peer(claiming("joe", "user")), t.Peer(claiming("jim", "user")), t.Peer(claiming("ann", "admin")), t.Peer(claiming("joe", "admin"))
			all := []*Peer{joe, jim, ann, eve}
			for _, p := range all {
				p.Subscribe("com.topic")
			}
			ids := func(peers ...*Peer) (ids l) {
				ids = l{}
				for _, p := range peers {
					ids = append(ids, p.Session)
				}
				return ids
			}
			for _, test := range []struct {
				options d
				reaches []*Peer
			}{
				{d{}, all},
				{d{"exclude": ids(joe)}, []*Peer{jim, ann, eve}},
				{d{"exclude": ids(joe, ann)}, []*Peer{jim, eve}},
				{d{"exclude": ids()}, all},
				{d{"exclude_authid": l{"joe"}}, []*Peer{jim, ann}},
				{d{"exclude_authrole": l{"user"}}, []*Peer{ann, eve}},
				{d{"exclude_authrole": l{"user", "admin"}}, nil},
				{d{"eligible": ids(joe, eve)}, []*Peer{joe, eve}},
				{d{"eligible": l{12345}}, nil},
				{d{"eligible_authid": l{"joe", "nobody"}}, []*Peer{joe, eve}},
				{d{"eligible_authrole": l{"admin"}}, []*Peer{ann, eve}},
				{d{"eligible": ids(joe, jim, ann), "exclude": ids(joe)}, []*Peer{jim, ann}},
				{d{"eligible_authrole": l{"admin"}, "exclude_authid": l{"joe"}}, []*Peer{ann}},
				{d{"eligible_authid": l{"joe"}, "eligible_authrole": l{"user"}}, []*Peer{joe}},
				{d{"eligible": ids(joe), "eligible_authid": l{"jim"}}, nil},
				{d{"eligible_authid": l{"joe"}, "exclude_authid": l{"joe"}}, nil},
				{d{"exclude": ids(joe), "exclude_authid": l{"jim"}, "exclude_authrole": l{"admin"}}, nil},
			} {
				t.note("-- %s", written(test.options))
				publisher.PublishWith(test.options, "com.topic")
				for _, p := range test.reaches {
					p.Expect(36, anID, anID, d{})
				}
				for _, p := range all {
					p.ExpectNothing()
				}
			}
			if t.link.Format != wamp.JSON && joe.Session > math.MaxUint32 { // as encoders for JavaScript write ids
				publisher.PublishWith(d{"eligible": l{float64(joe.Session), float64(jim.Session)}, "exclude": l{float64(joe.Session)}}, "com.topic")
				jim.Expect(36, anID, anID, d{})
				joe.ExpectNothing()
			}
		},
	},
	{
		ID: "W164", Level: Must, Spec: "a/pubsub_subscriber_blackwhite_listing",
		Rule: "A list of who is eligible that is present but empty names nobody.",
		Test: func(t *T) {
			publisher, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("com.topic")
			for _, option := range []string{"eligible", "eligible_authid", "eligible_authrole"} {
				publisher.PublishWith(d{option: l{}}, "com.topic")
			}
			subscriber.ExpectNothing()
		},
	},
	{
		ID: "W165", Level: Must, Spec: "a/pubsub_subscriber_blackwhite_listing",
		Rule: "To be eligible does not bring a publisher its own event, without `exclude_me` false.",
		Test: func(t *T) {
			p := t.Peer()
			p.Subscribe("com.topic")
			p.PublishWith(d{"eligible": l{p.Session}}, "com.topic")
			p.ExpectNothing()
			p.Send(16, next, d{"eligible": l{p.Session}, "exclude_me": false}, "com.topic")
			p.Expect(36, anID, anID, d{})
			p.Send(16, next, d{"exclude": l{p.Session}, "exclude_me": false}, "com.topic")
			p.ExpectNothing()
		},
	},
	{
		ID: "W166", Level: Must, Spec: "a/pubsub_publisher_identification",
		Rule: "With `disclose_me`, where that is allowed, EVENT tells the publisher's session id, authid and role. Where it is not, there is no event, and ERROR `wamp.error.option_disallowed.disclose_me` if acknowledged.",
		Test: func(t *T) {
			open := t.Start(disclosing)
			publisher, subscriber := open.Peer(claiming("joe", "user")), open.Peer()
			subscriber.Subscribe("com.topic")
			publisher.PublishWith(d{"disclose_me": true}, "com.topic", "x")
			subscriber.Expect(36, anID, anID, d{"publisher": publisher.Session, "publisher_authid": "joe", "publisher_authrole": "user"}, l{"x"})
			publisher.PublishWith(d{"disclose_me": false}, "com.topic")
			subscriber.Expect(36, anID, anID, d{})

			publisher, subscriber = t.Peer(), t.Peer()
			subscriber.Subscribe("com.topic")
			publisher.Refused("wamp.error.option_disallowed.disclose_me", 16, d{"disclose_me": true, "acknowledge": true}, "com.topic")
			publisher.Send(16, next, d{"disclose_me": true}, "com.topic")
			subscriber.ExpectNothing()
			publisher.ExpectNothing()
		},
	},
	{
		ID: "W167", Level: Must, Spec: "a/pubsub_pattern_based_subscription",
		Rule: "An EVENT by a pattern tells the topic that was published to.",
		Test: func(t *T) {
			publisher, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("com.prefix", d{"match": "prefix"})
			subscriber.Subscribe("com..wildcard", d{"match": "wildcard"})
			subscriber.Subscribe("com.exact", d{"match": "exact"})
			for topic, details := range map[string]d{
				"com.prefix": {"topic": "com.prefix"}, "com.prefix.a.b": {"topic": "com.prefix.a.b"}, "com.a.wildcard": {"topic": "com.a.wildcard"}, "com.exact": {},
			} {
				publisher.Publish(topic)
				subscriber.Expect(36, anID, anID, details)
			}
		},
	},
	{
		ID: "W168", Level: Must, Spec: "a/pubsub_pattern_based_subscription",
		Rule: "An event goes to all subscriptions that match: the exact one, every prefix and every wildcard.",
		Test: func(t *T) {
			publisher := t.Peer()
			var all, none []*Peer
			for pattern, match := range map[string]string{
				"a.b.c": "exact", "": "prefix", "a": "prefix", "a.b": "prefix", "a.b.": "wildcard", "a..c": "wildcard", ".b.c": "wildcard", "..": "wildcard", "a..": "wildcard",
			} {
				p := t.Peer()
				p.Subscribe(pattern, d{"match": match})
				all = append(all, p)
			}
			for pattern, match := range map[string]string{"a.b": "exact", "a.c": "prefix", "a.b.c.": "prefix", "...": "wildcard", ".": "wildcard", "b..": "wildcard"} {
				p := t.Peer()
				p.Subscribe(pattern, d{"match": match})
				none = append(none, p)
			}
			for _, p := range all {
				p.RoundTrip()
				p.inbox = nil // the meta events of the others, which two of the patterns match
			}
			publication := publisher.Publish("a.b.c", "x")
			for _, p := range all {
				p.Expect(36, anID, publication, aDict, l{"x"})
			}
			for _, p := range append(all, none...) {
				p.ExpectNothing()
			}
		},
	},
	{
		ID: "W169", Level: Must, Spec: "a/pubsub_event_retention", Links: everyLink,
		Rule:  "An event published with `retain` is kept for its topic, the newest only. It is delivered to who subscribes with `get_retained`, after SUBSCRIBED, with `retained` in its details.",
		Needs: announced("broker.event_retention"),
		Test: func(t *T) {
			publisher, present := t.Peer(), t.Peer()
			present.Subscribe("com.topic")
			publisher.PublishWith(d{"retain": true}, "com.topic", "old")
			publication := publisher.PublishWith(d{"retain": true}, "com.topic", "new")
			publisher.Publish("com.topic", "not retained")
			for range 3 {
				present.Expect(36, anID, anID, d{}, aList)
			}
			for range 2 {
				late := t.Peer()
				late.Send(32, 1, d{"get_retained": true}, "com.topic")
				subscription := late.Expect(33, 1, anID).ID(2)
				late.Expect(36, subscription, publication, d{"retained": true}, l{"new"})
				late.ExpectNothing()
			}
			other := t.Peer()
			other.Subscribe("com.other", d{"get_retained": true})
			other.ExpectNothing()
			publisher.Leave()
			patient := t.Peer()
			patient.Subscribe("com.topic", d{"get_retained": true})
			patient.Expect(36, anID, publication, d{"retained": true}, l{"new"})
		},
	},
	{
		ID: "W170", Level: Must, Spec: "a/pubsub_event_retention",
		Rule:  "A retained event is delivered only to who would have got it when it was published; if that is not the newest, then the newest that is for everybody.",
		Needs: announced("broker.event_retention"),
		Test: func(t *T) {
			publisher := t.Peer(claiming("pub", "user"))
			retained := func(entry Entry, want any) {
				p := t.Peer(entry)
				p.Subscribe("com.topic", d{"get_retained": true})
				if want != nil {
					p.Expect(36, anID, anID, d{"retained": true}, l{want})
				}
				p.ExpectNothing()
			}
			publisher.PublishWith(d{"retain": true, "eligible_authrole": l{"admin"}}, "com.topic", "for admins")
			retained(claiming("joe", "user"), nil)
			retained(claiming("ann", "admin"), "for admins")
			publisher.PublishWith(d{"retain": true}, "com.topic", "for all")
			retained(claiming("joe", "user"), "for all")
			retained(claiming("ann", "admin"), "for all")
			publisher.PublishWith(d{"retain": true, "exclude_authid": l{"joe"}}, "com.topic", "not for joe")
			retained(claiming("joe", "user"), oneOf("for all")) // the newest that is for joe
			retained(claiming("ann", "admin"), "not for joe")
			publisher.PublishWith(d{"retain": true, "eligible": l{12345}}, "com.topic", "for somebody else")
			retained(claiming("joe", "user"), oneOf("for all"))
			publisher.PublishWith(d{"retain": true}, "com.own", "mine")
			publisher.Subscribe("com.own", d{"get_retained": true})
			publisher.ExpectNothing()
		},
	},
	{
		ID: "W171", Level: Must, Spec: "a/pubsub_event_retention",
		Rule:  "Without `retain` nothing is kept, and without `get_retained` nothing kept is delivered.",
		Needs: announced("broker.event_retention"),
		Test: func(t *T) {
			publisher, p := t.Peer(), t.Peer()
			publisher.Publish("com.unkept")
			publisher.PublishWith(d{"retain": false}, "com.unkept")
			p.Subscribe("com.unkept", d{"get_retained": true})
			publisher.PublishWith(d{"retain": true}, "com.kept")
			p.Subscribe("com.kept")
			other := t.Peer()
			other.Subscribe("com.kept", d{"get_retained": false})
			p.ExpectNothing()
			other.ExpectNothing()
		},
	},
}}
