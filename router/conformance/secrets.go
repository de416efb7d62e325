package conformance

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp/proof"
)

var byCRA = []Case{
	{
		ID: "W197", Level: Must, Spec: "a/authentication_cra", Router: []Option{guarded},
		Rule: "The challenge of `wampcra` is JSON with the identity, a nonce, the time, and the session id of the later WELCOME.",
		Test: func(t *T) {
			nonces := make(map[string]bool)
			for range 3 {
				p := t.Connect()
				p.sayHello("peter", nil, "wampcra")
				text, _ := p.Expect(4, "wampcra", containing(d{"challenge": aString})).Dict(2)["challenge"].(string)
				var challenge struct {
					AuthID, AuthRole, AuthMethod, AuthProvider, Nonce, Timestamp string
					Session                                                      int64
				}
				t.must(json.Unmarshal([]byte(text), &challenge))
				if challenge.AuthID != "peter" || challenge.AuthRole != "user" || challenge.AuthMethod != "wampcra" || challenge.AuthProvider != "static" {
					t.Errorf("the challenge is %s", text)
				}
				if at, err := time.Parse("2006-01-02T15:04:05.000Z", challenge.Timestamp); err != nil || time.Since(at).Abs() > time.Minute {
					t.Errorf("the time is %s: %v", challenge.Timestamp, err)
				}
				if nonces[challenge.Nonce] || len(challenge.Nonce) < 16 {
					t.Errorf("the nonce is %q", challenge.Nonce)
				}
				nonces[challenge.Nonce] = true
				p.Send(5, proof.CRASignature("secret1", text), d{})
				p.Expect(2, challenge.Session, containing(d{"authid": "peter", "authrole": "user"}))
			}
		},
	},
	{
		ID: "W198", Level: Must, Spec: "a/authentication_cra", Links: everyRawSocket, Router: []Option{guarded},
		Rule: "The signature of `wampcra` is the base64 of an HMAC-SHA256 of the challenge, by a secret that may be salted.",
		Test: func(t *T) {
			p := t.Connect()
			p.sayHello("peter", nil, "wampcra")
			p.signCRA("secret1")
			p.Expect(2, anID, aDict)
			p = t.Connect()
			p.sayHello("salty", nil, "wampcra")
			p.signCRA("secret1")
			p.Expect(2, anID, containing(d{"authid": "salty"}))
			for _, authid := range []string{"peter", "salty", "nobody"} {
				p := t.Connect()
				p.sayHello(authid, nil, "wampcra")
				p.signCRA("secret2")
				p.ExpectAbort("wamp.error.authentication_denied")
			}
		},
	},
	{
		ID: "W199", Level: Derived, Spec: "a/authentication_cra", Router: []Option{guarded},
		Rule: "The answer to a challenge has to come in time, and its nonce counts once.",
		Test: func(t *T) {
			p := t.Connect()
			p.sayHello("peter", nil, "wampcra")
			overheard := p.signCRA("secret1")
			p.Expect(2, anID, aDict)
			thief := t.Connect()
			thief.sayHello("peter", nil, "wampcra")
			thief.Expect(4, "wampcra", aDict)
			thief.Send(5, overheard, d{})
			thief.ExpectAbort("wamp.error.authentication_denied")

			late := t.Start(guarded, limited(func(l *router.Limits) { l.HandshakeTimeout = time.Second })).Connect()
			late.sayHello("peter", nil, "wampcra")
			late.Expect(4, "wampcra", aDict)
			late.ExpectAbort("wamp.error.timeout")
		},
	},
}

// signCRA answers the challenge of wampcra, and returns the signature.
func (p *Peer) signCRA(secret string) string {
	extra := p.Expect(4, "wampcra", containing(d{"challenge": aString})).Dict(2)
	if salt, salted := extra["salt"].(string); salted {
		iterations, _ := extra["iterations"].(int64)
		keyLen, _ := extra["keylen"].(int64)
		var err error
		secret, err = proof.CRAKey(secret, salt, int(iterations), int(keyLen))
		p.t.must(err)
	}
	signature := proof.CRASignature(secret, extra["challenge"].(string))
	p.Send(5, signature, d{})
	return signature
}

var bySCRAM = []Case{{
	ID: "W200", Level: Must, Spec: "a/authentication_scram", Links: everyRawSocket, Router: []Option{guarded},
	Rule: "`wamp-scram` proves that both sides know the secret, and does not tell which users exist.",
	Test: func(t *T) {
		for _, authid := range []string{"sam", "argon"} {
			p := t.Connect()
			x, keys := p.beginSCRAM(authid, "pencil")
			p.Send(5, inBase64(x.ClientProof(keys)), d{"nonce": x.Nonce, "channel_binding": nil, "cbind_data": nil})
			p.Expect(2, anID, containing(d{"authid": authid, "authextra": d{"verifier": inBase64(x.ServerSignature(keys.Server))}}))
		}
		for _, authid := range []string{"sam", "nobody"} {
			p := t.Connect()
			x, keys := p.beginSCRAM(authid, "guess")
			p.Send(5, inBase64(x.ClientProof(keys)), d{"nonce": x.Nonce})
			p.ExpectAbort("wamp.error.authentication_denied")
		}
		p := t.Connect() // the proof is for one nonce
		x, keys := p.beginSCRAM("sam", "pencil")
		p.Send(5, inBase64(x.ClientProof(keys)), d{"nonce": x.Nonce + "A"})
		p.ExpectAbort("wamp.error.authentication_denied")

		first, _ := t.Connect().beginSCRAM("nobody", "x")
		again, _ := t.Connect().beginSCRAM("nobody", "x")
		other, _ := t.Connect().beginSCRAM("noone", "x")
		if first.Salt != again.Salt || first.Salt == other.Salt || first.Nonce == again.Nonce {
			t.Errorf("the salts of users who do not exist are %s, %s and %s", first.Salt, again.Salt, other.Salt)
		}
		p = t.Connect()
		p.sayHello("sam", d{"nonce": scramNonce, "channel_binding": "tls-unique"}, "wamp-scram")
		p.ExpectAbort("wamp.error.authentication_failed") // it cannot be had here
	},
}}

// scramNonce is the nonce of a client. A real one has another each time.
const scramNonce = "egVDf3DMJh0SBmkFIh7sSg=="

// beginSCRAM says HELLO and hears the challenge.
func (p *Peer) beginSCRAM(authid, password string) (proof.SCRAMExchange, proof.SCRAMKeys) {
	p.sayHello(authid, d{"nonce": scramNonce}, "wamp-scram")
	extra := p.Expect(4, "wamp-scram", containing(d{"nonce": aString, "salt": aString, "kdf": aString, "iterations": anID})).Dict(2)
	x := proof.SCRAMExchange{AuthID: authid, ClientNonce: scramNonce, Nonce: extra["nonce"].(string), Salt: extra["salt"].(string)}
	if !strings.HasPrefix(x.Nonce, scramNonce) || x.Nonce == scramNonce {
		p.t.Errorf("the nonce is %s", x.Nonce)
	}
	salt, err := base64.StdEncoding.DecodeString(x.Salt)
	p.t.must(err)
	x.Iterations = int(extra["iterations"].(int64))
	memory, _ := extra["memory"].(int64)
	keys, err := proof.NewSCRAMKeys(password, proof.SCRAMCost{KDF: proof.KDF(extra["kdf"].(string)), Salt: salt, Iterations: x.Iterations, Memory: int(memory)})
	p.t.must(err)
	return x, keys
}

func inBase64(octets []byte) string { return base64.StdEncoding.EncodeToString(octets) }
