package runtime

import (
	"context"

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
	inv, ok := ctx.Value(invocationContextKey{}).(*invocationContext)
	switch {
	case !ok:
		return errNoInvocation
	case !inv.takesResults():
		return wamp.NewError(wamp.ErrFeatureNotSupported,
			"%s has progressive results, which the caller did not ask for", inv.info.Procedure)
	}
	return sendProgress(ctx, inv, args)
}
