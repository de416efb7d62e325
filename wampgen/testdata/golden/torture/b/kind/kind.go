// Package kind is the other of two of that name.
package kind

// Kind is a number here.
//
//wamp:enum open
type Kind uint8

// The kinds.
const (
	Big Kind = iota + 1
	Small
)
