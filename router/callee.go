package router

import (
	"net"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// callee is what a session holds as a callee: its registrations, and the
// invocations that it has not answered.
//
// The one rule that makes a call end exactly once: whoever takes an invocation
// out of invocations owes its caller the final answer, and nobody else may send
// one. A caller that left is owed nothing.
type callee struct {
	mu   sync.Mutex
	left bool // the session left; nothing is sent to it any more
	// last is the id of the newest invocation. Ids up to it were issued, so that
	// one that is missing from invocations is dead; ids beyond it never were.
	last          wamp.ID
	wrapped       bool // whether last has passed the largest id: then all were issued
	registrations map[wamp.ID]serving
	invocations   map[wamp.ID]invocation
	kept          int // octets of arguments that invocations keep; see keptCall
}

// serving is one callee's part in a registration.
type serving struct {
	registration *registration
	// disclosing tells the callee who calls (REGISTER.Options.disclose_caller).
	disclosing bool
	// timing leaves the timeouts of calls to the callee, which is told them
	// (REGISTER.Options.forward_timeout).
	timing bool
	// limit is how many invocations the callee works on at once, 0 for any number
	// (REGISTER.Options.concurrency), and running how many there are, if limit is set.
	limit, running uint64
}

// count notes that an invocation of a registration with a limit begins or ends. mu
// is held.
func (c *callee) count(registration wamp.ID, begins bool) {
	service, serves := c.registrations[registration]
	switch {
	case !serves:
		return
	case begins:
		service.running++
	case service.running > 0: // else it was registered again since
		service.running--
	}
	c.registrations[registration] = service
}

// invocation is a call that a callee has not answered.
type invocation struct {
	caller       *session
	request      wamp.ID // CALL.Request
	registration *registration
	interrupted  bool          // CANCEL with mode kill was passed on
	progressive  bool          // the callee was told that progressive results are welcome
	counted      bool          // in serving.running
	began        time.Duration // by Router.sinceStart, 0 if nobody takes the time
	terms        *terms
}

// terms are what few calls need beside an invocation, which has none otherwise.
// They belong to one invocation; the callee's mu guards them.
type terms struct {
	clock  clock
	stream *stream   // nil if the call comes in one piece
	kept   *keptCall // nil if the callee may not give the call back
}

// remove ends an invocation, which is open. mu is held.
func (c *callee) remove(id wamp.ID, inv invocation) {
	delete(c.invocations, id)
	if inv.counted {
		c.count(inv.registration.id, false)
	}
	if inv.terms != nil {
		inv.terms.clock.stop()
		if inv.terms.kept != nil {
			c.kept -= inv.terms.kept.size()
		}
	}
}

// take takes an invocation out of the callee's hands. If it is not there,
// issued tells whether it ever was.
func (c *callee) take(id wamp.ID) (taken invocation, open, issued bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken, open = c.invocations[id]
	if open {
		c.remove(id, taken)
	}
	return taken, open, id <= c.last || c.wrapped
}

// progress is take without taking, for a progressive result. It restarts the
// clock.
func (c *callee) progress(id wamp.ID, r *Router) (found invocation, open, issued bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, open = c.invocations[id]
	if t := found.terms; t != nil && found.progressive {
		t.clock.restart(r.sinceStart())
		if t.kept != nil { // what has begun to answer cannot be unavailable any more
			c.kept -= t.kept.size()
			t.kept = nil
		}
	}
	return found, open, id <= c.last || c.wrapped
}

// takeFor is take for the caller's side, which must be sure that the
// invocation is still that of its own call.
func (c *callee) takeFor(caller *session, id, request wamp.ID) (open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, open := c.invocations[id]
	if !open || found.caller != caller || found.request != request {
		return false
	}
	c.remove(id, found)
	return true
}

// leave ends the role and returns what the session held.
func (c *callee) leave() (map[wamp.ID]serving, map[wamp.ID]invocation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	registrations, invocations := c.registrations, c.invocations
	c.left, c.registrations, c.invocations = true, nil, nil
	for _, inv := range invocations {
		if inv.terms != nil {
			inv.terms.clock.stop()
		}
	}
	return registrations, invocations
}

// interruptible reports whether the callee takes INTERRUPT.
func (s *session) interruptible() bool {
	return s.roles.Supports(wamp.RoleCallee, wamp.FeatureCallCanceling)
}

// progresses reports whether the callee may send progressive results. The
// specification asks for call canceling beside them, without which a caller that
// leaves cannot stop them; clients that have only the former are common.
func (s *session) progresses() bool {
	return s.roles.Supports(wamp.RoleCallee, wamp.FeatureProgressiveCallResults) &&
		(!s.realm.strict.Features || s.interruptible())
}

// serve notes a registration of s, whose role this is, and queues REGISTERED. It
// fails with errTooMany or like Conn.Send.
// From here on invocations may follow.
func (c *callee) serve(s *session, registered *wamp.Registered, service serving) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left {
		return net.ErrClosed
	}
	if len(c.registrations) >= s.realm.router.limits().MaxRegistrations {
		s.realm.router.reached(limitRegistrations)
		return errTooMany
	}
	if err := s.conn.Send(registered); err != nil {
		return err
	}
	if c.registrations == nil {
		c.registrations = make(map[wamp.ID]serving)
	}
	c.registrations[service.registration.id] = service
	return nil
}

// give takes a registration from the callee, if it holds it. No invocation of
// it is sent any more when give returns.
func (c *callee) give(id wamp.ID) *registration {
	c.mu.Lock()
	defer c.mu.Unlock()
	service := c.registrations[id]
	delete(c.registrations, id)
	return service.registration
}

// interrupt notes that an invocation is being interrupted, and reports whether
// it is open, and whether it is the first time.
func (c *callee) interrupt(caller *session, id, request wamp.ID) (open, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	inv, open := c.invocations[id]
	if !open || inv.caller != caller || inv.request != request {
		return false, false
	}
	first = !inv.interrupted
	inv.interrupted = true
	c.invocations[id] = inv
	return true, first
}
