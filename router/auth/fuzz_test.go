package auth_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
	"github.com/wampkit/wampkit/wamp/proof"
)

// FuzzLogin lets somebody who knows no secret say anything in HELLO and AUTHENTICATE, each
// given as JSON. Nobody is let in, nothing panics, and every attempt ends.
func FuzzLogin(f *testing.F) {
	key := `"pubkey":"` + strings.Repeat("5a", 32) + `"`
	for _, seed := range [][2]string{
		{`{"authmethods":["ticket"],"authid":"joe"}`, `["x",{}]`},
		{`{"authmethods":["wampcra"],"authid":"joe"}`, `["gir1mSx+deCDUV7wRM5SGIn/+R/ClqLZuH4m7FJeBVI=",{}]`},
		{`{"authmethods":["wamp-scram"],"authid":"joe","authextra":{"nonce":"` + clientNonce + `","channel_binding":null}}`,
			`["dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",{"nonce":"x","channel_binding":null,"cbind_data":null}]`},
		{`{"authmethods":["cryptosign"],"authid":"joe","authextra":{` + key + `,"challenge":"` + strings.Repeat("ab", 32) + `","channel_binding":"tls-unique"}}`,
			`["` + strings.Repeat("ab", 96) + `",{}]`},
		{`{"authmethods":["cryptosign"],"authextra":{` + key + `}}`, `["",{"x":[1,{}]}]`},
		{`{"authmethods":["tls","cookie","wampcra","ticket"],"authid":"nobody","authextra":{"nonce":[],"pubkey":{}}}`, `["\u0001",{}]`},
		{`{"authmethods":[null]}`, `[1,{}]`},
	} {
		f.Add(seed[0], seed[1])
	}
	secret := rand.Text()
	own := ed25519.NewKeyFromSeed([]byte(strings.Repeat("r", ed25519.SeedSize)))
	_, public := auth.NewCryptosignKey()
	log := new(logged)
	config := realm1()
	config.Logger = slog.New(slog.NewTextHandler(log, nil))
	config.Limits.HandshakeTimeout = time.Minute
	for _, a := range []func() (router.Authenticator, error){
		func() (router.Authenticator, error) { return auth.NewCookies(auth.CookieConfig{}), nil },
		func() (router.Authenticator, error) { return auth.NewTLS(auth.TLSConfig{Role: "user"}) },
		func() (router.Authenticator, error) {
			return auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {Ticket: secret, Role: "user"}})
		},
		func() (router.Authenticator, error) {
			return auth.NewCRA(auth.Static[auth.CRAUser]{"joe": {Secret: secret, Salt: "salt", Role: "user"}})
		},
		func() (router.Authenticator, error) {
			return auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"joe": {Password: secret, KDF: proof.PBKDF2, Iterations: 1, Role: "user"}})
		},
		func() (router.Authenticator, error) {
			return auth.NewCryptosign(auth.Static[auth.CryptosignUser]{"joe": {PublicKeys: []string{public}, Role: "user"}}, auth.RouterKey(own))
		},
	} {
		made, err := a()
		if err != nil {
			f.Fatal(err)
		}
		config.Realms[0].Authenticators = append(config.Realms[0].Authenticators, made)
	}
	r := router.New(config)
	f.Cleanup(func() { r.Shutdown(f.Context()) })
	f.Fuzz(func(t *testing.T, hello, answer string) {
		details, _ := codec.DecodeValue(wamp.JSON, []byte(hello))
		reply, _ := codec.DecodeValue(wamp.JSON, []byte(answer))
		said, isDict := details.(d)
		arguments, isList := reply.(l)
		if !isDict || !isList {
			t.Skip()
		}
		for _, format := range wamp.Formats() {
			conn := r.Connect(format)
			c := &peer{t, conn}
			said["roles"] = d{"caller": d{}}
			if !c.tries(l{1, "realm1", said}) {
				conn.Close()
				continue
			}
			message, err := c.receive()
			if err == nil && message[0] == int64(4) && c.tries(append(l{5}, arguments...)) {
				message, err = c.receive()
			}
			if err == nil && message[0] == int64(2) {
				t.Errorf("welcomed: %v", message)
			}
			conn.Close()
		}
		if text := log.String(); strings.Contains(text, "panic") {
			t.Fatalf("%s", text)
		}
	})
}

// tries says a message if the peer's serializer can carry it.
func (p *peer) tries(message l) bool {
	frame, err := codec.AppendValue(nil, p.conn.Format(), message)
	if err != nil {
		return false
	}
	p.conn.SendFrame(frame)
	p.conn.Flush()
	return true
}
