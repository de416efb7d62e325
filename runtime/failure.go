package runtime

import (
	"context"
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// errorAnswer is what a caller gets for the error of a handler:
//
//   - a declared error: its URI, its message, and its fields as keywords;
//   - a [*wamp.Error] or [wamp.ErrorURI] made here: as it is;
//   - the end of a context: wamp.error.canceled or wamp.error.timeout;
//   - everything else, also the errors of other peers: wamp.error.runtime_error
//     with a fixed text. What happened goes to the log, unless the session was
//     told to send it.
func (s *session) errorAnswer(inv *invocation, err error) *wamp.ErrorMessage {
	m := &wamp.ErrorMessage{RequestType: wamp.TypeInvocation, Request: inv.request}
	args := &inv.out
	args.reset()
	m.URI = describe(err, inv.reg.procedure.Errors, args)
	if m.URI == "" {
		m.URI = wamp.ErrRuntimeError
		if err != errPanicked {
			s.logger.Error("handler failed", "procedure", inv.ctx.info.Procedure, "error", err)
		}
		if s.errorDetail {
			args.Value(validText(err.Error()))
		} else {
			args.String("internal error")
		}
	}
	payload, encodeErr := args.payloadFor(s.format)
	if encodeErr != nil {
		s.logger.Error("cannot encode an error", "procedure", inv.ctx.info.Procedure, "error", m.URI, "reason", encodeErr)
		return m
	}
	m.Payload = payload
	if args.passthru != nil && s.checkSealed(args.passthru, args, wamp.RoleDealer) == nil {
		m.Details.Passthru = *args.passthru
	}
	return m
}

// describe writes the payload of an error that may be told, and returns its
// URI, empty if there is none.
func describe(err error, declared []ErrorType, args *Args) wamp.ErrorURI {
	for i := range declared {
		if fields, ok, found := declared[i].find(err); ok {
			if found != nil {
				args.String(validText(found.Error()))
			}
			if fields != nil {
				args.Unions(declared[i].Unions)
				args.Struct(fields)
			}
			return declared[i].URI
		}
	}
	if own := authored(err); own != nil {
		args.passthru = own.Passthru
		for _, arg := range own.Args {
			args.Value(arg)
		}
		for name, value := range own.Kwargs {
			args.Keyword(name, value)
		}
		return own.URI
	}
	switch {
	case isOwn(err, context.Canceled):
		args.String(context.Canceled.Error())
		return wamp.ErrCanceled
	case isOwn(err, context.DeadlineExceeded):
		args.String(context.DeadlineExceeded.Error())
		return wamp.ErrTimeout
	}
	return ""
}

// authored finds the outermost WAMP error that was made in this process for a caller.
func authored(err error) *wamp.Error {
	var found *wamp.Error
	visit(err, func(err error) bool {
		switch err := err.(type) {
		case *wamp.Error:
			found = err
		case wamp.ErrorURI:
			found = &wamp.Error{URI: err}
		}
		return found != nil
	})
	return found
}

// isOwn is errors.Is without looking into the errors of other peers.
func isOwn(err, target error) bool {
	return visit(err, func(err error) bool {
		if err == target {
			return true
		}
		is, ok := err.(interface{ Is(error) bool })
		return ok && is.Is(target)
	})
}

// visit calls f with err and what it wraps, but not with the errors of other
// peers and what those wrap, until f returns true. Why a session has ended is
// nobody's answer either, even where that is an error of WAMP.
func visit(err error, f func(error) bool) bool {
	if err == nil {
		return false
	}
	if e, ok := err.(*wamp.Error); ok && (e == nil || e.Remote) {
		return false
	}
	if f(err) {
		return true
	}
	switch wrapper := err.(type) {
	case *ClosedError, *LostError:
		return false
	case interface{ Unwrap() error }:
		return visit(wrapper.Unwrap(), f)
	case interface{ Unwrap() []error }:
		for _, err := range wrapper.Unwrap() {
			if visit(err, f) {
				return true
			}
		}
	}
	return false
}

// remoteIn finds the error of another peer in err's chain.
func remoteIn(err error) *wamp.Error {
	for {
		var e *wamp.Error
		if !errors.As(err, &e) || e == nil {
			return nil
		}
		if e.Remote {
			return e
		}
		err = e.Cause
	}
}
