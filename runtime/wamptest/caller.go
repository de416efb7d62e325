package wamptest

import (
	"context"
	"slices"
	"sync"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// Caller is a [runtime.Caller] that answers calls from what a test has told it, and keeps
// them: for code that only calls. Arguments, results and errors are encoded and
// decoded as on a network. For procedures with streams, or whole services, [New] is the better double.
//
//	caller := wamptest.NewCaller()
//	caller.Answer("com.acme.add", 5)
//	client := calc.NewClient(caller)
//
// It may be used from many goroutines.
type Caller struct {
	mu      sync.Mutex
	answers map[wamp.URI]func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) // guarded by mu
	called  []Called                                                                            // guarded by mu
}

// Called is a call that was made with a [Caller].
type Called struct {
	// Procedure is the URI, with the parameters of a pattern in their places.
	Procedure wamp.URI
	// Result are the arguments: Args, Kwargs, and Decode into typed variables.
	*runtime.Result
	// Sent are the arguments with the options.
	Sent *runtime.SentCall
}

// NewCaller returns a caller without answers: calls fail with [wamp.ErrNoSuchProcedure].
func NewCaller() *Caller {
	return &Caller{answers: make(map[wamp.URI]func(context.Context, *runtime.Result) (*runtime.Result, error))}
}

// Answer lets calls of a procedure return these results.
func (c *Caller) Answer(procedure wamp.URI, results ...any) {
	c.Handle(procedure, func(context.Context, *runtime.Result) (*runtime.Result, error) {
		return runtime.NewResult(results...), nil
	})
}

// Fail lets calls of a procedure fail as if the callee's handler had returned err.
func (c *Caller) Fail(procedure wamp.URI, err error) {
	c.Handle(procedure, func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, err })
}

// Handle lets a function answer the calls of a procedure.
func (c *Caller) Handle(procedure wamp.URI, h runtime.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[procedure] = h
}

// Calls are the calls so far, in order; with procedures, those of them alone.
func (c *Caller) Calls(procedures ...wamp.URI) []Called {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.called), func(call Called) bool {
		return len(procedures) > 0 && !slices.Contains(procedures, call.Procedure)
	})
}

// Invoke implements [runtime.Caller].
func (c *Caller) Invoke(ctx context.Context, p *runtime.Procedure, args *runtime.Args, opts ...runtime.CallOption) (*runtime.Values, error) {
	sent, err := runtime.ReadCall(ctx, p, args, opts...)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.called = append(c.called, Called{Procedure: sent.URI, Result: sent.Content, Sent: sent})
	answer := c.answers[sent.URI]
	c.mu.Unlock()
	if answer == nil {
		return nil, runtime.RefuseCall(p, wamp.NewError(wamp.ErrNoSuchProcedure, "no answer for %s", sent.URI))
	}
	result, err := answer(ctx, sent.Content)
	if err != nil {
		return nil, runtime.RefuseCall(p, err)
	}
	return runtime.AnswerCall(p, result)
}
