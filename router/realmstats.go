package router

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// RealmStats tell about a realm, or, under the name [AutoRealms], about all realms
// that Config.AutoRealm made, taken together, so that clients cannot make up any
// number of names. What is called a gauge is as it is now; everything else counts
// since the router was made.
type RealmStats struct {
	Realm wamp.URI
	// Gauges: sessions, subscriptions and registrations that are open, and octets that
	// wait in the queues of all sessions, and of the session with the longest one.
	Sessions, Subscriptions, Registrations, Queued, LongestQueue int

	// The fields below are counted with Config.Observe only.

	// Received and Sent count messages by type.
	Received, Sent map[wamp.MessageType]uint64
	// ReceivedOctets are those of messages, without the framing of the transport.
	// SentOctets are those that were handed to the operating system, framing included.
	ReceivedOctets, SentOctets uint64
	// Calls counts calls that ended, by outcome.
	Calls [callOutcomes]uint64
	// Latency is how long the calls took that a callee answered: with RESULT and with ERROR.
	Latency [CallFailed + 1]Latency
}

// AutoRealms is the name under which [Router.Realms] tells about realms that
// Config.AutoRealm made.
const AutoRealms wamp.URI = "*"

// Realms tells about every realm, in the order of their names. It looks at
// every session, so ask for it every few seconds rather than more often.
func (r *Router) Realms() []RealmStats {
	r.mu.Lock()
	automatic := r.autoRealm != nil
	realms := make([]*realm, 0, len(r.realms))
	for _, realm := range r.realms {
		realms = append(realms, realm)
	}
	r.mu.Unlock()

	var stats []RealmStats
	auto := RealmStats{Realm: AutoRealms, SentOctets: r.autoDeparted.Load()}
	for _, realm := range realms {
		if realm.passing {
			realm.addGauges(&auto)
			continue
		}
		s := RealmStats{Realm: realm.name}
		realm.addGauges(&s)
		realm.traffic.addTo(&s)
		stats = append(stats, s)
	}
	if automatic {
		r.autoTraffic.addTo(&auto)
		auto.SentOctets = r.autoSent.raise(auto.SentOctets)
		stats = append(stats, auto)
	}
	slices.SortFunc(stats, func(a, b RealmStats) int { return cmp.Compare(a.Realm, b.Realm) })
	return stats
}

func (r *realm) addGauges(s *RealmStats) {
	r.mu.RLock()
	s.Sessions += len(r.sessions)
	if !r.passing {
		s.SentOctets += r.departed.Load() // in step with the sessions
	}
	for _, session := range r.sessions {
		queued := session.conn.Queued()
		s.Queued += queued
		s.LongestQueue = max(s.LongestQueue, queued)
		if r.traffic != nil {
			s.SentOctets += transport.SentOctets(session.conn)
		}
	}
	r.mu.RUnlock()
	r.broker.mu.RLock()
	s.Subscriptions += len(r.broker.byID)
	r.broker.mu.RUnlock()
	r.dealer.mu.RLock()
	s.Registrations += len(r.dealer.byID)
	r.dealer.mu.RUnlock()
}

// depart keeps what RealmStats.SentOctets needs of a session that is about to be
// forgotten. mu is held, so that nobody counts it twice.
func (r *realm) depart(s *session) {
	if r.traffic != nil {
		r.departed.Add(transport.SentOctets(s.conn))
	}
}

// highest keeps a counter that is put together from parts, which move, from
// going back.
type highest struct {
	mu    sync.Mutex
	value uint64 // guarded by mu
}

func (h *highest) raise(to uint64) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.value = max(h.value, to)
	return h.value
}

func (t *traffic) addTo(s *RealmStats) {
	if t == nil {
		return
	}
	s.Received, s.Sent = make(map[wamp.MessageType]uint64), make(map[wamp.MessageType]uint64)
	for i := range t.shards {
		shard := &t.shards[i]
		for slot, kind := range countedKinds {
			s.Received[kind] += shard.received[slot+1].Load()
			s.Sent[kind] += shard.sent[slot+1].Load()
		}
		s.ReceivedOctets += shard.octets.Load()
		for outcome := range shard.calls {
			s.Calls[outcome] += shard.calls[outcome].Load()
		}
		for outcome := range shard.latency {
			l := &shard.latency[outcome]
			for bucket := range l.buckets {
				s.Latency[outcome].Buckets[bucket] += l.buckets[bucket].Load()
			}
			s.Latency[outcome].Sum += time.Duration(l.sum.Load())
		}
	}
}
