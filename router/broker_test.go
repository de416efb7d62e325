package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW064_W070_W072_SubscribePublishEvent(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		subscriber, publisher := r.join(), r.join()
		subscription := subscriber.subscribe(`{}`, "com.topic")
		for _, payload := range []string{``, `,["Hello",-1,1.5,null,[true],{"a":[]}]`, `,[],{"color":"orange","sizes":[23,42,7]}`, `,[1],{"k":"v"}`} {
			publication := publisher.publish("com.topic", payload)
			subscriber.hear(`[36,%d,%d,{}%s]`, subscription, publication, payload)
		}
		subscriber.quiet()
		publisher.quiet()
	})
}

func TestW065_SubscribingAgain(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		subscriber, publisher := r.join(), r.join()
		subscription := subscriber.subscribe(`{}`, "com.topic")
		if again := subscriber.subscribe(`{"match":"exact"}`, "com.topic"); again != subscription {
			t.Errorf("the second SUBSCRIBED names %d, the first %d", again, subscription)
		}
		publication := publisher.publish("com.topic", "")
		subscriber.hear(`[36,%d,%d,{}]`, subscription, publication)
		subscriber.quiet()
		subscriber.say(`[34,%d,%d]`, subscriber.next(), subscription)
		subscriber.hear(`[35,%d]`, subscriber.last)
		publisher.publish("com.topic", "")
		subscriber.quiet()
	})
}

func TestW066_W073_OneEventPerMatchingSubscription(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		subscriber, publisher := r.join(), r.join()
		exact := subscriber.subscribe(`{}`, "com.topic")
		prefix := subscriber.subscribe(`{"match":"prefix"}`, "com.topic")
		wildcard := subscriber.subscribe(`{"match":"wildcard"}`, "com.topic")
		if exact == prefix || prefix == wildcard || exact == wildcard {
			t.Fatalf("ids %d, %d and %d are not distinct", exact, prefix, wildcard)
		}
		publication := publisher.publish("com.topic", "")
		subscriber.hear(`[36,%d,%d,{}]`, exact, publication)
		subscriber.hear(`[36,%d,%d,{"topic":"com.topic"}]`, prefix, publication)
		subscriber.hear(`[36,%d,%d,{"topic":"com.topic"}]`, wildcard, publication)
		subscriber.quiet()
	})
}

func TestW067_NoEventAfterUnsubscribed(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		leaving, staying, publisher := r.join(), r.join(), r.join()
		subscription := leaving.subscribe(`{}`, "com.topic")
		staying.subscribe(`{}`, "com.topic")
		leaving.say(`[34,%d,%d]`, leaving.next(), subscription)
		leaving.hear(`[35,%d]`, leaving.last)
		publication := publisher.publish("com.topic", "")
		staying.hear(`[36,%d,%d,{}]`, subscription, publication)
		leaving.quiet()
	})
}

func TestW068_UnsubscribingWhatIsNotHeld(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		owner, other, publisher := r.join(), r.join(), r.join()
		subscription := owner.subscribe(`{}`, "com.topic")
		other.refused(wamp.TypeUnsubscribe, wamp.ErrNoSuchSubscription, `%d`, subscription)
		other.refused(wamp.TypeUnsubscribe, wamp.ErrNoSuchSubscription, `%d`, 12345)
		publication := publisher.publish("com.topic", "")
		owner.hear(`[36,%d,%d,{}]`, subscription, publication)
		owner.say(`[34,%d,%d]`, owner.next(), subscription)
		owner.hear(`[35,%d]`, owner.last)
		owner.refused(wamp.TypeUnsubscribe, wamp.ErrNoSuchSubscription, `%d`, subscription)
	})
}

func TestW069_PublishingIsNotAcknowledgedByDefault(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.say(`[16,%d,{},"com.topic",["x"]]`, p.next())
		p.say(`[16,%d,{"acknowledge":false},"com.topic",["x"]]`, p.next())
		p.say(`[16,%d,{},"wamp.topic"]`, p.next())
		p.quiet()
	})
}

func TestW071_ThePublisherNeverGetsItsOwnEvent(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		subscription := p.subscribe(`{}`, "com.topic")
		p.publish("com.topic", "")
		p.quiet() // alone

		other.subscribe(`{}`, "com.topic")
		publication := p.publish("com.topic", "")
		other.hear(`[36,%d,%d,{}]`, subscription, publication)
		p.quiet()
	})
}

func TestW074_PublishingToNobodySucceeds(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	r.join().publish("com.topic", `,["anybody?"]`)
}

func TestW075_SubscriptionsEndWithTheirSession(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		leaving, staying := r.join(), r.join()
		subscription := leaving.subscribe(`{}`, "com.topic")
		leaving.say(`[6,{},"wamp.close.close_realm"]`)
		leaving.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		if again := staying.subscribe(`{}`, "com.topic"); again == subscription {
			t.Errorf("subscription %d outlived its only subscriber", again)
		}
	})
}

func TestW158_UnknownMatchingPolicy(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.join()
	p.refused(wamp.TypeSubscribe, wamp.ErrInvalidArgument, `{"match":"regex"},"com.topic"`)
	p.refused(wamp.TypeRegister, wamp.ErrInvalidArgument, `{"match":"regex"},"com.procedure"`)
	p.refused(wamp.TypeRegister, wamp.ErrInvalidArgument, `{"invoke":"best"},"com.procedure"`)
	p.subscribe(`{}`, "com.topic")
	p.register(`{}`, "com.procedure")
}

func TestW162_ExcludeMe(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		subscription := p.subscribe(`{}`, "com.topic")
		p.say(`[16,%d,{"exclude_me":false},"com.topic",["me too"]]`, p.next())
		p.hear(`[36,%d,"*",{},["me too"]]`, subscription)
		p.say(`[16,%d,{"exclude_me":true},"com.topic",["not me"]]`, p.next())
		p.quiet()
	})
}

func TestW163_W164_W165_Audience(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{
		Name: "realm1", Authenticators: []router.Authenticator{named{}},
	}}}, links[0])
	join := func(authid, role string) *peer {
		return r.dial().hello("realm1", `{"authmethods":["named"],"authid":"`+authid+`","authextra":{"role":"`+role+`"},`+everyRole[1:])
	}
	publisher := join("pub", "publisher")
	peers := map[string]*peer{"joe": join("joe", "user"), "ann": join("ann", "user"), "sue": join("sue", "admin"), "pub": publisher}
	for _, p := range peers {
		p.subscribe(`{}`, "com.topic")
	}
	ids := func(names ...string) []wamp.ID {
		list := []wamp.ID{}
		for _, name := range names {
			list = append(list, peers[name].id)
		}
		return list
	}
	strangers := func(with ...string) []string { // a list long enough to be sorted
		for i := range 50 {
			with = append(with, fmt.Sprintf("stranger%d", i*7%50))
		}
		return with
	}
	tests := []struct {
		name    string
		options wamp.Dict
		reached []string
	}{
		{"no list", wamp.Dict{}, []string{"joe", "ann", "sue"}},
		{"exclude", wamp.Dict{"exclude": ids("joe")}, []string{"ann", "sue"}},
		{"exclude nobody", wamp.Dict{"exclude": ids()}, []string{"joe", "ann", "sue"}},
		{"exclude_authid", wamp.Dict{"exclude_authid": []string{"ann"}}, []string{"joe", "sue"}},
		{"exclude_authrole", wamp.Dict{"exclude_authrole": []string{"user"}}, []string{"sue"}},
		{"eligible", wamp.Dict{"eligible": ids("joe", "sue")}, []string{"joe", "sue"}},
		{"eligible_authid", wamp.Dict{"eligible_authid": []string{"joe"}}, []string{"joe"}},
		{"eligible_authrole", wamp.Dict{"eligible_authrole": []string{"user"}}, []string{"joe", "ann"}},
		{"W163 all conditions must hold", wamp.Dict{"eligible_authrole": []string{"user"}, "exclude_authid": []string{"joe"}}, []string{"ann"}},
		{"W163 eligible and not", wamp.Dict{"eligible": ids("joe"), "exclude": ids("joe")}, nil},
		{"W163 eligible twice", wamp.Dict{"eligible": ids("joe", "sue"), "eligible_authrole": []string{"admin"}}, []string{"sue"}},
		{"W164 empty eligible is nobody", wamp.Dict{"eligible": ids()}, nil},
		{"W164 empty eligible_authid is nobody", wamp.Dict{"eligible_authid": []string{}}, nil},
		{"W164 empty eligible_authrole is nobody", wamp.Dict{"eligible_authrole": []string{}}, nil},
		{"W165 eligible does not include the publisher", wamp.Dict{"eligible": ids("pub", "ann")}, []string{"ann"}},
		{"a long exclude_authid", wamp.Dict{"exclude_authid": strangers("sue", "joe")}, []string{"ann"}},
		{"a long eligible_authid", wamp.Dict{"eligible_authid": strangers("sue", "pub")}, []string{"sue"}},
		{"a long eligible", wamp.Dict{"eligible": append(ids("joe"), 9, 8, 7, 6, 5, 4, 3, 2, 1, 19, 18, 17, 16, 15)}, []string{"joe"}},
		{"exclude_me false and eligible", wamp.Dict{"eligible": ids("pub", "ann"), "exclude_me": false}, []string{"ann", "pub"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, p := range peers {
				p.t = t
			}
			test.options["acknowledge"] = true
			publisher.say(`[16,%d,%s,"com.topic"]`, publisher.next(), jsonText(t, test.options))
			reached := make(map[string]bool)
			for _, name := range test.reached {
				reached[name] = true
				peers[name].hear(`[36,"*","*",{}]`)
			}
			publisher.hear(`[17,%d,"*"]`, publisher.last)
			for _, p := range peers {
				p.quiet()
			}
		})
	}
}

func TestW166_DisclosingThePublisher(t *testing.T) {
	t.Run("allowed", func(t *testing.T) {
		config := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Disclose: router.Disclosure{Publisher: true}}}}
		onEachLink(t, config, func(t *testing.T, r *place) {
			publisher, subscriber, other := r.join(), r.join(), r.join()
			subscriber.subscribe(`{}`, "com.topic")
			other.subscribe(`{}`, "com.topic")
			publisher.say(`[16,%d,{"disclose_me":true},"com.topic"]`, publisher.next())
			for _, p := range []*peer{subscriber, other} {
				p.hear(`[36,"*","*",{"publisher":%d,"publisher_authid":"*","publisher_authrole":"anonymous"}]`, publisher.id)
			}
			publisher.publish("com.topic", "") // W146: not asked for, not told
			subscriber.hear(`[36,"*","*",{}]`)
		})
	})
	t.Run("denied", func(t *testing.T) {
		r := start(t, router.Config{}, links[0])
		publisher, subscriber := r.join(), r.join()
		subscriber.subscribe(`{}`, "com.topic")
		publisher.refused(wamp.TypePublish, wamp.ErrDiscloseMeDisallowed, `{"acknowledge":true,"disclose_me":true},"com.topic"`)
		publisher.say(`[16,%d,{"disclose_me":true},"com.topic"]`, publisher.next())
		publisher.quiet()
		subscriber.quiet()
	})
}

func TestW167_W168_PatternSubscriptions(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		subscriber, publisher := r.join(), r.join()
		subscriptions := make(map[string]wamp.ID)
		for _, pattern := range []string{"com.a", "com", ""} {
			subscriptions["prefix "+pattern] = subscriber.subscribe(`{"match":"prefix"}`, pattern)
		}
		for _, pattern := range []string{"com..x", "..", ".a.x", "com.a.y"} {
			subscriptions["wildcard "+pattern] = subscriber.subscribe(`{"match":"wildcard"}`, pattern)
		}
		tests := []struct {
			topic   string
			matches []string
		}{
			{"com.a", []string{"prefix com.a", "prefix com", "prefix "}},
			{"com.ab", []string{"prefix com.a", "prefix com", "prefix "}}, // W148
			{"com.a.x", []string{"prefix com.a", "prefix com", "prefix ", "wildcard com..x", "wildcard ..", "wildcard .a.x"}},
			{"com.b.x", []string{"prefix com", "prefix ", "wildcard com..x", "wildcard .."}},
			{"com.a.b.x", []string{"prefix com.a", "prefix com", "prefix "}}, // W149
			{"org", []string{"prefix "}},
		}
		for _, test := range tests {
			publication := publisher.publish(test.topic, "")
			want := make(map[wamp.ID]bool)
			for _, match := range test.matches {
				want[subscriptions[match]] = true
			}
			for range test.matches {
				event := subscriber.hear(`[36,"*",%d,{"topic":%q}]`, publication, test.topic)
				if !want[event.id(1)] {
					t.Errorf("%s: unexpected or repeated %s", test.topic, event.text)
				}
				delete(want, event.id(1))
			}
			subscriber.quiet()
		}
	})
}

func TestEventsCrossSerializers(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	var subscribers []*peer
	for _, l := range links {
		for range 2 {
			p := r.joinBy(l)
			p.subscribe(`{}`, "com.topic")
			subscribers = append(subscribers, p)
		}
	}
	for _, l := range links {
		publisher := r.joinBy(l)
		payload := `,["ü\u0000",-7,18446744073709551615,"\u0000AAEC",{"n":null}],{"k":[1.5]}`
		publication := publisher.publish("com.topic", payload)
		for _, p := range subscribers {
			p.hear(`[36,"*",%d,{}%s]`, publication, payload)
		}
	}
}
