package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// stream is a call whose results come one by one, read by one goroutine. Whoever
// opened it must close it.
type stream struct {
	session  *session
	ctx      context.Context
	uri      wamp.URI
	declared []ErrorType
	call     *call // nil when the stream is over
	info     *CallInfo
	settled  bool     // call is in no table and its outcome is known
	current  *arrival // the result that next returned last
}

// errNoProgress is why a router cannot serve a stream.
var errNoProgress = errors.New("the router does not announce " + wamp.FeatureProgressiveCallResults.String())

// openStream sends a CALL that asks for progressive results. It consumes args.
func (s *Session) openStream(ctx context.Context, p *Procedure, args *Args, opts ...CallOption) (*stream, error) {
	c := s.newCall()
	info := c.prepare(ctx, p, args, opts)
	c.values.call = nil // the stream releases it
	st := &stream{ctx: ctx, uri: p.URI, declared: p.Errors, call: c, info: info}
	err := s.startStream(st, args)
	args.release()
	if err != nil {
		st.finish()
		if err == errNoProgress {
			return nil, localError(wamp.ErrFeatureNotSupported, "call", p.URI, err)
		}
		return nil, requestError("call", p.URI, err)
	}
	c.arrivals.occupy(true)
	return st, nil
}

// startStream sends the CALL on the membership that there is.
func (s *Session) startStream(st *stream, args *Args) error {
	for {
		m, err := s.member(st.ctx, st.call.opts.timeout)
		if err != nil {
			return err
		}
		if !m.dealer.progressiveResults {
			return errNoProgress
		}
		st.session, st.call.arrivals, st.call.err = m, newArrivals(m, &st.call.opts), nil
		if err := m.sendCall(st.ctx, st.call, st.uri, args); !isUnsent(err) {
			return err
		}
	}
}

// next waits for the next result, which is valid until the next call. The last
// one is the call's answer. After it, and after an error, the stream is over.
func (st *stream) next() (in *Values, last bool, err error) {
	st.recycle()
	if err := st.await(); err != nil {
		st.finish()
		return nil, true, requestError("call", st.uri, err)
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
		err := requestError("call", st.uri, c.err)
		st.finish()
		return nil, true, err
	}
	st.note(c.details)
	if c.errorURI != "" {
		err := st.session.remoteError(st.ctx, c, st.declared)
		st.finish()
		return nil, true, err
	}
	c.values.open(st.uri, side)
	return &c.values, true, nil
}

func (st *stream) note(details wamp.ResultDetails) {
	if st.info != nil {
		st.info.answered(st.call.id, details)
	}
}

// await waits until there is a result or the call is settled. The timeout of the
// options limits each wait, as that of the wire does between results; the deadline of the
// context limits all of them together.
func (st *stream) await() error {
	c := st.call
	if st.settled {
		return nil
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
	st.recycle()
	if st.call.arrivals != nil {
		st.call.arrivals.close()
	}
	st.call.release()
	st.call = nil
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
	case q.put(m):
		return nil
	}
	if c := s.calls.take(m.Request); c != nil {
		c.err = ErrOverrun
		s.cancel(c)
		c.settle()
	}
	return nil
}
