package auth

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wampkit/wampkit/router"
)

// CertificateName is what in a certificate names its owner.
type CertificateName string

// The names that a certificate can be known by.
const (
	ByCommonName  CertificateName = "common_name" // the subject's common name
	ByDNSName     CertificateName = "dns_name"    // a DNS name of the subject's alternative names
	ByFingerprint CertificateName = "fingerprint" // the SHA-256 of the certificate, in hex
)

// TLS lets those in who have a client certificate that the TLS handshake verified
// (section "TLS Certificate Authentication"). The listener's TLS configuration says whose
// certificates these are: its ClientCAs, with ClientAuth [tls.VerifyClientCertIfGiven] or
// [tls.RequireAndVerifyClientCert]. A certificate that was not verified is none.
// Clients offer the method "tls"; there is no CHALLENGE.
type TLS struct{ config TLSConfig }

// TLSConfig says who the owner of a certificate is.
type TLSConfig struct {
	// By says what in the certificate is the authid. Empty is [ByCommonName].
	By CertificateName
	// Role is the authrole of owners whom Users does not name. Empty lets only those
	// in whom Users names.
	Role string
	// Users are owners by what By says; fingerprints in lower-case hex, with or
	// without colons. It has to be there with [ByFingerprint].
	Users map[string]TLSUser
}

// TLSUser is the owner of a certificate.
type TLSUser struct {
	// Role is the authrole; empty is that of the configuration.
	Role string
	// AuthID is the authid that the session gets; empty is what the owner is known by.
	AuthID string
}

// NewTLS makes the method "tls". It fails if the configuration lets nobody in or does
// not make sense.
func NewTLS(config TLSConfig) (*TLS, error) {
	if config.By == "" {
		config.By = ByCommonName
	}
	users := make(map[string]TLSUser, len(config.Users))
	for name, user := range config.Users {
		if config.By == ByFingerprint {
			name = strings.ToLower(strings.ReplaceAll(name, ":", ""))
			if digest, err := hex.DecodeString(name); err != nil || len(digest) != sha256.Size {
				return nil, fmt.Errorf("tls: the fingerprint %q is no SHA-256 in hex", name)
			}
		}
		if user.Role == "" && config.Role == "" {
			return nil, fmt.Errorf("tls: user %q has no role", name)
		}
		users[name] = user
	}
	switch {
	case !slices.Contains([]CertificateName{ByCommonName, ByDNSName, ByFingerprint}, config.By):
		return nil, fmt.Errorf("tls: certificates are known by %q, %q or %q, not by %q", ByCommonName, ByDNSName, ByFingerprint, config.By)
	case config.By == ByFingerprint && len(users) == 0:
		return nil, errors.New("tls: list the users whose fingerprints are known")
	case config.Role == "" && len(users) == 0:
		return nil, errors.New("tls: without a role and without users nobody could join")
	}
	config.Users = users
	return &TLS{config}, nil
}

// Method is "tls".
func (t *TLS) Method() string { return "tls" }

// Recognize implements [router.Recognizer]: it is no way in without a certificate.
func (t *TLS) Recognize(_ context.Context, a *router.Attempt) (router.Recognition, error) {
	if verified(a) == nil {
		return router.Inapplicable, nil
	}
	return router.Known, nil
}

// Authenticate implements [router.Authenticator].
func (t *TLS) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	certificate := verified(a)
	if certificate == nil || time.Now().After(certificate.NotAfter) {
		return router.Identity{}, denied()
	}
	for _, name := range t.names(certificate) {
		user, listed := t.config.Users[name]
		if user.Role == "" {
			user.Role = t.config.Role
		}
		if user.AuthID == "" {
			user.AuthID = name
		}
		switch {
		case !listed && (t.config.Role == "" || t.config.By == ByFingerprint):
		case a.AuthID != "" && a.AuthID != user.AuthID:
		default:
			return router.Identity{AuthID: user.AuthID, Role: user.Role}, nil
		}
	}
	return router.Identity{}, denied()
}

// verified is the peer's certificate, nil if it has none that was verified.
func verified(a *router.Attempt) *x509.Certificate {
	state := a.Connection.TLS
	if state == nil || len(state.VerifiedChains) == 0 || len(state.VerifiedChains[0]) == 0 {
		return nil
	}
	return state.VerifiedChains[0][0]
}

// names are what a certificate is known by.
func (t *TLS) names(certificate *x509.Certificate) []string {
	switch t.config.By {
	case ByDNSName:
		return certificate.DNSNames
	case ByFingerprint:
		digest := sha256.Sum256(certificate.Raw)
		return []string{hex.EncodeToString(digest[:])}
	}
	if certificate.Subject.CommonName == "" {
		return nil
	}
	return []string{certificate.Subject.CommonName}
}
