package runtime

import (
	"context"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// Event is what a handler may know about an event, beside its arguments.
type Event struct {
	// Topic is the URI that was published to, which for a pattern-based
	// subscription is not the one subscribed to.
	Topic wamp.URI
	// Publication identifies the event on the router.
	Publication wamp.ID
	// Subscription is the router's subscription it came through.
	Subscription wamp.ID
	// Publisher is the publisher's session, 0 unless the router discloses it.
	Publisher wamp.ID
	// PublisherAuthID and PublisherAuthRole are who the publisher is, empty unless disclosed.
	PublisherAuthID, PublisherAuthRole string
	// Retained tells that the broker had kept the event from before the subscription.
	Retained bool
	// TrustLevel is the level the router gave the event, if HasTrustLevel.
	TrustLevel    int64
	HasTrustLevel bool
}

// EventFrom returns the event that the handler with this context handles.
func EventFrom(ctx context.Context) (*Event, bool) {
	event, ok := ctx.Value(eventKey{}).(*Event)
	return event, ok
}

type eventKey struct{}

// eventContext is the context of an event's handler.
type eventContext struct {
	scope
	info Event
}

// Value implements context.Context.
func (c *eventContext) Value(key any) any {
	if key == (eventKey{}) {
		return &c.info
	}
	return nil
}

// delivery is one event for one listener. It is pooled, with the buffer of its
// arguments; its context is not.
type delivery struct {
	member *subscribed
	ctx    *eventContext
	in     Values

	attributes wamp.Dict // nil without
}

var deliveryPool = sync.Pool{New: func() any { return new(delivery) }}

func (d *delivery) release() {
	d.in.discard()
	d.member, d.ctx, d.attributes = nil, nil, nil
	deliveryPool.Put(d)
}

// received gives an event to all who listen. It runs on the reader.
func (s *session) received(m *wamp.Event) error {
	all, asked := s.topics.listeners(m.Subscription)
	for _, member := range all {
		if m.Details.Retained && member != asked {
			continue // another listener of the session asked for it
		}
		if member.options.GetRetained && member.seen.again(m) {
			continue // it came before the session reconnected
		}
		d := deliveryPool.Get().(*delivery)
		d.member = member
		d.in.store(m.Payload)
		d.in.sealed(m.Details.Passthru)
		d.attributes = m.Details.Extra
		d.ctx = s.eventContexts.next()
		d.ctx.info = Event{
			Topic:             m.Details.Topic,
			Publication:       m.Publication,
			Subscription:      m.Subscription,
			Publisher:         m.Details.Publisher,
			PublisherAuthID:   m.Details.PublisherAuthID,
			PublisherAuthRole: m.Details.PublisherAuthRole,
			Retained:          m.Details.Retained,
			TrustLevel:        m.Details.TrustLevel,
			HasTrustLevel:     m.Details.HasTrustLevel,
		}
		if d.ctx.info.Topic == "" {
			d.ctx.info.Topic = member.topic.URI
		}
		if !member.owner.inbox.put(s, d) {
			member.owner.overflow(s)
		}
	}
	return nil
}

// handle decodes the arguments and calls the handler.
func (d *delivery) handle(ctx context.Context) error {
	d.in.template = d.member.template
	d.in.open(d.ctx.info.Topic, arguments)
	return d.member.handle(ctx, &d.in)
}
