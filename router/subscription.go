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
// want events of.
type subscription struct {
	id      wamp.ID
	uri     wamp.URI
	match   wamp.Match
	created time.Time

	// mu guards the fields below. An event is queued for all members with it
	// held for reading, so that a session is either in or out, before and after
	// its SUBSCRIBED and UNSUBSCRIBED.
	mu      sync.RWMutex
	members []*membership
	ended   bool // the last member left; nobody joins any more
}

// membership is one session's part in a subscription. A gateway that listens
// for peers elsewhere has one like any other session.
type membership struct {
	subscription *subscription
	session      *session
	conn         transport.Conn
	format       wamp.Format
	index        int // in subscription.members, or -1: guarded by subscription.mu
}

// errEnded means that a subscription has ended and a new one must take its place.
var errEnded = errors.New("subscription has ended")

// admit makes s a member and queues subscribed, in one step for everybody who
// looks. A session that is a member already gets subscribed alone. It fails with
// errEnded, or like Conn.Send; a subscription that is without members then has
// ended.
func (sub *subscription) admit(s *session, subscribed *wamp.Subscribed) error {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if sub.ended {
		return errEnded
	}
	m := &membership{subscription: sub, session: s, conn: s.conn, format: s.conn.Format(), index: len(sub.members)}
	joined, err := s.subscriber.join(m, subscribed)
	if joined {
		sub.members = append(sub.members, m)
	}
	sub.ended = len(sub.members) == 0
	return err
}

// expel takes a member out. The subscription ends with its last one.
func (sub *subscription) expel(m *membership) (ended bool) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	end := len(sub.members) - 1
	last := sub.members[end]
	sub.members[m.index] = last
	last.index = m.index
	m.index = -1
	sub.members[end] = nil
	sub.members = sub.members[:end]
	sub.ended = end == 0
	return sub.ended
}

// subscriber is what a session holds as a subscriber.
type subscriber struct {
	mu          sync.Mutex
	left        bool // the session left; nothing is sent to it any more
	memberships map[wamp.ID]*membership
}

// join notes a membership, unless there is one of that subscription, and queues
// the acknowledgement. subscription.mu is held.
func (r *subscriber) join(m *membership, subscribed *wamp.Subscribed) (joined bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left {
		return false, net.ErrClosed
	}
	if err := m.conn.Send(subscribed); err != nil {
		return false, err
	}
	if r.memberships[m.subscription.id] != nil {
		return false, nil
	}
	if r.memberships == nil {
		r.memberships = make(map[wamp.ID]*membership)
	}
	r.memberships[m.subscription.id] = m
	return true, nil
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
