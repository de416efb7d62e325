package router_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wampkit/wampkit/router"
)

// dialWebSocket connects by a WebSocket library that knows nothing of WAMP.
func dialWebSocket(t *testing.T, r *place, origin string, subprotocols ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	dialer := websocket.Dialer{Subprotocols: subprotocols}
	conn, response, err := dialer.DialContext(ctx, "ws://"+r.address+"/ws", header)
	if err == nil {
		conn.SetReadDeadline(time.Now().Add(patience))
		t.Cleanup(func() { conn.Close() })
	}
	return conn, response, err
}

func TestW033_W034_TheSubprotocolIsNegotiated(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	for want, offers := range map[string][]string{
		"wamp.2.json": {"wamp.2.json"}, "wamp.2.msgpack": {"wamp.2.msgpack"}, "wamp.2.cbor": {"x", "wamp.2.cbor"},
	} {
		conn, _, err := dialWebSocket(t, r, "", offers...)
		if err != nil {
			t.Fatalf("%v: %v", offers, err)
		}
		if conn.Subprotocol() != want {
			t.Errorf("%v: got %q, want %q", offers, conn.Subprotocol(), want)
		}
	}
	for _, offers := range [][]string{nil, {"foo"}, {"wamp.2.xml"}} {
		if _, response, err := dialWebSocket(t, r, "", offers...); err == nil || response == nil || response.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: want status 400, got %v, %v", offers, response, err)
		}
	}
}

func TestW026_JSONInTextFramesOnly(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	hello := []byte(`[1,"realm1",` + everyRole + `]`)
	conn, _, err := dialWebSocket(t, r, "", "wamp.2.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.WriteMessage(websocket.TextMessage, hello); err != nil {
		t.Fatal(err)
	}
	if kind, _, err := conn.ReadMessage(); kind != websocket.TextMessage {
		t.Errorf("WELCOME came as frame type %d: %v", kind, err)
	}
	if err := conn.WriteMessage(websocket.BinaryMessage, []byte(`[32,1,{},"com.topic"]`)); err != nil {
		t.Fatal(err)
	}
	if _, message, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseUnsupportedData) {
		t.Errorf("JSON in a binary frame: got %s, %v", message, err)
	}
}

func TestW035_AFragmentedMessageIsOneMessage(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	conn, _, err := dialWebSocket(t, r, "", "wamp.2.json")
	if err != nil {
		t.Fatal(err)
	}
	w, err := conn.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range []string{`[1,"rea`, `lm1",`, everyRole + `]`} {
		if i == 1 { // a PING in between
			if err := conn.WriteControl(websocket.PingMessage, []byte("hi"), time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, message, err := conn.ReadMessage(); err != nil || string(message[:3]) != "[2," {
		t.Errorf("want WELCOME, got %s, %v", message, err)
	}
}

func TestW037_ForeignOrigins(t *testing.T) {
	r := start(t, router.Config{Origins: []string{"https://app.example.com"}}, links[0])
	for origin, welcome := range map[string]bool{"": true, "https://app.example.com": true, "http://evil.example": false} {
		if _, response, err := dialWebSocket(t, r, origin, "wamp.2.json"); (err == nil) != welcome {
			t.Errorf("origin %q: %v, %v", origin, response, err)
		}
	}
	r = start(t, router.Config{}, links[0])
	if _, response, err := dialWebSocket(t, r, "http://evil.example", "wamp.2.json"); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("by default: %v, %v", response, err)
	}
}
