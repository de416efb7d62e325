package runtime

import (
	"context"
	"errors"
	"iter"
	"reflect"

	"github.com/wampkit/wampkit/wamp"
)

// errLeft ends a call whose range was left.
var errLeft = errors.New("the range was left")

// CallProgress calls p, and progress with each result that comes before the final one. An
// error of progress cancels the call, which fails with it. What progress gets ends with its
// return; it must read it to its end with [Values.Err]. See [Session.CallProgress] for the rest.
func (c Client) CallProgress(ctx context.Context, p *Procedure, args *Args, progress func(in *Values) error) (*Values, error) {
	return c.With(withProgress(progress)).Call(ctx, p, args)
}

// CallInput calls p, and sends it further arguments while it runs; see [InputOf].
func (c Client) CallInput(ctx context.Context, p *Procedure, args *Args, input Input) (*Values, error) {
	return c.With(withInput(input)).Call(ctx, p, args)
}

// CallInputProgress is [Client.CallInput] and [Client.CallProgress] at the same time.
func (c Client) CallInputProgress(ctx context.Context, p *Procedure, args *Args, input Input, progress func(in *Values) error) (*Values, error) {
	return c.With(withInput(input), withProgress(progress)).Call(ctx, p, args)
}

// CallResults is a call whose results come one by one. The call is made when the range
// starts, and each range makes one; who does not range does not call. To leave the range
// cancels the call. An error ends it, and is the last item.
//
// encode writes the arguments, and decode reads one item, whose error is looked after.
func CallResults[T any](ctx context.Context, c Client, p *Procedure, encode func(*Args), decode func(*Values) T) iter.Seq2[T, error] {
	return callItems(ctx, c, p, encode, nil, decode)
}

// CallInputResults is [CallResults] of a call with input: a stream in both directions.
func CallInputResults[T any](ctx context.Context, c Client, p *Procedure, encode func(*Args), input Input, decode func(*Values) T) iter.Seq2[T, error] {
	return callItems(ctx, c, p, encode, &input, decode)
}

func callItems[T any](ctx context.Context, c Client, p *Procedure, encode func(*Args), input *Input, decode func(*Values) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		args := NewArgs()
		if encode != nil {
			encode(args)
		}
		some, left := false, false
		item := func(in *Values) error {
			some = true
			value := decode(in)
			if err := in.Err(); err != nil {
				return err
			}
			if left = !yield(value, nil); left {
				return errLeft
			}
			return nil
		}
		client := c
		if input != nil {
			client = c.With(withInput(*input))
		}
		last, err := client.CallProgress(ctx, p, args, item)
		if err == nil {
			err = lastItems(last, !some && reflect.TypeFor[T]().Kind() != reflect.Slice, item)
		}
		if err != nil && !left {
			var none T
			yield(none, err)
		}
	}
}

// lastItems hands over what the final result holds, and gives it back: nothing as a
// rule, one item from some callees, or all items as a list from those that have no
// progressive results.
func lastItems(in *Values, mayBeList bool, item func(*Values) error) error {
	if in.err != nil {
		return in.Err()
	}
	defer in.Close()
	if in.left == 0 && in.pairs == 0 {
		return nil
	}
	if in.left == 1 && in.pairs == 0 {
		switch {
		case in.items[0] == cborNull: // what returning nothing is in some languages
			return nil
		case mayBeList && in.items[0]&majorMask == majorList:
			return eachElement(in, item)
		}
	}
	return item(in.detached())
}

// eachElement takes the only value apart, which is a list.
func eachElement(in *Values, item func(*Values) error) error {
	rest, n, err := elements(in.items, majorList)
	for range n {
		size := 0
		if size, err = skip(rest); err != nil {
			break
		}
		one := &Values{of: in.of, side: in.side, items: rest[:size:size], left: 1}
		if err := item(one); err != nil {
			return err
		}
		rest = rest[size:]
	}
	return err
}

// detached are the same values, which do not go back to a pool when they are read.
func (v *Values) detached() *Values {
	return &Values{of: v.of, side: v.side, err: v.err, items: v.items, left: v.left, dict: v.dict, pairs: v.pairs}
}

// MaxGathered is how many octets of results may come together for a caller that did
// not ask for progressive results; see [SendResults].
const MaxGathered = 1 << 20

// SendResults sends the items of a sequence to the caller, one by one, from within the
// handler of a procedure that is [Procedure.Progressive]. encode writes an item as one
// positional result. An error in the sequence ends it and is returned, for the handler to
// return it in turn.
//
// It waits while the connection is congested, so that a slow caller slows the sequence down,
// and fails with the error of ctx when the caller has canceled the call. A caller
// that did not ask for progressive results gets all items as one list; if that grows beyond
// [MaxGathered], the error is [wamp.ErrFeatureNotSupported].
func SendResults[T any](ctx context.Context, seq iter.Seq2[T, error], encode func(*Args, T)) error {
	inv, ok := ctx.Value(invocationContextKey{}).(*invocationContext)
	if !ok {
		return errNoInvocation
	}
	if seq == nil {
		seq = func(func(T, error) bool) {}
	}
	if inv.takesResults() {
		for item, err := range seq {
			if err == nil {
				err = sendItem(ctx, inv, func(args *Args) { encode(args, item) })
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	all := NewArgs()
	for item, err := range seq {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		encode(all, item)
		if len(all.list) > MaxGathered {
			return wamp.NewError(wamp.ErrFeatureNotSupported, "%s has more results than fit into one list, "+
				"and the caller did not ask for progressive results", inv.info.Procedure)
		}
	}
	return inv.gather(all)
}

// SendProgress tells the caller how far the work has got, from within a handler, while its
// result is still to come. It waits while the connection is congested, and fails with the error of
// ctx when the caller has canceled the call. If the caller did not ask for progressive
// results, it does nothing.
func SendProgress(ctx context.Context, encode func(*Args)) error {
	inv, ok := ctx.Value(invocationContextKey{}).(*invocationContext)
	switch {
	case !ok:
		return errNoInvocation
	case !inv.takesResults():
		return ctx.Err()
	}
	return sendItem(ctx, inv, encode)
}

func sendItem(ctx context.Context, inv *invocationContext, encode func(*Args)) error {
	args := NewArgs()
	defer args.release()
	encode(args)
	return sendProgress(ctx, inv, args)
}
