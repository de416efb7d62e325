package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// Authenticator proves to a router who the client is, by one method. A session
// that is given several offers them all, in order of preference, and the router chooses.
type Authenticator interface {
	// Method is the name of the method, as in HELLO.Details.authmethods.
	Method() string
	// Hello adds what the method needs to HELLO.Details, such as "authid" and "authextra".
	Hello(details wamp.Dict) error
	// Authenticate answers the router's challenge.
	Authenticate(ctx context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error)
	// Welcomed checks what the router says when it lets the client in, for methods
	// by which routers prove themselves. An error ends the session.
	Welcomed(details wamp.Dict) error
}

// Anonymous is the [Authenticator] that proves nothing. It is what a session
// offers if it is given no other.
func Anonymous() Authenticator { return anonymous{} }

type anonymous struct{}

// Method implements [Authenticator].
func (anonymous) Method() string { return "anonymous" }

// Hello implements [Authenticator].
func (anonymous) Hello(wamp.Dict) error { return nil }

// Authenticate implements [Authenticator]: nobody should challenge it.
func (anonymous) Authenticate(context.Context, *wamp.Challenge) (*wamp.Authenticate, error) {
	return nil, wamp.NewError(wamp.ErrNoMatchingAuthMethod, "an anonymous client cannot answer a challenge")
}

// Welcomed implements [Authenticator].
func (anonymous) Welcomed(wamp.Dict) error { return nil }
