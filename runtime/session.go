package runtime

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Session is a client's membership of a realm: through it calls are made,
// procedures registered, events published and topics subscribed to. All methods
// are safe for concurrent use, and from within handlers that run on it.
//
// Its goroutines are one reader, one for each handler that runs, and those of
// the connection. All of them end with the session, handlers as soon as
// they return.
type Session struct {
	conn        transport.Conn
	format      wamp.Format
	realm       wamp.URI
	welcome     Welcome
	logger      *slog.Logger
	errorDetail bool
	dealer      struct{ callTimeout, callCanceling, progressiveResults bool }

	// sendMu makes taking the next request id and queueing its message one step,
	// so that ids are sequential on the wire.
	sendMu      sync.Mutex
	lastID      wamp.ID // guarded by sendMu
	lastWaiting int     // guarded by sendMu: how many calls waited for an answer after the last one was sent
	callMessage wamp.Call
	publishing  wamp.Publish // the messages that are sent most, guarded by sendMu

	callPool sync.Pool     // of *call
	issued   atomic.Uint64 // the largest request id so far, for the reader
	calls    inflight[call]
	requests inflight[request]
	running  inflight[invocation]
	crew     crew

	// Owned by the reader.
	registrations      map[wamp.ID]*registered
	invocationContexts slab[invocationContext]
	eventContexts      slab[eventContext]

	topics subscriptions

	blocked    atomic.Bool   // whether the reader waits for a subscriber, or for whoever takes progressive results
	nudge      chan struct{} // wakes it then
	busyTakers atomic.Int64  // how many open calls have takers of progressive results that do not wait

	leaveOnce sync.Once
	leaving   chan struct{} // closed when Close was called
	done      chan struct{} // closed when the session has ended
	err       error         // why, written before done is closed
}

// ID is the session's identifier, unique on its router.
func (s *Session) ID() wamp.ID { return s.welcome.Session }

// Realm is the realm that the session joined.
func (s *Session) Realm() wamp.URI { return s.realm }

// Details is what the router said about the session when it let it in.
func (s *Session) Details() Welcome { return s.welcome }

// Done is closed when the session has ended for good.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err is why the session ended: nil while it has not, and after Close. A lost
// connection is reported with its cause, and what the router said in GOODBYE or
// ABORT as a [*wamp.Error].
func (s *Session) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// closeWait is how long Close waits for the router to say GOODBYE.
const closeWait = time.Second

// Close leaves the realm: it says GOODBYE, waits briefly for the router's, and
// closes the connection. Calls that wait fail with [ErrSessionClosed], and the contexts of
// running handlers end; Close does not wait for those to return, so that a
// handler may call it. Closing again has no effect. The error is always nil.
func (s *Session) Close() error {
	s.leaveOnce.Do(s.sayGoodbye)
	<-s.done
	return nil
}

func (s *Session) sayGoodbye() {
	s.sendMu.Lock() // nothing is sent behind the GOODBYE
	close(s.leaving)
	s.sendMu.Unlock()
	goodbye := &wamp.Goodbye{Reason: wamp.CloseRealm}
	if s.conn.Send(goodbye) != nil {
		_ = s.conn.Shutdown(goodbye, closeWait)
	}
	s.conn.Flush()
	timer := time.NewTimer(closeWait)
	defer timer.Stop()
	select {
	case <-s.done:
	case <-timer.C:
	}
	_ = s.conn.Close() // which ends the reader, and with it the session
}

// isLeaving reports whether Close was called.
func (s *Session) isLeaving() bool {
	select {
	case <-s.leaving:
		return true
	default:
		return false
	}
}

// end is the last thing the reader does.
func (s *Session) end(cause error) {
	if s.isLeaving() {
		cause = nil
	}
	s.err = cause
	_ = s.conn.Close()
	closed := &ClosedError{Cause: cause}
	for _, c := range s.calls.close() {
		c.err = closed
		c.settle()
	}
	for _, r := range s.requests.close() {
		r.fail(closed)
	}
	for _, inv := range s.running.close() {
		inv.ctx.end(context.Canceled)
	}
	for _, member := range s.registrations {
		member.ending.end(closed)
	}
	s.topics.end(closed)
	s.crew.close()
	close(s.done)
}

// nextID takes the next request id. sendMu must be held, until the message is sent.
func (s *Session) nextID() (wamp.ID, error) {
	if s.isLeaving() {
		return 0, net.ErrClosed
	}
	s.lastID = s.lastID.Next()
	s.issued.Store(max(s.issued.Load(), uint64(s.lastID))) // before the answer can arrive
	return s.lastID, nil
}

// unsend gives an id back whose message could not be queued. sendMu must be held.
func (s *Session) unsend(id wamp.ID) { s.lastID = id - 1 }

// checkIssued reports an answer to a request that was never made.
func (s *Session) checkIssued(id wamp.ID) error {
	if uint64(id) > s.issued.Load() {
		return violation("answer to request %d, which was never made", id)
	}
	return nil
}

// closedError is why nothing can be sent any more. If the connection is closed
// but the reader has not noticed yet, it waits for it to find out why.
func (s *Session) closedError() error {
	select {
	case <-s.leaving:
		return &ClosedError{}
	case <-s.done:
		return &ClosedError{Cause: s.err}
	}
}

// roomCheck is how often a sender that waits for room looks at its context.
const roomCheck = 50 * time.Millisecond

// awaitRoom waits for a moment after a send that failed because the outbound queue
// was full; then it is to be tried again. Every other failure, and the end of
// ctx, is returned.
func (s *Session) awaitRoom(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, net.ErrClosed):
		return s.closedError()
	case !errors.Is(err, transport.ErrQueueFull):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	s.conn.Flush()
	s.conn.AwaitRoom(roomCheck)
	return nil
}

// flushCall hands a CALL to the network: at once if calls are made one at a time, so
// that a single caller does not wait longer, else together with what other
// goroutines are about to send.
func (s *Session) flushCall(alone bool) {
	s.wakeReader()
	if alone {
		s.conn.Flush()
	} else {
		s.conn.FlushSoon()
	}
}

// wakeReader makes a reader that waits for a subscriber look for the answer of
// a request that was just made.
func (s *Session) wakeReader() {
	if s.blocked.Load() {
		select {
		case s.nudge <- struct{}{}:
		default:
		}
	}
}
