package router

import (
	"cmp"
	"container/list"
	"slices"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// maxSupplements is how many events with a limited audience are retained for a
// topic beside the one for everybody.
const maxSupplements = 16

// retention keeps the newest events that were published with retain, by topic
// (Advanced Profile, section "Event Retention"). It is bounded in topics and in
// octets; beyond that the topics go that have not been published to, with
// retain, for the longest time.
//
// Keeping an event is the moment from which it counts as published: a session
// that asks for what is retained gets it that way if it subscribes later, and
// only that way; if it subscribed before, it gets the event itself.
type retention struct {
	bounds   Retention
	counters *counters

	mu     sync.RWMutex // guards the fields below
	last   uint64       // number of the newest event; they are counted from 1
	topics map[wamp.URI]*retainedTopic
	recent list.List // of *retainedTopic, the one published to last in front
	bytes  int
}

// retainedTopic is what is retained for a topic.
type retainedTopic struct {
	topic wamp.URI
	// events are the newest first. Only the last one can be for everybody: what
	// is older than that is nobody's newest.
	events []retainedEvent
	bytes  int
	recent *list.Element
}

type retainedEvent struct {
	*keptEvent
	number     uint64
	transcoded bool // see membership.transcodeRest
}

// newRetention returns nil if nothing is to be retained.
func newRetention(bounds Retention, counters *counters) *retention {
	if bounds.MaxTopics < 0 {
		return nil
	}
	defaultTo(&bounds.MaxTopics, 10_000)
	defaultTo(&bounds.MaxBytes, 64<<20)
	return &retention{bounds: bounds, counters: counters, topics: make(map[wamp.URI]*retainedTopic)}
}

// keep retains an event and returns its number. An event that is larger than
// all that may be retained is not kept, and neither is the one it would have
// replaced, which is no longer the newest; its number is 0.
func (r *retention) keep(e *keptEvent) uint64 {
	size := e.size()
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.topics[e.topic]
	if size > r.bounds.MaxBytes {
		r.counters.retainedEvicted.Add(1)
		if t != nil {
			r.drop(t)
		}
		return 0
	}
	if t == nil {
		t = &retainedTopic{topic: e.topic}
		t.recent = r.recent.PushFront(t)
		r.topics[e.topic] = t
	} else {
		r.recent.MoveToFront(t.recent)
	}
	r.last++
	r.bytes -= t.bytes
	t.add(retainedEvent{keptEvent: e, number: r.last})
	r.bytes += t.bytes
	r.evict()
	return r.last
}

// evict keeps the bounds. What was retained last stays, but for older events of
// its topic if it alone is too large.
func (r *retention) evict() {
	for len(r.topics) > r.bounds.MaxTopics || r.bytes > r.bounds.MaxBytes {
		oldest := r.recent.Back().Value.(*retainedTopic)
		r.counters.retainedEvicted.Add(1)
		if len(r.topics) > 1 {
			r.drop(oldest)
			continue
		}
		r.bytes -= oldest.bytes
		oldest.events = oldest.events[:len(oldest.events)-1]
		oldest.measure()
		r.bytes += oldest.bytes
	}
}

func (r *retention) drop(t *retainedTopic) {
	r.bytes -= t.bytes
	r.recent.Remove(t.recent)
	delete(r.topics, t.topic)
}

// add puts an event in front of the others, and lets go of those that it
// replaces and of supplements beyond their number.
func (t *retainedTopic) add(e retainedEvent) {
	events := []retainedEvent{e}
	if e.audience != nil {
		for _, older := range t.events {
			if older.audience == nil || !older.sameAudience(e.keptEvent) && len(events) < maxSupplements {
				events = append(events, older)
			}
		}
	}
	t.events = events
	t.measure()
}

func (t *retainedTopic) measure() {
	t.bytes = 0
	for _, e := range t.events {
		t.bytes += e.size()
	}
}

// newestFor is the newest event that a session would have got.
func (t *retainedTopic) newestFor(s *session) (e retainedEvent, found bool) {
	i := slices.IndexFunc(t.events, func(e retainedEvent) bool { return e.reaches(s) })
	if i < 0 {
		return e, false
	}
	return t.events[i], true
}

// matching returns what a new subscriber gets, one event for every topic, in
// the order in which they were published, and the number of the newest event
// that there is.
func (r *retention) matching(sub *subscription, s *session) (events []retainedEvent, last uint64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	add := func(t *retainedTopic) {
		if e, found := t.newestFor(s); found {
			events = append(events, e)
		}
	}
	if sub.match == wamp.MatchExact {
		if t := r.topics[sub.uri]; t != nil {
			add(t)
		}
		return events, r.last
	}
	for topic, t := range r.topics {
		if sub.uri.Matches(sub.match, topic) {
			add(t)
		}
	}
	slices.SortFunc(events, func(a, b retainedEvent) int { return cmp.Compare(a.number, b.number) })
	return events, r.last
}
