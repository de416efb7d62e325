package config

import (
	"testing"

	"github.com/wampkit/wampkit/router"
)

// cookiesAfter builds a file, and returns what keeps the logins of realm r.
func cookiesAfter(t *testing.T, kept *Kept, content string) router.Authenticator {
	t.Helper()
	loaded, err := Parse("router.yaml", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	config, err := loaded.Build(kept)
	if err != nil {
		t.Fatal(err)
	}
	return config.Realms[0].Authenticators[0]
}

func TestLoginsByCookieEndWhenUsersChange(t *testing.T) {
	const before = "realms: {r: {auth: {cookie: {}, ticket: {users: {a: {ticket: s, role: x}, b: {ticket: s, role: x}}}}}}\n"
	kept := NewKept()
	first := cookiesAfter(t, kept, before)
	if cookiesAfter(t, kept, before+"limits: {max_calls: 5}\n") != first {
		t.Error("logins ended, although nothing about users changed")
	}
	for name, after := range map[string]string{
		"a user less":    "realms: {r: {auth: {cookie: {}, ticket: {users: {a: {ticket: s, role: x}}}}}}\n",
		"another secret": "realms: {r: {auth: {cookie: {}, ticket: {users: {a: {ticket: s, role: x}, b: {ticket: other, role: x}}}}}}\n",
	} {
		if cookiesAfter(t, kept, after) == first {
			t.Errorf("%s: logins stay", name)
		}
		kept = NewKept()
		first = cookiesAfter(t, kept, before)
	}
}
