package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// trail is what interceptors leave, in order.
type trail struct {
	mu    sync.Mutex
	steps []string
}

func (tr *trail) add(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.steps = append(tr.steps, fmt.Sprintf(format, args...))
}

func (tr *trail) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	steps := tr.steps
	tr.steps = nil
	return steps
}

// marks are interceptors of all four kinds that note what comes by.
func (tr *trail) marks(name string) runtime.Interceptor {
	text := func(p wamp.Payload) string {
		args, kwargs, err := codec.DecodePayload(p)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(args, kwargs)
	}
	return runtime.Interceptors{
		runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc {
			return func(ctx context.Context, c *runtime.OutgoingCall) error {
				tr.add("%s call %s %s %v", name, c.URI, text(c.Payload()), c.Stream())
				err := next(ctx, c)
				tr.add("%s called %v", name, err)
				return err
			}
		}),
		runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc {
			return func(ctx context.Context, c *runtime.IncomingCall) error {
				tr.add("%s serve %s of %s %s %s", name, c.URI, c.Spec.URI, text(c.Payload()), c.Invocation.Procedure)
				err := next(ctx, c)
				tr.add("%s served %v", name, err)
				return err
			}
		}),
		runtime.PublishInterceptor(func(next runtime.PublishFunc) runtime.PublishFunc {
			return func(ctx context.Context, e *runtime.OutgoingEvent) error {
				tr.add("%s publish %s %s %v", name, e.URI, text(e.Payload()), e.Acknowledged())
				err := next(ctx, e)
				tr.add("%s published %v %v", name, e.Publication() != 0, err)
				return err
			}
		}),
		runtime.EventInterceptor(func(next runtime.EventFunc) runtime.EventFunc {
			return func(ctx context.Context, e *runtime.IncomingEvent) error {
				tr.add("%s handle %s of %s %s %v", name, e.URI, e.Spec.URI, text(e.Payload()), e.Event.Retained)
				err := next(ctx, e)
				tr.add("%s handled %v", name, err)
				return err
			}
		}),
	}
}

func TestInterceptorsWrapCallsFromTheOutside(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			r := wamptest.New(t, wamptest.WithSerializer(f))
			var there, here trail
			callee := r.Session(t, runtime.WithInterceptors(there.marks("session")))
			register(t, callee, "com.test.", func(context.Context, *runtime.Result) (*runtime.Result, error) {
				there.add("handler")
				return nil, wamp.NewError("com.test.error", "no")
			}, runtime.WithMatch(wamp.MatchPrefix), runtime.Intercept(there.marks("registration")))
			caller := r.Session(t, runtime.WithInterceptors(here.marks("one"), here.marks("two")), runtime.WithInterceptors(here.marks("three")))
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.Intercept(here.marks("context")), runtime.WithKeywords(map[string]any{"k": true}))
			_, err := caller.Call(ctx, "com.test.x", 7)
			remote(t, err, "com.test.error")
			want := []string{
				"one call com.test.x [7] map[k:true] false", "two call com.test.x [7] map[k:true] false",
				"three call com.test.x [7] map[k:true] false", "context call com.test.x [7] map[k:true] false",
				"context called com.test.error: no", "three called com.test.error: no", "two called com.test.error: no", "one called com.test.error: no",
			}
			if diff := cmp.Diff(want, here.take()); diff != "" {
				t.Error(diff)
			}
			want = []string{
				"session serve com.test.x of com.test. [7] map[k:true] com.test.x", "registration serve com.test.x of com.test. [7] map[k:true] com.test.x",
				"handler", "registration served com.test.error: no", "session served com.test.error: no",
			}
			if diff := cmp.Diff(want, there.take()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInterceptorsWrapEvents(t *testing.T) {
	r := wamptest.New(t)
	var there, here trail
	_, events := subscribe(t, r.Session(t, runtime.WithInterceptors(there.marks("session"))), "com.test.", runtime.WithMatch(wamp.MatchPrefix),
		runtime.Intercept(there.marks("subscription")))
	publisher := r.Session(t, runtime.WithInterceptors(here.marks("session")))
	client := runtime.NewEventClient(publisher, runtime.Intercept(here.marks("client")), runtime.WithAcknowledge(true))
	args := runtime.NewArgs()
	args.Int(7)
	if err := client.Publish(t.Context(), &runtime.Topic{URI: "com.test.topic"}, args); err != nil {
		t.Fatal(err)
	}
	await(t, events)
	want := []string{"session publish com.test.topic [7] map[] true", "client publish com.test.topic [7] map[] true", "client published true <nil>", "session published true <nil>"}
	if diff := cmp.Diff(want, here.take()); diff != "" {
		t.Error(diff)
	}
	want = []string{"session handle com.test.topic of com.test. [7] map[] false", "subscription handle com.test.topic of com.test. [7] map[] false"}
	if diff := cmp.Diff(want, there.take()[:2]); diff != "" {
		t.Error(diff)
	}
}

func TestInterceptorsSpanStreams(t *testing.T) {
	r := wamptest.New(t)
	var tr trail
	callee := r.Session(t, runtime.WithInterceptors(tr.marks("there")))
	register(t, callee, "com.test.count", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		tr.add("first sent")
		if err := runtime.Progress(ctx, 1); err != nil {
			return nil, err
		}
		return runtime.NewResult(2), nil
	})
	caller := r.Session(t, runtime.WithInterceptors(tr.marks("here")))
	for result, err := range caller.CallProgress(t.Context(), "com.test.count") {
		if err != nil {
			t.Fatal(err)
		}
		tr.add("took %v", result.Args[0])
	}
	steps := strings.Join(tr.take(), "\n")
	want := []string{"here call com.test.count [] map[] true", "there serve", "first sent", "took 1", "here called <nil>", "took 2"}
	for _, step := range want {
		_, rest, found := strings.Cut(steps, step)
		if !found {
			t.Fatalf("no %q in\n%s", step, steps)
		}
		steps = rest
	}
	for range caller.CallProgress(t.Context(), "com.test.count") {
		break
	}
	if steps := tr.take(); !strings.Contains(strings.Join(steps, "\n"), "here called the range was left") {
		t.Errorf("got %q", steps)
	}
}

var errRefused = wamp.NewError(wamp.ErrNotAuthorized, "not you")

func TestInterceptorsRefuse(t *testing.T) {
	r := wamptest.New(t)
	refuseCall := runtime.CallInterceptor(func(runtime.CallFunc) runtime.CallFunc {
		return func(context.Context, *runtime.OutgoingCall) error { return errRefused }
	})
	refuseInvocation := runtime.InvocationInterceptor(func(runtime.InvocationFunc) runtime.InvocationFunc {
		return func(context.Context, *runtime.IncomingCall) error { return errRefused }
	})
	answer := runtime.InvocationInterceptor(func(runtime.InvocationFunc) runtime.InvocationFunc {
		return func(context.Context, *runtime.IncomingCall) error { return nil }
	})
	refusePublish := runtime.PublishInterceptor(func(runtime.PublishFunc) runtime.PublishFunc {
		return func(context.Context, *runtime.OutgoingEvent) error { return errRefused }
	})
	refuseEvent := runtime.EventInterceptor(func(next runtime.EventFunc) runtime.EventFunc {
		return func(ctx context.Context, e *runtime.IncomingEvent) error {
			if strings.HasSuffix(string(e.URI), "bad") {
				return errRefused
			}
			return next(ctx, e)
		}
	})
	var logged log
	s := r.Session(t, logged.option())
	never := func(context.Context, *runtime.Result) (*runtime.Result, error) {
		t.Error("the handler ran")
		return nil, nil
	}
	register(t, s, "com.test.refused", never, runtime.Intercept(refuseInvocation))
	register(t, s, "com.test.answered", never, runtime.Intercept(answer))
	_, err := s.Call(t.Context(), "com.test.refused")
	remote(t, err, wamp.ErrNotAuthorized)
	if got, err := s.Call(t.Context(), "com.test.answered"); err != nil || len(got.Args) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	client := runtime.NewClient(s, runtime.Intercept(refuseCall))
	if _, err := client.Call(t.Context(), &runtime.Procedure{URI: "com.test.nobody"}, runtime.NewArgs()); err != errRefused {
		t.Errorf("got %v", err)
	}
	for _, err := range runtime.CallResults(t.Context(), client, &runtime.Procedure{URI: "com.test.nobody"}, nil, func(*runtime.Values) int { return 0 }) {
		if err != errRefused {
			t.Errorf("got %v", err)
		}
	}
	ctx, _ := runtime.NewPublishContext(t.Context(), runtime.Intercept(refusePublish))
	if err := s.Publish(ctx, "com.test.topic"); err != errRefused {
		t.Errorf("got %v", err)
	}
	_, events := subscribe(t, s, "com.test.", runtime.WithMatch(wamp.MatchPrefix), runtime.Intercept(refuseEvent))
	other := r.Session(t)
	publish(t, other, "com.test.bad")
	publish(t, other, "com.test.good")
	if e := await(t, events); e.details.Topic != "com.test.good" || !logged.has("not you") {
		t.Errorf("got %+v", e)
	}
}

// An interceptor may answer itself, or make a call twice; the results are those of the last one.
func TestCallInterceptorsMayCallAsTheyLike(t *testing.T) {
	r := wamptest.New(t)
	s := r.Session(t)
	calls := 0
	register(t, s, "com.test.count", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		calls++
		return runtime.NewResult(calls, in.Args[0]), nil
	})
	twice := runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc {
		return func(ctx context.Context, c *runtime.OutgoingCall) error {
			return errors.Join(next(ctx, c), next(ctx, c))
		}
	})
	ctx, _ := runtime.NewCallContext(t.Context(), runtime.Intercept(twice))
	if got, err := s.Call(ctx, "com.test.count", "x"); err != nil || got.Args[0] != int64(2) || got.Args[1] != "x" {
		t.Errorf("got %v, %v", got, err)
	}
	never := runtime.CallInterceptor(func(runtime.CallFunc) runtime.CallFunc {
		return func(context.Context, *runtime.OutgoingCall) error { return nil }
	})
	client := runtime.NewClient(s, runtime.Intercept(never))
	values, err := client.Call(t.Context(), &addProcedure, runtime.NewArgs())
	if err != nil || values.Int("sum", 0) != 0 || values.Err() != nil {
		t.Errorf("got %v", err)
	}
}

// What an interceptor adds travels: options, keywords and attributes.
func TestInterceptorsAdd(t *testing.T) {
	r := wamptest.New(t)
	attributes := make(chan string, 10)
	s := r.Session(t, runtime.WithInterceptors(
		runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc {
			return func(ctx context.Context, c *runtime.OutgoingCall) error {
				c.With(runtime.WithAttribute("_test", "of the call"), runtime.WithKeywords(map[string]any{"added": 1}))
				if c.Attribute("_test") != "of the call" {
					t.Error("it is not there")
				}
				return next(ctx, c)
			}
		}),
		runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc {
			return func(ctx context.Context, c *runtime.IncomingCall) error {
				attributes <- c.Attribute("_test")
				return next(ctx, c)
			}
		}),
		runtime.PublishInterceptor(func(next runtime.PublishFunc) runtime.PublishFunc {
			return func(ctx context.Context, e *runtime.OutgoingEvent) error {
				e.With(runtime.WithAttribute("_test", "of the event"), runtime.WithExcludeMe(false), runtime.WithKeywords(map[string]any{"added": 1}))
				return next(ctx, e)
			}
		}),
		runtime.EventInterceptor(func(next runtime.EventFunc) runtime.EventFunc {
			return func(ctx context.Context, e *runtime.IncomingEvent) error {
				attributes <- e.Attribute("_test")
				return next(ctx, e)
			}
		})))
	register(t, s, "com.test.echo", echo)
	got, err := s.Call(t.Context(), "com.test.echo", 1)
	if err != nil || got.Kwargs["added"] != int64(1) || got.Args[0] != int64(1) {
		t.Errorf("got %v, %v", got, err)
	}
	if a := await(t, attributes); a != "of the call" {
		t.Errorf("got %q", a)
	}
	_, events := subscribe(t, s, "com.test.topic")
	if err := s.Publish(t.Context(), "com.test.topic", 1); err != nil {
		t.Fatal(err)
	}
	if e := await(t, events); e.Kwargs["added"] != int64(1) {
		t.Errorf("got %v", e)
	}
	if a := await(t, attributes); a != "of the event" {
		t.Errorf("got %q", a)
	}
}

func TestAttributes(t *testing.T) {
	r := wamptest.New(t)
	s := r.Session(t)
	seen := make(chan wamp.Dict, 1)
	register(t, s, "com.test.echo", echo, runtime.Intercept(runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc {
		return func(ctx context.Context, c *runtime.IncomingCall) error {
			seen <- c.Attributes
			return next(ctx, c)
		}
	})))
	client := runtime.NewClient(s, runtime.WithAttribute("_one", "client"), runtime.WithAttribute("_two", "client"), runtime.WithAttribute("_three", "client"))
	derived := client.With(runtime.WithAttribute("_one", "with"), runtime.WithAttribute("_two", "with"))
	ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithAttribute("_one", "context"), runtime.WithAttribute("_three", ""))
	call := func(c runtime.Client, ctx context.Context) wamp.Dict {
		values, err := c.Call(ctx, &runtime.Procedure{URI: "com.test.echo"}, runtime.NewArgs())
		if err != nil {
			t.Fatal(err)
		}
		values.Close()
		return await(t, seen)
	}
	if diff := cmp.Diff(wamp.Dict{"_one": "context", "_two": "with"}, call(derived, ctx)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wamp.Dict{"_one": "client", "_two": "client", "_three": "client"}, call(client, t.Context())); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []runtime.CallOrPublishOption{runtime.WithAttribute("timeout", "1"), runtime.WithAttribute("_a", ""), runtime.WithAttribute("_long", strings.Repeat("x", codec.MaxCustom))} {
		calling, _ := runtime.NewCallContext(t.Context(), bad)
		publishing, _ := runtime.NewPublishContext(t.Context(), bad)
		_, err := s.Call(calling, "com.test.echo")
		if err == nil || s.Publish(publishing, "com.test.topic") == nil || s.AddTestament(publishing, runtime.WhenDestroyed, "com.test.topic", nil) == nil {
			t.Errorf("an attribute was accepted: %v", err)
		}
	}
}
