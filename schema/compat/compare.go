package compat

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/schema"
)

// Compare lists what of the change from the old catalogs to the new ones breaks
// peers. Procedures, topics and errors are compared by their URIs, whichever
// catalog they are in: how a program groups them is no peer's business, nor are the
// names of captures.
func Compare(old, new []*schema.Catalog) Findings {
	c := &comparison{before: indexed(old), after: indexed(new)}
	c.services(old)
	for _, key := range slices.Sorted(maps.Keys(c.before.procedures)) {
		if c.after.procedures[key] != nil {
			c.procedure(c.before.procedures[key], c.after.procedures[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.before.topics)) {
		if c.after.topics[key] != nil {
			c.topic(c.before.topics[key], c.after.topics[key])
		}
	}
	for _, uri := range slices.Sorted(maps.Keys(c.before.errors)) {
		if c.after.errors[uri] != nil {
			c.failure(c.before.errors[uri], c.after.errors[uri])
		}
	}
	findings := c.merged()
	findings.sort()
	return findings
}

// comparison is one run of [Compare].
type comparison struct {
	before, after *index
	found         []found
}

// found is a finding before those about one shared type are merged.
type found struct {
	Finding
	shared string // the type and the path within it, "" outside of named types
}

// index is a set of catalogs by URI.
type index struct {
	procedures map[string]*procedure
	topics     map[string]*topic
	errors     map[string]*failure
}

type procedure struct {
	*schema.Procedure
	uri  string
	defs schema.Definitions
}

type topic struct {
	*schema.Topic
	uri  string
	defs schema.Definitions
}

type failure struct {
	*schema.ErrorDef
	uri  string
	defs schema.Definitions
}

func indexed(catalogs []*schema.Catalog) *index {
	x := &index{map[string]*procedure{}, map[string]*topic{}, map[string]*failure{}}
	for _, c := range catalogs {
		for uri, p := range c.Procedures {
			x.procedures[anonymous(uri)] = &procedure{p, uri, c.Defs}
		}
		for uri, t := range c.Topics {
			x.topics[anonymous(uri)] = &topic{t, uri, c.Defs}
		}
		for uri, e := range c.Errors {
			x.errors[uri] = &failure{e, uri, c.Defs}
		}
	}
	return x
}

var capture = regexp.MustCompile(`\{[^}.]*(\.\.\.)?\}`)

// anonymous is a URI without the names of its captures, which do not travel.
func anonymous(uri string) string { return capture.ReplaceAllString(uri, "{$1}") }

// captures are the names in braces, in order.
func captures(uri string) []string {
	var names []string
	for _, match := range capture.FindAllString(uri, -1) {
		names = append(names, strings.TrimSuffix(match[1:len(match)-1], "..."))
	}
	return names
}

// services reports what is gone: a service as a whole, or single procedures and topics.
func (c *comparison) services(old []*schema.Catalog) {
	for _, catalog := range old {
		var procedures, topics []string
		for uri := range catalog.Procedures {
			if c.after.procedures[anonymous(uri)] == nil {
				procedures = append(procedures, uri)
			}
		}
		for uri := range catalog.Topics {
			if c.after.topics[anonymous(uri)] == nil {
				topics = append(topics, uri)
			}
		}
		if len(procedures)+len(topics) > 1 && len(procedures) == len(catalog.Procedures) && len(topics) == len(catalog.Topics) {
			c.serviceGone(catalog, len(procedures), len(topics))
			continue
		}
		for _, uri := range procedures {
			c.add("WB001", place{kind: "procedure", uri: uri}, "is gone%s", c.renamed(catalog, uri))
		}
		for _, uri := range topics {
			c.add("WB002", place{kind: "topic", uri: uri}, "is gone")
		}
	}
}

func (c *comparison) serviceGone(catalog *schema.Catalog, procedures, topics int) {
	name, rule, what := catalog.Service, "WB001", []string{}
	if catalog.Version != "" {
		name += "." + catalog.Version
	}
	if procedures == 0 {
		rule = "WB002"
	} else {
		what = append(what, counted(procedures, "procedure"))
	}
	if topics > 0 {
		what = append(what, counted(topics, "topic"))
	}
	c.add(rule, place{kind: "service", uri: name}, "is gone, with %s", strings.Join(what, " and "))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// renamed guesses where a procedure went: the title of its arguments is made of
// the names of interface and method, which a new URI does not change.
func (c *comparison) renamed(catalog *schema.Catalog, uri string) string {
	title := catalog.Procedures[uri].Params.Title
	if title == "" {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(c.after.procedures)) {
		if p := c.after.procedures[key]; c.before.procedures[key] == nil && p.Params.Title == title {
			return fmt.Sprintf("; %s looks like it with another URI", p.uri)
		}
	}
	return ""
}

func (c *comparison) procedure(old, new *procedure) {
	at := place{kind: "procedure", uri: old.uri}
	if old.Match != new.Match {
		c.add("WB003", at, "was matched %s, is matched %s", or(old.Match, "exact"), or(new.Match, "exact"))
	}
	if old.Invoke != new.Invoke {
		c.add("WB004", at, "had invoke=%s, has invoke=%s", or(old.Invoke, "single"), or(new.Invoke, "single"))
	}
	if old.Idempotent && !new.Idempotent {
		c.add("WB005", at, "was idempotent")
	}
	defs := scope{old.defs, new.defs}
	c.captures(values{c, incoming, defs, nil}, at, old.uri, new.uri, old.URIParams, new.URIParams)
	c.arguments(at, defs, old.Params, new.Params)
	c.results(at, defs, old.Result, new.Result)
	c.stream("WB010", values{c, outgoing, defs, nil}, at.in("progressive result"), old.Progress, new.Progress)
	c.stream("WB011", values{c, incoming, defs, nil}, at.in("input"), old.Input, new.Input)
	for _, uri := range new.Errors {
		if !slices.Contains(old.Errors, uri) {
			c.add("WB070", at.in("errors"), "%s is new", uri)
		}
	}
}

func (c *comparison) topic(old, new *topic) {
	at := place{kind: "topic", uri: old.uri}
	if old.Match != new.Match {
		c.add("WB003", at, "was matched %s, is matched %s", or(old.Match, "exact"), or(new.Match, "exact"))
	}
	if old.Retain && !new.Retain {
		c.add("WB006", at, "was retained")
	}
	defs := scope{old.defs, new.defs}
	c.captures(values{c, outgoing, defs, nil}, at, old.uri, new.uri, old.URIParams, new.URIParams)
	c.event(at, defs, old.Params, new.Params)
}

// failure compares the fields of a declared error.
func (c *comparison) failure(old, new *failure) {
	if old.Params == nil {
		return
	}
	now := new.Params
	if now == nil {
		now = &schema.Schema{Type: "object"}
	}
	v := values{c, outgoing, scope{old.defs, new.defs}, nil}
	v.compare(place{kind: "error", uri: old.uri}, old.Params, now)
}

// captures compares what stands in the URI, place by place.
func (c *comparison) captures(v values, at place, oldURI, newURI string, old, new map[string]*schema.Schema) {
	now := captures(newURI)
	for i, name := range captures(oldURI) {
		if i < len(now) && old[name] != nil && new[now[i]] != nil {
			v.compare(at.in("{"+name+"}"), old[name], new[now[i]])
		}
	}
}

// stream compares the items of a stream that one direction has or has not.
func (c *comparison) stream(rule string, v values, at place, old, new *schema.Schema) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		c.add(rule, at, "there was no such stream, and there is one")
	case new == nil:
		c.add(rule, at, "there was such a stream, and there is none")
	default:
		v.compare(at, old, new)
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// add records a finding.
func (c *comparison) add(rule string, at place, format string, args ...any) {
	c.found = append(c.found, found{
		Finding: Finding{Rule: find(rule), Kind: at.kind, URI: at.uri, Path: at.path, Detail: fmt.Sprintf(format, args...)},
		shared:  at.shared,
	})
}

// merged reports a change of a type once, where it is met first, with the other
// places that have the type.
func (c *comparison) merged() Findings {
	var out Findings
	first := map[string]int{}
	for _, f := range c.found {
		key := f.shared + "\x00" + f.Rule.ID + "\x00" + f.Detail
		i, known := first[key]
		switch {
		case f.shared == "":
		case !known:
			first[key] = len(out)
		case out[i].URI == f.URI || slices.Contains(out[i].Also, f.URI):
			continue
		default:
			out[i].Also = append(out[i].Also, f.URI)
			continue
		}
		out = append(out, f.Finding)
	}
	return out
}

// place is where in a catalog a value is.
type place struct {
	kind, uri string
	path      string
	shared    string // the innermost named type and the path within it
}

func (p place) in(what string) place {
	switch {
	case p.path == "":
		p.path = strings.TrimPrefix(what, ".")
	default:
		p.path += what
	}
	if p.shared != "" {
		p.shared += what
	}
	return p
}

// of enters a named type.
func (p place) of(name string) place {
	if name != "" {
		p.shared = name
	}
	return p
}
