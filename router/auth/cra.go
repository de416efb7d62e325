package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// CRA lets those in who sign a challenge with a shared secret (Advanced Profile,
// section "Challenge Response Authentication"). The secret does not travel, but
// whoever listens can try passwords against what does: choose long ones, or [SCRAM] over TLS.
type CRA struct{ directory[CRAUser] }

// CRAUser is a principal with a secret. Exactly one of Secret and Key is set.
type CRAUser struct {
	// Secret is the clear secret: the password that the client has.
	Secret string
	// Key is what [DeriveCRA] makes of the secret with the salt. It is as good as the
	// secret for whoever gets hold of it, but tells nothing about the password.
	Key string
	// Salt, if it is not empty, is the text that the client salts its password with.
	Salt string
	// Iterations and KeyLen say how: the rounds of PBKDF2 and the octets that it
	// yields. Zero stands for 1000 and 32.
	Iterations, KeyLen int
	// Role is the authrole.
	Role string
	// AuthID is the authid that the session gets; empty is the one it asked for.
	AuthID string
	// Extra is told as authextra of WELCOME; nil for nothing.
	Extra wamp.Dict
}

// NewCRA makes the method "wampcra". It fails if [Static] users are not sound.
func NewCRA(users Users[CRAUser], opts ...Option) (*CRA, error) {
	d, err := newDirectory("wampcra", users, opts)
	if err != nil {
		return nil, err
	}
	return &CRA{d}, nil
}

// DeriveCRA makes what is stored in place of a password: a user with Key, Salt,
// Iterations and KeyLen, to which only the role is to be added. An empty salt stands
// for a random one, 0 iterations for 100,000 and a keyLen of 0 for 32. It fails for negative numbers.
func DeriveCRA(password, salt string, iterations, keyLen int) (CRAUser, error) {
	u := CRAUser{Secret: password, Salt: salt, Iterations: iterations, KeyLen: keyLen}
	if u.Salt == "" {
		u.Salt = base64.StdEncoding.EncodeToString(random(16))
	}
	if u.Iterations == 0 {
		u.Iterations = 100_000
	}
	return u.prepare(true)
}

// Authenticate implements [router.Authenticator].
func (c *CRA) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	user, known, err := c.find(ctx, a)
	if err != nil {
		return router.Identity{}, err
	}
	identity := c.admit(a, user)
	challenge, err := c.challenge(a, identity)
	if err != nil {
		return router.Identity{}, err
	}
	extra := wamp.Dict{"challenge": challenge}
	if user.Salt != "" {
		extra["salt"], extra["iterations"], extra["keylen"] = user.Salt, user.Iterations, user.KeyLen
	}
	answer, err := a.Challenge(c.method, extra)
	if err != nil {
		return router.Identity{}, err
	}
	right := proof.Equal(answer.Signature, proof.CRASignature(user.Key, challenge))
	if !right || !known {
		return router.Identity{}, denied()
	}
	return identity, nil
}

// challenge is what the client has to sign. It is used once, because the nonce is
// random and nobody else is given the session.
func (c *CRA) challenge(a *router.Attempt, identity router.Identity) (string, error) {
	text, err := json.Marshal(struct {
		AuthID       string  `json:"authid"`
		AuthRole     string  `json:"authrole"`
		AuthMethod   string  `json:"authmethod"`
		AuthProvider string  `json:"authprovider"`
		Nonce        string  `json:"nonce"`
		Timestamp    string  `json:"timestamp"`
		Session      wamp.ID `json:"session"`
	}{
		identity.AuthID, identity.Role, c.method, identity.Provider,
		base64.RawURLEncoding.EncodeToString(random(24)),
		time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), a.Session,
	})
	if err != nil {
		return "", fmt.Errorf("wampcra: write the challenge: %w", err)
	}
	return string(text), nil
}

func (u CRAUser) prepare(derive bool) (CRAUser, error) {
	if (u.Secret == "") == (u.Key == "") {
		return u, errors.New("want a secret, or a key that was derived from one, and not both")
	}
	if u.Salt == "" {
		if u.Iterations != 0 || u.KeyLen != 0 {
			return u, errors.New("iterations and key length are for salted secrets, and there is no salt")
		}
		u.Key, u.Secret = u.Key+u.Secret, ""
		return u, nil
	}
	if u.Iterations == 0 {
		u.Iterations = proof.DefaultCRAIterations
	}
	if u.KeyLen == 0 {
		u.KeyLen = proof.DefaultCRAKeyLen
	}
	if u.Secret == "" {
		return u, nil
	}
	if !derive {
		return u, errors.New("store the key of a salted secret, not the secret")
	}
	key, err := proof.CRAKey(u.Secret, u.Salt, u.Iterations, u.KeyLen)
	u.Key, u.Secret = key, ""
	return u, err
}

func (u CRAUser) disguise(noise []byte) CRAUser {
	u.AuthID, u.Extra, u.Secret = "", nil, ""
	if u.Role == "" { // there is nobody to look like, and the challenge tells the role
		u.Role = "user"
	}
	u.Key = base64.StdEncoding.EncodeToString(noise)
	u.Salt = saltLike(u.Salt, noise)
	return u
}

// saltLike is a salt that looks like another one.
func saltLike(model string, noise []byte) string {
	if octets, err := base64.StdEncoding.DecodeString(model); err == nil {
		return base64.StdEncoding.EncodeToString(stretch(noise, len(octets)))
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	salt := stretch(noise, len(model))
	for i, octet := range salt {
		salt[i] = letters[int(octet)%len(letters)]
	}
	return string(salt)
}

func (u CRAUser) grant() grant { return grant{u.AuthID, u.Role, u.Extra} }
