package runtime

import (
	"context"
	"errors"
	"net"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// request is a REGISTER, UNREGISTER, SUBSCRIBE, UNSUBSCRIBE or acknowledged
// PUBLISH that waits for its answer.
type request struct {
	kind  wamp.MessageType
	ready chan struct{} // closed when answered
	id    wamp.ID       // what was granted: a registration, subscription or publication
	err   error

	// answered, if not nil, is called on the reader with the answer before the
	// next message is read, so that an INVOCATION or EVENT right behind it finds
	// its handler. It is also called when nobody waits for the answer any more.
	// What it returns is what the requester gets.
	answered func(id wamp.ID, err error) error
}

func newRequest(kind wamp.MessageType, answered func(wamp.ID, error) error) *request {
	return &request{kind: kind, ready: make(chan struct{}), answered: answered}
}

func (r *request) settle(id wamp.ID, err error) {
	if r.answered != nil {
		err = r.answered(id, err)
	}
	r.id, r.err = id, err
	close(r.ready)
}

// fail settles r because the session ended.
func (r *request) fail(err error) { r.settle(0, err) }

// request sends a message and waits for its answer. If ctx ends first, the
// request stays in the table, so that its answer can be undone.
func (s *session) request(ctx context.Context, r *request, message func(id wamp.ID) wamp.Message) (wamp.ID, error) {
	if err := s.sendRequest(ctx, r, message); err != nil {
		return 0, err
	}
	return s.awaitGrant(ctx, r)
}

func (s *session) awaitGrant(ctx context.Context, r *request) (wamp.ID, error) {
	select {
	case <-r.ready:
		return r.id, r.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// sendRequest sends a message, waiting for room in the queue. After an error r is in
// no table and was not settled.
func (s *session) sendRequest(ctx context.Context, r *request, message func(id wamp.ID) wamp.Message) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.trySendRequest(r, message)
		if err == nil {
			s.conn.Flush()
			return nil
		}
		if err := s.awaitRoom(ctx, err); err != nil {
			return err
		}
	}
}

func (s *session) trySendRequest(r *request, message func(id wamp.ID) wamp.Message) error {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	id, err := s.nextID()
	if err != nil {
		return err
	}
	if s.requests.put(id, r) == 0 {
		return net.ErrClosed
	}
	if err := s.conn.Send(message(id)); err != nil {
		if s.requests.take(id) == nil { // the session ended meanwhile and settled it
			return nil
		}
		s.unsend(id)
		return err
	}
	s.wakeReader()
	return nil
}

// granted settles a request. It runs on the reader.
func (s *session) granted(id wamp.ID, kind wamp.MessageType, granted wamp.ID, err error) error {
	asked := kind
	r := s.requests.takeIf(id, func(r *request) bool {
		asked = r.kind
		return asked == kind
	})
	switch {
	case r != nil:
		r.settle(granted, err)
		return nil
	case asked != kind:
		return violation("answer to %s for request %d, which is %s", kind, id, asked)
	}
	return s.checkIssued(id)
}

// requestRefused is the ERROR that answers a request.
func requestRefused(m *wamp.ErrorMessage) error {
	e := &wamp.Error{URI: m.URI, Remote: true}
	if args, kwargs, err := codec.DecodePayload(m.Payload); err == nil {
		e.Args, e.Kwargs = args, kwargs
	}
	return e
}

// post sends a request whose answer nobody waits for, without waiting for room.
func (s *session) post(r *request, message func(id wamp.ID) wamp.Message) {
	err := s.trySendRequest(r, message)
	switch {
	case err == nil:
		s.conn.FlushSoon()
	case errors.Is(err, transport.ErrQueueFull):
		go func() { _ = s.sendRequest(context.Background(), r, message) }()
	}
}
