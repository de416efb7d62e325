package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW187_TheLifeOfASubscription(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		watcher := r.join()
		hear := watcher.watch("wamp.subscription.", "on_create", "on_subscribe", "on_unsubscribe", "on_delete")
		one := r.join()
		for match, uri := range map[string]string{"exact": "com.topic", "prefix": "com.", "wildcard": "com..topic"} {
			id := one.subscribe(fmt.Sprintf(`{"match":%q}`, match), uri)
			event := hear("on_create", fmt.Sprintf(`[%d,{"id":%d,"created":"*","uri":%q,"match":%q}]`, one.id, id, uri, match))
			checkCreated(t, event.items[4].([]any)[1])
			hear("on_subscribe", fmt.Sprintf(`[%d,%d]`, one.id, id))
			one.subscribe(fmt.Sprintf(`{"match":%q}`, match), uri) // it has it already
			one.say(`[34,%d,%d]`, one.next(), id)
			one.hear(`[35,%d]`, one.last)
			hear("on_unsubscribe", fmt.Sprintf(`[%d,%d]`, one.id, id))
			hear("on_delete", fmt.Sprintf(`[%d,%d]`, one.id, id))
		}
		for name, end := range ends {
			two := r.join()
			id := one.subscribe(`{}`, "com.topic")
			hear("on_create", fmt.Sprintf(`[%d,{"id":%d,"created":"*","uri":"com.topic","match":"exact"}]`, one.id, id))
			hear("on_subscribe", fmt.Sprintf(`[%d,%d]`, one.id, id))
			two.subscribe(`{}`, "com.topic")
			hear("on_subscribe", fmt.Sprintf(`[%d,%d]`, two.id, id))
			one.say(`[34,%d,%d]`, one.next(), id)
			one.hear(`[35,%d]`, one.last)
			hear("on_unsubscribe", fmt.Sprintf(`[%d,%d]`, one.id, id))
			end(two)
			hear("on_unsubscribe", fmt.Sprintf(`[%d,%d]`, two.id, id))
			hear("on_delete", fmt.Sprintf(`[%d,%d]`, two.id, id))
			watcher.quiet()
			if t.Failed() {
				t.Fatal(name)
			}
		}
	})
}

func TestASessionIsNotToldWhatItDoesItself(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		p.subscribe(`{"match":"prefix"}`, "")
		id := p.subscribe(`{}`, "com.topic")
		p.register(`{}`, "com.procedure")
		p.say(`[34,%d,%d]`, p.next(), id)
		p.hear(`[35,%d]`, p.last)
		p.quiet()
		id = other.subscribe(`{}`, "wamp.session.on_join")
		p.hear(`[36,"*","*",{"topic":"wamp.subscription.on_create"},[%d,{"id":%d,"created":"*","uri":"wamp.session.on_join","match":"exact"}]]`, other.id, id)
		p.hear(`[36,"*","*",{"topic":"wamp.subscription.on_subscribe"},[%d,%d]]`, other.id, id)
		p.quiet()
	})
}

func TestW188_SubscriptionsAreFoundAndDescribed(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		p.answers(`,[{"exact":[],"prefix":[],"wildcard":[]}]`, "wamp.subscription.list", ``)
		exact := p.subscribe(`{}`, "com.topic")
		other.subscribe(`{}`, "com.topic")
		prefix := p.subscribe(`{"match":"prefix"}`, "com")
		wildcard := p.subscribe(`{"match":"wildcard"}`, "com.")
		p.answers(fmt.Sprintf(`,[{"exact":[%d],"prefix":[%d],"wildcard":[%d]}]`, exact, prefix, wildcard), "wamp.subscription.list", ``)

		for arguments, id := range map[string]wamp.ID{
			`"com.topic"`: exact, `"com.topic",{"match":"exact"}`: exact, `"com",{"match":"prefix"}`: prefix, `"com.",{"match":"wildcard"}`: wildcard,
			`"com.topic",{"match":"wildcard"}`: 0, `"com"`: 0, `""`: 0,
		} {
			p.answers(fmt.Sprintf(`,[%s]`, orNull(id)), "wamp.subscription.lookup", `,[`+arguments+`]`)
		}
		p.answers(fmt.Sprintf(`,[[%d,%d,%d]]`, exact, prefix, wildcard), "wamp.subscription.match", `,["com.topic"]`)
		p.answers(fmt.Sprintf(`,[[%d]]`, prefix), "wamp.subscription.match", `,["com.topic.more"]`)
		p.answers(`,[null]`, "wamp.subscription.match", `,["org.topic"]`)

		get := p.answers(fmt.Sprintf(`,[{"id":%d,"created":"*","uri":"com.topic","match":"exact"}]`, exact),
			"wamp.subscription.get", fmt.Sprintf(`,[%d]`, exact))
		checkCreated(t, get.items[3].([]any)[0])
		p.answers(fmt.Sprintf(`,[[%d,%d]]`, p.id, other.id), "wamp.subscription.list_subscribers", fmt.Sprintf(`,[%d]`, exact))
		p.answers(`,[2]`, "wamp.subscription.count_subscribers", fmt.Sprintf(`,[%d]`, exact))
		other.leaveInGoodOrder()
		p.answers(`,[1]`, "wamp.subscription.count_subscribers", fmt.Sprintf(`,[%d]`, exact))

		p.say(`[34,%d,%d]`, p.next(), exact)
		p.hear(`[35,%d]`, p.last)
		for _, id := range []wamp.ID{exact, 12345} {
			for _, procedure := range []string{"get", "list_subscribers", "count_subscribers"} {
				p.fails(wamp.ErrNoSuchSubscription, "wamp.subscription."+procedure, fmt.Sprintf(`,[%d]`, id))
			}
		}
	})
}
