package main

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/wampkit/wampkit/examples/internal/stage"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/otelwamp"
	"github.com/wampkit/wampkit/runtime/promwamp"
	"github.com/wampkit/wampkit/runtime/slogwamp"
	"github.com/wampkit/wampkit/wamp"
)

// program is what one process has to be observed with. A real one would send spans to a
// collector and serve metrics over HTTP.
type program struct {
	name    string
	log     *buffer
	spans   *sdk.TracerProvider
	metrics *promwamp.Metrics
}

func newProgram(name string, t *trace) *program {
	return &program{
		name:    name,
		log:     new(buffer),
		spans:   sdk.NewTracerProvider(sdk.WithSpanProcessor(t.of(name))),
		metrics: promwamp.New(),
	}
}

// observed is what a session is given once. The first interceptor is the outermost.
func (p *program) observed() []runtime.DialOption {
	logger := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTimes}))
	return []runtime.DialOption{
		runtime.WithLogger(logger), // for what callers are not told
		runtime.WithInterceptors(
			otelwamp.New(otelwamp.WithTracerProvider(p.spans), otelwamp.WithPropagator(propagation.TraceContext{})),
			p.metrics,
			slogwamp.New(logger),
		),
	}
}

// withoutTimes leaves out what differs from run to run.
func withoutTimes(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == "duration" {
		return slog.Attr{}
	}
	return a
}

func (p *program) printLog(s *stage.Stage) {
	for line := range strings.Lines(p.log.String()) {
		s.Say("%s", strings.TrimSpace(line))
	}
}

// printMetrics prints how many calls and invocations there were, by outcome.
func (p *program) printMetrics(s *stage.Stage) error {
	registry := prometheus.NewRegistry()
	if err := registry.Register(p.metrics); err != nil {
		return err
	}
	families, err := registry.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if m.GetHistogram() == nil {
				continue
			}
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			s.Say("%s_count{%s} %d", family.GetName(), strings.Join(labels, ","), m.GetHistogram().GetSampleCount())
		}
	}
	return nil
}

// mentions looks for a word in arguments as they arrived: still encoded.
func mentions(p wamp.Payload, word string) bool { return bytes.Contains(p.Args, []byte(word)) }

// buffer is a log that several goroutines write.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

func (b *buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
