package runtime

import (
	"context"
	"fmt"
	"iter"

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

	// Progress tells that this is a progressive result, behind which others come. It
	// is only set in what [Session.CallProgress] returns.
	Progress bool

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
//   - arguments that cannot be encoded: a [*EncodeError];
//   - arguments too large for the router: [wamp.ErrPayloadSizeExceeded].
//
// A call that fails in any other way than by an answer may still have run.
func (s *Session) Call(ctx context.Context, procedure wamp.URI, args ...any) (*Result, error) {
	in := NewArgs()
	for _, arg := range args {
		in.Value(arg)
	}
	values, err := s.Invoke(ctx, &Procedure{URI: procedure}, in)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	result, err := decodeResult(values.payload)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w: %w", procedure, ErrInvalidResult, err)
	}
	return result, nil
}

// CallProgress calls a procedure and asks for progressive results: the range goes
// over the results as they come, and ends with the final one, or with an error as [Session.Call]
// returns it. Each range sends a call, when it starts; if it is left early, or ctx
// ends, the call is canceled. Only the final result has Progress unset. A
// callee need not send any other.
//
// [WithTimeout] limits the time to the first result, and between two results; the deadline of
// ctx limits the call as a whole. If the router does not know progressive results,
// the error is [wamp.ErrFeatureNotSupported], and nothing is sent.
//
// Results that come faster than they are taken wait in memory, up to [DefaultProgressQueue].
// Beyond that the session stops reading from its connection, so that the router, and through
// it the callee, is slowed down. It goes on, up to 8 times as much, while something else in the
// session waits for an answer, for example in the loop. WAMP has no way to pause one call
// alone, so this has a limit: if less than an eighth of the queue is taken within a second, the
// call is canceled, and the results that wait are followed by [ErrOverrun]. Slow work belongs
// elsewhere than in the loop, or needs a larger queue: see [WithProgressQueue].
func (s *Session) CallProgress(ctx context.Context, procedure wamp.URI, args ...any) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		in := NewArgs()
		for _, arg := range args {
			in.Value(arg)
		}
		st, err := s.openStream(ctx, &Procedure{URI: procedure}, in)
		if err != nil {
			yield(nil, err)
			return
		}
		defer st.close()
		for {
			result, err := st.nextResult()
			if !yield(result, err) || err != nil || !result.Progress {
				return
			}
		}
	}
}

// nextResult is next, decoded.
func (st *stream) nextResult() (*Result, error) {
	values, last, err := st.next()
	if err != nil {
		return nil, err
	}
	result, err := decodeResult(values.payload)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w: %w", st.uri, ErrInvalidResult, err)
	}
	result.Progress = !last
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
		arguments, err := decodeResult(in.payload)
		if err != nil {
			return wamp.NewError(wamp.ErrInvalidArgument, "%s: %v", procedure, err)
		}
		result, err := h(ctx, arguments)
		if err == nil && result != nil {
			result.appendTo(out)
		}
		return err
	}
	return s.RegisterProcedures(ctx, []ProcedureHandler{{Procedure: &Procedure{URI: procedure}, Handle: handle}}, opts...)
}

// Publish publishes an event with positional arguments. Options, among them
// keyword arguments and acknowledgement, are set with [NewPublishContext].
// Its errors are those of [Session.Call]; see also [Session.PublishTopic].
func (s *Session) Publish(ctx context.Context, topic wamp.URI, args ...any) error {
	in := NewArgs()
	for _, arg := range args {
		in.Value(arg)
	}
	return s.PublishTopic(ctx, &Topic{URI: topic}, in)
}

// Subscribe listens to a topic. The handler is called for one event after the other.
// See [Overflow] for what happens if it is slow.
//
// If the router refuses, the error is a [*wamp.Error]. If ctx ends before it answers,
// the subscription is undone.
func (s *Session) Subscribe(ctx context.Context, topic wamp.URI, h EventHandler, opts ...SubscribeOption) (*Subscription, error) {
	handle := func(ctx context.Context, in *Values) error {
		arguments, err := decodeResult(in.payload)
		if err != nil {
			return err
		}
		return h(ctx, arguments)
	}
	return s.SubscribeTopics(ctx, []TopicHandler{{Topic: &Topic{URI: topic}, Handle: handle}}, opts...)
}
