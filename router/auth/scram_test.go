package auth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// clientNonce is what the test's client says. A real one says another each time.
const clientNonce = "egVDf3DMJh0SBmkFIh7sSg=="

func scramHello(authid string) d {
	return d{"authmethods": l{"wamp-scram"}, "authid": authid, "authextra": d{"nonce": clientNonce, "channel_binding": nil}}
}

// scramExchange is what was said before a proof.
func scramExchange(hello, challenge d) proof.SCRAMExchange {
	return proof.SCRAMExchange{
		AuthID: hello["authid"].(string), ClientNonce: clientNonce, Nonce: challenge["nonce"].(string),
		Salt: challenge["salt"].(string), Iterations: int(challenge["iterations"].(int64)),
	}
}

func scramKeys(challenge d, password string) proof.SCRAMKeys {
	salt, _ := base64.StdEncoding.DecodeString(challenge["salt"].(string))
	memory, _ := challenge["memory"].(int64)
	if password == "" {
		password = "nothing at all"
	}
	keys, _ := proof.NewSCRAMKeys(password, proof.SCRAMCost{
		KDF: proof.KDF(challenge["kdf"].(string)), Salt: salt, Iterations: int(challenge["iterations"].(int64)), Memory: int(memory),
	})
	return keys
}

func base64Of(octets []byte) string { return base64.StdEncoding.EncodeToString(octets) }

func answerSCRAM(hello, challenge d, password string) l {
	x := scramExchange(hello, challenge)
	return l{5, base64.StdEncoding.EncodeToString(x.ClientProof(scramKeys(challenge, password))),
		d{"nonce": x.Nonce, "channel_binding": nil, "cbind_data": nil}}
}

func TestW200_TheRouterProvesItself(t *testing.T) {
	scram := must[*auth.SCRAM](t)(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{
		"joe": {Password: "sesame", KDF: proof.PBKDF2, Iterations: 4096, Role: "user", Extra: d{"color": "blue", "verifier": "forged"}},
	}))
	p := start(t, realm1(scram), "ws")
	c, hello := p.dial(), scramHello("joe")
	c.hello(hello)
	challenge := c.challenged("wamp-scram")
	if !strings.HasPrefix(challenge["nonce"].(string), clientNonce) || challenge["nonce"] == clientNonce {
		t.Errorf("the nonce is %v", challenge["nonce"])
	}
	if memory, there := challenge["memory"]; memory != nil || !there {
		t.Errorf("memory is %v", memory)
	}
	c.say(answerSCRAM(hello, challenge, "sesame")...)
	extra := c.welcomed()["authextra"].(d)
	x := scramExchange(hello, challenge)
	want := base64.StdEncoding.EncodeToString(x.ServerSignature(scramKeys(challenge, "sesame").Server))
	if extra["verifier"] != want || extra["color"] != "blue" {
		t.Errorf("authextra is %v, want the verifier %s", extra, want)
	}
}

// The client has to repeat the nonce and the channel binding of the exchange.
func TestW200_AnswersThatDoNotBelong(t *testing.T) {
	p := start(t, configured(scramUsers, auth.NewSCRAM)(t), "ws")
	for what, change := range map[string]func(extra d){
		"no nonce":            func(extra d) { delete(extra, "nonce") },
		"another nonce":       func(extra d) { extra["nonce"] = clientNonce },
		"a binding":           func(extra d) { extra["channel_binding"] = "tls-unique" },
		"bound data":          func(extra d) { extra["cbind_data"] = "AAAA" },
		"data not in base64":  func(extra d) { extra["cbind_data"] = "?" },
		"data that is no str": func(extra d) { extra["nonce"] = 1 },
	} {
		c, hello := p.dial(), scramHello("joe")
		c.hello(hello)
		answer := answerSCRAM(hello, c.challenged("wamp-scram"), "sesame")
		change(answer[2].(d))
		c.say(answer...)
		if text := c.refused(wamp.ErrAuthenticationDenied); text == "" {
			t.Errorf("%s: no text", what)
		}
	}
}

func TestW200_HellosThatAreRefused(t *testing.T) {
	p := start(t, configured(scramUsers, auth.NewSCRAM)(t), "ws")
	for _, extra := range (l{
		nil, d{}, d{"nonce": ""}, d{"nonce": "AAAA"}, d{"nonce": "no base64, no"}, d{"nonce": strings.Repeat("A", 260)},
		d{"nonce": clientNonce, "channel_binding": "tls-unique"}, d{"nonce": clientNonce, "channel_binding": "tls-exporter"},
		d{"nonce": clientNonce, "channel_binding": "tls-server-end-point"}, d{"nonce": clientNonce, "channel_binding": 1},
	}) {
		c := p.dial()
		c.hello(d{"authmethods": l{"wamp-scram"}, "authid": "joe", "authextra": extra})
		if text := c.refused(wamp.ErrAuthenticationFailed); !strings.Contains(text, "wamp-scram") {
			t.Errorf("%v is refused with %q", extra, text)
		}
	}
}

// The salt of somebody who does not exist stays, if the secret behind it does.
func TestW200_FakeSaltsSurviveARestart(t *testing.T) {
	salt := func(secret []byte) any {
		scram := must[*auth.SCRAM](t)(auth.NewSCRAM(scramUsers(t), auth.DecoySecret(secret)))
		c := start(t, realm1(scram), "ws").dial()
		c.hello(scramHello("jane"))
		return c.challenged("wamp-scram")["salt"]
	}
	first, second, other := salt([]byte("0123456789abcdef")), salt([]byte("0123456789abcdef")), salt([]byte("another secret"))
	if first != second || first == other || salt(nil) == salt(nil) {
		t.Errorf("the salts are %v, %v and %v", first, second, other)
	}
}
