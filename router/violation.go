package router

import (
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// violation is why a peer broke the protocol (section "Protocol Errors"). It
// ends the session: the session is disposed of, the peer gets an ABORT with the
// message, and nothing more of it is processed.
type violation struct{ message string }

func violationf(format string, args ...any) *violation {
	return &violation{message: fmt.Sprintf(format, args...)}
}

// abortMessage is an ABORT that says why in Details.message.
func abortMessage(reason wamp.ErrorURI, message string) *wamp.Abort {
	return &wamp.Abort{Reason: reason, Details: wamp.Dict{"message": message}}
}
