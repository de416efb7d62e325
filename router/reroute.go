package router

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// Call rerouting (Advanced Profile, section of that name): a callee that answers
// wamp.error.unavailable is passed over, and another one gets the call.

// attempt is a call on its way to a callee: from its caller, or from a callee
// that gave it back. A call that was given back is still open, under the name of
// the callee that had it, and whoever makes the attempt owes the answer.
type attempt struct {
	caller *session
	call   *wamp.Call
	// kept is what it takes to make another attempt, nil if that is not called for
	// yet.
	kept *keptCall
	// from is who gave the call back; the zero openCall if nobody has. clock is what
	// the call's clock said.
	from  openCall
	clock clock
	// began is when the call came, by Router.sinceStart; 0 if nobody takes the time.
	began time.Duration
	// picky passes over callees that have as much to do as they asked for.
	picky bool
	// bound tells that the call is for one callee and for no other.
	bound bool
}

// keptCall is a call that does not depend on buffers that are used again.
type keptCall struct {
	call  wamp.Call
	tried []*session // in this order
}

func (k *keptCall) size() int {
	size := k.call.Payload.Size()
	for name, v := range k.call.Options.Extra {
		size += 64 + len(name)
		if text, ok := v.(string); ok {
			size += len(text)
		}
	}
	return size
}

// refuse answers the call with ERROR.
func (a *attempt) refuse(o *outbox, uri wamp.ErrorURI, message string) {
	if a.from == (openCall{}) {
		a.caller.refuse(o, wamp.TypeCall, a.call.Request, uri, message)
		return
	}
	o.answer(invocation{caller: a.caller, request: a.call.Request, began: a.began}, a.from,
		o.failed(a.caller.conn.Format(), wamp.TypeCall, a.call.Request, uri, message))
}

// order is the index, among callees, of the one that is tried first, and the step
// to the one that is tried after it.
func (a *attempt) order(reg *registration, callees []*session) (index, step int) {
	n := len(callees)
	if a.from == (openCall{}) {
		return reg.start(n)
	}
	step = 1
	switch reg.policy {
	case random:
		return rand.IntN(n), step
	case last:
		step = n - 1
	}
	index = slices.Index(callees, a.from.callee)
	if index < 0 { // it has left
		return reg.start(n)
	}
	return (index + step) % n, step
}

// excludes reports whether a callee is not to get the call, since it gave it back.
func (a *attempt) excludes(callee *session) bool {
	return a.from != (openCall{}) && slices.Contains(a.kept.tried, callee)
}

// keep keeps the call if a callee of reg may give it back. A call in chunks stays
// with its callee.
func (a *attempt) keep(callee *session, reg *registration) (kept bool) {
	if a.bound || reg.policy == single || a.call.Options.Progress || !callee.reroutes() {
		return false
	}
	if a.kept == nil {
		if a.call.Payload.Size() > callee.realm.router.limits().RerouteBytes {
			return false
		}
		a.kept = &keptCall{call: *a.call}
		a.kept.call.Payload = a.call.Payload.Clone()
	}
	return true
}

// reroutes reports whether the callee may pass calls on to others.
func (s *session) reroutes() bool {
	return s.roles.Supports(wamp.RoleCallee, wamp.FeatureCallReroute)
}

// reroute finds another callee for a call whose callee is unavailable. It reports
// false, and does nothing, if the call was not kept: then the caller is told what
// the callee said.
func (d *dealer) reroute(o *outbox, inv invocation, h openCall) bool {
	a := attempt{caller: inv.caller, from: h, began: inv.began}
	if inv.terms != nil && inv.terms.kept != nil {
		a.kept, a.clock = inv.terms.kept, inv.terms.clock
		a.call = &a.kept.call
		a.kept.tried = append(a.kept.tried, h.callee)
		if done, _ := d.offer(o, &a, inv.registration, d.calleesOf(inv.registration)); done {
			return true
		}
	} else if inv.registration.policy != single {
		return false
	} else {
		a.call = &wamp.Call{Request: inv.request}
	}
	a.refuse(o, wamp.ErrNoAvailableCallee, "every callee is unavailable")
	return true
}

func (d *dealer) calleesOf(reg *registration) []*session {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return reg.callees
}

// timeout is how long the callee gets: what the clock of an earlier attempt has
// left, or all of it.
func (a *attempt) timeout(now time.Duration) (whole, left time.Duration) {
	if a.clock.timer != nil {
		return a.clock.timeout, a.clock.ends - now
	}
	whole = callTimeout(a.call.Options.Timeout)
	return whole, whole
}
