package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Dynamic asks a procedure that a session registered who may join, as users of
// Crossbar.io know it. It has an authenticator for each method:
//
//	dynamic, err := auth.NewDynamic(auth.DynamicConfig{Procedure: "com.acme.authenticate"})
//	…
//	router.RealmConfig{Authenticators: []router.Authenticator{ticket, dynamic.Ticket()}}
//
// The procedure is called with the realm, the authid (empty if the client gave
// none) and a dictionary:
//
//	session     the id that the session will have
//	authmethod  the method
//	authextra   what the client said there, if anything
//	transport   type, peer, and whether there is tls
//	ticket      by ticket: what the client sent
//	pubkey      by cryptosign: the client's key in hex
//
// It answers with the authrole, or with a dictionary:
//
//	role        the authrole
//	authid      the authid, if it is not the one that was asked for
//	extra       a dictionary for authextra of WELCOME
//	secret      by wampcra: the secret, or the key of a salted one (see DeriveCRA), with
//	            salt, iterations and keylen
//	stored_key, server_key, salt, iterations, memory, kdf
//	            by wamp-scram: see DeriveSCRAM
//	pubkey      by cryptosign: the key, or a list of the keys, that the principal may use
//
// An ERROR of its own, or of wamp.error.authentication_denied, .no_such_principal,
// .not_authorized or .authorization_denied, denies, and so does an answer of null or
// false. Any other error beginning with wamp., and any other answer, is a failure:
// wamp.error.authentication_failed. So are a procedure that nobody serves and one that takes too long.
//
// Whoever serves the procedure has to join by a method that is not dynamic, either in
// the realm itself or in another one that DynamicConfig.Realm names.
type Dynamic struct{ config DynamicConfig }

// DynamicConfig says whom to ask.
type DynamicConfig struct {
	// Procedure is the URI that the authenticator registered.
	Procedure wamp.URI
	// Realm is where it did so; empty is the realm that is to be joined.
	Realm wamp.URI
	// Timeout is how long an answer may take. Default 3 s. Limits.HandshakeTimeout
	// applies in any case.
	Timeout time.Duration
}

// NewDynamic makes a Dynamic. It fails for malformed URIs.
func NewDynamic(config DynamicConfig) (*Dynamic, error) {
	if !config.Procedure.Valid(wamp.LooseURIs) || config.Procedure.Reserved() {
		return nil, fmt.Errorf("dynamic authentication: no session can register %q", config.Procedure)
	}
	if config.Realm != "" && !config.Realm.Valid(wamp.LooseURIs) {
		return nil, fmt.Errorf("dynamic authentication: %q is no valid realm name", config.Realm)
	}
	if config.Timeout <= 0 {
		config.Timeout = 3 * time.Second
	}
	return &Dynamic{config}, nil
}

// Ticket is the method "ticket": the procedure is told the ticket, and decides.
func (d *Dynamic) Ticket() router.Authenticator { return dynamicTicket{d} }

// Anonymous is the method "anonymous": the procedure decides by what else it is told.
// Where it names no authid the session gets one that is made up.
func (d *Dynamic) Anonymous() router.Authenticator { return dynamicAnonymous{d} }

// CRA is the method "wampcra": the procedure knows the secret. The options are those of
// [NewCRA].
func (d *Dynamic) CRA(opts ...Option) router.Authenticator {
	return &CRA{dynamically("wampcra", dynamicUsers[CRAUser]{d, "wampcra", answer.cra}, opts)}
}

// SCRAM is the method "wamp-scram": the procedure knows the keys. The options are those
// of [NewSCRAM].
func (d *Dynamic) SCRAM(opts ...Option) router.Authenticator {
	return &SCRAM{dynamically("wamp-scram", dynamicUsers[SCRAMUser]{d, "wamp-scram", answer.scram}, opts)}
}

// Cryptosign is the method "cryptosign": the procedure knows the public keys. The
// options are those of [NewCryptosign].
func (d *Dynamic) Cryptosign(opts ...Option) router.Authenticator {
	users := dynamically("cryptosign", dynamicUsers[CryptosignUser]{d, "cryptosign", answer.cryptosign}, opts)
	users.anonymous = true
	return &Cryptosign{users}
}

// dynamically is a directory of users whom a procedure knows.
func dynamically[C credential[C]](method string, users dynamicUsers[C], opts []Option) directory[C] {
	directory, _ := newDirectory(method, Users[C](users), append([]Option{Provider("dynamic")}, opts...)) // fails for Static only
	directory.always = true
	return directory
}

// dynamicUsers are [Users] whom a procedure knows.
type dynamicUsers[C any] struct {
	dynamic *Dynamic
	method  string
	read    func(answer) (C, error)
}

// Find implements [Users].
func (u dynamicUsers[C]) Find(ctx context.Context, a *router.Attempt) (c C, known bool, err error) {
	var more wamp.Dict
	if u.method == "cryptosign" {
		more = wamp.Dict{"pubkey": a.Extra["pubkey"]}
	}
	answered, known, err := u.dynamic.ask(ctx, a, u.method, more)
	if err != nil || !known {
		return c, false, err
	}
	c, err = u.read(answered)
	return c, err == nil, err
}

type dynamicTicket struct{ *Dynamic }

// Method implements [router.Authenticator].
func (dynamicTicket) Method() string { return "ticket" }

// Recognize implements [router.Recognizer]: there is nothing to know before the ticket.
func (dynamicTicket) Recognize(context.Context, *router.Attempt) (router.Recognition, error) {
	return router.Known, nil
}

// Authenticate implements [router.Authenticator].
func (d dynamicTicket) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	given, err := a.Challenge("ticket", wamp.Dict{})
	if err != nil {
		return router.Identity{}, err
	}
	answered, known, err := d.ask(ctx, a, "ticket", wamp.Dict{"ticket": given.Signature})
	return answered.identity(a, known, err)
}

type dynamicAnonymous struct{ *Dynamic }

// Method implements [router.Authenticator].
func (dynamicAnonymous) Method() string { return "anonymous" }

// Authenticate implements [router.Authenticator].
func (d dynamicAnonymous) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	answered, known, err := d.ask(ctx, a, "anonymous", nil)
	if answered.grant.authID == "" {
		answered.grant.authID = rand.Text()[:16]
	}
	return answered.identity(a, known, err)
}

// ask calls the procedure. False means that it denies.
func (d *Dynamic) ask(ctx context.Context, a *router.Attempt, method string, more wamp.Dict) (answer, bool, error) {
	details := wamp.Dict{
		"session":    a.Session,
		"authmethod": method,
		"transport":  describe(a),
	}
	if a.Extra != nil {
		details["authextra"] = a.Extra
	}
	for name, value := range more {
		details[name] = value
	}
	ctx, stop := context.WithTimeout(ctx, d.config.Timeout)
	defer stop()
	args, kwargs, err := a.Call(ctx, d.config.Realm, d.config.Procedure, string(a.Realm), a.AuthID, details)
	var refusal *wamp.Error
	switch {
	case errors.As(err, &refusal) && denies(refusal):
		return answer{}, false, nil
	case err != nil:
		return answer{}, false, fmt.Errorf("dynamic authentication: %v", err) // what the callee said is not for the peer
	}
	return d.read(args, kwargs)
}

// describe is what the procedure is told about the connection.
func describe(a *router.Attempt) wamp.Dict {
	peer := ""
	if a.Connection.Remote != nil {
		peer = a.Connection.Remote.String()
	}
	return wamp.Dict{"type": a.Connection.Transport, "peer": peer, "tls": a.Connection.TLS != nil}
}

// denies reports whether an ERROR says no, rather than that something went wrong.
func denies(e *wamp.Error) bool {
	uri := wamp.URI(e.URI)
	return e.Remote && (!uri.Reserved() || slices.Contains([]wamp.ErrorURI{
		wamp.ErrAuthenticationDenied, wamp.ErrNoSuchPrincipal, wamp.ErrNotAuthorized, wamp.ErrAuthorizationDenied,
	}, e.URI))
}
