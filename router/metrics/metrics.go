// Package metrics tells Prometheus how a [router.Router] is doing.
//
//	r := router.New(router.Config{Observe: true})
//	prometheus.MustRegister(metrics.NewCollector(r))
//
// Everything is read from the router when Prometheus asks, and nothing in between.
// How many time series there are is bounded by the configuration: by the realms that
// it names, never by what clients make up.
package metrics

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Collector is a [prometheus.Collector].
type Collector struct{ router *router.Router }

// NewCollector makes a collector. With router.Config.Observe off there are
// only the counters of [router.Stats] and gauges; nothing counts messages or calls.
func NewCollector(r *router.Router) *Collector { return &Collector{r} }

// Describe implements prometheus.Collector.
func (c *Collector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, m := range totals {
		descriptions <- m.desc
	}
	for _, d := range realmDescriptions {
		descriptions <- d
	}
	descriptions <- droppedByTopic
	descriptions <- limitsReached
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(samples chan<- prometheus.Metric) {
	stats := c.router.Stats()
	values := reflect.ValueOf(stats)
	for _, m := range totals {
		samples <- prometheus.MustNewConstMetric(m.desc, m.kind, asFloat(values.FieldByName(m.field)))
	}
	for _, topic := range slices.Sorted(maps.Keys(stats.EventsDroppedByTopic)) {
		samples <- prometheus.MustNewConstMetric(droppedByTopic, prometheus.CounterValue,
			float64(stats.EventsDroppedByTopic[topic]), printable(topic))
	}
	for _, limit := range slices.Sorted(maps.Keys(stats.LimitsReached)) {
		samples <- prometheus.MustNewConstMetric(limitsReached, prometheus.CounterValue, float64(stats.LimitsReached[limit]), limit)
	}
	for _, realm := range c.router.Realms() {
		collectRealm(samples, &realm)
	}
}

func asFloat(v reflect.Value) float64 {
	if v.CanInt() {
		return float64(v.Int())
	}
	return float64(v.Uint())
}

// total is a field of [router.Stats] as a metric.
type total struct {
	field string
	kind  prometheus.ValueType
	desc  *prometheus.Desc
}

func counter(field, name, help string) total {
	return total{field, prometheus.CounterValue, prometheus.NewDesc("wampkit_"+name, help, nil, nil)}
}

// totals are the fields of [router.Stats], but the maps.
var totals = []total{
	counter("SessionsOpened", "sessions_opened_total", "Sessions that were welcomed."),
	counter("SessionsRefused", "sessions_refused_total", "HELLOs that were answered with ABORT, for whatever reason."),
	counter("AuthenticationsFailed", "authentications_failed_total", "Attempts to join that a method of authentication refused."),
	counter("AuthenticationsLimited", "authentications_limited_total", "Attempts to join that were refused because too many from there had failed."),
	counter("Denied", "denied_total", "Requests that were refused because the session has no right to them."),
	counter("AuthorizationsFailed", "authorizations_failed_total", "Requests that were refused because the dynamic authorizer could not decide."),
	counter("Violations", "protocol_violations_total", "Sessions and connections that were ended for a protocol violation."),
	counter("Stalled", "sessions_stalled_total", "Sessions that were ended because they did not keep up."),
	counter("Waits", "sender_waits_total", "How often a sender was held back by a receiver's full queue."),
	counter("EventsDropped", "events_dropped_total", "Events that were not delivered because the subscriber's queue stayed full."),
	counter("EventsUndeliverable", "events_undeliverable_total", "Events that the subscriber's transport or serializer cannot carry."),
	counter("RetainedEvicted", "retained_evicted_total", "Retained events that were given up to stay within bounds."),
}

var droppedByTopic = prometheus.NewDesc("wampkit_events_dropped_by_topic_total",
	"Events that were not delivered, by the first two components of the topic; * is all beyond the first 1024.", []string{"topic"}, nil)

var limitsReached = prometheus.NewDesc("wampkit_limits_reached_total",
	"What was refused or held back because a limit was reached, by limit.", []string{"limit"}, nil)

func perRealm(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("wampkit_"+name, help, append([]string{"realm"}, labels...), nil)
}

var (
	sessions      = perRealm("sessions", "Open sessions; realm * is all realms that clients made.")
	subscriptions = perRealm("subscriptions", "Open subscriptions, that is topics and patterns with subscribers.")
	registrations = perRealm("registrations", "Open registrations, that is procedures and patterns with callees.")
	queued        = perRealm("queued_bytes", "Octets that wait in the outbound queues of all sessions.")
	longest       = perRealm("longest_queue_bytes", "Octets that wait in the longest outbound queue.")

	received      = perRealm("messages_received_total", "Messages from clients, by type.", "type")
	sent          = perRealm("messages_sent_total", "Messages to clients, by type.", "type")
	receivedBytes = perRealm("received_bytes_total", "Octets of messages from clients.")
	sentBytes     = perRealm("sent_bytes_total", "Octets written to clients, framing included.")
	calls         = perRealm("calls_total", "Calls that ended, by outcome: result, error, canceled, timeout or refused.", "outcome")
	latency       = perRealm("call_duration_seconds", "How long calls took that a callee answered, by outcome: result or error.", "outcome")

	realmDescriptions = []*prometheus.Desc{sessions, subscriptions, registrations, queued, longest, received, sent, receivedBytes, sentBytes, calls, latency}
)

func collectRealm(samples chan<- prometheus.Metric, s *router.RealmStats) {
	realm := printable(string(s.Realm))
	for _, gauge := range []struct {
		desc  *prometheus.Desc
		value int
	}{
		{sessions, s.Sessions}, {subscriptions, s.Subscriptions}, {registrations, s.Registrations},
		{queued, s.Queued}, {longest, s.LongestQueue},
	} {
		samples <- prometheus.MustNewConstMetric(gauge.desc, prometheus.GaugeValue, float64(gauge.value), realm)
	}
	if s.Received == nil {
		return // not observed
	}
	count := func(desc *prometheus.Desc, n uint64, labels ...string) {
		samples <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), append([]string{realm}, labels...)...)
	}
	eachKind(s.Received, func(kind wamp.MessageType, n uint64) { count(received, n, kind.String()) })
	eachKind(s.Sent, func(kind wamp.MessageType, n uint64) { count(sent, n, kind.String()) })
	count(receivedBytes, s.ReceivedOctets)
	count(sentBytes, s.SentOctets)
	for outcome, n := range s.Calls {
		count(calls, n, router.CallOutcome(outcome).String())
	}
	for outcome := range s.Latency {
		l := &s.Latency[outcome]
		buckets, total := cumulative(l)
		samples <- prometheus.MustNewConstHistogram(latency, total, l.Sum.Seconds(), buckets, realm, router.CallOutcome(outcome).String())
	}
}

// eachKind visits the types of which there was a message, in order.
func eachKind(counts map[wamp.MessageType]uint64, visit func(wamp.MessageType, uint64)) {
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[kind]; n > 0 {
			visit(kind, n)
		}
	}
}

// cumulative is a histogram as Prometheus wants it.
func cumulative(l *router.Latency) (buckets map[float64]uint64, total uint64) {
	buckets = make(map[float64]uint64, router.LatencyBuckets)
	for i, n := range l.Buckets {
		total += n
		if i < router.LatencyBuckets-1 {
			buckets[float64(router.LatencyBound(i))/float64(time.Second)] = total
		}
	}
	return buckets, total
}
