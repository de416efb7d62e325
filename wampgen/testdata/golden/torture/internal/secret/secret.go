// Package secret is internal to its parent.
package secret

// Box is generic and holds itself.
type Box[T any] struct {
	Value T       `json:"value"`
	Next  *Box[T] `json:"next,omitempty"`
}

// Bits is an array of octets.
type Bits [4]byte
