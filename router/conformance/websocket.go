package conformance

import (
	"bytes"
	"net"
	"net/http"
	"slices"

	"github.com/wampkit/wampkit/router"
)

var webSocket = Chapter{Title: "WebSocket transport", Cases: []Case{
	{
		ID: "W033", Level: Must, Spec: "b/building_blocks", Links: everyWebSocket,
		Rule: "The router answers the WebSocket handshake with a subprotocol that the client offers: `wamp.2.json`, `wamp.2.msgpack` or `wamp.2.cbor`.",
		Test: func(t *T) {
			want := subprotocol(t.link.Format)
			for _, offered := range [][]string{{want}, {"x", want}, {"wamp.2.unknown", "wamp.1", want, "y"}, {"WAMP", "wamp.2", want}} {
				if w := t.Upgrade(webHandshake{subprotocols: offered}); w.subprotocol != want {
					t.Errorf("%q is answered with %q", offered, w.subprotocol)
				}
			}
			several := []string{"wamp.2.cbor", "wamp.2.json", "wamp.2.msgpack"}
			if w := t.Upgrade(webHandshake{subprotocols: several}); !slices.Contains(several, w.subprotocol) {
				t.Errorf("%q is answered with %q", several, w.subprotocol)
			}
		},
	},
	{
		ID: "W034", Level: Must, Spec: "b/building_blocks", Links: webJSON,
		Rule: "Without a subprotocol in common there is no WAMP: the opening handshake fails with 400.",
		Test: func(t *T) {
			for _, offered := range [][]string{nil, {"foo"}, {"wamp"}, {"wamp.2"}, {"wamp.2.ubjson", "wamp.2.json2"}} {
				if status := t.Refusal(webHandshake{subprotocols: offered}); status != http.StatusBadRequest {
					t.Errorf("%q: status %d", offered, status)
				}
			}
		},
	},
	{
		ID: "W035", Level: Must, Spec: "b/building_blocks", Links: everyWebSocket,
		Rule: "A WebSocket message is a WAMP message, also when it comes in fragments with control frames between them, or octet by octet from the handshake on.",
		Test: func(t *T) {
			web := t.Upgrade(webHandshake{subprotocols: []string{subprotocol(t.link.Format)}, slowly: true})
			p := t.Node().newPeer(&entry{link: t.link}, web)
			hello := p.encode(l{1, "realm1", d{"roles": d{"publisher": d{}, "caller": d{}}}})
			for _, f := range []WebFrame{
				{more: true, opcode: web.opcode, payload: hello[:1]},
				{opcode: opPing, payload: []byte("between")},
				{more: true, opcode: opContinuation, payload: hello[1:5]},
				{more: true, opcode: opContinuation},
				{opcode: opContinuation, payload: hello[5:]},
			} {
				t.must(web.sendFrame(f))
			}
			if pong, err := web.readFrame(); err != nil || pong.opcode != opPong || string(pong.payload) != "between" {
				t.Fatalf("the ping is answered with %+v, %v", pong, err)
			}
			p.Expect(2, anID, aDict)
			// A message octet by octet, on the network too.
			for _, octet := range web.framed(p.encode(l{16, 1, d{"acknowledge": true}, "com.topic"})) {
				t.must(web.octets([]byte{octet}))
			}
			p.Expect(17, 1, anID)
			p.RoundTrip()
		},
	},
	{
		ID: "W036", Level: Derived, Spec: "RFC 6455", Links: webJSON, Router: []Option{limited(func(l *router.Limits) { l.MaxMessage = 4096 })},
		Rule: "WebSocket is spoken as it should be: pings are echoed, closes answered; broken frames end the connection with 1002, broken text with 1007, and too long messages with 1009.",
		Test: func(t *T) {
			t.controlFrames()
			canary := t.Canary()
			text := func(s string) []byte { return []byte(s) }
			for _, fault := range []struct {
				what   string
				frames []WebFrame
				code   int
			}{
				{"an unmasked frame", []WebFrame{{opcode: opText, unmasked: true, payload: text(`[99]`)}}, 1002},
				{"a reserved opcode", []WebFrame{{opcode: 3, payload: text("x")}}, 1002},
				{"a reserved control opcode", []WebFrame{{opcode: 0xB}}, 1002},
				{"a reserved bit", []WebFrame{{opcode: opText, reserved: 4, payload: text(`[99]`)}}, 1002},
				{"another reserved bit", []WebFrame{{opcode: opText, reserved: 1, payload: text(`[99]`)}}, 1002},
				{"a continuation of nothing", []WebFrame{{opcode: opContinuation, payload: text("x")}}, 1002},
				{"a message inside another", []WebFrame{{opcode: opText, more: true, payload: text("[")}, {opcode: opText, payload: text("]")}}, 1002},
				{"a ping of 126 octets", []WebFrame{{opcode: opPing, payload: make([]byte, 126)}}, 1002},
				{"a fragmented ping", []WebFrame{{opcode: opPing, more: true}}, 1002},
				{"a close with a reserved code", []WebFrame{{opcode: opClose, payload: text("\x03\xed")}}, 1002},
				{"text that is no UTF-8", []WebFrame{{opcode: opText, payload: text("[48,1,{},\"\xff\"]")}}, 1007},
				{"a message over the limit", []WebFrame{{opcode: opText, payload: bytes.Repeat(text(" "), 4097)}}, 1009},
				{"fragments over the limit", []WebFrame{{opcode: opText, more: true, payload: make([]byte, 4000)}, {opcode: opContinuation, payload: make([]byte, 97)}}, 1009},
			} {
				t.note("-- %s", fault.what)
				p := t.Peer()
				for _, f := range fault.frames {
					p.SendOctets(f.octets())
				}
				p.ExpectFault(fault.code)
				canary.Sing()
			}
		},
	},
	{
		ID: "W037", Level: Derived, Spec: "b/security_model", Links: webJSON,
		Rule: "Which pages may connect is configured. By default those of another origin are refused with 403; clients that are no browsers send no origin and may connect.",
		Test: func(t *T) {
			from := func(origin string) webHandshake {
				return webHandshake{subprotocols: []string{"wamp.2.json"}, header: http.Header{"Origin": {origin}}}
			}
			for _, origin := range []string{"http://evil.example", "http://127.0.0.1:1", "null", "http://" + t.Node().address + ".evil.example"} {
				if status := t.Refusal(from(origin)); status != http.StatusForbidden {
					t.Errorf("origin %s: status %d", origin, status)
				}
			}
			t.Upgrade(from("http://" + t.Node().address))
			t.Upgrade(webHandshake{subprotocols: []string{"wamp.2.json"}})

			open := t.Start(func(c *router.Config) { c.Origins = []string{"https://app.example"} })
			open.Upgrade(from("https://app.example"))
			if status := open.Refusal(from("https://evil.example")); status != http.StatusForbidden {
				t.Errorf("another origin than the one allowed: status %d", status)
			}
		},
	},
	{
		ID: "W038", Level: Optional, Spec: "a/transport_batched_websocket", Links: everyWebSocket,
		Rule:  "Batched WebSocket carries several messages in one, each framed in its own way; one message is a batch of one, and an empty batch fails the transport.",
		Needs: Need{"batched WebSocket", offers(batched)},
		Test: func(t *T) {
			p := t.Peer(batched)
			web := p.wire.(*WebWire)
			var batch []byte
			for i := range 3 {
				batch = append(batch, web.batch(p.encode(l{32, i + 1, d{}, "com.topic" + string(rune('a'+i))}))...)
			}
			t.must(web.sendFrame(WebFrame{opcode: web.opcode, payload: batch}))
			for i := range 3 {
				p.Expect(33, i+1, anID)
			}
			t.Peer().Publish("com.topicb", "one of one")
			p.Expect(36, anID, anID, d{}, l{"one of one"})
			one := web.batch(p.encode(l{32, 9, d{}, "com.topic"}))
			for _, fault := range [][]byte{nil, p.encode(l{32, 9, d{}, "com.topic"}), one[:len(one)-1]} {
				bad := t.Peer(batched)
				t.must(bad.wire.(*WebWire).sendFrame(WebFrame{opcode: web.opcode, payload: fault}))
				bad.ExpectFault(1002, 1003, 1007, 1008, 1005)
			}
			p.RoundTrip()
		},
	},
	{
		ID: "W039", Level: Optional, Spec: "b/building_blocks", Links: everyLink,
		Rule: "After GOODBYE and GOODBYE the connection may carry another session, which knows nothing of the first.",
		Test: func(t *T) {
			p := t.Peer()
			first := p.Session
			p.Register("com.procedure")
			p.Subscribe("com.topic")
			p.Send(6, d{}, "wamp.close.close_realm")
			p.Expect(6, aDict, "wamp.close.goodbye_and_out")
			p.Join()
			if p.Session == first {
				t.Errorf("both sessions have the id %d", first)
			}
			other := t.Peer()
			other.Publish("com.topic")
			other.Register("com.procedure")
			p.ExpectNothing()
		},
	},
}}

// Upgrade does an opening handshake with the case's router.
func (t *T) Upgrade(h webHandshake) *WebWire { return t.Node().Upgrade(h) }

// Refusal does an opening handshake that is to fail, and returns the status.
func (t *T) Refusal(h webHandshake) int { return t.Node().Refusal(h) }

// Upgrade does an opening handshake.
func (n *Node) Upgrade(h webHandshake) *WebWire {
	w, response := n.handshake(h)
	if response != nil {
		n.t.Fatalf("the router refuses %q %v with %s", h.subprotocols, h.header, response.Status)
	}
	return w
}

// Refusal does an opening handshake that is to fail, and returns the status.
func (n *Node) Refusal(h webHandshake) int {
	w, response := n.handshake(h)
	if response == nil {
		n.t.Fatalf("the router accepts %q %v with %q", h.subprotocols, h.header, w.subprotocol)
	}
	return response.StatusCode
}

func (n *Node) handshake(h webHandshake) (*WebWire, *http.Response) {
	conn, err := net.Dial("tcp", n.address)
	n.t.must(err)
	n.t.Cleanup(func() { conn.Close() })
	if h.path == "" {
		h.path = "/ws"
	}
	w, response, err := h.upgrade(conn, n.address)
	n.t.must(err)
	return w, response
}

// offers finds out whether the router takes a connection like this.
func offers(entry Entry) func(t *T) bool {
	return func(t *T) bool {
		p, err := t.Node().dial(entry)
		if err == nil {
			p.Close()
		}
		return err == nil
	}
}

// controlFrames checks pings and closes.
func (t *T) controlFrames() {
	p := t.Peer()
	web := p.wire.(*WebWire)
	for _, payload := range []string{"", "ping", string(make([]byte, 125))} {
		t.must(web.sendFrame(WebFrame{opcode: opPing, payload: []byte(payload)}))
		if pong, err := web.readFrame(); err != nil || pong.opcode != opPong || string(pong.payload) != payload {
			t.Errorf("ping %q is answered with %+v, %v", payload, pong, err)
		}
	}
	t.must(web.sendFrame(WebFrame{opcode: opPong, payload: []byte("unasked")}))
	p.RoundTrip()
	for _, payload := range []string{"", "\x03\xe8", "\x03\xe9going away", "\x0f\xa0mine"} {
		p := t.Peer()
		p.SendOctets(WebFrame{opcode: opClose, payload: []byte(payload)}.octets())
		if end := p.ExpectEnd(); end.code == 0 {
			t.Errorf("close %q is answered with %v", payload, end)
		}
	}
}
