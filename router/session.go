package router

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// session is one peer's stay in a realm, from WELCOME to the end.
//
// Its messages are handled on one goroutine, that of its connection; other
// sessions' goroutines reach it through its roles, which have locks of their
// own, and by queueing messages into its connection.
type session struct {
	id       wamp.ID
	realm    *realm
	peer     *peer
	conn     transport.Conn
	roles    wamp.Roles
	identity Identity
	agent    string

	// What the session holds in each of its roles. There is none for the
	// publisher, who holds nothing.
	subscriber subscriber
	caller     caller
	callee     callee
	testaments testaments

	requests  requestSequence
	line      line
	pace      *pace // nil if the session may send as much as it can
	decisions decisions

	state   atomic.Uint32 // one of the states below
	leaving sync.Once     // see leave
	goodbye sync.Once     // for the one GOODBYE that the router sends
	silent  atomic.Bool   // nobody is told that the session leaves; see dismissal
	untold  atomic.Int32  // meta events about the session that are not published yet

	batch   atomic.Uint64 // see outbox.touch
	backlog backlog
	dropped atomic.Uint64 // events not delivered
}

// The states of a session, from the router's point of view (section
// "Sessions"). What comes before is in handshake.go.
const (
	stateEstablished uint32 = iota
	stateClosing            // the router says GOODBYE and waits for the answer
	stateClosed             // the peer said GOODBYE
	stateStalled            // the session is being ended because it does not keep up
)

// next is how things go on after a message.
type next uint8

const (
	stay  next = iota // wait for the next message
	again             // the session is over, the connection may carry another one
	over              // the session and its connection are over
)

func newSession(p *peer, h *hello, id wamp.ID, identity Identity) *session {
	return &session{
		id:       id,
		realm:    h.realm,
		peer:     p,
		conn:     p.conn,
		roles:    h.roles,
		agent:    h.agent,
		identity: identity,
		pace:     newPace(h.realm.router.limits()),
		requests: requestSequence{strict: h.realm.strict.RequestIDs},
	}
}

// run handles the session's messages until it ends, and reports whether its
// connection may carry another session.
func (s *session) run() (another bool) {
	s.logOpened()
	defer s.logClosed()
	defer s.leave()
	s.peer.out.sent(s, wamp.TypeWelcome)
	s.realm.tell(s.peer.out, s)
	for {
		m, err := s.peer.receive()
		if s.ignores(err) {
			continue
		}
		if err != nil {
			s.leave()
			s.peer.lost(err)
			return false
		}
		s.peer.out.received(s, m.Type(), s.peer.octets)
		if s.pace != nil && !s.keepPace(s.peer.octets) {
			s.endHasty()
			return false
		}
		proceed, v := s.handle(m)
		switch {
		case v != nil && s.state.Load() == stateClosing: // the router said GOODBYE in the meantime
		case v != nil:
			s.leave()
			s.peer.abortViolation(v)
			return false
		case proceed != stay:
			return proceed == again
		}
	}
}

// ignores reports whether an error of receive is no more than a message that does
// not matter, since the router has said GOODBYE: there is nothing left to abort.
func (s *session) ignores(err error) bool {
	if err == nil || s.state.Load() != stateClosing {
		return false // before v is allocated, with every message
	}
	var v *codec.Violation
	return errors.As(err, &v)
}

// handle handles a message as the session's state demands.
func (s *session) handle(m wamp.Message) (next, *violation) {
	if s.state.Load() == stateEstablished {
		return s.established(m)
	}
	return s.closing(m), nil
}

// established handles a message of an open session.
func (s *session) established(m wamp.Message) (next, *violation) {
	o, broker, dealer := s.peer.out, &s.realm.broker, &s.realm.dealer
	switch m := m.(type) {
	case *wamp.Call:
		return stay, s.call(o, m)
	case *wamp.Yield:
		return stay, dealer.yield(o, s, m)
	case *wamp.Publish:
		if done, v := s.inLine(m, m.Request); done {
			return stay, v
		}
		return stay, broker.publish(o, s, m)
	case *wamp.ErrorMessage:
		return stay, dealer.fail(o, s, m)
	case *wamp.Cancel:
		return stay, s.cancel(o, m)
	case *wamp.Subscribe:
		if done, v := s.inLine(m, m.Request); done {
			return stay, v
		}
		return stay, s.told(broker.subscribe(o, s, m))
	case *wamp.Unsubscribe:
		if done, v := s.inLine(m, m.Request); done {
			return stay, v
		}
		return stay, s.told(broker.unsubscribe(o, s, m))
	case *wamp.Register:
		if done, v := s.inLine(m, m.Request); done {
			return stay, v
		}
		return stay, s.told(dealer.register(o, s, m))
	case *wamp.Unregister:
		if done, v := s.inLine(m, m.Request); done {
			return stay, v
		}
		return stay, s.told(dealer.unregister(o, s, m))
	case *wamp.Goodbye:
		return s.farewell(o), nil
	case *wamp.Abort:
		return s.hangUp(), nil
	}
	return over, violationf("received %s after the session was established", m.Type())
}

// told lets those who watch know what became of a request, in passing.
func (s *session) told(v *violation) *violation {
	s.realm.tell(s.peer.out, s)
	return v
}

// closing handles a message after the router said GOODBYE: nothing but the
// answer, or an ABORT, matters any more.
func (s *session) closing(m wamp.Message) next {
	switch m.(type) {
	case *wamp.Goodbye:
		return s.farewell(s.peer.out)
	case *wamp.Abort:
		return s.hangUp()
	}
	return stay
}

// hangUp ends the session without a word, and its connection in good order.
func (s *session) hangUp() next {
	s.leave()
	s.peer.out.flush() // what the session sent before is not to wait for the peer
	s.peer.hangUp()
	return over
}

// farewell takes the peer's GOODBYE. If the router did not say it first, it is
// answered, and the connection may carry another session.
func (s *session) farewell(o *outbox) next {
	s.leave()
	s.line.awaitEnd() // what the session asked for is not answered in the next one
	first := s.state.CompareAndSwap(stateEstablished, stateClosed)
	s.goodbye.Do(func() { o.deliver(s, &wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut}) })
	if first {
		return again
	}
	return s.hangUp() // which also flushes the router's GOODBYE, in case the two crossed
}

// dismissal is how the router ends a session.
type dismissal struct {
	reason  wamp.URI
	message string // for people; empty is left out of GOODBYE
	// silent ends the session without telling other sessions, because those end
	// too: there are no meta events and no testaments.
	silent bool
}

// dismiss ends the session on behalf of the router: the session is disposed
// of, and the peer has Limits.GoodbyeTimeout to answer GOODBYE before its
// connection is closed. It may be called from any goroutine; only the first
// call counts, and reports true. It leaves telling (see realm.tell) to the caller.
func (s *session) dismiss(d dismissal) bool {
	r := s.realm.router
	if !s.state.CompareAndSwap(stateEstablished, stateClosing) {
		return false
	}
	s.silent.Store(d.silent)
	o := r.outbox()
	defer o.release()
	s.dispose(o)
	s.goodbye.Do(func() { o.deliver(s, d.farewell()) })
	time.AfterFunc(r.limits().GoodbyeTimeout, s.peer.hangUp)
	return true
}

func (d dismissal) farewell() *wamp.Goodbye {
	details := wamp.Dict{}
	if d.message != "" {
		details["message"] = d.message
	}
	return &wamp.Goodbye{Reason: d.reason, Details: details}
}

// endStalled ends a session that takes nothing of what must not be dropped. It
// may be called from any goroutine.
func (s *session) endStalled() {
	r := s.realm.router
	if !s.state.CompareAndSwap(stateEstablished, stateStalled) {
		return
	}
	r.counters.stalled.Add(1)
	r.config.Logger.Warn("session does not keep up", "session", s.id, "peer", s.peer.address(),
		"queued", s.conn.Queued(), "events_dropped", s.dropped.Load())
	r.background.Go(func() {
		_ = s.conn.Shutdown(abortMessage(wamp.ErrNetworkFailure, "the session does not keep up with what is sent to it"), r.limits().Linger)
	})
}

// leave disposes of everything the session holds, and tells those who watch.
func (s *session) leave() {
	o := s.realm.router.outbox()
	defer o.release()
	s.dispose(o)
	s.realm.tell(o, s)
}

// dispose disposes of everything the session holds. When it returns that is
// done, also if another goroutine did it.
func (s *session) dispose(o *outbox) {
	s.leaving.Do(func() {
		s.line.leave()
		s.pace.end()
		s.realm.broker.leave(s)
		s.realm.broker.publishTestaments(o, s)
		s.realm.dealer.leave(o, s)
		s.realm.leave(s)
	})
}

// refuse answers a request with ERROR.
func (s *session) refuse(o *outbox, kind wamp.MessageType, request wamp.ID, uri wamp.ErrorURI, message string) {
	if kind == wamp.TypeCall {
		s.realm.traffic.refused(o.shard)
	}
	o.deliver(s, o.failed(s.conn.Format(), kind, request, uri, message))
}
