package proof

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func unbase64(t *testing.T, text string) []byte {
	t.Helper()
	octets, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// The exchange of RFC 7677, section 3.
func rfc7677(t *testing.T) (SCRAMExchange, SCRAMKeys) {
	t.Helper()
	x := SCRAMExchange{
		AuthID: "user", ClientNonce: "rOprNGfwEbeRWgbNEkqO",
		Nonce: "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
		Salt:  "W22ZaJ0SNY7soEsUEjb6gQ==", Iterations: 4096,
	}
	keys, err := NewSCRAMKeys("pencil", SCRAMCost{KDF: PBKDF2, Salt: unbase64(t, x.Salt), Iterations: 4096})
	if err != nil {
		t.Fatal(err)
	}
	return x, keys
}

func TestW200_RFC7677(t *testing.T) {
	x, keys := rfc7677(t)
	proof := x.ClientProof(keys)
	if got := base64.StdEncoding.EncodeToString(proof); got != "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" {
		t.Errorf("client proof: %s", got)
	}
	if got := base64.StdEncoding.EncodeToString(x.ServerSignature(keys.Server)); got != "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Errorf("server signature: %s", got)
	}
	if !x.CheckClientProof(keys.Stored, proof) {
		t.Error("the proof is not accepted")
	}
}

func TestW200_ProofsOfOtherExchanges(t *testing.T) {
	x, keys := rfc7677(t)
	proof := x.ClientProof(keys)
	for what, change := range map[string]func(*SCRAMExchange){
		"authid":       func(x *SCRAMExchange) { x.AuthID = "other" },
		"client nonce": func(x *SCRAMExchange) { x.ClientNonce = "x" },
		"nonce":        func(x *SCRAMExchange) { x.Nonce += "x" },
		"salt":         func(x *SCRAMExchange) { x.Salt = "AAAA" },
		"iterations":   func(x *SCRAMExchange) { x.Iterations++ },
		"binding":      func(x *SCRAMExchange) { x.Binding = TLSExporter },
		"bound data":   func(x *SCRAMExchange) { x.BindingData = []byte("x") },
	} {
		other := x
		change(&other)
		if other.CheckClientProof(keys.Stored, proof) {
			t.Errorf("another %s does not matter", what)
		}
	}
	for i := range proof {
		proof[i] ^= 1
		if x.CheckClientProof(keys.Stored, proof) {
			t.Errorf("octet %d does not matter", i)
		}
		proof[i] ^= 1
	}
	for _, short := range [][]byte{nil, {}, proof[:31], append(proof, 0)} {
		if x.CheckClientProof(keys.Stored, short) {
			t.Errorf("a proof of %d octets is accepted", len(short))
		}
	}
	if x.CheckClientProof(keys.Server, proof) {
		t.Error("the server key proves the client")
	}
}

// The message that is signed has the syntax of RFC 5802, section 7.
func TestW200_AuthMessage(t *testing.T) {
	x := SCRAMExchange{AuthID: "a=b,c", ClientNonce: "cn", Nonce: "cnsn", Salt: "c2FsdA==", Iterations: 7}
	if got, want := x.authMessage(), "n=a=3Db=2Cc,r=cn,r=cnsn,s=c2FsdA==,i=7,c=biws,r=cnsn"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	x.Binding, x.BindingData = "tls-unique", []byte("finished")
	bound := base64.StdEncoding.EncodeToString([]byte("p=tls-unique,,finished"))
	if got := x.authMessage(); !strings.HasSuffix(got, ",c="+bound+",r=cnsn") {
		t.Errorf("with channel binding: %s", got)
	}
}

// The stored key, computed with libsodium: nacl.pwhash.argon2id.kdf(32, b"pencil",
// b"somesaltsomesalt", opslimit=3, memlimit=4096*1024), then HMAC and SHA-256.
func TestW200_Argon2id(t *testing.T) {
	cost := SCRAMCost{KDF: Argon2id13, Salt: []byte("somesaltsomesalt"), Iterations: 3, Memory: 4096}
	keys, err := NewSCRAMKeys("pencil", cost)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(keys.Stored); got != "2cbefa5ec96e1482502cdabf6e2c3a82383fa8c734cbf9d2fc44fd9d08b68465" {
		t.Errorf("stored key: %s", got)
	}
}

func TestCostsThatAreRefused(t *testing.T) {
	salt := []byte("12345678")
	for _, cost := range []SCRAMCost{
		{}, {KDF: PBKDF2, Iterations: 4096}, {KDF: PBKDF2, Salt: salt}, {KDF: PBKDF2, Salt: salt, Iterations: -1},
		{KDF: PBKDF2, Salt: salt, Iterations: 10_000_001}, {KDF: "argon2id-13", Salt: salt, Iterations: 3, Memory: 4096},
		{KDF: Argon2id13, Salt: salt, Iterations: 3}, {KDF: Argon2id13, Salt: salt, Iterations: 3, Memory: -1},
		{KDF: Argon2id13, Salt: salt, Iterations: 3, Memory: 1<<20 + 1}, {KDF: Argon2id13, Salt: salt, Memory: 4096},
		{KDF: Argon2id13, Salt: salt, Iterations: 101, Memory: 4096}, {KDF: Argon2id13, Salt: salt, Iterations: 5, Memory: 1 << 20},
	} {
		if _, err := NewSCRAMKeys("pencil", cost); err == nil {
			t.Errorf("%+v: want an error", cost)
		}
	}
}

// The examples of RFC 4013, section 3, and what else the profile says.
func TestNormalize(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"I\u00ADX":               "IX",
		"user":                   "user",
		"USER":                   "USER",
		"\u00AA":                 "a",
		"\u2168":                 "IX",
		"a\u00A0b\u3000c":        "a b c",
		"p\u00e9":                "p\u00e9",
		"pe\u0301":               "p\u00e9",
		"\u0627\u0628":           "\u0627\u0628",
		"\u05d0\u0661\u05d1":     "\u05d0\u0661\u05d1",
		"\U0001F511 pass word 1": "\U0001F511 pass word 1",
	} {
		if got, err := Normalize(text); err != nil || got != want {
			t.Errorf("%+q: got %+q, %v, want %+q", text, got, err, want)
		}
	}
	for _, text := range []string{"\x07", "\u0627\u0031", "a\u0627", "\u0627 b \u0628", "\xff", "a\ufffdb", "\ue000", "\u200e", "a\x7f", "\U000E0041"} {
		if got, err := Normalize(text); err == nil {
			t.Errorf("%+q: got %+q, want an error", text, got)
		}
	}
}
