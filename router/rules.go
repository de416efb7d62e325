package router

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// Rule says what a [Role] may do with the URIs that it matches.
//
// Of the rules of a role that match a URI, one alone decides: the most specific
// one, as the most specific registration gets a call. That is the exact one, else
// the one with the longest prefix, else the best wildcard; a prefix that ends
// inside a component of the URI comes behind wildcards. So a rule that allows
// nothing takes back what a more general one allows.
type Rule struct {
	// URI is the URI or the pattern. Prefixes are plain: "com.acme" matches
	// "com.acmeevil" too, "com.acme." does not.
	URI wamp.URI
	// Match says which of them it is; the zero value is a URI.
	Match wamp.Match
	// Allow are the actions that are allowed; none forbids them all.
	Allow []Action
	// Disclose says whose identity is told in any case: that of a session which
	// calls, or publishes to, what the rule allows. The session need not ask for it.
	// Beside it a session may ask, with disclose_me, where RealmConfig.Disclose
	// allows that.
	Disclose Disclosure
}

// Role is what sessions with an authrole may do: nothing but what a rule allows.
// A pattern may be registered, or subscribed to, if one rule that allows it
// covers the whole pattern, and no rule that does not allow it decides for any
// URI which the pattern matches.
type Role []Rule

// validateRoles reports everything that is wrong with the roles of a realm, or nil.
func validateRoles(roles map[string]Role, rule wamp.URIRule) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		if name == "" {
			faults = append(faults, errors.New("a role has no name"))
		}
		for i, r := range roles[name] {
			if err := r.validate(roles[name][:i], rule); err != nil {
				faults = append(faults, fmt.Errorf("role %q: rule %d: %w", name, i+1, err))
			}
		}
	}
	return errors.Join(faults...)
}

// validate reports what is wrong with a rule, which stands behind others.
func (r Rule) validate(before []Rule, rule wamp.URIRule) error {
	if r.Match > wamp.MatchWildcard {
		return fmt.Errorf("there is no matching policy %d", r.Match)
	}
	if len(r.URI) > maxPattern || !r.URI.ValidPattern(r.Match, rule) {
		return fmt.Errorf("%q is no valid URI for %s matching", r.URI, r.Match)
	}
	for _, a := range r.Allow {
		if a >= actionCount {
			return fmt.Errorf("there is no %s", a)
		}
	}
	for i, other := range before {
		if other.URI == r.URI && other.Match == r.Match {
			return fmt.Errorf("%q with %s matching is what rule %d is about, too", r.URI, r.Match, i+1)
		}
	}
	return nil
}

// rulebook is a [Role], ready to be looked up. It never changes.
type rulebook struct {
	table uriTable[*judgment]
	rules []*judgment // all of them
}

// judgment is what a [Rule] comes to.
type judgment struct {
	uri      wamp.URI
	match    wamp.Match
	allowed  actions
	disclose Disclosure
}

// newRulebooks makes the rulebooks of the roles that a realm names.
func newRulebooks(roles map[string]Role) map[string]*rulebook {
	books := make(map[string]*rulebook, len(roles))
	for name, role := range roles {
		book := new(rulebook)
		for _, r := range role {
			j := &judgment{uri: r.URI, match: r.Match, disclose: r.Disclose}
			for _, a := range r.Allow {
				j.allowed.add(a)
			}
			book.table.put(j.match, j.uri, j)
			book.rules = append(book.rules, j)
		}
		books[name] = book
	}
	return books
}

// allows tells whether a session of the role may do something with a URI or
// pattern, and what is disclosed of it when it does. A nil rulebook allows nothing.
func (b *rulebook) allows(a Action, match wamp.Match, uri wamp.URI) (Disclosure, bool) {
	switch {
	case b == nil:
		return Disclosure{}, false
	case match != wamp.MatchExact:
		return Disclosure{}, b.allowsAll(a, match, uri)
	}
	j, found := b.table.best(uri)
	if !found || !j.allowed.has(a) {
		return Disclosure{}, false
	}
	return j.disclose, true
}
