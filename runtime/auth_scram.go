package runtime

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// SCRAM is the [Authenticator] that proves to know a password, and demands that the
// router proves to know it too (WAMP-SCRAM). Neither the password nor anything that could be used
// in its place travels. The keys that are derived from the password, which takes time on
// purpose, are kept for the next login. Of the options, [BindChannel] applies.
//
// It refuses routers that want keys which are too cheap to guess the password
// from: less than 4096 iterations of PBKDF2, or less than 4 MiB and one pass of Argon2id.
func SCRAM(authid, password string, opts ...AuthOption) Authenticator {
	return &scram{authid: authid, password: password, options: newAuthOptions(opts)}
}

type scram struct {
	authid, password string
	options          authOptions

	mu   sync.Mutex // guards the fields below
	cost proof.SCRAMCost
	keys proof.SCRAMKeys // for cost
}

// Method implements [Authenticator].
func (s *scram) Method() string { return "wamp-scram" }

// Begin implements [Authenticator].
func (s *scram) Begin(connection transport.Info) (Login, error) {
	if s.authid == "" {
		return nil, errNoAuthID
	}
	authid, err := proof.Normalize(s.authid)
	if err != nil {
		return nil, fmt.Errorf("authid: %w", err)
	}
	l := &scramLogin{scram: s}
	l.exchange.AuthID = authid
	if l.exchange.Binding, err = s.options.binding(connection.TLS); err != nil {
		return nil, err
	}
	if l.exchange.Binding != "" {
		if l.exchange.BindingData, err = proof.ChannelData(connection.TLS, l.exchange.Binding); err != nil {
			return nil, err
		}
	}
	nonce := make([]byte, 18)
	rand.Read(nonce) // never fails
	l.exchange.ClientNonce = base64.StdEncoding.EncodeToString(nonce)
	return l, nil
}

type scramLogin struct {
	*scram
	exchange proof.SCRAMExchange
	verifier []byte // what the router has to prove, once it was answered
}

// AuthID implements [Login].
func (l *scramLogin) AuthID() string { return l.exchange.AuthID }

// Extra implements [Login].
func (l *scramLogin) Extra() wamp.Dict {
	return wamp.Dict{"nonce": l.exchange.ClientNonce, "channel_binding": orNull(l.exchange.Binding)}
}

// orNull is a string, or null if it is empty.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Answer implements [Login].
func (l *scramLogin) Answer(_ context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error) {
	x := &l.exchange
	cost, err := readSCRAMCost(challenge.Extra)
	if err != nil {
		return nil, err
	}
	x.Nonce, _ = challenge.Extra["nonce"].(string)
	if !strings.HasPrefix(x.Nonce, x.ClientNonce) || len(x.Nonce) == len(x.ClientNonce) || strings.Contains(x.Nonce, ",") {
		return nil, errors.New("the router's nonce does not continue the client's")
	}
	keys, err := l.derive(cost)
	if err != nil {
		return nil, err
	}
	x.Salt, _ = challenge.Extra["salt"].(string)
	x.Iterations = cost.Iterations
	l.verifier = x.ServerSignature(keys.Server)
	extra := wamp.Dict{"nonce": x.Nonce, "channel_binding": orNull(x.Binding), "cbind_data": nil}
	if x.Binding != "" {
		extra["cbind_data"] = base64.StdEncoding.EncodeToString(x.BindingData)
	}
	return &wamp.Authenticate{Signature: base64.StdEncoding.EncodeToString(x.ClientProof(keys)), Extra: extra}, nil
}

// Welcomed implements [Login]: the router has to know the password, too.
func (l *scramLogin) Welcomed(details wamp.Dict) error {
	extra, _ := details["authextra"].(wamp.Dict)
	text, _ := extra["verifier"].(string)
	given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "v="))
	if err != nil || l.verifier == nil || !proof.Equal(string(given), string(l.verifier)) {
		return errors.New("the router did not prove that it knows the password")
	}
	return nil
}

// The least that a router has to demand.
const (
	minPBKDF2Iterations = 4096
	minArgon2Work       = 4 << 10 // KiB, times iterations
)

// readSCRAMCost reads how the keys are derived, and refuses what is too cheap.
func readSCRAMCost(extra wamp.Dict) (proof.SCRAMCost, error) {
	kdf, _ := extra["kdf"].(string)
	salt, _ := extra["salt"].(string)
	octets, err := base64.StdEncoding.DecodeString(salt)
	if err != nil {
		return proof.SCRAMCost{}, errors.New("the salt is not in base64")
	}
	cost := proof.SCRAMCost{KDF: proof.KDF(kdf), Salt: octets}
	const most = 1 << 30 // Check knows better
	if cost.Iterations, err = costOf(extra, "iterations", 0, most); err != nil {
		return cost, err
	}
	if cost.KDF == proof.Argon2id13 {
		if cost.Memory, err = costOf(extra, "memory", 0, most); err != nil {
			return cost, err
		}
	}
	if err := cost.Check(); err != nil {
		return cost, err
	}
	if cost.KDF == proof.PBKDF2 && cost.Iterations < minPBKDF2Iterations || cost.KDF == proof.Argon2id13 && cost.Memory*cost.Iterations < minArgon2Work {
		return cost, fmt.Errorf("the router wants keys that are too cheap to guess the password from: %s with %d iterations and %d KiB", cost.KDF, cost.Iterations, cost.Memory)
	}
	return cost, nil
}

// derive derives the keys of the password, unless they are those of the last time.
func (s *scram) derive(cost proof.SCRAMCost) (proof.SCRAMKeys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys.Client != nil && reflect.DeepEqual(s.cost, cost) {
		return s.keys, nil
	}
	keys, err := proof.NewSCRAMKeys(s.password, cost)
	if err != nil {
		return keys, err
	}
	s.cost, s.keys = cost, keys
	return keys, nil
}
