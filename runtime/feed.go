package runtime

import (
	"context"
	"errors"
	"iter"
	"net"
	"runtime/debug"

	"github.com/wampkit/wampkit/wamp"
)

// Input is what a call sends to its callee item by item, while it runs (Advanced Profile,
// section "Progressive Call Invocations"). [InputOf] makes one.
type Input struct {
	// each calls send with one item after the other, until that fails or there are no more.
	each func(send func(*Args) error) error
}

// InputOf makes the input of a call from a sequence, each item with a function that encodes
// it as one positional argument. An error in the sequence cancels the call, which fails with it.
//
// The sequence runs in a goroutine that belongs to the call, and waits there while the
// connection is congested. When the call ends before the sequence, because the callee has
// answered already or the context of the caller has ended, the sequence's yield returns false.
// The call does not wait for that: a sequence that may block should end with the context.
func InputOf[T any](seq iter.Seq2[T, error], encode func(*Args, T)) Input {
	return Input{each: func(send func(*Args) error) error {
		if seq == nil {
			return nil
		}
		for item, err := range seq {
			if err != nil {
				return err
			}
			args := NewArgs()
			encode(args, item)
			err := send(args)
			args.release()
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// feed sends the input of a call. A nil feed has nothing to send.
type feed struct {
	session *session
	call    wamp.ID
	uri     wamp.URI
	sealed  *wamp.Passthru // how the arguments are
	over    chan struct{}  // closed when the call has ended
}

func newFeed(s *session, c *call, uri wamp.URI) *feed {
	how := c.opts.passthru
	return &feed{session: s, call: c.id, uri: uri, sealed: &how, over: make(chan struct{})}
}

// start sends the input in the background, until it or the call ends.
func (f *feed) start(input Input) {
	if f != nil {
		go f.run(input)
	}
}

// end stops the feed, because the call has ended.
func (f *feed) end() {
	if f != nil {
		close(f.over)
	}
}

var (
	errCallOver   = errors.New("the call has ended")
	errInputExits = errors.New("the input ended its goroutine")
)

// inputPanic is what the sequence of an input panicked with.
type inputPanic struct {
	value any
	stack []byte
}

// Error implements error.
func (p *inputPanic) Error() string { return "the input panicked" }

func (f *feed) run(input Input) {
	err := errInputExits
	defer func() {
		if value := recover(); value != nil {
			err = &inputPanic{value: value, stack: debug.Stack()}
		}
		f.finish(err)
	}()
	err = input.each(f.sendItem)
}

// finish ends the input, or the call if that is what the input failed with.
func (f *feed) finish(err error) {
	if err == nil {
		last := NewArgs()
		if f.sealed.Scheme != "" {
			last.Bytes(nil) // because every chunk is a byte string
		}
		err = f.send(last, wamp.CallOptions{})
		last.release()
	}
	var p *inputPanic
	switch {
	case err == nil, errors.Is(err, errCallOver):
	case !f.isOver():
		f.session.failCall(f.call, err)
	case errors.As(err, &p): // nobody else would hear of it
		f.session.logger.Error("the input of a call panicked after its end", "procedure", f.uri,
			"panic", p.value, "stack", string(p.stack))
	}
}

func (f *feed) sendItem(args *Args) error {
	return f.send(args, wamp.CallOptions{Progress: true})
}

// send sends a CALL that continues the call, waiting for room in the queue.
func (f *feed) send(args *Args, o wamp.CallOptions) error {
	s := f.session
	if err := s.checkSealed(f.sealed, args, wamp.RoleDealer); err != nil {
		return err
	}
	payload, err := args.payloadFor(s.format)
	if err != nil {
		return err
	}
	m := &wamp.Call{Request: f.call, Options: o, Procedure: f.uri, Payload: payload}
	for {
		err := f.trySend(m)
		switch {
		case err == nil && o.Progress:
			s.conn.FlushSoon()
			return nil
		case err == nil:
			s.conn.Flush()
			return nil
		case errors.Is(err, net.ErrClosed):
			return errCallOver
		}
		if err := s.awaitRoom(context.Background(), err); err != nil {
			return err
		}
	}
}

func (f *feed) trySend(m *wamp.Call) error {
	s := f.session
	s.sendMu.Lock() // nothing is sent behind the GOODBYE
	defer s.sendMu.Unlock()
	if f.isOver() || s.isLeaving() {
		return errCallOver
	}
	return s.conn.Send(m)
}

func (f *feed) isOver() bool {
	select {
	case <-f.over:
		return true
	default:
		return false
	}
}
