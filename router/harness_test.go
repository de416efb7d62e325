package router_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for a message before it fails. Nothing
// that passes ever waits so long.
const patience = 30 * time.Second

// link is a way to reach the router.
type link struct {
	transport string // "ws", "tcp" or "pipe"
	format    wamp.Format
}

func (l link) String() string { return l.transport + "+" + l.format.String() }

// links are the ways on which everything is tested.
var links = []link{{"ws", wamp.JSON}, {"tcp", wamp.CBOR}, {"ws", wamp.MsgPack}}

// place is a running router under test.
type place struct {
	*router.Router
	t       *testing.T
	link    link
	address string
}

// onEachLink runs a test once per way to reach the router.
func onEachLink(t *testing.T, config router.Config, test func(t *testing.T, r *place)) {
	for _, l := range links {
		t.Run(l.String(), func(t *testing.T) { test(t, start(t, config, l)) })
	}
}

// start runs a router until the test ends.
func start(t *testing.T, config router.Config, l link) *place {
	t.Helper()
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	r := &place{Router: router.New(config), t: t, link: l}
	if l.transport != "pipe" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.address = listener.Addr().String()
		served := make(chan error, 1)
		go func() { served <- r.Serve(listener) }()
		t.Cleanup(func() {
			if err := <-served; err != nil {
				t.Errorf("Serve: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return r
}

// peer is the other end of a connection: it says and hears messages as they
// stand in the specification.
type peer struct {
	t    *testing.T
	conn transport.Conn
	id   wamp.ID // of the session, once joined
	last wamp.ID // of the requests made by next
}

// dial connects without saying HELLO.
func (r *place) dial() *peer {
	r.t.Helper()
	return r.dialBy(r.link)
}

func (r *place) dialBy(l link) *peer {
	r.t.Helper()
	if l.transport == "pipe" {
		conn := r.Connect(l.format)
		r.t.Cleanup(func() { conn.Close() })
		return &peer{t: r.t, conn: conn}
	}
	url := l.transport + "://" + r.address
	if l.transport == "ws" {
		url += "/ws"
	}
	return r.dialURL(url, l.format)
}

func (r *place) dialURL(url string, f wamp.Format) *peer {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, url, transport.DialOptions{Formats: []wamp.Format{f}})
	if err != nil {
		r.t.Fatalf("dial %s: %v", url, err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &peer{t: r.t, conn: conn}
}

// everyRole is HELLO.Details of a client that plays every role, without features.
const everyRole = `{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}`

// cancelable is everyRole of a callee that takes INTERRUPT.
const cancelable = `{"roles":{"caller":{},"callee":{"features":{"call_canceling":true}},"publisher":{},"subscriber":{}}}`

// join connects and opens a session in realm1.
func (r *place) join() *peer {
	r.t.Helper()
	return r.joinWith(everyRole)
}

func (r *place) joinWith(details string) *peer {
	r.t.Helper()
	return r.dial().hello("realm1", details)
}

// joinBy is join over another link than the test's.
func (r *place) joinBy(l link) *peer {
	r.t.Helper()
	return r.dialBy(l).hello("realm1", everyRole)
}

func (p *peer) hello(realm, details string) *peer {
	p.t.Helper()
	p.say(`[1,%q,%s]`, realm, details)
	p.id = p.hear(`[2,"*","*"]`).id(1)
	return p
}

// say sends one message, written as JSON.
func (p *peer) say(format string, args ...any) {
	p.t.Helper()
	p.sayOctets(transcode(p.t, p.conn.Format(), fmt.Sprintf(format, args...)))
}

// sayOctets sends a frame that need not be a message.
func (p *peer) sayOctets(frame []byte) {
	p.t.Helper()
	err := p.conn.SendFrame(frame)
	for errors.Is(err, transport.ErrQueueFull) && p.conn.AwaitRoom(patience) {
		err = p.conn.SendFrame(frame)
	}
	if err != nil && !errors.Is(err, net.ErrClosed) {
		p.t.Fatalf("send: %v", err)
	}
	p.conn.Flush()
}

// next is a fresh request id.
func (p *peer) next() wamp.ID {
	p.last++
	return p.last
}

// heard is a message, decoded.
type heard struct {
	t     *testing.T
	items []any
	text  string
}

// hear waits for the next message and checks it against a pattern: a message
// written as JSON, in which "*" stands for anything.
func (p *peer) hear(format string, args ...any) heard {
	p.t.Helper()
	want := fmt.Sprintf(format, args...)
	got, err := p.receive()
	if err != nil {
		p.t.Fatalf("want %s, but the connection ended: %v", want, err)
	}
	if !matches(p.t, want, got.items) {
		p.t.Fatalf("\nwant %s\ngot  %s", want, got.text)
	}
	return got
}

// receive waits for the next message.
func (p *peer) receive() (heard, error) {
	p.t.Helper()
	overdue := time.AfterFunc(patience, func() { p.conn.Close() })
	defer overdue.Stop()
	frame, err := p.conn.Receive()
	if err != nil {
		return heard{}, err
	}
	text, err := codec.Transcode(nil, p.conn.Format(), wamp.JSON, frame)
	if err != nil {
		p.t.Fatalf("router sent %x: %v", frame, err)
	}
	return heard{t: p.t, items: parse(p.t, string(text)), text: string(text)}, nil
}

// hearEnd waits for the end of the connection, at which nothing more may arrive.
func (p *peer) hearEnd() {
	p.t.Helper()
	defer p.conn.Close()
	switch got, err := p.receive(); {
	case err == nil:
		p.t.Fatalf("want the end of the connection, got %s", got.text)
	case !errors.Is(err, io.EOF) && !isReset(err):
		p.t.Fatalf("want the end of the connection, got %v", err)
	}
}

func isReset(err error) bool { return strings.Contains(err.Error(), "reset") }

// hearViolation waits for the ABORT of a protocol violation and the end.
func (p *peer) hearViolation() {
	p.t.Helper()
	abort := p.hear(`[3,"*","wamp.error.protocol_violation"]`)
	if message, _ := abort.dict(1)["message"].(string); message == "" {
		p.t.Errorf("ABORT without a message: %s", abort.text)
	}
	p.hearEnd()
}

// quiet checks that the router has nothing more to say to the peer: the next
// message is the answer to a request made now.
func (p *peer) quiet() {
	p.t.Helper()
	request := p.next()
	p.say(`[34,%d,%d]`, request, uint64(wamp.MaxID))
	p.hear(`[8,34,%d,{},"wamp.error.no_such_subscription","*"]`, request)
}

func (h heard) id(i int) wamp.ID {
	h.t.Helper()
	id, ok := h.items[i].(int64)
	if !ok {
		h.t.Fatalf("item %d of %s is no id", i, h.text)
	}
	return wamp.ID(id)
}

func (h heard) dict(i int) wamp.Dict {
	h.t.Helper()
	dict, ok := h.items[i].(wamp.Dict)
	if !ok {
		h.t.Fatalf("item %d of %s is no dict", i, h.text)
	}
	return dict
}

func parse(t *testing.T, text string) []any {
	t.Helper()
	value, err := codec.DecodeValue(wamp.JSON, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	list, ok := value.([]any)
	if !ok {
		t.Fatalf("%s is no list", text)
	}
	return list
}

func matches(t *testing.T, pattern string, got []any) bool {
	t.Helper()
	return matchValue(parse(t, pattern), got)
}

func matchValue(want, got any) bool {
	if want == "*" {
		return true
	}
	switch want := want.(type) {
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for i := range want {
			if !matchValue(want[i], got[i]) {
				return false
			}
		}
		return true
	case wamp.Dict:
		got, ok := got.(wamp.Dict)
		if !ok || len(got) != len(want) {
			return false
		}
		for key := range want {
			value, present := got[key]
			if !present || !matchValue(want[key], value) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want, got)
}

// subscribe subscribes and returns the subscription's id.
func (p *peer) subscribe(options, topic string) wamp.ID {
	p.t.Helper()
	request := p.next()
	p.say(`[32,%d,%s,%q]`, request, options, topic)
	return p.hear(`[33,%d,"*"]`, request).id(2)
}

// register registers and returns the registration's id.
func (p *peer) register(options, procedure string) wamp.ID {
	p.t.Helper()
	request := p.next()
	p.say(`[64,%d,%s,%q]`, request, options, procedure)
	return p.hear(`[65,%d,"*"]`, request).id(2)
}

// publish publishes, waits for PUBLISHED and returns the publication's id. By
// then the event is in the queue of every subscriber.
func (p *peer) publish(topic, payload string) wamp.ID {
	p.t.Helper()
	request := p.next()
	p.say(`[16,%d,{"acknowledge":true},%q%s]`, request, topic, payload)
	return p.hear(`[17,%d,"*"]`, request).id(2)
}

// refused says a request and hears the ERROR that refuses it.
func (p *peer) refused(kind wamp.MessageType, uri wamp.ErrorURI, format string, args ...any) {
	p.t.Helper()
	request := p.next()
	p.say(`[%d,%d,%s]`, kind, request, fmt.Sprintf(format, args...))
	p.hear(`[8,%d,%d,{},%q,"*"]`, kind, request, uri)
}

// transcode writes a message, given as JSON, in another format.
func transcode(t *testing.T, f wamp.Format, text string) []byte {
	t.Helper()
	frame, err := codec.Transcode(nil, wamp.JSON, f, []byte(text))
	if err != nil {
		t.Fatalf("test message %s: %v", text, err)
	}
	return frame
}

// jsonText writes a value as JSON.
func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := codec.AppendValue(nil, wamp.JSON, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
