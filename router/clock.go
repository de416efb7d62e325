package router

import (
	"fmt"
	"math"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// clock ends a call that takes longer than its caller allows (Advanced Profile,
// section "Call Timeouts"). It stops when the invocation is taken from the
// callee; the callee's mu guards it.
type clock struct {
	timer   *time.Timer // nil if the call has no timeout, or none that the router keeps
	timeout time.Duration
	ends    time.Duration // by Router.sinceStart
}

// callTimeout is a CALL.Options.timeout, bounded to what a clock can count.
func callTimeout(milliseconds uint64) time.Duration {
	const most = math.MaxInt64 / 2 / int64(time.Millisecond)
	return time.Duration(min(milliseconds, uint64(most))) * time.Millisecond
}

// start starts the clock of an invocation that was just queued.
func (c *clock) start(a *attempt, h openCall, t *terms) {
	d := &a.caller.realm.dealer
	now := d.realm.router.sinceStart()
	whole, left := a.timeout(now)
	c.timeout, c.ends = whole, now+left
	c.timer = time.AfterFunc(left, func() { d.expire(h, t) })
}

// restart gives the callee the whole time again, since it has sent a
// progressive result.
func (c *clock) restart(now time.Duration) {
	if c.timer != nil {
		c.ends = now + c.timeout
		c.timer.Reset(c.timeout)
	}
}

func (c *clock) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
}

// takeExpired is take for an invocation whose clock has run down and was not
// restarted in the same moment.
func (c *callee) takeExpired(id wamp.ID, t *terms, now time.Duration) (inv invocation, expired bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	inv, open := c.invocations[id]
	if !open || inv.terms != t || now < t.clock.ends {
		return invocation{}, false
	}
	c.remove(id, inv)
	return inv, true
}

// expire answers a call whose time is over. It runs on a goroutine of its own.
func (d *dealer) expire(h openCall, t *terms) {
	r := d.realm.router
	inv, expired := h.callee.callee.takeExpired(h.invocation, t, r.sinceStart())
	if !expired {
		return
	}
	o := r.outbox()
	defer o.release()
	o.answer(inv, h, o.failed(inv.caller.conn.Format(), wamp.TypeCall, inv.request,
		wamp.ErrTimeout, fmt.Sprintf("the call took longer than %v", t.clock.timeout)))
	if h.callee.interruptible() {
		o.sendInterrupt(h, wamp.CancelKillNoWait, wamp.ErrTimeout)
	}
}
