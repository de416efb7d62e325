package transport_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wampkit/wampkit/transport"
)

func TestBoundsChangeForWhatComesAfter(t *testing.T) {
	s := transport.NewServer(func(transport.Conn) {}, transport.ServerOptions{})
	defer s.Close()
	status := func() int {
		r := httptest.NewRequest("GET", "http://router.example/ws", nil)
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "wamp.2.json", "Origin": "https://app.example",
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	if got := status(); got != http.StatusForbidden {
		t.Errorf("a page from elsewhere gets %d", got)
	}
	s.SetBounds(transport.Bounds{Origins: []string{"https://app.example"}})
	if got := status(); got == http.StatusForbidden {
		t.Errorf("an allowed page gets %d", got)
	}
}
