package router_test

import (
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW137_W056_TheRouterEndsCallsThatTakeTooLong(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller, plain, stopping := r.join(), r.join(), r.joinWith(cancelable)
		plain.register(`{}`, "com.plain")
		stopping.register(`{}`, "com.stopping")

		caller.say(`[48,%d,{"timeout":20},"com.plain"]`, caller.next())
		plain.hear(`[68,1,"*",{}]`)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["the call took longer than 20ms"]]`, caller.last)
		plain.say(`[70,1,{},["late"]]`)
		plain.say(`[8,68,1,{},"com.late"]`)
		plain.quiet()

		caller.say(`[48,%d,{"timeout":20},"com.stopping"]`, caller.next())
		stopping.hear(`[68,1,"*",{}]`)
		stopping.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.timeout"}]`)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
		stopping.say(`[8,68,1,{},"wamp.error.canceled"]`)
		stopping.quiet()
		caller.quiet()
	})
}

func TestATimeoutAlsoEndsACallThatIsBeingKilled(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	caller, callee := r.join(), r.joinWith(cancelable)
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,%d,{"timeout":30},"com.procedure"]`, caller.next())
	callee.hear(`[68,1,"*",{}]`)
	caller.say(`[49,%d,{"mode":"kill"}]`, caller.last)
	callee.hear(`[69,1,{"mode":"kill","reason":"wamp.error.canceled"}]`)
	caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.timeout"}]`)
}

func TestW138_NoTimeoutIsNone(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	caller, callee := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	for i, options := range []string{`{"timeout":0}`, `{}`, `{"timeout":18446744073709551615}`, `{"timeout":9007199254740992}`} {
		caller.say(`[48,%d,%s,"com.procedure"]`, caller.next(), options)
		callee.hear(`[68,%d,"*",{}]`, i+1)
		request := caller.last
		caller.quiet()
		callee.say(`[70,%d,{}]`, i+1)
		caller.hear(`[50,%d,{}]`, request)
	}
}

func TestW139_TimeoutsAreForwardedToCalleesThatWantThem(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller := r.join()
		able, unable := r.joinWith(progressing(wamp.FeatureCallTimeout)), r.join()
		able.register(`{"forward_timeout":true}`, "com.forwarded")
		able.register(`{}`, "com.kept")
		unable.register(`{"forward_timeout":true}`, "com.unable")

		caller.say(`[48,%d,{"timeout":1},"com.forwarded"]`, caller.next())
		forwarded := caller.last
		able.hear(`[68,1,"*",{"timeout":1}]`)
		caller.say(`[48,%d,{"timeout":20},"com.kept"]`, caller.next())
		able.hear(`[68,2,"*",{}]`)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
		caller.say(`[48,%d,{"timeout":20},"com.unable"]`, caller.next())
		unable.hear(`[68,1,"*",{}]`)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
		able.say(`[8,68,1,{},"wamp.error.timeout",["by the callee"]]`)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout",["by the callee"]]`, forwarded)
	})
}

// A call that is ended in another way leaves no clock behind, and what its clock
// does in the last moment changes nothing.
func TestACallWithATimeoutEndsOnce(t *testing.T) {
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	caller, callee := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	for i := range 200 {
		caller.say(`[48,%d,{"timeout":1},"com.procedure"]`, caller.next())
		callee.hear(`[68,%d,"*",{}]`, i+1)
		if i%2 == 0 {
			callee.say(`[70,%d,{}]`, i+1)
		} else {
			caller.say(`[49,%d,{"mode":"skip"}]`, caller.last)
		}
		if answer, err := caller.receive(); err != nil || answer.items[0] == int64(50) && answer.id(1) != caller.last {
			t.Fatal(answer.text, err)
		}
	}
	caller.quiet()
	callee.quiet()
}

func TestW113_ProgressiveResultsRestartTheClock(t *testing.T) {
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	caller, callee := r.join(), r.joinWith(progressing(wamp.FeatureProgressiveCallResults, wamp.FeatureCallCanceling))
	callee.register(`{}`, "com.steps")
	const timeout = 300 * time.Millisecond
	caller.say(`[48,%d,{"timeout":%d,"receive_progress":true},"com.steps"]`, caller.next(), timeout.Milliseconds())
	began := time.Now()
	callee.hear(`[68,1,"*",{"receive_progress":true}]`)
	beat := time.NewTicker(timeout / 10)
	defer beat.Stop()
	for time.Since(began) < timeout+timeout/2 {
		<-beat.C
		callee.say(`[70,1,{"progress":true}]`)
		caller.hear(`[50,%d,{"progress":true}]`, caller.last)
	}
	last := time.Now()
	caller.hear(`[8,48,%d,{},"wamp.error.timeout",["*"]]`, caller.last)
	if waited := time.Since(last); waited < timeout/2 {
		t.Errorf("the call ended %v after the last result", waited)
	}
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.timeout"}]`)
}
