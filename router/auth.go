package router

import (
	"context"
	"crypto/rand"
	"net/http"

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
	// A *wamp.Error ends the handshake with an ABORT that carries its URI; one that
	// came from a peer (see Attempt.Call) and any other error is told as wamp.error.authentication_failed without its text.
	// An error from Challenge must be returned as it is.
	Authenticate(ctx context.Context, attempt *Attempt) (Identity, error)
}

// Recognition is what an authenticator can say about an attempt before it is made.
type Recognition uint8

const (
	// Known is an attempt that the authenticator can decide about.
	Known Recognition = iota
	// Unknown is one by a principal that the authenticator does not know.
	Unknown
	// Inapplicable is one that lacks what the method needs of the connection, such as
	// a certificate.
	Inapplicable
)

// Recognizer is an [Authenticator] that does not decide about everybody. It is
// asked where a peer offers several methods of the realm.
//
// The first method of the realm that is offered and not [Inapplicable] decides. If it
// is [Unknown] with it who tries, the first later Recognizer that knows decides
// instead. If none does, it is one of those to whom the principal is unknown, always
// the same for the same authid, so that nobody learns who exists.
type Recognizer interface {
	Authenticator
	// Recognize says whether the method is one for this attempt. It may wait, sends
	// nothing, and refuses like Authenticate if it fails.
	Recognize(ctx context.Context, attempt *Attempt) (Recognition, error)
}

// Witness is an [Authenticator] that learns who joined its realm by one of the
// realm's other methods, for example to remember it.
type Witness interface {
	Authenticator
	// Witness is called when an attempt succeeded, on the goroutine of the peer's
	// connection and before WELCOME. It is not to wait.
	Witness(attempt *Attempt, identity Identity)
}

// Greeter is an [Authenticator] that takes part in the HTTP request by which a
// WebSocket or long-poll connection comes about. All those of a router's realms do,
// since the realm is not known then.
type Greeter interface {
	Authenticator
	// Greet adds to the header of the response. It may be called by many goroutines
	// at the same time and is not to wait. What was asked and answered stands in
	// Attempt.Connection later, as RequestHeader and ResponseHeader. A request over TLS has TLS set.
	Greet(request *http.Request, response http.Header)
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

	exchange   func(*wamp.Challenge) (*wamp.Authenticate, error)
	challenged bool
	router     *Router
}

// Challenge sends CHALLENGE with the authenticator's method and waits for the
// peer's AUTHENTICATE. Its error ends the connection; it is not a refusal that
// an authenticator may overlook.
func (a *Attempt) Challenge(method string, extra wamp.Dict) (*wamp.Authenticate, error) {
	a.challenged = true
	if a.exchange == nil {
		return nil, errOver
	}
	return a.exchange(&wamp.Challenge{AuthMethod: method, Extra: extra})
}

// Challenged reports whether the peer was challenged: whether who it is was asked, and
// not only read off its connection.
func (a *Attempt) Challenged() bool { return a.challenged }

// Call calls a procedure that a session registered in a realm of the router, empty for
// the realm that the peer wants to join: see [Router.Call]. The callee, if it asks who
// calls, is told the authrole "router".
func (a *Attempt) Call(ctx context.Context, realm, procedure wamp.URI, args ...any) ([]any, wamp.Dict, error) {
	if realm == "" {
		realm = a.Realm
	}
	return a.router.Call(ctx, realm, procedure, args, nil)
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
