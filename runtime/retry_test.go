package runtime_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

// quick is a retry policy for tests that wait for it.
var quick = runtime.RetryPolicy{Attempts: 3, Backoff: runtime.Backoff{Min: time.Millisecond, Max: time.Millisecond}}

func TestRetriesOfIdempotentCalls(t *testing.T) {
	r := wamptest.New(t)
	s := r.Session(t)
	var fail wamp.ErrorURI
	var failures, calls int
	register(t, s, "com.test.flaky", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		if calls++; calls <= failures {
			return nil, wamp.NewError(fail, "attempt %d", calls)
		}
		return in, nil
	})
	for _, test := range []struct {
		name     string
		fail     wamp.ErrorURI
		failures int
		opts     []runtime.CallOption
		calls    int
		ok       bool
	}{
		{"no available callee", wamp.ErrNoAvailableCallee, 2, nil, 3, true},
		{"unavailable", wamp.ErrUnavailable, 1, nil, 2, true},
		{"network failure", wamp.ErrNetworkFailure, 2, nil, 3, true},
		{"attempts are bounded", wamp.ErrUnavailable, 9, nil, 3, false},
		{"other errors are answers", wamp.ErrRuntimeError, 1, nil, 1, false},
		{"canceled", wamp.ErrCanceled, 1, nil, 1, false},
		{"switched off", wamp.ErrUnavailable, 1, []runtime.CallOption{runtime.WithRetry(runtime.NoRetry())}, 1, false},
		{"not idempotent after all", wamp.ErrUnavailable, 1, []runtime.CallOption{runtime.WithIdempotent(false)}, 1, false},
		{"the timeout is not exceeded", wamp.ErrUnavailable, 1, []runtime.CallOption{runtime.WithTimeout(time.Minute),
			runtime.WithRetry(runtime.RetryPolicy{Backoff: runtime.Backoff{Min: time.Hour}})}, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			fail, failures, calls = test.fail, test.failures, 0
			client := runtime.NewClient(s, runtime.WithRetry(quick)).With(test.opts...)
			args := runtime.NewArgs()
			args.Int(7)
			ctx, info := runtime.NewCallContext(t.Context(), runtime.WithKeywords(map[string]any{"k": 1}))
			values, err := client.Call(ctx, &runtime.Procedure{URI: "com.test.flaky", Idempotent: true}, args)
			if calls != test.calls || (err == nil) != test.ok {
				t.Errorf("%d calls, %v", calls, err)
			}
			if test.ok {
				if got := values.Int("x", 0); got != 7 || values.Err() != nil || info.Request() == 0 {
					t.Errorf("got %d", got)
				}
			} else {
				want := test.fail
				if want == wamp.ErrUnavailable { // which the router tells like this when nobody is left
					want = wamp.ErrNoAvailableCallee
				}
				remote(t, err, want)
			}
		})
	}
	calls, failures, fail = 0, 1, wamp.ErrUnavailable
	if _, err := s.Call(t.Context(), "com.test.flaky"); err == nil || calls != 1 {
		t.Errorf("a call that is not idempotent was made %d times: %v", calls, err)
	}
}

func TestRetriesBackOffWithinTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int64
		s, router := joinPeer(t, wamp.CBOR, allFeatures)
		go func() {
			for {
				frame, err := router.conn.Receive()
				if err != nil {
					return
				}
				if m, _ := router.decoder.Decode(frame); m.Type() == wamp.TypeCall {
					attempts.Add(1)
					router.send(&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: m.(*wamp.Call).Request, URI: wamp.ErrUnavailable})
				}
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		calling, _ := runtime.NewCallContext(ctx, runtime.WithIdempotent(true),
			runtime.WithRetry(runtime.RetryPolicy{Attempts: 100, Backoff: runtime.Backoff{Min: time.Second, Max: time.Hour, Jitter: -1}}))
		start := time.Now()
		_, err := s.Call(calling, "com.test.echo")
		// after 0, 1, 3 and 7 s; the next attempt would come too late
		if attempts.Load() != 4 || time.Since(start) != 7*time.Second || !errors.Is(err, wamp.ErrUnavailable) {
			t.Errorf("%d attempts in %v: %v", attempts.Load(), time.Since(start), err)
		}
		// The end of the session ends the pause.
		done := make(chan error, 1)
		endless, _ := runtime.NewCallContext(t.Context(), runtime.WithIdempotent(true), runtime.WithRetry(runtime.RetryPolicy{Backoff: runtime.Backoff{Min: time.Hour}}))
		go func() { _, err := s.Call(endless, "com.test.echo"); done <- err }()
		synctest.Wait()
		start = time.Now()
		_ = s.Close()
		if err := <-done; !errors.Is(err, wamp.ErrUnavailable) || time.Since(start) > 2*time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

// A call that was under way when the session was lost is made again on the next one.
func TestRetriesAfterALostSession(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon})
	running := make(chan int64, 10)
	var calls atomic.Int64
	register(t, r.Session(t), "com.test.slow", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		n := calls.Add(1)
		running <- n
		if n == 1 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return in, nil
	})
	done := make(chan error, 1)
	go func() {
		ctx, _ := runtime.NewCallContext(context.Background(), runtime.WithIdempotent(true), runtime.WithRetry(quick), runtime.WithTimeout(time.Minute))
		got, err := s.Call(ctx, "com.test.slow", "x")
		if err == nil && got.Args[0] != "x" {
			err = errors.New("another result")
		}
		done <- err
	}()
	await(t, running)
	l.cut()
	if err := await(t, done); err != nil || calls.Load() != 2 {
		t.Errorf("%d calls: %v", calls.Load(), err)
	}
}

// A stream is repeated until something of it was delivered.
func TestRetriesOfStreams(t *testing.T) {
	r := wamptest.New(t)
	s := r.Session(t)
	calls, failAt := 0, 0
	register(t, s, "com.test.count", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		calls++
		for i := range 3 {
			if calls == 1 && i == failAt {
				return nil, wamp.NewError(wamp.ErrUnavailable, "now")
			}
			if err := runtime.Progress(ctx, i); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	for _, test := range []struct{ failAt, calls, results int }{{0, 2, 4}, {1, 1, 1}} {
		calls, failAt = 0, test.failAt
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithIdempotent(true), runtime.WithRetry(quick))
		results := 0
		var failed error
		for _, err := range s.CallProgress(ctx, "com.test.count") {
			if failed = err; err == nil {
				results++
			}
		}
		if calls != test.calls || results != test.results || (failed != nil) != (test.failAt > 0) {
			t.Errorf("failing before result %d: %d calls, %d results, %v", test.failAt, calls, results, failed)
		}
	}
}
