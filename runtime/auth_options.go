package runtime

import (
	"crypto/ed25519"
	"crypto/tls"
	"errors"

	"github.com/wampkit/wampkit/wamp/proof"
)

// AuthOption changes how an [Authenticator] proves who the client is.
type AuthOption func(*authOptions)

type authOptions struct {
	bind    binding
	routers []ed25519.PublicKey // nil if the router need not prove itself
}

// binding is how much channel binding matters.
type binding byte

const (
	bindNever binding = iota
	bindPreferred
	bindRequired
)

func newAuthOptions(opts []AuthOption) authOptions {
	var o authOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// BindChannel ties the proof to the TLS connection, so that somebody in the middle, with
// a certificate that the client trusts by mistake, cannot pass it on: by
// "tls-exporter" over TLS 1.3, else by "tls-unique". If it is required, joining fails over
// connections without TLS, and with routers that do not support it. If it is not,
// [Cryptosign] goes on without; with [SCRAM] a router refuses what it does not
// support. Methods that are offered together have to agree.
func BindChannel(required bool) AuthOption {
	return func(o *authOptions) {
		o.bind = bindPreferred
		if required {
			o.bind = bindRequired
		}
	}
}

// TrustRouter makes [Cryptosign] demand that the router proves, before anything is
// signed for it, to have one of these keys (section "Router Authentication").
func TrustRouter(keys ...ed25519.PublicKey) AuthOption {
	return func(o *authOptions) { o.routers = append([]ed25519.PublicKey{}, keys...) }
}

// binding is the type of channel binding to ask for on a connection, empty for none.
func (o authOptions) binding(state *tls.ConnectionState) (string, error) {
	switch {
	case o.bind == bindNever:
		return "", nil
	case state == nil && o.bind == bindRequired:
		return "", errors.New("channel binding is required, and the connection has no TLS")
	case state == nil:
		return "", nil
	}
	kind := proof.TLSExporter
	if state.Version < tls.VersionTLS13 {
		kind = proof.TLSUnique
	}
	if _, err := proof.ChannelData(state, kind); err != nil {
		if o.bind == bindRequired {
			return "", err
		}
		return "", nil
	}
	return kind, nil
}
