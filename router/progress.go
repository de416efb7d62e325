package router

import (
	"math"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Progressive results (Advanced Profile, section "Progressive Call Results") may
// be any number, so that a caller may have asked for more than it takes. That is no
// reason to end its session, as it is for an answer that is due: the call is ended
// instead, and its callee told to stop.

// progress sends a progressive result. The call stays open, unless the caller
// cannot take the result, or does not keep up: it is then ended rather than left
// with a gap.
func (o *outbox) progress(inv invocation, h openCall, m *wamp.Result) {
	caller := inv.caller
	for {
		err := caller.caller.answer(caller, inv.request, h, m, false)
		switch fateOf(err) {
		case queued:
			o.sent(caller, wamp.TypeResult)
		case unfit:
			uri, message := unfitFor("a progressive result", err)
			if o.stopProgress(inv, h) {
				o.answer(inv, h, o.failed(caller.conn.Format(), wamp.TypeCall, inv.request, uri, message))
			}
		case full:
			if o.awaitRoom(caller) {
				continue
			}
			if o.router.limits().OnFullQueue == CloseSession {
				caller.endStalled()
			} else if o.stopProgress(inv, h) {
				o.answerLater(inv, h, wamp.ErrNetworkFailure, "the caller does not keep up with the progressive results")
			}
		}
		return
	}
}

// stopProgress takes an invocation from its callee, and has the callee stop if it
// takes that. It reports false if somebody else has taken it: then that answers.
func (o *outbox) stopProgress(inv invocation, h openCall) bool {
	if !h.callee.callee.takeFor(inv.caller, h.invocation, inv.request) {
		return false
	}
	if h.callee.interruptible() {
		o.sendInterrupt(h, wamp.CancelKillNoWait, wamp.ErrCanceled)
	}
	return true
}

// answerLater answers with ERROR as soon as the caller has room for it, on a
// goroutine of its own, of which there is at most one for each open call. It ends
// with the caller's connection at the latest.
func (o *outbox) answerLater(inv invocation, h openCall, uri wamp.ErrorURI, message string) {
	const ever = math.MaxInt64
	r, caller := o.router, inv.caller
	if !caller.caller.owe(inv.request, h) {
		return
	}
	r.background.Go(func() {
		o := r.outbox()
		defer o.release()
		failure := o.failed(caller.conn.Format(), wamp.TypeCall, inv.request, uri, message)
		err := transport.ErrQueueFull
		for fateOf(err) == full {
			caller.conn.AwaitRoom(ever)
			err = caller.caller.answer(caller, inv.request, owed, failure, true)
		}
		if err == nil {
			o.sent(caller, wamp.TypeError)
			o.ended(&inv, failure)
		}
	})
}
