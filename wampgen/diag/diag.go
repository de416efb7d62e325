// Package diag is how the generator tells its user what is wrong: diagnostics
// with a position and a stable code, collected, sorted and printed all at
// once, and an explanation for every code.
//
//	list.Add(pos, diag.MissingContext, "method %s: the first parameter must be a context.Context", name)
//	list.Sort()
//	list.WriteText(os.Stderr, dir)
//
// A code never changes its meaning and is never used again for another one.
package diag

import (
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Diagnostic is one complaint about the user's source.
type Diagnostic struct {
	// Pos is where the complaint points; a position without a file name is
	// printed as "-" (for example a package pattern that matches nothing).
	Pos     token.Position
	Code    Code
	Message string
}

// String is the diagnostic as one line: file:line:col: message (WG012).
func (d Diagnostic) String() string { return d.text("") }

func (d Diagnostic) text(dir string) string {
	return fmt.Sprintf("%s: %s (%s)", position(d.Pos, dir), d.Message, d.Code)
}

// position prints pos with its file relative to dir where it lies below it.
func position(pos token.Position, dir string) string {
	if pos.Filename == "" {
		return "-"
	}
	pos.Filename = relative(pos.Filename, dir)
	return pos.String()
}

func relative(file, dir string) string {
	if dir == "" || !filepath.IsAbs(file) {
		return file
	}
	rel, err := filepath.Rel(dir, file)
	if err != nil || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return file
	}
	return rel
}

// List collects diagnostics. The zero value is ready to use. It is not safe
// for concurrent use: packages collect their own and [List.Append] joins them.
type List []Diagnostic

// Add appends one diagnostic.
func (l *List) Add(pos token.Position, code Code, format string, args ...any) {
	*l = append(*l, Diagnostic{Pos: pos, Code: code, Message: fmt.Sprintf(format, args...)})
}

// Append appends the diagnostics of others.
func (l *List) Append(others ...Diagnostic) { *l = append(*l, others...) }

// Sort orders by file, line, column, code and message, and drops duplicates:
// the order does not depend on the order of discovery.
func (l *List) Sort() {
	slices.SortFunc(*l, compare)
	*l = slices.Compact(*l)
}

func compare(a, b Diagnostic) int {
	if c := strings.Compare(a.Pos.Filename, b.Pos.Filename); c != 0 {
		return c
	}
	if c := a.Pos.Line - b.Pos.Line; c != 0 {
		return c
	}
	if c := a.Pos.Column - b.Pos.Column; c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Code), string(b.Code)); c != 0 {
		return c
	}
	return strings.Compare(a.Message, b.Message)
}

// Error makes a list an error; it is the text of every diagnostic, a line each.
func (l List) Error() string {
	var b strings.Builder
	l.WriteText(&b, "")
	return strings.TrimSuffix(b.String(), "\n")
}

// WriteText prints a line for every diagnostic, with file names relative to
// dir where they lie below it.
func (l List) WriteText(w io.Writer, dir string) error {
	for _, d := range l {
		if _, err := fmt.Fprintln(w, d.text(dir)); err != nil {
			return err
		}
	}
	return nil
}

// entry is a diagnostic as editors read it.
type entry struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// WriteJSON prints each diagnostic as a JSON object on a line of its own, with
// the members file, line, column, code, message and fix, which says what to do.
// Files are absolute; lines and columns count from 1, columns in bytes.
func (l List) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, d := range l {
		if err := out.Encode(entry{d.Pos.Filename, d.Pos.Line, d.Pos.Column, d.Code, d.Message, explanations[d.Code].Remedy}); err != nil {
			return err
		}
	}
	return nil
}
