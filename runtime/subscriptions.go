package runtime

import (
	"slices"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// subscriptions are the session's. The router has one subscription for a topic,
// whoever in the session listens to it; the first listener starts it, and the
// last one ends it.
type subscriptions struct {
	mu      sync.Mutex
	byID    map[wamp.ID]*shared     // guarded by mu
	ids     map[topicKey]wamp.ID    // guarded by mu: of those in byID
	granted map[*subscribed]wamp.ID // guarded by mu: to whom byID's were
	joining map[topicKey]int        // guarded by mu: SUBSCRIBEs under way, which rely on the router's subscription
}

// topicKey is what a router knows a subscription by.
type topicKey struct {
	topic wamp.URI
	match string
}

// shared is one subscription of the router with its listeners.
type shared struct {
	key       topicKey
	listeners []*subscribed // guarded by subscriptions.mu, replaced rather than changed
	asked     *subscribed   // guarded by subscriptions.mu: who asked last for what is retained, which follows the answer
}

func newSubscriptions() subscriptions {
	return subscriptions{
		byID:    make(map[wamp.ID]*shared),
		ids:     make(map[topicKey]wamp.ID),
		granted: make(map[*subscribed]wamp.ID),
		joining: make(map[topicKey]int),
	}
}

// join announces a SUBSCRIBE, before it is sent.
func (t *subscriptions) join(key topicKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.joining[key]++
}

// joined ends what join began, with the id that the router granted or 0. It returns
// the router's subscription for the topic, which may have no listeners.
func (t *subscriptions) joined(listener *subscribed, id wamp.ID) wamp.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := listener.key
	if t.joining[key]--; t.joining[key] == 0 {
		delete(t.joining, key)
	}
	if id == 0 {
		return t.ids[key]
	}
	entry := t.byID[id]
	if entry == nil {
		entry = &shared{key: key}
		t.byID[id] = entry
		t.ids[key] = id
	}
	t.granted[listener] = id
	if listener.options.GetRetained {
		entry.asked = listener
	}
	if !listener.owner.inbox.isClosed() { // else whoever asked has given up
		entry.listeners = append(slices.Clip(entry.listeners), listener)
	}
	return id
}

// leave takes a listener off and returns the router's subscription, which may
// have no others.
func (t *subscriptions) leave(listener *subscribed) wamp.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.granted[listener]
	delete(t.granted, listener)
	if entry := t.byID[id]; entry != nil {
		entry.listeners = slices.DeleteFunc(slices.Clone(entry.listeners), func(l *subscribed) bool { return l == listener })
	}
	return id
}

// deserted reports whether the router's subscription has no listeners and none is
// about to join. mu must be held.
func (t *subscriptions) deserted(id wamp.ID) bool {
	entry := t.byID[id]
	return entry != nil && len(entry.listeners) == 0 && t.joining[entry.key] == 0
}

// forget removes a subscription. mu must be held.
func (t *subscriptions) forget(id wamp.ID) {
	if entry := t.byID[id]; entry != nil && t.ids[entry.key] == id {
		delete(t.ids, entry.key)
	}
	delete(t.byID, id)
}

// remove forgets a subscription that the router has ended, and returns who listened.
func (t *subscriptions) remove(id wamp.ID) []*subscribed {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry := t.byID[id]
	if entry == nil {
		return nil
	}
	t.forget(id)
	for _, listener := range entry.listeners {
		delete(t.granted, listener)
	}
	return entry.listeners
}

// listeners are those of a subscription, and which of them retained events are for.
func (t *subscriptions) listeners(id wamp.ID) (all []*subscribed, asked *subscribed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry := t.byID[id]; entry != nil {
		return entry.listeners, entry.asked
	}
	return nil, nil
}
