package router

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Identity is who a session is. WELCOME tells it to the session itself.
type Identity struct {
	AuthID   string // authid: the principal
	Role     string // authrole
	Method   string // authmethod; filled in by the router if empty
	Provider string // authprovider; "static" if empty
	// Extra is authextra of WELCOME, nil for none.
	Extra wamp.Dict
}

// Authenticator is one way to join a realm (Advanced Profile, section
// "Authentication"). It is used by many sessions at the same time.
type Authenticator interface {
	// Method is the authmethod's name, as in HELLO.Details.authmethods.
	Method() string
	// Authenticate decides who the peer is. It runs on the goroutine of the
	// peer's connection and may exchange one CHALLENGE for one AUTHENTICATE as
	// often as its method needs.
	//
	// A *wamp.Error ends the handshake with an ABORT that carries its URI; any
	// other error is told as wamp.error.authentication_failed without its text.
	// An error from Challenge must be returned as it is.
	Authenticate(ctx context.Context, attempt *Attempt) (Identity, error)
}

// Attempt is a peer's attempt to join a realm.
type Attempt struct {
	// Realm is the realm that the peer asks for.
	Realm wamp.URI
	// AuthID is HELLO.Details.authid, empty if absent.
	AuthID string
	// Extra is HELLO.Details.authextra, nil if absent.
	Extra wamp.Dict
	// Session is the id that the session will have when it is welcomed.
	Session wamp.ID
	// Connection describes the peer's connection.
	Connection transport.Info

	exchange func(*wamp.Challenge) (*wamp.Authenticate, error)
}

// Challenge sends CHALLENGE with the authenticator's method and waits for the
// peer's AUTHENTICATE. Its error ends the connection; it is not a refusal that
// an authenticator may overlook.
func (a *Attempt) Challenge(method string, extra wamp.Dict) (*wamp.Authenticate, error) {
	return a.exchange(&wamp.Challenge{AuthMethod: method, Extra: extra})
}

// Anonymous lets everybody in, under an authid made up for the session.
type Anonymous struct {
	// Role is the authrole; empty is "anonymous".
	Role string
}

// Method is "anonymous".
func (a Anonymous) Method() string { return "anonymous" }

// Authenticate never refuses.
func (a Anonymous) Authenticate(context.Context, *Attempt) (Identity, error) {
	role := a.Role
	if role == "" {
		role = "anonymous"
	}
	return Identity{AuthID: rand.Text()[:16], Role: role}, nil
}

// choose finds the authenticator for a peer that offers methods; nil offers
// are those of a peer that knows nothing of authentication.
func choose(authenticators []Authenticator, offered []string) (Authenticator, *wamp.Error) {
	for _, a := range authenticators {
		if slices.Contains(offered, a.Method()) || len(offered) == 0 && a.Method() == "anonymous" {
			return a, nil
		}
	}
	methods := make([]string, len(authenticators))
	for i, a := range authenticators {
		methods[i] = a.Method()
	}
	if len(offered) == 0 {
		return nil, wamp.NewError(wamp.ErrAuthenticationRequired, "this realm asks for authentication by one of %q", methods)
	}
	return nil, wamp.NewError(wamp.ErrNoMatchingAuthMethod, "this realm authenticates by %q, not by any of %q", methods, offered)
}
