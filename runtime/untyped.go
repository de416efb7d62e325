package runtime

import (
	"context"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Result is a payload whose types are known only at run time: the arguments that a
// [Handler] or [EventHandler] gets, what a Handler returns, and what
// [Session.Call] returns.
type Result struct {
	// Args are the positional values. Received ones have the types documented at [wamp.Dict].
	Args []any
	// Kwargs are the keyword values.
	Kwargs wamp.Dict

	// Progress tells that this is one of several, behind which others come: a result
	// of [Session.CallProgress], or an item of [ReadInput]. Of what is sent it is ignored.
	Progress bool

	// Passthru is how the payload is sealed, nil if it is not: in payload passthru mode Args is one byte
	// string, and Kwargs is empty. See [NewSealed] and [WithPassthru]; of what a call with
	// input sends it is ignored.
	Passthru *wamp.Passthru

	received wamp.Payload // what Args and Kwargs were decoded from, in CBOR
}

// NewResult is a result with positional values.
func NewResult(args ...any) *Result { return &Result{Args: args} }

// Decode reads a received payload into typed variables, the n-th position into
// the n-th pointer, with the tolerance of [Values] towards results: a single pointer to a
// struct also takes the keywords.
func (r *Result) Decode(into ...any) error {
	payload := r.received
	if payload.Format == 0 {
		args, err := r.encode()
		if err != nil {
			return err
		}
		defer args.release()
		payload = args.payload()
	}
	values := Values{payload: payload}
	values.open("payload", results)
	for i, target := range into {
		values.Value(fmt.Sprint(i), target)
	}
	return values.Err()
}

// encode writes r as arguments or results.
func (r *Result) encode() (*Args, error) {
	args := NewArgs()
	r.appendTo(args)
	if args.err != nil {
		defer args.release()
		return nil, args.err
	}
	return args, nil
}

func (r *Result) appendTo(args *Args) {
	for _, arg := range r.Args {
		args.Value(arg)
	}
	for name, value := range r.Kwargs {
		args.Keyword(name, value)
	}
	args.passthru = r.Passthru
}

// decodeValues is what was received, decoded. It has memory of its own.
func decodeValues(in *Values) (*Result, error) {
	result, err := decodeResult(in.payload)
	if err == nil {
		result.Passthru = in.passthru
	}
	return result, err
}

// decodeResult is a received payload, decoded. It has memory of its own.
func decodeResult(p wamp.Payload) (*Result, error) {
	p = p.Clone()
	args, kwargs, err := codec.DecodePayload(p)
	if err != nil {
		return nil, err
	}
	if p.Format != wamp.CBOR {
		if p, err = codec.TranscodePayload(p, wamp.CBOR); err != nil {
			return nil, err
		}
		p.Format = wamp.CBOR
	}
	return &Result{Args: args, Kwargs: kwargs, received: p}, nil
}

// Handler serves a procedure that is registered untyped. The result may be nil. What
// the caller gets for an error is told at [Session.Register].
type Handler func(ctx context.Context, in *Result) (*Result, error)

// EventHandler handles the events of a topic that is subscribed to untyped.
// Its errors are logged.
type EventHandler func(ctx context.Context, in *Result) error

// Call calls a procedure with positional arguments and waits for its result.
// Options, among them keyword arguments, are set with [NewCallContext].
//
// What a peer or the router answered as an error is a [*wamp.Error] with Remote set. The
// other errors:
//
//   - the end of ctx: wraps ctx.Err(), and is [wamp.ErrTimeout] or [wamp.ErrCanceled];
//   - the end of the session: [ErrSessionClosed], with the cause;
//   - of a session that reconnects ([WithReconnect]), [ErrSessionLost] when it was lost meanwhile, and
//     [ErrDisconnected] when there was no connection in time;
//   - arguments that cannot be encoded: a [*EncodeError];
//   - arguments too large for the router: [wamp.ErrPayloadSizeExceeded].
//
// A call that fails in any other way than by an answer may still have run.
func (s *Session) Call(ctx context.Context, procedure wamp.URI, args ...any) (*Result, error) {
	return s.call(ctx, procedure, args)
}

func (s *Session) call(ctx context.Context, procedure wamp.URI, args []any, opts ...CallOption) (*Result, error) {
	values, err := s.Invoke(ctx, &Procedure{URI: procedure}, newArgs(args), opts...)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	return decodeAnswer(procedure, values)
}

// newArgs encodes positional arguments.
func newArgs(args []any) *Args {
	in := NewArgs()
	for _, arg := range args {
		in.Value(arg)
	}
	return in
}

func decodeAnswer(procedure wamp.URI, values *Values) (*Result, error) {
	result, err := decodeValues(values)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w: %w", procedure, ErrInvalidResult, err)
	}
	return result, nil
}

// Register offers a procedure. The handler runs in a goroutine of its own for each
// invocation, up to the limit of [WithConcurrency].
//
// An error that it returns reaches the caller as it is if it is a [*wamp.Error]
// made in this process, or a [wamp.ErrorURI]; the end of a context becomes
// wamp.error.canceled or wamp.error.timeout; every other one is logged, and becomes
// wamp.error.runtime_error without its text, unless [WithErrorDetail] is set. So does a panic.
//
// If the router refuses, the error is a [*wamp.Error], for example with
// [wamp.ErrProcedureAlreadyExists]. If ctx ends before the router answers, the
// registration is undone.
func (s *Session) Register(ctx context.Context, procedure wamp.URI, h Handler, opts ...RegisterOption) (*Registration, error) {
	handle := func(ctx context.Context, in *Values, out *Args) error {
		arguments, err := decodeValues(in)
		if err != nil {
			return wamp.NewError(wamp.ErrInvalidArgument, "%s: %v", procedure, err)
		}
		result, err := h(ctx, arguments)
		if err == nil && result != nil {
			result.appendTo(out)
		}
		return err
	}
	return s.RegisterProcedures(ctx, []ProcedureHandler{{Procedure: &Procedure{URI: procedure}, Handle: handle, untyped: true}}, opts...)
}

// Publish publishes an event with positional arguments. Options, among them
// keyword arguments and acknowledgement, are set with [NewPublishContext].
// Its errors are those of [Session.Call]; see also [Session.PublishTopic].
func (s *Session) Publish(ctx context.Context, topic wamp.URI, args ...any) error {
	return s.PublishTopic(ctx, &Topic{URI: topic}, newArgs(args))
}

// Subscribe listens to a topic. The handler is called for one event after the other.
// See [Overflow] for what happens if it is slow.
//
// If the router refuses, the error is a [*wamp.Error]. If ctx ends before it answers,
// the subscription is undone.
func (s *Session) Subscribe(ctx context.Context, topic wamp.URI, h EventHandler, opts ...SubscribeOption) (*Subscription, error) {
	handle := func(ctx context.Context, in *Values) error {
		arguments, err := decodeValues(in)
		if err != nil {
			return err
		}
		return h(ctx, arguments)
	}
	return s.SubscribeTopics(ctx, []TopicHandler{{Topic: &Topic{URI: topic}, Handle: handle}}, opts...)
}
