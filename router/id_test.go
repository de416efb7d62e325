package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW007_IDsAreIntegersFrom1To2Pow53(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.say(`[32,9007199254740992,{},"com.topic"]`)
		p.hear(`[33,9007199254740992,"*"]`)
		for _, id := range []string{`0`, `-1`, `1.5`, `"1"`, `9007199254740993`, `null`, `true`, `18446744073709551615`} {
			p := r.join()
			p.say(`[32,%s,{},"com.topic"]`, id)
			p.hearViolation()
		}
	})
}

func TestW008_SessionAndPublicationIDsAreRandom(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	p := r.join()
	const draws = 200
	var sum float64
	seen := make(map[wamp.ID]bool)
	previous := p.id
	for range draws {
		id := p.publish("com.topic", "")
		if !id.Valid() || seen[id] {
			t.Fatalf("publication %d is invalid or drawn twice", id)
		}
		if distance := int64(id) - int64(previous); -1000 < distance && distance < 1000 {
			t.Errorf("publication %d follows %d closely", id, previous)
		}
		seen[id] = true
		previous = id
		sum += float64(id)
	}
	// The mean of 200 uniform draws has a standard deviation of 2^53/sqrt(12*200) < 2^53/48.
	middle := float64(wamp.MaxID) / 2
	if mean := sum / draws; mean < middle*0.75 || mean > middle*1.25 {
		t.Errorf("mean of the publication ids is %g, want about %g", mean, middle)
	}
	if other := r.join(); other.id == p.id {
		t.Errorf("two sessions share id %d", p.id)
	}
}

func TestW009_StrictRequestIDs(t *testing.T) {
	strict := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Strict: router.Strict{RequestIDs: true}}}}
	onEachLink(t, strict, func(t *testing.T, r *place) {
		p := r.join()
		p.say(`[32,1,{},"com.topic"]`)
		subscription := p.hear(`[33,1,"*"]`).id(2)
		p.say(`[34,2,%d]`, subscription)
		p.hear(`[35,2]`)
		p.say(`[64,3,{},"com.procedure"]`)
		registration := p.hear(`[65,3,"*"]`).id(2)
		p.say(`[16,4,{"acknowledge":true},"com.topic"]`)
		p.hear(`[17,4,"*"]`)
		p.say(`[48,5,{},"com.unknown"]`)
		p.hear(`[8,48,5,{},"wamp.error.no_such_procedure","*"]`)
		p.say(`[66,6,%d]`, registration)
		p.hear(`[67,6]`)
		p.say(`[49,5,{}]`) // W134: CANCEL has no id of its own
		p.say(`[48,7,{},"com.unknown"]`)
		p.hear(`[8,48,7,{},"wamp.error.no_such_procedure","*"]`)
		p.say(`[48,9,{},"com.unknown"]`)
		p.hearViolation()

		for _, first := range []string{`[32,7,{},"a.b"]`, `[16,2,{},"a.b"]`, `[66,5,1]`} {
			p := r.join()
			p.say("%s", first)
			p.hearViolation()
		}
		repeating := r.join()
		repeating.say(`[32,1,{},"com.topic"]`)
		repeating.hear(`[33,1,"*"]`)
		repeating.say(`[32,1,{},"com.topic"]`)
		repeating.hearViolation()
	})
}

func TestW010_InvocationsAreCountedPerCallee(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller, one, two := r.join(), r.join(), r.join()
		one.register(`{}`, "com.one")
		one.register(`{}`, "com.one.more")
		two.register(`{}`, "com.two")
		for i := 1; i <= 3; i++ {
			caller.say(`[48,%d,{},"com.one"]`, caller.next())
			one.hear(`[68,%d,"*",{}]`, 2*i-1)
			caller.say(`[48,%d,{},"com.two"]`, caller.next())
			two.hear(`[68,%d,"*",{}]`, i)
			caller.say(`[48,%d,{},"com.one.more"]`, caller.next())
			one.hear(`[68,%d,"*",{}]`, 2*i)
		}
	})
}

func TestW012_RequestIDsBelongToTheirSession(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, a, b := r.join(), r.join(), r.join()
		callee.register(`{}`, "com.echo")
		a.say(`[48,1,{},"com.echo",["a"]]`)
		callee.hear(`[68,1,"*",{},["a"]]`)
		b.say(`[48,1,{},"com.echo",["b"]]`)
		callee.hear(`[68,2,"*",{},["b"]]`)
		callee.say(`[70,2,{},["for b"]]`)
		b.hear(`[50,1,{},["for b"]]`)
		callee.say(`[70,1,{},["for a"]]`)
		a.hear(`[50,1,{},["for a"]]`)
	})
}

func TestW013_RequestIDsAreLenientByDefault(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.join()
	for _, id := range []wamp.ID{7, 3, 3, 4815162342, wamp.MaxID, 1} {
		p.say(`[32,%d,{},"com.topic"]`, id)
		p.hear(`[33,%d,"*"]`, id)
	}
	p.say(`[48,7,{},"com.slow"]`)
	p.hear(`[8,48,7,{},"wamp.error.no_such_procedure","*"]`)
}

func TestAnOpenCallKeepsItsID(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.slow")
	caller.say(`[48,7,{},"com.slow"]`)
	callee.hear(`[68,1,"*",{}]`)
	caller.say(`[48,7,{},"com.slow"]`)
	caller.hearViolation()
	callee.quiet()
}
