package wamp

import "math/rand/v2"

// ID identifies a session, publication, subscription, registration or request:
// an integer from 1 to 2^53 inclusive (section "IDs").
type ID uint64

// MaxID is the largest identifier: 2^53, the largest integer up to which every
// smaller one has an exact IEEE 754 double.
const MaxID ID = 1 << 53

// Valid reports whether id lies in the range the specification allows.
func (id ID) Valid() bool { return id >= 1 && id <= MaxID }

// Next is the identifier after id in a sequential scope: it wraps from [MaxID] to 1.
func (id ID) Next() ID {
	if id >= MaxID {
		return 1
	}
	return id + 1
}

// RandomID draws an identifier of the global scope (sessions, publications),
// uniformly over the whole range. It is safe for concurrent use.
func RandomID() ID { return ID(rand.Uint64N(uint64(MaxID))) + 1 }
