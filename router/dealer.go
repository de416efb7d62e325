package router

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// dealer routes calls in a realm. Its methods run on the goroutine of the
// session that sent the message.
//
// Which procedures are served, and by whom, stands in registrations. A callee
// is a session there; that its connection leads to one client of this machine
// is not assumed.
type dealer struct {
	realm *realm

	mu            sync.RWMutex // guards the fields below and the callees of each registration
	registrations uriTable[*registration]
	byID          map[wamp.ID]*registration // the same
}

// call routes CALL, whose id was accepted: to INVOCATION, or to ERROR.
func (d *dealer) call(o *outbox, s *session, m *wamp.Call, fresh bool) *violation {
	if m.Options.Passthru.Scheme != "" && !s.passesThrough(wamp.RoleCaller) {
		return unannouncedPassthru("CALL")
	}
	if !fresh {
		return d.proceed(o, s, m)
	}
	g := s.authorize(o, ActionCall, wamp.MatchExact, m.Procedure, m)
	switch g.verdict {
	case allowed:
		m.Options.DiscloseMe = m.Options.DiscloseMe || g.disclose.Caller
	case malformed:
		return d.refuseUnserved(o, s, m)
	default:
		s.refuseUnauthorized(o, m, m.Request, g, ActionCall, wamp.MatchExact, m.Procedure)
		return nil
	}
	if uri, message := d.unsupported(m, g.disclose); uri != "" {
		s.refuse(o, wamp.TypeCall, m.Request, uri, message)
		return nil
	}
	return d.route(o, s, m)
}

// route routes a call that its caller has the right to make.
func (d *dealer) route(o *outbox, s *session, m *wamp.Call) *violation {
	if m.Options.RunMode != "" || m.Options.RKey != "" {
		return d.callShards(o, s, m)
	}
	reg, callees := d.serving(m.Procedure)
	for reg != nil {
		a := attempt{caller: s, call: m}
		if done, v := d.offer(o, &a, reg, callees); done {
			return v
		}
		was, before := reg, callees
		reg, callees = d.serving(m.Procedure)
		if reg == was && slices.Equal(callees, before) {
			break // they are leaving, and nobody has come
		}
	}
	if served, v := d.callRouter(o, s, m); served {
		return v
	}
	return d.refuseUnserved(o, s, m)
}

// accept takes the id of a CALL, and tells whether it begins a new call.
func (d *dealer) accept(s *session, m *wamp.Call) (fresh bool, v *violation) {
	switch {
	case s.streams():
		return s.requests.acceptCall(m)
	case m.Options.Progress:
		return false, violationf("CALL with progress by a caller that has not announced progressive_call_invocations")
	}
	return true, s.requests.accept(wamp.TypeCall, m.Request)
}

// offer hands a call to one of the callees of a registration. One that has as
// much to do as it asked for is passed over while another one has less. It is done
// unless all of them have left.
func (d *dealer) offer(o *outbox, a *attempt, reg *registration, callees []*session) (done bool, v *violation) {
	if len(callees) == 0 {
		return false, nil
	}
	a.picky = len(callees) > 1
	done, v = d.offerInTurn(o, a, reg, callees)
	if !done && a.picky {
		a.picky = false
		return d.offerInTurn(o, a, reg, callees)
	}
	return done, v
}

// errBusy means that a callee has as much to do as it asked for.
var errBusy = errors.New("callee has as much to do as it asked for")

// offerInTurn offers a call to one callee after the other, beginning with the
// one whose turn it is.
func (d *dealer) offerInTurn(o *outbox, a *attempt, reg *registration, callees []*session) (done bool, v *violation) {
	stalled, lacking, busy := false, false, false
	index, step := a.order(reg, callees)
	for tried := 0; tried < len(callees); {
		callee := callees[index]
		err := errNotServing
		if !a.excludes(callee) {
			err = o.invoke(callee, reg, a)
		}
		switch err {
		case errNotCalling:
			return true, nil
		case errStillOpen:
			return true, violationf("CALL with request id %d, which belongs to a call that is still open", a.call.Request)
		case errTooMany:
			a.refuse(o, wamp.ErrUnavailable, tooManyCalls)
			return true, nil
		case errLacking:
			lacking = true
		case errBusy:
			busy = true
		}
		switch fateOf(err) {
		case queued:
			o.sent(callee, wamp.TypeInvocation)
			return true, nil
		case unfit:
			uri, message := unfitFor("the call", err)
			a.refuse(o, uri, message)
			return true, nil
		case full:
			if o.awaitRoom(callee) {
				continue
			}
			callee.endStalled()
			stalled = true
		}
		index = (index + step) % len(callees)
		tried++
	}
	switch {
	case busy: // somebody will take it
		return false, nil
	case stalled:
		a.refuse(o, wamp.ErrNetworkFailure, "the callee does not keep up")
	case lacking:
		a.refuse(o, wamp.ErrFeatureNotSupported, "the callee has not announced what the call needs")
	}
	return stalled || lacking, nil
}

// serving finds the registration that a call is routed to, and its callees. A
// URI that is reserved for the router is never served by a session, whatever
// pattern it registered. An exact match needs no check of the URI, since it was
// checked when it was registered.
func (d *dealer) serving(procedure wamp.URI) (*registration, []*session) {
	if procedure.Reserved() {
		return nil, nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	reg, found := d.registrations.best(procedure)
	if !found || reg.match != wamp.MatchExact && !procedure.Valid(d.realm.rule) {
		return nil, nil
	}
	return reg, reg.callees
}

// refuseUnserved answers a call that no callee serves.
func (d *dealer) refuseUnserved(o *outbox, s *session, m *wamp.Call) *violation {
	if !m.Procedure.Valid(d.realm.rule) {
		s.refuse(o, wamp.TypeCall, m.Request, wamp.ErrInvalidURI, fmt.Sprintf("%q is no valid procedure URI", m.Procedure))
		return nil
	}
	s.refuse(o, wamp.TypeCall, m.Request, wamp.ErrNoSuchProcedure, fmt.Sprintf("no session serves %q", m.Procedure))
	return nil
}

// unsupported names what a call asks for and does not get here.
func (d *dealer) unsupported(m *wamp.Call, disclose Disclosure) (wamp.ErrorURI, string) {
	switch options := &m.Options; {
	case options.DiscloseMe && !disclose.Caller && !d.realm.charter().disclose.Caller:
		return wamp.ErrDiscloseMeDisallowed, "this realm does not disclose callers"
	case options.Passthru.Scheme != "" && !sealed(m.Payload):
		return wamp.ErrInvalidArgument, unsealed
	}
	return "", ""
}

// yield routes YIELD: to RESULT.
func (d *dealer) yield(o *outbox, s *session, m *wamp.Yield) *violation {
	if m.Options.Passthru.Scheme != "" && !s.passesThrough(wamp.RoleCallee) {
		return unannouncedPassthru("YIELD")
	}
	if m.Options.Progress {
		return d.yieldProgress(o, s, m)
	}
	inv, open, issued := s.callee.take(m.Request)
	switch {
	case !issued:
		return violationf("YIELD for invocation %d, which was never issued to this session", m.Request)
	case !open: // canceled, or its caller left
		return nil
	case m.Options.Passthru.Scheme != "" && d.refusesPassthru(o, s, m, inv):
		return nil
	}
	o.result = wamp.Result{Request: inv.request, Payload: ready(m.Payload, inv.caller)}
	if m.Options.Passthru.Scheme != "" {
		o.result.Details.Passthru = m.Options.Passthru
	}
	o.answer(inv, openCall{s, m.Request}, &o.result)
	return nil
}

// yieldProgress routes YIELD with progress, which leaves the call open. A
// progressive result that the caller has not asked for is dropped.
func (d *dealer) yieldProgress(o *outbox, s *session, m *wamp.Yield) *violation {
	inv, open, issued := s.callee.progress(m.Request, d.realm.router)
	switch {
	case !issued:
		return violationf("YIELD for invocation %d, which was never issued to this session", m.Request)
	case !open, !inv.progressive:
		return nil
	case m.Options.Passthru.Scheme != "" && !(inv.caller.passesThrough(wamp.RoleCaller) && sealed(m.Payload)):
		if s.callee.takeFor(inv.caller, m.Request, inv.request) {
			d.refusesPassthru(o, s, m, inv)
		}
		return nil
	}
	o.result = wamp.Result{Request: inv.request, Payload: ready(m.Payload, inv.caller)}
	o.result.Details.Progress = true
	if m.Options.Passthru.Scheme != "" {
		o.result.Details.Passthru = m.Options.Passthru
	}
	o.progress(inv, openCall{s, m.Request}, &o.result)
	return nil
}

// fail routes a callee's ERROR to its caller.
func (d *dealer) fail(o *outbox, s *session, m *wamp.ErrorMessage) *violation {
	if m.RequestType != wamp.TypeInvocation {
		return violationf("ERROR for a %s: a client answers nothing but INVOCATION", m.RequestType)
	}
	if m.Details.Passthru.Scheme != "" && !s.passesThrough(wamp.RoleCallee) {
		return unannouncedPassthru("ERROR")
	}
	inv, open, issued := s.callee.take(m.Request)
	switch {
	case !issued:
		return violationf("ERROR for invocation %d, which was never issued to this session", m.Request)
	case !open:
		return nil
	case m.URI == wamp.ErrUnavailable && s.reroutes() && d.reroute(o, inv, openCall{s, m.Request}):
		return nil
	}
	message := &o.failure
	*message = wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: inv.request, URI: m.URI, Payload: ready(m.Payload, inv.caller)}
	if m.Details.Passthru.Scheme != "" {
		passErrorThrough(message, m, inv.caller)
	}
	if !wamp.URI(m.URI).Valid(wamp.LooseURIs) {
		message = o.failed(inv.caller.conn.Format(), wamp.TypeCall, inv.request,
			wamp.ErrInvalidURI, fmt.Sprintf("the callee answered with %q, which is no valid error URI", m.URI))
	}
	o.answer(inv, openCall{s, m.Request}, message)
	return nil
}

// cancel carries out CANCEL (Advanced Profile, section "Call Canceling"). A
// callee that does not take INTERRUPT is not told.
func (d *dealer) cancel(o *outbox, s *session, m *wamp.Cancel) *violation {
	for {
		h, open := s.caller.find(m.Request)
		if !open || h.isOver() {
			return nil // answered in the meantime, or never called
		}
		if d.cancelAt(o, s, m, h) {
			return nil
		}
	}
}

const canceledByCaller = "the caller canceled the call"

// cancelAt cancels a call that h serves, or reports that another callee has got it
// in the meantime. A call that h does not serve any more, but nobody else yet, is on
// its way from one callee to another, or to its caller: it is answered here, and
// goes no further. That of all shards ends at once, whatever the mode: as long as
// one goes on there is no answer to wait for.
func (d *dealer) cancelAt(o *outbox, s *session, m *wamp.Cancel, h openCall) bool {
	mode := m.Options.Mode
	shards, gathers := h.callee.conn.(*gathering)
	interruptible := !gathers && h.callee.interruptible() && mode != wamp.CancelSkip
	if mode == wamp.CancelKill && interruptible {
		open, first := h.callee.callee.interrupt(s, h.invocation, m.Request)
		if first {
			o.sendInterrupt(h, wamp.CancelKill, wamp.ErrCanceled)
		}
		if open {
			return true // the callee answers
		}
	}
	taken := h.callee.callee.takeFor(s, h.invocation, m.Request)
	if taken && interruptible {
		o.sendInterrupt(h, wamp.CancelKillNoWait, wamp.ErrCanceled)
	}
	reason, message := whyCanceled(m)
	inv := invocation{caller: s, request: m.Request}
	o.answer(inv, h, o.failed(s.conn.Format(), wamp.TypeCall, m.Request, reason, message))
	if gathers {
		shards.end(o, mode != wamp.CancelSkip)
	}
	if taken {
		return true
	}
	now, open := s.caller.find(m.Request)
	return !open || now == h
}

// sendInterrupt tells a callee to stop an invocation.
func (o *outbox) sendInterrupt(h openCall, mode string, reason wamp.ErrorURI) {
	o.deliver(h.callee, o.interruptFor(h, mode, reason))
}

func (o *outbox) interruptFor(h openCall, mode string, reason wamp.ErrorURI) *wamp.Interrupt {
	o.interrupt = wamp.Interrupt{Request: h.invocation, Options: wamp.InterruptOptions{Mode: mode, Reason: reason}}
	return &o.interrupt
}

// leave ends what a session holds as a callee and as a caller.
func (d *dealer) leave(o *outbox, s *session) {
	registrations, invocations := s.callee.leave()
	for _, service := range registrations {
		d.withdraw(service.registration, s)
	}
	o.cancelAll(s, invocations)
	o.interruptAll(s, s.caller.leave())
}

// cancelAll tells the callers of a callee that left. It waits for callers with
// full queues only after it has met them all.
func (o *outbox) cancelAll(callee *session, invocations map[wamp.ID]invocation) {
	canceled := func(inv invocation) wamp.Message {
		return o.failed(inv.caller.conn.Format(), wamp.TypeCall, inv.request, wamp.ErrCanceled, "the callee left before it answered")
	}
	for id, inv := range invocations {
		message := canceled(inv)
		err := inv.caller.caller.answer(inv.caller, inv.request, openCall{callee, id}, message, true)
		if o.settled(inv.caller, wamp.TypeError, err) {
			if err == nil {
				o.ended(&inv, message)
			}
			delete(invocations, id)
		}
	}
	for id, inv := range invocations {
		o.answer(inv, openCall{callee, id}, canceled(inv))
	}
}

// interruptAll tells the callees of a caller that left to stop, as far as they
// take that, and waits as cancelAll does.
func (o *outbox) interruptAll(caller *session, calls map[wamp.ID]openCall) {
	for request, h := range calls {
		if h.isOver() {
			delete(calls, request)
			continue
		}
		if shards, gathers := h.callee.conn.(*gathering); gathers {
			shards.end(o, true)
			delete(calls, request)
			continue
		}
		if !h.callee.callee.takeFor(caller, h.invocation, request) || !h.callee.interruptible() ||
			o.settled(h.callee, wamp.TypeInterrupt, h.callee.conn.Send(o.interruptFor(h, wamp.CancelKillNoWait, wamp.ErrCanceled))) {
			delete(calls, request)
		}
	}
	for _, h := range calls {
		o.sendInterrupt(h, wamp.CancelKillNoWait, wamp.ErrCanceled)
	}
}
