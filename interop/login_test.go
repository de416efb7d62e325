package interop

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
)

// login is an attempt to log in to the router of guardedRouter.
type login struct {
	method, authid, secret string
	role                   string // empty if it is refused
}

// guardedRouter runs a router with the methods that foreign clients know, and returns
// the logins that are to be tried on it.
func guardedRouter(t *testing.T) (url string, logins []login) {
	t.Helper()
	private, public := auth.NewCryptosignKey()
	stranger, _ := auth.NewCryptosignKey()
	ticket, err := auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {SHA256: auth.HashTicket("secret!!!"), Role: "user"}})
	if err != nil {
		t.Fatal(err)
	}
	salty, err := auth.DeriveCRA("secret1", "salt123", 1000, 32)
	if err != nil {
		t.Fatal(err)
	}
	salty.Role = "user"
	cra, err := auth.NewCRA(auth.Static[auth.CRAUser]{"peter": {Secret: "secret1", Role: "user"}, "salty": salty})
	if err != nil {
		t.Fatal(err)
	}
	cryptosign, err := auth.NewCryptosign(auth.Static[auth.CryptosignUser]{"alice": {PublicKeys: []string{public}, Role: "admin"}})
	if err != nil {
		t.Fatal(err)
	}
	return startRouter(t, router.Authenticator(ticket), cra, cryptosign), []login{
		{"ticket", "joe", "secret!!!", "user"}, {"ticket", "joe", "guess", ""},
		{"wampcra", "peter", "secret1", "user"}, {"wampcra", "peter", "guess", ""}, {"wampcra", "salty", "secret1", "user"},
		{"wampcra", "salty", "guess", ""}, {"wampcra", "nobody", "secret1", ""},
		{"cryptosign", "alice", private, "admin"}, {"cryptosign", "alice", stranger, ""},
	}
}

// TestJavaScriptLogsIn lets foreign clients prove who they are.
func TestJavaScriptLogsIn(t *testing.T) {
	node := nodeBinary(t)
	for _, peer := range jsPeers {
		t.Run(peer.client+"/"+peer.serializer, func(t *testing.T) {
			url, logins := guardedRouter(t)
			checkLogins(t, testContext(t), logins, func(ctx context.Context, l login) []byte {
				return runScript(t, ctx, "js", node, "login.mjs", peer.client, peer.serializer, url, realm, l.method, l.authid, l.secret)
			})
		})
	}
}

// TestPythonLogsIn lets a foreign client prove who it is.
func TestPythonLogsIn(t *testing.T) {
	python := pythonBinary(t)
	for _, peer := range []int{0, len(pythonPeers) - 1} { // how things are serialized does not matter to the methods
		peer := pythonPeers[peer]
		t.Run(peer.transport+"/"+peer.serializer, func(t *testing.T) {
			url, logins := guardedRouter(t)
			checkLogins(t, testContext(t), logins, func(ctx context.Context, l login) []byte {
				return runScript(t, ctx, "python", python, "login.py", peer.transport, peer.serializer, address(url), realm, l.method, l.authid, l.secret)
			})
		})
	}
}

// checkLogins tries logins, and holds what a script prints against what is due.
func checkLogins(t *testing.T, ctx context.Context, logins []login, try func(context.Context, login) []byte) {
	t.Helper()
	for _, l := range logins {
		var seen struct{ Refused, AuthID, AuthRole, AuthMethod, AuthProvider string }
		output := try(ctx, l)
		if err := json.Unmarshal(output, &seen); err != nil {
			t.Fatalf("%s: %v\n%s", l.method, err, output)
		}
		switch {
		case l.role == "" && seen.Refused != string(wamp.ErrAuthenticationDenied):
			t.Errorf("%s of %s with the wrong secret: %s", l.method, l.authid, output)
		case l.role != "" && (seen.AuthID != l.authid || seen.AuthRole != l.role || seen.AuthMethod != l.method || seen.AuthProvider != "static"):
			t.Errorf("%s of %s: %s", l.method, l.authid, output)
		}
	}
}
