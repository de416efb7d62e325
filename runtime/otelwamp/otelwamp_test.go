package otelwamp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/otelwamp"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// process is a program with its spans.
type process struct {
	*runtime.Session
	spans *exporter
	trace *trace.TracerProvider
}

// exporter tells when a span has ended.
type exporter struct {
	*tracetest.InMemoryExporter
	exported chan struct{}
}

// ExportSpans implements trace.SpanExporter.
func (e *exporter) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	defer func() { e.exported <- struct{}{} }()
	return e.InMemoryExporter.ExportSpans(ctx, spans)
}

func newProcess(t *testing.T, r *wamptest.Router) *process {
	p := &process{spans: &exporter{tracetest.NewInMemoryExporter(), make(chan struct{}, 100)}}
	p.trace = trace.NewTracerProvider(trace.WithSyncer(p.spans))
	p.Session = r.Session(t, runtime.WithLogger(slog.New(slog.DiscardHandler)), runtime.WithInterceptors(otelwamp.New(
		otelwamp.WithTracerProvider(p.trace),
		otelwamp.WithPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})))))
	return p
}

// ended waits for n spans, and takes them.
func (p *process) ended(t *testing.T, n int) tracetest.SpanStubs {
	t.Helper()
	for range n {
		select {
		case <-p.spans.exported:
		case <-time.After(30 * time.Second):
			t.Fatalf("there are %d spans, want %d", len(p.spans.GetSpans()), n)
		}
	}
	spans := p.spans.GetSpans()
	p.spans.Reset()
	return spans
}

func attributes(s tracetest.SpanStub) string {
	var b strings.Builder
	for _, kv := range s.Attributes {
		fmt.Fprintf(&b, "%s=%v ", kv.Key, kv.Value.AsInterface())
	}
	return strings.TrimSpace(b.String())
}

// One trace spans a caller, a callee that calls in turn, and the one behind it.
func TestOneTraceSpansCallersAndCallees(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			r := wamptest.New(t, wamptest.WithSerializer(f))
			front, middle, back := newProcess(t, r), newProcess(t, r), newProcess(t, r)
			_, err := back.Register(t.Context(), "com.test.back", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
				return runtime.NewResult(baggage.FromContext(ctx).Member("tenant").Value()), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = middle.Register(t.Context(), "com.test.", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
				return middle.Call(ctx, "com.test.back", in.Args...)
			}, runtime.WithMatch(wamp.MatchPrefix))
			if err != nil {
				t.Fatal(err)
			}
			tenant, _ := baggage.NewMember("tenant", "acme")
			bag, _ := baggage.New(tenant)
			ctx, root := front.trace.Tracer("test").Start(baggage.ContextWithBaggage(t.Context(), bag), "root")
			got, err := front.Call(ctx, "com.test.middle", "secret")
			root.End()
			if err != nil || got.Args[0] != "acme" {
				t.Fatalf("got %v, %v", got, err)
			}
			fronts, middles, backs := front.ended(t, 2), middle.ended(t, 2), back.ended(t, 1)
			path := []tracetest.SpanStub{fronts[1], fronts[0], middles[1], middles[0], backs[0]}
			for i, span := range path {
				if span.SpanContext.TraceID() != root.SpanContext().TraceID() {
					t.Errorf("%s belongs to another trace", span.Name)
				}
				if i > 0 && span.Parent.SpanID() != path[i-1].SpanContext.SpanID() {
					t.Errorf("%s is not the child of %s", span.Name, path[i-1].Name)
				}
				if strings.Contains(attributes(span), "secret") {
					t.Errorf("%s tells %s", span.Name, attributes(span))
				}
			}
			if client := path[1]; client.SpanKind != api.SpanKindClient || client.Name != "com.test.middle" ||
				attributes(client) != "rpc.system=wamp rpc.service=com.test rpc.method=middle wamp.procedure=com.test.middle wamp.outcome=ok" {
				t.Errorf("got %v %s: %s", client.SpanKind, client.Name, attributes(client))
			}
			if server := path[2]; server.SpanKind != api.SpanKindServer || server.Name != "com.test." || !server.Parent.IsRemote() {
				t.Errorf("got %v %s: %s", server.SpanKind, server.Name, attributes(server))
			}
		})
	}
}

func TestOneTraceSpansPublishersAndSubscribers(t *testing.T) {
	r := wamptest.New(t)
	publisher, subscriber := newProcess(t, r), newProcess(t, r)
	_, err := subscriber.Subscribe(t.Context(), "com.test.", func(context.Context, *runtime.Result) error { return errors.New("secret") }, runtime.WithMatch(wamp.MatchPrefix))
	if err != nil {
		t.Fatal(err)
	}
	ctx, info := runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true))
	if err := publisher.Publish(ctx, "com.test.topic"); err != nil {
		t.Fatal(err)
	}
	sent, handled := publisher.ended(t, 1)[0], subscriber.ended(t, 1)[0]
	if handled.Parent.SpanID() != sent.SpanContext.SpanID() || handled.SpanContext.TraceID() != sent.SpanContext.TraceID() {
		t.Error("they are apart")
	}
	id := fmt.Sprint(uint64(info.Publication()))
	if want := "messaging.system=wamp messaging.operation.type=send messaging.destination.name=com.test.topic messaging.message.id=" + id + " wamp.outcome=ok"; attributes(sent) != want || sent.SpanKind != api.SpanKindProducer {
		t.Errorf("got %s", attributes(sent))
	}
	want := "messaging.system=wamp messaging.operation.type=process messaging.destination.name=com.test.topic " +
		"messaging.destination.template=com.test. messaging.message.id=" + id + " wamp.outcome=error error.type=error"
	if attributes(handled) != want || handled.SpanKind != api.SpanKindConsumer || handled.Status.Code != codes.Error {
		t.Errorf("got %s", attributes(handled))
	}
}

func TestOutcomesOfSpans(t *testing.T) {
	r := wamptest.New(t)
	client, server := newProcess(t, r), newProcess(t, r)
	handlers := map[wamp.URI]runtime.Handler{
		"com.test.refuse": func(context.Context, *runtime.Result) (*runtime.Result, error) {
			return nil, wamp.NewError("com.test.no", "x")
		},
		"com.test.fail":  func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, errors.New("x") },
		"com.test.panic": func(context.Context, *runtime.Result) (*runtime.Result, error) { panic("x") },
	}
	for _, test := range []struct {
		uri            wamp.URI
		client, server string
		failed         codes.Code
	}{
		{"com.test.refuse", "com.test.no", "com.test.no", codes.Unset},
		{"com.test.fail", "wamp.error.runtime_error", "wamp.error.runtime_error", codes.Error},
		{"com.test.panic", "wamp.error.runtime_error", "panic", codes.Error},
	} {
		if _, err := server.Register(t.Context(), test.uri, handlers[test.uri]); err != nil {
			t.Fatal(err)
		}
		_, _ = client.Call(t.Context(), test.uri)
		c, s := client.ended(t, 1)[0], server.ended(t, 1)[0]
		for span, want := range map[*tracetest.SpanStub]string{&c: test.client, &s: test.server} {
			if last := span.Attributes[len(span.Attributes)-1]; last != attribute.String("error.type", want) {
				t.Errorf("%s: got %v", test.uri, last)
			}
		}
		if c.Status.Code != codes.Error || s.Status.Code != test.failed {
			t.Errorf("%s: got %v and %v", test.uri, c.Status, s.Status)
		}
	}
}

// A router that forwards nothing leaves the callee with a trace of its own, and a context too long
// to travel does no harm.
func TestWithoutContext(t *testing.T) {
	r := wamptest.New(t)
	client := newProcess(t, r)
	server := newProcess(t, r)
	if _, err := server.Register(t.Context(), "com.test.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Session(t).Call(t.Context(), "com.test.echo"); err != nil {
		t.Fatal(err)
	}
	if span := server.ended(t, 1)[0]; span.Parent.IsValid() {
		t.Errorf("got the parent %v", span.Parent)
	}
	var members []baggage.Member
	for i := range 2 {
		member, _ := baggage.NewMember(fmt.Sprint("key", i), strings.Repeat("x", 4060))
		members = append(members, member)
	}
	bag, err := baggage.New(members...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = client.Call(baggage.ContextWithBaggage(t.Context(), bag), "com.test.echo"); err != nil {
		t.Error(err)
	}
}

func Example() {
	r := router.New(router.Config{})
	defer r.Shutdown(context.Background())
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans)) // elsewhere: with an exporter, and otel.SetTracerProvider
	session, err := runtime.Join(context.Background(), r.Connect(wamp.CBOR), "realm1", runtime.WithInterceptors(otelwamp.New(
		otelwamp.WithTracerProvider(provider), otelwamp.WithPropagator(propagation.TraceContext{}))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, _ = session.Register(context.Background(), "com.acme.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil })
	_, err = session.Call(context.Background(), "com.acme.echo", 7)
	ended := spans.GetSpans()
	fmt.Println(err, len(ended), ended[0].SpanContext.TraceID() == ended[1].SpanContext.TraceID())
	// Output: <nil> 2 true
}
