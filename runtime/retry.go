package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// RetryPolicy says how often an idempotent call is made again that has failed for want of a
// callee or a connection; see [WithRetry].
type RetryPolicy struct {
	// Attempts is how many times the call is made at most, the first time included. 1
	// never repeats; 0 is the default, 4.
	Attempts int
	// Backoff is how long to wait before each repetition. The defaults are 50 ms at first
	// and 2 s at most.
	Backoff Backoff
}

const (
	defaultAttempts = 4
	shortestRetry   = 50 * time.Millisecond
	longestRetry    = 2 * time.Second
)

// NoRetry makes every call once.
func NoRetry() RetryPolicy { return RetryPolicy{Attempts: 1} }

// WithRetry sets how often a call is made again that is idempotent, by its annotation or by
// [WithIdempotent], and that has failed with [wamp.ErrNoAvailableCallee], [wamp.ErrUnavailable] or
// [wamp.ErrNetworkFailure] from the router or the callee, or with [ErrSessionLost] while the session
// reconnects. No other failure is repeated, nor is a call with input, nor one of which
// a result has been delivered. The repetitions count towards the timeout and the deadline of the
// call; one that could not begin before those is not waited for. The error is that of
// the last attempt.
//
// Interceptors see one call, however often it is made.
func WithRetry(policy RetryPolicy) CallOption {
	return callOption(func(o *callOptions) { o.retry = policy })
}

// WithIdempotent says that calling twice does no more than calling once, so that the call may be
// repeated, see [WithRetry]; or that it does. It is for procedures without an annotation.
func WithIdempotent(on bool) CallOption {
	return callOption(func(o *callOptions) { o.idempotent = on })
}

// repeats reports whether the call may be made again when it has failed.
func (o *callOptions) repeats() bool {
	return o.idempotent && o.retry.Attempts != 1 && o.input.each == nil
}

// perform makes a call, again and again if need be. It consumes c, save with the results, but not args.
func (s *Session) perform(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	if c.opts.repeats() {
		return s.performRepeatedly(ctx, p, uri, c, info, args)
	}
	return s.performOnce(ctx, p, uri, c, info, args)
}

func (s *Session) performOnce(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	if c.opts.streams() {
		return s.invokeStream(ctx, p, uri, c, info, args)
	}
	return s.invokeOnce(ctx, p, uri, c, info, args)
}

func (s *Session) performRepeatedly(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	opts := c.opts
	delivered := false
	if progress := opts.progress; progress != nil {
		c.opts.progress = func(in *Values) error {
			delivered = true
			return progress(in)
		}
		opts.progress = c.opts.progress
	}
	attempts := opts.retry.Attempts
	if attempts <= 0 {
		attempts = defaultAttempts
	}
	backoff := opts.retry.Backoff.or(shortestRetry, longestRetry)
	begun := time.Now()
	for n := 1; ; n++ {
		in, err := s.performOnce(ctx, p, uri, c, info, args)
		if err == nil || delivered || n >= attempts || !mayRepeat(err) {
			return in, err
		}
		delay := backoff.delay(n)
		if left, limited := timeLeft(ctx, opts.timeout, begun); limited && delay >= left {
			return nil, err
		}
		if !s.pause(ctx, delay) {
			return nil, err
		}
		c = s.newCall()
		c.opts = opts
		if opts.timeout > 0 && opts.progress == nil {
			c.opts.timeout = max(1, opts.timeout-time.Since(begun))
		}
	}
}

// timeLeft is how much of the timeout and of ctx's deadline is left, if there is any.
func timeLeft(ctx context.Context, timeout time.Duration, begun time.Time) (left time.Duration, limited bool) {
	if timeout > 0 {
		left, limited = timeout-time.Since(begun), true
	}
	if deadline, ok := ctx.Deadline(); ok {
		if until := time.Until(deadline); !limited || until < left {
			left, limited = until, true
		}
	}
	return left, limited
}

// pause waits, and reports false if ctx or the session ended first.
func (s *Session) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return false
}

// mayRepeat reports whether an idempotent call that failed like this may be repeated.
func mayRepeat(err error) bool {
	var answer *wamp.Error
	switch {
	case isLost(err):
		return true
	case errors.Is(err, ErrSessionClosed) || !errors.As(err, &answer) || !answer.Remote:
		return false
	}
	switch answer.URI {
	case wamp.ErrNoAvailableCallee, wamp.ErrUnavailable, wamp.ErrNetworkFailure:
		return true
	}
	return false
}
