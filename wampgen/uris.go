package wampgen

import (
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

// claim is a URI taken by a method.
type claim struct {
	kind, uri, template string
	parts               []string // of the template; captures are in braces
	clean               bool     // its package has nothing else wrong
	captures            bool
	rest                bool // the last part takes all that follows
	pos                 token.Position
	by                  string
}

// contestedURIs reports procedures with one URI, topics with one URI, and
// captures that take a URI meant for another method, over all packages. Which one is
// reported depends on positions, not on order.
func contestedURIs(packages []*loaded) diag.List {
	claims := claimsOf(packages)
	slices.SortFunc(claims, func(a, b claim) int {
		if c := strings.Compare(a.pos.Filename, b.pos.Filename); c != 0 {
			return c
		}
		return a.pos.Offset - b.pos.Offset
	})
	complaints := repeated(claims)
	complaints.Append(overlapping(claims)...)
	return complaints
}

func claimsOf(packages []*loaded) []claim {
	var claims []claim
	for _, p := range packages {
		if p.model == nil {
			continue
		}
		before := len(claims)
		for _, s := range p.model.Services {
			for _, m := range s.Procedures {
				claims = append(claims, newClaim("procedure", m.URI, m.Template, m.Captures, m.Pos, s.Interface+"."+m.Name))
			}
		}
		for _, t := range p.model.Topics {
			for _, m := range t.Topics {
				claims = append(claims, newClaim("topic", m.URI, m.Template, m.Captures, m.Pos, t.Interface+"."+m.Name))
			}
		}
		for i := range claims[before:] {
			claims[before+i].clean = p.clean
		}
	}
	return claims
}

func newClaim(kind, uri, template string, captures []*model.Capture, pos token.Position, by string) claim {
	c := claim{kind: kind, uri: uri, template: template, pos: pos, by: by, captures: len(captures) > 0}
	text := template
	if c.captures && captures[len(captures)-1].Rest {
		c.rest = true
		text = strings.TrimSuffix(text, "...}") + "}"
	}
	c.parts = strings.Split(text, ".")
	return c
}

func (c claim) place() string {
	return fmt.Sprintf("%s:%d", filepath.Base(c.pos.Filename), c.pos.Line)
}

func repeated(claims []claim) diag.List {
	var complaints diag.List
	first := map[[2]string]claim{}
	for _, c := range claims {
		other, taken := first[[2]string{c.kind, c.uri}]
		switch {
		case !taken:
			first[[2]string{c.kind, c.uri}] = c
		case c.template != other.template:
			complaints.Add(c.pos, diag.RepeatedURI, "%s has the URI %q, which is the %q of %s (%s) by another name", c.by, c.template, other.template, other.by, other.place())
		default:
			complaints.Add(c.pos, diag.RepeatedURI, "%s has the URI %q of %s (%s)", c.by, c.template, other.by, other.place())
		}
	}
	return complaints
}

// overlapping reports pairs of which at least one captures, since the other's URI may be
// what a caller's value makes of it. A prefix that is asked for with match= is
// meant to take what nobody else does. Packages with other complaints wait for them.
func overlapping(claims []claim) diag.List {
	var complaints diag.List
	claims = slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return !c.clean })
	for i, later := range claims {
		for _, earlier := range claims[:i] {
			if later.kind != earlier.kind || !later.captures && !earlier.captures || later.uri == earlier.uri {
				continue
			}
			if uri, both := common(earlier, later); both {
				complaints.Add(later.pos, diag.Overlap, "%s (%q) and %s (%q, %s) both take %q: make one component of them different",
					later.by, later.template, earlier.by, earlier.template, earlier.place(), uri)
			}
		}
	}
	return complaints
}

// common is a URI that both take.
func common(a, b claim) (uri string, both bool) {
	if len(a.parts) > len(b.parts) {
		a, b = b, a
	}
	if len(a.parts) < len(b.parts) && !a.rest {
		return "", false
	}
	if a.rest {
		a.parts = append(slices.Clip(a.parts), b.parts[len(a.parts):]...)
	}
	var parts []string
	for i, part := range a.parts {
		other := b.parts[i]
		switch {
		case part == other:
		case isCapture(part):
			part = other
		case !isCapture(other):
			return "", false
		}
		if isCapture(part) {
			part = strings.Trim(part, "{}")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "."), true
}

func isCapture(part string) bool { return strings.HasPrefix(part, "{") }
