package router

import "github.com/wampkit/wampkit/wamp"

// uriTable stores values under URIs and patterns. The same URI may stand in it
// once per matching policy. The zero table is empty; whoever owns it guards it
// with a lock.
type uriTable[T any] struct {
	exact    map[wamp.URI]T
	prefix   prefixTree[T]
	wildcard wildcardTree[T]
}

// get finds what is stored under exactly this URI and policy.
func (t *uriTable[T]) get(match wamp.Match, uri wamp.URI) (value T, found bool) {
	switch match {
	case wamp.MatchPrefix:
		return t.prefix.get(string(uri))
	case wamp.MatchWildcard:
		return t.wildcard.get(string(uri))
	}
	value, found = t.exact[uri]
	return value, found
}

// put stores value and replaces what was there.
func (t *uriTable[T]) put(match wamp.Match, uri wamp.URI, value T) {
	switch match {
	case wamp.MatchPrefix:
		t.prefix.put(string(uri), value)
	case wamp.MatchWildcard:
		t.wildcard.put(string(uri), value)
	default:
		if t.exact == nil {
			t.exact = make(map[wamp.URI]T)
		}
		t.exact[uri] = value
	}
}

// remove forgets what is stored under exactly this URI and policy.
func (t *uriTable[T]) remove(match wamp.Match, uri wamp.URI) {
	switch match {
	case wamp.MatchPrefix:
		t.prefix.remove(string(uri))
	case wamp.MatchWildcard:
		t.wildcard.remove(string(uri))
	default:
		delete(t.exact, uri)
	}
}

// appendAll appends everything that matches the concrete uri: exact, then
// prefixes, then wildcards.
func (t *uriTable[T]) appendAll(found []T, uri wamp.URI) []T {
	if value, ok := t.exact[uri]; ok {
		found = append(found, value)
	}
	found = t.prefix.appendAll(found, string(uri))
	return t.wildcard.appendAll(found, string(uri))
}

// best finds the one match that a call is routed to (section "Pattern-based
// Registrations"): exact, else the longest prefix, else the best wildcard.
//
// A prefix is a plain string prefix, but the section's example ranks wildcards
// above prefixes that match no whole component, such as a1.b2.c3 of a1.b2.c33:
// those come last.
func (t *uriTable[T]) best(uri wamp.URI) (value T, found bool) {
	if value, found = t.exact[uri]; found {
		return value, true
	}
	value, found, whole := t.prefix.longest(string(uri))
	if whole {
		return value, true
	}
	if wild, matches := t.wildcard.best(string(uri)); matches {
		return wild, true
	}
	return value, found
}
