package router

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// HistoryConfig asks for the history of a topic, or of all topics that match a
// pattern (Advanced Profile, section "Event History"). It is held in memory.
type HistoryConfig struct {
	// URI is the topic or the pattern.
	URI wamp.URI
	// Match says which of them it is; the zero value is a topic.
	Match wamp.Match
	// Limit is how many events are kept, the newest ones. Default 1000.
	Limit int
	// MaxBytes is how much memory they take in all, in octets. Default 64 MiB.
	MaxBytes int
}

// validate reports what is wrong with the histories of a realm, or nil.
func validateHistory(configs []HistoryConfig, rule wamp.URIRule) error {
	for i, c := range configs {
		same := func(other HistoryConfig) bool { return other.URI == c.URI && other.Match == c.Match }
		switch {
		case !c.URI.ValidPattern(c.Match, rule), len(c.URI) > maxPattern:
			return fmt.Errorf("history %d: %q is no valid topic URI for %s matching", i+1, c.URI, c.Match)
		case c.Limit < 0, c.MaxBytes < 0:
			return fmt.Errorf("history %d: the bounds of %q are negative", i+1, c.URI)
		case slices.ContainsFunc(configs[:i], same):
			return fmt.Errorf("history %d: %q is configured twice", i+1, c.URI)
		}
	}
	return nil
}

// history keeps the events of the topics that a realm is configured to remember,
// in the order in which the broker took them.
type history struct {
	table uriTable[*eventLog] // never changes
	logs  []*eventLog         // all of them

	mu   sync.RWMutex // guards the fields below, and what is in the logs
	last uint64       // number of the newest event
}

// eventLog is the history of one configured topic or pattern.
type eventLog struct {
	config HistoryConfig
	events []pastEvent // guarded by history.mu, as is bytes
	bytes  int
}

// pastEvent is an event of the history. Its number tells its place.
type pastEvent struct {
	*keptEvent
	number uint64
	// at is when the broker took it, as precisely as it is ever told.
	at time.Time
}

// historyPrecision is how precisely the time of an event is told and compared.
const historyPrecision = time.Millisecond

// newHistory returns nil if nothing is to be remembered.
func newHistory(configs []HistoryConfig) *history {
	if len(configs) == 0 {
		return nil
	}
	h := new(history)
	for _, c := range configs {
		defaultTo(&c.Limit, 1000)
		defaultTo(&c.MaxBytes, 64<<20)
		log := &eventLog{config: c}
		h.table.put(c.Match, c.URI, log)
		h.logs = append(h.logs, log)
	}
	return h
}

// remember sets up the history of a realm that is being made. What is configured
// has a subscription from the start, so that it has an id by which clients can
// ask for it.
func (b *broker) remember(configs []HistoryConfig) {
	b.history = newHistory(configs)
	for _, c := range configs {
		b.create(c.Match, c.URI).lasting = true
	}
}

// logsFor are the logs that a publication belongs into. One that was restricted
// to sessions by their ids belongs into none: a session that comes later has
// another id, and would be told too much or too little.
func (h *history) logsFor(p *publication) []*eventLog {
	if h == nil || p.audience != nil && (p.audience.Exclude != nil || p.audience.Eligible != nil) {
		return nil
	}
	return h.table.appendAll(nil, p.topic)
}

// record adds an event to logs.
func (h *history) record(logs []*eventLog, e *keptEvent) {
	size := e.size()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	past := pastEvent{keptEvent: e, number: h.last, at: time.Now().UTC().Truncate(historyPrecision)}
	for _, log := range logs {
		log.add(past, size)
	}
}

// add adds an event and lets go of the oldest ones beyond the bounds. An event
// that is too large for itself is left out.
func (log *eventLog) add(e pastEvent, size int) {
	if size > log.config.MaxBytes {
		return
	}
	log.events = append(log.events, e)
	log.bytes += size
	surplus := 0
	for len(log.events)-surplus > log.config.Limit || log.bytes > log.config.MaxBytes {
		log.bytes -= log.events[surplus].size()
		log.events[surplus] = pastEvent{}
		surplus++
	}
	log.events = log.events[surplus:]
}

// of are the events that are remembered of a subscription's topics, as far as a
// session may be told of them, in order.
func (h *history) of(sub *subscription, s *session) []pastEvent {
	logs := h.logsOf(sub)
	h.mu.RLock()
	defer h.mu.RUnlock()
	var found []pastEvent
	for _, log := range logs {
		for _, e := range log.events {
			if sub.uri.Matches(sub.match, e.topic) && e.isOpenTo(s) {
				found = append(found, e)
			}
		}
	}
	if len(logs) > 1 { // an event may be in several
		slices.SortFunc(found, func(a, b pastEvent) int { return cmp.Compare(a.number, b.number) })
		found = slices.CompactFunc(found, func(a, b pastEvent) bool { return a.number == b.number })
	}
	return found
}

// logsOf are the logs in which events of a subscription can be.
func (h *history) logsOf(sub *subscription) []*eventLog {
	if sub.match == wamp.MatchExact {
		return h.table.appendAll(nil, sub.uri)
	}
	return h.logs
}

// isOpenTo reports whether a session may be told of the event: its authid and
// authrole decide. Whether it would have got the event itself does not matter;
// a publisher finds its own events.
func (e *keptEvent) isOpenTo(s *session) bool { return e.audience == nil || admits(e.audience, s) }
