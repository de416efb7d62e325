package router

import (
	"context"
	"fmt"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// maxErrandAnswer is how many octets the answer to a call of the router's own may take.
const maxErrandAnswer = 64 << 10

// errand calls a procedure that a session registered, on the router's own behalf: no
// role has to allow it. It must not be called with a lock held, or where the callee
// could be waited for by the goroutine that serves it.
//
// The error is a *wamp.Error with Remote set if the callee answered with ERROR, and ctx's
// if that ended first: the callee is interrupted then.
func (r *realm) errand(ctx context.Context, procedure wamp.URI, args ...any) ([]any, wamp.Dict, error) {
	payload, err := codec.EncodePayload(wamp.CBOR, args, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", procedure, err)
	}
	mailbox, conn := transport.PipeWith(wamp.CBOR, transport.Config{MaxMessage: maxErrandAnswer})
	defer mailbox.Close()
	defer conn.Close()
	caller := &session{
		id: wamp.RandomID(), realm: r, peer: &peer{router: r.router, conn: conn}, conn: conn,
		identity: Identity{AuthID: Agent, Role: "router", Method: "internal", Provider: "internal"}, agent: Agent,
	}
	defer r.dealer.drop(caller)
	if !r.dealer.deliver(caller, &wamp.Call{Request: 1, Procedure: procedure, Payload: payload}) {
		return nil, nil, fmt.Errorf("call %s: no session serves it in realm %q", procedure, r.name)
	}
	return await(ctx, mailbox, procedure)
}

// deliver offers a call to those who serve it. It reports false if nobody does.
func (d *dealer) deliver(caller *session, call *wamp.Call) bool {
	o := d.realm.router.outbox()
	defer o.release()
	reg, callees := d.serving(call.Procedure)
	if reg == nil {
		return false
	}
	done, _ := d.offer(o, &attempt{caller: caller, call: call}, reg, callees)
	return done
}

// drop forgets a caller, and interrupts whoever works for it.
func (d *dealer) drop(caller *session) {
	o := d.realm.router.outbox()
	defer o.release()
	o.interruptAll(caller, caller.caller.leave())
}

// await waits for the answer to a call.
func await(ctx context.Context, mailbox transport.Conn, procedure wamp.URI) ([]any, wamp.Dict, error) {
	stop := context.AfterFunc(ctx, func() { mailbox.Close() })
	frame, err := mailbox.Receive()
	if !stop() && err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", procedure, context.Cause(ctx))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", procedure, err)
	}
	m, err := codec.NewDecoder(wamp.CBOR, codec.Options{}).Decode(frame)
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", procedure, err)
	}
	switch m := m.(type) {
	case *wamp.Result:
		return codec.DecodePayload(m.Payload)
	case *wamp.ErrorMessage:
		failure := &wamp.Error{URI: m.URI, Remote: true}
		failure.Args, failure.Kwargs, _ = codec.DecodePayload(m.Payload)
		return nil, nil, fmt.Errorf("call %s: %w", procedure, failure)
	}
	return nil, nil, fmt.Errorf("call %s: answered with %s", procedure, m.Type())
}
