package conformance

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp/proof"
)

// clientKey is alice's, and routersKey that of guarded routers.
var (
	clientKey  = ed25519.NewKeyFromSeed([]byte("the seed of a client's key......"))
	routersKey = ed25519.NewKeyFromSeed([]byte("the seed of a router's key......"))
)

// certain is a value that nothing can go wrong with.
func certain[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// guarded lets those in who can prove who they are.
func guarded(c *router.Config) {
	realm := &c.Realms[0]
	realm.Roles = map[string]router.Role{"user": {}, "admin": {}}
	realm.Authenticators = []router.Authenticator{
		certain(auth.NewTicket(auth.Users[auth.TicketUser](tickets{}))),
		certain(auth.NewCRA(auth.Static[auth.CRAUser]{
			"peter": {Secret: "secret1", Role: "user"},
			"salty": {Secret: "secret1", Salt: "salt123", Iterations: 1000, KeyLen: 32, Role: "user"},
		})),
		certain(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{
			"sam":   {Password: "pencil", KDF: proof.PBKDF2, Iterations: 4096, Role: "user"},
			"argon": {Password: "pencil", KDF: proof.Argon2id13, Iterations: 1, Memory: 4096, Role: "user"},
		})),
		certain(auth.NewCryptosign(auth.Static[auth.CryptosignUser]{
			"alice": {PublicKeys: []string{publicKey(clientKey)}, Role: "admin"},
		}, auth.RouterKey(routersKey))),
	}
	c.Limits.AuthenticationFailures = -1
}

// tickets are users of a database, which breaks when it is asked for one of them.
type tickets struct{}

func (tickets) Find(_ context.Context, a *router.Attempt) (auth.TicketUser, bool, error) {
	switch a.AuthID {
	case "joe":
		return auth.TicketUser{Ticket: "secret!!!", Role: "user"}, true, nil
	case "roleless":
		return auth.TicketUser{Ticket: "secret!!!", Role: "unheard_of"}, true, nil
	case "broken":
		return auth.TicketUser{}, false, errors.New("the database is not there")
	}
	return auth.TicketUser{}, false, nil
}

// recognizing lets those in who have a cookie, a certificate or a ticket.
func recognizing(c *router.Config) {
	c.Realms[0].Authenticators = []router.Authenticator{
		auth.NewCookies(auth.CookieConfig{}),
		certain(auth.NewTLS(auth.TLSConfig{By: auth.ByCommonName, Role: "service"})),
		certain(auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {Ticket: "secret!!!", Role: "user"}})),
	}
}

// secured is a TLS port of a node, and the authority that its peers are known by.
type secured struct {
	address   string
	authority *x509.Certificate
	key       *ecdsa.PrivateKey
	trusted   *x509.CertPool
}

// secure lets a node serve a TLS port, too.
func (n *Node) secure() *secured {
	s := &secured{trusted: x509.NewCertPool()}
	s.key = certain(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	s.authority = certain(x509.ParseCertificate(certain(x509.CreateCertificate(rand.Reader, template, template, &s.key.PublicKey, s.key))))
	s.trusted.AddCert(s.authority)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{s.issue("router")}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: s.trusted,
	})
	n.t.must(err)
	s.address = listener.Addr().String()
	n.serve(listener)
	return s
}

// issue makes a certificate.
func (s *secured) issue(name string) tls.Certificate {
	key := certain(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := certain(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, s.authority, &key.PublicKey, s.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// as comes over TLS with a certificate by this name; none if it is empty.
func (s *secured) as(name string) Entry {
	config := &tls.Config{RootCAs: s.trusted, ServerName: "127.0.0.1"}
	if name != "" {
		config.Certificates = []tls.Certificate{s.issue(name)}
	}
	return func(e *entry) { e.secured, e.secure = s.address, config }
}

// bringing adds a line to the header of the opening handshake of WebSocket.
func bringing(name, value string) Entry {
	return func(e *entry) { e.header = http.Header{name: {value}} }
}

// cookie is the one that the router set in the opening handshake of WebSocket.
func (p *Peer) cookie() string {
	w, ok := p.wire.(*WebWire)
	if !ok {
		p.t.Fatalf("%s: no cookies without WebSocket", p.name)
	}
	return w.cookie
}
