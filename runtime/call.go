package runtime

import (
	"context"
	"net"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// call is one call that waits for its answer. Whoever takes it off the
// session's table settles it: the reader with an answer, the session's end with
// an error, or the caller itself, who then gives up on it.
//
// Calls are pooled, with their channel and the buffer of the answer: per session,
// because channels and timers belong to the synctest bubble that they were made in.
type call struct {
	home  *Session // whose pool it comes from
	id    wamp.ID
	ready chan struct{} // receives once, when settled by another goroutine
	timer *time.Timer   // reused for timeouts that are not the context's
	opts  callOptions
	// arrivals takes progressive results, nil if the caller did not ask for them.
	arrivals *arrivals

	// The outcome, written before ready.
	err      error         // no answer came
	errorURI wamp.ErrorURI // empty for a RESULT
	details  wamp.ResultDetails
	values   Values // the payload of the answer
}

func (s *Session) newCall() *call {
	c, _ := s.callPool.Get().(*call)
	if c == nil {
		c = &call{home: s, ready: make(chan struct{}, 1)}
	}
	c.values.call = c
	return c
}

// release gives c back to the pool; nobody else may know it any more.
func (c *call) release() {
	c.values.discard()
	c.err, c.errorURI = nil, ""
	c.details = wamp.ResultDetails{}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.opts = callOptions{}
	c.arrivals = nil
	c.home.callPool.Put(c)
}

// settle wakes the caller.
func (c *call) settle() {
	if c.arrivals != nil {
		c.arrivals.settle()
	}
	c.ready <- struct{}{}
}

// Invoke implements [Caller]: it calls a procedure and waits for its answer, the
// end of ctx, or the end of the session.
//
// The deadline of ctx, or an earlier one from the options, ends the call
// locally and is told to the router. When ctx ends first the router is asked to cancel the
// call, and the error wraps ctx.Err(). The other errors are those of [Session.Call].
func (s *Session) Invoke(ctx context.Context, p *Procedure, args *Args, opts ...CallOption) (*Values, error) {
	c := s.newCall()
	info := c.prepare(ctx, p, args, opts)
	uri, err := args.expand(p.URI, p.Match, p.Captures)
	if err == nil {
		err = c.opts.invalid
	}
	switch {
	case err != nil:
		args.release()
		c.release()
		return nil, requestError("call", uri, err)
	case s.calls != nil || c.opts.interceptors != nil:
		return s.invokeIntercepted(ctx, p, uri, c, info, args)
	}
	in, err := s.perform(ctx, p, uri, c, info, args)
	args.release()
	return in, err
}

// invokeOnce makes a call whose arguments and results come all at once. After an error
// it has consumed c; args it never does.
func (s *Session) invokeOnce(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	current, err := s.sendCall(ctx, c, uri, args)
	if err != nil {
		c.release()
		return nil, requestError("call", uri, err)
	}
	if err := current.awaitAnswer(ctx, c); err != nil {
		c.release()
		return nil, requestError("call", uri, err)
	}
	if info != nil {
		info.answered(c.id, c.details)
	}
	if c.errorURI != "" {
		err := current.remoteError(ctx, c, p.Errors)
		c.release()
		return nil, err
	}
	side := results
	if c.opts.strict {
		side = strictResults
	}
	c.values.open(uri, side)
	return &c.values, nil
}

// prepare combines the options of the procedure, the caller and the context.
func (c *call) prepare(ctx context.Context, p *Procedure, args *Args, opts []CallOption) *CallInfo {
	c.opts.timeout = p.Timeout
	c.opts.discloseMe = p.DiscloseMe
	c.opts.idempotent = p.Idempotent
	for _, opt := range opts {
		opt.applyCall(&c.opts)
	}
	info := callInfoFrom(ctx)
	if info != nil {
		for _, opt := range info.options {
			opt.applyCall(&c.opts)
		}
	}
	for name, value := range c.opts.keywords {
		args.Keyword(name, value)
	}
	return info
}

// sendCall sends the CALL on the membership that there is, and returns that.
func (s *Session) sendCall(ctx context.Context, c *call, procedure wamp.URI, args *Args) (*session, error) {
	for {
		c.err = nil
		m, err := s.member(ctx, c.opts.timeout)
		if err != nil {
			return nil, err
		}
		if err := m.sendCall(ctx, c, procedure, args); !isUnsent(err) {
			return m, err
		}
	}
}

// sendCall sends the CALL and enters c into the table. After an error c is in
// no table.
func (s *session) sendCall(ctx context.Context, c *call, procedure wamp.URI, args *Args) error {
	if err := s.checkSealed(&c.opts.passthru, args, wamp.RoleDealer); err != nil {
		return err
	}
	payload, err := args.payloadFor(s.format)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	timeout, err := c.limit(ctx)
	if err != nil {
		return err
	}
	for {
		alone, err := s.trySendCall(c, procedure, payload, timeout)
		if err == nil {
			s.flushCall(alone)
			return nil
		}
		if err := s.awaitRoom(ctx, err); err != nil {
			return err
		}
	}
}

// trySendCall reports whether calls are made one at a time, judging by this one and
// the one before.
func (s *session) trySendCall(c *call, procedure wamp.URI, payload wamp.Payload, timeout uint64) (alone bool, err error) {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	id, err := s.nextID()
	if err != nil {
		return false, err
	}
	c.id = id
	waiting := s.calls.put(id, c)
	if waiting == 0 {
		return false, net.ErrClosed
	}
	m := &s.callMessage
	m.Request, m.Procedure, m.Payload = id, procedure, payload
	m.Options.DiscloseMe = c.opts.discloseMe
	m.Options.Passthru = c.opts.passthru
	m.Options.ReceiveProgress = c.opts.progress != nil
	m.Options.Progress = c.opts.input.each != nil
	m.Options.RunMode, m.Options.RKey = c.opts.runMode, c.opts.rkey
	m.Options.Extra = c.opts.attributes
	if s.dealer.callTimeout {
		m.Options.Timeout = timeout
	}
	err = s.conn.Send(m)
	m.Payload = wamp.Payload{}
	if err != nil {
		if s.calls.take(id) == nil { // the session's end settled it, or a router that answers unasked
			<-c.ready
			return false, net.ErrClosed
		}
		s.unsend(id)
		return false, err
	}
	alone = waiting == 1 && s.lastWaiting == 1
	s.lastWaiting = waiting
	return alone, nil
}

// limit combines the timeout of the options with the deadline of ctx, starts the
// local timer where the context has none of its own, and returns what is left in
// milliseconds, rounded up, 0 for no limit.
func (c *call) limit(ctx context.Context) (uint64, error) {
	left := c.opts.timeout
	if deadline, ok := ctx.Deadline(); ok {
		if until := time.Until(deadline); left <= 0 || until < left {
			left = until
			c.opts.timeout = 0 // the context is the timer
			if left <= 0 {
				return 0, context.DeadlineExceeded
			}
		}
	}
	if c.opts.timeout > 0 {
		if c.timer == nil {
			c.timer = time.NewTimer(c.opts.timeout)
		} else {
			c.timer.Reset(c.opts.timeout)
		}
	}
	if left <= 0 {
		return 0, nil
	}
	return uint64((left + time.Millisecond - 1) / time.Millisecond), nil
}

// awaitAnswer waits until c is settled. After an error nobody else knows c.
func (s *session) awaitAnswer(ctx context.Context, c *call) error {
	done := ctx.Done()
	if c.opts.timeout <= 0 {
		if done == nil {
			<-c.ready
			return c.err
		}
		select {
		case <-c.ready:
			return c.err
		case <-done:
			return s.abandon(c, ctx.Err())
		}
	}
	select {
	case <-c.ready:
		return c.err
	case <-done:
		return s.abandon(c, ctx.Err())
	case <-c.timer.C:
		return s.abandon(c, context.DeadlineExceeded)
	}
}

// abandon gives up on a call, unless it is settled at this very moment.
func (s *session) abandon(c *call, reason error) error {
	if s.calls.take(c.id) == nil {
		<-c.ready
		return c.err
	}
	s.cancel(c)
	return reason
}

// cancel asks the router to cancel a call that nobody waits for any more.
func (s *session) cancel(c *call) {
	if !s.dealer.callCanceling || s.isLeaving() {
		return
	}
	mode := c.opts.cancelMode
	if mode == "" {
		mode = wamp.CancelKillNoWait
	}
	s.reply(&wamp.Cancel{Request: c.id, Options: wamp.CancelOptions{Mode: mode}})
}

// answered settles a call with the RESULT. It runs on the reader.
func (s *session) answered(m *wamp.Result) error {
	if m.Details.Progress {
		return s.progressed(m)
	}
	c, err := s.takeCall(m.Request)
	if c == nil {
		return err
	}
	c.details = m.Details
	c.values.store(m.Payload)
	c.values.sealed(m.Details.Passthru)
	c.settle()
	return nil
}

// refused settles a call with the ERROR. It runs on the reader.
func (s *session) refused(m *wamp.ErrorMessage) error {
	c, err := s.takeCall(m.Request)
	if c == nil {
		return err
	}
	c.errorURI = m.URI
	c.values.store(m.Payload)
	c.values.sealed(m.Details.Passthru)
	c.settle()
	return nil
}

// takeCall finds the call that is answered. It is nil without an error if the
// caller has given up on it.
func (s *session) takeCall(id wamp.ID) (*call, error) {
	if c := s.calls.take(id); c != nil {
		return c, nil
	}
	return nil, s.checkIssued(id)
}
