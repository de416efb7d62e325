package schema

import (
	"fmt"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// TypeError says that a type holds something outside the WAMP data profile, and where.
type TypeError struct {
	Path   string    // from the type asked about, such as Config.Tags[0]; "" if it is that type itself
	Type   string    // the offending type, such as chan int
	Reason string    // why it cannot travel and what to use instead
	Pos    token.Pos // of the innermost struct field on the path, if there is one
}

// Error is "Config.Tags[0] (chan int): a channel cannot travel".
func (e *TypeError) Error() string {
	if e.Path == "" {
		return e.Type + ": " + e.Reason
	}
	return fmt.Sprintf("%s (%s): %s", e.Path, e.Type, e.Reason)
}

// TypeErrors is everything wrong with one type, in the order of its fields. It is never empty.
type TypeErrors []*TypeError

// Error joins the messages by newlines.
func (es TypeErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As every single error.
func (es TypeErrors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// ArgError says which parameter or result of a method an error is about.
type ArgError struct {
	Index int    // in the slice that was passed
	Name  string // "" if unnamed
	Err   error  // TypeErrors as a rule
}

// Error is "argument tags: …", or "argument 2: …" for an unnamed one.
func (e *ArgError) Error() string {
	name := e.Name
	if name == "" {
		name = strconv.Itoa(e.Index + 1)
	}
	return "argument " + name + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *ArgError) Unwrap() error { return e.Err }

// trail is how a walk got from the type asked about to where it is.
type trail struct {
	up   *trail
	step string
	pos  token.Pos
	root bool // the type asked about itself
}

func (t *trail) field(v *types.Var) *trail { return &trail{up: t, step: "." + v.Name(), pos: v.Pos()} }
func (t *trail) into(step string) *trail   { return &trail{up: t, step: step} }

// String is "" at the root.
func (t *trail) String() string {
	if t == nil || t.root {
		return ""
	}
	var steps string
	for ; t != nil; t = t.up {
		steps = t.step + steps
	}
	return strings.TrimPrefix(steps, ".")
}

// Pos is that of the innermost field.
func (t *trail) Pos() token.Pos {
	for ; t != nil; t = t.up {
		if t.pos.IsValid() {
			return t.pos
		}
	}
	return token.NoPos
}

// length counts steps, to stop at types that never end.
func (t *trail) length() int {
	n := 0
	for ; t != nil; t = t.up {
		n++
	}
	return n
}
