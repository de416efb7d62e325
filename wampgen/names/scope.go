// Package names decides how things are called: identifiers that must not
// collide in emitted Go ([Scope]), and URI components made from Go names ([Component]).
package names

import (
	"go/token"
	"go/types"
	"maps"
	"strconv"
)

// Scope allocates identifiers of one block of emitted Go. What it hands out
// is no keyword, was not reserved and is never handed out twice. The zero
// value is not usable: see [NewScope].
type Scope struct {
	taken map[string]bool
}

// NewScope returns a scope in which the reserved names and the keywords are taken.
func NewScope(reserved ...string) *Scope {
	s := &Scope{taken: make(map[string]bool, len(reserved))}
	s.Reserve(reserved...)
	return s
}

// Reserve takes names out of the allocation.
func (s *Scope) Reserve(names ...string) {
	for _, name := range names {
		s.taken[name] = true
	}
}

// Inner returns a scope for a block within this one: what is taken here is taken there, and
// not the other way round.
func (s *Scope) Inner() *Scope { return &Scope{taken: maps.Clone(s.taken)} }

// Free reports whether name could be handed out.
func (s *Scope) Free(name string) bool {
	return !s.taken[name] && token.IsIdentifier(name) && name != "_"
}

// Take hands out the first candidate that is free. If none is, it appends a
// number to the last one: 2, 3 and so on.
func (s *Scope) Take(candidates ...string) string {
	for _, name := range candidates {
		if s.Free(name) {
			s.taken[name] = true
			return name
		}
	}
	last := candidates[len(candidates)-1]
	if !token.IsIdentifier(last + "2") {
		last = "value"
	}
	for n := 2; ; n++ {
		if name := last + strconv.Itoa(n); s.Free(name) {
			s.taken[name] = true
			return name
		}
	}
}

// Predeclared lists what the language declares: int, nil, append and so on.
func Predeclared() []string { return types.Universe.Names() }
