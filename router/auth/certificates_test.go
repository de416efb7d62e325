package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority issues certificates.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	ca := &authority{t: t, key: must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &ca.key.PublicKey, ca.key))
	ca.certificate = must[*x509.Certificate](t)(x509.ParseCertificate(der))
	return ca
}

// issue makes a certificate for a client and for a server on the loopback address.
func (ca *authority) issue(name string, dnsNames ...string) tls.Certificate {
	ca.t.Helper()
	key := must[*ecdsa.PrivateKey](ca.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: dnsNames,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der := must[[]byte](ca.t)(x509.CreateCertificate(rand.Reader, template, ca.certificate, &key.PublicKey, ca.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: must[*x509.Certificate](ca.t)(x509.ParseCertificate(der))}
}

func (ca *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	return pool
}

// server is the TLS configuration of a router that trusts the authority's clients.
func (ca *authority) server() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{ca.issue("router")},
		ClientAuth:   tls.VerifyClientCertIfGiven, ClientCAs: ca.pool(),
	}
}

// client is the TLS configuration of a client with these certificates.
func (ca *authority) client(certificates ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: ca.pool(), Certificates: certificates}
}
