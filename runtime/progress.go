package runtime

import (
	"context"
	"errors"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// Progress sends a progressive result to the caller: a part of the result, or how
// far the work has got. ctx is the context of the handler, or one derived from it.
// Results reach the caller in the order in which they were sent, before the one that the
// handler returns.
//
// It blocks while the connection is congested, so that a slow caller slows the
// handler down. It fails with
//
//   - the error of ctx when that has ended, for example because the caller has
//     canceled the call; the handler should return it;
//   - [wamp.ErrFeatureNotSupported] if the caller did not ask for progressive results,
//     see [Invocation.Progress]; a handler that returns it tells the caller so;
//   - a [*EncodeError] if the values cannot be encoded;
//   - [ErrSessionClosed] when the session has ended.
func Progress(ctx context.Context, args ...any) error {
	return ProgressResult(ctx, &Result{Args: args})
}

// ProgressResult is [Progress] with keyword values too.
func ProgressResult(ctx context.Context, r *Result) error {
	args, err := r.encode()
	if err != nil {
		return err
	}
	defer args.release()
	return sendProgress(ctx, args)
}

// progress is the right of one invocation to send progressive results, which ends
// with its answer.
type progress struct {
	session *session

	mu       sync.Mutex // held while a result is sent
	answered bool       // guarded by mu
}

type progressKey struct{}

var (
	errNoInvocation = errors.New("progress: not the context of a procedure's handler")
	errAnswered     = errors.New("progress: the invocation has been answered")
)

// sendProgress sends a progressive result for the invocation of ctx. It does not
// consume args.
func sendProgress(ctx context.Context, args *Args) error {
	c, ok := ctx.Value(progressKey{}).(*invocationContext)
	switch {
	case !ok:
		return errNoInvocation
	case c.progress == nil:
		return wamp.NewError(wamp.ErrFeatureNotSupported,
			"%s has progressive results, which the caller did not ask for", c.info.Procedure)
	}
	payload, err := args.payloadFor(c.progress.session.format)
	if err != nil {
		return err
	}
	m := &wamp.Yield{Request: c.info.Request, Options: wamp.YieldOptions{Progress: true}, Payload: payload}
	return c.progress.send(ctx, c, m)
}

func (p *progress) send(ctx context.Context, c *invocationContext, m *wamp.Yield) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.session
	for {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case c.Err() != nil: // which ctx need not have been told, see context.WithoutCancel
			return c.Err()
		case p.answered:
			return errAnswered
		case s.isLeaving():
			return s.closedError()
		}
		err := s.conn.Send(m)
		if err == nil {
			s.conn.FlushSoon()
			c.renew()
			return nil
		}
		if err := s.awaitRoom(ctx, err); err != nil {
			return resultError(err)
		}
	}
}

// end lets no more progressive results be sent.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered = true
}
