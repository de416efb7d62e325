package transport_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// wsPeer is a WebSocket client that does as it is told, right or wrong.
type wsPeer struct {
	net.Conn
	in *bufio.Reader
}

const (
	fin      = 0x80
	opCont   = 0x0
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA
)

// request sends the request of an opening handshake and returns the answer.
func request(t testing.TB, peer net.Conn, path string, headers ...string) (*wsPeer, *http.Response) {
	t.Helper()
	lines := append([]string{
		"GET " + path + " HTTP/1.1", "Host: example.com", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}, headers...)
	write(t, peer, []byte(strings.Join(lines, "\r\n")+"\r\n\r\n"))
	in := bufio.NewReader(peer)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &wsPeer{peer, in}, response
}

// wsKnock opens a WebSocket connection to a new server.
func wsKnock(t testing.TB, o transport.ServerOptions, f wamp.Format) (*wsPeer, transport.Conn) {
	t.Helper()
	peer, accepted := knock(t, o)
	ws, response := request(t, peer, "/", "Sec-WebSocket-Protocol: wamp.2."+f.String())
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %s", response.Status)
	}
	return ws, <-accepted
}

// frame is a frame as a client sends it, masked.
func frame(first byte, content []byte) []byte {
	return append(frameHead(first, int64(len(content))), masked(content)...)
}

func frameHead(first byte, n int64) []byte {
	b := []byte{first}
	switch {
	case n > 0xFFFF:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	case n > 125:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = append(b, 0x80|byte(n))
	}
	return append(b, "mask"...)
}

func masked(content []byte) []byte {
	b := bytes.Clone(content)
	for i := range b {
		b[i] ^= "mask"[i%4]
	}
	return b
}

// readFrame reads a frame of the server's and checks that its length is in the shortest form.
func (p *wsPeer) readFrame(t testing.TB) (first byte, content []byte) {
	t.Helper()
	head := read(t, p.in, 2)
	n, least := int(head[1]), 0
	switch n {
	case 126:
		n, least = int(binary.BigEndian.Uint16(read(t, p.in, 2))), 126
	case 127:
		n, least = int(binary.BigEndian.Uint64(read(t, p.in, 8))), 65536
	}
	if head[1]&0x80 != 0 || n < least {
		t.Fatalf("frame % x is masked, or its length of %d not in the shortest form", head, n)
	}
	return head[0], read(t, p.in, n)
}

// expectClose reads frames up to the close frame and returns its code.
func (p *wsPeer) expectClose(t testing.TB) int {
	t.Helper()
	for {
		first, content := p.readFrame(t)
		if first == fin|opClose {
			if len(content) == 0 {
				return 1005
			}
			return int(binary.BigEndian.Uint16(content))
		}
	}
}

func TestOpeningHandshake(t *testing.T) {
	cbor := "Sec-WebSocket-Protocol: wamp.2.cbor"
	cases := []struct {
		name    string
		options transport.ServerOptions
		path    string
		headers []string
		status  int
		want    string // the subprotocol, or what the text says
	}{
		{name: "W033 cbor", headers: []string{cbor}, status: 101, want: "wamp.2.cbor"},
		{name: "W033 one unknown", headers: []string{"Sec-WebSocket-Protocol: x, wamp.2.cbor"}, status: 101, want: "wamp.2.cbor"},
		{name: "W033 the client's preference", headers: []string{"Sec-WebSocket-Protocol: wamp.2.json,wamp.2.cbor"}, status: 101, want: "wamp.2.json"},
		{name: "W033 two headers", headers: []string{"Sec-WebSocket-Protocol: x", cbor}, status: 101, want: "wamp.2.cbor"},
		{name: "W033 what is served", options: transport.ServerOptions{Formats: []wamp.Format{wamp.MsgPack}},
			headers: []string{"Sec-WebSocket-Protocol: wamp.2.json, wamp.2.msgpack"}, status: 101, want: "wamp.2.msgpack"},
		{name: "W038 batched", headers: []string{cbor + ".batched"}, status: 101, want: "wamp.2.cbor.batched"},
		{name: "W038 the client prefers it", headers: []string{"Sec-WebSocket-Protocol: wamp.2.json.batched, wamp.2.json"}, status: 101, want: "wamp.2.json.batched"},
		{name: "W038 the client prefers it not", headers: []string{"Sec-WebSocket-Protocol: wamp.2.msgpack, wamp.2.msgpack.batched"}, status: 101, want: "wamp.2.msgpack"},
		{name: "W038 not served", options: transport.ServerOptions{Formats: []wamp.Format{wamp.MsgPack}}, headers: []string{cbor + ".batched"}, status: 400},
		{name: "W034 none", status: 400, want: "wamp.2.cbor, wamp.2.msgpack, wamp.2.json"},
		{name: "W034 unknown", headers: []string{"Sec-WebSocket-Protocol: foo"}, status: 400, want: "No subprotocol in common"},
		{name: "W037 foreign origin", headers: []string{cbor, "Origin: http://evil"}, status: 403, want: "http://evil"},
		{name: "W037 no page's origin", headers: []string{cbor, "Origin: null"}, status: 403, want: "null"},
		{name: "W037 same host", headers: []string{cbor, "Origin: https://EXAMPLE.com"}, status: 101, want: "wamp.2.cbor"},
		{name: "W037 same host, other port", headers: []string{cbor, "Origin: https://example.com:444"}, status: 403},
		{name: "W037 listed", options: transport.ServerOptions{Origins: []string{"https://app.example.com"}},
			headers: []string{cbor, "Origin: https://app.example.com"}, status: 101, want: "wamp.2.cbor"},
		{name: "W037 listed with another scheme", options: transport.ServerOptions{Origins: []string{"https://app.example.com"}},
			headers: []string{cbor, "Origin: http://app.example.com"}, status: 403},
		{name: "W037 same host, not listed", options: transport.ServerOptions{Origins: []string{}},
			headers: []string{cbor, "Origin: http://example.com"}, status: 403},
		{name: "W037 any", options: transport.ServerOptions{Origins: []string{"*"}},
			headers: []string{cbor, "Origin: http://evil"}, status: 101, want: "wamp.2.cbor"},
		{name: "W037 own check", options: transport.ServerOptions{CheckOrigin: func(*http.Request) bool { return false }},
			headers: []string{cbor}, status: 403},
		{name: "other path", options: transport.ServerOptions{Path: "/ws"}, headers: []string{cbor}, status: 404, want: "/ws"},
		{name: "right path", options: transport.ServerOptions{Path: "/ws"}, path: "/ws?a=b", headers: []string{cbor}, status: 101, want: "wamp.2.cbor"},
		{name: "other path with a handler", options: transport.ServerOptions{Path: "/ws", HTTP: http.NotFoundHandler()}, headers: []string{cbor}, status: 404, want: "404 page not found"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			peer, _ := knock(t, c.options)
			if c.path == "" {
				c.path = "/"
			}
			_, response := request(t, peer, c.path, c.headers...)
			got := response.Header.Get("Sec-WebSocket-Protocol")
			if response.StatusCode != http.StatusSwitchingProtocols {
				body, _ := io.ReadAll(response.Body)
				if got = string(body); strings.Contains(got, c.want) {
					got = c.want
				}
			}
			if response.StatusCode != c.status || got != c.want {
				t.Errorf("got %s with %q, want %d with %q", response.Status, got, c.status, c.want)
			}
		})
	}
}

func TestWebSocketConnectionLimit(t *testing.T) {
	address, accepted := listenFor(t, transport.ServerOptions{MaxConns: 1})
	shake(t, knockAt(t, address), "7F F3 00 00")
	<-accepted
	if _, response := request(t, knockAt(t, address), "/", "Sec-WebSocket-Protocol: wamp.2.cbor"); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %s", response.Status)
	}
}

func TestPlainHTTP(t *testing.T) {
	get := func(t *testing.T, o transport.ServerOptions, path string) (int, string) {
		address, _ := listenFor(t, o)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	t.Run("says what is served", func(t *testing.T) {
		if status, body := get(t, transport.ServerOptions{}, "/"); status != http.StatusUpgradeRequired || !strings.Contains(body, "wamp.2.cbor") {
			t.Errorf("got %d with %q", status, body)
		}
	})
	t.Run("goes to the user's handler", func(t *testing.T) {
		o := transport.ServerOptions{Path: "/ws", HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello ", r.URL.Path) })}
		for _, path := range []string{"/page", "/ws"} {
			if status, body := get(t, o, path); status != http.StatusOK || body != "hello "+path {
				t.Errorf("got %d with %q", status, body)
			}
		}
	})
}

func TestFragmentedMessageIsOneMessage(t *testing.T) { // W035
	peer, server := wsKnock(t, transport.ServerOptions{}, wamp.JSON)
	hello := `[1,"realm1",{"ä":1}]`
	cut := strings.Index(hello, "ä") + 1 // within a character
	parts := []string{hello[:3], hello[3:cut], hello[cut:]}
	write(t, peer, frame(opText, []byte(parts[0])))
	write(t, peer, frame(fin|opPing, []byte("between")))
	write(t, peer, frame(opCont, []byte(parts[1])))
	write(t, peer, frame(opCont, nil))
	write(t, peer, frame(fin|opCont, []byte(parts[2])))
	if got := receive(t, server); string(got) != hello {
		t.Errorf("got %q", got)
	}
	server.Flush()
	if first, content := peer.readFrame(t); first != fin|opPong || string(content) != "between" {
		t.Errorf("got %x with %q", first, content)
	}
}

func TestWebSocketPing(t *testing.T) { // W036
	peer, server := wsKnock(t, transport.ServerOptions{}, wamp.CBOR)
	go server.Receive()
	for _, content := range []string{"", "ping", strings.Repeat("x", 125)} {
		write(t, peer, frame(fin|opPing, []byte(content)))
		if first, got := peer.readFrame(t); first != fin|opPong || string(got) != content {
			t.Errorf("got %x with %q", first, got)
		}
	}
}

func TestWebSocketViolationsAreClosedWithACode(t *testing.T) { // W036
	closing := func(code uint16, reason string) []byte {
		return frame(fin|opClose, append(binary.BigEndian.AppendUint16(nil, code), reason...))
	}
	cases := []struct {
		name   string
		format wamp.Format
		send   []byte
		code   int
	}{
		{"unmasked", wamp.CBOR, []byte{fin | opBinary, 1, 0}, 1002},
		{"reserved opcode 3", wamp.CBOR, frame(fin|3, nil), 1002},
		{"reserved opcode 15", wamp.CBOR, frame(fin|15, nil), 1002},
		{"reserved bit 1, no extension", wamp.CBOR, frame(fin|0x40|opBinary, nil), 1002},
		{"reserved bit 2", wamp.CBOR, frame(fin|0x20|opBinary, nil), 1002},
		{"reserved bit 3", wamp.CBOR, frame(fin|0x10|opBinary, nil), 1002},
		{"long ping", wamp.CBOR, frame(fin|opPing, text(126)), 1002},
		{"fragmented ping", wamp.CBOR, frame(opPing, nil), 1002},
		{"continuation of nothing", wamp.CBOR, frame(fin|opCont, nil), 1002},
		{"message within a message", wamp.CBOR, append(frame(opBinary, nil), frame(fin|opBinary, nil)...), 1002},
		{"close code that may not be sent", wamp.CBOR, closing(1005, ""), 1002},
		{"close code out of range", wamp.CBOR, closing(999, ""), 1002},
		{"text that is not UTF-8", wamp.JSON, frame(fin|opText, []byte{'"', 0xFF, '"'}), 1007},
		{"text that ends in a character", wamp.JSON, frame(fin|opText, []byte{'"', 0xC3}), 1007},
		{"binary for JSON", wamp.JSON, frame(fin|opBinary, []byte("[1]")), 1003},
		{"text for CBOR", wamp.CBOR, frame(fin|opText, []byte("[1]")), 1003},
		{"text for MsgPack", wamp.MsgPack, frame(fin|opText, []byte("[1]")), 1003},
		{"longer than the limit", wamp.JSON, frame(fin|opText, text(1001)), 1009},
		{"longer than the limit in parts", wamp.JSON, append(frame(opText, text(600)), frame(fin|opCont, text(600))...), 1009},
		{"declared as endless", wamp.CBOR, frameHead(fin|opBinary, 1<<62), 1009},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			peer, server := wsKnock(t, transport.ServerOptions{Config: transport.Config{MaxMessage: 1000}}, c.format)
			kind := byte(fin | opBinary)
			if c.format == wamp.JSON {
				kind = fin | opText
			}
			// What follows the violation stays unread, and must not cost the close frame.
			write(t, peer, append(append(frame(kind, []byte("good")), c.send...), frame(kind, []byte("late"))...))
			if got := receive(t, server); string(got) != "good" {
				t.Fatalf("got %q", got)
			}
			failed := make(chan error)
			go func() {
				_, err := server.Receive()
				for range 2000 { // asking again is harmless
					server.Receive()
				}
				failed <- err
			}()
			if code := peer.expectClose(t); code != c.code {
				t.Errorf("closed with %d, want %d", code, c.code)
			}
			peer.Close()
			if err := <-failed; err == nil || err == io.EOF || errors.Is(err, net.ErrClosed) {
				t.Errorf("Receive: %v", err)
			}
			if err := server.SendFrame(text(1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("SendFrame: %v", err)
			}
		})
	}
}

func TestCloseIsAnsweredWithClose(t *testing.T) { // W036
	cases := map[string]struct {
		content []byte
		code    int
		eof     bool
	}{
		"normal":       {[]byte{0x03, 0xE8, 'b', 'y', 'e'}, 1000, true},
		"going away":   {[]byte{0x03, 0xE9}, 1001, true},
		"without code": {nil, 1005, true},
		"of its own":   {[]byte{0x0F, 0xA0}, 4000, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			peer, server := wsKnock(t, transport.ServerOptions{}, wamp.CBOR)
			if err := server.SendFrame([]byte("queued before")); err != nil {
				t.Fatal(err)
			}
			write(t, peer, frame(fin|opClose, c.content))
			if _, err := server.Receive(); (err == io.EOF) != c.eof || err == nil {
				t.Errorf("Receive: %v", err)
			}
			if first, content := peer.readFrame(t); first != fin|opBinary || string(content) != "queued before" {
				t.Errorf("got %x with %q", first, content)
			}
			if code := peer.expectClose(t); code != c.code {
				t.Errorf("answered with %d, want %d", code, c.code)
			}
		})
	}
}

func TestShutdownSendsCloseFrame(t *testing.T) {
	peer, server := wsKnock(t, transport.ServerOptions{}, wamp.JSON)
	done := make(chan error)
	go func() { done <- server.Shutdown(&wamp.Goodbye{Reason: wamp.CloseNormal}, 20e9) }()
	if first, content := peer.readFrame(t); first != fin|opText || string(content) != `[6,{},"wamp.close.normal"]` {
		t.Errorf("got %x with %q", first, content)
	}
	if code := peer.expectClose(t); code != 1000 {
		t.Errorf("closed with %d", code)
	}
	peer.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLostWebSocketIsNotGoodOrder(t *testing.T) {
	peer, server := wsKnock(t, transport.ServerOptions{}, wamp.CBOR)
	peer.Close()
	if _, err := server.Receive(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestServerFramesHaveTheShortestLength(t *testing.T) {
	peer, server := wsKnock(t, transport.ServerOptions{}, wamp.JSON)
	for _, n := range []int{0, 1, 50, 100, 120, 125, 126, 127, 130, 300, 65000, 65535, 65536, 70000} {
		send(t, server, text(n))
		if first, content := peer.readFrame(t); first != fin|opText || len(content) != n {
			t.Fatalf("got %x with %d octets, want %d", first, len(content), n)
		}
		// Encoded messages are shorter than what was estimated for them.
		args := wamp.Payload{Format: wamp.JSON, Args: append(append([]byte(`["`), text(n)...), `"]`...)}
		if err := server.Send(&wamp.Event{Subscription: 1, Publication: 2, Payload: args}); err != nil {
			t.Fatal(err)
		}
		server.Flush()
		want := fmt.Sprintf(`[36,1,2,{},%s]`, args.Args)
		if first, content := peer.readFrame(t); first != fin|opText || string(content) != want {
			t.Fatalf("got %x with %q, want %q", first, content, want)
		}
	}
}
