package runtime

import (
	"context"
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// Outcomes that are no errors of WAMP; see [OutgoingCall.Outcome].
const (
	// OutcomeOK means that there was no error.
	OutcomeOK = "ok"
	// OutcomeLeft means that the range over progressive results was left before its end.
	OutcomeLeft = "left"
	// OutcomeClosed means that the session has ended for good.
	OutcomeClosed = "session_closed"
	// OutcomeError is any other failure of this process, such as arguments that cannot be encoded.
	OutcomeError = "error"
)

// Outcome tells in one word what the error means that the next step returned, for logs and
// metrics: [OutcomeOK], the URI of what a peer answered or of the failure of this process, such as
// [wamp.ErrTimeout], [wamp.ErrCanceled] and, for a lost session, [wamp.ErrNetworkFailure], or
// another of the outcomes of this package. It holds nothing of a payload.
func (c *OutgoingCall) Outcome(err error) string { return outgoingOutcome(err) }

// Outcome is like [OutgoingCall.Outcome].
func (e *OutgoingEvent) Outcome(err error) string { return outgoingOutcome(err) }

// Outcome tells in one word what the caller gets for the error that the next step
// returned: [OutcomeOK], or the URI of the error, which is [wamp.ErrRuntimeError] for
// those that are not told.
func (c *IncomingCall) Outcome(err error) string {
	if err == nil {
		return OutcomeOK
	}
	args := NewArgs()
	defer args.release()
	if uri := describe(err, c.Spec.Errors, args); uri != "" {
		return string(uri)
	}
	return string(wamp.ErrRuntimeError)
}

// Outcome is like [IncomingCall.Outcome], though nobody gets the error of an event's handler.
func (e *IncomingEvent) Outcome(err error) string {
	if err == nil {
		return OutcomeOK
	}
	args := NewArgs()
	defer args.release()
	if uri := describe(err, nil, args); uri != "" {
		return string(uri)
	}
	return OutcomeError
}

func outgoingOutcome(err error) string {
	var local *localFailure
	var answer *wamp.Error
	switch {
	case err == nil:
		return OutcomeOK
	case errors.Is(err, errLeft):
		return OutcomeLeft
	case errors.Is(err, ErrSessionClosed):
		return OutcomeClosed
	case errors.As(err, &local):
		return string(local.code)
	case errors.Is(err, wamp.ErrNetworkFailure):
		return string(wamp.ErrNetworkFailure)
	case errors.As(err, &answer):
		return string(answer.URI)
	case errors.Is(err, context.DeadlineExceeded):
		return string(wamp.ErrTimeout)
	case errors.Is(err, context.Canceled):
		return string(wamp.ErrCanceled)
	}
	return OutcomeError
}
