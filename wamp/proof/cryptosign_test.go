package proof

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"testing"
)

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

func TestW205_CryptosignVectors(t *testing.T) {
	for i, v := range cryptosignVectors {
		key, err := ParsePrivateKey(v.key)
		if err != nil {
			t.Fatal(err)
		}
		challenge, err := ParseChallenge(v.challenge)
		if err != nil {
			t.Fatal(err)
		}
		var channel []byte
		if v.channel != "" {
			channel, _ = hex.DecodeString(v.channel)
		}
		got, err := SignChallenge(key, challenge, channel)
		if err != nil || got != v.signature {
			t.Errorf("vector %d: got %s, %v", i+1, got, err)
		}
		public := key.Public().(ed25519.PublicKey)
		if !CheckSignedChallenge(public, challenge, channel, v.signature) || !CheckSignedChallenge(public, challenge, channel, strings.ToUpper(v.signature)) {
			t.Errorf("vector %d: the signature is not accepted", i+1)
		}
	}
}

// An answer counts for its own key, challenge and channel, and for no other.
func TestW201_AnswersToOtherChallenges(t *testing.T) {
	v, bound := cryptosignVectors[1], cryptosignVectors[4]
	key, _ := ParsePrivateKey(v.key)
	public := key.Public().(ed25519.PublicKey)
	challenge, _ := ParseChallenge(v.challenge)
	channel, _ := hex.DecodeString(bound.channel)
	other := make([]byte, ChallengeSize)
	stranger, _ := ParsePrivateKey(cryptosignVectors[0].key)
	for what, ok := range map[string]bool{
		"another challenge":  CheckSignedChallenge(public, other, nil, v.signature),
		"another key":        CheckSignedChallenge(stranger.Public().(ed25519.PublicKey), challenge, nil, v.signature),
		"a channel":          CheckSignedChallenge(public, challenge, channel, v.signature),
		"no channel":         CheckSignedChallenge(public, challenge, nil, bound.signature),
		"the message only":   CheckSignedChallenge(public, challenge, nil, v.challenge),
		"the signature only": CheckSignedChallenge(public, challenge, nil, v.signature[:128]),
		"more":               CheckSignedChallenge(public, challenge, nil, v.signature+"00"),
		"no hex":             CheckSignedChallenge(public, challenge, nil, strings.Repeat("xy", 96)),
		"nothing":            CheckSignedChallenge(public, challenge, nil, ""),
		"no key":             CheckSignedChallenge(nil, challenge, nil, v.signature),
		"a short challenge":  CheckSignedChallenge(public, challenge[:31], nil, v.signature),
		"a short channel":    CheckSignedChallenge(public, challenge, channel[:12], bound.signature),
	} {
		if ok {
			t.Errorf("%s: accepted", what)
		}
	}
	tampered := []byte(v.signature)
	for i := range tampered {
		was := tampered[i]
		tampered[i] = "0123456789abcdef"[(strings.IndexByte("0123456789abcdef", was)+1)%16]
		if CheckSignedChallenge(public, challenge, nil, string(tampered)) {
			t.Errorf("digit %d does not matter", i)
		}
		tampered[i] = was
	}
	if _, err := SignChallenge(key, challenge, channel[:12]); err == nil {
		t.Error("signed for a short channel")
	}
}

func TestParseKeys(t *testing.T) {
	seed := cryptosignVectors[0].key
	key, err := ParsePrivateKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ParsePrivateKey(hex.EncodeToString(key))
	if err != nil || !whole.Equal(key) {
		t.Errorf("seed and public key: %v", err)
	}
	for _, text := range []string{"", "ab", "secret", seed + "00", seed + strings.Repeat("00", 32)} {
		if _, err := ParsePrivateKey(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "ab", "no hex", seed + "00"} {
		if _, err := ParsePublicKey(text); err == nil {
			t.Errorf("%q is a public key", text)
		}
		if _, err := ParseChallenge(text); err == nil {
			t.Errorf("%q is a challenge", text)
		}
	}
}
