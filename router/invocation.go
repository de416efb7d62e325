package router

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// errNotServing means that a callee has left or given its registration up in
// the meantime.
var errNotServing = errors.New("callee does not serve the registration any more")

// invoke hands a call to a callee, as the next of its invocations. It does not
// wait. An error, which is one of errNotServing, errNotCalling, errStillOpen and
// those of Conn.Send, means that nothing has happened.
func (o *outbox) invoke(callee *session, reg *registration, caller *session, m *wamp.Call) error {
	c := &callee.callee
	c.mu.Lock()
	defer c.mu.Unlock()
	service, serves := c.registrations[reg.id]
	if !serves {
		return errNotServing
	}
	id := c.last.Next()
	if err := caller.caller.open(m.Request, handle{callee: callee, invocation: id}); err != nil {
		return err
	}
	message := &o.invocation
	message.Request = id
	message.Registration = reg.id
	message.Details = wamp.InvocationDetails{}
	message.Payload = m.Payload
	if reg.match != wamp.MatchExact {
		message.Details.Procedure = m.Procedure
	}
	if m.Options.DiscloseMe || service.disclosing {
		message.Details.Caller = caller.id
		message.Details.CallerAuthID = caller.identity.AuthID
		message.Details.CallerAuthRole = caller.identity.Role
	}
	if err := callee.conn.Send(message); err != nil {
		caller.caller.forget(m.Request)
		return err
	}
	c.last, c.wrapped = id, c.wrapped || id == wamp.MaxID
	if c.invocations == nil {
		c.invocations = make(map[wamp.ID]invocation)
	}
	c.invocations[id] = invocation{caller: caller, request: m.Request, registration: reg}
	return nil
}

// answer sends the final answer of a call to its caller. Whoever calls it has
// taken the invocation out of the callee's hands. An answer that the caller
// cannot take is replaced by an ERROR that says so.
func (o *outbox) answer(inv invocation, h handle, m wamp.Message) {
	caller := inv.caller
	for replaced := false; ; {
		err := o.tryAnswer(inv, h, m)
		switch fateOf(err) {
		case queued:
			o.touch(caller)
			return
		case full:
			if !o.awaitRoom(caller) {
				caller.endStalled()
				return
			}
		case unfit:
			if replaced { // not even that goes through
				caller.caller.forget(inv.request)
				return
			}
			replaced = true
			uri, message := unfitFor("the answer", err)
			m = o.failed(caller.conn.Format(), wamp.TypeCall, inv.request, uri, message)
		case gone:
			return
		}
	}
}

// tryAnswer is one attempt of answer. The call is closed and the answer queued
// in one step, so that nothing follows the final answer of a call.
func (o *outbox) tryAnswer(inv invocation, h handle, m wamp.Message) error {
	c := &inv.caller.caller
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[inv.request] != h {
		return errNotCalling
	}
	if err := inv.caller.conn.Send(m); err != nil {
		return err
	}
	delete(c.calls, inv.request)
	return nil
}
