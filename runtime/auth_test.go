package runtime_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
	"github.com/wampkit/wampkit/wamp/proof"
)

// guard is a router with every method, and the keys of its users and its own.
type guard struct {
	authenticators []router.Authenticator
	alice, router  ed25519.PrivateKey
	alicePublic    string
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func newGuard(t *testing.T) *guard {
	t.Helper()
	g := new(guard)
	private, public := auth.NewCryptosignKey()
	g.alice, g.alicePublic = ok[ed25519.PrivateKey](t)(runtime.ParsePrivateKey(private)), public
	own, _ := auth.NewCryptosignKey()
	g.router = ok[ed25519.PrivateKey](t)(runtime.ParsePrivateKey(own))
	g.authenticators = []router.Authenticator{
		ok[*auth.Ticket](t)(auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {Ticket: "sesame", Role: "user"}})),
		ok[*auth.CRA](t)(auth.NewCRA(auth.Static[auth.CRAUser]{
			"peter": {Secret: "sesame", Role: "user"}, "salty": {Secret: "sesame", Salt: "salt123", Iterations: 1000, KeyLen: 32, Role: "user"},
		})),
		ok[*auth.SCRAM](t)(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{
			"sam":   {Password: "sésame", KDF: proof.PBKDF2, Iterations: 4096, Role: "user"},
			"argon": {Password: "sesame", Iterations: 1, Memory: 4096, Role: "user"},
			"a=,b":  {Password: "sesame", KDF: proof.PBKDF2, Iterations: 4096, Role: "user"},
			"cheap": {Password: "sesame", KDF: proof.PBKDF2, Iterations: 4095, Role: "user"},
		})),
		ok[*auth.Cryptosign](t)(auth.NewCryptosign(auth.Static[auth.CryptosignUser]{"alice": {PublicKeys: []string{public}, Role: "admin"}}, auth.RouterKey(g.router))),
	}
	return g
}

func (g *guard) public() ed25519.PublicKey { return g.router.Public().(ed25519.PublicKey) }

func (g *guard) config() router.Config {
	return router.Config{
		Realms: []router.RealmConfig{{Name: router.DefaultRealm, Authenticators: g.authenticators}},
		Limits: router.Limits{AuthenticationFailures: -1},
	}
}

// onEachLink runs a test with a way to join over each of some links.
func (g *guard) onEachLink(t *testing.T, test func(t *testing.T, join func(...runtime.Authenticator) (*runtime.Session, error))) {
	for _, l := range []link{{"ws", wamp.JSON}, {"tcp", wamp.CBOR}, {"unix", wamp.MsgPack}} {
		t.Run(l.String(), func(t *testing.T) {
			p := &place{Router: wamptest.New(t, wamptest.WithConfig(g.config())), t: t, link: l}
			if p.url = l.scheme + "://" + p.Serve(t); l.scheme == "unix" {
				p.url = "unix://" + p.ServeUnix(t)
			}
			test(t, func(authenticators ...runtime.Authenticator) (*runtime.Session, error) {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				s, err := runtime.Dial(ctx, p.url, wamptest.Realm, runtime.WithSerializers(l.format), runtime.WithAuth(authenticators...))
				if err == nil {
					t.Cleanup(func() { s.Close() })
				}
				return s, err
			})
		})
	}
}

func TestLogins(t *testing.T) {
	g := newGuard(t)
	g.onEachLink(t, func(t *testing.T, join func(...runtime.Authenticator) (*runtime.Session, error)) {
		for _, test := range []struct {
			by           []runtime.Authenticator
			authid, role string
			method       string
		}{
			{[]runtime.Authenticator{runtime.Ticket("joe", "sesame")}, "joe", "user", "ticket"},
			{[]runtime.Authenticator{runtime.CRA("peter", "sesame")}, "peter", "user", "wampcra"},
			{[]runtime.Authenticator{runtime.CRA("salty", "sesame")}, "salty", "user", "wampcra"},
			{[]runtime.Authenticator{runtime.SCRAM("sam", "sésame")}, "sam", "user", "wamp-scram"},
			{[]runtime.Authenticator{runtime.SCRAM("sam", "se\u0301same")}, "sam", "user", "wamp-scram"}, // the same, composed otherwise
			{[]runtime.Authenticator{runtime.SCRAM("argon", "sesame")}, "argon", "user", "wamp-scram"},
			{[]runtime.Authenticator{runtime.SCRAM("a=,b", "sesame")}, "a=,b", "user", "wamp-scram"},
			{[]runtime.Authenticator{runtime.Cryptosign("alice", g.alice)}, "alice", "admin", "cryptosign"},
			{[]runtime.Authenticator{runtime.Cryptosign("", g.alice)}, "alice", "admin", "cryptosign"},
			{[]runtime.Authenticator{runtime.Cryptosign("alice", g.alice, runtime.TrustRouter(g.public()), runtime.BindChannel(false))}, "alice", "admin", "cryptosign"},
			// The router picks the method that knows the principal.
			{[]runtime.Authenticator{runtime.Ticket("salty", "x"), runtime.CRA("salty", "sesame"), runtime.SCRAM("salty", "y"), runtime.Cryptosign("", g.alice), runtime.Anonymous()}, "salty", "user", "wampcra"},
		} {
			s, err := join(test.by...)
			if err != nil {
				t.Errorf("%s by %s: %v", test.authid, test.method, err)
				continue
			}
			if w := s.Details(); w.AuthID != test.authid || w.AuthRole != test.role || w.AuthMethod != test.method || w.AuthProvider != "static" {
				t.Errorf("got %+v", w)
			}
		}
	})
}

func TestLoginsThatAreRefused(t *testing.T) {
	g := newGuard(t)
	stranger, _ := auth.NewCryptosignKey()
	other := ok[ed25519.PrivateKey](t)(runtime.ParsePrivateKey(stranger))
	g.onEachLink(t, func(t *testing.T, join func(...runtime.Authenticator) (*runtime.Session, error)) {
		for _, test := range []struct {
			by   runtime.Authenticator
			want wamp.ErrorURI
		}{
			{runtime.Ticket("joe", "guess"), wamp.ErrAuthenticationDenied},
			{runtime.Ticket("jane", "sesame"), wamp.ErrAuthenticationDenied},
			{runtime.CRA("peter", "guess"), wamp.ErrAuthenticationDenied},
			{runtime.CRA("salty", "guess"), wamp.ErrAuthenticationDenied},
			{runtime.CRA("jane", "sesame"), wamp.ErrAuthenticationDenied},
			{runtime.SCRAM("argon", "guess"), wamp.ErrAuthenticationDenied},
			{runtime.Cryptosign("alice", other), wamp.ErrAuthenticationDenied},
			{runtime.Cryptosign("", other), wamp.ErrAuthenticationDenied},
			{runtime.Anonymous(), wamp.ErrNoMatchingAuthMethod},
			{runtime.TLS(), wamp.ErrNoMatchingAuthMethod},
		} {
			_, err := join(test.by)
			var refusal *wamp.Error
			if !errors.Is(err, test.want) || !errors.As(err, &refusal) || !refusal.Remote || refusal.Message() == "" {
				t.Errorf("%s: %v, want %s", test.by.Method(), err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), "guess") || strings.Contains(err.Error(), "sesame")) {
				t.Errorf("the error tells secrets: %v", err)
			}
		}
	})
}

// What makes no sense fails before anything is sent, and what a router must not ask
// fails before anything is given away.
func TestLoginsThatTheClientRefuses(t *testing.T) {
	g := newGuard(t)
	g.onEachLink(t, func(t *testing.T, join func(...runtime.Authenticator) (*runtime.Session, error)) {
		for want, by := range map[string][]runtime.Authenticator{
			"authid":               {runtime.Ticket("joe", "x"), runtime.CRA("peter", "x")},
			"twice":                {runtime.Ticket("joe", "x"), runtime.Ticket("joe", "y")},
			"the authid is empty":  {runtime.Ticket("", "x")},
			"authid is empty":      {runtime.SCRAM("", "x")},
			"prohibited":           {runtime.SCRAM("a\u200e", "x")},
			"private key":          {runtime.Cryptosign("alice", nil)},
			"has no TLS":           {runtime.Cryptosign("alice", g.alice, runtime.BindChannel(true))},
			"connection has no TL": {runtime.SCRAM("argon", "sesame", runtime.BindChannel(true))},
			"too cheap":            {runtime.SCRAM("cheap", "sesame")},
			"not trusted":          {runtime.Cryptosign("alice", g.alice, runtime.TrustRouter(g.alice.Public().(ed25519.PublicKey)))},
			"is not trusted":       {runtime.Cryptosign("alice", g.alice, runtime.TrustRouter())},
		} {
			if _, err := join(by...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want something with %q", err, want)
			}
		}
	})
}

// An authenticator serves several sessions at the same time, and one after the other.
func TestAnAuthenticatorServesManySessions(t *testing.T) {
	g := newGuard(t)
	g.onEachLink(t, func(t *testing.T, join func(...runtime.Authenticator) (*runtime.Session, error)) {
		for _, a := range []runtime.Authenticator{runtime.SCRAM("argon", "sesame"), runtime.Cryptosign("alice", g.alice, runtime.TrustRouter(g.public()))} {
			results := make(chan error, 8)
			for range cap(results) {
				go func() { _, err := join(a); results <- err }()
			}
			for range cap(results) {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func TestLoginsOverTLS(t *testing.T) {
	certificate, pool := selfSigned(t)
	g := newGuard(t)
	byTLS := ok[*auth.TLS](t)(auth.NewTLS(auth.TLSConfig{By: auth.ByFingerprint, Users: map[string]auth.TLSUser{
		fingerprint(certificate): {AuthID: "pump", Role: "service"},
	}}))
	config := g.config()
	config.Realms[0].Authenticators = append(g.authenticators, byTLS)
	r := wamptest.New(t, wamptest.WithConfig(config))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		listener := ok[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
		secure := tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{certificate}, MaxVersion: version, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool,
		})
		r.ServeListener(t, secure)
		for _, url := range []string{"wss://" + listener.Addr().String() + "/ws", "tcps://" + listener.Addr().String()} {
			for _, by := range []runtime.Authenticator{
				runtime.Cryptosign("alice", g.alice, runtime.BindChannel(true), runtime.TrustRouter(g.public())),
				runtime.SCRAM("argon", "sesame", runtime.BindChannel(true)),
				runtime.SCRAM("argon", "sesame", runtime.BindChannel(false)),
				runtime.TLS(),
			} {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				s, err := runtime.Dial(ctx, url, wamptest.Realm, runtime.WithAuth(by),
					runtime.WithTLS(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}}))
				cancel()
				if err != nil {
					t.Errorf("%s over %s at %s: %v", by.Method(), tls.VersionName(version), url, err)
					continue
				}
				if s.Details().AuthMethod != by.Method() {
					t.Errorf("got %+v", s.Details())
				}
				s.Close()
			}
		}
	}
}

// rogue is a router that does as a test says.
func rogue(t *testing.T, by runtime.Authenticator, router func(p *peer, hello wamp.Dict)) error {
	t.Helper()
	client, server := transport.Pipe(wamp.JSON)
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.JSON, codec.Options{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		router(p, p.expect(wamp.TypeHello).(*wamp.Hello).Details)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := runtime.Join(ctx, client, "realm1", runtime.WithAuth(by))
	if err == nil { // the router may wait for an ABORT that does not come
		_ = server.Close()
		<-s.Done()
	}
	<-ended
	_ = server.Close()
	return err
}

func base64Text(octets []byte) string { return base64.StdEncoding.EncodeToString(octets) }

func fingerprint(certificate tls.Certificate) string {
	digest := sha256.Sum256(certificate.Certificate[0])
	return fmt.Sprintf("%x", digest)
}

func TestRogueRouters(t *testing.T) {
	key := newGuard(t).alice
	welcome := func(p *peer, extra wamp.Dict) {
		p.send(&wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict(), "authextra": extra}})
		p.expect(wamp.TypeAbort)
	}
	challenge := func(p *peer, method string, extra wamp.Dict) {
		p.send(&wamp.Challenge{AuthMethod: method, Extra: extra})
		p.expect(wamp.TypeAbort)
	}
	scram := func(p *peer, hello wamp.Dict, change wamp.Dict) wamp.Dict {
		nonce := hello["authextra"].(wamp.Dict)["nonce"].(string)
		extra := wamp.Dict{"nonce": nonce + "AAAA", "salt": "AAAAAAAAAAA=", "kdf": "pbkdf2", "iterations": 4096, "memory": nil}
		for name, value := range change {
			extra[name] = value
		}
		return extra
	}
	for _, test := range []struct {
		want   string
		by     runtime.Authenticator
		router func(p *peer, hello wamp.Dict)
	}{
		{"not offered", runtime.CRA("joe", "x"), func(p *peer, _ wamp.Dict) { challenge(p, "ticket", wamp.Dict{}) }},
		{"nothing to answer", runtime.Anonymous(), func(p *peer, _ wamp.Dict) { challenge(p, "anonymous", wamp.Dict{}) }},
		{"twice", runtime.Ticket("joe", "x"), func(p *peer, _ wamp.Dict) {
			p.send(&wamp.Challenge{AuthMethod: "ticket"})
			p.expect(wamp.TypeAuthenticate)
			challenge(p, "ticket", wamp.Dict{})
		}},
		{"iterations", runtime.CRA("joe", "x"), func(p *peer, _ wamp.Dict) {
			challenge(p, "wampcra", wamp.Dict{"challenge": "x", "salt": "y", "iterations": 100_000_000})
		}},
		{"no challenge", runtime.CRA("joe", "x"), func(p *peer, _ wamp.Dict) { challenge(p, "wampcra", wamp.Dict{}) }},
		{"did not prove that it knows", runtime.SCRAM("joe", "x"), func(p *peer, _ wamp.Dict) { welcome(p, nil) }}, // no challenge at all
		{"did not prove that it knows", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			p.send(&wamp.Challenge{AuthMethod: "wamp-scram", Extra: scram(p, hello, nil)})
			p.expect(wamp.TypeAuthenticate)
			welcome(p, wamp.Dict{"verifier": "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="})
		}},
		{"too cheap", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"iterations": 1}))
		}},
		{"too cheap", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"kdf": "argon2id13", "iterations": 1, "memory": 8}))
		}},
		{"iterations", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"iterations": int64(1) << 40}))
		}},
		{"memory", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"kdf": "argon2id13", "iterations": 1, "memory": 1 << 24}))
		}},
		{"no key derivation function", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"kdf": "none"}))
		}},
		{"salt", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"salt": ""}))
		}},
		{"nonce", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"nonce": "AAAABBBB"}))
		}},
		{"nonce", runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
			challenge(p, "wamp-scram", scram(p, hello, wamp.Dict{"nonce": hello["authextra"].(wamp.Dict)["nonce"]}))
		}},
		{"challenge", runtime.Cryptosign("joe", key), func(p *peer, _ wamp.Dict) { challenge(p, "cryptosign", wamp.Dict{"challenge": "abcd"}) }},
		{"channel binding", runtime.Cryptosign("joe", key), func(p *peer, _ wamp.Dict) {
			challenge(p, "cryptosign", wamp.Dict{"challenge": strings.Repeat("ab", 32), "channel_binding": "tls-unique"})
		}},
		{"did not prove who it is", runtime.Cryptosign("joe", key, runtime.TrustRouter(key.Public().(ed25519.PublicKey))), func(p *peer, _ wamp.Dict) {
			challenge(p, "cryptosign", wamp.Dict{"challenge": strings.Repeat("ab", 32)})
		}},
		{"did not prove who it is", runtime.Cryptosign("joe", key, runtime.TrustRouter(key.Public().(ed25519.PublicKey))), func(p *peer, _ wamp.Dict) { welcome(p, nil) }},
		{"did not prove that it has", runtime.Cryptosign("joe", key, runtime.TrustRouter(key.Public().(ed25519.PublicKey))), func(p *peer, hello wamp.Dict) {
			other := ok[string](t)(proof.SignChallenge(key, make([]byte, 32), nil)) // an old one
			challenge(p, "cryptosign", wamp.Dict{
				"challenge": strings.Repeat("ab", 32), "signature": other, "pubkey": hello["authextra"].(wamp.Dict)["pubkey"],
			})
		}},
	} {
		if err := rogue(t, test.by, test.router); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want something with %q", test.by.Method(), err, test.want)
		}
	}
}

// The verifier may have the prefix that the example of the chapter has.
func TestVerifierOfAnotherRouter(t *testing.T) {
	cost := proof.SCRAMCost{KDF: proof.PBKDF2, Salt: make([]byte, 8), Iterations: 4096}
	keys := ok[proof.SCRAMKeys](t)(proof.NewSCRAMKeys("x", cost))
	err := rogue(t, runtime.SCRAM("joe", "x"), func(p *peer, hello wamp.Dict) {
		nonce := hello["authextra"].(wamp.Dict)["nonce"].(string)
		x := proof.SCRAMExchange{AuthID: "joe", ClientNonce: nonce, Nonce: nonce + "AAAA", Salt: "AAAAAAAAAAA=", Iterations: 4096}
		p.send(&wamp.Challenge{AuthMethod: "wamp-scram", Extra: wamp.Dict{"nonce": x.Nonce, "salt": x.Salt, "kdf": "pbkdf2", "iterations": 4096.0}})
		p.expect(wamp.TypeAuthenticate)
		p.send(&wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict(), "authextra": wamp.Dict{"verifier": "v=" + base64Text(x.ServerSignature(keys.Server))}}})
	})
	if err != nil {
		t.Error(err)
	}
}
