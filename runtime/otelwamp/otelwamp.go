// Package otelwamp traces what goes through a session of package runtime with
// OpenTelemetry: a span for each call, invocation, publication and event. A trace spans
// caller and callee, publisher and subscribers.
//
//	session, err := runtime.Dial(ctx, url, realm, runtime.WithInterceptors(otelwamp.New()))
//
// # How the trace travels
//
// WAMP has no place for a trace context except the options and details of messages. What the
// propagator sets, by default "traceparent", "tracestate" and "baggage", goes into CALL.Options and
// PUBLISH.Options under names that the specification leaves to implementations: "_traceparent",
// "_tracestate", "_baggage"; see [runtime.WithAttribute]. The router of this module
// forwards them to INVOCATION.Details and EVENT.Details. Other routers may ignore them: then
// callees and subscribers begin traces of their own.
package otelwamp

import (
	"context"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// scope is the name of the instrumentation.
const scope = "github.com/wampkit/wampkit/runtime/otelwamp"

// Option changes how is traced.
type Option func(*tracing)

// WithTracerProvider sets where spans go. The default is that of package otel.
func WithTracerProvider(p trace.TracerProvider) Option {
	return func(t *tracing) { t.provider = p }
}

// WithPropagator sets how the trace context is written. The default is that of package
// otel, which carries nothing unless the program has set it.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(t *tracing) { t.propagator = p }
}

// New returns the interceptors for [runtime.WithInterceptors]. The spans:
//
//   - of calls: kind client, rpc.system "wamp", rpc.service and rpc.method, which are the procedure's URI
//     up to its last dot and behind it, and wamp.procedure, the URI as called;
//   - of invocations: kind server, the same attributes;
//   - of publications: kind producer, messaging.system "wamp", messaging.operation.type "send",
//     messaging.destination.name, which is the URI as published to, messaging.destination.template
//     where it was declared as a pattern, and messaging.message.id of acknowledged ones;
//   - of events: kind consumer, messaging.operation.type "process", and otherwise the same.
//
// They are named after the URI as declared or registered. wamp.outcome is what
// [runtime.OutgoingCall.Outcome] says; failures also have it as error.type, and as their status,
// save those that are the caller's business alone: the server's span is no failure then. A
// stream is one span. Nothing of a payload is told.
func New(opts ...Option) runtime.Interceptor {
	t := &tracing{provider: otel.GetTracerProvider(), propagator: otel.GetTextMapPropagator()}
	for _, opt := range opts {
		opt(t)
	}
	t.tracer = t.provider.Tracer(scope)
	return runtime.Interceptors{
		runtime.CallInterceptor(t.call), runtime.InvocationInterceptor(t.invocation),
		runtime.PublishInterceptor(t.publish), runtime.EventInterceptor(t.event),
	}
}

type tracing struct {
	provider   trace.TracerProvider
	propagator propagation.TextMapPropagator
	tracer     trace.Tracer
}

func (t *tracing) call(next runtime.CallFunc) runtime.CallFunc {
	return func(ctx context.Context, c *runtime.OutgoingCall) error {
		ctx, span := t.begin(ctx, trace.SpanKindClient, c.Spec.URI, rpc(c.Spec.URI, c.URI))
		defer span.End()
		t.propagator.Inject(ctx, carrier{set: func(name, value string) { c.With(runtime.WithAttribute(name, value)) }})
		err := next(ctx, c)
		finish(span, c.Outcome(err), true)
		return err
	}
}

func (t *tracing) invocation(next runtime.InvocationFunc) runtime.InvocationFunc {
	return func(ctx context.Context, c *runtime.IncomingCall) error {
		ctx = t.propagator.Extract(ctx, carrier{attributes: c.Attributes})
		ctx, span := t.begin(ctx, trace.SpanKindServer, c.Spec.URI, rpc(c.Spec.URI, c.URI))
		outcome := panicked
		defer func() {
			finish(span, outcome, isServers(outcome))
			span.End()
		}()
		err := next(ctx, c)
		outcome = c.Outcome(err)
		return err
	}
}

func (t *tracing) publish(next runtime.PublishFunc) runtime.PublishFunc {
	return func(ctx context.Context, e *runtime.OutgoingEvent) error {
		ctx, span := t.begin(ctx, trace.SpanKindProducer, e.Spec.URI, messaging("send", e.Spec.URI, e.URI, 0))
		defer span.End()
		t.propagator.Inject(ctx, carrier{set: func(name, value string) { e.With(runtime.WithAttribute(name, value)) }})
		err := next(ctx, e)
		if id := e.Publication(); id != 0 {
			span.SetAttributes(messageID(id))
		}
		finish(span, e.Outcome(err), true)
		return err
	}
}

func (t *tracing) event(next runtime.EventFunc) runtime.EventFunc {
	return func(ctx context.Context, e *runtime.IncomingEvent) error {
		ctx = t.propagator.Extract(ctx, carrier{attributes: e.Attributes})
		ctx, span := t.begin(ctx, trace.SpanKindConsumer, e.Spec.URI, messaging("process", e.Spec.URI, e.URI, e.Event.Publication))
		outcome := panicked
		defer func() {
			finish(span, outcome, true)
			span.End()
		}()
		err := next(ctx, e)
		outcome = e.Outcome(err)
		return err
	}
}

func (t *tracing) begin(ctx context.Context, kind trace.SpanKind, uri wamp.URI, attrs []attribute.KeyValue) (context.Context, trace.Span) {
	return t.tracer.Start(ctx, string(uri), trace.WithSpanKind(kind), trace.WithAttributes(attrs...))
}

// panicked is the outcome of what did not return.
const panicked = "panic"

// isServers reports whether the callee failed, rather than refused.
func isServers(outcome string) bool {
	switch outcome {
	case panicked, string(wamp.ErrRuntimeError), string(wamp.ErrTimeout), string(wamp.ErrUnavailable):
		return true
	}
	return false
}

// finish notes the outcome, as a failure if it is one.
func finish(span trace.Span, outcome string, failure bool) {
	span.SetAttributes(attribute.String("wamp.outcome", outcome))
	if outcome == runtime.OutcomeOK || outcome == runtime.OutcomeLeft {
		return
	}
	span.SetAttributes(attribute.String("error.type", outcome))
	if failure {
		span.SetStatus(codes.Error, outcome)
	}
}

func rpc(spec, concrete wamp.URI) []attribute.KeyValue {
	service, method := "", string(spec)
	if dot := strings.LastIndexByte(method, '.'); dot >= 0 && dot < len(method)-1 {
		service, method = method[:dot], method[dot+1:]
	}
	return []attribute.KeyValue{
		attribute.String("rpc.system", "wamp"), attribute.String("rpc.service", service), attribute.String("rpc.method", method),
		attribute.String("wamp.procedure", string(concrete)),
	}
}

func messaging(operation string, spec, concrete wamp.URI, publication wamp.ID) []attribute.KeyValue {
	attrs := []attribute.KeyValue{
		attribute.String("messaging.system", "wamp"), attribute.String("messaging.operation.type", operation),
		attribute.String("messaging.destination.name", string(concrete)),
	}
	if spec != concrete {
		attrs = append(attrs, attribute.String("messaging.destination.template", string(spec)))
	}
	if publication != 0 {
		attrs = append(attrs, messageID(publication))
	}
	return attrs
}

func messageID(id wamp.ID) attribute.KeyValue {
	return attribute.String("messaging.message.id", strconv.FormatUint(uint64(id), 10))
}
