package wamptest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

type reading struct {
	Place   string  `json:"place"`
	Celsius float64 `json:"celsius"`
}

var readings = runtime.Topic{URI: "com.acme.room..reading", Match: wamp.MatchWildcard, Captures: []string{"room"}, Retain: true}

// publishReading publishes as generated code does.
func publishReading(ctx context.Context, c runtime.EventClient, room string, r reading) error {
	args := runtime.NewArgs()
	args.CaptureString("room", room)
	args.Struct(r)
	return c.Publish(ctx, &readings, args)
}

func TestRecorder(t *testing.T) {
	events := wamptest.NewRecorder()
	client := runtime.NewEventClient(events, runtime.WithAcknowledge(true))
	ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithKeywords(map[string]any{"extra": 1}), runtime.WithAttribute("_test", "x"))
	for i, room := range []string{"a", "b", "a"} {
		if err := publishReading(ctx, client, room, reading{"x", float64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := wamptest.EventsOn[reading](t, events, "com.acme.room.a.reading"), []reading{{"x", 0}, {"x", 2}}; !cmp.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	all := events.All()
	if len(all) != 3 || all[1].Topic != "com.acme.room.b.reading" || all[1].Spec != &readings || all[1].Kwargs["extra"] != int64(1) ||
		!all[1].Options.Acknowledge || !all[1].Options.Retain || all[1].Options.Extra["_test"] != "x" {
		t.Errorf("got %+v", all)
	}
	if err := publishReading(t.Context(), client, "a.b", reading{}); !errors.Is(err, wamp.ErrInvalidURI) {
		t.Errorf("got %v", err)
	}
	args := runtime.NewArgs()
	args.Value(make(chan int))
	var encode *runtime.EncodeError
	if err := client.Publish(t.Context(), &runtime.Topic{URI: "com.acme.x"}, args); !errors.As(err, &encode) {
		t.Errorf("got %v", err)
	}
	events.Fail(errors.New("no"))
	if err := publishReading(t.Context(), client, "a", reading{}); err == nil || len(events.All()) != 3 {
		t.Errorf("got %v", err)
	}
	events.Reset()
	events.Fail(nil)
	if err := publishReading(t.Context(), client, "a", reading{}); err != nil || len(events.All()) != 1 {
		t.Errorf("got %v", err)
	}
}

var errBusy = errors.New("busy")

var add = runtime.Procedure{URI: "com.acme.add", Errors: []runtime.ErrorType{{URI: "com.acme.busy", Sentinel: errBusy}}}

func callAdd(ctx context.Context, c runtime.Client, a, b int) (int, error) {
	args := runtime.NewArgs()
	args.Int(int64(a))
	args.Int(int64(b))
	out, err := c.Call(ctx, &add, args)
	if err != nil {
		return 0, err
	}
	sum := int(out.Int("sum", 0))
	return sum, out.Err()
}

func TestCaller(t *testing.T) {
	caller := wamptest.NewCaller()
	client := runtime.NewClient(caller, runtime.WithTimeout(time.Second))
	if _, err := callAdd(t.Context(), client, 2, 3); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("got %v", err)
	}
	caller.Answer(add.URI, 5)
	if sum, err := callAdd(t.Context(), client, 2, 3); sum != 5 || err != nil {
		t.Errorf("got %d, %v", sum, err)
	}
	caller.Fail(add.URI, fmt.Errorf("just now: %w", errBusy))
	var answer *wamp.Error
	if _, err := callAdd(t.Context(), client, 2, 3); !errors.Is(err, errBusy) || !errors.As(err, &answer) || answer.URI != "com.acme.busy" || !answer.Remote {
		t.Errorf("got %v", err)
	}
	caller.Fail(add.URI, errors.New("secret"))
	if _, err := callAdd(t.Context(), client, 2, 3); !errors.Is(err, wamp.ErrRuntimeError) || err.Error() != "wamp.error.runtime_error: internal error" {
		t.Errorf("got %v", err)
	}
	caller.Handle(add.URI, func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		var a, b int
		return runtime.NewResult("not a number"), in.Decode(&a, &b)
	})
	if _, err := callAdd(t.Context(), client, 2, 3); !errors.Is(err, runtime.ErrInvalidResult) {
		t.Errorf("got %v", err)
	}
	calls := caller.Calls(add.URI)
	if len(calls) != 5 || len(caller.Calls("com.acme.other")) != 0 || calls[0].Args[1] != int64(3) || calls[0].Sent.Timeout != time.Second {
		t.Errorf("got %+v", calls)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := callAdd(canceled, client, 2, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSessionsJoinAsSomebody(t *testing.T) {
	config := router.RealmConfig{Disclose: router.Disclosure{Caller: true}}
	r := wamptest.New(t, wamptest.WithRealmConfig(config))
	service := r.Session(t)
	_, err := service.Register(t.Context(), "com.acme.whoami", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		invocation, _ := runtime.InvocationFrom(ctx)
		return runtime.NewResult(invocation.CallerAuthID, invocation.CallerAuthRole), nil
	}, runtime.WithDiscloseCaller())
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Session(t, wamptest.As("alice", "admin")).Call(t.Context(), "com.acme.whoami")
	if err != nil || !cmp.Equal(got.Args, []any{"alice", "admin"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if role := r.Session(t).Details().AuthRole; role != "anonymous" {
		t.Errorf("others are %q", role)
	}
}

func TestRealmConfigsReplaceEachOther(t *testing.T) {
	r := wamptest.New(t, wamptest.WithRealmConfig(router.RealmConfig{}), wamptest.WithRealmConfig(router.RealmConfig{Name: "other"}), wamptest.WithRealmConfig(router.RealmConfig{}))
	if s := r.Session(t); string(s.Realm()) != wamptest.Realm {
		t.Errorf("joined %s", s.Realm())
	}
}

func TestSessionsReconnect(t *testing.T) {
	r := wamptest.New(t)
	s := r.Session(t, runtime.WithReconnect(runtime.ReconnectPolicy{Connect: r.Dial}))
	if s.State() != runtime.StateConnected {
		t.Errorf("got %v", s.State())
	}
}

func ExampleNewRecorder() {
	events := wamptest.NewRecorder()
	// Code under test gets it in place of a session, here by way of a client as generated code has one:
	client := runtime.NewEventClient(events)
	_ = publishReading(context.Background(), client, "kitchen", reading{"window", 21.5})

	for _, e := range events.On("com.acme.room.kitchen.reading") {
		fmt.Println(e.Kwargs["place"], e.Kwargs["celsius"], e.Options.Retain)
	}
	// Output: window 21.5 true
}

func ExampleNewCaller() {
	caller := wamptest.NewCaller()
	caller.Answer("com.acme.add", 5)
	// Code under test gets it in place of a session:
	sum, err := callAdd(context.Background(), runtime.NewClient(caller), 2, 3)
	fmt.Println(sum, err, caller.Calls("com.acme.add")[0].Args)
	// Output: 5 <nil> [2 3]
}
