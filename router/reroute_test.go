package router_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// evasive is HELLO.Details of a callee that may give calls back.
var evasive = progressing(wamp.FeatureCallReroute, wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling)

// evading are callees that share a procedure and may give calls back.
func (r *place) evading(n int, policy string) []*peer {
	callees := make([]*peer, n)
	for i := range callees {
		callees[i] = r.joinWith(evasive)
		callees[i].register(fmt.Sprintf(`{"invoke":%q}`, policy), "com.procedure")
	}
	return callees
}

func TestW140_W141_ReroutedByPolicy(t *testing.T) {
	for policy, order := range map[string][]int{"roundrobin": {0, 1, 2}, "first": {0, 1, 2}, "last": {2, 1, 0}} {
		t.Run(policy, func(t *testing.T) {
			onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
				callees, caller, order := r.evading(3, policy), r.joinBy(links[0]), order
				caller.say(`[48,%d,{},"com.procedure",["x"],{"y":1}]`, caller.next())
				for _, i := range order[:2] {
					callees[i].hear(`[68,1,"*",{},["x"],{"y":1}]`)
					callees[i].say(`[8,68,1,{},"wamp.error.unavailable",["busy"]]`)
				}
				callees[order[2]].hear(`[68,1,"*",{},["x"],{"y":1}]`)
				callees[order[2]].say(`[70,1,{},["at last"]]`)
				caller.hear(`[50,%d,{},["at last"]]`, caller.last)

				caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
				if policy == "roundrobin" {
					order = []int{1, 2, 0}
				}
				for _, i := range order {
					callees[i].hear(`[68,2,"*",{}]`)
					callees[i].say(`[8,68,2,{},"wamp.error.unavailable"]`)
				}
				caller.hear(`[8,48,%d,{},"wamp.error.no_available_callee",["*"]]`, caller.last)
				caller.quiet()
			})
		})
	}
}

func TestW140_ReroutedAtRandom(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	callees, caller := r.evading(2, "random"), r.join()
	for n := 1; n <= 20; n++ {
		caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
		for _, callee := range callees { // each gets it once, whichever is first
			go func() {
				callee.say(`[8,68,%d,{},"wamp.error.unavailable"]`, callee.hear(`[68,%d,"*",{}]`, n).id(1))
			}()
		}
		caller.hear(`[8,48,%d,{},"wamp.error.no_available_callee",["*"]]`, caller.last)
	}
}

func TestW140_ASingleCalleeThatIsUnavailable(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.evading(1, "single")[0], r.join()
	caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
	callee.hear(`[68,1,"*",{}]`)
	callee.say(`[8,68,1,{},"wamp.error.unavailable"]`)
	caller.hear(`[8,48,%d,{},"wamp.error.no_available_callee",["*"]]`, caller.last)
}

func TestW142_OtherErrorsAndOtherCalleesAreNotRerouted(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{RerouteBytes: 1000}}, links[0])
	plain, able, caller := r.join(), r.evading(2, "first"), r.join()
	plain.register(`{"invoke":"first"}`, "com.plain")
	able[0].register(`{"invoke":"first"}`, "com.plain")
	caller.say(`[48,%d,{},"com.plain"]`, caller.next())
	plain.hear(`[68,1,"*",{}]`)
	plain.say(`[8,68,1,{},"wamp.error.unavailable",["busy"]]`)
	caller.hear(`[8,48,%d,{},"wamp.error.unavailable",["busy"]]`, caller.last)

	caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
	able[0].hear(`[68,1,"*",{}]`)
	able[0].say(`[8,68,1,{},"com.error"]`)
	caller.hear(`[8,48,%d,{},"com.error"]`, caller.last)

	caller.say(`[48,%d,{"receive_progress":true},"com.procedure"]`, caller.next())
	able[0].hear(`[68,2,"*",{"receive_progress":true}]`)
	able[0].say(`[70,2,{"progress":true}]`)
	able[0].say(`[8,68,2,{},"wamp.error.unavailable",["too late"]]`)
	caller.hear(`[50,%d,{"progress":true}]`, caller.last)
	caller.hear(`[8,48,%d,{},"wamp.error.unavailable",["too late"]]`, caller.last)

	// What is kept is bounded: for one call, and for all of a callee.
	caller.say(`[48,%d,{},"com.procedure",[%q]]`, caller.next(), strings.Repeat("x", 1001))
	able[0].hear(`[68,3,"*",{},["*"]]`)
	able[0].say(`[8,68,3,{},"wamp.error.unavailable"]`)
	caller.hear(`[8,48,%d,{},"wamp.error.unavailable"]`, caller.last)
	for range 4 { // as often as it fits
		first := caller.next()
		caller.say(`[48,%d,{},"com.procedure",[%q]]`, first, strings.Repeat("x", 600))
		kept := able[0].hear(`[68,"*","*",{},["*"]]`).id(1)
		caller.say(`[48,%d,{},"com.procedure",[%q]]`, caller.next(), strings.Repeat("x", 600))
		able[0].say(`[8,68,%d,{},"wamp.error.unavailable"]`, able[0].hear(`[68,"*","*",{},["*"]]`).id(1))
		caller.hear(`[8,48,%d,{},"wamp.error.unavailable"]`, caller.last)
		able[0].say(`[8,68,%d,{},"wamp.error.unavailable"]`, kept)
		able[1].say(`[70,%d,{}]`, able[1].hear(`[68,"*","*",{},["*"]]`).id(1))
		caller.hear(`[50,%d,{}]`, first)
	}
}

func TestReroutedCallsCanBeCanceledAndTimeOut(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	callees, caller := r.evading(2, "first"), r.join()
	for i, timeout := range []int{100_000, 50} {
		caller.say(`[48,%d,{"timeout":%d},"com.procedure"]`, caller.next(), timeout)
		for _, callee := range callees[:1] {
			callee.hear(`[68,%d,"*",{}]`, i+1)
			callee.say(`[8,68,%d,{},"wamp.error.unavailable"]`, i+1)
		}
		callees[1].hear(`[68,%d,"*",{}]`, i+1)
		if i == 0 {
			caller.say(`[49,%d,{"mode":"killnowait"}]`, caller.last)
			callees[1].hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
			caller.hear(`[8,48,%d,{},"wamp.error.canceled",["*"]]`, caller.last)
			continue
		}
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
		callees[1].hear(`[69,2,{"mode":"killnowait","reason":"wamp.error.timeout"}]`)
	}
	callees[0].quiet()
	caller.quiet()
}
