package router

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// CallOutcome is how a call ended for its caller.
type CallOutcome uint8

const (
	// CallAnswered is a RESULT.
	CallAnswered CallOutcome = iota
	// CallFailed is an ERROR of the callee, or one of the router's in place of an
	// answer that cannot be delivered.
	CallFailed
	// CallCanceled was canceled by its caller, or its callee left.
	CallCanceled
	// CallTimedOut took longer than its caller allows.
	CallTimedOut
	// CallRefused was given to nobody: nobody serves the procedure, or the caller may
	// not call it, or not like this.
	CallRefused

	callOutcomes = iota
)

// String is the outcome as a label of metrics.
func (o CallOutcome) String() string {
	return [callOutcomes]string{"result", "error", "canceled", "timeout", "refused"}[o]
}

// LatencyBuckets is how many buckets a [Latency] has. Bucket i holds what took up to
// 2^(i+5) µs, which is 32 µs for the first and 67 s for the last but one; the
// last has no bound.
const LatencyBuckets = 23

// LatencyBound is the upper bound of a bucket, but the last.
func LatencyBound(bucket int) time.Duration { return time.Microsecond << (bucket + 5) }

// Latency is a histogram of durations.
type Latency struct {
	Buckets [LatencyBuckets]uint64 // how many, not cumulative
	Sum     time.Duration
}

// trafficShards is how many goroutines count side by side without sharing a cache line.
const trafficShards = 8

// traffic counts what goes on in a realm, or in all realms that Config.AutoRealm
// made. A nil traffic counts nothing.
type traffic struct{ shards [trafficShards]trafficShard }

type trafficShard struct {
	received, sent [kindSlots]atomic.Uint64 // messages by kindSlot
	octets         atomic.Uint64            // received
	calls          [callOutcomes]atomic.Uint64
	latency        [CallFailed + 1]latencyCounters
	_              [64]byte
}

type latencyCounters struct {
	buckets [LatencyBuckets]atomic.Uint64
	sum     atomic.Uint64 // nanoseconds
}

// kindSlots has room for every message type that a realm sees, densely.
const kindSlots = 24

var countedKinds = [...]wamp.MessageType{
	wamp.TypeWelcome, wamp.TypeAbort, wamp.TypeGoodbye, wamp.TypeError,
	wamp.TypePublish, wamp.TypePublished, wamp.TypeSubscribe, wamp.TypeSubscribed,
	wamp.TypeUnsubscribe, wamp.TypeUnsubscribed, wamp.TypeEvent, wamp.TypeCall, wamp.TypeCancel, wamp.TypeResult,
	wamp.TypeRegister, wamp.TypeRegistered, wamp.TypeUnregister, wamp.TypeUnregistered,
	wamp.TypeInvocation, wamp.TypeInterrupt, wamp.TypeYield,
}

// kindSlot maps message types to slots; what is not counted apart has slot 0.
var kindSlot = func() (slots [128]uint8) {
	for i, kind := range countedKinds {
		slots[kind] = uint8(i + 1)
	}
	return slots
}()

func (t *traffic) received(shard uint8, kind wamp.MessageType, octets int) {
	if t == nil {
		return
	}
	s := &t.shards[shard%trafficShards]
	s.received[kindSlot[kind&127]].Add(1)
	s.octets.Add(uint64(octets))
}

func (t *traffic) sent(shard uint8, kind wamp.MessageType) {
	if t != nil {
		t.shards[shard%trafficShards].sent[kindSlot[kind&127]].Add(1)
	}
}

// now is the time at which a call begins, 0 if nobody wants to know.
func (t *traffic) now(r *Router) time.Duration {
	if t == nil {
		return 0
	}
	return r.sinceStart()
}

// refused counts a call that nobody got.
func (t *traffic) refused(shard uint8) {
	if t != nil {
		t.shards[shard%trafficShards].calls[CallRefused].Add(1)
	}
}

// ended counts a call that was given to a callee and has its final answer.
func (t *traffic) ended(shard uint8, answer wamp.Message, took time.Duration) {
	outcome := outcomeOf(answer)
	s := &t.shards[shard%trafficShards]
	s.calls[outcome].Add(1)
	if outcome > CallFailed || took < 0 {
		return
	}
	l := &s.latency[outcome]
	l.buckets[latencyBucket(took)].Add(1)
	l.sum.Add(uint64(took))
}

func outcomeOf(answer wamp.Message) CallOutcome {
	failure, failed := answer.(*wamp.ErrorMessage)
	switch {
	case !failed:
		return CallAnswered
	case failure.URI == wamp.ErrCanceled:
		return CallCanceled
	case failure.URI == wamp.ErrTimeout:
		return CallTimedOut
	}
	return CallFailed
}

// latencyBucket is the first bucket whose bound is not below d.
func latencyBucket(d time.Duration) int {
	microseconds := uint64(max(d-1, 0)) / 1000
	return min(max(bits.Len64(microseconds)-5, 0), LatencyBuckets-1)
}

// received notes a message from the session whose goroutine uses the outbox.
func (o *outbox) received(s *session, kind wamp.MessageType, octets int) {
	s.realm.traffic.received(o.shard, kind, octets)
}

// sent notes that a message was queued for to.
func (o *outbox) sent(to *session, kind wamp.MessageType) {
	o.touch(to)
	to.realm.traffic.sent(o.shard, kind)
}

// ended notes that a call has its final answer. Calls that the router itself
// serves have no callee and are not among those whose time is taken.
func (o *outbox) ended(inv *invocation, answer wamp.Message) {
	t := inv.caller.realm.traffic
	if t == nil {
		return
	}
	took := time.Duration(-1)
	if inv.began != 0 {
		took = o.router.sinceStart() - inv.began
	}
	t.ended(o.shard, answer, took)
}
