package router_test

import (
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
)

func TestProgressiveResultsThatAreNotTakenEndTheirCallOnly(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	callee, caller, other := r.joinWith(streaming), r.joinWith(streaming), r.join()
	callee.register(`{}`, "com.endless")
	caller.say(`[48,1,{"receive_progress":true},"com.endless"]`)
	callee.hear(`[68,1,"*",{"receive_progress":true}]`)
	const results = 100 // six times what the queue holds
	for i := range results {
		callee.say(`[70,1,{"progress":true},[%d,%q]]`, i, filler)
	}
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
	callee.say(`[70,1,{},["too late"]]`)
	other.say(`[48,1,{},"com.endless"]`) // the callee is not held up
	callee.hear(`[68,2,"*",{}]`)
	callee.say(`[70,2,{}]`)
	other.hear(`[50,1,{}]`)
	if got := r.Stats(); got.Stalled != 0 || got.Sessions != 3 {
		t.Errorf("%+v", got)
	}

	// What was queued arrives without a gap, and then the call is over.
	caller.say(`[49,1,{"mode":"kill"}]`) // of no effect: the answer is on its way
	for i := 0; ; i++ {
		m, err := caller.receive()
		if err != nil {
			t.Fatal(err)
		}
		if matches(t, `[8,48,1,{},"wamp.error.network_failure","*"]`, m.items) {
			break
		}
		if i == results || !matches(t, `[50,1,{"progress":true},["*","*"]]`, m.items) || m.items[3].([]any)[0] != int64(i) {
			t.Fatalf("result %d is %s", i, m.text)
		}
	}
	caller.last = 1
	caller.quiet()
	caller.say(`[48,%d,{},"com.endless"]`, caller.next())
	callee.hear(`[68,3,"*",{}]`)
	callee.say(`[70,3,{}]`)
	caller.hear(`[50,%d,{}]`, caller.last)
}

func TestProgressiveResultsThatAreNotTakenEndTheSessionIfConfigured(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout, l.OnFullQueue = 10*time.Millisecond, router.CloseSession })
	callee, caller := r.joinWith(streaming), r.joinWith(streaming)
	callee.register(`{}`, "com.endless")
	caller.say(`[48,1,{"receive_progress":true},"com.endless"]`)
	callee.hear(`[68,1,"*",{"receive_progress":true}]`)
	for range 100 {
		callee.say(`[70,1,{"progress":true}%s]`, filler)
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == 1 && s.Sessions == 1 })
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
}

func TestACallerThatLeavesWithAnAnswerOwedIsWaitedForNoLonger(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	callee, caller := r.joinWith(streaming), r.joinWith(streaming)
	callee.register(`{}`, "com.endless")
	caller.say(`[48,1,{"receive_progress":true},"com.endless"]`)
	callee.hear(`[68,1,"*","*"]`)
	for range 100 {
		callee.say(`[70,1,{"progress":true}%s]`, filler)
	}
	callee.hear(`[69,1,"*"]`)
	caller.conn.Close()
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 1 })
	callee.quiet() // one INTERRUPT is enough
}
