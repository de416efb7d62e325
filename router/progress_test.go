package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// progressing is HELLO.Details of a callee with features.
func progressing(features ...wamp.Feature) string {
	list := ""
	for i, f := range features {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf("%q:true", f)
	}
	return `{"roles":{"callee":{"features":{` + list + `}}}}`
}

func TestW107_W109_W110_W097_ProgressiveResults(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.joinWith(progressing(wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling)), r.join()
		callee.register(`{}`, "com.steps")
		caller.say(`[48,%d,{"receive_progress":true},"com.steps"]`, caller.next())
		callee.hear(`[68,1,"*",{"receive_progress":true}]`)
		for i := range 5 {
			callee.say(`[70,1,{"progress":true},[%d]]`, i)
			caller.hear(`[50,%d,{"progress":true},[%d]]`, caller.last, i)
		}
		callee.say(`[70,1,{}]`)
		caller.hear(`[50,%d,{}]`, caller.last)
		callee.say(`[70,1,{"progress":true},["too late"]]`)
		callee.quiet()
		caller.quiet()

		caller.say(`[48,%d,{"receive_progress":true},"com.steps"]`, caller.next())
		callee.hear(`[68,2,"*",{"receive_progress":true}]`)
		callee.say(`[70,2,{"progress":true},[1]]`)
		callee.say(`[8,68,2,{},"com.error"]`)
		caller.hear(`[50,%d,{"progress":true},[1]]`, caller.last)
		caller.hear(`[8,48,%d,{},"com.error"]`, caller.last)

		callee.say(`[70,99,{"progress":true}]`)
		callee.hearViolation()
	})
}

func TestW108_ProgressiveResultsNeedCallCancelingIfStrict(t *testing.T) {
	for _, test := range []struct {
		strict   bool
		features []wamp.Feature
		want     string
	}{
		{false, nil, `{}`},
		{false, []wamp.Feature{wamp.FeatureCallCanceling}, `{}`},
		{false, []wamp.Feature{wamp.FeatureProgressiveCallResults}, `{"receive_progress":true}`},
		{true, []wamp.Feature{wamp.FeatureProgressiveCallResults}, `{}`},
		{true, []wamp.Feature{wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling}, `{"receive_progress":true}`},
	} {
		t.Run(fmt.Sprintf("strict %v, %v", test.strict, test.features), func(t *testing.T) {
			r := start(t, router.Config{Realms: []router.RealmConfig{
				{Name: "realm1", Strict: router.Strict{Features: test.strict}},
			}}, links[0])
			callee, caller := r.joinWith(progressing(test.features...)), r.join()
			callee.register(`{}`, "com.steps")
			caller.say(`[48,%d,{"receive_progress":true},"com.steps"]`, caller.next())
			callee.hear(`[68,1,"*",%s]`, test.want)
		})
	}
}

func TestW111_ProgressThatNobodyAskedForIsDropped(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.joinWith(progressing(wamp.FeatureProgressiveCallResults)), r.join()
		callee.register(`{}`, "com.steps")
		caller.say(`[48,%d,{},"com.steps"]`, caller.next())
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[70,1,{"progress":true},[1]]`)
		callee.quiet()
		caller.quiet()
		callee.say(`[70,1,{},[2]]`)
		caller.hear(`[50,%d,{},[2]]`, caller.last-1)
	})
}

func TestW112_TheCallerOfProgressiveResultsLeaves(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.joinWith(progressing(wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling)), r.join()
	callee.register(`{}`, "com.steps")
	caller.say(`[48,%d,{"receive_progress":true},"com.steps"]`, caller.next())
	callee.hear(`[68,1,"*",{"receive_progress":true}]`)
	callee.say(`[70,1,{"progress":true},[1]]`)
	caller.hear(`[50,%d,{"progress":true},[1]]`, caller.last)
	caller.conn.Close()
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
	callee.say(`[70,1,{"progress":true},[2]]`)
	callee.quiet()
}

func TestAProgressiveResultTooLargeForTheCallerEndsTheCall(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.CBOR})
	callee := r.joinWith(progressing(wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling))
	caller := r.dialSmall(wamp.CBOR, 512).hello("realm1", everyRole)
	callee.register(`{}`, "com.steps")
	caller.say(`[48,%d,{"receive_progress":true},"com.steps"]`, caller.next())
	callee.hear(`[68,1,"*",{"receive_progress":true}]`)
	callee.say(`[70,1,{"progress":true}%s]`, filler)
	caller.hear(`[8,48,%d,{},"wamp.error.payload_size_exceeded",["*"]]`, caller.last)
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
	callee.say(`[70,1,{},["late"]]`)
	callee.quiet()
	caller.quiet()
}
