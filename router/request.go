package router

import (
	"fmt"
	"runtime/debug"

	"github.com/wampkit/wampkit/wamp"
)

// wait puts a request in line behind those that the authorizer is to decide about.
// If too much waits there already, it holds back the session's own goroutine,
// which is the one to call it.
func (s *session) wait(m wamp.Message, fresh bool) {
	w := newWaiter(m, fresh)
	r := s.realm.router
	for !s.line.join(w, r.limits().AuthorizationQueue, func() { r.background.Go(s.serveLine) }) {
		s.peer.out.flush() // nobody waits for us while we wait
		r.reached(limitAuthorizationQueue)
		<-s.line.room
	}
}

// inLine takes the id of a request other than CALL. If there is a line, it puts
// the request in it, and reports that that is all to be done.
func (s *session) inLine(m wamp.Message, request wamp.ID) (done bool, v *violation) {
	if v := s.requests.accept(m.Type(), request); v != nil {
		return true, v
	}
	if s.line.busy.Load() {
		s.wait(m, true)
		return true, nil
	}
	return false, nil
}

// call handles CALL.
func (s *session) call(o *outbox, m *wamp.Call) *violation {
	d := &s.realm.dealer
	fresh, v := d.accept(s, m)
	if v != nil {
		return v
	}
	if s.line.busy.Load() {
		s.wait(m, fresh)
		return nil
	}
	return d.call(o, s, m, fresh)
}

// cancel handles CANCEL, also of a call that stands in line.
func (s *session) cancel(o *outbox, m *wamp.Cancel) *violation {
	if s.line.busy.Load() {
		inLine, withdrawn := s.line.cancel(m)
		if withdrawn {
			reason, message := whyCanceled(m)
			s.refuse(o, wamp.TypeCall, m.Request, reason, message)
		}
		if inLine {
			return nil
		}
	}
	return s.realm.dealer.cancel(o, s, m)
}

// serveLine carries out what stands in line, until nothing does.
func (s *session) serveLine() {
	r := s.realm.router
	o := r.outbox()
	defer o.release()
	defer func() { o.patience = nil }()
	for w := s.line.next(); w != nil; w = s.line.next() {
		o.patience = w.patience
		if v := s.serveWaiter(o, w); v != nil {
			s.endForViolation(v)
		}
		o.flush()
	}
}

// serveWaiter carries out one request, and what its caller thought of meanwhile. A
// panic ends the session, as it does on the goroutine of its connection.
func (s *session) serveWaiter(o *outbox, w *waiter) *violation {
	defer func() {
		if panicked := recover(); panicked != nil {
			s.realm.router.config.Logger.Error("panic", "peer", s.peer.address(), "value", panicked, "stack", string(debug.Stack()))
			s.leave()
			s.realm.router.background.Go(s.peer.hangUp)
		}
	}()
	if v := s.carryOut(o, w); v != nil {
		return v
	}
	if cancel := s.line.lateCancel(); cancel != nil {
		return s.realm.dealer.cancel(o, s, cancel)
	}
	return nil
}

// carryOut carries out a request whose turn has come.
func (s *session) carryOut(o *outbox, w *waiter) *violation {
	broker, dealer := &s.realm.broker, &s.realm.dealer
	switch m := w.message.(type) {
	case *wamp.Call:
		return dealer.call(o, s, m, w.fresh)
	case *wamp.Publish:
		return broker.publish(o, s, m)
	}
	if !s.line.commit() {
		return nil
	}
	var v *violation
	switch m := w.message.(type) {
	case *wamp.Subscribe:
		v = broker.subscribe(o, s, m)
	case *wamp.Unsubscribe:
		v = broker.unsubscribe(o, s, m)
	case *wamp.Register:
		v = dealer.register(o, s, m)
	case *wamp.Unregister:
		v = dealer.unregister(o, s, m)
	}
	s.realm.tell(o, s)
	return v
}

// endForViolation ends a session whose peer broke the protocol, by a request that
// was handled on another goroutine than that of its connection.
func (s *session) endForViolation(v *violation) {
	s.leave()
	s.peer.note(v)
	r := s.realm.router
	r.background.Go(func() {
		_ = s.conn.Shutdown(abortMessage(wamp.ErrProtocolViolation, v.message), r.limits().Linger)
	})
}

// whyCanceled is the ERROR for a call that its caller cancels.
func whyCanceled(m *wamp.Cancel) (wamp.ErrorURI, string) {
	switch m.Options.Mode {
	case "", wamp.CancelKill, wamp.CancelKillNoWait, wamp.CancelSkip:
		return wamp.ErrCanceled, canceledByCaller
	}
	return wamp.ErrInvalidArgument, fmt.Sprintf("CANCEL with the unknown mode %q", m.Options.Mode)
}
