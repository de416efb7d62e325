package runtime

import (
	"sync"
	"sync/atomic"

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
	realm    wamp.URI
	options  *dialOptions
	crew     crew
	callPool sync.Pool // of *call
	current  atomic.Pointer[session]

	done chan struct{} // closed when the session has ended for good
	err  error         // why, written before done is closed
}

// ID is the session's identifier, unique on its router.
func (s *Session) ID() wamp.ID { return s.current.Load().welcome.Session }

// Realm is the realm that the session joined.
func (s *Session) Realm() wamp.URI { return s.realm }

// Details is what the router said about the session when it let it in.
func (s *Session) Details() Welcome { return s.current.Load().welcome }

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

// Close leaves the realm: it says GOODBYE, waits briefly for the router's, and
// closes the connection. Calls that wait fail with [ErrSessionClosed], and the contexts of
// running handlers end; Close does not wait for those to return, so that a
// handler may call it. Closing again has no effect. The error is always nil.
func (s *Session) Close() error {
	s.current.Load().close()
	<-s.done
	return nil
}

// run reads until the session ends. It is the Session's goroutine.
func (s *Session) run() {
	current := s.current.Load()
	current.read()
	s.err = current.err
	s.crew.close()
	close(s.done)
}
