package router

import (
	"errors"
	"net"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// retained is what a member asked for of the events that were retained when it
// did.
type retained struct {
	// before is the number of the newest event when the member joined.
	before uint64
	// rest are the events that are not queued yet. Until they are, newer events
	// wait as they do for a full queue. The slice is guarded by subscription.mu; its
	// items belong to the goroutine of the member's session.
	rest []retainedEvent
}

// precedes reports whether p was published before m joined, and is not for m
// because m asked for what was retained then.
func (p *publication) precedes(m *membership) bool {
	return m.retained != nil && p.number <= m.retained.before
}

// isBehind reports whether events that were retained come first.
func (m *membership) isBehind() bool { return m.retained != nil && len(m.retained.rest) > 0 }

// queueRetained queues what is retained for a member, in the same step as
// SUBSCRIBED; what is too much for one step stays in rest. subscription.mu is held.
func (r *retention) queueRetained(m *membership) {
	events, last := r.matching(m.subscription, m.session)
	if m.retained == nil {
		m.retained = new(retained)
	}
	if m.index < 0 { // it joins now
		m.retained.before = last
	}
	m.retained.rest = events
	_ = m.queueRest(r.counters)
}

// Bounds of what is done in one step, while it holds up those who publish to the
// same subscription: octets queued, and octets of a payload that has to be
// transcoded for that.
const (
	maxRestStep      = 256 << 10
	maxRestTranscode = 16 << 10
)

// errMoreRest means that there is more to queue, in another step.
var errMoreRest = errors.New("more events were retained")

// queueRest queues as much of the rest as one step takes. If that is not all, it
// fails with errMoreRest or like Conn.Send. subscription.mu is held.
func (m *membership) queueRest(counters *counters) error {
	octets := 0
	for i, e := range m.retained.rest {
		if octets > maxRestStep || m.mustTranscode(e) {
			m.retained.rest = m.retained.rest[i:]
			return errMoreRest
		}
		octets += e.payload.Size()
		event := e.event(m.subscription, m.session)
		event.Details.Retained = true
		switch err := m.conn.Send(&event); fateOf(err) {
		case queued:
			m.session.realm.traffic.sent(0, wamp.TypeEvent)
		case unfit:
			counters.eventsUndeliverable.Add(1)
		case full:
			m.retained.rest = m.retained.rest[i:]
			return err
		case gone:
			m.retained.rest = nil
			return err
		}
	}
	m.retained.rest = nil
	return nil
}

// mustTranscode reports whether an event is to be transcoded before it is queued.
func (m *membership) mustTranscode(e retainedEvent) bool {
	return e.payload.Format != m.format && e.payload.Size() > maxRestTranscode && !e.transcoded
}

// transcodeRest transcodes the next event if that is to be done before it is
// queued. What cannot be transcoded is left as it is, for Send to refuse.
func (m *membership) transcodeRest() {
	next := &m.retained.rest[0]
	if !m.mustTranscode(*next) {
		return
	}
	next.transcoded = true
	if payload, err := codec.TranscodePayload(next.payload, m.format); err == nil {
		e := *next.keptEvent
		e.payload = payload
		next.keptEvent = &e
	}
}

// deliverRest delivers what queueRetained left: it waits for the member within
// bounds, and then does as Limits.OnFullQueue says.
func (b *broker) deliverRest(o *outbox, m *membership) {
	for m.isBehind() {
		m.transcodeRest()
		err := b.continueRest(m)
		o.touch(m.session)
		if fateOf(err) == full && !o.awaitRoom(m.session) {
			b.giveUpRest(m)
		}
	}
}

// continueRest is queueRest for a member that may have left.
func (b *broker) continueRest(m *membership) error {
	m.subscription.mu.Lock()
	defer m.subscription.mu.Unlock()
	if m.index < 0 {
		m.retained.rest = nil
		return net.ErrClosed
	}
	return m.queueRest(&b.realm.router.counters)
}

// giveUpRest drops what a member that does not keep up has not got.
func (b *broker) giveUpRest(m *membership) {
	if b.realm.router.limits().OnFullQueue == CloseSession {
		m.session.endStalled()
	}
	m.subscription.mu.Lock()
	dropped := m.retained.rest
	m.retained.rest = nil
	m.subscription.mu.Unlock()
	topics := make([]wamp.URI, len(dropped))
	for i, e := range dropped {
		topics[i] = e.topic
	}
	b.drop(m.session, topics...)
}
