package runtime

import (
	"context"
	"iter"

	"github.com/wampkit/wampkit/wamp"
)

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
	return s.callEach(ctx, procedure, args, nil)
}

// CallInput calls a procedure and sends it further arguments while it runs: the items of
// input, one by one, each with the positional and keyword values of a [Result]. It returns
// the result.
//
// The input runs in a goroutine of its own, and waits there while the connection is
// congested, so that a slow callee slows it down. An error in it cancels the call, which fails with
// it. When the call ends first, because the callee has answered or ctx has ended, the input's
// yield returns false; the call does not wait for that. An input that may block should
// therefore end with ctx.
//
// If the router does not know progressive call invocations, the error is
// [wamp.ErrFeatureNotSupported], and nothing is sent; if the callee does not, the router says so. The
// other errors are those of [Session.Call].
func (s *Session) CallInput(ctx context.Context, procedure wamp.URI, input iter.Seq2[*Result, error], args ...any) (*Result, error) {
	return s.call(ctx, procedure, args, withInput(inputOfResults(input)))
}

// CallInputProgress is [Session.CallInput] and [Session.CallProgress] at the same time: a
// stream in both directions. Items and results need not alternate.
func (s *Session) CallInputProgress(ctx context.Context, procedure wamp.URI, input iter.Seq2[*Result, error], args ...any) iter.Seq2[*Result, error] {
	return s.callEach(ctx, procedure, args, []CallOption{withInput(inputOfResults(input))})
}

func inputOfResults(input iter.Seq2[*Result, error]) Input {
	return InputOf(input, func(args *Args, r *Result) {
		if r != nil {
			r.appendTo(args)
		}
	})
}

func (s *Session) callEach(ctx context.Context, procedure wamp.URI, args []any, opts []CallOption) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		left := false
		each := func(in *Values) error {
			result, err := decodeAnswer(procedure, in)
			if err != nil {
				return err
			}
			result.Progress = true
			if left = !yield(result, nil); left {
				return errLeft
			}
			return nil
		}
		all := append(opts[:len(opts):len(opts)], withProgress(each))
		if last, err := s.call(ctx, procedure, args, all...); !left {
			yield(last, err)
		}
	}
}

// ReadInput is what the caller sends while the call runs, within a [Handler]: what came with
// the CALLs behind the first one, whose values are the handler's own. It is [InputFrom] for
// payloads whose types are known only at run time, with the same errors; a plain call has no such items.
// A last CALL without values is no item.
func ReadInput(ctx context.Context) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		inv, ok := ctx.Value(invocationContextKey{}).(*invocationContext)
		if !ok {
			yield(nil, errNoInvocation)
			return
		}
		items := reading{ctx: ctx, inv: inv}
		defer items.recycle()
		for items.next() {
			item, err := decodeValues(items.values)
			if err != nil {
				yield(nil, wamp.NewError(wamp.ErrInvalidArgument, "%s: %v", inv.info.Procedure, err))
				return
			}
			item.Progress = items.more
			if !yield(item, nil) {
				return
			}
		}
		if items.err != nil {
			yield(nil, items.err)
		}
	}
}
