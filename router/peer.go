package router

import (
	"errors"
	"io"
	"net"
	"runtime/debug"
	"sync/atomic"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// peer is the far end of one connection. It may open sessions, one after the
// other. All its methods belong to the goroutine that serves the connection, or
// to the one that this waits for while a session is established.
type peer struct {
	router *Router
	conn   transport.Conn
	// idle tells Shutdown that the peer has no session.
	idle atomic.Bool

	// What the peer works with while there are messages to handle. A peer that
	// waits for the network has returned both, so that it costs little.
	decoder *codec.Decoder
	out     *outbox
	octets  int // of the message that was received last
}

// serve lets the peer open one session after the other, until the connection ends.
func (p *peer) serve() {
	defer p.hangUp() // which lets a Shutdown that is under way elsewhere end first
	defer p.survive()
	defer p.rest()
	p.idle.Store(true)
	p.conn.OnIdle(p.rest)
	for {
		s := p.establishAside()
		if s == nil {
			return
		}
		another := s.run()
		p.idle.Store(true)
		if !another {
			return
		}
	}
}

// establishAside is establish on a goroutine of its own. A handshake needs a
// deeper stack than most of what follows, and a goroutine keeps the stack that
// it once needed: an idle session would take a third more memory for it.
func (p *peer) establishAside() *session {
	established := make(chan *session)
	go func() {
		var s *session
		defer func() { established <- s }()
		defer p.survive()
		s = p.establish()
	}()
	return <-established
}

// survive keeps a panic, of an [Authenticator] for instance, from ending the
// process. The connection on whose goroutine it happened ends.
func (p *peer) survive() {
	if v := recover(); v != nil {
		p.router.config.Logger.Error("panic", "peer", p.address(), "value", v, "stack", string(debug.Stack()))
	}
}

// receive waits for the peer's next message, which is valid until the next
// call. A *codec.Violation means that the peer sent something else.
func (p *peer) receive() (wamp.Message, error) {
	frame, err := p.conn.Receive()
	if err != nil {
		return nil, err
	}
	if p.decoder == nil {
		p.decoder = p.router.decoder(p.conn.Format())
		p.out = p.router.outbox()
	}
	p.octets = len(frame)
	p.out.account(len(frame))
	return p.decoder.Decode(frame)
}

// rest flushes what was sent on behalf of the peer's messages and returns the
// tools. The connection calls it before it waits for the network.
func (p *peer) rest() {
	if p.decoder == nil {
		return
	}
	p.out.release()
	p.router.putDecoder(p.conn.Format(), p.decoder)
	p.decoder, p.out = nil, nil
}

// send queues a message of the handshake, of which there are never many.
func (p *peer) send(m wamp.Message) error {
	err := p.conn.Send(m)
	if err == nil {
		p.conn.Flush()
	}
	return err
}

// abort tells the peer why it is shown the door, and closes the connection.
func (p *peer) abort(reason wamp.ErrorURI, message string) {
	if p.out != nil {
		p.out.flush()
	}
	_ = p.conn.Shutdown(abortMessage(reason, message), p.router.limits().Linger)
}

// hangUp closes the connection in good order, without a last message.
func (p *peer) hangUp() { _ = p.conn.Shutdown(nil, p.router.limits().Linger) }

// abortViolation is abort for a peer that broke the protocol.
func (p *peer) abortViolation(v *violation) {
	p.note(v)
	p.abort(wamp.ErrProtocolViolation, v.message)
}

// note counts and logs a violation. It may be called from any goroutine.
func (p *peer) note(v *violation) {
	p.router.counters.violations.Add(1)
	p.router.config.Logger.Warn("protocol violation", "peer", p.address(), "message", v.message)
}

// lost handles an error of receive: the peer broke the protocol, or the
// connection is no more.
func (p *peer) lost(err error) {
	var v *codec.Violation
	switch {
	case errors.As(err, &v):
		p.abortViolation(&violation{message: v.Error()})
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
	default:
		p.router.config.Logger.Debug("connection lost", "peer", p.address(), "error", err)
	}
}

func (p *peer) address() string {
	info := p.conn.Info()
	if info.Remote == nil {
		return info.Transport
	}
	return info.Transport + "://" + info.Remote.String()
}
