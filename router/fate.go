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

// unfitFor is the ERROR for a message whose fate was unfit.
func unfitFor(what string, err error) (wamp.ErrorURI, string) {
	var tooLarge *transport.TooLargeError
	if errors.As(err, &tooLarge) {
		return wamp.ErrPayloadSizeExceeded, what + " is too large for its receiver: " + tooLarge.Error()
	}
	return wamp.ErrInvalidArgument, what + " cannot be delivered: " + err.Error()
}
