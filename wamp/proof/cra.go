package proof

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// The parameters of salted WAMP-CRA that a challenge need not state.
const (
	DefaultCRAIterations = 1000
	DefaultCRAKeyLen     = 32
)

// CRASignature is the answer to a WAMP-CRA challenge: the base64 of the
// HMAC-SHA256 of the challenge. The key is the secret itself or, if it is salted,
// what [CRAKey] derives from it.
func CRASignature(key, challenge string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(challenge))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// CRAKey derives the key that stands for a salted secret: the base64 of PBKDF2
// with HMAC-SHA256, of keyLen octets. It fails for fewer than one iteration and
// fewer than one octet.
func CRAKey(secret, salt string, iterations, keyLen int) (string, error) {
	if iterations < 1 || keyLen < 1 {
		return "", fmt.Errorf("a salted secret needs 1 or more iterations and octets, not %d and %d", iterations, keyLen)
	}
	key, err := pbkdf2.Key(sha256.New, secret, []byte(salt), iterations, keyLen)
	if err != nil {
		return "", fmt.Errorf("derive the key of a salted secret: %w", err)
	}
	return base64.StdEncoding.EncodeToString(key), nil
}
