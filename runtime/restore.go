package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// handle is a [Registration] or a [Subscription]: what goes on when the membership it
// was made on is replaced by another.
type handle interface {
	// wants are its procedures or topics.
	wants() []want
	// end tells it that the session has ended.
	end(why error)
}

// want is one procedure or topic of a handle.
type want interface {
	// ask sends the request for it. The request is nil if it is not wanted any more.
	ask(ctx context.Context, m *session) (*request, error)
	// refused ends its handle.
	refused(why *RestoreError)
	// uri is the procedure or topic.
	uri() wamp.URI
}

// firstURI is that of the first procedure or topic, to name the handle by.
func firstURI(h handle) wamp.URI {
	for _, w := range h.wants() {
		return w.uri()
	}
	return ""
}

// handles are those of a Session, in the order in which they came.
type handles struct {
	numbers map[handle]uint64
	last    uint64
}

func (k *handles) add(h handle) {
	if k.numbers == nil {
		k.numbers = make(map[handle]uint64)
	}
	k.last++
	k.numbers[h] = k.last
}

func (k *handles) remove(h handle) { delete(k.numbers, h) }

func (k *handles) all() []handle {
	return slices.SortedFunc(maps.Keys(k.numbers), func(a, b handle) int { return int(k.numbers[a] - k.numbers[b]) })
}

// keep has a handle restored that was made on m, until forget. It reports false
// if m has ended meanwhile and another is to come: then the handle is to be made again.
func (s *Session) keep(m *session, h handle) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.over && !m.final:
		return false
	case s.over:
		h.end(&ClosedError{Cause: s.err})
	default:
		s.kept.add(h)
	}
	return true
}

func (s *Session) forget(h handle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.remove(h)
}

// RestoreError is why a registration or a subscription ended that a new connection's
// router refused; see [WithReconnect].
type RestoreError struct {
	// URI is the procedure or topic that was refused.
	URI wamp.URI
	// Err is the router's answer, a [*wamp.Error].
	Err error
}

// Error implements error.
func (e *RestoreError) Error() string { return fmt.Sprintf("restore %s: %v", e.URI, e.Err) }

// Unwrap returns Err.
func (e *RestoreError) Unwrap() error { return e.Err }

// restore asks a new membership's router for all registrations and subscriptions, lets
// requests go there once they were answered, and goes on to ask for what was not to be
// had. ctx limits what comes before requests may go there.
func (s *Session) restore(ctx context.Context, m *session) {
	s.mu.Lock()
	kept := s.kept.all()
	s.mu.Unlock()
	var wanted []want
	for _, h := range kept {
		wanted = append(wanted, h.wants()...)
	}
	missing, err := s.askFor(ctx, m, wanted)
	if err != nil {
		_ = m.conn.Close() // which ends m, and with it the attempt
		return
	}
	if !s.admit(m) {
		return
	}
	s.options.logger.Info("connected again", "realm", s.realm, "session", m.welcome.Session, "attempts", s.failed)
	s.tell(StateChange{State: StateConnected, Attempt: s.failed})
	s.failed = 0
	for n := 1; len(missing) > 0; n++ {
		if !pauseUntil(m.done, s.options.reconnect.Backoff.delay(n)) {
			return
		}
		if missing, err = s.askFor(s.ctx, m, missing); err != nil {
			return
		}
	}
}

// askFor asks for what is wanted, and returns what may be had later. An error means
// that m has ended, or ctx.
func (s *Session) askFor(ctx context.Context, m *session, wanted []want) (missing []want, err error) {
	requests := make([]*request, len(wanted))
	for i, w := range wanted {
		if requests[i], err = w.ask(ctx, m); err != nil {
			return nil, err
		}
	}
	for i, w := range wanted {
		if requests[i] == nil {
			continue
		}
		_, err := m.awaitGrant(ctx, requests[i])
		switch {
		case err == nil:
		case !answered(err):
			return nil, err
		case mayBeFree(err):
			s.options.logger.Warn("not restored yet, will try again", "uri", w.uri(), "reason", err)
			missing = append(missing, w)
		default:
			s.options.logger.Error("not restored", "uri", w.uri(), "reason", err)
			w.refused(&RestoreError{URI: w.uri(), Err: err})
		}
	}
	return missing, nil
}

// answered reports whether err is what a router answered, or what its answer came to.
func answered(err error) bool {
	return !errors.Is(err, ErrSessionLost) && !errors.Is(err, ErrSessionClosed) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// mayBeFree reports whether what was refused may be had later: the procedure is still
// registered, perhaps by the session that was lost, or the router is in trouble.
func mayBeFree(err error) bool {
	for _, passing := range []wamp.ErrorURI{
		wamp.ErrProcedureAlreadyExists, wamp.ErrUnavailable, wamp.ErrNetworkFailure, wamp.ErrAuthorizationFailed,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
