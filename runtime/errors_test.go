package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

var errBusy = errors.New("device busy")

type notFound struct {
	ID string `json:"id"`
}

func (e *notFound) Error() string { return "no device " + e.ID }

// deviceErrors are declared as generated code declares them.
var deviceErrors = []runtime.ErrorType{
	{URI: "com.test.busy", Sentinel: errBusy},
	{
		URI: "com.test.not_found",
		As:  func(err error) (any, bool) { var e *notFound; ok := errors.As(err, &e); return e, ok },
		New: func(in *runtime.Values) error { e := new(notFound); in.Struct(e); return e },
	},
}

// failing registers a procedure that returns what fail makes, and returns a function that calls it.
func failing(t *testing.T, p *place, fail func(ctx context.Context) error, opts ...runtime.DialOption) func() error {
	t.Helper()
	callee, caller := p.session(opts...), p.session()
	procedure := &runtime.Procedure{URI: "com.test.fail", Errors: deviceErrors}
	_, err := callee.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{{
		Procedure: procedure,
		Handle: func(ctx context.Context, in *runtime.Values, out *runtime.Args) error {
			out.String("a result that must not show up in an error")
			return fail(ctx)
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return func() error {
		values, err := caller.Invoke(t.Context(), procedure, runtime.NewArgs())
		if err == nil {
			values.Close()
		}
		return err
	}
}

func TestDeclaredErrorsHoldAcrossTheWire(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		var next error
		call := failing(t, p, func(context.Context) error { return next })

		next = fmt.Errorf("port 3 at 10.0.0.1: %w", errBusy)
		err := call()
		e := remote(t, err, "com.test.busy")
		if !errors.Is(err, errBusy) || e.Message() != "device busy" {
			t.Errorf("got %v, want errBusy with its own text only", err)
		}

		next = fmt.Errorf("row 7: %w", &notFound{ID: "x1"})
		err = call()
		e = remote(t, err, "com.test.not_found")
		var found *notFound
		if !errors.As(err, &found) || found.ID != "x1" {
			t.Errorf("got %v, want a notFound of x1", err)
		}
		if diff := cmp.Diff(wamp.Dict{"id": "x1"}, e.Kwargs); diff != "" || e.Message() != "no device x1" {
			t.Errorf("got %q, keywords (-want +got):\n%s", e.Message(), diff)
		}
	})
}

func TestDeclaredErrorWithForeignPayload(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []any
		kwargs wamp.Dict
		want   *notFound
	}{
		{"keywords", nil, wamp.Dict{"id": "a"}, &notFound{"a"}},
		{"message and keywords", []any{"text"}, wamp.Dict{"id": "a"}, &notFound{"a"}},
		{"dictionary at the first position", []any{wamp.Dict{"id": "a"}}, nil, &notFound{"a"}},
		{"nothing", nil, nil, &notFound{}},
		{"only a message", []any{"text"}, nil, &notFound{}},
		{"wrong type", nil, wamp.Dict{"id": 5}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, router := joinPeer(t, wamp.JSON, allFeatures)
			done := make(chan error, 1)
			go func() {
				_, err := s.Invoke(context.Background(), &runtime.Procedure{URI: "com.test.fail", Errors: deviceErrors}, runtime.NewArgs())
				done <- err
			}()
			m := router.expect(wamp.TypeCall).(*wamp.Call)
			router.send(&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: m.Request, URI: "com.test.not_found",
				Payload: router.payload(c.args, c.kwargs)})
			err := await(t, done)
			remote(t, err, "com.test.not_found")
			var got *notFound
			errors.As(err, &got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthoredErrorsTravelAsTheyAre(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		var next error
		call := failing(t, p, func(context.Context) error { return next })

		next = fmt.Errorf("inside: %w", &wamp.Error{URI: "com.test.custom", Args: []any{"text", int64(5)}, Kwargs: wamp.Dict{"k": "v"}})
		e := remote(t, call(), "com.test.custom")
		if diff := cmp.Diff([]any{"text", int64(5)}, e.Args); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wamp.Dict{"k": "v"}, e.Kwargs); diff != "" {
			t.Errorf("keywords (-want +got):\n%s", diff)
		}

		next = wamp.ErrNotAuthorized
		remote(t, call(), wamp.ErrNotAuthorized)

		next = &wamp.Error{URI: "com.test.custom", Args: []any{make(chan int)}}
		if e := remote(t, call(), "com.test.custom"); len(e.Args) != 0 {
			t.Errorf("got %+v, want the URI alone", e)
		}
	})
}

func TestInternalErrorsStayInside(t *testing.T) {
	remoteError := &wamp.Error{URI: "com.other.secret", Args: []any{"secret"}, Remote: true, Cause: &notFound{ID: "secret"}}
	for _, c := range []struct {
		name string
		err  error
		want wamp.ErrorURI
	}{
		{"plain", errors.New("secret"), wamp.ErrRuntimeError},
		{"remote", remoteError, wamp.ErrRuntimeError},
		{"remote, wrapped", fmt.Errorf("call failed: %w", remoteError), wamp.ErrRuntimeError},
		{"remote that timed out", &wamp.Error{URI: wamp.ErrTimeout, Args: []any{"secret"}, Remote: true, Cause: context.DeadlineExceeded}, wamp.ErrRuntimeError},
		{"re-authored", fmt.Errorf("%w: %w", errBusy, remoteError), "com.test.busy"},
		{"authored around a remote one", &wamp.Error{URI: "com.test.mine", Cause: remoteError}, "com.test.mine"},
		{"canceled", fmt.Errorf("secret: %w", context.Canceled), wamp.ErrCanceled},
		{"deadline", fmt.Errorf("secret: %w", context.DeadlineExceeded), wamp.ErrTimeout},
		{"closed session", fmt.Errorf("secret: %w", runtime.ErrSessionClosed), wamp.ErrRuntimeError},
		{"closed session with its cause", &runtime.ClosedError{Cause: &wamp.Error{URI: wamp.ErrProtocolViolation, Args: []any{"secret"}}}, wamp.ErrRuntimeError},
	} {
		t.Run(c.name, func(t *testing.T) {
			var logged log
			p := newPlace(t, links[0])
			call := failing(t, p, func(context.Context) error { return c.err }, logged.option())
			err := call()
			e := remote(t, err, c.want)
			if strings.Contains(fmt.Sprint(e.Args, e.Kwargs), "secret") {
				t.Errorf("the caller gets %+v", e)
			}
			if c.want == wamp.ErrRuntimeError && (e.Message() != "internal error" || !logged.has("secret")) {
				t.Errorf("the caller gets %q, logged: %v", e.Message(), logged.has("secret"))
			}
			if c.want == wamp.ErrTimeout && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v is no context.DeadlineExceeded", err)
			}
		})
	}
}

func TestErrorDetailForDevelopment(t *testing.T) {
	p := newPlace(t, links[0])
	call := failing(t, p, func(context.Context) error { return errors.New("bad \xff detail") }, runtime.WithErrorDetail())
	if e := remote(t, call(), wamp.ErrRuntimeError); e.Message() != "bad \uFFFD detail" {
		t.Errorf("got %q", e.Message())
	}
}

func TestPanicsAreContained(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		var logged log
		next := func() {}
		call := failing(t, p, func(context.Context) error { next(); return nil }, logged.option())
		for name, fault := range map[string]func(){
			"panic": func() { panic("out of cheese") },
			//lint:ignore SA5000 the panic is what the test is about
			"nil":    func() { var m map[string]int; m["x"] = 1 },
			"goexit": goruntime.Goexit,
		} {
			next = fault
			if e := remote(t, call(), wamp.ErrRuntimeError); strings.Contains(e.Message(), "cheese") {
				t.Errorf("%s: the caller gets %q", name, e.Message())
			}
		}
		if !logged.has("out of cheese") || !logged.has("errors_test.go") || !logged.has("com.test.fail") {
			t.Error("the panic was not logged with its stack and procedure")
		}
		next = func() {}
		if err := call(); err != nil {
			t.Errorf("after the panics: %v", err)
		}
	})
}

// The place of an invocation whose goroutine ended is taken by the next one.
func TestGoexitWithBoundedConcurrency(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	register(t, s, "com.test.exit", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		goruntime.Goexit()
		return nil, nil
	}, runtime.WithConcurrency(1))
	failed := make(chan error, 10)
	for range 10 {
		go func() {
			_, err := s.Call(t.Context(), "com.test.exit")
			failed <- err
		}()
	}
	for range 10 {
		remote(t, await(t, failed), wamp.ErrRuntimeError)
	}
}

func TestResultThatCannotBeEncoded(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		var logged log
		callee, caller := p.session(logged.option()), p.session()
		register(t, callee, "com.test.channel", func(context.Context, *runtime.Result) (*runtime.Result, error) {
			return runtime.NewResult(1, make(chan int)), nil
		})
		_, err := caller.Call(t.Context(), "com.test.channel")
		remote(t, err, wamp.ErrRuntimeError)
		if !logged.has("argument 2") || !logged.has("chan int") {
			t.Error("the log does not say what could not be encoded")
		}
	})
}

func TestResultThatIsTooLarge(t *testing.T) {
	client, server := transport.PipeWith(wamp.CBOR, transport.Config{MaxMessage: 1000})
	router := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.CBOR, codec.Options{})}
	defer server.Close()
	go func() {
		router.expect(wamp.TypeHello)
		router.send(&wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict()}})
		router.expect(wamp.TypeRegister)
		router.send(&wamp.Registered{Request: 1, Registration: 1}, &wamp.Invocation{Request: 1, Registration: 1})
	}()
	s, err := runtime.Join(t.Context(), client, "realm1")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	register(t, s, "com.test.large", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		defer close(done)
		return runtime.NewResult(make([]byte, 2000)), nil
	})
	await(t, done)
	if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.URI != wamp.ErrPayloadSizeExceeded {
		t.Errorf("got %s, want %s", m.URI, wamp.ErrPayloadSizeExceeded)
	}
	if _, err := s.Call(t.Context(), "com.test.procedure", make([]byte, 2000)); !errors.Is(err, wamp.ErrPayloadSizeExceeded) {
		t.Errorf("a call that is too large fails with %v, want %s", err, wamp.ErrPayloadSizeExceeded)
	}
	if err := s.Publish(t.Context(), "com.test.topic", make([]byte, 2000)); !errors.Is(err, wamp.ErrPayloadSizeExceeded) {
		t.Errorf("an event that is too large fails with %v, want %s", err, wamp.ErrPayloadSizeExceeded)
	}
	server.Close()
	s.Close()
}

func TestArgumentsThatCannotBeEncoded(t *testing.T) {
	type tags struct {
		Names []any `json:"names"`
	}
	type config struct {
		Tags map[string]tags `json:"tags"`
	}
	p := newPlace(t, link{"ws", wamp.JSON})
	s := p.session()
	for _, c := range []struct {
		arg  any
		want string
	}{
		{make(chan int), "encode argument 2: chan int (chan int): "},
		{config{Tags: map[string]tags{"a": {Names: []any{1, func() {}}}}}, "encode argument 2: config.Tags[a].Names[1] (func()): "},
		{&config{Tags: map[string]tags{"a": {Names: []any{"\xff"}}}}, "encode argument 2: config.Tags[a].Names[0] (string): "},
		{"\xff", "encode argument 2: string (string): string is not valid UTF-8"},
		{map[int]string{1: "a"}, "encode argument 2: map[int]string (map[int]string): "},
		{complex(1, 2), "encode argument 2: complex128 (complex128): "},
	} {
		_, err := s.Call(t.Context(), "com.test.procedure", 1, c.arg)
		var failed *runtime.EncodeError
		if !errors.As(err, &failed) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "call com.test.procedure: ") {
			t.Errorf("%T: got  %v\nwant %q", c.arg, err, c.want)
		}
	}
	if _, err := s.Call(t.Context(), "com.test.procedure", 1, math.Inf(1)); err == nil || !strings.Contains(err.Error(), "encode argument 2: ") {
		t.Errorf("an infinite number in JSON: %v", err)
	}
	ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithKeywords(map[string]any{"port": make(chan int)}))
	if _, err := s.Call(ctx, "com.test.procedure"); err == nil || !strings.Contains(err.Error(), `encode keyword argument "port": `) {
		t.Errorf("got %v", err)
	}
	// Nothing was sent, and the session is in good order.
	if _, err := s.Call(t.Context(), "com.test.procedure"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("got %v, want %s", err, wamp.ErrNoSuchProcedure)
	}
}
