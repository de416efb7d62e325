package router

import (
	"context"
	"errors"
	"sync"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Bounds of what a session may leave behind.
const (
	maxTestaments     = 64
	maxTestamentBytes = 256 << 10
)

// testaments are what a session wants published when it ends (Advanced Profile,
// section "Session Testament"). Each is the PUBLISH that the session would have
// sent, encoded, and is published as that would have been: with the session's own
// rights, as they are then.
type testaments struct {
	mu      sync.Mutex
	buckets [scopes][][]byte
	count   int
	bytes   int
	left    bool // the session left; nothing is added any more
}

// scope is when a testament is published. Sessions are not resumed, so that they
// are detached and destroyed at the same time, in this order.
type scope uint8

const (
	detached scope = iota
	destroyed
	scopes
)

// testamentFormat is the serializer of the encoded PUBLISH messages.
const testamentFormat = wamp.CBOR

// testamentProcedures are the procedures of the testament meta API.
func testamentProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.session.add_testament":    addTestament,
		"wamp.session.flush_testaments": flushTestaments,
	}
}

// addTestament adds a testament of the caller. What the caller may not publish
// now is refused right away.
func addTestament(c *routerCall) (wamp.Payload, error) {
	topic := c.text("topic")
	args := c.optionalList("args")
	kwargs := c.optionalDict("kwargs")
	options := c.keywordDict("publish_options")
	when := c.scope()
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	testament, err := codec.AppendValue(nil, testamentFormat, []any{wamp.TypePublish, 1, options, topic, args, kwargs})
	if err != nil {
		return wamp.Payload{}, wamp.NewError(wamp.ErrInvalidArgument, "%s: %v", c.procedure, err)
	}
	if err := c.mayLeave(testament); err != nil {
		return wamp.Payload{}, err
	}
	if !c.caller.testaments.add(when, testament) {
		return wamp.Payload{}, wamp.NewError(wamp.ErrUnavailable,
			"a session may have %d testaments, of %d octets in all", maxTestaments, maxTestamentBytes)
	}
	return wamp.Payload{}, nil
}

// mayLeave reports why the caller may not publish this, or nil.
func (c *routerCall) mayLeave(testament []byte) error {
	decoder := c.realm.router.decoder(testamentFormat)
	defer c.realm.router.putDecoder(testamentFormat, decoder)
	m, err := decoder.Decode(testament)
	var v *codec.Violation
	if errors.As(err, &v) {
		return wamp.NewError(wamp.ErrInvalidArgument, "%s: %s", c.procedure, v.Reason)
	}
	publish := m.(*wamp.Publish)
	if publish.Options.Passthru.Scheme != "" && !c.caller.passesThrough(wamp.RolePublisher) {
		return wamp.NewError(wamp.ErrFeatureNotSupported, "%s with ppt_scheme by a publisher that has not announced payload_passthru_mode", c.procedure)
	}
	g, uri, message := c.realm.broker.judge(c.out, c.caller, publish)
	switch {
	case uri != "":
		return wamp.NewError(uri, "%s: %s", c.procedure, message)
	case g.verdict != allowed: // the session has left, or an authorizer has come meanwhile
		return wamp.NewError(wamp.ErrAuthorizationFailed, "%s: nobody can be asked", c.procedure)
	}
	return nil
}

// flushTestaments takes the caller's testaments of a scope back.
func flushTestaments(c *routerCall) (wamp.Payload, error) {
	when := c.scope()
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	c.caller.testaments.flush(when)
	return wamp.Payload{}, nil
}

// scope is the keyword argument that says which testaments are meant.
func (a *arguments) scope() scope {
	switch text, present := a.keywordText("scope"); {
	case !present, text == "destroyed":
		return destroyed
	case text == "detached":
		return detached
	}
	a.fail("%s wants the keyword argument scope to be detached or destroyed", a.procedure)
	return destroyed
}

// add adds a testament, and reports false if there is no room.
func (t *testaments) add(when scope, testament []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left || t.count == maxTestaments || t.bytes+len(testament) > maxTestamentBytes {
		return false
	}
	t.buckets[when] = append(t.buckets[when], testament)
	t.count++
	t.bytes += len(testament)
	return true
}

// flush empties a bucket.
func (t *testaments) flush(when scope) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count -= len(t.buckets[when])
	for _, testament := range t.buckets[when] {
		t.bytes -= len(testament)
	}
	t.buckets[when] = nil
}

// open ends adding and returns what is to be published, in order.
func (t *testaments) open() [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = true
	return append(t.buckets[detached], t.buckets[destroyed]...)
}

// publishTestaments publishes what s left, when s has ended, as far as it has the
// right to. Nothing is published when all sessions are ended together: nobody
// would remain to get it.
func (b *broker) publishTestaments(o *outbox, s *session) {
	left := s.testaments.open()
	if len(left) == 0 || s.silent.Load() || b.realm.router.draining() {
		return
	}
	defer s.peer.survive() // what else s held is to be disposed of in any case
	rest := b.publishLeft(o, s, left)
	if len(rest) == 0 {
		return
	}
	r := b.realm.router
	r.background.Go(func() { // the authorizer has to be asked
		defer s.peer.survive()
		o := r.outbox()
		defer o.release()
		defer func() { o.patience = nil }()
		o.patience = context.Background()
		b.publishLeft(o, s, rest)
	})
}

// publishLeft publishes testaments in order. It stops at the first for which it
// would have to wait for the authorizer, unless o has the patience, and returns the rest.
func (b *broker) publishLeft(o *outbox, s *session, left [][]byte) (rest [][]byte) {
	decoder := b.realm.router.decoder(testamentFormat)
	defer b.realm.router.putDecoder(testamentFormat, decoder)
	for i, testament := range left {
		m, err := decoder.Decode(testament)
		if err != nil {
			continue // it was decoded when it was added
		}
		publish := m.(*wamp.Publish)
		if uri, _ := b.invalid(publish); uri != "" {
			continue
		}
		g := s.decide(o, b.realm.charter(), ActionPublish, wamp.MatchExact, publish.Topic, publish)
		if g.verdict == undecided {
			return left[i:]
		}
		s.count(g)
		if uri, _ := b.forbids(publish, g.disclose); uri == "" && g.verdict == allowed {
			b.dispatch(o, o.publish(s, publish, g.disclose))
		}
	}
	return nil
}
