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
	"github.com/wampkit/wampkit/wamp/codec"
)

// session is one membership of a realm in the protocol's sense: one connection with
// one session id, and all that only means something there, such as request ids and
// what the router granted. A [Session] has one after the other.
//
// Its goroutine is the reader; what handlers run on belongs to the Session.
type session struct {
	home        *Session
	conn        transport.Conn
	decoder     *codec.Decoder // of the reader
	format      wamp.Format
	welcome     Welcome
	logger      *slog.Logger
	errorDetail bool
	dealer      struct{ callTimeout, callCanceling, progressiveResults, progressiveInvocations bool }

	// sendMu makes taking the next request id and queueing its message one step,
	// so that ids are sequential on the wire.
	sendMu      sync.Mutex
	lastID      wamp.ID // guarded by sendMu
	lastWaiting int     // guarded by sendMu: how many calls waited for an answer after the last one was sent
	callMessage wamp.Call
	publishing  wamp.Publish // the messages that are sent most, guarded by sendMu

	issued   atomic.Uint64 // the largest request id so far, for the reader
	calls    inflight[call]
	requests inflight[request]
	running  inflight[invocation]
	inputs   inputs
	crew     *crew // of the Session

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
	fate      error         // what requests get from then on, written before done is closed

	// Guarded by home.mu.
	over  bool // the session has ended
	final bool // and no other follows
}

// closeWait is how long Close waits for the router to say GOODBYE.
const closeWait = time.Second

// close says GOODBYE, waits briefly for the router's, and closes the connection.
func (s *session) close() {
	s.leaveOnce.Do(s.sayGoodbye)
	<-s.done
}

func (s *session) sayGoodbye() {
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
func (s *session) isLeaving() bool {
	select {
	case <-s.leaving:
		return true
	default:
		return false
	}
}

// end is the last thing the reader does.
func (s *session) end(cause error) {
	if s.isLeaving() {
		cause = nil
	}
	s.err = cause
	_ = s.conn.Close()
	s.fate = s.home.lost(s)
	for _, c := range s.calls.close() {
		c.err = s.fate
		c.settle()
	}
	for _, r := range s.requests.close() {
		r.fail(s.fate)
	}
	for _, inv := range s.running.close() {
		inv.ctx.end(context.Canceled)
	}
	for _, member := range s.registrations {
		member.lost()
	}
	close(s.done)
}

// nextID takes the next request id. sendMu must be held, until the message is sent.
func (s *session) nextID() (wamp.ID, error) {
	if s.isLeaving() {
		return 0, net.ErrClosed
	}
	s.lastID = s.lastID.Next()
	s.issued.Store(max(s.issued.Load(), uint64(s.lastID))) // before the answer can arrive
	return s.lastID, nil
}

// unsend gives an id back whose message could not be queued. sendMu must be held.
func (s *session) unsend(id wamp.ID) { s.lastID = id - 1 }

// checkIssued reports an answer to a request that was never made.
func (s *session) checkIssued(id wamp.ID) error {
	if uint64(id) > s.issued.Load() {
		return violation("answer to request %d, which was never made", id)
	}
	return nil
}

// closedError is why nothing can be sent any more. If the connection is closed
// but the reader has not noticed yet, it waits for it to find out why.
func (s *session) closedError() error {
	select {
	case <-s.leaving:
		return &ClosedError{}
	case <-s.done:
		if lost, ok := s.fate.(*LostError); ok {
			return &LostError{Session: lost.Session, Cause: lost.Cause, unsent: true}
		}
		return s.fate
	}
}

// roomCheck is how often a sender that waits for room looks at its context.
const roomCheck = 50 * time.Millisecond

// awaitRoom waits for a moment after a send that failed because the outbound queue
// was full; then it is to be tried again. Every other failure, and the end of
// ctx, is returned.
func (s *session) awaitRoom(ctx context.Context, err error) error {
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
func (s *session) flushCall(alone bool) {
	s.wakeReader()
	if alone {
		s.conn.Flush()
	} else {
		s.conn.FlushSoon()
	}
}

// wakeReader makes a reader that waits for a subscriber look for the answer of
// a request that was just made.
func (s *session) wakeReader() {
	if s.blocked.Load() {
		select {
		case s.nudge <- struct{}{}:
		default:
		}
	}
}
