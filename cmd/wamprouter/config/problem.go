package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1; zero is the
// file as a whole.
type Position struct{ Line, Column int }

// Problem is something wrong with a file.
type Problem struct {
	File string
	Position
	// Message says what is wrong, and what is allowed instead.
	Message string
}

// Where is "file:line:column", or the file for a problem of it as a whole.
func (p Problem) Where() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// String is "file:line:column: message".
func (p Problem) String() string { return p.Where() + ": " + p.Message }

// Problems are all that is wrong with a file, in the order of the file.
type Problems []Problem

// Error is one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// err is ps as an error, nil if there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	ps.sort()
	return slices.Compact(ps)
}
