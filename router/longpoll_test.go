package router_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// pollPeer is a client that has nothing but HTTP.
type pollPeer struct {
	t      *testing.T
	client http.Client
	base   string
}

// poll opens a long-poll connection below a path of the router's.
func (r *place) poll(path string) *pollPeer {
	r.t.Helper()
	p := &pollPeer{t: r.t, client: http.Client{Timeout: patience, Transport: &http.Transport{}}, base: "http://" + r.address + path}
	r.t.Cleanup(p.client.CloseIdleConnections)
	var opened struct{ Protocol, Transport string }
	body := p.post("/open", `{"protocols":["wamp.2.json"]}`, http.StatusOK)
	if err := json.Unmarshal([]byte(body), &opened); err != nil || opened.Protocol != "wamp.2.json" {
		r.t.Fatalf("open: %s", body)
	}
	p.base += "/" + opened.Transport
	return p
}

// post makes a request, which has to be answered with a status.
func (p *pollPeer) post(verb, body string, status int) string {
	p.t.Helper()
	response, err := p.client.Post(p.base+verb, "application/json", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		p.t.Fatalf("%s: want %d, got %d with %s (%v)", verb, status, response.StatusCode, answer, err)
	}
	return string(answer)
}

func (p *pollPeer) say(format string, args ...any) {
	p.t.Helper()
	p.post("/send", fmt.Sprintf(format, args...), http.StatusAccepted)
}

func (p *pollPeer) hear(format string, args ...any) heard {
	p.t.Helper()
	text := p.post("/receive", "", http.StatusOK)
	got := heard{t: p.t, items: parse(p.t, text), text: text}
	if want := fmt.Sprintf(format, args...); !matches(p.t, want, got.items) {
		p.t.Fatalf("\nwant %s\ngot  %s", want, text)
	}
	return got
}

func TestW226_SessionsOverLongPoll(t *testing.T) {
	r := start(t, router.Config{}, link{"ws", wamp.CBOR})
	other := r.join()
	p := r.poll("/lp")
	for range 2 { // W039
		p.say(`[1,"realm1",%s]`, everyRole)
		p.hear(`[2,"*","*"]`)
		p.say(`[64,1,{},"com.procedure"]`)
		p.hear(`[65,1,"*"]`)
		call := other.next()
		other.say(`[48,%d,{},"com.procedure",[1,"two"]]`, call)
		invocation := p.hear(`[68,"*","*",{},[1,"two"]]`).id(1)
		p.say(`[70,%d,{},["three"]]`, invocation)
		other.hear(`[50,%d,{},["three"]]`, call)
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	}
	p.post("/close", "", http.StatusAccepted)
	p.post("/receive", "", http.StatusNotFound)
}

func TestW226_AViolationOverLongPollIsAborted(t *testing.T) {
	r := start(t, router.Config{}, link{"ws", wamp.JSON})
	p := r.poll("/ws/anywhere")
	p.say(`[1,"realm1",%s]`, everyRole)
	p.hear(`[2,"*","*"]`)
	p.post("/send", `[36,`, http.StatusBadRequest)
	p.hear(`[3,"*","wamp.error.protocol_violation"]`)
	p.post("/close", "", http.StatusAccepted)
}

func TestW226_ALongPollClientThatLeavesEndsItsSession(t *testing.T) {
	r := start(t, router.Config{}, link{"ws", wamp.JSON})
	p := r.poll("/lp")
	p.say(`[1,"realm1",%s]`, everyRole)
	p.hear(`[2,"*","*"]`)
	p.say(`[64,1,{},"com.procedure"]`)
	p.hear(`[65,1,"*"]`)
	other := r.join()
	call := other.next()
	other.say(`[48,%d,{},"com.procedure"]`, call)
	p.hear(`[68,"*","*",{}]`)
	p.post("/close", "", http.StatusAccepted)
	other.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, call)
}

func TestW038_SessionsOverBatchedWebSocket(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			r := start(t, router.Config{}, link{"tcp", wamp.CBOR})
			other := r.join()
			conn, err := transport.Dial(t.Context(), "ws://"+r.address+"/ws", transport.DialOptions{Formats: []wamp.Format{f}, Batched: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			if !conn.Info().Batched {
				t.Error("the router does not batch")
			}
			p := &peer{t: t, conn: conn}
			for range 2 { // W039
				p.hello("realm1", everyRole)
				p.last = 0
				p.subscribe(`{}`, "com.topic")
				const events = 1000
				for i := range events {
					other.say(`[16,%d,{},"com.topic",[%d]]`, other.next(), i)
				}
				for i := range events {
					p.hear(`[36,"*","*",{},[%d]]`, i)
				}
				p.say(`[6,{},"wamp.close.close_realm"]`)
				p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			}
		})
	}
}
