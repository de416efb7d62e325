package runtime

import (
	"context"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Authenticator proves to a router who the client is, by one method (Advanced Profile,
// section "Authentication Methods"). A session that is given several offers them
// all, and the router picks one; see [WithAuth].
//
// An Authenticator may be used by several sessions, and again when a session
// reconnects: it is asked for a [Login] each time.
type Authenticator interface {
	// Method is the name of the method, as in HELLO.Details.authmethods.
	Method() string
	// Begin begins a login over a connection. An error fails joining, before anything is sent.
	Begin(connection transport.Info) (Login, error)
}

// Login is one login by an [Authenticator]. It belongs to one goroutine.
type Login interface {
	// AuthID is what HELLO.Details.authid is to say, empty if that does not matter.
	AuthID() string
	// Extra is what the method adds to HELLO.Details.authextra, nil for nothing.
	Extra() wamp.Dict
	// Answer answers the router's challenge. An error fails joining. It is asked once.
	Answer(ctx context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error)
	// Welcomed checks what the router says in WELCOME.Details when it lets the client in
	// by this method, for methods by which routers prove themselves. An error fails joining.
	Welcomed(details wamp.Dict) error
}

// Anonymous is the [Authenticator] that proves nothing. It is what a session
// offers if it is given no other.
func Anonymous() Authenticator { return unchallenged("anonymous") }

// TLS is the [Authenticator] for clients with a certificate: the router reads who the
// client is from the certificate that [WithTLS] gives to the connection.
func TLS() Authenticator { return unchallenged("tls") }

// unchallenged is a method, by name, that proves nothing itself.
type unchallenged string

// Method implements [Authenticator].
func (u unchallenged) Method() string { return string(u) }

// Begin implements [Authenticator].
func (u unchallenged) Begin(transport.Info) (Login, error) { return u, nil }

// AuthID implements [Login].
func (unchallenged) AuthID() string { return "" }

// Extra implements [Login].
func (unchallenged) Extra() wamp.Dict { return nil }

// Answer implements [Login]: nobody should challenge it.
func (u unchallenged) Answer(context.Context, *wamp.Challenge) (*wamp.Authenticate, error) {
	return nil, wamp.NewError(wamp.ErrNoMatchingAuthMethod, "there is nothing to answer to a challenge")
}

// Welcomed implements [Login].
func (unchallenged) Welcomed(wamp.Dict) error { return nil }
