package proof

import "testing"

// The challenge is the one of the chapter. (The chapter's signature belongs to another one.)
func TestW198_CRASignature(t *testing.T) {
	challenge := `{ "nonce": "LHRTC9zeOIrt_9U3", "authprovider": "userdb", "authid": "peter", "timestamp": "2014-06-22T16:36:25.448Z", "authrole": "user", "authmethod": "wampcra", "session": 3251278072152162}`
	// printf %s "$challenge" | openssl dgst -sha256 -hmac secret1 -binary | base64
	if got, want := CRASignature("secret1", challenge), "g3rbrS3LXjzaG0ZMGw5j6di+rkK5pbpkzm2R8O7LfxQ="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// PBKDF2 with HMAC-SHA256, by RFC 7914, section 11, in base64.
func TestW198_CRAKey(t *testing.T) {
	for _, test := range []struct {
		secret, salt       string
		iterations, keyLen int
		want               string
	}{
		{"passwd", "salt", 1, 64, "VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw=="},
		{"Password", "NaCl", 80000, 64, "TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ=="},
	} {
		if got, err := CRAKey(test.secret, test.salt, test.iterations, test.keyLen); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v", test.secret, got, err)
		}
	}
	for _, cost := range [][2]int{{0, 32}, {1, 0}, {-1, 32}, {1, -1}} {
		if _, err := CRAKey("x", "y", cost[0], cost[1]); err == nil {
			t.Errorf("%v: want an error", cost)
		}
	}
}

func TestEqual(t *testing.T) {
	if !Equal("", "") || !Equal("abc", "abc") || Equal("abc", "abd") || Equal("abc", "ab") || Equal("", "a") {
		t.Error("wrong")
	}
}
