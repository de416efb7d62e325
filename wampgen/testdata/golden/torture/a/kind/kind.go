// Package kind is one of two of that name.
package kind

// Kind is a string here.
type Kind string

// The kinds.
const (
	Hot  Kind = "hot"
	Cold Kind = "cold"
)
