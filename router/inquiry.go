package router

import (
	"context"
	"net"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Call calls a procedure that a session of the realm serves, on behalf of the
// router itself: nobody's rights are asked for. Authenticators and authorizers
// that leave the decision to a session are made with it.
//
// The error is a *wamp.Error if the callee, or the router, answers with one, and
// that of ctx when it is done first; the callee is interrupted then. The arguments of
// an answer may take 64 KiB. Procedures below "wamp." cannot be called. It must not be called by what the router itself
// waits for on the goroutine of a connection, but by an [Authenticator] or an
// [Authorizer].
func (r *Router) Call(ctx context.Context, realm, procedure wamp.URI, args []any, kwargs wamp.Dict) ([]any, wamp.Dict, error) {
	r.mu.Lock()
	called := r.realms[realm]
	r.mu.Unlock()
	if called == nil {
		return nil, nil, wamp.NewError(wamp.ErrNoSuchRealm, "there is no realm %q", realm)
	}
	return called.call(ctx, procedure, args, kwargs)
}

// call is Router.Call in the realm.
func (r *realm) call(ctx context.Context, procedure wamp.URI, args []any, kwargs wamp.Dict) ([]any, wamp.Dict, error) {
	if !procedure.Valid(r.rule) || procedure.Reserved() {
		return nil, nil, wamp.NewError(wamp.ErrInvalidURI, "%q is no procedure that a session can serve", procedure)
	}
	payload, err := codec.EncodePayload(wamp.CBOR, args, kwargs)
	if err != nil {
		return nil, nil, err
	}
	i := newInquiry(r)
	o := r.router.outbox()
	_ = r.dealer.route(o, i.caller, &wamp.Call{Request: 1, Procedure: procedure, Payload: payload})
	o.release()
	select {
	case a := <-i.answer:
		return a.args, a.kwargs, a.err
	case <-ctx.Done():
		o := r.router.outbox()
		defer o.release()
		o.interruptAll(i.caller, i.caller.caller.leave())
		return nil, nil, ctx.Err()
	}
}

// inquiry is a call that the router itself makes. Before its callee it stands as a
// session that is in no realm's list, whose connection it is.
type inquiry struct {
	caller *session
	answer chan answer // holds the one answer
}

// answer is what a call comes to.
type answer struct {
	args   []any
	kwargs wamp.Dict
	err    error
}

func newInquiry(r *realm) *inquiry {
	i := &inquiry{answer: make(chan answer, 1)}
	i.caller = &session{
		id: wamp.RandomID(), realm: r, conn: i, peer: &peer{router: r.router, conn: i},
		identity: Identity{AuthID: Agent, Role: "router", Method: "internal", Provider: "static"}, agent: Agent,
	}
	return i
}

// Send implements [transport.Conn]: it takes the answer.
func (i *inquiry) Send(m wamp.Message) error {
	var a answer
	switch m := m.(type) {
	case *wamp.Result:
		if m.Payload.Size() > maxArguments { // decoding it would take a multiple of that
			a.err = wamp.NewError(wamp.ErrPayloadSizeExceeded, "the answer takes %d octets, and may take %d", m.Payload.Size(), maxArguments)
			break
		}
		a.args, a.kwargs, a.err = codec.DecodePayload(m.Payload)
	case *wamp.ErrorMessage:
		e := &wamp.Error{URI: m.URI, Remote: true}
		e.Args, e.Kwargs, _ = codec.DecodePayload(m.Payload)
		a.err = e
	default:
		return net.ErrClosed // callers are sent nothing else
	}
	select {
	case i.answer <- a:
		return nil
	default:
		return net.ErrClosed
	}
}

// What is left of [transport.Conn] is for connections that wait for something.

func (i *inquiry) Format() wamp.Format                        { return wamp.CBOR }
func (i *inquiry) Receive() ([]byte, error)                   { return nil, net.ErrClosed }
func (i *inquiry) OnIdle(func())                              {}
func (i *inquiry) SendFrame([]byte) error                     { return net.ErrClosed }
func (i *inquiry) Flush()                                     {}
func (i *inquiry) FlushSoon()                                 {}
func (i *inquiry) Queued() int                                { return 0 }
func (i *inquiry) AwaitRoom(time.Duration) bool               { return true }
func (i *inquiry) Shutdown(wamp.Message, time.Duration) error { return nil }
func (i *inquiry) Close() error                               { return nil }
func (i *inquiry) Info() transport.Info                       { return transport.Info{Transport: "internal"} }
