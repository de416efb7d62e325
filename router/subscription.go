package router

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// subscription is a topic, or a pattern of topics, that one or more sessions
// want events of. One with a history lasts without them.
type subscription struct {
	id      wamp.ID
	uri     wamp.URI
	match   wamp.Match
	created time.Time
	// lasting keeps a subscription without members: its id is that of a history.
	lasting bool

	// mu guards the fields below. An event is queued for all members with it
	// held for reading, so that a session is either in or out, before and after
	// its SUBSCRIBED and UNSUBSCRIBED.
	mu      sync.RWMutex
	members []*membership
	nodes   nodes
	ended   bool // the last member left, and nothing else keeps it; nobody joins any more
}

// membership is one session's part in a subscription. A gateway that listens
// for peers elsewhere has one like any other session.
type membership struct {
	subscription *subscription
	session      *session
	conn         transport.Conn
	format       wamp.Format
	index        int // in subscription.members, or -1: guarded by subscription.mu
	// retained is nil unless the session asked for retained events. Guarded by
	// subscription.mu.
	retained *retained
}

// errEnded means that a subscription has ended and a new one must take its place.
var errEnded = errors.New("subscription has ended")

// admit makes s a member and queues subscribed, and what is retained unless r is
// nil, in one step for everybody who looks. A session that is a member already
// stays the member that it is, of the node that it names now. It fails with errEnded, errTooMany, or like Conn.Send; a
// subscription that is without members then has ended.
func (sub *subscription) admit(s *session, subscribed *wamp.Subscribed, node string, r *retention) (*membership, error) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if sub.ended {
		return nil, errEnded
	}
	newcomer := &membership{subscription: sub, session: s, conn: s.conn, format: s.conn.Format(), index: -1}
	m, err := s.subscriber.join(newcomer, subscribed)
	if err == nil && r != nil {
		r.queueRetained(m)
	}
	if m == newcomer {
		m.index = len(sub.members)
		sub.members = append(sub.members, m)
	}
	if err == nil {
		sub.nodes.note(m, node)
	}
	sub.ended = len(sub.members) == 0 && !sub.lasting
	return m, err
}

// expel takes a member out. The subscription ends with its last one.
func (sub *subscription) expel(m *membership) (ended bool) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return sub.remove(m, false)
}

// remove is expel with mu held. Revoked tells that it is not the member's will.
func (sub *subscription) remove(m *membership, revoked bool) (ended bool) {
	end := len(sub.members) - 1
	last := sub.members[end]
	sub.members[m.index] = last
	last.index = m.index
	m.index = -1
	sub.members[end] = nil
	sub.members = sub.members[:end]
	sub.nodes.note(m, "")
	sub.ended = end == 0 && !sub.lasting
	sub.noteLeft(m.session, revoked)
	return sub.ended
}

// subscriber is what a session holds as a subscriber.
type subscriber struct {
	mu          sync.Mutex
	left        bool // the session left; nothing is sent to it any more
	memberships map[wamp.ID]*membership
}

// join notes a membership, and queues the acknowledgement. If there is one of that
// subscription already, that is returned in place of m. subscription.mu is held.
func (r *subscriber) join(m *membership, subscribed *wamp.Subscribed) (*membership, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left {
		return nil, net.ErrClosed
	}
	held := r.memberships[m.subscription.id]
	if held == nil && len(r.memberships) >= m.session.realm.router.limits().MaxSubscriptions {
		m.session.realm.router.reached(limitSubscriptions)
		return nil, errTooMany
	}
	if err := m.conn.Send(subscribed); err != nil {
		return nil, err
	}
	if held != nil {
		return held, nil
	}
	if r.memberships == nil {
		r.memberships = make(map[wamp.ID]*membership)
	}
	r.memberships[m.subscription.id] = m
	m.subscription.noteJoined(m.session)
	return m, nil
}

// give takes a membership from the subscriber, if it holds it.
func (r *subscriber) give(id wamp.ID) *membership {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.memberships[id]
	delete(r.memberships, id)
	return m
}

// leave ends the role and returns what the session held.
func (r *subscriber) leave() map[wamp.ID]*membership {
	r.mu.Lock()
	defer r.mu.Unlock()
	memberships := r.memberships
	r.left, r.memberships = true, nil
	return memberships
}
