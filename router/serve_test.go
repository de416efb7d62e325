package router_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// dialURL connects to a router at a URL.
func dialURL(t *testing.T, url string) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, url, transport.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &peer{t: t, conn: conn}
}

func TestHandlerInOnesOwnMux(t *testing.T) {
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	mux := http.NewServeMux()
	mux.Handle("/wamp", r.Handler())
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
	server := httptest.NewServer(mux)
	defer server.Close()

	p := dialURL(t, strings.Replace(server.URL, "http", "ws", 1)+"/wamp").hello("realm1", everyRole)
	p.quiet()
	response, err := server.Client().Get(server.URL + "/hello")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	server.Client().CloseIdleConnections()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the mux answers %s", response.Status)
	}
	p.conn.Close()
	if err := r.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestServeAllUntilTheContextIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wamp.sock")
	listeners, err := router.Listen("ws://127.0.0.1:0/ws", "unix://"+path)
	if err != nil {
		t.Fatal(err)
	}
	address := listeners[0].Addr().String()
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- r.ServeAll(ctx, listeners...) }()
	peers := []*peer{
		dialURL(t, "ws://"+address+"/ws").hello("realm1", everyRole),
		dialURL(t, "tcp://"+address).hello("realm1", everyRole), // W224: the same port
		dialURL(t, "unix://"+path).hello("realm1", everyRole),
	}
	cancel()
	for _, p := range peers {
		p.hear(`[6,{"message":"*"},"wamp.close.system_shutdown"]`)
		p.say(`[6,{},"wamp.close.goodbye_and_out"]`)
		p.hearEnd()
	}
	if err := <-served; err != nil {
		t.Errorf("ServeAll: %v", err)
	}
}

func TestListenAndServeListensOnAllOrNone(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	path := filepath.Join(t.TempDir(), "wamp.sock")
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	err = r.ListenAndServe(t.Context(), "unix://"+path, "tcp://"+taken.Addr().String())
	if err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("ListenAndServe: %v", err)
	}
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		t.Error("the other listener is still open")
	}
}

func TestConnectAfterShutdown(t *testing.T) {
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, conn: r.Connect(wamp.JSON)}
	p.hear(`[3,{"message":"*"},"wamp.close.system_shutdown"]`)
	p.hearEnd()
}

func TestRealmsMadeOnDemandEndWithTheirLastSession(t *testing.T) {
	r := start(t, router.Config{AutoRealm: &router.RealmConfig{}}, links[0])
	first, second := r.dial().hello("com.realm", everyRole), r.dial().hello("com.realm", everyRole)
	subscription := first.subscribe(`{}`, "com.topic")
	for _, p := range []*peer{first, second} {
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	}
	if again := first.hello("com.realm", everyRole).subscribe(`{}`, "com.topic"); again == subscription {
		t.Errorf("subscription %d outlived its realm", again)
	}
}

func TestConfigIsValidated(t *testing.T) {
	for name, config := range map[string]router.Config{
		"malformed": {Realms: []router.RealmConfig{{Name: "a b"}}},
		"strict":    {Realms: []router.RealmConfig{{Name: "A.B", Strict: router.Strict{URIs: true}}}},
		"twice":     {Realms: []router.RealmConfig{{Name: "a.b"}, {Name: "a.b"}}},
	} {
		if err := config.Validate(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (router.Config{}).Validate(); err != nil {
		t.Error(err)
	}
}

// Example shows a router inside a program, with a session that needs no socket.
func ExampleRouter() {
	r := router.New(router.Config{})
	conn := r.Connect(wamp.CBOR) // hand it to a client
	conn.Close()
	_ = r.Shutdown(context.Background())
}
