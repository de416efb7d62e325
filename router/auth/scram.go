package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// SCRAM lets those in who prove that they know a password, and proves to them that
// the router knows it too (Advanced Profile, section "Salted Challenge Response
// Authentication", and RFC 5802). Neither the password nor anything that could be used
// in its place is stored or travels. It is the method for passwords of people.
type SCRAM struct{ directory[SCRAMUser] }

// SCRAMUser is a principal with a password. Either Password is set, or StoredKey,
// ServerKey and Salt are.
type SCRAMUser struct {
	// Password is the clear password.
	Password string
	// KDF derives the keys from the password. Empty is [proof.Argon2id13] with
	// Password, and [proof.PBKDF2] with stored keys.
	KDF proof.KDF
	// Salt is the user's own salt, in base64. Empty is a random one, with Password only.
	Salt string
	// Iterations and Memory, in KiB, are what that costs. With Password, zero stands
	// for 3 and 65,536 with Argon2, and for 600,000 iterations with PBKDF2, which takes no memory.
	Iterations, Memory int
	// StoredKey and ServerKey are the keys, 32 octets each, in base64.
	StoredKey, ServerKey string
	// Role is the authrole.
	Role string
	// AuthID is the authid that the session gets; empty is the one it asked for.
	AuthID string
	// Extra is told as authextra of WELCOME, with the verifier; nil for nothing more.
	Extra wamp.Dict

	stored, server []byte
}

// NewSCRAM makes the method "wamp-scram". It fails if [Static] users are not sound.
// For each clear password it spends the cost of its keys.
func NewSCRAM(users Users[SCRAMUser], opts ...Option) (*SCRAM, error) {
	d, err := newDirectory("wamp-scram", users, opts)
	if err != nil {
		return nil, err
	}
	return &SCRAM{d}, nil
}

// DeriveSCRAM makes what is stored in place of a password: a user with KDF, a random
// Salt, Iterations, Memory, StoredKey and ServerKey, to which only the role is to be added.
// Zero values stand for the defaults of [SCRAMUser]. It fails for an unknown function, for
// a cost that is out of range, and for passwords with characters that SASLprep
// (RFC 4013) prohibits.
func DeriveSCRAM(password string, kdf proof.KDF, iterations, memory int) (SCRAMUser, error) {
	if password == "" {
		return SCRAMUser{}, errors.New("the password is empty")
	}
	return SCRAMUser{Password: password, KDF: kdf, Iterations: iterations, Memory: memory}.prepare(true)
}

// Authenticate implements [router.Authenticator].
func (s *SCRAM) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	hello, err := s.readHello(a)
	if err != nil {
		return router.Identity{}, err
	}
	user, known, err := s.find(ctx, a)
	if err != nil {
		return router.Identity{}, err
	}
	x := proof.SCRAMExchange{
		AuthID: a.AuthID, ClientNonce: hello.nonce,
		Nonce: hello.nonce + base64.StdEncoding.EncodeToString(random(18)),
		Salt:  user.Salt, Iterations: user.Iterations,
		Binding: hello.binding, BindingData: hello.data,
	}
	answer, err := a.Challenge(s.method, user.challenge(x.Nonce))
	if err != nil {
		return router.Identity{}, err
	}
	if right := answers(x, answer, user.stored); !right || !known {
		return router.Identity{}, denied()
	}
	identity := s.admit(a, user)
	extra := wamp.Dict{"verifier": base64.StdEncoding.EncodeToString(x.ServerSignature(user.server))}
	for name, value := range identity.Extra {
		if name != "verifier" {
			extra[name] = value
		}
	}
	identity.Extra = extra
	return identity, nil
}

// scramHello is what HELLO says for this method.
type scramHello struct {
	nonce   string
	binding string // the type of channel binding, empty for none
	data    []byte // what it binds to
}

// maxNonce is the longest nonce of a client, in characters.
const maxNonce = 256

func (s *SCRAM) readHello(a *router.Attempt) (scramHello, error) {
	var h scramHello
	h.nonce, _ = a.Extra["nonce"].(string)
	if octets, err := base64.StdEncoding.Strict().DecodeString(h.nonce); err != nil || len(octets) < 8 || len(h.nonce) > maxNonce {
		return h, wamp.NewError(wamp.ErrAuthenticationFailed, "wamp-scram needs HELLO.Details.authextra.nonce: 8 or more random octets in base64")
	}
	if wanted := a.Extra["channel_binding"]; wanted != nil {
		h.binding, _ = wanted.(string)
		var err error
		if h.data, err = proof.ChannelData(a.Connection.TLS, h.binding); err != nil {
			return h, wamp.NewError(wamp.ErrAuthenticationFailed, "wamp-scram: %v", err)
		}
	} else if s.options.bindingDemands {
		return h, errBindingDemanded
	}
	return h, nil
}

// errBindingDemanded refuses a client that does not bind its proof to its channel.
var errBindingDemanded = wamp.NewError(wamp.ErrAuthenticationFailed, "this realm wants channel binding: HELLO.Details.authextra.channel_binding")

// challenge is CHALLENGE.Extra.
func (u SCRAMUser) challenge(nonce string) wamp.Dict {
	extra := wamp.Dict{"nonce": nonce, "salt": u.Salt, "kdf": string(u.KDF), "iterations": u.Iterations, "memory": nil}
	if u.Memory != 0 {
		extra["memory"] = u.Memory
	}
	return extra
}

// answers reports whether an answer belongs to an exchange and proves the password.
func answers(x proof.SCRAMExchange, answer *wamp.Authenticate, stored []byte) bool {
	nonce, _ := answer.Extra["nonce"].(string)
	binding, _ := answer.Extra["channel_binding"].(string)
	text, _ := answer.Extra["cbind_data"].(string)
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	bound := err == nil && binding == x.Binding && proof.Equal(string(data), string(x.BindingData))
	given, err := base64.StdEncoding.Strict().DecodeString(answer.Signature)
	proved := x.CheckClientProof(stored, given)
	return err == nil && proved && bound && nonce == x.Nonce
}

func (u SCRAMUser) prepare(derive bool) (SCRAMUser, error) {
	if u.Password == "" {
		return u.readKeys()
	}
	switch {
	case u.StoredKey != "" || u.ServerKey != "":
		return u, errors.New("give the password or the keys, not both")
	case !derive:
		return u, errors.New("store the keys of a password, not the password")
	case u.KDF == "":
		u.KDF = proof.Argon2id13
	}
	if u.Salt == "" {
		u.Salt = base64.StdEncoding.EncodeToString(random(16))
	}
	cost, err := u.defaults().cost()
	if err != nil {
		return u, err
	}
	keys, err := proof.NewSCRAMKeys(u.Password, cost)
	if err != nil {
		return u, err
	}
	u.Password, u.Iterations, u.Memory = "", cost.Iterations, cost.Memory
	u.stored, u.server = keys.Stored, keys.Server
	u.StoredKey = base64.StdEncoding.EncodeToString(u.stored)
	u.ServerKey = base64.StdEncoding.EncodeToString(u.server)
	return u, nil
}

// defaults fills in the cost.
func (u SCRAMUser) defaults() SCRAMUser {
	switch {
	case u.KDF == proof.PBKDF2 && u.Iterations == 0:
		u.Iterations = 600_000
	case u.KDF == proof.Argon2id13 && u.Iterations == 0:
		u.Iterations = 3
	}
	if u.KDF == proof.Argon2id13 && u.Memory == 0 {
		u.Memory = 64 << 10
	}
	return u
}

// cost reads what deriving the keys costs.
func (u SCRAMUser) cost() (proof.SCRAMCost, error) {
	salt, err := base64.StdEncoding.Strict().DecodeString(u.Salt)
	if err != nil {
		return proof.SCRAMCost{}, errors.New("the salt is not in base64")
	}
	cost := proof.SCRAMCost{KDF: u.KDF, Salt: salt, Iterations: u.Iterations, Memory: u.Memory}
	if u.KDF == proof.PBKDF2 && u.Memory != 0 {
		return cost, fmt.Errorf("%s takes no memory", u.KDF)
	}
	return cost, cost.Check()
}

// readKeys reads stored keys.
func (u SCRAMUser) readKeys() (SCRAMUser, error) {
	if u.KDF == "" {
		u.KDF = proof.PBKDF2
	}
	if _, err := u.cost(); err != nil {
		return u, err
	}
	for _, key := range []struct {
		name, text string
		into       *[]byte
	}{{"stored", u.StoredKey, &u.stored}, {"server", u.ServerKey, &u.server}} {
		octets, err := base64.StdEncoding.Strict().DecodeString(key.text)
		if err != nil || len(octets) != sha256.Size {
			return u, fmt.Errorf("the %s key has to be %d octets in base64", key.name, sha256.Size)
		}
		*key.into = octets
	}
	return u, nil
}

func (u SCRAMUser) disguise(noise []byte) SCRAMUser {
	if u.Salt == "" { // there is nobody to look like
		u = SCRAMUser{KDF: proof.Argon2id13, Salt: base64.StdEncoding.EncodeToString(make([]byte, 16))}.defaults()
	}
	u.AuthID, u.Extra = "", nil
	u.Salt = saltLike(u.Salt, noise)
	u.stored, u.server = stretch(noise, sha256.Size), noise
	return u
}

func (u SCRAMUser) grant() grant { return grant{u.AuthID, u.Role, u.Extra} }
