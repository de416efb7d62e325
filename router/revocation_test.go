package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// revocable is everyRole of a client that takes revocations.
const revocable = `{"roles":{"caller":{},"callee":{"features":{"registration_revocation":true}},
	"publisher":{},"subscriber":{"features":{"subscription_revocation":true}}}}`

func TestW159_RegistrationsAreRevoked(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		admin, watcher := r.join(), r.join()
		hear := watcher.watch("wamp.registration.", "on_unregister", "on_delete")
		for _, test := range []struct{ arguments, details string }{
			{`,[%d,%d]`, `{"registration":%d}`},
			{`,[%d,%d,"com.reason"]`, `{"registration":%d,"reason":"com.reason"}`},
			{`,[%d,%d,null]`, `{"registration":%d}`},
			{`,[%d,%d],{"reason":"moved to another callee"}`, `{"registration":%d,"reason":"moved to another callee"}`},
		} {
			told, untold := r.joinWith(revocable), r.join()
			id := told.register(`{"invoke":"roundrobin"}`, "com.procedure")
			untold.register(`{"invoke":"roundrobin"}`, "com.procedure")
			untold.subscribe(`{}`, "wamp.registration.on_unregister")
			for _, p := range []*peer{told, untold} {
				admin.answers(``, "wamp.registration.remove_callee", fmt.Sprintf(test.arguments, id, p.id))
				hear("on_unregister", fmt.Sprintf(`[%d,%d]`, p.id, id))
			}
			hear("on_delete", fmt.Sprintf(`[%d,%d]`, untold.id, id))
			told.hear(`[67,0,`+test.details+`]`, id)
			told.quiet()
			untold.hear(`[36,"*","*",{},[%d,%d]]`, told.id, id)
			untold.hear(`[36,"*","*",{},[%d,%d]]`, untold.id, id) // that is how it knows
			untold.quiet()
			untold.refused(wamp.TypeUnregister, wamp.ErrNoSuchRegistration, `%d`, id)
			admin.fails(wamp.ErrNoSuchProcedure, "com.procedure", ``)
		}
		callee := r.join()
		id := callee.register(`{}`, "com.procedure")
		admin.fails(wamp.ErrNoSuchRegistration, "wamp.registration.remove_callee", fmt.Sprintf(`,[12345,%d]`, callee.id))
		admin.fails(wamp.ErrNoSuchSession, "wamp.registration.remove_callee", fmt.Sprintf(`,[%d,%d]`, id, admin.id))
		admin.fails(wamp.ErrInvalidArgument, "wamp.registration.remove_callee", fmt.Sprintf(`,[%d]`, id))
		admin.fails(wamp.ErrInvalidArgument, "wamp.registration.remove_callee", fmt.Sprintf(`,[%d,%d,5]`, id, callee.id))
		watcher.quiet()
	})
}

func TestARevokedRegistrationLetsOpenInvocationsEnd(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.joinWith(revocable), r.join()
		id := callee.register(`{}`, "com.procedure")
		caller.say(`[48,1,{},"com.procedure"]`)
		caller.last = 1
		callee.hear(`[68,1,%d,{}]`, id)
		caller.answers(``, "wamp.registration.remove_callee", fmt.Sprintf(`,[%d,%d]`, id, callee.id))
		callee.hear(`[67,0,{"registration":%d}]`, id)
		callee.say(`[70,1,{},["done"]]`)
		caller.hear(`[50,1,{},["done"]]`)
		callee.register(`{}`, "com.procedure")
	})
}

func TestACalleeMayRevokeItsOwnRegistration(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.joinWith(revocable)
	id := p.register(`{}`, "com.procedure")
	p.say(`[48,%d,{},"wamp.registration.remove_callee",[%d,%d]]`, p.next(), id, p.id)
	p.hear(`[67,0,{"registration":%d}]`, id)
	p.hear(`[50,%d,{}]`, p.last)
}

func TestW160_SubscriptionsAreRevoked(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		admin, watcher := r.join(), r.join()
		hear := watcher.watch("wamp.subscription.", "on_unsubscribe", "on_delete")
		told, untold := r.joinWith(revocable), r.join()
		id := told.subscribe(`{}`, "com.topic")
		untold.subscribe(`{}`, "com.topic")
		admin.answers(``, "wamp.subscription.remove_subscriber", fmt.Sprintf(`,[%d,%d],{"reason":"com.reason"}`, id, told.id))
		told.hear(`[35,0,{"subscription":%d,"reason":"com.reason"}]`, id)
		hear("on_unsubscribe", fmt.Sprintf(`[%d,%d]`, told.id, id))
		admin.publish("com.topic", "")
		untold.hear(`[36,%d,"*",{}]`, id)
		admin.answers(``, "wamp.subscription.remove_subscriber", fmt.Sprintf(`,[%d,%d]`, id, untold.id))
		hear("on_unsubscribe", fmt.Sprintf(`[%d,%d]`, untold.id, id))
		hear("on_delete", fmt.Sprintf(`[%d,%d]`, untold.id, id))
		admin.publish("com.topic", "")
		for _, p := range []*peer{told, untold} {
			p.quiet()
			p.refused(wamp.TypeUnsubscribe, wamp.ErrNoSuchSubscription, `%d`, id)
		}
		admin.fails(wamp.ErrNoSuchSubscription, "wamp.subscription.remove_subscriber", fmt.Sprintf(`,[%d,%d]`, id, told.id))
		id = told.subscribe(`{}`, "com.topic")
		admin.fails(wamp.ErrNoSuchSession, "wamp.subscription.remove_subscriber", fmt.Sprintf(`,[%d,%d]`, id, untold.id))
		watcher.quiet()
	})
}
