package proof

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
)

// The types of channel binding that work on TLS connections of Go programs.
const (
	// TLSExporter is for TLS 1.3, and for TLS 1.2 with extended master secrets (RFC 9266).
	TLSExporter = "tls-exporter"
	// TLSUnique is for TLS 1.2 and before (RFC 5929): TLS 1.3 has no such thing.
	TLSUnique = "tls-unique"
)

// ErrNoTLS means that a connection has no TLS to bind a proof to.
var ErrNoTLS = errors.New("the connection has no TLS to bind to")

// ChannelData is what a type of channel binding binds to on a TLS connection: 32
// octets for [TLSExporter], the first Finished message for [TLSUnique]. It
// fails with [ErrNoTLS] if state is nil, and if the connection does not offer it.
func ChannelData(state *tls.ConnectionState, binding string) ([]byte, error) {
	if state == nil {
		return nil, ErrNoTLS
	}
	switch binding {
	case TLSExporter:
		data, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if err != nil {
			return nil, fmt.Errorf("channel binding %s: %w", binding, err)
		}
		return data, nil
	case TLSUnique:
		if state.Version >= tls.VersionTLS13 || len(state.TLSUnique) == 0 {
			return nil, fmt.Errorf("channel binding %s: %s does not offer it, or not on this connection", binding, tls.VersionName(state.Version))
		}
		return state.TLSUnique, nil
	}
	return nil, fmt.Errorf("there is no channel binding %q: there are %q and %q", binding, TLSExporter, TLSUnique)
}

// ChannelID is the identifier of a TLS channel that a cryptosign challenge is
// combined with: 32 octets, for [TLSUnique] the SHA-256 of what it binds to. It
// fails like [ChannelData].
func ChannelID(state *tls.ConnectionState, binding string) ([]byte, error) {
	data, err := ChannelData(state, binding)
	if err != nil || binding == TLSExporter {
		return data, err
	}
	id := sha256.Sum256(data)
	return id[:], nil
}
