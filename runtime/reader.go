package runtime

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// errGoodbye ends the reader after the router answered our GOODBYE.
var errGoodbye = errors.New("goodbye")

// abortLinger is how long the farewell to a router may take to be written.
const abortLinger = time.Second

// read receives messages until the session ends. It runs on a goroutine of its
// own, and never waits for a handler, except as [Overflow] says.
func (s *session) read() {
	for {
		frame, err := s.conn.Receive()
		if err != nil {
			s.end(lost(err))
			return
		}
		m, err := s.decoder.Decode(frame)
		if err == nil {
			err = s.handle(m)
		}
		if err != nil {
			s.end(s.leaveAfter(err))
			return
		}
	}
}

// handle acts on one message. Every error ends the session.
func (s *session) handle(m wamp.Message) error {
	switch m := m.(type) {
	case *wamp.Result:
		return s.answered(m)
	case *wamp.Invocation:
		return s.invoked(m)
	case *wamp.Event:
		return s.received(m)
	case *wamp.ErrorMessage:
		switch m.RequestType {
		case wamp.TypeCall:
			return s.refused(m)
		case wamp.TypeInvocation: // an answer that the caller could not take, who has been told
			s.logger.Warn("an answer was refused by the router", "error", m.URI)
			return nil
		}
		return s.granted(m.Request, m.RequestType, 0, requestRefused(m))
	case *wamp.Published:
		return s.granted(m.Request, wamp.TypePublish, m.Publication, nil)
	case *wamp.Subscribed:
		return s.granted(m.Request, wamp.TypeSubscribe, m.Subscription, nil)
	case *wamp.Unsubscribed:
		if m.Request == 0 {
			s.unsubscribed(m.Details)
			return nil
		}
		return s.granted(m.Request, wamp.TypeUnsubscribe, 0, nil)
	case *wamp.Registered:
		return s.granted(m.Request, wamp.TypeRegister, m.Registration, nil)
	case *wamp.Unregistered:
		if m.Request == 0 {
			s.unregistered(m.Details)
			return nil
		}
		return s.granted(m.Request, wamp.TypeUnregister, 0, nil)
	case *wamp.Interrupt:
		s.interrupted(m)
		return nil
	case *wamp.Goodbye:
		return s.dismissed(m)
	case *wamp.Abort:
		return abortError(m)
	}
	return violation("%s from a router", m.Type())
}

// dismissed handles the router's GOODBYE: the answer to ours, or its wish to end the session.
func (s *session) dismissed(m *wamp.Goodbye) error {
	if s.isLeaving() {
		return errGoodbye
	}
	_ = s.conn.Shutdown(&wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut}, abortLinger)
	return &wamp.Error{URI: wamp.ErrorURI(m.Reason), Args: detailMessage(m.Details), Remote: true}
}

// leaveAfter tells the router about a violation of the protocol, and returns why
// the session ends.
func (s *session) leaveAfter(err error) error {
	var v *codec.Violation
	if errors.As(err, &v) {
		abort := &wamp.Abort{Details: wamp.Dict{"message": v.Error()}, Reason: wamp.ErrProtocolViolation}
		_ = s.conn.Shutdown(abort, abortLinger)
		return &wamp.Error{URI: wamp.ErrProtocolViolation, Args: []any{v.Error()}, Cause: v}
	}
	return err
}

// lost is why a connection ended that nobody said GOODBYE on.
func lost(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("connection closed by the router: %w", err)
	}
	return fmt.Errorf("connection lost: %w", err)
}

func violation(format string, args ...any) error {
	return &codec.Violation{Reason: fmt.Sprintf(format, args...)}
}

// detailMessage is the message in the details of ABORT or GOODBYE, as arguments of an error.
func detailMessage(details wamp.Dict) []any {
	if message, ok := details["message"].(string); ok {
		return []any{message}
	}
	return nil
}

// abortError is an ABORT as an error.
func abortError(m *wamp.Abort) error {
	e := &wamp.Error{URI: m.Reason, Remote: true}
	if args, kwargs, err := codec.DecodePayload(m.Payload); err == nil {
		e.Args, e.Kwargs = args, kwargs
	}
	if len(e.Args) == 0 {
		e.Args = detailMessage(m.Details)
	}
	return e
}
