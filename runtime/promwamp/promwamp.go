// Package promwamp measures what goes through sessions of package runtime, for Prometheus:
// how many calls, invocations, publications and events there are, how they end, and how long they take.
//
//	metrics := promwamp.New()
//	prometheus.MustRegister(metrics)
//	session, err := runtime.Dial(ctx, url, realm, runtime.WithInterceptors(metrics))
//
// Several sessions may share the metrics.
package promwamp

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// Metrics are the interceptors that measure and the collector of what they have measured.
//
//   - wampkit_client_call_duration_seconds{procedure,outcome}, wampkit_client_calls_in_flight{procedure}
//   - wampkit_client_invocation_duration_seconds{procedure,outcome}, wampkit_client_invocations_in_flight{procedure}
//   - wampkit_client_publish_duration_seconds{topic,outcome}
//   - wampkit_client_event_duration_seconds{topic,outcome}
//
// The durations are histograms, whose _count is how many there were. procedure and topic are
// the URI as declared or registered: not what was called through a pattern. outcome is
// what [runtime.OutgoingCall.Outcome] says, or "panic". Both have a bounded number of values: behind
// the first [WithMaxURIs] URIs and [MaxOutcomes] outcomes, further ones are "other".
type Metrics struct {
	runtime.Interceptors

	calls, invocations, publishes, events *kind
	uris, outcomes                        *bound
	collectors                            []prometheus.Collector
}

// MaxOutcomes is how many different outcomes are told apart.
const MaxOutcomes = 64

// Option changes what is measured.
type Option func(*options)

type options struct {
	buckets []float64
	uris    int
	labels  prometheus.Labels
}

// WithBuckets sets the upper bounds of the histograms' buckets, in seconds. The default is prometheus.DefBuckets.
func WithBuckets(seconds ...float64) Option { return func(o *options) { o.buckets = seconds } }

// WithMaxURIs sets how many procedures and topics are told apart. The default is 500.
func WithMaxURIs(n int) Option { return func(o *options) { o.uris = n } }

// WithLabels adds labels that are the same for all, such as the realm.
func WithLabels(labels prometheus.Labels) Option { return func(o *options) { o.labels = labels } }

// New returns metrics, which are to be registered with Prometheus and given to
// [runtime.WithInterceptors].
func New(opts ...Option) *Metrics {
	o := options{buckets: prometheus.DefBuckets, uris: 500}
	for _, opt := range opts {
		opt(&o)
	}
	m := &Metrics{uris: newBound(o.uris), outcomes: newBound(MaxOutcomes)}
	m.calls = m.kind(o, "call", "calls", "procedure", "Calls made, by how they ended and how long they took.")
	m.invocations = m.kind(o, "invocation", "invocations", "procedure", "Calls served, by how they ended and how long they took.")
	m.publishes = m.kind(o, "publish", "", "topic", "Events published, by how that ended and how long it took.")
	m.events = m.kind(o, "event", "", "topic", "Events handled, by how that ended and how long it took.")
	m.Interceptors = runtime.Interceptors{
		runtime.CallInterceptor(m.call), runtime.InvocationInterceptor(m.invocation),
		runtime.PublishInterceptor(m.publish), runtime.EventInterceptor(m.event),
	}
	return m
}

// kind is what is measured of one kind of things.
type kind struct {
	durations *prometheus.HistogramVec
	inFlight  *prometheus.GaugeVec // nil for none
}

func (m *Metrics) kind(o options, name, plural, uri, help string) *kind {
	const prefix = "wampkit_client_"
	k := &kind{durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: prefix + name + "_duration_seconds", Help: help, Buckets: o.buckets, ConstLabels: o.labels,
	}, []string{uri, "outcome"})}
	m.collectors = append(m.collectors, k.durations)
	if plural != "" {
		k.inFlight = prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + plural + "_in_flight", Help: "How many " + plural + " are under way.", ConstLabels: o.labels,
		}, []string{uri})
		m.collectors = append(m.collectors, k.inFlight)
	}
	return k
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(c chan<- *prometheus.Desc) {
	for _, collector := range m.collectors {
		collector.Describe(c)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(c chan<- prometheus.Metric) {
	for _, collector := range m.collectors {
		collector.Collect(c)
	}
}

// panicked is the outcome of what did not return.
const panicked = "panic"

func (m *Metrics) call(next runtime.CallFunc) runtime.CallFunc {
	return func(ctx context.Context, c *runtime.OutgoingCall) error {
		return m.measure(m.calls, c.Spec.URI, func() error { return next(ctx, c) }, c.Outcome)
	}
}

func (m *Metrics) invocation(next runtime.InvocationFunc) runtime.InvocationFunc {
	return func(ctx context.Context, c *runtime.IncomingCall) error {
		return m.measure(m.invocations, c.Spec.URI, func() error { return next(ctx, c) }, c.Outcome)
	}
}

func (m *Metrics) publish(next runtime.PublishFunc) runtime.PublishFunc {
	return func(ctx context.Context, e *runtime.OutgoingEvent) error {
		return m.measure(m.publishes, e.Spec.URI, func() error { return next(ctx, e) }, e.Outcome)
	}
}

func (m *Metrics) event(next runtime.EventFunc) runtime.EventFunc {
	return func(ctx context.Context, e *runtime.IncomingEvent) error {
		return m.measure(m.events, e.Spec.URI, func() error { return next(ctx, e) }, e.Outcome)
	}
}

// measure runs f and notes how long it took and how it ended, also if it panics.
func (m *Metrics) measure(k *kind, spec wamp.URI, f func() error, outcomeOf func(error) string) error {
	uri := m.uris.label(string(spec))
	if k.inFlight != nil {
		gauge := k.inFlight.WithLabelValues(uri)
		gauge.Inc()
		defer gauge.Dec()
	}
	begun, outcome := time.Now(), panicked
	defer func() {
		k.durations.WithLabelValues(uri, m.outcomes.label(outcome)).Observe(time.Since(begun).Seconds())
	}()
	err := f()
	outcome = outcomeOf(err)
	return err
}
