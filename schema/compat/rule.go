package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Rule is one way to break peers.
type Rule struct {
	ID      string // such as WB020
	Name    string // such as argument-required
	Change  string // what breaks, a sentence without its point
	Breaks  string // whom
	Why     string // what happens to them
	Remedy  string // what to do instead
	Allowed string // the neighbouring change that breaks nobody, "" if there is none
}

// Whom a change breaks.
const (
	oldCallers    = "old callers with a new callee"
	bothCallers   = "old callers with a new callee, and new callers with an old one"
	sideBySide    = "old and new callees side by side"
	oldSubscriber = "old subscribers of a new publisher"
	bothReaders   = "old subscribers of a new publisher, and new subscribers of an old one"
	oldReaders    = "old callers of a new callee, old subscribers of a new publisher"
)

// Rules lists every rule in the order of their IDs. The caller owns the slice.
func Rules() []Rule { return slices.Clone(rules) }

// Explain returns a rule by its ID or its name, in any case.
func Explain(id string) (Rule, bool) {
	for _, r := range rules {
		if strings.EqualFold(r.ID, strings.TrimSpace(id)) || strings.EqualFold(r.Name, strings.TrimSpace(id)) {
			return r, true
		}
	}
	return Rule{}, false
}

// String lays the rule out for a terminal.
func (r Rule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n\n", r.ID, r.Name, r.Change)
	fmt.Fprintf(&b, "Breaks:  %s.\nWhy:     %s\nInstead: %s\n", r.Breaks, r.Why, r.Remedy)
	if r.Allowed != "" {
		fmt.Fprintf(&b, "Allowed: %s\n", r.Allowed)
	}
	return b.String()
}

// Table writes all rules as a table in Markdown, as the documentation has it.
func Table() string {
	var b strings.Builder
	b.WriteString("| rule | what breaks | whom | why | instead | allowed |\n|---|---|---|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| **%s** %s | %s | %s | %s | %s | %s |\n", r.ID, r.Name, cell(r.Change), cell(r.Breaks), cell(r.Why), cell(r.Remedy), cell(r.Allowed))
	}
	return b.String()
}

func cell(text string) string { return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text) }

// find returns the rule with the ID; a missing one is a mistake in this package.
func find(id string) Rule {
	for _, r := range rules {
		if r.ID == id {
			return r
		}
	}
	panic("compat: no rule " + id)
}
