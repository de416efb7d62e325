package router

import (
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// failed fills in the outbox's ERROR, for a request that the router itself
// refuses or ends. The message, for people, is the first argument.
func (o *outbox) failed(f wamp.Format, kind wamp.MessageType, request wamp.ID, uri wamp.ErrorURI, message string) *wamp.ErrorMessage {
	payload, err := codec.EncodePayload(f, []any{message}, nil)
	if err != nil { // the message quotes something that is no text
		payload = wamp.Payload{}
	}
	o.failure = wamp.ErrorMessage{RequestType: kind, Request: request, URI: uri, Payload: payload}
	return &o.failure
}
