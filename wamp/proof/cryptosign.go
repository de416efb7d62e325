package proof

import (
	"crypto/ed25519"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
)

// ChallengeSize is how many octets a cryptosign challenge and a channel's
// identifier have.
const ChallengeSize = 32

// SignChallenge is the answer to a cryptosign challenge: the hex of the Ed25519
// signature and of the message that was signed. That is the challenge, combined
// with the identifier of the channel if there is one (section "Computing the Signature").
// It fails if either is not of [ChallengeSize] octets.
func SignChallenge(key ed25519.PrivateKey, challenge, channel []byte) (string, error) {
	message, err := bind(challenge, channel)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(append(ed25519.Sign(key, message), message...)), nil
}

// CheckSignedChallenge reports whether an answer is the signature, by the holder
// of a key, of this very challenge over this very channel.
func CheckSignedChallenge(key ed25519.PublicKey, challenge, channel []byte, answer string) bool {
	message, err := bind(challenge, channel)
	if err != nil || len(key) != ed25519.PublicKeySize || len(answer) != 2*(ed25519.SignatureSize+ChallengeSize) {
		return false
	}
	signed, err := hex.DecodeString(answer)
	if err != nil {
		return false
	}
	signature, about := signed[:ed25519.SignatureSize], signed[ed25519.SignatureSize:]
	same := subtle.ConstantTimeCompare(message, about) == 1
	return ed25519.Verify(key, message, signature) && same
}

// bind combines a challenge with the identifier of a channel, nil for none.
func bind(challenge, channel []byte) ([]byte, error) {
	switch {
	case len(challenge) != ChallengeSize:
		return nil, fmt.Errorf("a challenge has %d octets, not %d", ChallengeSize, len(challenge))
	case channel == nil:
		return challenge, nil
	case len(channel) != ChallengeSize:
		return nil, fmt.Errorf("the identifier of a channel has %d octets, not %d", ChallengeSize, len(channel))
	}
	return xor(challenge, channel), nil
}

// ParseChallenge reads a challenge as it travels, in hex.
func ParseChallenge(text string) ([]byte, error) {
	challenge, err := hex.DecodeString(text)
	if err != nil || len(challenge) != ChallengeSize {
		return nil, fmt.Errorf("a challenge is %d octets in hex", ChallengeSize)
	}
	return challenge, nil
}

// ParsePublicKey reads an Ed25519 public key as it travels, in hex.
func ParsePublicKey(text string) (ed25519.PublicKey, error) {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("a public key is %d octets in hex", ed25519.PublicKeySize)
	}
	return key, nil
}

// ParsePrivateKey reads an Ed25519 private key as files hold it: the hex of its
// 32 octets (the seed), or of these and the public key behind them. The error
// does not quote the text.
func ParsePrivateKey(text string) (ed25519.PrivateKey, error) {
	octets, err := hex.DecodeString(text)
	if err != nil {
		return nil, errors.New("a private key is written in hex")
	}
	switch len(octets) {
	case ed25519.SeedSize:
		return ed25519.NewKeyFromSeed(octets), nil
	case ed25519.PrivateKeySize:
		key := ed25519.NewKeyFromSeed(octets[:ed25519.SeedSize])
		if !key.Equal(ed25519.PrivateKey(octets)) {
			return nil, errors.New("the two halves of the private key do not belong together")
		}
		return key, nil
	}
	return nil, fmt.Errorf("a private key has %d octets, or %d with the public key, not %d", ed25519.SeedSize, ed25519.PrivateKeySize, len(octets))
}
