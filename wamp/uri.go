package wamp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// URI names a realm, topic, procedure, error or close reason: components
// joined by dots, such as "com.acme.device.reset" (section "URIs").
type URI string

// URIRule selects how strictly components are checked.
type URIRule uint8

const (
	// LooseURIs allows any component without whitespace, '.' and '#'. It is the default.
	LooseURIs URIRule = iota
	// StrictURIs allows only lower-case ASCII letters, digits and '_' in a component.
	StrictURIs
)

// Match is a matching policy of subscriptions and registrations (Advanced
// Profile, sections "Pattern-based Subscription" and "Pattern-based Registration").
type Match uint8

// The matching policies. The zero value is exact matching, as on the wire.
const (
	MatchExact Match = iota
	MatchPrefix
	MatchWildcard
)

// String is the policy's name on the wire: "exact", "prefix" or "wildcard".
func (m Match) String() string {
	switch m {
	case MatchPrefix:
		return "prefix"
	case MatchWildcard:
		return "wildcard"
	}
	return "exact"
}

// ParseMatch is the inverse of [Match.String]; the empty string is exact.
func ParseMatch(s string) (Match, bool) {
	switch s {
	case "", "exact":
		return MatchExact, true
	case "prefix":
		return MatchPrefix, true
	case "wildcard":
		return MatchWildcard, true
	}
	return 0, false
}

// Valid reports whether u is a complete URI under rule: at least one
// component, none of them empty.
func (u URI) Valid(rule URIRule) bool { return u.ValidPattern(MatchExact, rule) }

// ValidPattern reports whether u is well-formed for the matching policy: exact
// URIs have no empty component, prefixes may end in one (and may be empty, to
// match everything), wildcards may have them anywhere.
func (u URI) ValidPattern(match Match, rule URIRule) bool {
	if match == MatchPrefix && u == "" {
		return true
	}
	start := 0 // of the current component
	for i, r := range u {
		switch {
		case r == '.':
			if i == start && match != MatchWildcard {
				return false
			}
			start = i + 1
		case !rule.allows(r):
			return false
		case r == utf8.RuneError && invalidAt(u, i):
			return false
		}
	}
	return start < len(u) || match == MatchWildcard || (match == MatchPrefix && start > 0)
}

func (rule URIRule) allows(r rune) bool {
	if rule == StrictURIs {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_'
	}
	if r < utf8.RuneSelf {
		return r != '#' && r > ' ' && r != 0x7f
	}
	return !unicode.IsSpace(r)
}

func invalidAt(u URI, i int) bool {
	_, size := utf8.DecodeRuneInString(string(u[i:]))
	return size == 1
}

// Reserved reports whether u's first component is "wamp", which only the
// router may publish and register under.
func (u URI) Reserved() bool { return u == "wamp" || strings.HasPrefix(string(u), "wamp.") }

// Matches reports whether the pattern u matches the concrete URI under the policy.
// A prefix is a plain string prefix; an empty component of a wildcard stands
// for exactly one component.
func (u URI) Matches(match Match, concrete URI) bool {
	switch match {
	case MatchPrefix:
		return strings.HasPrefix(string(concrete), string(u))
	case MatchWildcard:
		return matchWildcard(string(u), string(concrete))
	}
	return u == concrete
}

func matchWildcard(pattern, concrete string) bool {
	for {
		p, pRest, pMore := strings.Cut(pattern, ".")
		c, cRest, cMore := strings.Cut(concrete, ".")
		if p != "" && p != c || pMore != cMore {
			return false
		}
		if !pMore {
			return true
		}
		pattern, concrete = pRest, cRest
	}
}
