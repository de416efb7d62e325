package slogwamp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/slogwamp"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buffer is written by several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// lines are the records so far, sorted, because caller and callee log at the same time.
func (b *buffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(b.b.String()), "\n")
	slices.Sort(lines)
	b.b.Reset()
	return lines
}

// logger leaves out what differs from run to run.
func logger(b *buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestRecords(t *testing.T) {
	var there, here buffer
	r := wamptest.New(t)
	quiet := runtime.WithLogger(slog.New(slog.DiscardHandler))
	callee := r.Session(t, quiet, runtime.WithInterceptors(slogwamp.New(logger(&there))))
	caller := r.Session(t, runtime.WithInterceptors(slogwamp.New(logger(&here), slogwamp.WithLevels(slog.LevelInfo, slog.LevelError))))
	register := func(uri wamp.URI, h runtime.Handler, opts ...runtime.RegisterOption) {
		if _, err := callee.Register(t.Context(), uri, h, opts...); err != nil {
			t.Fatal(err)
		}
	}
	register("com.test.", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		return in, nil
	}, runtime.WithMatch(wamp.MatchPrefix))
	register("com.test.fail", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		return nil, wamp.NewError("com.test.secret", "secret")
	})
	register("com.test.hide", func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, errors.New("secret") })
	register("com.test.panic", func(context.Context, *runtime.Result) (*runtime.Result, error) { panic("secret") })
	for _, procedure := range []wamp.URI{"com.test.ok", "com.test.fail", "com.test.hide", "com.test.panic"} {
		_, _ = caller.Call(t.Context(), procedure, "secret")
	}
	for range caller.CallProgress(t.Context(), "com.test.ok") {
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = caller.Call(canceled, "com.test.ok")
	want := []string{
		`level=ERROR msg=call procedure=com.test.fail outcome=com.test.secret`,
		`level=ERROR msg=call procedure=com.test.hide outcome=wamp.error.runtime_error`,
		`level=ERROR msg=call procedure=com.test.ok outcome=wamp.error.canceled`,
		`level=ERROR msg=call procedure=com.test.panic outcome=wamp.error.runtime_error`,
		`level=INFO msg=call procedure=com.test.ok outcome=ok`,
		`level=INFO msg=call procedure=com.test.ok stream=true outcome=ok`,
	}
	if got := here.lines(); !slices.Equal(got, want) {
		t.Errorf("the caller logs\n%s", strings.Join(got, "\n"))
	}
	want = []string{
		`level=DEBUG msg=invocation procedure=com.test.ok pattern=com.test. outcome=ok`,
		`level=DEBUG msg=invocation procedure=com.test.ok pattern=com.test. outcome=ok`,
		`level=WARN msg=invocation procedure=com.test.fail outcome=com.test.secret`,
		`level=WARN msg=invocation procedure=com.test.hide outcome=wamp.error.runtime_error`,
		`level=WARN msg=invocation procedure=com.test.panic outcome=panic`,
	}
	if got := there.lines(); !slices.Equal(got, want) {
		t.Errorf("the callee logs\n%s", strings.Join(got, "\n"))
	}
}

func TestRecordsOfEvents(t *testing.T) {
	var there, here buffer
	r := wamptest.New(t)
	logged := make(chan struct{}, 1)
	after := runtime.EventInterceptor(func(next runtime.EventFunc) runtime.EventFunc {
		return func(ctx context.Context, e *runtime.IncomingEvent) error {
			defer func() { logged <- struct{}{} }()
			return next(ctx, e)
		}
	})
	s := r.Session(t, runtime.WithLogger(slog.New(slog.DiscardHandler)), runtime.WithInterceptors(after, slogwamp.New(logger(&there))))
	_, err := s.Subscribe(t.Context(), "com.test.topic", func(context.Context, *runtime.Result) error { return errors.New("secret") })
	if err != nil {
		t.Fatal(err)
	}
	publisher := r.Session(t, runtime.WithInterceptors(slogwamp.New(logger(&here))))
	if err := publisher.Publish(t.Context(), "com.test.topic", "secret"); err != nil {
		t.Fatal(err)
	}
	<-logged
	if got, want := there.lines(), `level=WARN msg=event topic=com.test.topic outcome=error`; len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
	if got, want := here.lines(), `level=DEBUG msg=publish topic=com.test.topic outcome=ok`; len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
}

func Example() {
	r := router.New(router.Config{})
	defer r.Shutdown(context.Background())
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{} // which differ from run to run
			}
			return a
		},
	}))
	session, err := runtime.Join(context.Background(), r.Connect(wamp.CBOR), "realm1", runtime.WithInterceptors(slogwamp.New(logger)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, _ = session.Call(context.Background(), "com.acme.nothing", "a secret")
	// Output: level=WARN msg=call procedure=com.acme.nothing outcome=wamp.error.no_such_procedure
}
