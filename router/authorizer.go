package router

import (
	"context"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Authorizer decides at run time what sessions may do, where RealmConfig.Roles do
// not allow it. [ProcedureAuthorizer] asks a procedure that a session registered.
//
// It fails closed: with an error, a panic, or when it takes longer than
// Limits.AuthorizationTimeout, what was asked for is not done, and the session
// gets wamp.error.authorization_failed. What is not allowed gets
// wamp.error.not_authorized.
//
// While an Authorizer decides about a request of a session, the requests that the
// session sent after it wait, so that they are carried out in their order. Its
// answers to invocations, its CANCEL and its GOODBYE do not wait, and no other
// session is held back.
type Authorizer interface {
	// Authorize decides about one request. It may be called by many goroutines at
	// the same time. The context is done when the session has left or the time is
	// over.
	Authorize(ctx context.Context, r Request) (Decision, error)
}

// Request is what an [Authorizer] decides about: a session wants to do something.
type Request struct {
	// Realm is the session's realm.
	Realm wamp.URI
	// Session is the session's id.
	Session wamp.ID
	// Identity is who it is.
	Identity Identity
	// Connection describes its connection.
	Connection transport.Info
	// Action is what it wants to do.
	Action Action
	// URI is the procedure or topic, or the pattern of them if Match says so. It is
	// valid.
	URI   wamp.URI
	Match wamp.Match
	// Options are those of the message that the router knows of and that are set, as
	// they stand in the specification; never nil. For a testament, they are its
	// publish_options.
	Options wamp.Dict

	realm *realm // in which a ProcedureAuthorizer calls
}

// Decision is what an [Authorizer] decides. The zero Decision denies.
type Decision struct {
	// Allow allows what was asked for.
	Allow bool
	// Disclose is as in [Rule].
	Disclose Disclosure
	// Cache is how long the session gets the same answer for the same action, URI
	// and matching policy without another question; 0 is not at all. See
	// [Router.ForgetDecisions]. A decision that depends on Request.Options must not
	// be kept.
	Cache time.Duration
}
