package router

import (
	"net"
	"sync"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// gathering is a call of all shards of a registration (see shard.go). Each shard
// answers an invocation of its own, and the caller gets a result for each: all but
// the last of them are progressive ones. An ERROR of one of them is the call's, and
// the others are interrupted: a caller that gets its final RESULT has got them all.
//
// It stands between the two sides as a session that is in no realm. Towards the
// shards it is the caller, of one call for each; towards the caller it is the
// callee of the one call that there is. Its connection, which the gathering is, is
// that of the caller, but for what is sent by it: answers of the shards, made
// into those of the call. Back-pressure goes through it unchanged.
type gathering struct {
	transport.Conn // the caller's

	caller  *session
	request wamp.ID
	call    openCall // the call, as the caller has it
	between *session // stands for the caller before the shards

	mu      sync.Mutex // guards missing; caller.caller.mu comes after it
	missing int        // shards that have not answered
}

// callAll routes a call to all shards.
func (d *dealer) callAll(o *outbox, s *session, m *wamp.Call, reg *registration, shards []*session) *violation {
	g := newGathering(s, m.Request, reg, len(shards))
	switch s.caller.open(m.Request, g.call, openCall{}, s.realm.router.limits().MaxCalls) {
	case errNotCalling:
		return nil
	case errStillOpen:
		return violationf("CALL with request id %d, which belongs to a call that is still open", m.Request)
	case errTooMany:
		s.realm.router.reached(limitCalls)
		s.refuse(o, wamp.TypeCall, m.Request, wamp.ErrUnavailable, tooManyCalls)
		return nil
	}
	each := *m
	each.Options.ReceiveProgress = false // nobody could tell whose they are
	served := false
	for i := range shards {
		if g.isOver() { // a shard has failed already: there is no need to wait for others
			return nil
		}
		each.Request = wamp.ID(i + 1)
		a := attempt{caller: g.between, call: &each, bound: true}
		if done, _ := d.offer(o, &a, reg, shards[i:i+1]); done {
			served = true
		} else { // it has left
			g.dispense(o, served)
		}
	}
	return nil
}

// isOver reports whether the caller has its answer, or has left.
func (g *gathering) isOver() bool {
	h, open := g.caller.caller.find(g.request)
	return !open || h != g.call
}

func newGathering(s *session, request wamp.ID, reg *registration, shards int) *gathering {
	g := &gathering{Conn: s.conn, caller: s, request: request, missing: shards}
	g.between = &session{
		id: s.id, realm: s.realm, peer: s.peer, conn: g, roles: s.roles, identity: s.identity, agent: s.agent,
	}
	g.call = openCall{callee: g.between, invocation: 1}
	// What finds the call by the callee's side is to find one in one piece.
	g.between.callee.invocations = map[wamp.ID]invocation{1: {caller: s, request: request, registration: reg}}
	return g
}

// Send takes the answer of a shard. It fails as if the caller were sent it, and is
// to be repeated then.
func (g *gathering) Send(m wamp.Message) error {
	switch m := m.(type) {
	case *wamp.Result:
		return g.add(*m)
	case *wamp.ErrorMessage:
		return g.fail(*m)
	}
	return net.ErrClosed // callers are sent nothing else
}

func (g *gathering) add(result wamp.Result) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	final := g.missing == 1
	result.Request, result.Details.Progress = g.request, !final
	err := g.caller.caller.answer(g.caller, g.request, g.call, &result, final)
	if err == nil {
		g.missing--
	}
	return err
}

// fail ends the call. The shards that have not answered are told on a goroutine
// of its own, since there are locks held here.
func (g *gathering) fail(failure wamp.ErrorMessage) error {
	failure.RequestType, failure.Request = wamp.TypeCall, g.request
	err := g.caller.caller.answer(g.caller, g.request, g.call, &failure, true)
	if err == nil {
		r := g.caller.realm.router
		r.background.Go(func() {
			o := r.outbox()
			defer o.release()
			g.end(o, true)
		})
	}
	return err
}

// dispense goes on without a shard that left before it got its invocation.
func (g *gathering) dispense(o *outbox, served bool) {
	g.mu.Lock()
	g.missing--
	complete := g.missing == 0
	g.mu.Unlock()
	if !complete {
		return
	}
	inv := invocation{caller: g.caller, request: g.request}
	if !served {
		o.answer(inv, g.call, o.failed(g.Format(), wamp.TypeCall, g.request, wamp.ErrCanceled, "every callee has left"))
		return
	}
	o.result = wamp.Result{Request: g.request}
	o.answer(inv, g.call, &o.result)
}

// end takes the call from the shards that have not answered, whose answers are
// dropped from now on. It is called when the caller has its answer, or has left.
func (g *gathering) end(o *outbox, interrupting bool) {
	calls := g.between.caller.leave()
	if interrupting {
		o.interruptAll(g.between, calls)
		return
	}
	for request, h := range calls {
		h.callee.callee.takeFor(g.between, h.invocation, request)
	}
}
