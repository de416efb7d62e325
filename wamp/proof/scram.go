package proof

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// KDF names a function that derives a key from a password, as CHALLENGE.Extra.kdf does.
type KDF string

// The key derivation functions of WAMP-SCRAM.
const (
	PBKDF2     KDF = "pbkdf2"     // with HMAC-SHA256
	Argon2id13 KDF = "argon2id13" // Argon2id, version 1.3, without parallelism
)

// SCRAMCost says how a password becomes a key, and what that costs.
type SCRAMCost struct {
	KDF KDF
	// Salt is the octets of the user's own salt.
	Salt []byte
	// Iterations is how many rounds there are.
	Iterations int
	// Memory is how much memory Argon2 fills, in KiB. PBKDF2 needs none.
	Memory int
}

// The most that a cost may demand. Beyond it a peer could keep this one busy.
const (
	maxPBKDF2Iterations = 10_000_000
	maxArgon2Iterations = 100
	maxArgon2Memory     = 1 << 20 // KiB, that is 1 GiB
	maxArgon2Work       = 4 << 20 // KiB, times iterations
)

// Check reports what is wrong with a cost, or nil.
func (c SCRAMCost) Check() error {
	switch {
	case len(c.Salt) == 0:
		return fmt.Errorf("%s needs a salt", c.KDF)
	case c.KDF == PBKDF2 && (c.Iterations < 1 || c.Iterations > maxPBKDF2Iterations):
		return fmt.Errorf("%s takes 1 to %d iterations, not %d", c.KDF, maxPBKDF2Iterations, c.Iterations)
	case c.KDF == PBKDF2:
		return nil
	case c.KDF != Argon2id13:
		return fmt.Errorf("%q is no key derivation function: there are %q and %q", c.KDF, PBKDF2, Argon2id13)
	case c.Iterations < 1 || c.Iterations > maxArgon2Iterations:
		return fmt.Errorf("%s takes 1 to %d iterations, not %d", c.KDF, maxArgon2Iterations, c.Iterations)
	case c.Memory < 8 || c.Memory > maxArgon2Memory:
		return fmt.Errorf("%s takes 8 to %d KiB of memory, not %d", c.KDF, maxArgon2Memory, c.Memory)
	case c.Memory*c.Iterations > maxArgon2Work:
		return fmt.Errorf("%s takes up to %d KiB times iterations, not %d × %d", c.KDF, maxArgon2Work, c.Memory, c.Iterations)
	}
	return nil
}

// SCRAMKeys are what a password is worth in WAMP-SCRAM (RFC 5802, section 3).
type SCRAMKeys struct {
	// Client is what the client proves to have. A router does not have it.
	Client []byte
	// Stored and Server are what a router stores in place of the password.
	Stored, Server []byte
}

// NewSCRAMKeys derives the keys of a password, which is normalized first (RFC
// 4013). It is meant to be expensive, and it fails if the cost is not sound (see
// [SCRAMCost.Check]) or the password contains what no password may.
func NewSCRAMKeys(password string, cost SCRAMCost) (SCRAMKeys, error) {
	if err := cost.Check(); err != nil {
		return SCRAMKeys{}, err
	}
	normalized, err := Normalize(password)
	if err != nil {
		return SCRAMKeys{}, fmt.Errorf("password: %w", err)
	}
	var salted []byte
	if cost.KDF == Argon2id13 {
		salted = argon2.IDKey([]byte(normalized), cost.Salt, uint32(cost.Iterations), uint32(cost.Memory), 1, sha256.Size)
	} else if salted, err = pbkdf2.Key(sha256.New, normalized, cost.Salt, cost.Iterations, sha256.Size); err != nil {
		return SCRAMKeys{}, fmt.Errorf("derive the keys of a password: %w", err)
	}
	client := mac(salted, "Client Key")
	stored := sha256.Sum256(client)
	return SCRAMKeys{Client: client, Stored: stored[:], Server: mac(salted, "Server Key")}, nil
}

// SCRAMExchange is what was said before the client's proof.
type SCRAMExchange struct {
	AuthID      string // HELLO.Details.authid
	ClientNonce string // HELLO.Details.authextra.nonce
	Nonce       string // CHALLENGE.Extra.nonce: the client's, then the router's
	Salt        string // CHALLENGE.Extra.salt, in base64
	Iterations  int    // CHALLENGE.Extra.iterations
	// Binding is the type of channel binding, empty for none, and BindingData what
	// it binds to.
	Binding     string
	BindingData []byte
}

// escaper quotes a username (RFC 5802, section 5.1).
var escaper = strings.NewReplacer("=", "=3D", ",", "=2C")

// authMessage is what both ends sign.
func (x SCRAMExchange) authMessage() string {
	flag := "n"
	if x.Binding != "" {
		flag = "p=" + x.Binding
	}
	bound := base64.StdEncoding.EncodeToString(append([]byte(flag+",,"), x.BindingData...))
	return "n=" + escaper.Replace(x.AuthID) + ",r=" + x.ClientNonce +
		",r=" + x.Nonce + ",s=" + x.Salt + ",i=" + strconv.Itoa(x.Iterations) +
		",c=" + bound + ",r=" + x.Nonce
}

// ClientProof proves that the client has the password.
func (x SCRAMExchange) ClientProof(keys SCRAMKeys) []byte {
	return xor(keys.Client, mac(keys.Stored, x.authMessage()))
}

// CheckClientProof reports whether a proof is that of whoever has the password
// from which the stored key was derived.
func (x SCRAMExchange) CheckClientProof(stored, proof []byte) bool {
	if len(proof) != sha256.Size {
		return false
	}
	recovered := sha256.Sum256(xor(mac(stored, x.authMessage()), proof))
	return subtle.ConstantTimeCompare(recovered[:], stored) == 1
}

// ServerSignature proves that the router has what is derived from the password.
func (x SCRAMExchange) ServerSignature(server []byte) []byte { return mac(server, x.authMessage()) }

func mac(key []byte, message string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(message))
	return m.Sum(nil)
}

// xor is the exclusive-or of two slices of the same length.
func xor(a, b []byte) []byte {
	x := make([]byte, len(a))
	subtle.XORBytes(x, a, b)
	return x
}
