package router_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
)

// rerouting is everyRole of a callee that may give calls back, and takes INTERRUPT.
const rerouting = `{"roles":{"caller":{},"callee":{"features":{"call_reroute":true,"call_canceling":true}},"publisher":{},"subscriber":{}}}`

// inNobodysHands makes a call that one callee has given back and another one has
// not got yet, since its queue is full.
func inNobodysHands(t *testing.T) (r *place, caller, unavailable, full *peer) {
	r = narrow(t, nil)
	unavailable, full, caller = r.joinWith(rerouting), r.joinWith(rerouting), r.join()
	publisher := r.join()
	full.subscribe(`{}`, "com.topic")
	unavailable.register(`{"invoke":"first"}`, "com.procedure")
	full.register(`{"invoke":"first"}`, "com.procedure")
	caller.say(`[48,1,{},"com.procedure"%s]`, filler) // for which there is no room
	unavailable.hear(`[68,1,"*",{}%s]`, filler)
	for range 20 {
		publisher.say(`[16,1,{},"com.topic"%s]`, filler)
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Waits > 0 })
	unavailable.say(`[8,68,1,{},"wamp.error.unavailable"]`)
	awaitInvocations(t, r, unavailable, 0)
	return r, caller, unavailable, full
}

// awaitInvocations waits until a session has so many invocations.
func awaitInvocations(t *testing.T, r *place, p *peer, want int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for r.Invocations("realm1", p.id) != want {
		if time.Now().After(deadline) {
			t.Fatalf("session %d has %d invocations, want %d", p.id, r.Invocations("realm1", p.id), want)
		}
		runtime.Gosched()
	}
}

// nextButEvents is the next message that is no EVENT.
func (p *peer) nextButEvents() heard {
	p.t.Helper()
	for {
		m, err := p.receive()
		if err != nil {
			p.t.Fatal(err)
		}
		if m.items[0] != int64(36) {
			return m
		}
	}
}

func TestW140_ACallOnItsWayFromOneCalleeToAnotherCanBeCanceled(t *testing.T) {
	for _, mode := range []string{"skip", "kill", "killnowait"} {
		t.Run(mode, func(t *testing.T) {
			r, caller, unavailable, full := inNobodysHands(t)
			caller.say(`[49,1,{"mode":%q}]`, mode)
			caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`) // at once: nobody has read what fills the queue
			caller.say(`[49,1,{"mode":%q}]`, mode)
			caller.last = 1
			caller.quiet()
			full.say(`[34,1000,9007199254740992]`)
			if m := full.nextButEvents(); m.items[0] != int64(8) {
				t.Errorf("the next callee got %s", m.text)
			}
			unavailable.quiet()
			if residue := r.Residue("realm1"); residue != nil {
				t.Errorf("%q", residue)
			}
		})
	}
}

func TestW140_ACallOnItsWayIsAnsweredIfNobodyGetsIt(t *testing.T) {
	for name, end := range map[string]func(full *peer){
		"the next callee leaves":      func(full *peer) { full.conn.Close() },
		"the next callee unregisters": func(full *peer) { full.say(`[66,1000,2]`) }, // the subscription is 1
	} {
		t.Run(name, func(t *testing.T) {
			r, caller, _, full := inNobodysHands(t)
			end(full)
			watcher := r.join()
			for callees := int64(2); callees != 1; { // until the router knows
				watcher.say(`[48,%d,{},"wamp.registration.count_callees",[2]]`, watcher.next())
				callees = watcher.hear(`[50,"*",{},["*"]]`).items[3].([]any)[0].(int64)
			}
			if name == "the next callee unregisters" {
				if m := full.nextButEvents(); m.items[0] != int64(67) {
					t.Errorf("the next callee got %s", m.text)
				}
			}
			caller.hear(`[8,48,1,{},"wamp.error.no_available_callee","*"]`)
		})
	}
}

func TestW140_ACallOnItsWayWhoseCallerLeavesReachesNobody(t *testing.T) {
	r, caller, _, full := inNobodysHands(t)
	caller.conn.Close()
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 3 })
	full.say(`[34,1000,9007199254740992]`)
	if m := full.nextButEvents(); m.items[0] != int64(8) {
		t.Errorf("the next callee got %s", m.text)
	}
	if residue := r.Residue("realm1"); residue != nil {
		t.Errorf("%q", residue)
	}
}

// A callee that leaves with its answer on the way: what it gave back goes on.
func TestW140_ACalleeThatGaveACallBackMayLeave(t *testing.T) {
	r, caller, unavailable, full := inNobodysHands(t)
	unavailable.conn.Close() // noticed when the call has been passed on
	m := full.nextButEvents()
	if !matches(t, `[68,1,"*",{},["*"]]`, m.items) {
		t.Fatalf("the next callee got %s", m.text)
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 3 })
	full.say(`[70,1,{},["y"]]`)
	caller.hear(`[50,1,{},["y"]]`)
	caller.last = 1
	caller.quiet()
}
