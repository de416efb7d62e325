package runtime_test

import (
	"context"
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// FuzzChallenge lets a router say anything in CHALLENGE and WELCOME, given as JSON:
// the client does not panic, and does not believe a router that proved nothing where it has to.
func FuzzChallenge(f *testing.F) {
	for _, seed := range [][2]string{
		{`["ticket",{}]`, `{}`},
		{`["wampcra",{"challenge":"{}","salt":"x","iterations":1,"keylen":32}]`, `{}`},
		{`["wamp-scram",{"nonce":"NONCE","salt":"AAAAAAAAAAA=","kdf":"pbkdf2","iterations":4096,"memory":null}]`, `{"authextra":{"verifier":"v=AAAA"}}`},
		{`["wamp-scram",{"nonce":"NONCEx","salt":"AAAAAAAAAAA=","kdf":"argon2id13","iterations":1,"memory":4096}]`, `{"authextra":{"verifier":1}}`},
		{`["cryptosign",{"challenge":"` + strings.Repeat("ab", 32) + `","channel_binding":null,"pubkey":"PUBLIC","signature":"` + strings.Repeat("ab", 96) + `"}]`, `{"authextra":[]}`},
		{`["cryptosign",{"challenge":"","channel_binding":"tls-unique"}]`, `{"authmethod":"cryptosign"}`},
		{`["",{"challenge":[]}]`, `{"authmethod":1}`},
	} {
		f.Add(seed[0], seed[1])
	}
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	f.Fuzz(func(t *testing.T, challenge, welcome string) {
		value, _ := codec.DecodeValue(wamp.JSON, []byte(challenge))
		said, _ := value.([]any)
		value, _ = codec.DecodeValue(wamp.JSON, []byte(welcome))
		details, ok := value.(wamp.Dict)
		if len(said) != 2 || !ok {
			t.Skip()
		}
		method, _ := said[0].(string)
		extra, _ := said[1].(wamp.Dict)
		if costs(extra, "iterations", 5000) || costs(extra, "memory", 1<<14) {
			t.Skip() // it would only take long
		}
		by := map[string]runtime.Authenticator{
			"ticket": runtime.Ticket("joe", "x"), "wampcra": runtime.CRA("joe", "x"), "wamp-scram": runtime.SCRAM("joe", "x"),
			"cryptosign": runtime.Cryptosign("joe", key, runtime.TrustRouter(key.Public().(ed25519.PublicKey))),
		}[method]
		if by == nil {
			by = runtime.SCRAM("joe", "x")
		}
		client, server := transport.Pipe(wamp.CBOR)
		played := make(chan struct{})
		go func() {
			defer close(played)
			p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.CBOR, codec.Options{})}
			hello := p.expect(wamp.TypeHello).(*wamp.Hello)
			if nonce, _ := extra["nonce"].(string); strings.HasPrefix(nonce, "NONCE") {
				own, _ := hello.Details["authextra"].(wamp.Dict)["nonce"].(string)
				extra["nonce"] = own + nonce
			}
			details["roles"] = allFeatures.Dict()
			for _, m := range []wamp.Message{&wamp.Challenge{AuthMethod: method, Extra: extra}, &wamp.Welcome{Session: 1, Details: details}} {
				_ = server.Send(m) // which cannot carry everything
			}
			_ = server.Shutdown(nil, patience)
		}()
		s, err := runtime.Join(context.Background(), client, "realm1", runtime.WithAuth(by))
		<-played
		if err == nil {
			<-s.Done()
			if by.Method() == "wamp-scram" || by.Method() == "cryptosign" {
				t.Errorf("%s believed %s and %s", by.Method(), challenge, welcome)
			}
		}
	})
}

// costs reports whether a number in CHALLENGE.Extra is too high for the fuzzer.
func costs(extra wamp.Dict, name string, most float64) bool {
	switch value := extra[name].(type) {
	case int64:
		return float64(value) > most
	case float64:
		return value > most
	}
	return false
}
