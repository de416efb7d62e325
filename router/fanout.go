package router

import (
	"net"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// frames are one event encoded for every serializer in which it is needed. The
// bytes are shared among the receivers.
type frames struct {
	encoded [len(serializers)][]byte
	failed  [len(serializers)]bool // the event has no form in this serializer
}

// in returns the event in a format, or an error of package codec.
func (f *frames) in(format wamp.Format, event *wamp.Event) ([]byte, error) {
	switch {
	case f.encoded[format] != nil:
		return f.encoded[format], nil
	case f.failed[format]:
		return nil, codec.ErrUnrepresentable
	}
	frame, err := codec.Append(make([]byte, 0, codec.SizeHint(event)), format, event)
	if err != nil {
		f.failed[format] = true
		return nil, err
	}
	f.encoded[format] = frame
	return frame, nil
}

// fanOut delivers a publication to the members of one subscription. No lock is
// held while it waits for those that do not keep up.
func (b *broker) fanOut(o *outbox, sub *subscription, p *publication) {
	node := ""
	if p.rkey != "" {
		node = sub.nodeOf(p.rkey)
	}
	event := &o.event
	*event = wamp.Event{Subscription: sub.id, Publication: p.id, Details: p.details, Payload: p.payload}
	if sub.match != wamp.MatchExact {
		event.Details.Topic = p.topic
	}
	if !event.Details.HasTrustLevel {
		b.fanOutTo(everybody, o, sub, p, node, event)
		return
	}
	b.fanOutTo(trustLevelTakers, o, sub, p, node, event)
	event.Details = withoutTrustLevel(event.Details)
	b.fanOutTo(otherThanTakers, o, sub, p, node, event)
}

// fanOutTo delivers one and the same event to a part of the members. Of those that
// belong to a node it is for one node's only, unless that is empty.
func (b *broker) fanOutTo(to part, o *outbox, sub *subscription, p *publication, node string, event *wamp.Event) {
	var shared frames
	b.queueForAll(to, o, sub, p, node, event, &shared)
	for _, m := range o.late {
		b.deliverLate(o, m, event, &shared)
	}
	clear(o.late)
	o.late = o.late[:0]
}

// queueForAll queues an event for every member of a part that it reaches, and notes
// in o.late whose queue is full.
func (b *broker) queueForAll(to part, o *outbox, sub *subscription, p *publication, node string, event *wamp.Event, shared *frames) {
	sub.mu.RLock()
	defer sub.mu.RUnlock()
	alone := len(sub.members) == 1
	for _, m := range sub.members {
		if !p.reaches(m.session) || p.number != 0 && p.precedes(m) || !to.has(m.session) ||
			node != "" && sub.nodes.elsewhere(m, node) {
			continue
		}
		if o.backedUp(m.session) {
			o.late = append(o.late, m)
			continue
		}
		switch fateOf(m.queue(event, shared, alone)) {
		case queued:
			o.sent(m.session, wamp.TypeEvent)
		case full:
			o.metFull(m.session)
			o.late = append(o.late, m)
		case unfit:
			b.realm.router.counters.eventsUndeliverable.Add(1)
		}
	}
}

// queue queues an event for the member: encoded straight into its queue if
// nobody else gets it, else as the bytes that all receivers share.
func (m *membership) queue(event *wamp.Event, shared *frames, alone bool) error {
	if m.isBehind() {
		return transport.ErrQueueFull
	}
	if alone {
		return m.conn.Send(event)
	}
	frame, err := shared.in(m.format, event)
	if err != nil {
		return err
	}
	return m.conn.SendFrame(frame)
}

// deliverLate delivers an event to a member whose queue was full: it waits for
// room within bounds, and then does as Limits.OnFullQueue says.
func (b *broker) deliverLate(o *outbox, m *membership, event *wamp.Event, shared *frames) {
	counters := &b.realm.router.counters
	for o.awaitRoom(m.session) {
		switch fateOf(m.queueUnlessExpelled(event, shared)) {
		case queued:
			o.sent(m.session, wamp.TypeEvent)
			return
		case unfit:
			counters.eventsUndeliverable.Add(1)
			return
		case gone:
			return
		}
	}
	if b.realm.router.limits().OnFullQueue == CloseSession {
		m.session.endStalled()
	}
	topic := event.Details.Topic // told to subscribers of patterns
	if topic == "" {
		topic = m.subscription.uri
	}
	b.drop(m.session, topic)
}

func (m *membership) queueUnlessExpelled(event *wamp.Event, shared *frames) error {
	m.subscription.mu.RLock()
	defer m.subscription.mu.RUnlock()
	if m.index < 0 {
		return net.ErrClosed
	}
	return m.queue(event, shared, false)
}
