package runtime

import (
	"context"
	"errors"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// Ticket is the [Authenticator] that shows a ticket. The ticket travels as it is, to
// whoever answers at the URL: use it over TLS only.
func Ticket(authid, ticket string) Authenticator {
	return secret{method: "ticket", authid: authid, answer: func(wamp.Dict) (string, error) { return ticket, nil }}
}

// CRA is the [Authenticator] that signs a challenge with a secret (WAMP-CRA), be it
// salted or not. The secret does not travel, but whoever answers at the URL, or
// listens, can try passwords against what does: choose long ones, or [SCRAM] over TLS.
func CRA(authid, password string) Authenticator {
	return secret{method: "wampcra", authid: authid, answer: func(extra wamp.Dict) (string, error) {
		return signCRA(password, extra)
	}}
}

// secret is a method by which the client has a secret and the router proves nothing.
type secret struct {
	method, authid string
	answer         func(extra wamp.Dict) (signature string, err error)
}

// Method implements [Authenticator].
func (s secret) Method() string { return s.method }

// Begin implements [Authenticator].
func (s secret) Begin(transport.Info) (Login, error) {
	if s.authid == "" {
		return nil, errNoAuthID
	}
	return s, nil
}

// errNoAuthID refuses to log in as nobody.
var errNoAuthID = errors.New("the authid is empty")

// AuthID implements [Login].
func (s secret) AuthID() string { return s.authid }

// Extra implements [Login].
func (secret) Extra() wamp.Dict { return nil }

// Answer implements [Login].
func (s secret) Answer(_ context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error) {
	signature, err := s.answer(challenge.Extra)
	if err != nil {
		return nil, err
	}
	return &wamp.Authenticate{Signature: signature, Extra: wamp.Dict{}}, nil
}

// Welcomed implements [Login].
func (secret) Welcomed(wamp.Dict) error { return nil }

// The most that a router may demand to derive the key of a salted secret.
const (
	maxCRAIterations = 10_000_000
	maxCRAKeyLen     = 1024
)

// signCRA signs the challenge in CHALLENGE.Extra.
func signCRA(password string, extra wamp.Dict) (string, error) {
	challenge, ok := extra["challenge"].(string)
	if !ok || challenge == "" {
		return "", errors.New("there is no challenge in CHALLENGE.Extra")
	}
	salt, ok := extra["salt"].(string)
	switch {
	case extra["salt"] != nil && !ok:
		return "", errors.New("the salt is no string")
	case salt == "":
		return proof.CRASignature(password, challenge), nil
	}
	iterations, err := costOf(extra, "iterations", proof.DefaultCRAIterations, maxCRAIterations)
	if err != nil {
		return "", err
	}
	keyLen, err := costOf(extra, "keylen", proof.DefaultCRAKeyLen, maxCRAKeyLen)
	if err != nil {
		return "", err
	}
	key, err := proof.CRAKey(password, salt, iterations, keyLen)
	if err != nil {
		return "", err
	}
	return proof.CRASignature(key, challenge), nil
}
