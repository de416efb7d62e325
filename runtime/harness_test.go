package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits before it fails. Nothing that passes waits so long.
const patience = 10 * time.Second

// link is a way to reach a router.
type link struct {
	scheme string // "ws", "tcp", "unix" or "pipe"
	format wamp.Format
}

func (l link) String() string { return l.scheme + "+" + l.format.String() }

// links are the ways on which everything is tested.
var links = []link{{"pipe", wamp.CBOR}, {"tcp", wamp.CBOR}, {"tcp", wamp.MsgPack}, {"ws", wamp.JSON}, {"ws", wamp.MsgPack}, {"unix", wamp.JSON}}

// place is a router under test, strict about what clients may do.
type place struct {
	*wamptest.Router
	t    *testing.T
	link link
	url  string
}

// onEachLink runs a test once per way to reach the router.
func onEachLink(t *testing.T, test func(t *testing.T, p *place)) {
	for _, l := range links {
		t.Run(l.String(), func(t *testing.T) { test(t, newPlace(t, l)) })
	}
}

func newPlace(t *testing.T, l link) *place {
	t.Helper()
	config := router.Config{Realms: []router.RealmConfig{{
		Name:     router.DefaultRealm,
		Strict:   router.Strict{RequestIDs: true},
		Disclose: router.Disclosure{Caller: true, Publisher: true},
	}}}
	p := &place{Router: wamptest.New(t, wamptest.WithConfig(config), wamptest.WithSerializer(l.format)), t: t, link: l}
	switch l.scheme {
	case "tcp", "ws":
		p.url = l.scheme + "://" + p.Serve(t)
	case "unix":
		p.url = "unix://" + p.ServeUnix(t)
	}
	return p
}

// session joins the realm and leaves when the test ends.
func (p *place) session(opts ...runtime.DialOption) *runtime.Session {
	p.t.Helper()
	opts = append([]runtime.DialOption{runtime.WithLogger(slog.New(slog.DiscardHandler))}, opts...)
	if p.url == "" {
		return p.Session(p.t, opts...)
	}
	opts = append(opts, runtime.WithSerializers(p.link.format))
	s, err := runtime.Dial(p.t.Context(), p.url, wamptest.Realm, opts...)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.Close() })
	return s
}

// register registers an untyped procedure.
func register(t testing.TB, s *runtime.Session, uri wamp.URI, h runtime.Handler, opts ...runtime.RegisterOption) *runtime.Registration {
	t.Helper()
	r, err := s.Register(context.Background(), uri, h, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// subscribe subscribes to a topic and sends what arrives into the channel.
func subscribe(t testing.TB, s *runtime.Session, topic wamp.URI, opts ...runtime.SubscribeOption) (*runtime.Subscription, chan event) {
	t.Helper()
	events := make(chan event, 1000)
	sub, err := s.Subscribe(context.Background(), topic, func(ctx context.Context, in *runtime.Result) error {
		details, _ := runtime.EventFrom(ctx)
		events <- event{in, *details}
		return nil
	}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return sub, events
}

type event struct {
	*runtime.Result
	details runtime.Event
}

// await takes the next value of a channel.
func await[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v, ok := <-c:
		if !ok {
			var zero T
			return zero
		}
		return v
	case <-time.After(patience):
		t.Fatalf("nothing came within %v", patience)
		panic("unreachable")
	}
}

// peer is the router's end of a connection, played by the test.
type peer struct {
	t       testing.TB
	conn    transport.Conn
	decoder *codec.Decoder
}

// allFeatures is a WELCOME that announces what the runtime makes use of.
var allFeatures = wamp.Roles{}.With(wamp.RoleBroker).
	With(wamp.RoleDealer, wamp.FeatureCallTimeout, wamp.FeatureCallCanceling)

// joinPeer lets a session join a realm of a router that the test plays.
func joinPeer(t testing.TB, f wamp.Format, roles wamp.Roles, opts ...runtime.DialOption) (*runtime.Session, *peer) {
	t.Helper()
	client, server := transport.Pipe(f)
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(f, codec.Options{KeepExtra: true})}
	welcomed := make(chan struct{})
	go func() {
		defer close(welcomed)
		p.expect(wamp.TypeHello)
		p.send(&wamp.Welcome{Session: 7, Details: wamp.Dict{"roles": roles.Dict()}})
	}()
	opts = append([]runtime.DialOption{runtime.WithLogger(slog.New(slog.DiscardHandler))}, opts...)
	s, err := runtime.Join(context.Background(), client, "realm1", opts...)
	if err != nil {
		t.Fatal(err)
	}
	<-welcomed
	t.Cleanup(func() {
		_ = server.Close()
		_ = s.Close()
	})
	return s, p
}

// expect receives a message of the type.
func (p *peer) expect(want wamp.MessageType) wamp.Message {
	p.t.Helper()
	frame, err := p.conn.Receive()
	if err != nil {
		p.t.Errorf("waiting for %s: %v", want, err)
		panic(err)
	}
	m, err := p.decoder.Decode(frame)
	if err != nil {
		p.t.Errorf("waiting for %s: %v", want, err)
		panic(err)
	}
	if m.Type() != want {
		p.t.Fatalf("got %s %+v, want %s", m.Type(), m, want)
	}
	return m
}

func (p *peer) send(messages ...wamp.Message) {
	p.t.Helper()
	for _, m := range messages {
		if err := p.conn.Send(m); err != nil {
			p.t.Errorf("send %s: %v", m.Type(), err)
		}
	}
	p.conn.Flush()
}

// payload encodes arguments as a foreign peer would.
func (p *peer) payload(args []any, kwargs wamp.Dict) wamp.Payload {
	p.t.Helper()
	payload, err := codec.EncodePayload(p.conn.Format(), args, kwargs)
	if err != nil {
		p.t.Fatal(err)
	}
	return payload
}

// remote asserts that err came from a peer, with a URI.
func remote(t testing.TB, err error, want wamp.ErrorURI) *wamp.Error {
	t.Helper()
	var e *wamp.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want a *wamp.Error with %s", err, err, want)
	}
	if e.URI != want || !e.Remote || !errors.Is(err, want) {
		t.Fatalf("got %+v, want a remote %s", e, want)
	}
	return e
}

// log is a session's log that can be searched.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) has(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.buf.String(), s)
}

func (l *log) option() runtime.DialOption {
	return runtime.WithLogger(slog.New(slog.NewTextHandler(l, nil)))
}

// unusedAddress is a loopback address on which nobody listens.
func unusedAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// decodeArgs reads the positional arguments of a payload into pointers to string or int64.
func decodeArgs(p wamp.Payload, into ...any) (wamp.Dict, error) {
	args, kwargs, err := codec.DecodePayload(p)
	for i, target := range into {
		if err != nil {
			return nil, err
		}
		if i >= len(args) {
			return nil, errors.New("too few arguments")
		}
		ok := false
		switch target := target.(type) {
		case *string:
			*target, ok = args[i].(string)
		case *int64:
			*target, ok = args[i].(int64)
		}
		if !ok {
			return nil, errors.New("an argument of another type")
		}
	}
	return kwargs, err
}
