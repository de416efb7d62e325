package wamptest

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Realm is the realm that [Router.Session] joins unless [WithRealm] says otherwise.
const Realm = string(router.DefaultRealm)

// Option changes the router of a test.
type Option func(*options)

type options struct {
	config router.Config
	realm  string
	format wamp.Format
}

// WithConfig configures the router. Without it, it has one realm that anybody may join.
func WithConfig(config router.Config) Option { return func(o *options) { o.config = config } }

// WithRealmConfig adds a realm, or configures one that there is, by its name, and lets [Router.Session] join
// it. Without a name it is [Realm].
func WithRealmConfig(realm router.RealmConfig) Option {
	return func(o *options) {
		if realm.Name == "" {
			realm.Name = router.DefaultRealm
		}
		realms := slices.DeleteFunc(slices.Clone(o.config.Realms), func(r router.RealmConfig) bool { return r.Name == realm.Name })
		o.config.Realms = append(realms, realm)
		o.realm = string(realm.Name)
	}
}

// WithRealm sets the realm that [Router.Session] joins.
func WithRealm(realm string) Option { return func(o *options) { o.realm = realm } }

// WithSerializer sets the serializer of [Router.Session]. The default is CBOR.
func WithSerializer(f wamp.Format) Option { return func(o *options) { o.format = f } }

// Router is a router that lives as long as a test.
type Router struct {
	router  *router.Router
	options options
}

// closeWait is how long the router may take to end before its connections are cut.
const closeWait = 5 * time.Second

// New starts a router, and ends it when the test ends.
func New(t testing.TB, opts ...Option) *Router {
	t.Helper()
	o := options{realm: Realm, format: wamp.CBOR}
	for _, opt := range opts {
		opt(&o)
	}
	if o.config.Logger == nil {
		o.config.Logger = slog.New(slog.NewTextHandler(testLog{t}, nil))
	}
	r := &Router{router: router.New(believing(o.config)), options: o}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeWait)
		defer cancel()
		if err := r.router.Shutdown(ctx); err != nil {
			t.Errorf("wamptest: shut the router down: %v", err)
		}
	})
	return r
}

// Session joins the router's realm over an in-process connection, and leaves when the
// test ends. It fails the test if it cannot join.
func (r *Router) Session(t testing.TB, opts ...runtime.DialOption) *runtime.Session {
	t.Helper()
	s, err := runtime.Join(t.Context(), r.Connect(), r.options.realm, opts...)
	if err != nil {
		t.Fatalf("wamptest: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Connect opens an in-process connection without joining a realm.
func (r *Router) Connect() transport.Conn { return r.router.Connect(r.options.format) }

// Dial is Connect with a signature that fits [runtime.ReconnectPolicy].Connect.
func (r *Router) Dial(context.Context) (transport.Conn, error) { return r.Connect(), nil }

// Serve lets the router listen on a free port of the loopback interface, for
// WebSocket and RawSocket, and returns its address, "127.0.0.1:port".
func (r *Router) Serve(t testing.TB) string {
	t.Helper()
	return r.listen(t, "tcp", "127.0.0.1:0")
}

// ServeUnix lets the router listen on a Unix socket, for RawSocket, and returns its path.
func (r *Router) ServeUnix(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wamp") // the path of t.TempDir may be too long for a socket
	if err != nil {
		t.Fatalf("wamptest: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return r.listen(t, "unix", filepath.Join(dir, "socket"))
}

func (r *Router) listen(t testing.TB, network, address string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatalf("wamptest: %v", err)
	}
	r.ServeListener(t, l)
	return l.Addr().String()
}

// ServeListener lets the router serve a listener, for example one with TLS, until the test ends.
func (r *Router) ServeListener(t testing.TB, l net.Listener) {
	served := make(chan error, 1)
	go func() { served <- r.router.Serve(l) }()
	t.Cleanup(func() {
		_ = l.Close()
		<-served
	})
}

// testLog writes a router's log to the test's.
type testLog struct{ t testing.TB }

// Write implements io.Writer.
func (l testLog) Write(line []byte) (int, error) {
	l.t.Helper()
	l.t.Log("router: " + strings.TrimSpace(string(line)))
	return len(line), nil
}
