package main

import (
	"context"
	"slices"
	"strings"
	"sync"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/wampkit/wampkit/examples/internal/stage"
)

// trace collects the spans of all programs, as a collector would.
type trace struct {
	arrived chan struct{}

	mu    sync.Mutex
	spans []span // guarded by mu
}

type span struct {
	sdk.ReadOnlySpan
	program string
}

func newTrace() *trace { return &trace{arrived: make(chan struct{}, 100)} }

// of is where a program sends its spans.
func (t *trace) of(program string) sdk.SpanProcessor { return &sender{t, program} }

type sender struct {
	trace   *trace
	program string
}

func (s *sender) OnStart(context.Context, sdk.ReadWriteSpan) {}
func (s *sender) Shutdown(context.Context) error             { return nil }
func (s *sender) ForceFlush(context.Context) error           { return nil }

func (s *sender) OnEnd(ended sdk.ReadOnlySpan) {
	s.trace.mu.Lock()
	s.trace.spans = append(s.trace.spans, span{ended, s.program})
	s.trace.mu.Unlock()
	s.trace.arrived <- struct{}{}
}

// wait waits until so many spans have ended.
func (t *trace) wait(ctx context.Context, n int) error {
	for range n {
		select {
		case <-t.arrived:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// print prints the spans of the trace that began first, each below the one that caused it.
func (t *trace) print(s *stage.Stage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortFunc(t.spans, func(a, b span) int { return a.StartTime().Compare(b.StartTime()) })
	first := t.spans[0].SpanContext().TraceID()
	depth := map[string]int{}
	for _, span := range t.spans {
		if span.SpanContext().TraceID() != first {
			continue
		}
		level := 0
		if parent, ok := depth[span.Parent().SpanID().String()]; ok {
			level = parent + 1
		}
		depth[span.SpanContext().SpanID().String()] = level
		s.Say("%s%s: %s (%s)", strings.Repeat("  ", level), span.program, span.Name(), span.SpanKind())
	}
}
