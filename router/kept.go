package router

import (
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// keptEvent is a publication that outlives its delivery, because it is retained
// for its topic or part of a history. It does not change, and may be both. The
// payload stays as the publisher encoded it.
type keptEvent struct {
	id      wamp.ID
	topic   wamp.URI
	payload wamp.Payload
	details wamp.EventDetails
	// excluded is the session that published and asked not to get its own event,
	// else 0. The session itself is not held on to.
	excluded wamp.ID
	// audience is that of the publication; see publication.audience.
	audience *wamp.PublishOptions
}

// kept makes an event of p that does not depend on buffers that are used again.
func (p *publication) kept() *keptEvent {
	e := &keptEvent{id: p.id, topic: p.topic, payload: p.payload.Clone(), details: p.details}
	e.details.Extra = nil // which is about the publication's moment, such as what it is traced under
	if p.publisher != nil && !p.includeMe {
		e.excluded = p.publisher.id
	}
	if p.audience != nil {
		audience := *p.audience
		e.audience = &audience
	}
	return e
}

// reaches reports whether a session would have got the event, had it been
// subscribed when it was published.
func (e *keptEvent) reaches(s *session) bool {
	return s.id != e.excluded && (e.audience == nil || admits(e.audience, s))
}

// sameAudience reports whether two events were published to the same sessions,
// as far as their lists tell.
func (e *keptEvent) sameAudience(other *keptEvent) bool {
	a, b := e.audience, other.audience
	if a == nil || b == nil {
		return a == b
	}
	return sameList(a.Exclude, b.Exclude) && sameList(a.ExcludeAuthID, b.ExcludeAuthID) &&
		sameList(a.ExcludeAuthRole, b.ExcludeAuthRole) && sameList(a.Eligible, b.Eligible) &&
		sameList(a.EligibleAuthID, b.EligibleAuthID) && sameList(a.EligibleAuthRole, b.EligibleAuthRole)
}

// sameList tells an empty list from none, which for eligible ones is the
// difference between nobody and everybody.
func sameList[T comparable](a, b []T) bool {
	return (a == nil) == (b == nil) && slices.Equal(a, b)
}

// size estimates the memory that the event takes, in octets.
func (e *keptEvent) size() int {
	const fixed = 512 // the struct, and its places in tables
	size := fixed + len(e.topic) + e.payload.Size() + len(e.details.PublisherAuthID) + len(e.details.PublisherAuthRole)
	if a := e.audience; a != nil {
		size += fixed + 8*(len(a.Exclude)+len(a.Eligible))
		for _, list := range [][]string{a.ExcludeAuthID, a.ExcludeAuthRole, a.EligibleAuthID, a.EligibleAuthRole} {
			for _, name := range list {
				size += 16 + len(name)
			}
		}
	}
	return size
}

// event is the message that delivers e to a session, through a subscription.
func (e *keptEvent) event(sub *subscription, to *session) wamp.Event {
	m := wamp.Event{Subscription: sub.id, Publication: e.id, Details: e.details, Payload: e.payload}
	if !to.takesTrustLevels() {
		m.Details = withoutTrustLevel(m.Details)
	}
	if sub.match != wamp.MatchExact {
		m.Details.Topic = e.topic
	}
	return m
}
