package promwamp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/promwamp"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counts are how many there were of each kind, by URI and outcome.
func counts(t *testing.T, m *promwamp.Metrics) map[string]uint64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(m); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]uint64)
	for _, family := range families {
		kind, isDuration := strings.CutSuffix(strings.TrimPrefix(family.GetName(), "wampkit_client_"), "_duration_seconds")
		if !isDuration {
			continue
		}
		for _, metric := range family.GetMetric() {
			labels := make(map[string]string)
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			all[fmt.Sprintf("%s %s%s %s", kind, labels["procedure"], labels["topic"], labels["outcome"])] = metric.GetHistogram().GetSampleCount()
		}
	}
	return all
}

func TestMetrics(t *testing.T) {
	r := wamptest.New(t)
	here, there := promwamp.New(), promwamp.New(promwamp.WithLabels(prometheus.Labels{"realm": "realm1"}))
	callee := r.Session(t, runtime.WithLogger(slog.New(slog.DiscardHandler)), runtime.WithInterceptors(there))
	caller := r.Session(t, runtime.WithInterceptors(here))
	inFlight := make(chan float64, 10)
	_, err := callee.Register(t.Context(), "com.test.", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		inFlight <- float64(testutil.CollectAndCount(here, "wampkit_client_calls_in_flight"))
		invocation, _ := runtime.InvocationFrom(ctx)
		switch invocation.Procedure {
		case "com.test.fail":
			return nil, errors.New("x")
		case "com.test.refuse":
			return nil, wamp.NewError("com.test.no", "x")
		case "com.test.panic":
			panic("x")
		}
		return in, nil
	}, runtime.WithMatch(wamp.MatchPrefix))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, uri := range []wamp.URI{"com.test.ok", "com.test.fail", "com.test.refuse", "com.test.panic"} {
			_, _ = caller.Call(t.Context(), uri)
			if n := <-inFlight; n == 0 {
				t.Error("no call is in flight")
			}
		}
	}
	handled := make(chan struct{})
	_, err = callee.Subscribe(t.Context(), "com.test.topic", func(context.Context, *runtime.Result) error { handled <- struct{}{}; return nil })
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // events are handled in order, so that the first is over when the second one is handled
		if err := caller.Publish(t.Context(), "com.test.topic"); err != nil {
			t.Fatal(err)
		}
		<-handled
	}
	for m, want := range map[*promwamp.Metrics]map[string]uint64{
		here: {
			"call com.test.ok ok": 2, "call com.test.fail wamp.error.runtime_error": 2, "call com.test.refuse com.test.no": 2,
			"call com.test.panic wamp.error.runtime_error": 2, "publish com.test.topic ok": 2,
		},
		there: {
			"invocation com.test. ok": 2, "invocation com.test. wamp.error.runtime_error": 2, "invocation com.test. com.test.no": 2,
			"invocation com.test. panic": 2,
		},
	} {
		got := counts(t, m)
		for key, n := range want {
			if got[key] != n {
				t.Errorf("%s: %d, want %d; all are %v", key, got[key], n, got)
			}
		}
	}
	if got := counts(t, there)["event com.test.topic ok"]; got == 0 {
		t.Error("no event was counted")
	}
}

func TestLabelsAreBounded(t *testing.T) {
	r := wamptest.New(t)
	m := promwamp.New(promwamp.WithMaxURIs(3), promwamp.WithBuckets(1))
	s := r.Session(t, runtime.WithInterceptors(m))
	_, err := s.Register(t.Context(), "com.test.", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		invocation, _ := runtime.InvocationFrom(ctx)
		return nil, wamp.NewError(wamp.ErrorURI(invocation.Procedure), "x")
	}, runtime.WithMatch(wamp.MatchPrefix))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * promwamp.MaxOutcomes {
		_, _ = s.Call(t.Context(), wamp.URI(fmt.Sprint("com.test.n", i)))
	}
	all := counts(t, m)
	if all["call other other"] == 0 || len(all) > 2*(promwamp.MaxOutcomes+4) {
		t.Errorf("%d series: %v", len(all), all)
	}
}

func Example() {
	r := router.New(router.Config{})
	defer r.Shutdown(context.Background())
	metrics := promwamp.New()
	registry := prometheus.NewRegistry() // elsewhere: prometheus.MustRegister(metrics)
	registry.MustRegister(metrics)
	session, err := runtime.Join(context.Background(), r.Connect(wamp.CBOR), "realm1", runtime.WithInterceptors(metrics))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, _ = session.Call(context.Background(), "com.acme.nothing")
	families, _ := registry.Gather()
	for _, family := range families {
		if family.GetName() == "wampkit_client_call_duration_seconds" {
			for _, label := range family.GetMetric()[0].GetLabel() {
				fmt.Println(label.GetName(), label.GetValue())
			}
			fmt.Println(family.GetMetric()[0].GetHistogram().GetSampleCount())
		}
	}
	// Output:
	// outcome wamp.error.no_such_procedure
	// procedure com.acme.nothing
	// 1
}
