package router

import (
	"errors"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// caller is what a session holds as a caller: an index of its open calls. The
// calls' state is the callees' (see invocation).
type caller struct {
	mu    sync.Mutex
	left  bool // the session left; nothing is sent to it any more
	calls map[wamp.ID]openCall
}

// openCall is where the invocation of a call is found.
type openCall struct {
	callee     *session
	invocation wamp.ID
}

// owed marks an open call that has no callee any more, and whose answer waits for
// room. It cannot be canceled, or go on.
var owed = openCall{invocation: wamp.MaxID - 1}

// isOver reports whether no callee works on the call, or is about to.
func (h openCall) isOver() bool { return h.callee == nil }

// errNotCalling means that the caller has left, or has the call no more.
var errNotCalling = errors.New("caller does not wait for the call any more")

// errStillOpen means that a caller uses the id of a call that is still open.
var errStillOpen = errors.New("request id belongs to a call that is still open")

// errTooMany means that a session has as many of something as it may.
var errTooMany = errors.New("session has as many as it may")

const tooManyCalls = "this session has as many open calls as it may have"

// open notes a call that is about to be handed to a callee; from is who gave it
// back, if anybody did. There may be most calls. It fails with errNotCalling,
// errStillOpen or errTooMany.
func (c *caller) open(request wamp.ID, h, from openCall, most int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left {
		return errNotCalling
	}
	switch held := c.calls[request]; {
	case held != from && from == (openCall{}):
		return errStillOpen
	case held != from:
		return errNotCalling
	case from == (openCall{}) && len(c.calls) >= most:
		return errTooMany
	}
	if c.calls == nil {
		c.calls = make(map[wamp.ID]openCall)
	}
	c.calls[request] = h
	return nil
}

// unopen takes back what open noted.
func (c *caller) unopen(request wamp.ID, from openCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.left:
	case from == (openCall{}):
		delete(c.calls, request)
	default:
		c.calls[request] = from
	}
}

// owe marks a call that h served as owed. It reports false if the call is not open
// any more, as it is after a CANCEL.
func (c *caller) owe(request wamp.ID, h openCall) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[request] != h {
		return false
	}
	c.calls[request] = owed
	return true
}

// forget forgets a call that nobody can be told about.
func (c *caller) forget(request wamp.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, request)
}

// find finds the invocation of an open call.
func (c *caller) find(request wamp.ID) (h openCall, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, open = c.calls[request]
	return h, open
}

// answer queues an answer of a call that is open and is served as h says, for s,
// whose role this is. The final one closes the call in the same step, so that
// nothing follows it.
func (c *caller) answer(s *session, request wamp.ID, h openCall, m wamp.Message, final bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[request] != h {
		return errNotCalling
	}
	if err := s.conn.Send(m); err != nil {
		return err
	}
	if final {
		delete(c.calls, request)
	}
	return nil
}

// leave ends the role and returns the calls that are open.
func (c *caller) leave() map[wamp.ID]openCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.left, c.calls = true, nil
	return calls
}
