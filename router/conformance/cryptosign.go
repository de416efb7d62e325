package conformance

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"

	"github.com/wampkit/wampkit/wamp/proof"
)

var byCryptosign = []Case{
	{
		ID: "W201", Level: Must, Spec: "a/authentication_cryptosign", Links: everyRawSocket, Router: []Option{guarded},
		Rule: "By `cryptosign` the client signs the router's own challenge: an answer to another one is refused.",
		Test: func(t *T) {
			p := t.Connect()
			overheard := p.signChallenge("alice", nil, clientKey, nil)
			p.Expect(2, anID, containing(d{"authid": "alice", "authrole": "admin", "authmethod": "cryptosign"}))

			thief := t.Connect()
			thief.sayHello("alice", d{"pubkey": publicKey(clientKey)}, "cryptosign")
			thief.Expect(4, "cryptosign", aDict)
			thief.Send(5, overheard, d{})
			thief.ExpectAbort("wamp.error.authentication_denied")
			p = t.Connect() // another key than the one that was announced
			p.sayHello("alice", d{"pubkey": publicKey(clientKey)}, "cryptosign")
			challenge := p.Expect(4, "cryptosign", aDict).Dict(2)["challenge"].(string)
			p.Send(5, signed(t, routersKey, challenge, nil), d{})
			p.ExpectAbort("wamp.error.authentication_denied")
			p = t.Connect() // a key that nobody has
			p.signChallenge("alice", nil, routersKey, nil)
			p.ExpectAbort("wamp.error.authentication_denied")
		},
	},
	{
		ID: "W202", Level: Must, Spec: "a/authentication_cryptosign", Router: []Option{guarded},
		Rule: "`cryptosign` needs a public key; without an authid the router assigns one.",
		Test: func(t *T) {
			p := t.Connect()
			p.signChallenge("", nil, clientKey, nil)
			p.Expect(2, anID, containing(d{"authid": "alice"}))
			for _, extra := range []d{nil, {}, {"pubkey": nil}, {"pubkey": "abcd"}, {"pubkey": 1}} {
				p := t.Connect()
				p.sayHello("alice", extra, "cryptosign")
				p.ExpectAbort("wamp.error.authentication_failed")
			}
		},
	},
	{
		ID: "W203", Level: Optional, Spec: "a/authentication_cryptosign", Router: []Option{guarded},
		Rule: "By `cryptosign` the router can prove who it is, too.",
		Test: func(t *T) {
			p := t.Connect()
			asked := strings.Repeat("5a", 32)
			p.sayHello("alice", d{"pubkey": publicKey(clientKey), "challenge": asked}, "cryptosign")
			p.Expect(4, "cryptosign", containing(d{"pubkey": publicKey(routersKey), "signature": signed(t, routersKey, asked, nil)}))
		},
	},
	{
		ID: "W204", Level: Optional, Spec: "a/authentication_cryptosign", Links: []Link{rawCBOR[0], webJSON[0]}, Router: []Option{guarded},
		Rule: "Channel binding ties the proof to the TLS connection; where it cannot be had, CHALLENGE says so.",
		Test: func(t *T) {
			secure := t.Node().secure()
			p := t.Connect(secure.as(""))
			p.signChallenge("alice", d{"channel_binding": "tls-exporter"}, clientKey, p.channelID("tls-exporter"))
			p.Expect(2, anID, aDict)
			p = t.Connect(secure.as(""))
			other := t.Connect(secure.as(""))
			p.signChallenge("alice", d{"channel_binding": "tls-exporter"}, clientKey, other.channelID("tls-exporter"))
			p.ExpectAbort("wamp.error.authentication_denied")
			p = t.Connect(secure.as("")) // TLS 1.3 has no tls-unique
			p.signChallenge("alice", d{"channel_binding": "tls-unique"}, clientKey, nil)
			p.Expect(2, anID, aDict)
			p = t.Connect()
			p.signChallenge("alice", d{"channel_binding": "tls-exporter"}, clientKey, nil)
			p.Expect(2, anID, aDict)
		},
	},
	{
		ID: "W205", Level: Must, Spec: "a/authentication_cryptosign", Links: rawCBOR,
		Rule: "The test vectors of the chapter hold.",
		Test: func(t *T) {
			for i, v := range cryptosignVectors {
				key, err := proof.ParsePrivateKey(v.key)
				t.must(err)
				channel, err := hex.DecodeString(v.channel)
				t.must(err)
				if len(channel) == 0 {
					channel = nil
				}
				if got := signed(t, key, v.challenge, channel); got != v.signature {
					t.Errorf("vector %d: %s", i+1, got)
				}
			}
		},
	},
}

// signChallenge says HELLO for cryptosign, and signs the challenge with a key that
// was announced. CHALLENGE has to say whether the proof is bound to a channel.
func (p *Peer) signChallenge(authid string, extra d, key ed25519.PrivateKey, channel []byte) string {
	hello := d{"pubkey": publicKey(key)}
	for name, value := range extra {
		hello[name] = value
	}
	p.sayHello(authid, hello, "cryptosign")
	var binding any
	if channel != nil {
		binding = extra["channel_binding"]
	}
	challenge := p.Expect(4, "cryptosign", containing(d{"challenge": aString, "channel_binding": binding})).Dict(2)["challenge"].(string)
	signature := signed(p.t, key, challenge, channel)
	p.Send(5, signature, d{})
	return signature
}

func publicKey(key ed25519.PrivateKey) string {
	return hex.EncodeToString(key.Public().(ed25519.PublicKey))
}

// signed is a challenge, signed.
func signed(t *T, key ed25519.PrivateKey, challenge string, channel []byte) string {
	message, err := proof.ParseChallenge(challenge)
	t.must(err)
	signature, err := proof.SignChallenge(key, message, channel)
	t.must(err)
	return signature
}

// The test vectors of the chapter (section "Test Vectors").
var cryptosignVectors = []struct{ channel, key, challenge, signature string }{
	{
		channel:   "",
		key:       "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
		challenge: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		signature: "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	},
	{
		channel:   "",
		key:       "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
		challenge: "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
		signature: "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
	},
	{
		channel:   "",
		key:       "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
		challenge: "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
		signature: "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
	},
	{
		channel:   "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
		key:       "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
		challenge: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		signature: "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00",
	},
	{
		channel:   "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
		key:       "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
		challenge: "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
		signature: "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282",
	},
	{
		channel:   "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
		key:       "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
		challenge: "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
		signature: "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d",
	},
}
