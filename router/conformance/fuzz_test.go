package conformance

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// FuzzSession lets two peers say what the fuzzer comes up with: a sequence of
// steps, see step. A canary in another realm has to stay healthy, everything the
// router sends has to be well-formed, and no call may have more answers than it
// was made.
func FuzzSession(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed.octets())
	}
	f.Fuzz(func(tb *testing.T, program []byte) {
		t := newT(tb, &Case{}, Link{"pipe", wamp.CBOR})
		t.do(func() { t.play(program) })
		t.do(t.end)
		if account := t.account(); account != "" {
			tb.Error(account)
		}
	})
}

// fuzzNode is a router with everything configured that there is.
func (t *T) fuzzNode() *Node {
	config := router.Config{
		Realms: []router.RealmConfig{{Name: "realm1", Authenticators: everybody}},
		Logger: slog.New(slog.DiscardHandler),
		Limits: router.Limits{GoodbyeTimeout: time.Millisecond},
	}
	for _, option := range []Option{disclosing, remembering, trusting, anotherRealm("canary")} {
		option(&config)
	}
	n := &Node{Router: router.New(config), t: t, config: config}
	t.Cleanup(func() { t.must(n.shutdownInTime()) })
	return n
}

// maxSteps bounds a program, so that one that is long cannot take long.
const maxSteps = 60

// play runs a program.
func (t *T) play(program []byte) {
	n := t.fuzzNode()
	canary := &Canary{n.piped(wamp.CBOR, "canary"), n.piped(wamp.JSON, "canary")}
	canary.callee.Register("canary.sing")
	canary.callee.Subscribe("canary.heard")
	actors := [2]*actor{n.actor(wamp.JSON), n.actor(wamp.MsgPack)}
	for i := 0; i < maxSteps && len(program) >= stepLength; i++ {
		s := parseStep(program)
		program = program[stepLength:]
		a := &actors[s.actor]
		if s.kind == disconnect || (*a).isOver() {
			(*a).finish()
			*a = n.actor((*a).format%3 + 1)
		}
		(*a).perform(s)
	}
	for _, a := range actors {
		a.finish()
	}
	canary.Sing()
}

// actor is a peer that says things and only listens for what must not be.
type actor struct {
	t      *T
	format wamp.Format
	conn   transport.Conn
	said   []l
	calls  map[int64]int // CALLs made, by request id

	mu      sync.Mutex // guards the fields below
	changed *sync.Cond // signals every change of them
	over    bool       // the router has ended the connection
	joined  bool       // a session is established
	heard   map[any]int
	answers map[int64]int // final RESULTs and ERRORs to calls, by request id
}

func (n *Node) actor(f wamp.Format) *actor {
	a := &actor{t: n.t, format: f, conn: n.Router.Connect(f), calls: map[int64]int{}, heard: map[any]int{}, answers: map[int64]int{}}
	a.changed = sync.NewCond(&a.mu)
	go a.listen()
	return a
}

// listen inspects what the router sends until the end.
func (a *actor) listen() {
	for {
		frame, err := a.conn.Receive()
		if err != nil {
			a.mu.Lock()
			a.over, a.joined = true, false
			a.changed.Broadcast()
			a.mu.Unlock()
			return
		}
		items, err := Inspect(a.format, frame)
		if err != nil {
			a.t.Errorf("heard %s: %v", readable(a.format, frame), err)
			continue
		}
		a.note(items)
	}
}

// note takes account of a message.
func (a *actor) note(items l) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch items[0] {
	case int64(2):
		a.joined = true
	case int64(3), int64(6):
		a.joined = false
	case int64(8):
		if items[1] == int64(48) {
			a.answers[items[2].(int64)]++
		}
	case int64(50):
		if dig(items[2], "progress") != true {
			a.answers[items[1].(int64)]++
		}
	}
	what := items[0]
	if items[0] == int64(8) && items[2] == roundTrip {
		what = roundTrip
	}
	a.heard[what]++
	a.changed.Broadcast()
}

// roundTrip is the request id of round trips.
const roundTrip int64 = 1 << 40

// settle waits until the router has dealt with what was said, so that programs
// run alike each time. It knows when by a round trip, or by the answer to HELLO
// and GOODBYE.
func (a *actor) settle(after kind) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var answer any = roundTrip
	switch {
	case after == hello && !a.joined:
		answer = int64(2)
	case after == goodbye && a.joined:
		answer = int64(6)
	case !a.joined:
		return
	}
	before := a.heard[answer]
	if answer == roundTrip {
		frame, err := appendValue(a.format, l{34, roundTrip, int64(wamp.MaxID)})
		a.t.must(err)
		_ = a.conn.SendFrame(frame)
	}
	a.conn.Flush()
	overdue := time.AfterFunc(patience, func() { a.conn.Close() })
	for a.heard[answer] == before && !a.over && (a.joined || after == hello) {
		a.changed.Wait()
	}
	if !overdue.Stop() {
		a.t.Errorf("the router does not answer any more; it was told %s", written(a.said))
	}
}

func (a *actor) isOver() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.over
}

// finish ends the connection and counts answers.
func (a *actor) finish() {
	_ = a.conn.Shutdown(nil, patience)
	overdue := time.AfterFunc(patience, func() { a.conn.Close() })
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.over {
		a.changed.Wait()
	}
	if !overdue.Stop() {
		a.t.Errorf("the router does not end a connection that is over; it was told %s", written(a.said))
	}
	for request, n := range a.answers {
		if n > a.calls[request] {
			a.t.Errorf("call %d was made %d times and answered %d times: %s", request, a.calls[request], n, written(a.said))
		}
	}
}

// perform says what a step says.
func (a *actor) perform(s step) {
	frame := s.raw[:]
	if s.kind != octets {
		message := s.message()
		a.said = append(a.said, message)
		var err error
		if frame, err = appendValue(a.format, message); err != nil {
			return
		}
	}
	if s.damaged && s.kind != octets {
		frame[int(s.uri)%len(frame)] ^= s.payload | 1
	}
	if id, ok := a.isCall(frame); ok {
		a.calls[id]++
	}
	if err := a.conn.SendFrame(frame); err != nil && !errors.Is(err, net.ErrClosed) {
		a.t.Fatalf("send: %v", err)
	}
	a.conn.Flush()
	a.settle(s.kind)
}

// isCall tells the request id of a CALL.
func (a *actor) isCall(frame []byte) (id int64, ok bool) {
	v, err := codec.DecodeValue(a.format, frame)
	items, _ := v.(l)
	if err != nil || match(l{48, anID, rest}, items) != "" {
		return 0, false
	}
	return items[1].(int64), true
}

// piped joins a peer over an in-process pipe.
func (n *Node) piped(f wamp.Format, realm string) *Peer {
	e := &entry{link: Link{"pipe", f}, realm: realm, roles: d{"caller": d{}, "callee": d{}, "publisher": d{}, "subscriber": d{}}}
	return n.newPeer(e, pipeWire{n.Router.Connect(f)}).Join()
}

// pipeWire is the wire over an in-process pipe.
type pipeWire struct{ transport.Conn }

func (w pipeWire) framed(message []byte) []byte { return message }

func (w pipeWire) octets(raw []byte) error {
	err := w.SendFrame(raw)
	w.Flush()
	return err
}

func (w pipeWire) receive() ([]byte, error) {
	overdue := time.AfterFunc(patience, w.close)
	defer overdue.Stop()
	frame, err := w.Receive()
	if err == io.EOF {
		err = &closed{cause: err}
	}
	return bytes.Clone(frame), err
}

func (w pipeWire) reset() { w.close() }
func (w pipeWire) close() { w.Conn.Close() }
