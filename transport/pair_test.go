package transport_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kind is one way to connect two ends.
type kind struct {
	name    string
	scheme  string // "" for the pipe, "longpoll" for what Dial does not do
	mux     bool   // through a net/http server of the user's
	format  wamp.Format
	batched bool
}

var kinds = []kind{
	{name: "pipe", format: wamp.CBOR},
	{name: "tcp", scheme: "tcp", format: wamp.CBOR},
	{name: "unix", scheme: "unix", format: wamp.MsgPack},
	{name: "tcps", scheme: "tcps", format: wamp.CBOR},
	{name: "ws", scheme: "ws", format: wamp.CBOR},
	{name: "ws text", scheme: "ws", format: wamp.JSON},
	{name: "wss", scheme: "wss", format: wamp.MsgPack},
	{name: "ws in a mux", scheme: "ws", mux: true, format: wamp.CBOR},
	{name: "ws batched", scheme: "ws", format: wamp.CBOR, batched: true},
	{name: "ws text batched", scheme: "ws", format: wamp.JSON, batched: true},
	{name: "wss batched", scheme: "wss", format: wamp.MsgPack, batched: true},
	{name: "longpoll", scheme: "longpoll", format: wamp.JSON},
	{name: "longpoll batched", scheme: "longpoll", format: wamp.CBOR, batched: true},
	{name: "longpoll text batched in a mux", scheme: "longpoll", mux: true, format: wamp.JSON, batched: true},
}

// eachKind runs a test for every kind of connection.
func eachKind(t *testing.T, test func(t *testing.T, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k) })
	}
}

// pair connects two ends. Both are closed when the test is over.
func (k kind) pair(t testing.TB, server, client transport.Config) (atServer, atClient transport.Conn) {
	t.Helper()
	if k.scheme == "" {
		atServer, atClient = transport.PipeWith(k.format, server)
		t.Cleanup(func() { atServer.Close(); atClient.Close() })
		return atServer, atClient
	}
	accepted := make(chan transport.Conn, 1)
	over := make(chan struct{})
	s := transport.NewServer(func(c transport.Conn) { accepted <- c; <-over }, transport.ServerOptions{Config: server})
	url := k.serve(t, s)
	t.Cleanup(sync.OnceFunc(func() { close(over) }))
	atClient = k.dial(t, url, client)
	atServer = <-accepted
	return atServer, atClient
}

// dial connects to a server that serve runs.
func (k kind) dial(t testing.TB, url string, config transport.Config) transport.Conn {
	t.Helper()
	if k.scheme == "longpoll" {
		return dialLongPoll(t, url, k, config)
	}
	return dial(t, url, transport.DialOptions{Config: config, Formats: []wamp.Format{k.format}, Batched: k.batched})
}

// serve runs s until the test is over and returns the URL to dial.
func (k kind) serve(t testing.TB, s *transport.Server) string {
	t.Helper()
	t.Cleanup(func() { s.Close() })
	if k.mux {
		web := httptest.NewServer(s)
		t.Cleanup(web.Close)
		if k.scheme == "longpoll" {
			return web.URL
		}
		return strings.Replace(web.URL, "http", "ws", 1)
	}
	l, url := k.listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return url
}

func (k kind) listen(t testing.TB) (net.Listener, string) {
	t.Helper()
	var (
		l   net.Listener
		err error
		url = k.scheme + "://127.0.0.1:0"
	)
	switch k.scheme {
	case "unix":
		url = "unix://" + filepath.Join(t.TempDir(), "socket")
		l, err = transport.Listen(url)
	case "tcps", "wss":
		l, err = transport.ListenTLS(url, serverTLS())
	case "longpoll":
		l, err = transport.Listen("tcp://127.0.0.1:0")
	default:
		l, err = transport.Listen(url)
	}
	if err != nil {
		t.Fatal(err)
	}
	switch k.scheme {
	case "unix":
	case "longpoll":
		url = "http://" + l.Addr().String()
	default:
		url = k.scheme + "://" + l.Addr().String()
	}
	return l, url
}

func dial(t testing.TB, url string, o transport.DialOptions) transport.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	o.TLS = clientTLS()
	c, err := transport.Dial(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

var certificate = sync.OnceValues(func() (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
})

func serverTLS() *tls.Config {
	cert, _ := certificate()
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

func clientTLS() *tls.Config {
	_, roots := certificate()
	return &tls.Config{RootCAs: roots}
}
