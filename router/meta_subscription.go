package router

import (
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// subscriptionProcedures are the procedures of the subscription meta API
// (Advanced Profile, section "Subscriptions Meta API"), and remove_subscriber,
// which revokes.
func subscriptionProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.subscription.list":              listSubscriptions,
		"wamp.subscription.lookup":            lookUpSubscription,
		"wamp.subscription.match":             matchSubscriptions,
		"wamp.subscription.get":               getSubscription,
		"wamp.subscription.list_subscribers":  listSubscribers,
		"wamp.subscription.count_subscribers": countSubscribers,
		"wamp.subscription.remove_subscriber": removeSubscriber,
	}
}

func listSubscriptions(c *routerCall) (wamp.Payload, error) {
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	b := &c.realm.broker
	var found idsByMatch
	b.mu.RLock()
	for id, sub := range b.byID {
		found.add(sub.match, id)
	}
	b.mu.RUnlock()
	return c.result(found.dict())
}

// lookUpSubscription finds the subscription of exactly a topic or pattern.
func lookUpSubscription(c *routerCall) (wamp.Payload, error) {
	uri, match, err := c.pattern("topic")
	if err != nil {
		return wamp.Payload{}, err
	}
	b := &c.realm.broker
	b.mu.RLock()
	sub, found := b.subscriptions.get(match, uri)
	b.mu.RUnlock()
	if !found {
		return c.result(nil)
	}
	return c.result(sub.id)
}

// matchSubscriptions finds the subscriptions that an event would be delivered to.
func matchSubscriptions(c *routerCall) (wamp.Payload, error) {
	topic := wamp.URI(c.text("topic"))
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	b := &c.realm.broker
	b.mu.RLock()
	matches := b.subscriptions.appendAll(nil, topic)
	b.mu.RUnlock()
	if len(matches) == 0 {
		return c.result(nil)
	}
	ids := make([]wamp.ID, len(matches))
	for i, sub := range matches {
		ids[i] = sub.id
	}
	return c.result(ids)
}

func getSubscription(c *routerCall) (wamp.Payload, error) {
	sub, err := c.subscription()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(sub.describe())
}

func listSubscribers(c *routerCall) (wamp.Payload, error) {
	sub, err := c.subscription()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(sub.subscribers())
}

func countSubscribers(c *routerCall) (wamp.Payload, error) {
	sub, err := c.subscription()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(len(sub.subscribers()))
}

// subscription takes the only argument, the id of a subscription, and finds it.
func (c *routerCall) subscription() (*subscription, error) {
	id := c.id("subscription")
	if err := c.end(); err != nil {
		return nil, err
	}
	sub := c.realm.broker.subscriptionByID(id)
	if sub == nil {
		return nil, noSuchSubscription(id)
	}
	return sub, nil
}

func noSuchSubscription(id wamp.ID) error {
	return wamp.NewError(wamp.ErrNoSuchSubscription, "there is no subscription %d in this realm", id)
}

// removeSubscriber revokes a subscription from one of its subscribers.
func removeSubscriber(c *routerCall) (wamp.Payload, error) {
	id, subscriber := c.id("subscription"), c.id("subscriber")
	reason, err := c.reason()
	if err != nil {
		return wamp.Payload{}, err
	}
	s, err := c.realm.broker.revoke(c.out, id, subscriber, reason)
	if err != nil {
		return wamp.Payload{}, err
	}
	c.affected = append(c.affected, s)
	return c.result()
}

// subscribers are the ids of the members.
func (sub *subscription) subscribers() []wamp.ID {
	sub.mu.RLock()
	defer sub.mu.RUnlock()
	ids := make([]wamp.ID, len(sub.members))
	for i, m := range sub.members {
		ids[i] = m.session.id
	}
	return ids
}

// identify and describe are what the meta API tells about a subscription.
func (sub *subscription) identify() wamp.ID { return sub.id }

func (sub *subscription) describe() wamp.Dict {
	return wamp.Dict{"id": sub.id, "created": timestamp(sub.created), "uri": sub.uri, "match": sub.match.String()}
}

// noteJoined notes that a session is about to be a member. subscription.mu is held.
func (sub *subscription) noteJoined(s *session) {
	meta := &s.realm.meta
	if len(sub.members) == 0 && !sub.lasting { // one that lost its last member gets none any more
		meta.note(metaEvent{topic: subscriptionOnCreate, session: s, subject: sub})
	}
	meta.note(metaEvent{topic: subscriptionOnSubscribe, session: s, subject: sub})
}

// noteLeft notes that a session is a member no more. subscription.mu is held.
func (sub *subscription) noteLeft(s *session, revoked bool) {
	meta := &s.realm.meta
	meta.note(metaEvent{topic: subscriptionOnUnsubscribe, session: s, subject: sub, revoked: revoked})
	if sub.ended {
		meta.note(metaEvent{topic: subscriptionOnDelete, session: s, subject: sub, revoked: revoked})
	}
}

// idsByMatch are the ids of registrations or subscriptions, for each policy.
type idsByMatch [3][]wamp.ID

func (ids *idsByMatch) add(match wamp.Match, id wamp.ID) { ids[match] = append(ids[match], id) }

func (ids *idsByMatch) dict() wamp.Dict {
	dict := make(wamp.Dict, len(ids))
	for match := range ids {
		dict[wamp.Match(match).String()] = ids[match]
	}
	return dict
}

// timestamp is a time as ISO 8601 has it, in UTC.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
