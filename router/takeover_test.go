package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestForceReregisterTakesASingleRegistrationOver(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		old, next, caller := r.joinWith(progressing(wamp.FeatureRegistrationRevocation)), r.join(), r.join()
		registration := old.register(`{}`, "com.procedure")
		old.register(`{"invoke":"first"}`, "com.shared")
		caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
		old.hear(`[68,1,"*",{}]`)

		next.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{},"com.procedure"`)
		next.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{"force_reregister":true},"com.shared"`)
		if taken := next.register(`{"force_reregister":true}`, "com.procedure"); taken == registration {
			t.Errorf("the new registration has the old id %d", taken)
		}
		old.hear(`[67,0,{"registration":%d,"reason":"wampkit.registration.replaced"}]`, registration)
		old.say(`[70,1,{},["what was under way goes on"]]`)
		caller.hear(`[50,%d,{},["*"]]`, caller.last)
		caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
		next.hear(`[68,1,"*",{}]`)

		// One that has not announced revocation is not told.
		old.register(`{"force_reregister":true}`, "com.procedure")
		next.quiet()
		old.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{"force_reregister":true},"com.procedure"`)
		old.register(`{"force_reregister":true}`, "com.nobodys")
	})
}

func TestConcurrencyPrefersCalleesThatAreFree(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	a, b, caller := r.join(), r.join(), r.join()
	a.register(`{"invoke":"first","concurrency":1}`, "com.procedure")
	b.register(`{"invoke":"first","concurrency":2}`, "com.procedure")
	call := func() { caller.say(`[48,%d,{},"com.procedure"]`, caller.next()) }
	call()
	a.hear(`[68,1,"*",{}]`)
	call()
	b.hear(`[68,1,"*",{}]`)
	call()
	b.hear(`[68,2,"*",{}]`)
	call() // all have enough to do: the policy decides, and the callee queues it
	a.hear(`[68,2,"*",{}]`)
	a.say(`[70,1,{}]`)
	a.say(`[70,2,{}]`)
	a.quiet()
	call()
	a.hear(`[68,3,"*",{}]`)
}

func TestASessionHoldsSoMuchAndNoMore(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{MaxCalls: 2, MaxRegistrations: 1, MaxSubscriptions: 2}}, links[0])
	p, callee := r.join(), r.join()
	registration := callee.register(`{}`, "com.procedure")
	callee.refused(wamp.TypeRegister, wamp.ErrUnavailable, `{},"com.other"`)
	p.subscribe(`{}`, "com.a")
	subscription := p.subscribe(`{}`, "com.b")
	p.subscribe(`{}`, "com.b") // again
	p.refused(wamp.TypeSubscribe, wamp.ErrUnavailable, `{},"com.c"`)
	p.say(`[34,%d,%d]`, p.next(), subscription)
	p.hear(`[35,%d]`, p.last)
	p.subscribe(`{}`, "com.c")

	for i := range 2 {
		p.say(`[48,%d,{},"com.procedure"]`, p.next())
		callee.hear(`[68,%d,"*",{}]`, i+1)
	}
	p.refused(wamp.TypeCall, wamp.ErrUnavailable, `{},"com.procedure"`)
	p.refused(wamp.TypeCall, wamp.ErrUnavailable, `{},"wamp.session.count"`)
	callee.say(`[70,1,{}]`)
	p.hear(`[50,"*",{}]`)
	p.say(`[48,%d,{},"com.procedure"]`, p.next())
	callee.hear(`[68,3,"*",{}]`)
	callee.say(`[66,%d,%d]`, callee.next(), registration)
	callee.hear(`[67,%d]`, callee.last)
	callee.register(`{}`, "com.other")
}
