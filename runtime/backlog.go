package runtime

import "github.com/wampkit/wampkit/wamp"

// DefaultBacklog is how many invocations of a procedure may wait for their turn; see
// [WithConcurrency] and [WithBacklog].
const DefaultBacklog = 1024

// backlogOctets is how many octets of arguments may wait for their turn besides.
const backlogOctets = 64 << 20

// admission is what becomes of an invocation that has come.
type admission uint8

const (
	starts admission = iota
	waits            // for its turn
	isTooMany
)

// admit decides whether an invocation starts now. It runs on the reader.
func (m *registered) admit(inv *invocation) admission {
	if m.limit == 0 {
		return starts
	}
	ended, verdict := m.enqueue(inv)
	for _, inv := range ended {
		inv.turnAway(inv.ctx.Err())
	}
	return verdict
}

// enqueue also returns the invocations that it took off to make room, because their time is over.
func (m *registered) enqueue(inv *invocation) (ended []*invocation, verdict admission) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.active < m.limit {
		m.active++
		return nil, starts
	}
	if m.isFull(inv) {
		ended = m.removeWaiting(func(inv *invocation) bool { return inv.ctx.Err() != nil })
		if m.isFull(inv) {
			return ended, isTooMany
		}
	}
	m.backlog.push(inv)
	m.waiting += len(inv.in.storage)
	return ended, waits
}

func (m *registered) isFull(inv *invocation) bool {
	return m.backlog.len() >= m.most || m.waiting+len(inv.in.storage) > backlogOctets
}

// removeWaiting takes invocations off that wait for their turn. mu must be held.
func (m *registered) removeWaiting(unwanted func(*invocation) bool) []*invocation {
	removed := m.backlog.remove(unwanted)
	for _, inv := range removed {
		m.waiting -= len(inv.in.storage)
	}
	return removed
}

// giveUp takes an invocation off if it waits for its turn, and reports whether it did.
func (m *registered) giveUp(inv *invocation) bool {
	if m.limit == 0 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.removeWaiting(func(other *invocation) bool { return other == inv })) > 0
}

// next takes the place of an invocation that has ended, for the one that waits longest.
func (m *registered) next() *invocation {
	if m.limit == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.backlog.len() == 0 {
		m.active--
		return nil
	}
	inv := m.backlog.pop()
	m.waiting -= len(inv.in.storage)
	return inv
}

// nextAlive is next, passing over those whose time ended while they waited.
func (m *registered) nextAlive() *invocation {
	for {
		inv := m.next()
		if inv == nil {
			return nil
		}
		reason := inv.ctx.Err()
		if reason == nil {
			return inv
		}
		inv.finish(reason)
	}
}

// turnAway answers an invocation that does not start. It runs on the reader, which must
// not wait; hence the answer, which may have to, keeps the invocation's memory.
func (inv *invocation) turnAway(reason error) {
	s := inv.session
	if inv.ctx.flow != nil {
		inv.ctx.flow.end()
		s.inputs.end(inv.request)
	}
	s.running.take(inv.request)
	s.reply(s.errorAnswer(inv, reason))
	inv.ctx.end(reason)
}

func tooMany(procedure wamp.URI) error {
	return wamp.NewError(wamp.ErrUnavailable, "as many calls of %s wait for their turn as may", procedure)
}
