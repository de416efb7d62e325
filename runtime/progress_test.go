package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// progressive is a router that knows progressive results too.
var progressive = allFeatures.With(wamp.RoleDealer, wamp.FeatureProgressiveCallResults)

// count sends 0 to n-1 as progressive results, and n as the final one.
func count(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
	var n int64
	if err := in.Decode(&n); err != nil {
		return nil, err
	}
	for i := range n {
		if err := runtime.Progress(ctx, i, "of", n); err != nil {
			return nil, err
		}
	}
	return runtime.NewResult(n), nil
}

func TestProgressiveResultsArriveInOrder(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.count", count)
		for _, n := range []int64{0, 1, 1000} {
			next := int64(0)
			for result, err := range caller.CallProgress(t.Context(), "com.test.count", n) {
				if err != nil {
					t.Fatal(err)
				}
				if result.Args[0] != next || result.Progress != (next < n) {
					t.Fatalf("got %+v, want %d", result, next)
				}
				next++
			}
			if next != n+1 {
				t.Errorf("%d results, want %d", next, n+1)
			}
		}
	})
}

func TestProgressiveResultsHaveKeywordsToo(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.procedure", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			if inv, _ := runtime.InvocationFrom(ctx); !inv.Progress {
				t.Error("the invocation does not say that progress is welcome")
			}
			return nil, runtime.ProgressResult(ctx, &runtime.Result{Args: []any{"half"}, Kwargs: wamp.Dict{"percent": 50}})
		})
		var got []string
		for result, err := range caller.CallProgress(t.Context(), "com.test.procedure") {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(result.Args, result.Kwargs))
		}
		if s := strings.Join(got, " "); s != "[half] map[percent:50] [] map[]" {
			t.Errorf("got %s", s)
		}
	})
}

func TestNothingIsCalledBeforeTheRange(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, progressive)
	results := s.CallProgress(t.Context(), "com.test.first")
	go func() { _, _ = s.Call(t.Context(), "com.test.second") }()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Procedure != "com.test.second" || m.Options.ReceiveProgress {
		t.Errorf("got %+v", m)
	}
	go func() {
		for range results {
		}
	}()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Procedure != "com.test.first" || !m.Options.ReceiveProgress {
		t.Errorf("got %+v", m)
	}
}

func TestErrorEndsProgressiveResults(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.fail", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			if err := runtime.Progress(ctx, 1); err != nil {
				return nil, err
			}
			return nil, wamp.NewError("com.test.error.broken", "it broke")
		})
		results, failed := 0, error(nil)
		for result, err := range caller.CallProgress(t.Context(), "com.test.fail") {
			if err != nil {
				failed = err
			} else if results++; !result.Progress {
				t.Errorf("got the final result %+v", result)
			}
		}
		if results != 1 {
			t.Errorf("%d results before the error, want 1", results)
		}
		remote(t, failed, "com.test.error.broken")
	})
}

// A handler that is told that its caller has gone ends with the error of Progress.
func endless(ended chan<- error) runtime.Handler {
	return func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		for i := 0; ; i++ {
			if err := runtime.Progress(ctx, i); err != nil {
				ended <- err
				return nil, err
			}
		}
	}
}

func TestLeavingTheRangeCancelsTheCall(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		ended := make(chan error, 1)
		register(t, callee, "com.test.endless", endless(ended))
		register(t, callee, "com.test.count", count)
		for result, err := range caller.CallProgress(t.Context(), "com.test.endless") {
			if err != nil || result.Args[0] == int64(100) {
				break
			}
		}
		if err := await(t, ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the handler ended with %v", err)
		}
		if _, err := caller.Call(t.Context(), "com.test.count", 0); err != nil { // behind what came late
			t.Error(err)
		}
	})
}

func TestEndOfTheContextEndsTheRange(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		ended := make(chan error, 1)
		register(t, callee, "com.test.endless", endless(ended))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var last error
		for result, err := range caller.CallProgress(ctx, "com.test.endless") {
			if last = err; err == nil && result.Args[0] == int64(10) {
				cancel()
			}
		}
		if !errors.Is(last, context.Canceled) || !errors.Is(last, wamp.ErrCanceled) {
			t.Errorf("the range ended with %v", last)
		}
		if err := await(t, ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the handler ended with %v", err)
		}
	})
}

func TestProgressNobodyAskedFor(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.count", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			err := runtime.Progress(ctx, 1)
			if !errors.Is(err, wamp.ErrFeatureNotSupported) {
				t.Errorf("got %v", err)
			}
			return nil, err
		})
		_, err := caller.Call(t.Context(), "com.test.count", 1)
		remote(t, err, wamp.ErrFeatureNotSupported)
	})
	if err := runtime.Progress(t.Context(), 1); err == nil {
		t.Error("progress without a handler")
	}
}

func TestRouterWithoutProgressiveResults(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	for _, err := range s.CallProgress(t.Context(), "com.test.procedure") {
		if !errors.Is(err, wamp.ErrFeatureNotSupported) || !strings.Contains(err.Error(), "progressive_call_results") {
			t.Errorf("got %v", err)
		}
	}
	go func() { _, _ = s.Call(t.Context(), "com.test.next") }()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Request != 1 {
		t.Errorf("something was sent before: the next request has id %d", m.Request)
	}
}

func TestProgressAfterTheAnswer(t *testing.T) {
	p := newPlace(t, links[0])
	callee, caller := p.session(), p.session()
	kept := make(chan context.Context, 1)
	register(t, callee, "com.test.procedure", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		kept <- context.WithoutCancel(ctx)
		return nil, nil
	})
	for _, err := range caller.CallProgress(t.Context(), "com.test.procedure") {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := runtime.Progress(await(t, kept), 1); err == nil {
		t.Error("a result was sent behind the answer")
	}
}

// floods sends so many results of so many octets.
func floods(results int64, size int) runtime.Handler {
	return func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		chunk := strings.Repeat("x", size)
		for i := range results {
			if err := runtime.Progress(ctx, i, chunk); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
}

// Results that come faster than they are taken slow the callee down, and none is lost.
func TestProgressIsBackPressure(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		const results = 3000 // 12 MiB in all, of which one may wait here
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.flood", floods(results, 4<<10))
		taken := int64(0)
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithProgressQueue(1<<20, patience))
		for result, err := range caller.CallProgress(ctx, "com.test.flood") {
			if err != nil {
				t.Fatalf("after %d results: %v", taken, err)
			}
			if result.Progress && result.Args[0] != taken {
				t.Fatalf("got %v, want %d", result.Args[0], taken)
			}
			taken++
		}
		if taken != results+1 {
			t.Errorf("%d results taken, want %d", taken, results+1)
		}
	})
}

// The loop may wait for answers on its own session, although more results wait than may.
func TestLoopOverProgressMayCall(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		const results = 1500 // 6 MiB, more than may wait unless an answer is awaited
		callee, other, caller := p.session(), p.session(), p.session()
		register(t, callee, "com.test.flood", floods(results, 4<<10))
		register(t, other, "com.test.count", count)
		taken := 0
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithProgressQueue(1<<20, patience))
		for _, err := range caller.CallProgress(ctx, "com.test.flood") {
			if err != nil {
				t.Fatalf("after %d results: %v", taken, err)
			}
			if taken++; taken%500 == 0 {
				for _, err := range caller.CallProgress(t.Context(), "com.test.count", 10) {
					if err != nil {
						t.Fatal(err)
					}
				}
				if _, err := caller.Call(t.Context(), "com.test.count", 0); err != nil {
					t.Fatal(err)
				}
			}
		}
		if taken != results+1 {
			t.Errorf("%d results taken, want %d", taken, results+1)
		}
	})
}

func TestResultsThatNobodyTakesEndTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, progressive)
		flooded := make(chan struct{})
		go func() {
			call := router.expect(wamp.TypeCall)
			payload := router.payload([]any{strings.Repeat("x", 64<<10)}, nil)
			for i := range 40 {
				if i == 1 {
					synctest.Wait() // the loop has taken the first and does not wait for results any more
				}
				router.send(&wamp.Result{Request: call.(*wamp.Call).Request, Details: wamp.ResultDetails{Progress: true}, Payload: payload})
			}
			if m := router.expect(wamp.TypeCancel).(*wamp.Cancel); m.Request != 1 {
				t.Errorf("got %+v", m)
			}
			close(flooded)
		}()
		start := time.Now()
		taken, last := 0, error(nil)
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithProgressQueue(1<<20, 5*time.Second))
		for _, err := range s.CallProgress(ctx, "com.test.flood") {
			if last = err; err == nil {
				taken++
			}
			<-flooded // the loop waits for what comes only when the reader gives up
		}
		if !errors.Is(last, runtime.ErrOverrun) || taken != 17 {
			t.Errorf("got %v after %d results", last, taken)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("it took %v", took)
		}
		if s.Err() != nil {
			t.Errorf("the session ended: %v", s.Err())
		}
	})
}

// The timeout limits the time between two results, the deadline that of all.
func TestTimeoutBetweenResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, progressive)
		go func() {
			m := router.expect(wamp.TypeCall).(*wamp.Call)
			if m.Options.Timeout != 1000 {
				t.Errorf("CALL.Options.timeout = %d", m.Options.Timeout)
			}
			for range 3 {
				time.Sleep(900 * time.Millisecond) // of the bubble's clock
				router.send(&wamp.Result{Request: 1, Details: wamp.ResultDetails{Progress: true}})
			}
			if m := router.expect(wamp.TypeCancel).(*wamp.Cancel); m.Options.Mode != wamp.CancelSkip {
				t.Errorf("got %+v", m)
			}
		}()
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithTimeout(time.Second), runtime.WithCancelMode(wamp.CancelSkip))
		start := time.Now()
		taken, last := 0, error(nil)
		for _, err := range s.CallProgress(ctx, "com.test.slow") {
			if last = err; err == nil {
				taken++
			}
		}
		if !errors.Is(last, wamp.ErrTimeout) || taken != 3 || time.Since(start) != 3700*time.Millisecond {
			t.Errorf("got %v after %d results and %v", last, taken, time.Since(start))
		}
		synctest.Wait()
	})
}

func TestForwardedTimeoutIsRenewedByProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, progressive)
		go func() {
			router.expect(wamp.TypeRegister)
			router.send(&wamp.Registered{Request: 1, Registration: 1}, &wamp.Invocation{
				Request: 1, Registration: 1, Details: wamp.InvocationDetails{Timeout: 1000, ReceiveProgress: true},
			})
		}()
		start := time.Now()
		register(t, s, "com.test.slow", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			if _, ok := ctx.Deadline(); ok {
				t.Error("a limit that is renewed is no deadline")
			}
			for range 2 {
				time.Sleep(900 * time.Millisecond)
				if err := runtime.Progress(ctx); err != nil {
					t.Error(err)
				}
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}, runtime.WithForwardTimeout())
		for range 2 {
			if m := router.expect(wamp.TypeYield).(*wamp.Yield); !m.Options.Progress {
				t.Errorf("got %+v", m)
			}
		}
		if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.URI != wamp.ErrTimeout || time.Since(start) != 2800*time.Millisecond {
			t.Errorf("got %+v after %v", m, time.Since(start))
		}
	})
}

func TestProgressThatWasNotAskedForEndsTheSession(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, progressive)
	failed := make(chan error, 1)
	go func() { _, err := s.Call(t.Context(), "com.test.procedure"); failed <- err }()
	router.expect(wamp.TypeCall)
	router.send(&wamp.Result{Request: 1, Details: wamp.ResultDetails{Progress: true}})
	if err := await(t, failed); !errors.Is(err, wamp.ErrProtocolViolation) {
		t.Errorf("got %v", err)
	}
}

func TestClosingEndsTheRange(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, progressive)
	go func() {
		router.expect(wamp.TypeCall)
		router.send(&wamp.Result{Request: 1, Details: wamp.ResultDetails{Progress: true}})
		router.expect(wamp.TypeGoodbye)
		_ = router.conn.Close()
	}()
	var last error
	for _, err := range s.CallProgress(t.Context(), "com.test.procedure") {
		if last = err; err == nil {
			_ = s.Close()
		}
	}
	if !errors.Is(last, runtime.ErrSessionClosed) {
		t.Errorf("got %v", last)
	}
}
