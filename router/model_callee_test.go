package router_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
)

// modelCallee is what a callee said and heard.
type modelCallee struct {
	*peer
	features string
	cancels  bool   // announced call_canceling
	streams  bool   // announced progressive_call_invocations
	options  string // of REGISTER
	left     bool
	kicked   atomic.Bool // somebody else closed its connection
	telling  sync.Mutex  // guards gone
	gone     bool        // it has said that it leaves
	absent   bool        // it was without the registration for a while

	registration wamp.ID // 0 while it is not registered
	withdrawing  bool    // UNREGISTER was said
	settling     bool    // everything is to be answered now
	answered     map[wamp.ID]bool
	calls        map[wamp.ID]string // by invocation
	chunks       map[wamp.ID]int
	interrupts   map[wamp.ID]int
	last         wamp.ID
	said         map[string]bool // "key answer"
	complaints   []string
}

func (c *modelCallee) complain(format string, args ...any) {
	c.complaints = append(c.complaints, fmt.Sprintf(format, args...))
}

// serve answers invocations in every way, or leaves, until the barrier.
func (c *modelCallee) serve(random *rand.Rand) {
	for barrier := modelBarrier; ; {
		m, err := c.receive()
		if err != nil {
			if c.left = c.kicked.Load(); !c.left {
				c.complain("%v", err)
			}
			return
		}
		switch m.items[0] {
		case int64(8):
			switch {
			case m.id(2) == modelSettle:
				c.settle()
				continue
			case m.id(2) != wamp.ID(barrier):
				c.complain("unexpected %s", m.text)
				return
			case barrier > modelBarrier:
				return // everything that was said has been handled
			}
			barrier++
			c.say(`[34,%d,%d]`, barrier, wamp.MaxID)
		case int64(65):
			c.registration = m.id(2)
		case int64(67):
			c.registration, c.withdrawing = 0, false
			if random.IntN(4) > 0 {
				c.say(`[64,1,%s,"com.procedure"]`, c.options)
			}
		case int64(68):
			id := m.id(1)
			c.invoked(m, id)
			if random.IntN(25) == 0 {
				c.leave(random)
				return
			}
			if random.IntN(12) == 0 && c.registration != 0 && !c.withdrawing {
				c.withdrawing, c.absent = true, true
				c.say(`[66,1,%d]`, c.registration)
			}
			c.answer(random, id)
			if random.IntN(4) == 0 && c.last > 1 { // once more, or late
				c.answer(random, wamp.ID(1+random.Uint64N(uint64(c.last))))
			}
		case int64(69):
			id := m.id(1)
			c.interrupts[id]++
			if !c.cancels || c.calls[id] == "" || c.interrupts[id] > 2 {
				c.complain("unexpected %s", m.text)
			}
			if random.IntN(2) == 0 {
				c.answer(random, id)
			}
		default:
			c.complain("unexpected %s", m.text)
		}
	}
}

// answer answers an invocation in some way, or not at all.
func (c *modelCallee) answer(random *rand.Rand, id wamp.ID) {
	key := c.calls[id]
	if c.settling {
		c.result(id)
		return
	}
	switch n := random.IntN(12); {
	case n < 2: // no answer, or a later one
	case n < 3:
		c.said[key+" com.error"], c.answered[id] = true, true
		c.say(`[8,68,%d,{},"com.error",[%q]]`, id, key)
	case n < 5:
		c.said[key+" wamp.error.unavailable"], c.answered[id] = true, true
		c.say(`[8,68,%d,{},"wamp.error.unavailable",[%q]]`, id, key)
	case n < 8:
		c.said[key+" progress"] = true
		c.say(`[70,%d,{"progress":true},[%q]]`, id, key)
		if random.IntN(2) == 0 {
			c.result(id)
		}
	default:
		c.result(id)
	}
}

func (c *modelCallee) result(id wamp.ID) {
	key := c.calls[id]
	c.said[key+" result"], c.answered[id] = true, true
	c.say(`[70,%d,{},[%q]]`, id, key)
}

// settle answers everything, now and from now on.
func (c *modelCallee) settle() {
	c.settling = true
	for id := range c.calls {
		if !c.answered[id] {
			c.result(id)
		}
	}
}

// tell has the router answer the callee with a barrier, unless it has left.
func (c *modelCallee) tell(barrier int) {
	c.telling.Lock()
	defer c.telling.Unlock()
	if !c.gone {
		c.say(`[34,%d,%d]`, barrier, wamp.MaxID)
	}
}

// leave leaves, in one of the ways there are.
func (c *modelCallee) leave(random *rand.Rand) {
	c.telling.Lock()
	c.left, c.gone = true, true
	c.telling.Unlock()
	switch random.IntN(3) {
	case 0:
		c.say(`[6,{},"wamp.close.close_realm"]`)
		for {
			m, err := c.receive()
			if err != nil {
				if !c.kicked.Load() {
					c.complain("no answer to GOODBYE: %v", err)
				}
				return
			}
			if m.items[0] == int64(6) {
				break
			}
		}
	case 1:
		c.say(`[3,{},"com.had.enough"]`)
		for {
			if _, err := c.receive(); err != nil {
				return
			}
		}
	}
	c.conn.Close()
}

// invoked checks an INVOCATION.
func (c *modelCallee) invoked(m heard, id wamp.ID) {
	args := m.items[4].([]any)
	key, chunk := args[0].(string), int(args[1].(int64))
	before, again := c.calls[id]
	switch {
	case !again && m.id(2) != c.registration:
		c.complain("registration is %d in %s", c.registration, m.text)
	case !again && (id != c.last+1 || chunk != 0):
		c.complain("after invocation %d: %s", c.last, m.text)
	case again && (before != key || chunk != c.chunks[id]+1 || !c.streams):
		c.complain("after chunk %d of %s: %s", c.chunks[id], before, m.text)
	}
	if !again {
		for _, other := range c.calls {
			if other == key {
				c.complain("the same call again: %s", m.text)
			}
		}
	}
	c.calls[id], c.chunks[id] = key, chunk
	c.last = max(c.last, id)
}
