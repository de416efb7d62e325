package runtime

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// Cryptosign is the [Authenticator] that signs a challenge with an Ed25519 key whose
// public half the router knows. See [ParsePrivateKey] for keys that are kept in files. An
// empty authid leaves it to the router to say who has the key. The options are
// [BindChannel] and [TrustRouter].
func Cryptosign(authid string, key ed25519.PrivateKey, opts ...AuthOption) Authenticator {
	return &cryptosign{authid: authid, key: key, options: newAuthOptions(opts)}
}

// ParsePrivateKey reads an Ed25519 private key for [Cryptosign]: the hex of its 32
// octets (the seed), or of these and the public key behind them. The error does not
// quote the text.
func ParsePrivateKey(text string) (ed25519.PrivateKey, error) { return proof.ParsePrivateKey(text) }

// ParsePublicKey reads an Ed25519 public key for [TrustRouter]: 32 octets in hex.
func ParsePublicKey(text string) (ed25519.PublicKey, error) { return proof.ParsePublicKey(text) }

type cryptosign struct {
	authid  string
	key     ed25519.PrivateKey
	options authOptions
}

// Method implements [Authenticator].
func (c *cryptosign) Method() string { return "cryptosign" }

// Begin implements [Authenticator].
func (c *cryptosign) Begin(connection transport.Info) (Login, error) {
	if len(c.key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("a private key has %d octets, not %d", ed25519.PrivateKeySize, len(c.key))
	}
	l := &cryptosignLogin{cryptosign: c}
	var err error
	if l.binding, err = c.options.binding(connection.TLS); err != nil {
		return nil, err
	}
	if l.binding != "" {
		if l.channel, err = proof.ChannelID(connection.TLS, l.binding); err != nil {
			return nil, err
		}
	}
	if c.options.routers != nil {
		l.challenge = make([]byte, proof.ChallengeSize)
		rand.Read(l.challenge) // never fails
	}
	return l, nil
}

type cryptosignLogin struct {
	*cryptosign
	binding   string // that was asked for, empty for none
	channel   []byte
	challenge []byte // for the router, nil if it need not prove itself
	proved    bool   // the router has
}

// AuthID implements [Login].
func (l *cryptosignLogin) AuthID() string { return l.authid }

// Extra implements [Login].
func (l *cryptosignLogin) Extra() wamp.Dict {
	extra := wamp.Dict{
		"pubkey":          hex.EncodeToString(l.key.Public().(ed25519.PublicKey)),
		"channel_binding": orNull(l.binding),
	}
	if l.challenge != nil {
		extra["challenge"] = hex.EncodeToString(l.challenge)
	}
	return extra
}

// Answer implements [Login].
func (l *cryptosignLogin) Answer(_ context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error) {
	text, _ := challenge.Extra["challenge"].(string)
	message, err := proof.ParseChallenge(text)
	if err != nil {
		return nil, err
	}
	channel, err := l.bound(challenge.Extra)
	if err != nil {
		return nil, err
	}
	if l.challenge != nil {
		if err := l.checkRouter(challenge.Extra, channel); err != nil {
			return nil, err
		}
	}
	signature, err := proof.SignChallenge(l.key, message, channel)
	if err != nil {
		return nil, err
	}
	return &wamp.Authenticate{Signature: signature, Extra: wamp.Dict{}}, nil
}

// bound is the channel that the proofs are bound to, nil if the router does without.
func (l *cryptosignLogin) bound(extra wamp.Dict) ([]byte, error) {
	switch said := extra["channel_binding"]; {
	case said == nil && l.binding != "" && l.options.bind == bindRequired:
		return nil, fmt.Errorf("the router does not support channel binding %s", l.binding)
	case said == nil:
		return nil, nil
	case said != l.binding:
		return nil, fmt.Errorf("the router wants channel binding %v, and not %q", said, l.binding)
	}
	return l.channel, nil
}

// checkRouter checks that the router signed the client's challenge with a key that
// the client trusts.
func (l *cryptosignLogin) checkRouter(extra wamp.Dict, channel []byte) error {
	text, _ := extra["pubkey"].(string)
	key, err := proof.ParsePublicKey(text)
	if err != nil {
		return errors.New("the router did not prove who it is: CHALLENGE.Extra.pubkey is not there")
	}
	if !slices.ContainsFunc(l.options.routers, func(trusted ed25519.PublicKey) bool { return trusted.Equal(key) }) {
		return fmt.Errorf("the router has the key %s, which is not trusted", text)
	}
	signature, _ := extra["signature"].(string)
	if !proof.CheckSignedChallenge(key, l.challenge, channel, signature) {
		return errors.New("the router did not prove that it has its key")
	}
	l.proved = true
	return nil
}

// Welcomed implements [Login].
func (l *cryptosignLogin) Welcomed(wamp.Dict) error {
	if l.challenge != nil && !l.proved {
		return errors.New("the router did not prove who it is")
	}
	return nil
}
