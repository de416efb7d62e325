package router

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func TestTheMostSpecificRuleDecides(t *testing.T) {
	all := []Action{ActionCall, ActionRegister, ActionPublish, ActionSubscribe}
	book := newRulebooks(map[string]Role{"user": {
		{URI: "", Match: wamp.MatchPrefix, Allow: []Action{ActionSubscribe}},
		{URI: "com.acme.", Match: wamp.MatchPrefix, Allow: all},
		{URI: "com.acme.secret.", Match: wamp.MatchPrefix},
		{URI: "com.acme.secret.open", Allow: []Action{ActionCall}, Disclose: Disclosure{Caller: true}},
		{URI: "org..x", Match: wamp.MatchWildcard, Allow: all},
	}})["user"]
	for _, row := range []struct {
		action Action
		uri    wamp.URI
		want   bool
	}{
		{ActionSubscribe, "net.x", true},
		{ActionCall, "net.x", false},
		{ActionCall, "com.acme.x", true},
		{ActionCall, "com.acme", false},
		{ActionCall, "com.acmeevil.x", false},
		{ActionCall, "com.acme.secret.x", false},
		{ActionSubscribe, "com.acme.secret.x", false}, // not by the first rule either
		{ActionCall, "com.acme.secret.open", true},
		{ActionRegister, "com.acme.secret.open", false},
		{ActionCall, "org.a.x", false}, // prefixes come before wildcards
		{ActionSubscribe, "org.a.x", true},
		{ActionSubscribe, "wamp.session.on_join", true},
		{ActionCall, "wamp.session.kill", false},
	} {
		disclose, got := book.allows(row.action, wamp.MatchExact, row.uri)
		if got != row.want {
			t.Errorf("%s %s: %t", row.action, row.uri, got)
		}
		if disclose.Caller != (row.uri == "com.acme.secret.open" && row.want) {
			t.Errorf("%s %s: disclosure %v", row.action, row.uri, disclose)
		}
	}
	var nobody *rulebook
	if _, ok := nobody.allows(ActionCall, wamp.MatchExact, "com.acme.x"); ok {
		t.Error("a role that is not named may call")
	}
}

func TestW210_APatternNeedsARuleThatCoversIt(t *testing.T) {
	const prefix, wildcard = wamp.MatchPrefix, wamp.MatchWildcard
	sub := []Action{ActionSubscribe}
	for name, row := range map[string]struct {
		role  Role
		match wamp.Match
		uri   wamp.URI
		want  bool
	}{
		"exact rule, longer prefix":                {Role{{URI: "a.b", Allow: sub}}, prefix, "a.b", false},
		"exact rule, shorter prefix":               {Role{{URI: "a.b", Allow: sub}}, prefix, "a", false},
		"exact rule, wildcard that means the same": {Role{{URI: "a.b", Allow: sub}}, wildcard, "a.b", true},
		"exact rule, wildcard":                     {Role{{URI: "a.b", Allow: sub}}, wildcard, "a.", false},
		"prefix, the same":                         {Role{{URI: "a.", Match: prefix, Allow: sub}}, prefix, "a.", true},
		"prefix, longer":                           {Role{{URI: "a.", Match: prefix, Allow: sub}}, prefix, "a.bc", true},
		"prefix, shorter":                          {Role{{URI: "a.", Match: prefix, Allow: sub}}, prefix, "a", false},
		"prefix, everything":                       {Role{{URI: "a.", Match: prefix, Allow: sub}}, prefix, "", false},
		"everything, everything":                   {Role{{URI: "", Match: prefix, Allow: sub}}, prefix, "", true},
		"everything, all wildcards":                {Role{{URI: "", Match: prefix, Allow: sub}}, wildcard, "..", true},
		"prefix, wildcard below":                   {Role{{URI: "a.b.", Match: prefix, Allow: sub}}, wildcard, "a.b..x", true},
		"prefix, wildcard at its end":              {Role{{URI: "a.b.", Match: prefix, Allow: sub}}, wildcard, "a.b.", true},
		"prefix, wildcard before its end":          {Role{{URI: "a.b.", Match: prefix, Allow: sub}}, wildcard, "a..b.", false},
		"prefix inside a component, wildcard":      {Role{{URI: "a.b", Match: prefix, Allow: sub}}, wildcard, "a.", false},
		"wildcard, the same":                       {Role{{URI: "a..c", Match: wildcard, Allow: sub}}, wildcard, "a..c", true},
		"wildcard, narrower":                       {Role{{URI: "a..", Match: wildcard, Allow: sub}}, wildcard, "a..c", true},
		"wildcard, wider":                          {Role{{URI: "a..c", Match: wildcard, Allow: sub}}, wildcard, "a..", false},
		"wildcard, prefix":                         {Role{{URI: "a..", Match: wildcard, Allow: sub}}, prefix, "a.b.", false},
		"an exact hole":                            {Role{{URI: "a.", Match: prefix, Allow: sub}, {URI: "a.b"}}, prefix, "a.", false},
		"a hole elsewhere":                         {Role{{URI: "a.", Match: prefix, Allow: sub}, {URI: "a.b.c"}}, prefix, "a.c", true},
		"a prefix hole":                            {Role{{URI: "", Match: prefix, Allow: sub}, {URI: "wamp.", Match: prefix}}, prefix, "", false},
		"a prefix hole in a wildcard":              {Role{{URI: "", Match: prefix, Allow: sub}, {URI: "wamp.s", Match: prefix}}, wildcard, ".session.on_join", false},
		"a wildcard hole below a prefix is none":   {Role{{URI: "a.", Match: prefix, Allow: sub}, {URI: "a..c", Match: wildcard}}, prefix, "a.", true},
		"a wildcard hole in a wildcard":            {Role{{URI: "..c", Match: wildcard, Allow: sub}, {URI: "a..c", Match: wildcard}}, wildcard, "..c", false},
		"a wider wildcard that forbids":            {Role{{URI: "..c", Match: wildcard}, {URI: "a..c", Match: wildcard, Allow: sub}}, wildcard, "a..c", true},
		"a wider prefix that forbids":              {Role{{URI: "a.", Match: prefix}, {URI: "a.b.", Match: prefix, Allow: sub}}, prefix, "a.b.c", true},
		"two halves":                               {Role{{URI: "a.", Match: prefix, Allow: sub}, {URI: "b.", Match: prefix, Allow: sub}}, prefix, "", false},
		"another right":                            {Role{{URI: "", Match: prefix, Allow: []Action{ActionRegister}}}, prefix, "a.", false},
	} {
		book := newRulebooks(map[string]Role{"user": row.role})["user"]
		if _, got := book.allows(ActionSubscribe, row.match, row.uri); got != row.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// universe are all URIs of up to four components of this alphabet. Any pattern
// over it that is allowed, or not, shows it by one of them: components beyond what
// rules and patterns name behave like "z" and "zz".
var universe = func() (all []wamp.URI) {
	alphabet := []string{"a", "ab", "b", "z"}
	level := []string{""}
	for range 4 {
		var next []string
		for _, head := range level {
			for _, c := range alphabet {
				uri := strings.TrimPrefix(head+"."+c, ".")
				next = append(next, uri)
				all = append(all, wamp.URI(uri))
			}
		}
		level = next
	}
	return all
}()

// What is allowed as a pattern is allowed for every URI that the pattern matches;
// and what one rule covers and is allowed everywhere is allowed as a pattern, but
// for what covers cannot see.
func TestPatternsAreAllowedIfEveryURIIs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pattern := func() (wamp.Match, wamp.URI) {
		for {
			match := wamp.Match(random.IntN(3))
			parts := make([]string, 1+random.IntN(3))
			for i := range parts {
				parts[i] = []string{"a", "ab", "b", ""}[random.IntN(4)]
			}
			if uri := wamp.URI(strings.Join(parts, ".")); uri.ValidPattern(match, wamp.LooseURIs) {
				return match, uri
			}
		}
	}
	verdicts := map[[2]bool]int{}
	for range 4000 {
		var role Role
		for range 1 + random.IntN(4) {
			r := Rule{}
			r.Match, r.URI = pattern()
			if r.validate(role, wamp.LooseURIs) != nil {
				continue
			}
			if random.IntN(3) > 0 {
				r.Allow = []Action{ActionSubscribe}
			}
			role = append(role, r)
		}
		book := newRulebooks(map[string]Role{"r": role})["r"]
		match, uri := pattern()
		if match == wamp.MatchExact {
			continue
		}
		_, got := book.allows(ActionSubscribe, match, uri)
		everywhere, covered := true, false
		for _, j := range book.rules {
			whole := j.allowed.has(ActionSubscribe)
			for _, u := range universe {
				whole = whole && (!uri.Matches(match, u) || j.uri.Matches(j.match, u))
			}
			// the universe ends where prefixes do not
			covered = covered || whole && (j.match == wamp.MatchPrefix || match == wamp.MatchWildcard)
		}
		var witness wamp.URI
		for _, u := range universe {
			if uri.Matches(match, u) {
				if _, ok := book.allows(ActionSubscribe, wamp.MatchExact, u); !ok {
					everywhere, witness = false, u
				}
			}
		}
		verdicts[[2]bool{got, everywhere && covered}]++
		switch {
		case got && !everywhere:
			t.Fatalf("%v allows %s %q, but not %s", role, match, uri, witness)
		case !got && everywhere && covered && !hasPartialPrefix(role):
			t.Fatalf("%v does not allow %s %q, but every URI of it", role, match, uri)
		}
	}
	if verdicts[[2]bool{true, true}] < 100 || verdicts[[2]bool{false, false}] < 100 {
		t.Errorf("the test tries too little: %v", verdicts)
	}
}

// hasPartialPrefix reports whether a rule's prefix can end inside a component: then
// whether it comes before wildcards depends on the URI, and the rules are taken to
// forbid what they might.
func hasPartialPrefix(role Role) bool {
	for _, r := range role {
		if r.Match == wamp.MatchPrefix && r.URI != "" && !strings.HasSuffix(string(r.URI), ".") {
			return true
		}
	}
	return false
}

func TestRulesAreValidated(t *testing.T) {
	for _, row := range []struct {
		role Role
		want string
	}{
		{Role{{URI: "com..x"}}, `realm "r": role "user": rule 1: "com..x" is no valid URI for exact matching`},
		{Role{{URI: "com.x"}, {URI: "com.x"}}, `realm "r": role "user": rule 2: "com.x" with exact matching is what rule 1 is about, too`},
		{Role{{URI: "com.x", Match: 7}}, `realm "r": role "user": rule 1: there is no matching policy 7`},
		{Role{{URI: "com.x", Allow: []Action{9}}}, `realm "r": role "user": rule 1: there is no Action(9)`},
		{Role{{URI: "com#x"}, {URI: ""}}, "realm \"r\": role \"user\": rule 1: \"com#x\" is no valid URI for exact matching\nrealm \"r\": role \"user\": rule 2: \"\" is no valid URI for exact matching"},
		{Role{{URI: "com.x"}, {URI: "com.x", Match: wamp.MatchPrefix}, {URI: "", Match: wamp.MatchPrefix}}, ""},
	} {
		err := Config{Realms: []RealmConfig{{Name: "r", Roles: map[string]Role{"user": row.role}}}}.Validate()
		if got := errorText(err); got != row.want {
			t.Errorf("%v:\ngot  %s\nwant %s", row.role, got, row.want)
		}
	}
	err := Config{Limits: Limits{MaxOptions: -1, MaxCalls: -5}, Realms: []RealmConfig{{Name: "r", MaxSessions: -1, Roles: map[string]Role{"": nil}}}}.Validate()
	want := "limits: max calls is negative\nlimits: max options is negative\nrealm \"r\": max sessions: -1 is negative\nrealm \"r\": a role has no name"
	if got := errorText(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestLookingUpARightAllocatesNothing(t *testing.T) {
	book := newRulebooks(map[string]Role{"user": {
		{URI: "com.acme.", Match: wamp.MatchPrefix, Allow: []Action{ActionCall}},
		{URI: "org..x", Match: wamp.MatchWildcard, Allow: []Action{ActionCall}},
		{URI: "net.exact", Allow: []Action{ActionCall}},
	}})
	for _, uri := range []wamp.URI{"com.acme.a.b", "org.a.x", "net.exact", "nothing.like.that"} {
		if n := testing.AllocsPerRun(100, func() { book["user"].allows(ActionCall, wamp.MatchExact, uri) }); n != 0 {
			t.Errorf("%s: %v allocations", uri, n)
		}
	}
}

func BenchmarkAuthorize(b *testing.B) {
	role := Role{{URI: "", Match: wamp.MatchPrefix}}
	for i := range 26 {
		root := wamp.URI("com.acme." + string(rune('a'+i)) + ".")
		role = append(role, Rule{URI: root, Match: wamp.MatchPrefix, Allow: []Action{ActionCall}},
			Rule{URI: root + ".reset", Match: wamp.MatchWildcard}, Rule{URI: root + "exact", Allow: []Action{ActionCall}})
	}
	books := newRulebooks(map[string]Role{"user": role, "other": {}})
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := books["user"].allows(ActionCall, wamp.MatchExact, "com.acme.k.device.state"); !ok {
			b.Fatal("denied")
		}
	}
}
