package router

import (
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// metaTopic is a topic under which the router publishes what happens in a realm
// (Advanced Profile, chapter "Meta API").
type metaTopic uint8

const (
	sessionOnJoin metaTopic = iota
	sessionOnLeave
	registrationOnCreate
	registrationOnRegister
	registrationOnUnregister
	registrationOnDelete
	subscriptionOnCreate
	subscriptionOnSubscribe
	subscriptionOnUnsubscribe
	subscriptionOnDelete
	metaTopicCount
)

var metaTopics = [metaTopicCount]wamp.URI{
	sessionOnJoin:             "wamp.session.on_join",
	sessionOnLeave:            "wamp.session.on_leave",
	registrationOnCreate:      "wamp.registration.on_create",
	registrationOnRegister:    "wamp.registration.on_register",
	registrationOnUnregister:  "wamp.registration.on_unregister",
	registrationOnDelete:      "wamp.registration.on_delete",
	subscriptionOnCreate:      "wamp.subscription.on_create",
	subscriptionOnSubscribe:   "wamp.subscription.on_subscribe",
	subscriptionOnUnsubscribe: "wamp.subscription.on_unsubscribe",
	subscriptionOnDelete:      "wamp.subscription.on_delete",
}

// metaEvents are the meta events of a realm on their way from where they happen
// to the broker.
//
// What happens is noted under the lock that makes it happen, so that events are
// noted in the order in which things happened. They are published with no such
// lock held, by whoever has the turn, in the order in which they were noted.
// Whoever noted one sees to it, by realm.tell, that it is published before it
// handles the next message, so that what a session causes by that comes later
// than the meta events of the one before. Nothing is noted that nobody watches.
type metaEvents struct {
	// watched counts the subscriptions that match each topic.
	watched [metaTopicCount]atomic.Int32

	mu    sync.Mutex // guards noted; is taken under any other lock
	noted []metaEvent

	// turn belongs to the goroutine that publishes. It guards nothing but the
	// order: whoever has to wait for it would have to wait for the same receivers
	// by itself. It is taken with no lock held.
	turn sync.Mutex
}

// metaEvent is something that happened to a session.
type metaEvent struct {
	topic   metaTopic
	session *session
	subject metaSubject // nil if the event is about the session itself
	// revoked tells that the session did not do it itself.
	revoked bool
}

// metaSubject is a registration or a subscription: what does not change about
// it, so that it can be told after the lock was released.
type metaSubject interface {
	identify() wamp.ID
	describe() wamp.Dict
}

// watch counts a subscription that begins, by 1, or one that has ended, by -1.
func (e *metaEvents) watch(sub *subscription, by int32) {
	if sub.match == wamp.MatchExact && !sub.uri.Reserved() {
		return
	}
	for topic, uri := range metaTopics {
		if sub.uri.Matches(sub.match, uri) {
			e.watched[topic].Add(by)
		}
	}
}

// note notes what happened to a session, unless nobody watches the topic or the
// session leaves in silence. The lock that made it happen is held.
func (e *metaEvents) note(event metaEvent) {
	if e.watched[event.topic].Load() == 0 || event.session.silent.Load() {
		return
	}
	e.mu.Lock()
	e.noted = append(e.noted, event)
	event.session.untold.Add(1)
	e.mu.Unlock()
}

// take returns what was noted and is not being published yet.
func (e *metaEvents) take() []metaEvent {
	e.mu.Lock()
	defer e.mu.Unlock()
	events := e.noted
	e.noted = nil
	return events
}

// tell publishes the meta events that were noted. When it returns, those about s
// which were noted before the call are in the subscribers' queues. It must not
// be called with a lock held.
func (r *realm) tell(o *outbox, s *session) {
	if s.untold.Load() == 0 {
		return
	}
	e := &r.meta
	if !e.turn.TryLock() {
		o.flush() // nobody waits for us while we wait for one
		e.turn.Lock()
	}
	defer e.turn.Unlock()
	for _, event := range e.take() {
		r.publishMeta(o, event)
		event.session.untold.Add(-1)
	}
}

// publishMeta publishes a meta event. As with what it publishes, a session does
// not get events about what it does itself.
func (r *realm) publishMeta(o *outbox, event metaEvent) {
	payload, err := codec.EncodePayload(wamp.CBOR, event.arguments(), nil)
	if err != nil { // what an authenticator calls the session has no form in CBOR
		r.router.config.Logger.Error("meta event not published", "topic", metaTopics[event.topic], "error", err)
		return
	}
	p := &o.publication
	*p = publication{
		id: wamp.RandomID(), topic: metaTopics[event.topic], payload: payload,
		publisher: event.session, includeMe: event.revoked,
	}
	r.broker.dispatch(o, p)
}

// arguments are what the event tells.
func (event metaEvent) arguments() []any {
	s := event.session
	switch event.topic {
	case sessionOnJoin:
		return []any{s.describe()}
	case sessionOnLeave:
		return []any{s.id, s.identity.AuthID, s.identity.Role}
	case registrationOnCreate, subscriptionOnCreate:
		return []any{s.id, event.subject.describe()}
	}
	return []any{s.id, event.subject.identify()}
}
