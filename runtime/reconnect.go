package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// ReconnectPolicy says how a session gets a new connection when it has lost its own,
// or when the router has ended it. The zero value is what [DefaultReconnect] returns.
type ReconnectPolicy struct {
	// Backoff is how long to wait before each attempt. The defaults are 250 ms at
	// first and 30 s at most. A session that lasted no longer than Max does not make it
	// begin anew.
	Backoff Backoff
	// MaxAttempts is how many attempts in a row may fail before the session ends for
	// good; 0 is any number.
	MaxAttempts int
	// AttemptTimeout limits one attempt: connecting, joining the realm, and restoring
	// registrations and subscriptions. The default is 15 s.
	AttemptTimeout time.Duration
	// GiveUp tells which errors end the session for good: those of failed attempts,
	// and those that a session ended with. The default is [CannotMend].
	GiveUp func(err error) bool
	// FailFast makes what is asked for while there is no connection fail at once, with
	// [ErrDisconnected]. Without it, it waits for the connection, as long as its context and its
	// timeout allow.
	FailFast bool
	// TakeOver registers with [WithForceReregister] when registrations are restored, so
	// that procedures are taken from whoever has them, which most often is the lost
	// session that the router has not noticed yet. Without it they are asked for
	// again and again until they are free.
	TakeOver bool
	// KeepDialing makes [Dial] try again, too, until its context ends. Without it a
	// first attempt that fails is an error.
	KeepDialing bool
	// Connect makes connections. The default is to dial the URL of [Dial], which it replaces;
	// [Join] has none, and needs Connect for all connections but the first.
	Connect func(ctx context.Context) (transport.Conn, error)
}

const (
	shortestReconnect = 250 * time.Millisecond
	longestReconnect  = 30 * time.Second
	attemptTimeout    = 15 * time.Second
)

// DefaultReconnect tries again and again with jittered exponential backoff, unless the
// router says something that repeating cannot mend.
func DefaultReconnect() ReconnectPolicy { return ReconnectPolicy{}.complete() }

// complete is p with defaults for what is not set.
func (p ReconnectPolicy) complete() ReconnectPolicy {
	p.Backoff = p.Backoff.or(shortestReconnect, longestReconnect)
	if p.AttemptTimeout <= 0 {
		p.AttemptTimeout = attemptTimeout
	}
	if p.GiveUp == nil {
		p.GiveUp = CannotMend
	}
	return p
}

// WithReconnect lets the session get a new connection when it has lost its own. It then
// has a new id, and what [Session.Details] reports is new too. Registrations and
// subscriptions go on under their handles, with their options; testaments do not.
//
// What waited for an answer when the connection was lost fails with
// [ErrSessionLost], save calls of idempotent procedures, which are made again, see
// [WithRetry]; registering and subscribing wait for the new connection. The contexts of
// running invocations end, because nobody can get their results any more. Events that have arrived are
// handled; those published in between are missed.
//
// What is asked for while there is no connection waits for it, unless
// [ReconnectPolicy.FailFast] is set. See [WithStateHandler] for how to watch.
func WithReconnect(policy ReconnectPolicy) DialOption {
	return func(o *dialOptions) {
		own := policy.complete()
		o.reconnect = &own
	}
}

// CannotMend reports whether err is a refusal that would only be repeated: there is no
// such realm, the client is not who it says or may not join, or has nothing to offer that
// the router takes; and whether a session was killed by an administrator. What failed for
// technical reasons, like [wamp.ErrAuthenticationFailed], is worth another attempt.
func CannotMend(err error) bool {
	var e *wamp.Error
	if !errors.As(err, &e) || !e.Remote {
		return false
	}
	switch e.URI {
	case wamp.ErrNoSuchRealm, wamp.ErrNoSuchRole, wamp.ErrNoSuchPrincipal,
		wamp.ErrNotAuthorized, wamp.ErrAuthorizationDenied,
		wamp.ErrAuthenticationDenied, wamp.ErrAuthenticationRequired,
		wamp.ErrNoMatchingAuthMethod, wamp.ErrorURI(wamp.CloseKilled):
		return true
	}
	return false
}

// errNoConnect is why a session cannot reconnect.
var errNoConnect = errors.New("reconnect: Join does not know how to connect again: set ReconnectPolicy.Connect")

// GaveUpError is why a session ended whose connection could not be replaced.
type GaveUpError struct {
	// Attempts is how many attempts have failed in a row.
	Attempts int
	// Err is why the last one failed, or, if there was none, why the session was lost.
	Err error
}

// Error implements error.
func (e *GaveUpError) Error() string {
	if e.Attempts == 1 {
		return fmt.Sprintf("gave up after 1 attempt to reconnect: %v", e.Err)
	}
	return fmt.Sprintf("gave up after %d attempts to reconnect: %v", e.Attempts, e.Err)
}

// Unwrap returns Err.
func (e *GaveUpError) Unwrap() error { return e.Err }

// rejoin makes connections until a realm could be joined on one, and returns the new
// membership, which is nil without an error if the session was closed meanwhile.
func (s *Session) rejoin(cause error) (*session, error) {
	policy := s.options.reconnect
	for {
		if policy.MaxAttempts > 0 && s.failed >= policy.MaxAttempts {
			return nil, &GaveUpError{Attempts: s.failed, Err: cause}
		}
		s.failed++
		s.backoff++
		change := StateChange{State: StateWaiting, Err: cause, Attempt: s.failed, Delay: policy.Backoff.delay(s.backoff)}
		s.options.logger.Warn("not connected, will try again", "realm", s.realm, "reason", cause, "attempt", s.failed, "delay", change.Delay)
		s.tell(change)
		if !pause(s.ctx, change.Delay) {
			return nil, nil
		}
		s.tell(StateChange{State: StateConnecting, Err: cause, Attempt: s.failed})
		m, err := s.attempt()
		switch {
		case err == nil:
			return m, nil
		case s.ctx.Err() != nil:
			return nil, nil
		case policy.GiveUp(err):
			return nil, &GaveUpError{Attempts: s.failed, Err: err}
		}
		cause = err
	}
}

// attempt connects, joins the realm, and begins to restore what the session had.
func (s *Session) attempt() (*session, error) {
	policy := s.options.reconnect
	ctx, cancel := context.WithTimeout(s.ctx, policy.AttemptTimeout)
	conn, err := policy.Connect(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	m, err := s.join(ctx, conn)
	if err != nil {
		cancel()
		return nil, err
	}
	if !s.follow(m) {
		cancel()
		_ = conn.Close()
		return nil, context.Canceled
	}
	s.restoring.Go(func() {
		defer cancel()
		s.restore(ctx, m)
	})
	return m, nil
}

// follow makes m the latest membership, unless Close was called.
func (s *Session) follow(m *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.latest.Store(m)
	return true
}

// dialFirst is [Dial] under a policy that keeps dialing.
func dialFirst(ctx context.Context, policy *ReconnectPolicy, join func(ctx context.Context) (*Session, error)) (*Session, error) {
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, policy.AttemptTimeout)
		s, err := join(limited)
		cancel()
		switch {
		case err == nil:
			return s, nil
		case policy.GiveUp(err), policy.MaxAttempts > 0 && attempt >= policy.MaxAttempts:
			return nil, &GaveUpError{Attempts: attempt, Err: err}
		}
		if !pause(ctx, policy.Backoff.delay(attempt)) {
			return nil, fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}
