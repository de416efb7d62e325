package proof

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Equal reports whether two secrets are the same, in a time that tells neither
// where they differ nor how long the other one is.
func Equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
