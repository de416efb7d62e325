package diag

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Explanation is what `wampgen explain` tells about a code.
type Explanation struct {
	Code    Code
	Title   string // a sentence without its point
	Why     string // what the rule is, and why there is one
	Example string // source that gets the code
	Remedy  string // what to do
}

// Explain returns what there is to say about a code, written in any case.
func Explain(code string) (Explanation, bool) {
	c := Code(strings.ToUpper(strings.TrimSpace(code)))
	e, ok := explanations[c]
	e.Code = c
	return e, ok
}

// Codes lists every code, sorted.
func Codes() []Code { return slices.Sorted(maps.Keys(explanations)) }

// String lays the explanation out for a terminal.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n", e.Code, e.Title, e.Why)
	fmt.Fprintf(&b, "\nExample:\n\n%s\n", indent(e.Example))
	fmt.Fprintf(&b, "\nRemedy: %s\n", e.Remedy)
	return b.String()
}

func indent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "    " + line
		}
	}
	return strings.Join(lines, "\n")
}
