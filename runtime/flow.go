package runtime

import (
	"context"
	"errors"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// flow is what an invocation has beyond its arguments and its answer: results and
// input that come one by one. Most invocations have none.
type flow struct {
	session *session
	results bool      // the caller takes progressive results
	input   *arrivals // of a progressive invocation, else nil
	// passthru is how the arguments are sealed, and the input with them, if they are.
	passthru wamp.Passthru

	mu         sync.Mutex // held while a progressive result is sent
	answered   bool       // guarded by mu
	arguments  *Values    // guarded by mu: which may have the first item of the input behind them, nil once that was looked for
	gathered   *Args      // guarded by mu: results for a caller that takes them only together
	inputEnded bool       // guarded by mu: the last item of the input was taken
	overrun    bool       // guarded by mu: the input came too fast
}

func newFlow(inv *invocation, details *wamp.InvocationDetails) *flow {
	f := &flow{session: inv.session, results: details.ReceiveProgress, passthru: details.Passthru, arguments: &inv.in}
	if details.Progress {
		f.input = newArrivals(inv.session, inv.reg.inputQueue, inv.reg.inputPatience)
	}
	return f
}

type invocationContextKey struct{}

var (
	errNoInvocation = errors.New("not the context of a procedure's handler")
	errAnswered     = errors.New("the invocation has been answered")
)

// takesResults reports whether the caller takes progressive results.
func (c *invocationContext) takesResults() bool { return c.flow != nil && c.flow.results }

// sendProgress sends a progressive result for the invocation. It does not consume args.
func sendProgress(ctx context.Context, c *invocationContext, args *Args) error {
	s := c.flow.session
	if err := s.checkSealed(args.passthru, args, wamp.RoleDealer); err != nil {
		return err
	}
	payload, err := args.payloadFor(s.format)
	if err != nil {
		return err
	}
	m := &wamp.Yield{Request: c.info.Request, Options: wamp.YieldOptions{Progress: true}, Payload: payload}
	if args.passthru != nil {
		m.Options.Passthru = *args.passthru
	}
	return c.flow.send(ctx, c, m)
}

func (f *flow) send(ctx context.Context, c *invocationContext, m *wamp.Yield) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.session
	for {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case c.Err() != nil: // which ctx need not have been told, see context.WithoutCancel
			return c.Err()
		case f.answered:
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

// gather keeps results for the answer.
func (c *invocationContext) gather(all *Args) error {
	if c.flow == nil {
		return wamp.NewError(wamp.ErrFeatureNotSupported, "%s is not known to have progressive results", c.info.Procedure)
	}
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	c.flow.gathered = all
	return all.err
}

// settle makes the results that were gathered the answer, as one list. A handler that failed
// after input had come too fast failed because of that, whatever it says.
func (f *flow) settle(err error, out *Args) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		if f.overrun {
			return inputOverrun()
		}
		return err
	}
	if all := f.gathered; all != nil {
		out.list = append(appendHead(out.list, majorList, all.items), all.list[maxHead:]...)
		out.items++
		all.release()
		f.gathered = nil
	}
	return nil
}

// end lets no more progressive results be sent, and no more input be read.
func (f *flow) end() {
	f.mu.Lock()
	f.answered = true
	f.arguments = nil
	f.mu.Unlock()
	if f.input != nil {
		f.input.close()
	}
}
