package runtime

import (
	"context"
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Invocation is what a handler may know about the call it serves, beside its arguments.
type Invocation struct {
	// Procedure is the URI that was called, which for a pattern-based
	// registration is not the registered one.
	Procedure wamp.URI
	// Request identifies the invocation within the session.
	Request wamp.ID
	// Registration is the registration it came through.
	Registration wamp.ID
	// Caller is the caller's session, 0 unless the router discloses it.
	Caller wamp.ID
	// CallerAuthID and CallerAuthRole are who the caller is, empty unless disclosed.
	CallerAuthID, CallerAuthRole string
	// TrustLevel is the level the router gave the call, if HasTrustLevel.
	TrustLevel    int64
	HasTrustLevel bool
	// Progress tells that the caller takes progressive results; see [Progress].
	Progress bool
}

// InvocationFrom returns the invocation that the handler with this context serves.
func InvocationFrom(ctx context.Context) (*Invocation, bool) {
	inv, ok := ctx.Value(invocationKey{}).(*Invocation)
	return inv, ok
}

type invocationKey struct{}

// invocationContext is the context of a procedure's handler.
type invocationContext struct {
	scope
	info Invocation
	flow *flow // nil for a plain call
}

// Value implements context.Context.
func (c *invocationContext) Value(key any) any {
	switch key {
	case invocationKey{}:
		return &c.info
	case invocationContextKey{}:
		return c
	}
	return nil
}

// invocation is one call that is served here. It is pooled, with the buffers of
// its arguments and results; its context is not.
type invocation struct {
	session *session
	reg     *registered
	request wamp.ID
	ctx     *invocationContext
	in      Values
	out     Args

	attributes wamp.Dict // nil without
	yield      wamp.Yield
}

var invocationPool = sync.Pool{New: func() any { return new(invocation) }}

func (inv *invocation) release() {
	inv.in.discard()
	inv.session, inv.reg, inv.ctx, inv.attributes = nil, nil, nil, nil
	inv.yield.Payload, inv.yield.Options = wamp.Payload{}, wamp.YieldOptions{}
	if cap(inv.out.list) <= retained && cap(inv.out.dict) <= retained && inv.out.scratch.Cap() <= retained {
		invocationPool.Put(inv)
	}
}

// invoked starts an invocation. It runs on the reader.
func (s *session) invoked(m *wamp.Invocation) error {
	if s.continued(m) {
		return nil
	}
	reg := s.registrations[m.Registration]
	if reg == nil {
		s.reply(&wamp.ErrorMessage{RequestType: wamp.TypeInvocation, Request: m.Request, URI: wamp.ErrNoSuchRegistration})
		return nil
	}
	if m.Details.Progress && !reg.takesInput() {
		s.refuseInput(m, reg)
		return nil
	}
	inv := invocationPool.Get().(*invocation)
	inv.session, inv.reg, inv.request = s, reg, m.Request
	inv.in.store(m.Payload)
	inv.in.sealed(m.Details.Passthru)
	inv.attributes = m.Details.Extra
	inv.ctx = s.invocationContexts.next()
	inv.ctx.info = Invocation{
		Procedure:      m.Details.Procedure,
		Request:        m.Request,
		Registration:   m.Registration,
		Caller:         m.Details.Caller,
		CallerAuthID:   m.Details.CallerAuthID,
		CallerAuthRole: m.Details.CallerAuthRole,
		TrustLevel:     m.Details.TrustLevel,
		HasTrustLevel:  m.Details.HasTrustLevel,
		Progress:       m.Details.ReceiveProgress,
	}
	if inv.ctx.info.Procedure == "" {
		inv.ctx.info.Procedure = reg.procedure.URI
	}
	if reg.flows() || m.Details.ReceiveProgress || m.Details.Progress {
		inv.ctx.flow = newFlow(inv, &m.Details)
	}
	if m.Details.Timeout > 0 {
		inv.ctx.limit(milliseconds(m.Details.Timeout), m.Details.ReceiveProgress)
	}
	if s.running.put(m.Request, inv) == 0 {
		inv.ctx.end(context.Canceled)
		return violation("INVOCATION with the id %d of one that is running", m.Request)
	}
	if m.Details.Progress {
		s.inputs.begin(m.Request, inv.ctx)
	}
	switch reg.admit(inv) {
	case starts:
		s.crew.submit(inv)
	case isTooMany:
		inv.turnAway(tooMany(inv.ctx.info.Procedure))
	}
	return nil
}

// milliseconds is a timeout of the wire, at most what a Duration can hold.
func milliseconds(n uint64) time.Duration {
	const most = uint64(1<<63-1) / uint64(time.Millisecond)
	return time.Duration(min(n, most)) * time.Millisecond
}

// interrupted ends the context of an invocation, or its waiting. It runs on the reader.
func (s *session) interrupted(m *wamp.Interrupt) {
	var ctx *invocationContext
	var reg *registered
	var found *invocation
	s.running.with(m.Request, func(inv *invocation) { found, ctx, reg = inv, inv.ctx, inv.reg })
	if ctx == nil {
		return // it has just been answered
	}
	reason := context.Canceled
	if m.Options.Reason == wamp.ErrTimeout {
		reason = context.DeadlineExceeded
	}
	ctx.end(reason)
	if reg.giveUp(found) {
		found.turnAway(reason)
	}
}

// run serves an invocation, and then those that waited for its place.
func (inv *invocation) run() {
	for inv != nil {
		reg := inv.reg
		inv.serve()
		inv = reg.nextAlive()
	}
}

// serve calls the handler and answers, also if the handler panics or ends its goroutine.
func (inv *invocation) serve() {
	returned := false
	var err error
	defer func() {
		if returned {
			inv.finish(err)
			return
		}
		s, reg := inv.session, inv.reg
		cause := recover() // nil after runtime.Goexit
		s.logger.Error("handler panicked", "procedure", inv.ctx.info.Procedure,
			"panic", cause, "stack", string(debug.Stack()))
		inv.finish(errPanicked)
		if cause == nil { // this goroutine ends here
			if next := reg.nextAlive(); next != nil {
				s.crew.submit(next)
			}
		}
	}()
	if inv.reg.serve == nil {
		err = inv.handle(inv.ctx)
	} else {
		err = inv.intercepted()
	}
	returned = true
}

// handle decodes the arguments and calls the handler.
func (inv *invocation) handle(ctx context.Context) error {
	inv.in.template = inv.reg.template
	if inv.reg.procedure.Input {
		inv.in.spare = 1
	}
	inv.in.open(inv.ctx.info.Procedure, arguments)
	inv.out.reset()
	err := inv.reg.handle(ctx, &inv.in, &inv.out)
	if inv.ctx.flow != nil {
		err = inv.ctx.flow.settle(err, &inv.out)
	}
	return err
}

// errPanicked answers a call whose handler panicked, and was logged already.
var errPanicked = errors.New("handler panicked")

// finish answers the invocation and gives it back to the pool.
func (inv *invocation) finish(err error) {
	s := inv.session
	if inv.ctx.flow != nil {
		inv.ctx.flow.end()
		s.inputs.end(inv.request)
	}
	mine := s.running.take(inv.request) != nil
	inv.answer(err)
	inv.ctx.end(context.Canceled)
	if mine { // else the session's end has it too
		inv.release()
	}
}

func (inv *invocation) answer(err error) {
	s := inv.session
	if err == nil {
		encodeErr := s.checkSealed(inv.out.passthru, &inv.out, wamp.RoleDealer)
		if encodeErr == nil {
			inv.yield.Payload, encodeErr = inv.out.payloadFor(s.format)
		}
		if encodeErr == nil {
			inv.yield.Request = inv.request
			if inv.out.passthru != nil {
				inv.yield.Options.Passthru = *inv.out.passthru
			}
			encodeErr = s.answer(&inv.yield)
		}
		if encodeErr == nil {
			return
		}
		err = resultError(encodeErr)
	}
	m := s.errorAnswer(inv, err)
	if sendErr := s.answer(m); sendErr != nil {
		m.Payload = wamp.Payload{} // which may be what could not be sent
		_ = s.answer(m)
	}
}

// resultError is why results could not be sent, as the caller gets it.
func resultError(err error) error {
	var tooLarge *transport.TooLargeError
	if errors.As(err, &tooLarge) {
		return &wamp.Error{URI: wamp.ErrPayloadSizeExceeded, Args: []any{"result is too large"}, Cause: err}
	}
	return err
}

// answer sends the end of an invocation, waiting for room in the queue. A
// session that has ended has nobody to answer to.
func (s *session) answer(m wamp.Message) error {
	for {
		if s.isLeaving() {
			return nil
		}
		err := s.conn.Send(m)
		switch {
		case err == nil:
			s.flushAnswer()
			return nil
		case errors.Is(err, transport.ErrQueueFull):
			if s.awaitRoom(context.Background(), err) != nil {
				return nil
			}
		case errors.Is(err, net.ErrClosed):
			return nil
		default:
			return err
		}
	}
}

// flushAnswer is flushCall for the callee's side.
func (s *session) flushAnswer() {
	if s.running.len() == 0 {
		s.conn.Flush()
	} else {
		s.conn.FlushSoon()
	}
}

// reply sends a message from the reader, which must not wait.
func (s *session) reply(m wamp.Message) {
	err := s.conn.Send(m)
	switch {
	case err == nil:
		s.conn.FlushSoon()
	case errors.Is(err, transport.ErrQueueFull):
		go func() { _ = s.answer(m) }()
	}
}
