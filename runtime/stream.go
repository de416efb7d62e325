package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// stream is a call whose arguments or results come one by one. It belongs to the
// goroutine of the caller, who must close it.
type stream struct {
	session  *session
	ctx      context.Context
	uri      wamp.URI
	declared []ErrorType
	call     *call // nil when the stream is over
	info     *CallInfo
	settled  bool     // call is in no table and its outcome is known
	current  *arrival // the result that next returned last
	feed     *feed    // nil without input
}

// invokeStream is [Session.invokeOnce] for a call with input or progress.
func (s *Session) invokeStream(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	st := &stream{ctx: ctx, uri: uri, declared: p.Errors, call: c, info: info}
	c.values.call = nil // the stream releases it
	defer st.close()
	progress, input := c.opts.progress, c.opts.input
	if err := s.openStream(st, args); err != nil {
		st.finish()
		return nil, err
	}
	st.feed.start(input)
	for {
		in, last, err := st.next()
		if last || err != nil {
			return in, err
		}
		if err := progress(in); err != nil {
			return nil, err
		}
	}
}

// openStream sends the first CALL, on the membership that there is.
func (s *Session) openStream(st *stream, args *Args) error {
	c := st.call
	for {
		c.err = nil
		m, err := s.member(st.ctx, c.opts.timeout)
		if err != nil {
			return requestError("call", st.uri, err)
		}
		if lacking := m.lacks(&c.opts); lacking != nil {
			return localError(wamp.ErrFeatureNotSupported, "call", st.uri, lacking)
		}
		st.session = m
		if c.opts.progress != nil {
			c.arrivals = newArrivals(m, c.opts.progressQueue, c.opts.progressPatience)
		}
		err = m.sendCall(st.ctx, c, st.uri, args)
		switch {
		case isUnsent(err):
			continue
		case err != nil:
			return requestError("call", st.uri, err)
		}
		st.opened()
		return nil
	}
}

// opened is what follows the first CALL.
func (st *stream) opened() {
	c := st.call
	if c.arrivals != nil {
		c.arrivals.occupy(true)
	}
	if c.opts.input.each != nil {
		st.feed = newFeed(st.session, c, st.uri)
	}
}

// lacks says which feature that a call needs the router has not announced.
func (s *session) lacks(o *callOptions) error {
	lacking := func(f wamp.Feature) error { return errors.New("the router does not announce " + f.String()) }
	switch {
	case o.progress != nil && !s.dealer.progressiveResults:
		return lacking(wamp.FeatureProgressiveCallResults)
	case o.input.each != nil && !s.dealer.progressiveInvocations:
		return lacking(wamp.FeatureProgressiveCallInvocations)
	}
	return nil
}

// next waits for the next result, which is valid until the next call. The last one is the
// call's answer, which belongs to the caller. After it, and after an error, the stream is over.
func (st *stream) next() (in *Values, last bool, err error) {
	st.recycle()
	if err := st.await(); err != nil {
		return st.fail(err)
	}
	c := st.call
	side := results
	if c.opts.strict {
		side = strictResults
	}
	if a := c.arrivals.take(); a != nil {
		st.current = a
		st.note(a.details)
		a.values.open(st.uri, side)
		return &a.values, false, nil
	}
	if c.err != nil {
		return st.fail(c.err)
	}
	st.note(c.details)
	if c.errorURI != "" {
		err := st.session.remoteError(st.ctx, c, st.declared)
		st.finish()
		return nil, true, err
	}
	c.values.open(st.uri, side)
	return st.detach(), true, nil
}

// fail ends a stream that ended without an answer. What the input panicked with is
// the caller's, whose code that is.
func (st *stream) fail(err error) (*Values, bool, error) {
	st.finish()
	var p *inputPanic
	if errors.As(err, &p) {
		panic(fmt.Sprintf("%v [recovered from the input]\n\n%s", p.value, p.stack))
	}
	return nil, true, requestError("call", st.uri, err)
}

func (st *stream) note(details wamp.ResultDetails) {
	if st.info != nil {
		st.info.answered(st.call.id, details)
	}
}

// await waits until there is a result or the call is settled. The timeout of the
// options limits each wait for a result, as that of the wire does; the deadline of the
// context limits all of them together.
func (st *stream) await() error {
	c := st.call
	if st.settled {
		return nil
	}
	if c.arrivals == nil {
		st.settled = true
		return st.session.awaitAnswer(st.ctx, c)
	}
	if err := st.ctx.Err(); err != nil {
		return st.giveUp(err)
	}
	if !c.arrivals.empty() {
		return nil
	}
	c.arrivals.occupy(false)
	defer c.arrivals.occupy(true)
	var expired <-chan time.Time
	if c.opts.timeout > 0 {
		c.timer.Reset(c.opts.timeout)
		expired = c.timer.C
	}
	for c.arrivals.empty() {
		select {
		case <-c.arrivals.arrived:
		case <-c.ready:
			st.settled = true
			return nil
		case <-st.ctx.Done():
			return st.giveUp(st.ctx.Err())
		case <-expired:
			return st.giveUp(context.DeadlineExceeded)
		}
	}
	return nil
}

// giveUp cancels the call, unless it is settled at this very moment.
func (st *stream) giveUp(reason error) error {
	st.settled = true
	return st.session.abandon(st.call, reason)
}

// close ends the stream, and cancels the call if it is still open.
func (st *stream) close() {
	if st.call == nil {
		return
	}
	if !st.settled {
		_ = st.giveUp(context.Canceled)
	}
	st.finish()
}

// finish gives everything back. The call is in no table any more.
func (st *stream) finish() {
	c := st.end()
	c.release()
}

// detach ends the stream, but leaves the answer to be read.
func (st *stream) detach() *Values {
	c := st.end()
	c.values.call = c
	return &c.values
}

func (st *stream) end() *call {
	st.recycle()
	st.feed.end()
	c := st.call
	if c.arrivals != nil {
		c.arrivals.close()
	}
	st.call = nil
	return c
}

func (st *stream) recycle() {
	if st.current != nil {
		st.current.release()
		st.current = nil
	}
}

// progressed hands a progressive result to the stream that waits for it. It runs
// on the reader.
func (s *session) progressed(m *wamp.Result) error {
	open := false
	var q *arrivals
	s.calls.with(m.Request, func(c *call) { open, q = true, c.arrivals })
	switch {
	case !open:
		return s.checkIssued(m.Request)
	case q == nil:
		return violation("progressive RESULT for call %d, which did not ask for it", m.Request)
	case !q.put(m.Details, m.Payload):
		s.failCall(m.Request, ErrOverrun)
	}
	return nil
}

// failCall cancels a call because of something that happened here.
func (s *session) failCall(id wamp.ID, reason error) {
	if c := s.calls.take(id); c != nil {
		c.err = reason
		s.cancel(c)
		c.settle()
	}
}
