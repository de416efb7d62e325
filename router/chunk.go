package router

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// Progressive call invocations (Advanced Profile, section of that name): a call
// whose arguments come in chunks. All of them go to the callee that was chosen
// for the first, under the options of the first.

// stream is a call that comes in chunks.
type stream struct {
	more      bool // the last chunk has not come yet
	procedure wamp.URI
	details   wamp.InvocationDetails // of the first chunk
}

// streams reports whether the session, as a caller, may send calls in chunks.
func (s *session) streams() bool {
	return s.roles.Supports(wamp.RoleCaller, wamp.FeatureProgressiveCallInvocations)
}

// takesChunks reports whether the callee takes calls in chunks. The specification
// asks for call canceling beside it: no caller that leaves may have started what
// nobody can stop.
func (s *session) takesChunks() bool {
	return s.roles.Supports(wamp.RoleCallee, wamp.FeatureProgressiveCallInvocations) && s.interruptible()
}

// errLacking means that a callee has not announced what a call needs.
var errLacking = errors.New("callee lacks a feature that the call needs")

// proceed routes a CALL that does not begin a new call. What comes for a call
// that is over is dropped: its caller is about to hear so.
func (d *dealer) proceed(o *outbox, s *session, m *wamp.Call) *violation {
	for {
		h, open := s.caller.find(m.Request)
		over := !open || h.isOver()
		if over && o.patience != nil {
			return nil // the ids belong to another goroutine
		}
		if over {
			return s.requests.late(m.Request)
		}
		err := o.invokeAgain(h, s, m)
		if err == errStillOpen {
			return violationf("CALL with request id %d, which belongs to a call that is open and takes no more chunks", m.Request)
		}
		if err == errUnsealed {
			d.breakOff(o, s, m, h, wamp.ErrInvalidArgument, unsealed)
			return nil
		}
		switch fateOf(err) {
		case queued:
			o.sent(h.callee, wamp.TypeInvocation)
			return nil
		case unfit:
			uri, message := unfitFor("a chunk of the call", err)
			d.breakOff(o, s, m, h, uri, message)
			return nil
		case full:
			if !o.awaitRoom(h.callee) {
				h.callee.endStalled() // which ends the call
				return nil
			}
		default:
			return nil
		}
	}
}

// invokeAgain hands a chunk to the callee of an open call. It does not wait.
// Like invoke it fails with errNotCalling, also for another procedure than that
// of the first chunk, with errStillOpen, errUnsealed, or like Conn.Send.
func (o *outbox) invokeAgain(h openCall, caller *session, m *wamp.Call) error {
	payload := ready(m.Payload, h.callee)
	c := &h.callee.callee
	c.mu.Lock()
	defer c.mu.Unlock()
	inv, open := c.invocations[h.invocation]
	switch {
	case !open || inv.caller != caller || inv.request != m.Request:
		return errNotCalling
	case inv.terms == nil || inv.terms.stream == nil || !inv.terms.stream.more:
		return errStillOpen
	case inv.terms.stream.procedure != m.Procedure:
		return errNotCalling
	case inv.terms.stream.details.Passthru.Scheme != "" && !sealed(m.Payload):
		return errUnsealed
	}
	stream := inv.terms.stream
	message := &o.invocation
	message.Request = h.invocation
	message.Registration = inv.registration.id
	message.Details = stream.details
	message.Details.Progress = m.Options.Progress
	message.Payload = payload
	if err := h.callee.conn.Send(message); err != nil {
		return err
	}
	stream.more = m.Options.Progress
	return nil
}

// breakOff ends a call of which the callee cannot take a chunk, rather than
// leave it with a gap.
func (d *dealer) breakOff(o *outbox, s *session, m *wamp.Call, h openCall, uri wamp.ErrorURI, message string) {
	if !h.callee.callee.takeFor(s, h.invocation, m.Request) {
		return
	}
	o.answer(invocation{caller: s, request: m.Request}, h, o.failed(s.conn.Format(), wamp.TypeCall, m.Request, uri, message))
	if h.callee.interruptible() {
		o.sendInterrupt(h, wamp.CancelKillNoWait, wamp.ErrCanceled)
	}
}
