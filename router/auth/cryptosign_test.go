package auth_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// keyPair is a key of a client or a router.
type keyPair struct {
	private ed25519.PrivateKey
	public  string
}

func newKey(t *testing.T) keyPair {
	t.Helper()
	private, public := auth.NewCryptosignKey()
	return keyPair{must[ed25519.PrivateKey](t)(proof.ParsePrivateKey(private)), public}
}

func keyHello(authid string, key keyPair, extra d) d {
	hello := d{"authmethods": l{"cryptosign"}, "authextra": d{"pubkey": key.public}}
	if authid != "" {
		hello["authid"] = authid
	}
	for name, value := range extra {
		hello["authextra"].(d)[name] = value
	}
	return hello
}

// signed is AUTHENTICATE with a challenge that was signed.
func signed(t *testing.T, key keyPair, challenge any, channel []byte) l {
	t.Helper()
	message := must[[]byte](t)(proof.ParseChallenge(challenge.(string)))
	return l{5, must[string](t)(proof.SignChallenge(key.private, message, channel)), d{}}
}

// ring is users with keys: alice has two, bob one, and a third one is shared.
type ring struct{ alice, alice2, bob, shared, stranger keyPair }

func newRing(t *testing.T) ring {
	return ring{newKey(t), newKey(t), newKey(t), newKey(t), newKey(t)}
}

func (r ring) users() auth.Static[auth.CryptosignUser] {
	return auth.Static[auth.CryptosignUser]{
		"alice": {PublicKeys: []string{r.alice.public, strings.ToUpper(r.alice2.public), r.shared.public}, Role: "admin"},
		"bob":   {PublicKeys: []string{r.bob.public, r.shared.public}, Role: "user", AuthID: "robert"},
	}
}

func (r ring) config(t *testing.T, opts ...auth.Option) router.Config {
	t.Helper()
	return realm1(must[*auth.Cryptosign](t)(auth.NewCryptosign(r.users(), opts...)))
}

func TestW201_Cryptosign(t *testing.T) {
	r := newRing(t)
	everyScheme(t, func() router.Config { return r.config(t) }, func(t *testing.T, p *place) {
		for _, test := range []struct {
			claims       string
			key          keyPair
			authid, role string
		}{
			{"alice", r.alice, "alice", "admin"}, {"alice", r.alice2, "alice", "admin"}, {"bob", r.bob, "robert", "user"},
			{"alice", r.shared, "alice", "admin"}, {"bob", r.shared, "robert", "user"},
			{"", r.alice2, "alice", "admin"}, {"", r.bob, "robert", "user"}, // W202: the key says who it is
		} {
			c := p.dial()
			c.hello(keyHello(test.claims, test.key, nil))
			challenge := c.challenged("cryptosign")
			if text, _ := challenge["challenge"].(string); len(text) != 64 || challenge["channel_binding"] != nil || len(challenge) != 2 {
				t.Errorf("challenged with %v", challenge)
			}
			c.say(signed(t, test.key, challenge["challenge"], nil)...)
			c.is(c.welcomed(), test.authid, test.role, "cryptosign", "static")
		}
		for _, test := range []struct {
			claims string
			key    keyPair
		}{{"alice", r.bob}, {"bob", r.alice}, {"alice", r.stranger}, {"", r.stranger}, {"jane", r.alice}, {"jane", r.stranger}, {"", r.shared}} {
			c := p.dial()
			c.hello(keyHello(test.claims, test.key, nil))
			c.say(signed(t, test.key, c.challenged("cryptosign")["challenge"], nil)...)
			c.refused(wamp.ErrAuthenticationDenied)
		}
	})
}

// What is signed has to be the challenge of this session, by the key that was announced.
func TestW201_AnswersThatAreRefused(t *testing.T) {
	r := newRing(t)
	everyScheme(t, func() router.Config { return r.config(t) }, func(t *testing.T, p *place) {
		c := p.dial()
		c.hello(keyHello("alice", r.alice, nil))
		overheard := signed(t, r.alice, c.challenged("cryptosign")["challenge"], nil)
		c.say(overheard...)
		c.welcomed()

		for what, answer := range map[string]func(challenge string) l{
			"a replay":          func(string) l { return overheard },
			"another challenge": func(string) l { return signed(t, r.alice, strings.Repeat("ab", 32), nil) },
			"another key":       func(c string) l { return signed(t, r.bob, c, nil) },
			"a channel":         func(c string) l { return signed(t, r.alice, c, []byte(strings.Repeat("x", 32))) },
			"a mixture": func(c string) l {
				old := overheard[1].(string)
				return l{5, old[:128] + c, d{}}
			},
			"the signature only": func(c string) l { return l{5, signed(t, r.alice, c, nil)[1].(string)[:128], d{}} },
			"the challenge only": func(c string) l { return l{5, c, d{}} },
			"nothing":            func(string) l { return l{5, "", d{}} },
		} {
			c := p.dial()
			c.hello(keyHello("alice", r.alice, nil))
			c.say(answer(c.challenged("cryptosign")["challenge"].(string))...)
			if text := c.refused(wamp.ErrAuthenticationDenied); text == "" {
				t.Errorf("%s: no text", what)
			}
		}
	})
}

func TestW202_ThePublicKeyIsRequired(t *testing.T) {
	r := newRing(t)
	p := start(t, r.config(t), "tcp")
	for _, extra := range (l{nil, d{}, d{"pubkey": nil}, d{"pubkey": ""}, d{"pubkey": 1}, d{"pubkey": "abcd"}, d{"pubkey": strings.Repeat("x", 64)}, d{"pubkey": []byte("x")}}) {
		c := p.dial()
		c.hello(d{"authmethods": l{"cryptosign"}, "authid": "alice", "authextra": extra})
		if text := c.refused(wamp.ErrAuthenticationFailed); !strings.Contains(text, "pubkey") {
			t.Errorf("%v is refused with %q", extra, text)
		}
	}
}

func TestW203_TheRouterProvesWhoItIs(t *testing.T) {
	r, own := newRing(t), newKey(t)
	p := start(t, r.config(t, auth.RouterKey(own.private)), "ws")
	asked := strings.Repeat("5a", 32)
	c := p.dial()
	c.hello(keyHello("alice", r.alice, d{"challenge": asked}))
	challenge := c.challenged("cryptosign")
	public := must[ed25519.PublicKey](t)(proof.ParsePublicKey(challenge["pubkey"].(string)))
	message := must[[]byte](t)(hex.DecodeString(asked))
	if challenge["pubkey"] != own.public || !proof.CheckSignedChallenge(public, message, nil, challenge["signature"].(string)) {
		t.Errorf("the router proves itself with %v", challenge)
	}
	c.say(signed(t, r.alice, challenge["challenge"], nil)...)
	c.welcomed()

	for _, bad := range (l{"", "ab", 1, l{}}) {
		c := p.dial()
		c.hello(keyHello("alice", r.alice, d{"challenge": bad}))
		c.refused(wamp.ErrAuthenticationFailed)
	}
	c = start(t, r.config(t), "ws").dial() // one without a key
	c.hello(keyHello("alice", r.alice, d{"challenge": asked}))
	if challenge := c.challenged("cryptosign"); challenge["pubkey"] != nil || challenge["signature"] != nil {
		t.Errorf("a router without a key proves itself with %v", challenge)
	}
}

func channelOf(t *testing.T, c *peer, binding string) []byte {
	t.Helper()
	return must[[]byte](t)(proof.ChannelID(c.conn.Info().TLS, binding))
}

func TestW204_ChannelBinding(t *testing.T) {
	ca, r, own := newAuthority(t), newRing(t), newKey(t)
	for _, test := range []struct {
		scheme  string
		version uint16
		binding string
	}{
		{"wss", tls.VersionTLS13, proof.TLSExporter}, {"tcps", tls.VersionTLS13, proof.TLSExporter},
		{"wss", tls.VersionTLS12, proof.TLSExporter}, {"tcps", tls.VersionTLS12, proof.TLSUnique},
	} {
		t.Run(test.scheme+" "+tls.VersionName(test.version)+" "+test.binding, func(t *testing.T) {
			p := startTLS(t, r.config(t, auth.RouterKey(own.private)), test.scheme, ca.server())
			client := ca.client()
			client.MaxVersion = test.version
			login := func(channel func(c *peer) []byte) *peer {
				c := p.dial(over(client))
				asked := strings.Repeat("5a", 32)
				c.hello(keyHello("alice", r.alice, d{"channel_binding": test.binding, "challenge": asked}))
				challenge := c.challenged("cryptosign")
				if challenge["channel_binding"] != test.binding {
					t.Fatalf("challenged with %v", challenge)
				}
				message := must[[]byte](t)(hex.DecodeString(asked))
				public := must[ed25519.PublicKey](t)(proof.ParsePublicKey(own.public))
				if !proof.CheckSignedChallenge(public, message, channelOf(t, c, test.binding), challenge["signature"].(string)) {
					t.Error("the router's proof is not bound to the channel")
				}
				c.say(signed(t, r.alice, challenge["challenge"], channel(c))...)
				return c
			}
			login(func(c *peer) []byte { return channelOf(t, c, test.binding) }).welcomed()
			login(func(*peer) []byte { return nil }).refused(wamp.ErrAuthenticationDenied)
			other := p.dial(over(client))
			login(func(*peer) []byte { return channelOf(t, other, test.binding) }).refused(wamp.ErrAuthenticationDenied)
		})
	}
}

// Where the connection cannot be bound to, the router goes on without, and says so.
func TestW204_UnsupportedChannelBinding(t *testing.T) {
	ca, r := newAuthority(t), newRing(t)
	check := func(p *place, binding string, change ...func(*transport.DialOptions)) {
		t.Helper()
		c := p.dial(change...)
		c.hello(keyHello("alice", r.alice, d{"channel_binding": binding}))
		challenge := c.challenged("cryptosign")
		if said, there := challenge["channel_binding"]; said != nil || !there {
			t.Errorf("challenged with %v", challenge)
		}
		c.say(signed(t, r.alice, challenge["challenge"], nil)...)
		c.welcomed()
	}
	plain := start(t, r.config(t), "tcp")
	check(plain, proof.TLSExporter)
	check(plain, "tls-server-end-point")
	secure := startTLS(t, r.config(t), "wss", ca.server())
	check(secure, proof.TLSUnique, over(ca.client())) // TLS 1.3 has none
	check(secure, "made-up", over(ca.client()))

	demanding := start(t, r.config(t, auth.RequireChannelBinding()), "tcp")
	for _, extra := range []d{nil, {"channel_binding": proof.TLSExporter}} {
		c := demanding.dial()
		c.hello(keyHello("alice", r.alice, extra))
		c.refused(wamp.ErrAuthenticationFailed)
	}
}

func TestW200_SCRAMWithChannelBinding(t *testing.T) {
	ca := newAuthority(t)
	config := realm1(must[*auth.SCRAM](t)(auth.NewSCRAM(scramUsers(t), auth.RequireChannelBinding())))
	p := startTLS(t, config, "wss", ca.server())
	login := func(data func(c *peer) []byte) *peer {
		c := p.dial(over(ca.client()))
		hello := scramHello("joe")
		hello["authextra"].(d)["channel_binding"] = proof.TLSExporter
		c.hello(hello)
		challenge := c.challenged("wamp-scram")
		x := scramExchange(hello, challenge)
		x.Binding, x.BindingData = proof.TLSExporter, data(c)
		c.say(5, base64Of(x.ClientProof(scramKeys(challenge, "sesame"))),
			d{"nonce": x.Nonce, "channel_binding": x.Binding, "cbind_data": base64Of(x.BindingData)})
		return c
	}
	login(func(c *peer) []byte { return channelOf(t, c, proof.TLSExporter) }).welcomed()
	other := p.dial(over(ca.client()))
	login(func(*peer) []byte { return channelOf(t, other, proof.TLSExporter) }).refused(wamp.ErrAuthenticationDenied)

	c := p.dial(over(ca.client())) // the router demands it
	c.hello(scramHello("joe"))
	c.refused(wamp.ErrAuthenticationFailed)
}
