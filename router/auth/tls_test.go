package auth_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
)

func TestW206_ClientCertificates(t *testing.T) {
	ca := newAuthority(t)
	pump := ca.issue("pump-7", "pump-7.example.com", "pumps.example.com")
	digest := sha256.Sum256(pump.Leaf.Raw)
	fingerprint := hex.EncodeToString(digest[:])
	for _, scheme := range []string{"wss", "tcps"} {
		for _, test := range []struct {
			config       auth.TLSConfig
			claims       string
			authid, role string // empty: denied
		}{
			{auth.TLSConfig{Role: "service"}, "", "pump-7", "service"},
			{auth.TLSConfig{Role: "service"}, "pump-7", "pump-7", "service"},
			{auth.TLSConfig{Role: "service"}, "pump-8", "", ""},
			{auth.TLSConfig{Users: map[string]auth.TLSUser{"pump-7": {Role: "pump", AuthID: "seven"}}}, "", "seven", "pump"},
			{auth.TLSConfig{Users: map[string]auth.TLSUser{"pump-7": {Role: "pump", AuthID: "seven"}}}, "pump-7", "", ""},
			{auth.TLSConfig{Users: map[string]auth.TLSUser{"pump-8": {Role: "pump"}}}, "", "", ""},
			{auth.TLSConfig{Role: "service", Users: map[string]auth.TLSUser{"pump-8": {Role: "pump"}}}, "", "pump-7", "service"},
			{auth.TLSConfig{By: auth.ByDNSName, Role: "service"}, "", "pump-7.example.com", "service"},
			{auth.TLSConfig{By: auth.ByDNSName, Role: "service"}, "pumps.example.com", "pumps.example.com", "service"},
			{auth.TLSConfig{By: auth.ByDNSName, Users: map[string]auth.TLSUser{"pumps.example.com": {Role: "pump"}}}, "", "pumps.example.com", "pump"},
			{auth.TLSConfig{By: auth.ByFingerprint, Users: map[string]auth.TLSUser{fingerprint: {Role: "pump", AuthID: "seven"}}}, "", "seven", "pump"},
			{auth.TLSConfig{By: auth.ByFingerprint, Users: map[string]auth.TLSUser{colons(fingerprint): {Role: "pump"}}}, "", fingerprint, "pump"},
			{auth.TLSConfig{By: auth.ByFingerprint, Role: "service", Users: map[string]auth.TLSUser{strings.Repeat("ab", 32): {}}}, "", "", ""},
		} {
			p := startTLS(t, realm1(must[*auth.TLS](t)(auth.NewTLS(test.config))), scheme, ca.server())
			c := p.dial(over(ca.client(pump)))
			hello := d{"authmethods": l{"tls"}}
			if test.claims != "" {
				hello["authid"] = test.claims
			}
			c.hello(hello)
			if test.authid == "" {
				c.refused(wamp.ErrAuthenticationDenied)
			} else {
				c.is(c.welcomed(), test.authid, test.role, "tls", "static")
			}
		}
	}
}

// colons writes a fingerprint as openssl does.
func colons(fingerprint string) string {
	var pairs []string
	for i := 0; i < len(fingerprint); i += 2 {
		pairs = append(pairs, strings.ToUpper(fingerprint[i:i+2]))
	}
	return strings.Join(pairs, ":")
}

// A certificate counts if the TLS handshake verified it, and only then.
func TestW206_CertificatesThatAreNone(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	config := func() *auth.TLS { return must[*auth.TLS](t)(auth.NewTLS(auth.TLSConfig{Role: "service"})) }
	lax := ca.server()
	lax.ClientAuth = tls.RequireAnyClientCert // which verifies nothing
	p := startTLS(t, realm1(config()), "tcps", lax)
	c := p.dial(over(ca.client(stranger.issue("pump-7"))))
	c.hello(d{"authmethods": l{"tls"}})
	c.refused(wamp.ErrNoMatchingAuthMethod)

	for _, place := range []*place{startTLS(t, realm1(config()), "tcps", ca.server()), start(t, realm1(config()), "tcp")} {
		c := place.dial(over(ca.client()))
		c.hello(d{"authmethods": l{"tls"}})
		c.refused(wamp.ErrNoMatchingAuthMethod)
	}
	nameless := startTLS(t, realm1(config()), "tcps", ca.server()).dial(over(ca.client(ca.issue(""))))
	nameless.hello(d{"authmethods": l{"tls"}})
	nameless.refused(wamp.ErrAuthenticationDenied)
}

// Without a certificate, the next method has its turn.
func TestW206_CertificateOrTicket(t *testing.T) {
	ca := newAuthority(t)
	byTLS := must[*auth.TLS](t)(auth.NewTLS(auth.TLSConfig{Role: "service"}))
	ticket := must[*auth.Ticket](t)(auth.NewTicket(ticketUsers(t)))
	p := startTLS(t, realm1(byTLS, ticket), "tcps", ca.server())
	hello := d{"authmethods": l{"ticket", "tls"}}
	c := p.dial(over(ca.client(ca.issue("pump-7"))))
	c.hello(hello)
	c.is(c.welcomed(), "pump-7", "service", "tls", "static")
	hello["authid"] = "joe"
	c = p.dial(over(ca.client()))
	c.hello(hello)
	c.challenged("ticket")
}

func TestTLSConfigurationsThatAreRefused(t *testing.T) {
	for what, config := range map[string]auth.TLSConfig{
		"nobody":              {},
		"a role of nobody":    {Users: map[string]auth.TLSUser{"x": {}}},
		"another name":        {By: "serial", Role: "x"},
		"no fingerprints":     {By: auth.ByFingerprint, Role: "x"},
		"short fingerprints":  {By: auth.ByFingerprint, Users: map[string]auth.TLSUser{"abcd": {Role: "x"}}},
		"fingerprints in hex": {By: auth.ByFingerprint, Users: map[string]auth.TLSUser{strings.Repeat("xy", 32): {Role: "x"}}},
	} {
		if _, err := auth.NewTLS(config); err == nil {
			t.Errorf("%s: want an error", what)
		}
	}
}
