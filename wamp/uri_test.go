package wamp

import "testing"

func TestW001LooseURIs(t *testing.T) {
	for _, test := range []struct {
		uri URI
		ok  bool
	}{
		{"a", true}, {"com.acme.device", true}, {"com.Foo-bar.ü", true}, {"com.日本.😀", true}, {"a/b.c:d", true}, {"com.acme_1.x", true}, {"\ufffd", true},
		{"", false}, {".", false}, {"a..b", false}, {".a", false}, {"a.", false}, {"a b", false}, {"a.#.b", false}, {"#", false},
		{"a.\t", false}, {"a\nb", false}, {"a\u00a0b", false}, {"a\u3000b", false}, {"a\u2028b", false}, {"a\x00b", false}, {"a\x7fb", false},
		{"a\xffb", false}, {"a.\xed\xa0\x80", false},
	} {
		if got := test.uri.Valid(LooseURIs); got != test.ok {
			t.Errorf("%q: valid is %v", test.uri, got)
		}
	}
}

func TestW004StrictURIs(t *testing.T) {
	for _, test := range []struct {
		uri URI
		ok  bool
	}{
		{"com.acme.device_1", true}, {"0.1", true}, {"wamp.error.invalid_uri", true},
		{"com.Foo", false}, {"com.foo-bar", false}, {"com.ü", false}, {"com.a b", false}, {"a..b", false}, {"", false}, {"a\xff", false},
	} {
		if got := test.uri.Valid(StrictURIs); got != test.ok {
			t.Errorf("%q: valid is %v", test.uri, got)
		}
	}
}

func TestW003EmptyComponentsOfPatterns(t *testing.T) {
	for _, test := range []struct {
		uri                     URI
		exact, prefix, wildcard bool
	}{
		{"a.b", true, true, true},
		{"a.", false, true, true},
		{"a..b", false, false, true},
		{"..", false, false, true},
		{".a", false, false, true},
		{".", false, false, true},
		{"", false, true, true},
		{"a..", false, false, true},
		{"a.#", false, false, false},
		{"a. ", false, false, false},
	} {
		for match, want := range map[Match]bool{MatchExact: test.exact, MatchPrefix: test.prefix, MatchWildcard: test.wildcard} {
			if got := test.uri.ValidPattern(match, LooseURIs); got != want {
				t.Errorf("%q as %s: valid is %v", test.uri, match, got)
			}
		}
	}
}

func TestW005ReservedURIs(t *testing.T) {
	for uri, want := range map[URI]bool{
		"wamp": true, "wamp.": true, "wamp.session.get": true, "wampx.y": false, "wam": false, "": false, "com.wamp": false, "Wamp.x": false,
	} {
		if got := uri.Reserved(); got != want {
			t.Errorf("%q: reserved is %v", uri, got)
		}
	}
}

// A pattern may reach reserved URIs without being reserved itself, which is
// for the router to mind.
func TestW006PatternsThatReachReservedURIs(t *testing.T) {
	for _, test := range []struct {
		pattern  URI
		match    Match
		reserved bool
	}{
		{"wamp.", MatchPrefix, true}, {"wam", MatchPrefix, false}, {"", MatchPrefix, false}, {"..", MatchWildcard, false}, {"wamp..get", MatchWildcard, true},
	} {
		if !test.pattern.Matches(test.match, "wamp.session.get") {
			t.Errorf("%s %q does not match", test.match, test.pattern)
		}
		if got := test.pattern.Reserved(); got != test.reserved {
			t.Errorf("%s %q: reserved is %v", test.match, test.pattern, got)
		}
	}
}

func TestW148PrefixIsAPlainStringPrefix(t *testing.T) {
	for uri, want := range map[URI]bool{"com.a": true, "com.ab": true, "com.a.x": true, "com.b": false, "com": false, "xcom.a": false} {
		if got := URI("com.a").Matches(MatchPrefix, uri); got != want {
			t.Errorf("com.a matches %q: %v", uri, got)
		}
	}
}

func TestW149EmptyComponentStandsForExactlyOneComponent(t *testing.T) {
	for _, test := range []struct {
		pattern, uri URI
		want         bool
	}{
		{"a..c", "a.b.c", true}, {"a..c", "a.b.x.c", false}, {"a..c", "a.c", false}, {"a..c", "a.b.d", false}, {"a..c", "ax.b.c", false},
		{".b.", "a.b.c", true}, {".b.", "a.c.b", false}, {"..", "a.b.c", true}, {"..", "a.b", false}, {"..", "a.b.c.d", false},
		{"", "a", true}, {"", "a.b", false}, {"a.", "a.b", true}, {"a.", "a", false}, {"a.b", "a.b", true}, {"a.b", "a.bc", false},
	} {
		if got := test.pattern.Matches(MatchWildcard, test.uri); got != test.want {
			t.Errorf("%q matches %q: %v", test.pattern, test.uri, got)
		}
	}
}

func TestExactMatchIsEquality(t *testing.T) {
	if !URI("a.b").Matches(MatchExact, "a.b") || URI("a.b").Matches(MatchExact, "a.b.c") || URI("a.").Matches(MatchExact, "a.b") {
		t.Error("exact matching is not equality")
	}
}

func TestMatchNames(t *testing.T) {
	for _, m := range []Match{MatchExact, MatchPrefix, MatchWildcard} {
		if got, ok := ParseMatch(m.String()); !ok || got != m {
			t.Errorf("%s parses as %s, %v", m, got, ok)
		}
	}
	if got, ok := ParseMatch(""); !ok || got != MatchExact {
		t.Errorf("absent is %s, %v", got, ok)
	}
	for _, name := range []string{"Exact", "regex", " "} {
		if got, ok := ParseMatch(name); ok {
			t.Errorf("%q parses as %s", name, got)
		}
	}
}

func FuzzURI(f *testing.F) {
	for _, seed := range []string{"", "a.b", "a..b", "a.", ".", "com.ü", "a\xff", "wamp.x"} {
		f.Add(seed, "a.b")
	}
	f.Fuzz(func(t *testing.T, pattern, concrete string) {
		p, c := URI(pattern), URI(concrete)
		exact := p.ValidPattern(MatchExact, LooseURIs)
		if exact && (!p.ValidPattern(MatchPrefix, LooseURIs) || !p.ValidPattern(MatchWildcard, LooseURIs)) {
			t.Errorf("%q is a URI, but no pattern", p)
		}
		if p.Valid(StrictURIs) && !p.Valid(LooseURIs) {
			t.Errorf("%q is strictly valid, but not loosely", p)
		}
		if exact && !p.Matches(MatchWildcard, p) {
			t.Errorf("%q does not match itself", p)
		}
		if exact && c.Valid(LooseURIs) && p.Matches(MatchWildcard, c) != (p == c) {
			t.Errorf("%q has no empty component, but matches %q", p, c)
		}
	})
}
