package compat

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Finding is one change that breaks somebody.
type Finding struct {
	Rule   Rule
	Kind   string   // "service", "procedure", "topic" or "error"
	URI    string   // as in the older catalog
	Path   string   // from there, such as "argument config.tags[]"; "" for the thing itself
	Detail string   // what was and what is
	Also   []string // URIs that the same change breaks, because they share the type
}

// String is the finding as one line: URI: path: detail (WB020).
func (f Finding) String() string {
	where := f.URI
	if f.Path != "" {
		where += ": " + f.Path
	}
	return fmt.Sprintf("%s: %s (%s)", where, f.Detail, f.Rule.ID)
}

// Findings is everything that [Compare] found, sorted by kind of thing, URI, path and rule.
type Findings []Finding

// WriteText prints each finding with whom it breaks, why, and what to do.
func (fs Findings) WriteText(w io.Writer) error {
	var b strings.Builder
	for i, f := range fs {
		if i == 0 || fs[i-1].Kind != f.Kind || fs[i-1].URI != f.URI {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s %s\n", f.Kind, f.URI)
		}
		what := f.Detail
		if f.Path != "" {
			what = f.Path + ": " + what
		}
		fmt.Fprintf(&b, "  %s (%s %s)\n", what, f.Rule.ID, f.Rule.Name)
		if len(f.Also) > 0 {
			fmt.Fprintf(&b, "      also in %s\n", strings.Join(f.Also, ", "))
		}
		fmt.Fprintf(&b, "      breaks %s:\n      %s\n      Instead: %s\n", f.Rule.Breaks, f.Rule.Why, f.Rule.Remedy)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// entry is a finding as programs read it.
type entry struct {
	Rule   string   `json:"rule"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	URI    string   `json:"uri"`
	Path   string   `json:"path"`
	Detail string   `json:"detail"`
	Also   []string `json:"also,omitempty"`
	Breaks string   `json:"breaks"`
	Why    string   `json:"why"`
	Fix    string   `json:"fix"`
}

// WriteJSON prints each finding as a JSON object on a line of its own, with the
// members rule, name, kind, uri, path, detail, also, breaks, why and fix.
func (fs Findings) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, f := range fs {
		if err := out.Encode(entry{
			f.Rule.ID, f.Rule.Name, f.Kind, f.URI, f.Path, f.Detail, f.Also, f.Rule.Breaks, f.Rule.Why, f.Rule.Remedy,
		}); err != nil {
			return err
		}
	}
	return nil
}

// kinds are in the order of reports.
var kinds = []string{"service", "procedure", "topic", "error"}

func (fs Findings) sort() {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(a.URI, b.URI), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Detail, b.Detail),
		)
	})
}
