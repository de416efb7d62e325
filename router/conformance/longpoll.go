package conformance

import (
	"bytes"
	"net/http"

	"github.com/wampkit/wampkit/wamp"
)

var longPoll = Chapter{Title: "HTTP long-poll", Cases: []Case{
	{
		ID: "W226", Level: Optional, Spec: "a/transport_http_longpoll", Links: everyWebSocket,
		Rule:  "Long-poll is a transport over HTTP: POST `/open` with the protocols offered makes one, `/<id>/receive` waits for a message or a batch of them, `/<id>/send` takes them with 202 or refuses them with 400, `/<id>/close` ends it with 202.",
		Needs: Need{"HTTP long-poll", func(t *T) bool { return t.openPoll(t.link.Format) != nil }},
		Test: func(t *T) {
			other := t.Peer()
			p := t.poller(t.link.Format).Join()
			poll := p.wire.(*PollWire)

			other.Subscribe("com.from")
			p.Publish("com.from", "hello")
			other.Expect(36, anID, anID, d{}, l{"hello"})
			subscription := p.Subscribe("com.to")
			for i := range 3 { // each by a request of its own
				other.Publish("com.to", i)
			}
			for i := range 3 {
				p.Expect(36, subscription, anID, d{}, l{i})
			}
			t.Together(
				func() { p.Expect(36, subscription, anID, d{}, l{"while it waits"}) },
				func() { other.Publish("com.to", "while it waits") },
			)
			p.Register("com.procedure")
			p.Serves(other, "com.procedure")

			other.Send(48, next, d{}, "com.procedure")
			p.Invoked()
			if status, _, err := poll.post("/close", nil); err != nil || status != http.StatusAccepted {
				t.Errorf("/close is answered with %d, %v", status, err)
			}
			p.open = false
			other.ExpectError(48, last, "wamp.error.canceled")
			for _, request := range []string{"/receive", "/send"} {
				if status, _, err := poll.post(request, p.encode(l{16, 1, d{}, "com.from"})); err != nil || status/100 == 2 {
					t.Errorf("after /close, %s is answered with %d, %v", request, status, err)
				}
			}
			t.pollFaults()
			t.pollBatch(other)
		},
	},
}}

// openPoll opens a long-poll connection, or returns nil.
func (t *T) openPoll(f wamp.Format) *PollWire {
	w, protocol, err := openPoll(t.Node().address, "wamp.3", subprotocol(f))
	if err != nil {
		t.note("long-poll: %v", err)
		return nil
	}
	t.Cleanup(w.close)
	if protocol != subprotocol(f) {
		t.Fatalf("%s is answered with %s", subprotocol(f), protocol)
	}
	return w
}

// poller is a peer that connects by long-poll.
func (t *T) poller(f wamp.Format) *Peer {
	e := &entry{link: Link{"longpoll", f}, realm: "realm1", roles: d{"caller": d{}, "callee": d{}, "publisher": d{}, "subscriber": d{}}}
	return t.Node().newPeer(e, t.openPoll(f))
}

// pollFaults makes requests that are to be refused.
func (t *T) pollFaults() {
	if _, protocol, err := openPoll(t.Node().address, "wamp.3", "x"); err == nil {
		t.Errorf("unknown protocols are answered with %q", protocol)
	}
	w := &PollWire{base: "http://" + t.Node().address + pollBase}
	for _, body := range []string{"", "{", `{"protocols":5}`, `[]`} {
		if status, _, err := w.post("/open", []byte(body)); err != nil || status != http.StatusBadRequest {
			t.Errorf("/open with %q is answered with %d, %v", body, status, err)
		}
	}
	for _, path := range []string{"/unknown/receive", "/unknown/send"} {
		if status, _, err := w.post(path, nil); err != nil || status/100 != 4 {
			t.Errorf("%s is answered with %d, %v", path, status, err)
		}
	}
	w.client.CloseIdleConnections()
	p := t.poller(t.link.Format).Join()
	if status, _, err := p.wire.(*PollWire).post("/send", []byte("\xc1{{{")); err != nil || status != http.StatusBadRequest {
		t.Errorf("/send of what is no message is answered with %d, %v", status, err)
	}
}

// pollBatch sends and receives batches.
func (t *T) pollBatch(other *Peer) {
	w, protocol, err := openPoll(t.Node().address, subprotocol(t.link.Format)+".batched")
	t.must(err)
	t.Cleanup(w.close)
	var framing WebWire
	framing.speak(protocol)
	var batch []byte
	for _, message := range []l{{1, "realm1", d{"roles": d{"subscriber": d{}}}}, {32, 1, d{}, "com.a"}, {32, 2, d{}, "com.b"}} {
		batch = append(batch, framing.batch(t.encoded(message))...)
	}
	t.must(w.octets(batch))
	var heard []any
	for len(heard) < 3 {
		body, err := w.receive()
		t.must(err)
		frames, err := framing.unbatch(bytes.Clone(body))
		t.must(err)
		for _, frame := range frames {
			items, err := Inspect(t.link.Format, frame)
			t.must(err)
			heard = append(heard, items)
		}
	}
	if why := match(l{l{2, anID, aDict}, l{33, 1, anID}, l{33, 2, anID}}, heard); why != "" {
		t.Errorf("a batch is answered with %s: %s", written(heard), why)
	}
	other.RoundTrip()
}
