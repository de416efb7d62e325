package auth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for a message before it fails. Nothing that
// passes ever waits so long.
const patience = 20 * time.Second

// d and l are short for what messages are made of.
type (
	d = wamp.Dict
	l = []any
)

// place is a running router under test, reached by one scheme.
type place struct {
	*router.Router
	t      *testing.T
	scheme string // "ws", "tcp", "wss" or "tcps"
	url    string
	log    *logged
}

// logged keeps what a router logs.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (g *logged) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(p)
}

func (g *logged) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// realm1 is a configuration with one realm.
func realm1(authenticators ...router.Authenticator) router.Config {
	return router.Config{
		Realms: []router.RealmConfig{{Name: "realm1", Authenticators: authenticators}},
		Limits: router.Limits{AuthenticationFailures: -1, HandshakeTimeout: patience},
	}
}

// start runs a router on a plain TCP port, which it serves WebSocket and RawSocket on.
func start(t *testing.T, config router.Config, scheme string) *place {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, config, scheme, listener)
}

// startTLS is start with TLS.
func startTLS(t *testing.T, config router.Config, scheme string, server *tls.Config) *place {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, config, scheme, tls.NewListener(listener, server))
}

func startOn(t *testing.T, config router.Config, scheme string, listener net.Listener) *place {
	t.Helper()
	p := &place{t: t, scheme: scheme, url: scheme + "://" + listener.Addr().String(), log: new(logged)}
	if strings.HasPrefix(scheme, "ws") {
		p.url += "/ws"
	}
	config.Logger = slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p.Router = router.New(config)
	served := make(chan error, 1)
	go func() { served <- p.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(p.Shutdown(ctx), <-served); err != nil {
			t.Errorf("end: %v", err)
		}
	})
	return p
}

// everyScheme runs a test over WebSocket with JSON and over RawSocket with CBOR.
func everyScheme(t *testing.T, config func() router.Config, test func(t *testing.T, p *place)) {
	for _, scheme := range []string{"ws", "tcp"} {
		t.Run(scheme, func(t *testing.T) { test(t, start(t, config(), scheme)) })
	}
}

// peer is a client that says and hears messages as they stand in the specification.
type peer struct {
	t    *testing.T
	conn transport.Conn
}

// dial connects; change may change how.
func (p *place) dial(change ...func(*transport.DialOptions)) *peer {
	p.t.Helper()
	format := wamp.JSON
	if strings.HasPrefix(p.scheme, "tcp") {
		format = wamp.CBOR
	}
	options := transport.DialOptions{Formats: []wamp.Format{format}}
	for _, c := range change {
		c(&options)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, p.url, options)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	return &peer{p.t, conn}
}

// say sends a message.
func (p *peer) say(message ...any) {
	p.t.Helper()
	frame, err := codec.AppendValue(nil, p.conn.Format(), message)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.SendFrame(frame); err != nil && !errors.Is(err, net.ErrClosed) {
		p.t.Fatalf("send: %v", err)
	}
	p.conn.Flush()
}

// hello says HELLO with details beside the roles.
func (p *peer) hello(details d) {
	p.t.Helper()
	p.helloTo("realm1", details)
}

func (p *peer) helloTo(realm string, details d) {
	p.t.Helper()
	all := d{"roles": d{"caller": d{}, "callee": d{}, "publisher": d{}, "subscriber": d{}}}
	for name, value := range details {
		all[name] = value
	}
	p.say(1, realm, all)
}

// hear waits for a message of a type and returns its elements.
func (p *peer) hear(kind wamp.MessageType) l {
	p.t.Helper()
	message, err := p.receive()
	if err != nil {
		p.t.Fatalf("want %s, but the connection ended: %v", kind, err)
	}
	if message[0] != int64(kind) {
		p.t.Fatalf("want %s, got %v", kind, message)
	}
	return message
}

func (p *peer) receive() (l, error) {
	overdue := time.AfterFunc(patience, func() { p.conn.Close() })
	defer overdue.Stop()
	frame, err := p.conn.Receive()
	if err != nil {
		return nil, err
	}
	value, err := codec.DecodeValue(p.conn.Format(), frame)
	if err != nil {
		return nil, err
	}
	return value.(l), nil
}

// challenged waits for CHALLENGE of a method and returns Extra.
func (p *peer) challenged(method string) d {
	p.t.Helper()
	message := p.hear(wamp.TypeChallenge)
	if message[1] != method {
		p.t.Fatalf("challenged by %v, want %s", message[1], method)
	}
	return message[2].(d)
}

// welcomed waits for WELCOME and returns its details, which also have the session's id.
func (p *peer) welcomed() d {
	p.t.Helper()
	message := p.hear(wamp.TypeWelcome)
	details := message[2].(d)
	details["session"] = message[1]
	return details
}

// refused waits for ABORT and the end of the connection, and returns the message for people.
func (p *peer) refused(reason wamp.ErrorURI) string {
	p.t.Helper()
	abort := p.hear(wamp.TypeAbort)
	if abort[2] != string(reason) {
		p.t.Fatalf("refused with %v %v, want %s", abort[2], abort[1], reason)
	}
	p.ended()
	text, _ := abort[1].(d)["message"].(string)
	return text
}

// ended waits for the end of the connection, before which nothing may come.
func (p *peer) ended() {
	p.t.Helper()
	message, err := p.receive()
	if err == nil {
		p.t.Fatalf("want the end of the connection, got %v", message)
	}
	if !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
		p.t.Fatalf("want the end of the connection, got %v", err)
	}
	p.conn.Close()
}

// is checks some of the details of WELCOME.
func (p *peer) is(welcome d, authid, role, method, provider string) {
	p.t.Helper()
	for name, want := range (d{"authid": authid, "authrole": role, "authmethod": method, "authprovider": provider}) {
		if welcome[name] != want {
			p.t.Errorf("%s is %v, want %v", name, welcome[name], want)
		}
	}
}

// bringing adds headers to the request of a WebSocket connection.
func bringing(header http.Header) func(*transport.DialOptions) {
	return func(o *transport.DialOptions) { o.Header = header }
}

// over uses a client's TLS configuration.
func over(config *tls.Config) func(*transport.DialOptions) {
	return func(o *transport.DialOptions) { o.TLS = config }
}

// must is a value that could be made.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
