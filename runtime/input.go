package runtime

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
)

// InputFrom is what the caller sends while the call runs, item by item, within the handler
// of a procedure that takes [Procedure.Input]. The sequence ends with the caller's; an error
// ends it too, and is its last item:
//
//   - the error of ctx when the caller has canceled the call, or has gone;
//   - an invalid argument if an item is not what decode expects;
//   - one that is [ErrOverrun] and [wamp.ErrPayloadSizeExceeded] if items came much faster
//     than they were taken, for too long.
//
// A handler returns such an error, so that the caller gets it. One that returns without having
// read everything ends the call, and the caller is told to stop.
//
// The items belong to one sequence, which a second range continues. A plain call is an input without
// items, or with one that stands behind its other arguments.
//
// Items that come faster than they are taken wait in memory, up to the limit of
// [WithInputQueue]; beyond that the session stops reading, as with [Session.CallProgress].
func InputFrom[T any](ctx context.Context, decode func(*Values) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		inv, ok := ctx.Value(invocationContextKey{}).(*invocationContext)
		if !ok {
			yield(none, errNoInvocation)
			return
		}
		items := reading{ctx: ctx, inv: inv, surplus: true}
		defer items.recycle()
		for items.next() {
			value := decode(items.values)
			if err := items.values.Err(); err != nil {
				items.err = err
				break
			}
			if !yield(value, nil) {
				return
			}
		}
		if items.err != nil {
			yield(none, items.err)
		}
	}
}

// reading is a range over the input of an invocation.
type reading struct {
	ctx     context.Context
	inv     *invocationContext
	surplus bool // whether an argument too many is the first item

	values  *Values // of the item
	more    bool    // whether others may follow it
	err     error   // why there is none
	current *arrival
}

// next waits for the next item. It reports false at the end of the input, and after an error.
func (r *reading) next() bool {
	r.recycle()
	f := r.inv.flow
	if f == nil {
		return false
	}
	if r.err = r.interrupted(); r.err != nil {
		return false
	}
	if r.surplus && f.takeSurplus(r) {
		return true
	}
	if f.input == nil || f.hasEnded() {
		return false
	}
	a := f.input.take()
	for ; a == nil; a = f.input.take() {
		select {
		case <-f.input.arrived:
		case <-r.ctx.Done():
		case <-r.inv.Done():
		}
		if r.err = r.interrupted(); r.err != nil {
			return false
		}
	}
	r.current, r.values, r.more = a, &a.values, a.details.Progress
	if !r.more {
		f.endInput()
	}
	a.values.open(r.inv.info.Procedure, arguments)
	return r.more || !a.values.endsInput()
}

// endsInput reports whether the last chunk of an input is no item: it is empty, or
// sealed without content.
func (v *Values) endsInput() bool {
	if v.err != nil || v.pairs > 0 {
		return false
	}
	return v.left == 0 || v.passthru != nil && v.left == 1 && v.items[0] == majorBytes
}

// interrupted is why there is no more input although it has not ended.
func (r *reading) interrupted() error {
	f := r.inv.flow
	f.mu.Lock()
	overrun := f.overrun
	f.mu.Unlock()
	switch {
	case overrun:
		return inputOverrun()
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	}
	return r.inv.Err()
}

// inputOverrun is an error of its own for each caller.
func inputOverrun() error {
	return &wamp.Error{URI: wamp.ErrPayloadSizeExceeded, Args: []any{"input comes faster than it is taken"}, Cause: ErrOverrun}
}

func (r *reading) recycle() {
	if r.current != nil {
		r.current.release()
		r.current = nil
	}
}

func (f *flow) hasEnded() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inputEnded
}

func (f *flow) endInput() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inputEnded = true
}

// takeSurplus takes the one argument that the procedure does not have as the first item.
func (f *flow) takeSurplus(r *reading) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	in := f.arguments
	f.arguments = nil
	if in == nil || in.err != nil || in.left != in.spare || in.spare == 0 {
		return false
	}
	r.values = &Values{of: in.of, items: append([]byte(nil), in.items...), left: 1}
	r.more = f.input != nil
	return true
}

// inputs are the invocations whose input has not ended, and those that were answered
// before that: what still comes for them is dropped (Advanced Profile, section "Continuations
// on Completed Calls").
type inputs struct {
	known atomic.Int64 // how many there are

	mu    sync.Mutex
	open  map[wamp.ID]*invocationContext // guarded by mu
	late  map[wamp.ID]struct{}           // guarded by mu
	order fifo[wamp.ID]                  // guarded by mu: of late, and some that were there
}

// mostLate is how many invocations are remembered that were answered before their input ended.
const mostLate = 1024

func (t *inputs) begin(id wamp.ID, inv *invocationContext) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = make(map[wamp.ID]*invocationContext)
	}
	t.open[id] = inv
	t.known.Add(1)
}

// find returns the invocation that an item belongs to, nil if that was answered.
func (t *inputs) find(id wamp.ID, last bool) (inv *invocationContext, known bool) {
	if t.known.Load() == 0 {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	inv, known = t.open[id]
	if !known {
		_, known = t.late[id]
	}
	if known && last {
		delete(t.open, id)
		delete(t.late, id)
		t.known.Add(-1)
	}
	return inv, known
}

// end notes that an invocation was answered.
func (t *inputs) end(id wamp.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, open := t.open[id]; open {
		delete(t.open, id)
		t.remember(id)
	}
}

// refuse notes that an invocation was answered as soon as it came.
func (t *inputs) refuse(id wamp.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known.Add(1)
	t.remember(id)
}

func (t *inputs) remember(id wamp.ID) {
	if t.late == nil {
		t.late = make(map[wamp.ID]struct{})
	}
	t.late[id] = struct{}{}
	t.order.push(id)
	for t.order.len() > mostLate {
		forgotten := t.order.pop()
		if _, there := t.late[forgotten]; there {
			delete(t.late, forgotten)
			t.known.Add(-1)
		}
	}
}

// continued hands an item to the invocation that it belongs to. It reports false if the
// INVOCATION begins a new one. It runs on the reader.
func (s *session) continued(m *wamp.Invocation) bool {
	inv, known := s.inputs.find(m.Request, !m.Details.Progress)
	if inv == nil {
		return known
	}
	if !inv.flow.input.put(wamp.ResultDetails{Progress: m.Details.Progress, Passthru: inv.flow.passthru}, m.Payload) {
		s.inputs.end(m.Request)
		inv.flow.overran()
		inv.end(context.Canceled)
	}
	return true
}

func (f *flow) overran() {
	f.mu.Lock()
	f.overrun = true
	f.mu.Unlock()
	f.input.close()
}

// refuseInput answers a call with input for a procedure that takes none. It runs on the reader.
func (s *session) refuseInput(m *wamp.Invocation, reg *registered) {
	s.inputs.refuse(m.Request)
	args := NewArgs()
	args.String(string(reg.procedure.URI) + " takes no progressive invocations")
	payload, _ := args.payloadFor(s.format) // not released, because the answer may have to wait
	s.reply(&wamp.ErrorMessage{
		RequestType: wamp.TypeInvocation, Request: m.Request, URI: wamp.ErrFeatureNotSupported, Payload: payload,
	})
}
