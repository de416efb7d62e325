package runtime

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// Session is a client's membership of a realm: through it calls are made,
// procedures registered, events published and topics subscribed to. All methods
// are safe for concurrent use, and from within handlers that run on it.
//
// It lasts as long as its connection, or, with [WithReconnect], as long as
// connections can be had. Its goroutines are one reader, one for each handler that runs, those of
// the connection, and for a while one that restores registrations. All of them end
// with the session, handlers as soon as they return.
type Session struct {
	realm    wamp.URI
	options  *dialOptions
	crew     crew
	callPool sync.Pool // of *call
	states   stateFeed

	// What goes through interceptors, nil without any.
	calls     CallFunc
	publishes PublishFunc

	ctx  context.Context // ends with Close, for what waits for a connection
	stop context.CancelFunc

	latest  atomic.Pointer[session] // the membership that was joined last, changed under mu
	current atomic.Pointer[session] // where requests go, nil while there is nowhere, changed under mu

	mu        sync.Mutex
	closing   bool          // guarded by mu: Close was called
	over      bool          // guarded by mu: the session has ended for good
	back      chan struct{} // guarded by mu: closed when current is set again, or over
	kept      handles       // guarded by mu: what is restored
	connected time.Time     // guarded by mu: since when current is there
	lostBy    error         // guarded by mu: why current is not there

	// Owned by the goroutine of run.
	failed    int // attempts to reconnect, in a row
	backoff   int // the same, but not forgotten until a membership has lasted for a while
	restoring sync.WaitGroup

	done chan struct{} // closed when the session has ended for good
	err  error         // guarded by mu: why, nil while it has not
}

// ID is the session's identifier, unique on its router. It changes when the session
// reconnects; until then it is the last one.
func (s *Session) ID() wamp.ID { return s.latest.Load().welcome.Session }

// Realm is the realm that the session joined.
func (s *Session) Realm() wamp.URI { return s.realm }

// Details is what the router said about the session when it let it in. They change
// when the session reconnects; until then they are the last ones.
func (s *Session) Details() Welcome { return s.latest.Load().welcome }

// Done is closed when the session has ended for good.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err is why the session ended: nil while it has not, and after Close. A lost
// connection is reported with its cause, what the router said in GOODBYE or
// ABORT as a [*wamp.Error], and attempts to reconnect that have failed as a [*GaveUpError].
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close leaves the realm: it says GOODBYE, waits briefly for the router's, and
// closes the connection. Calls that wait fail with [ErrSessionClosed], and the contexts of
// running handlers end; Close does not wait for those to return, so that a
// handler may call it. A session that waits for a connection ends at once.
// Closing again has no effect. The error is always nil.
func (s *Session) Close() error {
	s.mu.Lock()
	s.closing = true
	latest := s.latest.Load()
	s.mu.Unlock()
	s.stop()
	latest.close()
	<-s.done
	return nil
}

// run reads from one membership after the other until the session ends. It is the
// Session's goroutine.
func (s *Session) run() {
	var err error
	for m := s.latest.Load(); m != nil; {
		m.read()
		s.restoring.Wait()
		if err = m.err; m.final {
			break
		}
		m, err = s.rejoin(m.err)
	}
	s.finish(err)
}

// finish ends the session for good.
func (s *Session) finish(err error) {
	s.mu.Lock()
	s.over = true
	if s.closing {
		err = nil
	}
	s.err = err
	kept := s.kept.all()
	if s.current.Load() == nil {
		close(s.back)
	}
	s.mu.Unlock()
	s.stop()
	closed := &ClosedError{Cause: err}
	for _, h := range kept {
		h.end(closed)
	}
	s.tell(StateChange{State: StateClosed, Err: err})
	s.crew.close()
	close(s.done)
}

// lost is told by a membership that it ends. It decides whether there is to be
// another, and returns what those get who wait for something on this one.
func (s *Session) lost(m *session) error {
	final := s.options.reconnect == nil || m.err == nil || s.options.reconnect.GiveUp(m.err)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.over = true
	if s.current.Load() == m {
		if lasted := time.Since(s.connected); s.options.reconnect != nil && lasted > s.options.reconnect.Backoff.Max {
			s.backoff = 0
		}
	}
	if m.final = final || s.closing; m.final {
		if !s.closing { // before anybody learns of the end from a call that fails
			s.err = m.err
		}
		return &ClosedError{Cause: m.err}
	}
	s.lostBy = m.err
	if s.current.CompareAndSwap(m, nil) {
		s.back = make(chan struct{})
	}
	return &LostError{Session: m.welcome.Session, Cause: m.err}
}

// member waits for a membership on which requests can be made, as long as ctx, and
// a limit unless it is 0, allow.
func (s *Session) member(ctx context.Context, limit time.Duration) (*session, error) {
	if m := s.current.Load(); m != nil {
		return m, nil
	}
	return s.awaitMember(ctx, limit)
}

func (s *Session) awaitMember(ctx context.Context, limit time.Duration) (*session, error) {
	var expired <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		expired = timer.C
	}
	for {
		s.mu.Lock()
		m, over, back, err := s.current.Load(), s.over, s.back, s.lostBy
		s.mu.Unlock()
		switch {
		case m != nil:
			return m, nil
		case over:
			return nil, &ClosedError{Cause: s.err}
		case s.ctx.Err() != nil:
			return nil, &ClosedError{}
		case s.options.reconnect.FailFast:
			return nil, &DisconnectedError{Cause: err}
		}
		select {
		case <-back:
		case <-s.ctx.Done():
		case <-ctx.Done():
			return nil, &DisconnectedError{Cause: err, Reason: ctx.Err()}
		case <-expired:
			return nil, &DisconnectedError{Cause: err, Reason: context.DeadlineExceeded}
		}
	}
}

// admit lets requests go to a membership, and reports false if that has ended already.
func (s *Session) admit(m *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.over || s.closing {
		return false
	}
	s.connected = time.Now()
	s.current.Store(m)
	close(s.back)
	return true
}
