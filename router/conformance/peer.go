package conformance

import (
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Peer is the other end of a connection to a router under test. It says and
// hears messages as they stand in the specification: as lists.
//
// What is heard is read when it is expected. A peer belongs to one goroutine.
type Peer struct {
	t    *T
	node *Node
	name string
	e    *entry
	wire wire

	Session int64 // the session's id, once welcomed
	Welcome d     // WELCOME.Details

	sequence int64     // of requests: the newest id
	request  int64     // the newest id that Send used, which is what last stands for
	inbox    []Message // heard by a round trip, not expected yet
	open     bool      // the session is established
}

func (n *Node) newPeer(e *entry, w wire) *Peer {
	t := n.t
	t.mu.Lock()
	p := &Peer{t: t, node: n, name: fmt.Sprint("P", len(t.peers)+1), e: e, wire: w}
	t.peers = append(t.peers, p)
	t.mu.Unlock()
	t.Cleanup(w.close)
	return p
}

// Join says HELLO and hears WELCOME.
func (p *Peer) Join() *Peer {
	details := d{"roles": p.e.roles}
	for key, value := range p.e.details {
		details[key] = value
	}
	p.Send(1, p.e.realm, details)
	welcome := p.Expect(2, anID, aDict)
	p.Session, p.Welcome = welcome.ID(1), welcome.Dict(2)
	if p.t.report != nil {
		p.t.report.noteWelcome(p.Welcome, p.t.c.Router == nil)
	}
	return p
}

// Leave says GOODBYE, hears the answer and closes the connection.
func (p *Peer) Leave() {
	p.Send(6, d{}, "wamp.close.close_realm")
	p.Expect(6, aDict, "wamp.close.goodbye_and_out")
	p.wire.close()
}

// Close closes the connection without a word.
func (p *Peer) Close() {
	p.open = false
	p.wire.close()
}

// Reset is Close the hard way, as when a machine dies.
func (p *Peer) Reset() {
	p.open = false
	p.wire.reset()
}

// Send says one message. In it, next stands for the peer's next request id, and
// last for the one before. It returns the request id, if there is one.
func (p *Peer) Send(items ...any) (request int64) {
	message := append(l{}, items...)
	for i, item := range message {
		switch item {
		case next:
			message[i] = p.advance()
			p.request = p.sequence
		case last:
			message[i] = p.request
		}
	}
	p.account(message)
	p.SendFrame(p.encode(message))
	return p.request
}

// account notes what a message that is about to be sent means for the peer.
func (p *Peer) account(message l) {
	if len(message) == 0 {
		return
	}
	switch message[0] {
	case 16, 32, 34, 48, 64, 66: // their second element counts the peer's requests
		if len(message) > 1 {
			if id, ok := integer(message[1]); ok && id >= 0 {
				p.request, p.sequence = id, max(p.sequence, id)
			}
		}
	case 3, 6:
		p.open = false
	}
}

func (p *Peer) advance() int64 {
	p.sequence++
	return p.sequence
}

// encode is a message in the peer's serializer.
func (p *Peer) encode(message l) []byte {
	frame, err := codec.AppendValue(nil, p.e.link.Format, message)
	p.t.must(err)
	return frame
}

// SendFrame sends one frame of the transport, whatever is in it.
func (p *Peer) SendFrame(frame []byte) {
	p.t.note("%s -> %s", p.name, readable(p.e.link.Format, frame))
	p.sent(p.wire.octets(p.wire.framed(frame)))
}

// SendOctets sends octets past all framing.
func (p *Peer) SendOctets(octets []byte) {
	p.t.note("%s -> octets % x", p.name, shortened(string(octets)))
	p.sent(p.wire.octets(octets))
}

// SendAtOnce sends several messages by one write to the network.
func (p *Peer) SendAtOnce(messages ...l) {
	var octets []byte
	for _, message := range messages {
		p.account(message)
		frame := p.encode(message)
		p.t.note("%s -> %s", p.name, readable(p.e.link.Format, frame))
		octets = append(octets, p.wire.framed(frame)...)
	}
	p.sent(p.wire.octets(octets))
}

// sent overlooks that the router has closed: what it said before is there to be expected.
func (p *Peer) sent(err error) {
	var over *closed
	if err != nil && !errors.As(ended(err), &over) {
		p.t.Fatalf("%s: send: %v", p.name, err)
	}
}

// hear waits for the next message.
func (p *Peer) hear() (Message, error) {
	if len(p.inbox) > 0 {
		first := p.inbox[0]
		p.inbox = p.inbox[1:]
		return first, nil
	}
	return p.receive()
}

// receive reads the next message from the network, and inspects it.
func (p *Peer) receive() (Message, error) {
	frame, err := p.wire.receive()
	if err != nil {
		p.open = false
		p.t.note("%s <- end: %v", p.name, err)
		return Message{}, err
	}
	text := readable(p.e.link.Format, frame)
	p.t.note("%s <- %s", p.name, text)
	items, err := Inspect(p.e.link.Format, frame)
	if err != nil {
		p.t.Errorf("%s heard %s: %v", p.name, text, err)
	}
	if len(items) == 0 {
		p.t.Fatalf("%s heard %s, which is no message", p.name, text)
	}
	switch items[0] {
	case int64(2):
		p.open = true
	case int64(3), int64(6):
		p.open = false
	}
	return Message{t: p.t, items: items, text: text}, nil
}

// readable is a frame as JSON, as far as it can be read.
func readable(f wamp.Format, frame []byte) string {
	text := frame
	if f != wamp.JSON {
		var err error
		if text, err = codec.Transcode(nil, f, wamp.JSON, frame); err != nil {
			return fmt.Sprintf("frame % x", shortened(string(frame)))
		}
	}
	return shortened(string(text))
}

func shortened(text string) string {
	const most = 160
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d octets)", text[:most], len(text))
}
