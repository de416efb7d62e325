package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// ErrSessionClosed means that a request could not be made or answered because
// the session has ended: it was closed, the router ended it, or the connection was lost.
// The error is a [*ClosedError], which tells these apart.
var ErrSessionClosed = errors.New("session is closed")

// ClosedError is an [ErrSessionClosed] with its cause.
type ClosedError struct {
	// Cause is what [Session.Err] reports: nil after [Session.Close], a
	// [*wamp.Error] if the router ended the session, else why the connection was lost.
	Cause error
}

// Error implements error.
func (e *ClosedError) Error() string {
	if e.Cause == nil {
		return ErrSessionClosed.Error()
	}
	return ErrSessionClosed.Error() + ": " + e.Cause.Error()
}

// Is reports whether target is [ErrSessionClosed], or, if there is a cause, [ErrSessionLost].
func (e *ClosedError) Is(target error) bool {
	return target == ErrSessionClosed || target == ErrSessionLost && e.Cause != nil
}

// Unwrap returns the cause.
func (e *ClosedError) Unwrap() error { return e.Cause }

// ErrSessionLost means that the session was lost on which a request waited for its answer: the
// connection was lost, or the router ended the session. Whether the request had effect
// is not known. The error is a [*LostError] if the [Session] goes on, because it may
// reconnect, else a [*ClosedError].
var ErrSessionLost = errors.New("session was lost")

// LostError is an [ErrSessionLost] of a session that goes on. It is a
// [wamp.ErrNetworkFailure], too.
type LostError struct {
	// Session is the id of the session that was lost.
	Session wamp.ID
	// Cause is why, like that of a [ClosedError].
	Cause error

	unsent bool // the request was not even sent
}

// isLost reports whether err is about a session that was lost while the [Session] goes on.
func isLost(err error) bool {
	var lost *LostError
	return errors.As(err, &lost)
}

// isUnsent reports whether err tells that a request was not sent, so that it can be
// sent on another membership.
func isUnsent(err error) bool {
	lost, ok := err.(*LostError)
	return ok && lost.unsent
}

// Error implements error.
func (e *LostError) Error() string { return ErrSessionLost.Error() + ": " + e.Cause.Error() }

// Is reports whether target is [ErrSessionLost] or [wamp.ErrNetworkFailure].
func (e *LostError) Is(target error) bool {
	return target == ErrSessionLost || target == wamp.ErrNetworkFailure
}

// Unwrap returns the cause.
func (e *LostError) Unwrap() error { return e.Cause }

// ErrDisconnected means that a request was not made because there was no connection to
// make it on. The error is a [*DisconnectedError].
var ErrDisconnected = errors.New("no connection to the router")

// DisconnectedError is an [ErrDisconnected] with its reasons. It is a
// [wamp.ErrNetworkFailure], too.
type DisconnectedError struct {
	// Reason is why nobody waited for a connection any longer: the error of the context,
	// [context.DeadlineExceeded] of the timeout, or nil with [ReconnectPolicy.FailFast].
	Reason error
	// Cause is why there is no connection.
	Cause error
}

// Error implements error.
func (e *DisconnectedError) Error() string {
	text := ErrDisconnected.Error()
	if e.Reason != nil {
		text += ": " + e.Reason.Error()
	}
	if e.Cause != nil {
		text += " (" + e.Cause.Error() + ")"
	}
	return text
}

// Is reports whether target is [ErrDisconnected] or [wamp.ErrNetworkFailure].
func (e *DisconnectedError) Is(target error) bool {
	return target == ErrDisconnected || target == wamp.ErrNetworkFailure
}

// Unwrap returns Reason.
func (e *DisconnectedError) Unwrap() error { return e.Reason }

// DialError means that no connection to a router could be made: nobody listens,
// the name does not resolve, TLS or the opening handshake failed. Its text names the URL.
type DialError struct {
	// URL is where the router was expected.
	URL string
	// Err says what went wrong.
	Err error
}

// Error implements error.
func (e *DialError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *DialError) Unwrap() error { return e.Err }

// requestError says which request failed, and gives the failures of this
// process the URIs that those of a peer have.
func requestError(verb string, uri wamp.URI, err error) error {
	if err == nil {
		return nil
	}
	var tooLarge *transport.TooLargeError
	switch {
	case isRemote(err), errors.Is(err, ErrSessionClosed), errors.Is(err, ErrSessionLost):
		return fmt.Errorf("%s %s: %w", verb, uri, err)
	case errors.Is(err, context.DeadlineExceeded):
		return localError(wamp.ErrTimeout, verb, uri, err)
	case errors.Is(err, context.Canceled):
		return localError(wamp.ErrCanceled, verb, uri, err)
	case errors.As(err, &tooLarge):
		return localError(wamp.ErrPayloadSizeExceeded, verb, uri, err)
	}
	return fmt.Errorf("%s %s: %w", verb, uri, err)
}

func localError(code wamp.ErrorURI, verb string, uri wamp.URI, cause error) error {
	return &localFailure{code: code, text: fmt.Sprintf("%s %s: %v", verb, uri, cause), cause: cause}
}

// localFailure is a failure of a request for which WAMP has a URI. It is no
// [wamp.Error], so that a handler that returns it does not thereby send it to its caller.
type localFailure struct {
	code  wamp.ErrorURI
	text  string
	cause error
}

// Error implements error.
func (e *localFailure) Error() string { return e.text }

// Is reports whether target is the URI.
func (e *localFailure) Is(target error) bool { return target == e.code }

// Unwrap returns the cause.
func (e *localFailure) Unwrap() error { return e.cause }

func isRemote(err error) bool {
	var e *wamp.Error
	return errors.As(err, &e) && e.Remote
}

// remoteError is the answer of a call as an error: what the peer sent, with the
// typed error declared for its URI, or the context error that it stands for, as its cause.
func (s *session) remoteError(ctx context.Context, c *call, declared []ErrorType) error {
	e := &wamp.Error{URI: c.errorURI, Remote: true, Passthru: c.values.passthru}
	if args, kwargs, err := codec.DecodePayload(c.values.payload); err == nil {
		e.Args, e.Kwargs = args, kwargs
	} else {
		s.logger.Warn("cannot decode the payload of an error", "error", e.URI, "reason", err)
	}
	for i := range declared {
		if declared[i].URI == e.URI {
			e.Cause = declared[i].rebuild(&c.values)
			return e
		}
	}
	switch {
	case e.URI == wamp.ErrTimeout:
		e.Cause = context.DeadlineExceeded
	case e.URI == wamp.ErrCanceled && ctx.Err() != nil:
		e.Cause = context.Canceled // else the callee has gone
	}
	return e
}

// ErrorType is one declared error: how it travels, and how it is recognised and rebuilt.
type ErrorType struct {
	// URI is the error's URI.
	URI wamp.ErrorURI
	// Sentinel is the error itself if it is declared on a variable.
	Sentinel error
	// As finds an error declared on a struct type in err's chain.
	As func(err error) (fields any, ok bool)
	// New rebuilds an error declared on a struct type from keyword arguments.
	New func(in *Values) error
	// Unions are the interfaces that its fields may hold, nil for none.
	Unions *Unions
}

// rebuild makes the typed error from the payload of an ERROR. It is nil if the
// payload does not fit the type.
func (t *ErrorType) rebuild(in *Values) error {
	if t.Sentinel != nil {
		return t.Sentinel
	}
	if t.New == nil {
		return nil
	}
	if in.payload.Kwargs != nil {
		in.payload.Args = nil // which holds the message
	}
	in.open(wamp.URI(t.URI), arguments)
	if in.left > 0 && in.items[0]&majorMask != majorDict {
		in.items, in.left = nil, 0
	}
	err := t.New(in)
	if in.err != nil {
		return nil
	}
	return err
}

// find looks for the declared error in what a handler returned, outside of the
// errors of other peers. fields is nil for a sentinel.
func (t *ErrorType) find(err error) (fields any, ok bool, found error) {
	if t.Sentinel != nil {
		return nil, isOwn(err, t.Sentinel), t.Sentinel
	}
	if t.As == nil {
		return nil, false, nil
	}
	fields, ok = t.As(err)
	if !ok {
		return nil, false, nil
	}
	found, _ = fields.(error)
	if remote := remoteIn(err); remote != nil {
		if theirs, also := t.As(remote); also && same(theirs, fields) {
			return nil, false, nil
		}
	}
	return fields, true, found
}

// same reports whether two errors that were found are one.
func same(a, b any) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.TypeOf(a).Comparable() && a == b
}
