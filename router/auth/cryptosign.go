package auth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// Cryptosign lets those in who sign a challenge with an Ed25519 key whose public half
// the router knows (Advanced Profile, section "Cryptosign-based Authentication"). Nothing
// secret is stored. It is the method for machines.
//
// A client that asks for channel binding gets it where its connection allows that:
// "tls-exporter" over TLS 1.3 (and 1.2 with extended master secrets), "tls-unique" over TLS 1.2.
// Elsewhere CHALLENGE says that there is none, and it is for the client to go on or not.
type Cryptosign struct{ directory[CryptosignUser] }

// CryptosignUser is a principal with one or more keys.
type CryptosignUser struct {
	// PublicKeys are the keys by any of which the principal may prove itself, in hex.
	PublicKeys []string
	// Role is the authrole.
	Role string
	// AuthID is the authid that the session gets. Empty is the one it asked for, or, if
	// it asked for none, the one that it is known by.
	AuthID string
	// Extra is told as authextra of WELCOME; nil for nothing.
	Extra wamp.Dict

	keys []ed25519.PublicKey
}

// NewCryptosign makes the method "cryptosign". It fails if [Static] users are not sound.
// [Static] users may leave their authid out: then the public key, if only one of
// them has it, says who they are.
func NewCryptosign(users Users[CryptosignUser], opts ...Option) (*Cryptosign, error) {
	d, err := newDirectory("cryptosign", users, opts)
	if err != nil {
		return nil, err
	}
	d.anonymous = true
	if static, ok := d.users.(Static[CryptosignUser]); ok {
		d.users = newKeyring(static)
	}
	return &Cryptosign{d}, nil
}

// NewCryptosignKey makes a key pair, in hex: the private key for the client, and the
// public key for [CryptosignUser].
func NewCryptosignKey() (private, public string) {
	seed := random(ed25519.SeedSize)
	key := ed25519.NewKeyFromSeed(seed)
	return hex.EncodeToString(seed), hex.EncodeToString(key[ed25519.SeedSize:])
}

// RouterKey lets a router that is asked to prove who it is sign with this key
// (section "Router Authentication"). Without it, clients get no such proof.
func RouterKey(key ed25519.PrivateKey) Option {
	return func(o *options) { o.router = routerKey{key} }
}

// Authenticate implements [router.Authenticator].
func (c *Cryptosign) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	key, err := readPublicKey(a)
	if err != nil {
		return router.Identity{}, err
	}
	user, known, err := c.find(ctx, a)
	if err != nil {
		return router.Identity{}, err
	}
	binding, channel := c.bind(a)
	if binding == "" && c.options.bindingDemands {
		return router.Identity{}, errBindingDemanded
	}
	challenge := random(proof.ChallengeSize)
	extra := wamp.Dict{"challenge": hex.EncodeToString(challenge), "channel_binding": nil}
	if binding != "" {
		extra["channel_binding"] = binding
	}
	if err := c.options.router.prove(a, channel, extra); err != nil {
		return router.Identity{}, err
	}
	answer, err := a.Challenge(c.method, extra)
	if err != nil {
		return router.Identity{}, err
	}
	signed := proof.CheckSignedChallenge(key, challenge, channel, answer.Signature)
	if !signed || !known || !user.has(key) {
		return router.Identity{}, denied()
	}
	identity := c.admit(a, user)
	if identity.AuthID == "" {
		identity.AuthID = hex.EncodeToString(key)
	}
	return identity, nil
}

// readPublicKey reads authextra.pubkey, which no client can do without.
func readPublicKey(a *router.Attempt) (ed25519.PublicKey, error) {
	text, _ := a.Extra["pubkey"].(string)
	key, err := proof.ParsePublicKey(text)
	if err != nil {
		return nil, wamp.NewError(wamp.ErrAuthenticationFailed, "cryptosign needs HELLO.Details.authextra.pubkey: %v", err)
	}
	return key, nil
}

// bind finds the channel that the client wants to bind its proof to; nothing if it
// wants none, or if its connection does not allow that.
func (c *Cryptosign) bind(a *router.Attempt) (binding string, channel []byte) {
	wanted, _ := a.Extra["channel_binding"].(string)
	channel, err := proof.ChannelID(a.Connection.TLS, wanted)
	if wanted == "" || err != nil {
		return "", nil
	}
	return wanted, channel
}

// routerKey is the router's own key; the zero routerKey is none.
type routerKey struct{ key ed25519.PrivateKey }

// prove adds to CHALLENGE.Extra the proof that a client asks for.
func (r routerKey) prove(a *router.Attempt, channel []byte, extra wamp.Dict) error {
	asked := a.Extra["challenge"]
	if asked == nil || r.key == nil {
		return nil
	}
	text, _ := asked.(string)
	challenge, err := proof.ParseChallenge(text)
	if err != nil {
		return wamp.NewError(wamp.ErrAuthenticationFailed, "HELLO.Details.authextra.challenge: %v", err)
	}
	signature, err := proof.SignChallenge(r.key, challenge, channel)
	if err != nil {
		return fmt.Errorf("cryptosign: sign the client's challenge: %w", err)
	}
	extra["pubkey"] = hex.EncodeToString(r.key.Public().(ed25519.PublicKey))
	extra["signature"] = signature
	return nil
}

func (u CryptosignUser) prepare(bool) (CryptosignUser, error) {
	if len(u.PublicKeys) == 0 {
		return u, errors.New("want one or more public keys")
	}
	u.keys = make([]ed25519.PublicKey, len(u.PublicKeys))
	for i, text := range u.PublicKeys {
		key, err := proof.ParsePublicKey(text)
		if err != nil {
			return u, fmt.Errorf("public key %d: %w", i+1, err)
		}
		u.keys[i] = key
	}
	return u, nil
}

// disguise implements credential: nobody has the key of somebody who does not exist.
func (u CryptosignUser) disguise([]byte) CryptosignUser { return CryptosignUser{Role: u.Role} }

func (u CryptosignUser) grant() grant { return grant{u.AuthID, u.Role, u.Extra} }

func (u CryptosignUser) has(key ed25519.PublicKey) bool {
	return slices.ContainsFunc(u.keys, func(known ed25519.PublicKey) bool { return bytes.Equal(known, key) })
}

// keyring is [Static] users who can be found by their keys, too.
type keyring struct {
	users  Static[CryptosignUser]
	owners map[string]string // authid by public key; empty for keys that several have
}

func newKeyring(users Static[CryptosignUser]) keyring {
	k := keyring{users: users, owners: make(map[string]string)}
	for _, authID := range slices.Sorted(maps.Keys(users)) {
		for _, key := range users[authID].keys {
			if owner, taken := k.owners[string(key)]; taken && owner != authID {
				k.owners[string(key)] = ""
			} else {
				k.owners[string(key)] = authID
			}
		}
	}
	return k
}

// Find implements [Users].
func (k keyring) Find(ctx context.Context, a *router.Attempt) (CryptosignUser, bool, error) {
	if a.AuthID != "" {
		return k.users.Find(ctx, a)
	}
	key, err := readPublicKey(a)
	if err != nil {
		return CryptosignUser{}, false, nil // which Authenticate says
	}
	owner := k.owners[string(key)]
	user, known := k.users[owner]
	if user.AuthID == "" {
		user.AuthID = owner
	}
	return user, known && owner != "", nil
}
