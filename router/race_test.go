package router_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// TestW092_EveryCallIsAnsweredOnce lets many sessions call each other while
// callees come and go in every way, calls are canceled and callers vanish. A
// caller that stays must get exactly one answer per call.
func TestW092_EveryCallIsAnsweredOnce(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 5
	}
	for _, l := range []link{{"pipe", wamp.CBOR}, {"tcp", wamp.MsgPack}} {
		t.Run(l.String(), func(t *testing.T) {
			r := start(t, router.Config{}, l)
			stop := make(chan struct{})
			var callees, callers sync.WaitGroup
			for n := range 4 {
				callees.Go(func() { restlessCallee(r, n, stop) })
			}
			for n := range 4 {
				callers.Go(func() {
					for round := range rounds {
						caller(t, r, n, round)
					}
				})
			}
			callers.Go(func() {
				for round := range rounds {
					vanishingCaller(r, round)
				}
			})
			callers.Wait()
			close(stop)
			callees.Wait()
			awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 0 })
			if got := r.Stats(); got.Violations != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// restlessCallee serves for a few invocations, answers some of them and leaves,
// again and again.
func restlessCallee(r *place, n int, stop chan struct{}) {
	random := rand.New(rand.NewPCG(uint64(n), 1))
	for {
		select {
		case <-stop:
			return
		default:
		}
		p := r.dial()
		details := everyRole
		if random.IntN(2) == 0 {
			details = cancelable
		}
		p.say(`[1,"realm1",%s]`, details)
		p.say(`[64,1,{"invoke":"roundrobin"},"com.shared"]`)
		p.say(`[64,2,{},"com.single%d"]`, n)
		for life := random.IntN(30); life > 0; life-- {
			select {
			case <-stop:
				p.conn.Close()
				return
			default:
			}
			p.say(`[34,9,1]`) // lest nobody calls
			m, err := p.receive()
			if err != nil {
				break
			}
			if m.items[0] != int64(68) {
				continue
			}
			switch random.IntN(4) {
			case 0: // no answer
			case 1:
				p.say(`[8,68,%d,{},"com.error"]`, m.id(1))
			default:
				p.say(`[70,%d,{},["done"]]`, m.id(1))
			}
		}
		switch random.IntN(3) {
		case 0:
			p.say(`[6,{},"wamp.close.close_realm"]`)
		case 1:
			p.say(`[3,{},"com.had.enough"]`)
		}
		p.conn.Close()
	}
}

// caller makes calls, cancels some of them and checks that each is answered once.
func caller(t *testing.T, r *place, n, round int) {
	random := rand.New(rand.NewPCG(uint64(n), uint64(round)))
	p := r.join()
	defer p.conn.Close()
	const calls = 20
	for i := range calls {
		procedure := "com.shared"
		if random.IntN(2) == 0 {
			procedure = fmt.Sprintf("com.single%d", random.IntN(4))
		}
		p.say(`[48,%d,{},%q]`, i+1, procedure)
	}
	for i := range calls { // whatever is still open is canceled, or would never be answered
		mode := []string{"skip", "killnowait"}[random.IntN(2)]
		p.say(`[49,%d,{"mode":%q}]`, i+1, mode)
	}
	answered := make(map[wamp.ID]bool)
	for range calls {
		m, err := p.receive()
		if err != nil {
			t.Error(err)
			return
		}
		var request wamp.ID
		switch m.items[0] {
		case int64(50):
			request = m.id(1)
		case int64(8):
			request = m.id(2)
		default:
			t.Errorf("unexpected %s", m.text)
		}
		if answered[request] {
			t.Errorf("second answer %s", m.text)
		}
		answered[request] = true
	}
	p.last = 1000
	p.quiet()
}

// vanishingCaller makes calls and leaves without waiting for the answers.
func vanishingCaller(r *place, round int) {
	random := rand.New(rand.NewPCG(99, uint64(round)))
	p := r.join()
	for i := range 20 {
		p.say(`[48,%d,{},"com.single%d"]`, i+1, random.IntN(4))
	}
	if random.IntN(2) == 0 {
		p.say(`[6,{},"wamp.close.close_realm"]`)
	}
	p.conn.Close()
}

// TestSubscribersComeAndGo publishes while subscribers join, leave and vanish;
// one that stays gets everything.
func TestSubscribersComeAndGo(t *testing.T) {
	const events = 500
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	faithful, publisher := r.join(), r.join()
	faithful.subscribe(`{"match":"prefix"}`, "com")
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	for n := range 4 {
		crowd.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 3))
			for {
				select {
				case <-stop:
					return
				default:
				}
				p := r.join()
				for i := range random.IntN(5) {
					p.say(`[32,%d,{"match":%q},"com.topic"]`, i+1, []string{"exact", "prefix", "wildcard"}[random.IntN(3)])
				}
				if random.IntN(2) == 0 {
					p.say(`[6,{},"wamp.close.close_realm"]`)
				}
				p.conn.Close()
			}
		})
	}
	for i := range events {
		publisher.publish("com.topic", fmt.Sprintf(`,[%d]`, i))
		faithful.hear(`[36,"*","*",{"topic":"com.topic"},[%d]]`, i)
	}
	close(stop)
	crowd.Wait()
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 2 })
}

// TestShutdownUnderLoad ends the router while everything is in use.
func TestShutdownUnderLoad(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.CBOR})
	var crowd sync.WaitGroup
	callee := r.join()
	callee.register(`{}`, "com.procedure")
	callee.subscribe(`{}`, "com.topic")
	busy := make(chan struct{}, 1000)
	for range 8 {
		p := r.join()
		crowd.Go(func() {
			for i := 1; ; i++ {
				p.say(`[48,%d,{},"com.procedure"]`, i)
				p.say(`[16,%d,{"acknowledge":true},"com.topic"]`, i)
				m, err := p.receive()
				if err != nil {
					return
				}
				if m.items[0] == int64(6) {
					p.say(`[6,{},"wamp.close.goodbye_and_out"]`)
				}
				select {
				case busy <- struct{}{}:
				default:
				}
			}
		})
	}
	crowd.Go(func() {
		for {
			m, err := callee.receive()
			if err != nil {
				return
			}
			switch m.items[0] {
			case int64(68):
				callee.say(`[70,%d,{}]`, m.id(1))
			case int64(6):
				callee.say(`[6,{},"wamp.close.goodbye_and_out"]`)
			}
		}
	})
	for range 500 {
		<-busy
	}
	if err := r.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	crowd.Wait()
}
