package router

import (
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// A session that registers a pattern, or subscribes to one, gets the calls or the
// events of all URIs that the pattern matches. It needs the right on all of them.

// allowsAll reports whether a is allowed on every URI that a pattern matches. It
// is if some rule covers the pattern, and whatever rule does not allow a, but
// touches the pattern, is outranked by a covering rule that does, for each URI
// which they share.
func (b *rulebook) allowsAll(a Action, match wamp.Match, uri wamp.URI) bool {
	var covering, against []*judgment
	for _, j := range b.rules {
		switch {
		case j.allowed.has(a):
			if covers(j.match, j.uri, match, uri) {
				covering = append(covering, j)
			}
		case overlaps(j.match, j.uri, match, uri):
			against = append(against, j)
		}
	}
	if len(covering) == 0 {
		return false
	}
	// Below a prefix that ends with a component, prefixes come before wildcards,
	// whatever the URI. See uriTable.best.
	whole := false
	for _, j := range b.rules {
		whole = whole || j.match == wamp.MatchPrefix && (j.uri == "" || j.uri[len(j.uri)-1] == '.') && covers(j.match, j.uri, match, uri)
	}
	for _, forbidding := range against {
		outranked := false
		for _, j := range covering {
			outranked = outranked || j.outranks(forbidding, whole)
		}
		if !outranked {
			return false
		}
	}
	return true
}

// outranks reports whether j decides wherever both j and other match. Whole tells
// that prefixes come before wildcards there.
func (j *judgment) outranks(other *judgment, whole bool) bool {
	switch {
	case j.match == wamp.MatchExact:
		return true
	case other.match == wamp.MatchExact:
		return false
	case j.match == wamp.MatchPrefix && other.match == wamp.MatchPrefix:
		return len(j.uri) > len(other.uri)
	case j.match == wamp.MatchPrefix:
		return whole
	case other.match == wamp.MatchPrefix: // it might end inside a component for all its URIs, but why rely on that
		return false
	}
	return moreLiteral(string(j.uri), string(other.uri))
}

// moreLiteral reports whether a, of two wildcard patterns that overlap, is the
// better match: it has a literal where they first differ.
func moreLiteral(a, b string) bool {
	for {
		ca, restA, more := strings.Cut(a, ".")
		cb, restB, _ := strings.Cut(b, ".")
		if ca != cb {
			return cb == ""
		}
		if !more {
			return false
		}
		a, b = restA, restB
	}
}

// covers reports whether a pattern matches every URI that another one does.
func covers(match wamp.Match, uri wamp.URI, otherMatch wamp.Match, other wamp.URI) bool {
	if otherMatch == wamp.MatchExact || otherMatch == wamp.MatchWildcard && isLiteral(string(other)) {
		return uri.Matches(match, other)
	}
	switch match {
	case wamp.MatchPrefix:
		if otherMatch == wamp.MatchWildcard {
			other = other[:literalHead(string(other))]
		}
		return strings.HasPrefix(string(other), string(uri))
	case wamp.MatchWildcard:
		return otherMatch == wamp.MatchWildcard && eachComponent(string(uri), string(other), func(c, other string) bool {
			return c == "" || c == other
		})
	}
	return false // one URI, while the other pattern matches many
}

// overlaps reports whether there can be a URI that two patterns match.
func overlaps(match wamp.Match, uri wamp.URI, otherMatch wamp.Match, other wamp.URI) bool {
	switch {
	case match == wamp.MatchExact:
		return other.Matches(otherMatch, uri)
	case otherMatch == wamp.MatchExact:
		return uri.Matches(match, other)
	case match == wamp.MatchPrefix && otherMatch == wamp.MatchPrefix:
		return strings.HasPrefix(string(uri), string(other)) || strings.HasPrefix(string(other), string(uri))
	case match == wamp.MatchPrefix:
		return beginsLike(string(other), string(uri))
	case otherMatch == wamp.MatchPrefix:
		return beginsLike(string(uri), string(other))
	}
	return eachComponent(string(uri), string(other), func(a, b string) bool { return a == "" || b == "" || a == b })
}

// beginsLike reports whether a wildcard pattern can match a URI with a prefix.
func beginsLike(pattern, prefix string) bool {
	for prefix != "" {
		c, rest, more := strings.Cut(pattern, ".")
		p, prefixRest, whole := strings.Cut(prefix, ".")
		switch {
		case whole && (c != "" && c != p || !more):
			return false
		case !whole:
			return c == "" || strings.HasPrefix(c, p)
		}
		pattern, prefix = rest, prefixRest
	}
	return true
}

// eachComponent reports whether two patterns have as many components, and agree
// about each pair.
func eachComponent(a, b string, agree func(a, b string) bool) bool {
	for {
		ca, restA, moreA := strings.Cut(a, ".")
		cb, restB, moreB := strings.Cut(b, ".")
		if !agree(ca, cb) || moreA != moreB {
			return false
		}
		if !moreA {
			return true
		}
		a, b = restA, restB
	}
}

// isLiteral reports whether a wildcard pattern has no wildcard.
func isLiteral(pattern string) bool {
	return pattern != "" && pattern[0] != '.' && pattern[len(pattern)-1] != '.' && !strings.Contains(pattern, "..")
}

// literalHead is how many octets a wildcard pattern has before its first
// wildcard. Everything that it matches begins with them.
func literalHead(pattern string) int {
	for start := 0; ; {
		dot := strings.IndexByte(pattern[start:], '.')
		switch {
		case dot == 0, start == len(pattern):
			return start
		case dot < 0:
			return len(pattern)
		}
		start += dot + 1
	}
}
