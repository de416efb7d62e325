package interop

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
)

const realm = "realm1"

// startRouter runs wampkit's router on a loopback port and returns the URL of its WebSocket.
func startRouter(t *testing.T, authenticators ...router.Authenticator) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := router.New(router.Config{Realms: []router.RealmConfig{{Name: realm, Authenticators: authenticators}}})
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		r.Shutdown(ctx)
		<-served
	})
	return "ws://" + l.Addr().String() + "/ws"
}

func dial(t *testing.T, ctx context.Context, url string) *runtime.Session {
	t.Helper()
	session, err := runtime.Dial(ctx, url, realm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}
