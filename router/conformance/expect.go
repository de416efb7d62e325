package conformance

import (
	"errors"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// Expect waits for the next message, which has to match: see [match].
func (p *Peer) Expect(want ...any) Message {
	got, err := p.hear()
	if err != nil {
		p.t.Fatalf("%s: want %s, but %v", p.name, written(want), err)
	}
	if why := p.matches(want, got); why != "" {
		p.t.Fatalf("%s: want %s\ngot  %s\n%s", p.name, written(want), got.text, why)
	}
	return got
}

func (p *Peer) matches(want l, got Message) (why string) {
	resolved := slices.Clone(want)
	for i, item := range resolved {
		if item == last {
			resolved[i] = p.request
		}
	}
	return match(resolved, got.items)
}

// ExpectEach waits for as many messages as there are patterns, in any order.
// The messages are returned in the order of the patterns.
func (p *Peer) ExpectEach(patterns ...l) []Message {
	found := make([]Message, len(patterns))
	taken := make([]bool, len(patterns))
	for range patterns {
		got, err := p.hear()
		if err != nil {
			p.t.Fatalf("%s: want each of %s, but %v", p.name, written(patterns), err)
		}
		i := 0
		for i < len(patterns) && (taken[i] || p.matches(patterns[i], got) != "") {
			i++
		}
		if i == len(patterns) {
			p.t.Fatalf("%s: want each of %s\ngot  %s", p.name, written(patterns), got.text)
		}
		found[i], taken[i] = got, true
	}
	return found
}

// ExpectError waits for the ERROR that answers a request of a type. Details and
// payload are the router's to choose.
func (p *Peer) ExpectError(kind int, request any, uri any) Message {
	return p.Expect(8, kind, request, aDict, uri, rest)
}

// ExpectAbort waits for ABORT with a reason, and then for the end of the connection.
func (p *Peer) ExpectAbort(reason any) Message {
	abort := p.Expect(3, aDict, reason, rest)
	p.ExpectEnd()
	return abort
}

// ExpectViolation waits for what a protocol violation brings: ABORT with
// wamp.error.protocol_violation and a message for people, and the end of the connection.
func (p *Peer) ExpectViolation() {
	abort := p.ExpectAbort("wamp.error.protocol_violation")
	if text, _ := abort.Dict(1)["message"].(string); text == "" {
		p.t.Errorf("%s: ABORT does not say why: %s", p.name, abort.text)
	}
}

// ExpectEnd waits for the router to close the connection, before which it may
// say nothing more.
func (p *Peer) ExpectEnd() *closed {
	got, err := p.hear()
	if err == nil {
		p.t.Fatalf("%s: want the end of the connection, got %s", p.name, got.text)
	}
	var end *closed
	if !errors.As(err, &end) {
		p.t.Fatalf("%s: want the end of the connection, but %v", p.name, err)
	}
	p.wire.close()
	return end
}

// ExpectNothing makes sure that the router has nothing to say to the peer, now
// that it has dealt with everything that any peer of the case has said. Nobody
// sleeps for that: every peer makes a round trip, this one last.
func (p *Peer) ExpectNothing() {
	for _, other := range p.t.everyPeer() {
		if other != p && other.open && other.node == p.node {
			_ = other.tryRoundTrip()
		}
	}
	p.RoundTrip()
	if len(p.inbox) > 0 {
		p.t.Fatalf("%s: want nothing, got %s", p.name, p.inbox[0].text)
	}
}

// RoundTrip makes a request whose answer is sure. When it returns, the router
// has dealt with everything that the peer has said; what else is heard stays to
// be expected.
func (p *Peer) RoundTrip() {
	if err := p.tryRoundTrip(); err != nil {
		p.t.Fatalf("%s: want the answer to a round trip, but %v", p.name, err)
	}
}

func (p *Peer) tryRoundTrip() error {
	request := p.advance()
	p.SendFrame(p.encode(l{34, request, int64(wamp.MaxID)}))
	for {
		got, err := p.receive()
		if err != nil {
			return err
		}
		if match(l{8, 34, request, aDict, "wamp.error.no_such_subscription", rest}, got.items) == "" {
			return nil
		}
		p.inbox = append(p.inbox, got)
	}
}

func (t *T) everyPeer() []*Peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.peers)
}
