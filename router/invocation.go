package router

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// errNotServing means that a callee has left or given its registration up in
// the meantime.
var errNotServing = errors.New("callee does not serve the registration any more")

// invoke hands a call to a callee, as the next of its invocations. It does not
// wait. An error, which is one of errNotServing, errLacking, errBusy,
// errNotCalling, errStillOpen, errTooMany and those of Conn.Send, means
// that nothing has happened.
func (o *outbox) invoke(callee *session, reg *registration, a *attempt) error {
	caller, m := a.caller, a.call
	if m.Options.Progress && !callee.takesChunks() ||
		m.Options.Passthru.Scheme != "" && !callee.passesThrough(wamp.RoleCallee) {
		return errLacking
	}
	payload := ready(m.Payload, callee)
	trustLevel, trusted := caller.callTrust(callee, m.Procedure)
	keep := a.keep(callee, reg)
	c := &callee.callee
	c.mu.Lock()
	defer c.mu.Unlock()
	service, serves := c.registrations[reg.id]
	if !serves {
		return errNotServing
	}
	if a.began == 0 {
		a.began = caller.realm.traffic.now(o.router)
	}
	if a.picky && service.limit != 0 && service.running >= service.limit {
		return errBusy
	}
	id := c.last.Next()
	if err := caller.caller.open(m.Request, openCall{callee: callee, invocation: id}, a.from, caller.realm.router.limits().MaxCalls); err != nil {
		if err == errTooMany {
			caller.realm.router.reached(limitCalls)
		}
		return err
	}
	message := &o.invocation
	message.Request = id
	message.Registration = reg.id
	message.Details = wamp.InvocationDetails{}
	message.Payload = payload
	if reg.match != wamp.MatchExact {
		message.Details.Procedure = m.Procedure
	}
	progressive := m.Options.ReceiveProgress && callee.progresses()
	message.Details.ReceiveProgress = progressive
	message.Details.Progress = m.Options.Progress
	if m.Options.DiscloseMe || service.disclosing {
		message.Details.Caller = caller.id
		message.Details.CallerAuthID = caller.identity.AuthID
		message.Details.CallerAuthRole = caller.identity.Role
	}
	message.Details.TrustLevel, message.Details.HasTrustLevel = trustLevel, trusted
	if m.Options.Passthru.Scheme != "" {
		message.Details.Passthru = m.Options.Passthru
	}
	message.Details.Extra = m.Options.Extra
	timeout := m.Options.Timeout
	if service.timing {
		message.Details.Timeout, timeout = timeout, 0
	}
	if err := callee.conn.Send(message); err != nil {
		caller.caller.unopen(m.Request, a.from)
		return err
	}
	c.last, c.wrapped = id, c.wrapped || id == wamp.MaxID
	if c.invocations == nil {
		c.invocations = make(map[wamp.ID]invocation)
	}
	inv := invocation{caller: caller, request: m.Request, registration: reg, progressive: progressive, counted: service.limit != 0, began: a.began}
	keep = keep && c.kept+a.kept.size() <= callee.realm.router.limits().RerouteBytes
	if timeout != 0 || m.Options.Progress || keep {
		inv.terms = new(terms)
	}
	if keep {
		inv.terms.kept = a.kept
		c.kept += a.kept.size()
	}
	if m.Options.Progress {
		inv.terms.stream = &stream{more: true, procedure: m.Procedure, details: message.Details}
		inv.terms.stream.details.Extra = nil // told once
	}
	if timeout != 0 {
		inv.terms.clock.start(a, openCall{callee, id}, inv.terms)
	}
	if inv.counted {
		c.count(reg.id, true)
	}
	c.invocations[id] = inv
	return nil
}

// answer sends the final answer of a call to its caller. Whoever calls it has
// taken the invocation out of the callee's hands. An answer that the caller
// cannot take is replaced by an ERROR that says so.
func (o *outbox) answer(inv invocation, h openCall, m wamp.Message) {
	err := o.toCaller(inv, h, m)
	if fateOf(err) != unfit {
		return
	}
	uri, message := unfitFor("the answer", err)
	err = o.toCaller(inv, h, o.failed(inv.caller.conn.Format(), wamp.TypeCall, inv.request, uri, message))
	if fateOf(err) == unfit { // not even that goes through
		inv.caller.caller.forget(inv.request)
	}
}

// toCaller sends the final answer to the caller of an open call, and waits for
// room for it if it must.
func (o *outbox) toCaller(inv invocation, h openCall, m wamp.Message) error {
	caller := inv.caller
	for {
		err := caller.caller.answer(caller, inv.request, h, m, true)
		switch fateOf(err) {
		case queued:
			o.sent(caller, m.Type())
			o.ended(&inv, m)
			return nil
		case full:
			if !o.awaitRoom(caller) {
				caller.endStalled()
				return err
			}
		default:
			return err
		}
	}
}

// ready transcodes a large payload for a receiver, so that sending it, which
// happens with locks held, takes no longer than a copy. What cannot be
// transcoded is left as it is, for Send to refuse.
func ready(p wamp.Payload, receiver *session) wamp.Payload {
	const large = 16 << 10
	format := receiver.conn.Format()
	if p.Format == format || p.Size() < large {
		return p
	}
	transcoded, err := codec.TranscodePayload(p, format)
	if err != nil {
		return p
	}
	return transcoded
}
