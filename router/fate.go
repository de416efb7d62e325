package router

import (
	"errors"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// fate is what became of a message that was to be queued for a session.
type fate uint8

const (
	queued fate = iota
	full        // the session's queue has no room
	unfit       // the session's transport or serializer cannot carry the message
	gone        // the session is no more
)

// fateOf is the fate that an error of Conn.Send stands for.
func fateOf(err error) fate {
	if err == nil {
		return queued
	}
	return fateOfFailure(err)
}

func fateOfFailure(err error) fate {
	var tooLarge *transport.TooLargeError
	var malformed *codec.Violation
	switch {
	case errors.Is(err, transport.ErrQueueFull):
		return full
	case errors.As(err, &tooLarge), errors.Is(err, codec.ErrUnrepresentable), errors.As(err, &malformed):
		return unfit
	}
	return gone
}

// settled takes note of an attempt to send that did not wait, and reports
// whether that is all there is to do: false if the queue is full, or if the
// receiver needs another message in place of one that it cannot take.
func (o *outbox) settled(to *session, kind wamp.MessageType, err error) bool {
	switch fateOf(err) {
	case queued:
		o.sent(to, kind)
	case full:
		o.metFull(to)
		return false
	case unfit:
		return false
	}
	return true
}

// unfitFor is the ERROR for a message whose fate was unfit.
func unfitFor(what string, err error) (wamp.ErrorURI, string) {
	var tooLarge *transport.TooLargeError
	if errors.As(err, &tooLarge) {
		return wamp.ErrPayloadSizeExceeded, what + " is too large for its receiver: " + tooLarge.Error()
	}
	return wamp.ErrInvalidArgument, what + " cannot be delivered: " + err.Error()
}
