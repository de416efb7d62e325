package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// authority issues certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t, key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue makes a certificate and its key, in PEM.
func (a *authority) issue(name string, serial int64) (cert, key []byte) {
	a.t.Helper()
	private := newKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	encoded, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encoded})
}

// client is what a client that trusts the authority uses.
func (a *authority) client(certificates ...tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, Certificates: certificates}
}

func (a *authority) clientNamed(name string) *tls.Config {
	a.t.Helper()
	certificate, err := tls.X509KeyPair(a.issue(name, 99))
	if err != nil {
		a.t.Fatal(err)
	}
	return a.client(certificate)
}

// serverFiles writes a certificate where the configuration looks for it.
func (a *authority) serverFiles(dir string, serial int64) {
	a.t.Helper()
	cert, key := a.issue("router", serial)
	write(a.t, filepath.Join(dir, "server.pem"), string(cert))
	write(a.t, filepath.Join(dir, "server.key"), string(key))
}

// secureURLs are those of a router with a wss and a tcps listener.
func (p *process) secureURLs() []string {
	p.t.Helper()
	var urls []string
	for _, word := range strings.FieldsFunc(p.first, func(r rune) bool { return r == ' ' || r == ',' }) {
		if strings.HasPrefix(word, "wss://") || strings.HasPrefix(word, "tcps://") {
			urls = append(urls, word)
		}
	}
	if len(urls) != 2 {
		p.t.Fatalf("no two addresses in %q", p.first)
	}
	return urls
}

func TestTLSForWebSocketAndRawSocketWithClientCertificates(t *testing.T) {
	ca, clients, strangers := newAuthority(t, "ca"), newAuthority(t, "clients"), newAuthority(t, "strangers")
	for _, demand := range []string{"optional", "required"} {
		t.Run(demand, func(t *testing.T) {
			dir := t.TempDir()
			ca.serverFiles(dir, 1)
			write(t, filepath.Join(dir, "clients.pem"), string(clients.pem))
			file := filepath.Join(dir, "router.yaml")
			write(t, file, fmt.Sprintf(`
listen: [wss://127.0.0.1:0/ws, tcps://127.0.0.1:0]
tls: {cert: server.pem, key: server.key, client_ca: clients.pem, client_auth: %s}
realms:
  realm1:
    auth:
      tls: {by: common_name, role: service}
      anonymous: {role: guest}
`, demand))
			p := start(t, "--config", file)
			for _, url := range p.secureURLs() {
				known := ca.client(clients.clientNamed("backend").Certificates...)
				s := joinWith(t, url, "realm1", wamp.Dict{"authmethods": []any{"tls"}}, known)
				welcome, ok := s.receive().(*wamp.Welcome)
				if !ok || welcome.Details["authid"] != "backend" || welcome.Details["authrole"] != "service" {
					t.Errorf("%s with a certificate: %#v", url, welcome)
				}
				if demand == "optional" {
					joinWith(t, url, "realm1", wamp.Dict{"authmethods": []any{"anonymous"}}, ca.client()).welcomed()
				} else if works(t, url, ca.client()) {
					t.Errorf("%s without a certificate is served", url)
				}
				stranger := ca.client()
				stranger.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { // whatever the router asks for
					return &strangers.clientNamed("backend").Certificates[0], nil
				}
				if works(t, url, stranger) {
					t.Errorf("%s with a stranger's certificate is served", url)
				}
				old := ca.client(known.Certificates...)
				old.MaxVersion = tls.VersionTLS11
				if works(t, url, old) {
					t.Errorf("%s speaks TLS 1.1", url)
				}
				if strings.HasPrefix(url, "wss:") && works(t, strings.Replace(url, "wss", "ws", 1), nil) {
					t.Errorf("%s is served without TLS", url)
				}
			}
		})
	}
}

// works reports whether a session can be opened anonymously.
func works(t *testing.T, url string, secure *tls.Config) bool {
	s, err := tryJoin(t, url, "realm1", wamp.Dict{"authmethods": []any{"anonymous", "tls"}}, secure)
	if err != nil {
		return false
	}
	m, err := s.tryReceive()
	return err == nil && m.Type() == wamp.TypeWelcome
}

// serialAt is the serial number of the certificate that a router shows.
func serialAt(t *testing.T, url string, secure *tls.Config) int64 {
	t.Helper()
	host := strings.TrimPrefix(url, "tcps://")
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", host, secure)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// TestATLSHandshakeThatTakesItsTime sends the beginning of a handshake, and then an
// octet now and then.
func TestATLSHandshakeThatTakesItsTime(t *testing.T) {
	dir := t.TempDir()
	newAuthority(t, "ca").serverFiles(dir, 1)
	file := filepath.Join(dir, "router.yaml")
	write(t, file, "listen: [wss://127.0.0.1:0/ws, tcps://127.0.0.1:0]\ntls: {cert: server.pem, key: server.key}\nlimits: {handshake_timeout: 500ms, linger: 200ms}\n")
	p := start(t, "--config", file)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.secureURLs()[1], "tcps://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte{0x16, 0x03, 0x01, 0x02, 0x00, 0x01})
	for {
		if _, err := conn.Write([]byte{0}); err != nil {
			return // the router has closed
		}
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 64)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if t.Context().Err() != nil || time.Since(p.started) > 2*patience {
			t.Fatal("the connection is still open")
		}
	}
}
