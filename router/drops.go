package router

import (
	"maps"
	"strings"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// maxRoots is how many topic roots are counted apart; events of further ones
// are counted under otherRoots.
const (
	maxRoots   = 1024
	otherRoots = "*"
)

// drops counts, per topic root, the events that were not delivered because
// their subscribers do not keep up. A topic's root is its first two components.
type drops struct {
	mu    sync.Mutex
	roots map[string]uint64 // guarded by mu
}

func (d *drops) add(topic wamp.URI) {
	root := topicRoot(topic)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.roots == nil {
		d.roots = make(map[string]uint64)
	}
	if _, known := d.roots[root]; !known && len(d.roots) >= maxRoots {
		root = otherRoots
	}
	d.roots[root]++
}

func (d *drops) snapshot() map[string]uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.roots)
}

// topicRoot is the first two components of a topic.
func topicRoot(topic wamp.URI) string {
	first, rest, found := strings.Cut(string(topic), ".")
	if !found {
		return first
	}
	second, _, _ := strings.Cut(rest, ".")
	return first + "." + second
}

// drop counts events that a session does not get because it does not keep up, by
// the topics that they were published to: all of them at once.
func (b *broker) drop(s *session, topics ...wamp.URI) {
	n := uint64(len(topics))
	s.dropped.Add(n)
	for _, topic := range topics {
		b.realm.router.drops.add(topic)
	}
	b.realm.router.counters.eventsDropped.Add(n)
}
