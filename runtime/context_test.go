package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// noFeatures is a router that announces nothing beyond its roles.
var noFeatures = wamp.Roles{}.With(wamp.RoleBroker).With(wamp.RoleDealer)

func TestDeadlineTravelsAndHoldsLocally(t *testing.T) {
	for _, announced := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			roles := noFeatures
			if announced {
				roles = allFeatures
			}
			s, router := joinPeer(t, wamp.CBOR, roles)
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Microsecond)
			defer cancel()
			start := time.Now()
			failed := make(chan error, 1)
			go func() { _, err := s.Call(ctx, "com.test.slow"); failed <- err }()

			want := uint64(0)
			if announced {
				want = 2 // milliseconds, rounded up
			}
			call := router.expect(wamp.TypeCall).(*wamp.Call)
			if call.Options.Timeout != want {
				t.Errorf("announced %v: CALL.Options.timeout = %d, want %d", announced, call.Options.Timeout, want)
			}
			err := <-failed
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, wamp.ErrTimeout) {
				t.Errorf("got %v, want a timeout", err)
			}
			if took := time.Since(start); took != 1500*time.Microsecond {
				t.Errorf("it took %v", took)
			}
			if announced {
				cancel := router.expect(wamp.TypeCancel).(*wamp.Cancel)
				if cancel.Request != 1 || cancel.Options.Mode != wamp.CancelKillNoWait {
					t.Errorf("got %+v, want a killnowait of call 1", cancel)
				}
			}
		})
	}
}

func TestTimeoutOption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, allFeatures)
		for _, c := range []struct{ option, deadline, want time.Duration }{
			{time.Second, 0, time.Second},
			{time.Second, time.Minute, time.Second},
			{time.Minute, time.Second, time.Second},
		} {
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithTimeout(c.option))
			if c.deadline > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, c.deadline)
				defer cancel()
			}
			start := time.Now()
			failed := make(chan error, 1)
			go func() { _, err := s.Call(ctx, "com.test.slow"); failed <- err }()
			if call := router.expect(wamp.TypeCall).(*wamp.Call); call.Options.Timeout != uint64(c.want/time.Millisecond) {
				t.Errorf("%+v: CALL.Options.timeout = %d", c, call.Options.Timeout)
			}
			if err := <-failed; !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != c.want {
				t.Errorf("%+v: got %v after %v", c, err, time.Since(start))
			}
			router.expect(wamp.TypeCancel)
		}
	})
}

func TestCanceledCallIsAbandonedAndItsLateAnswerDropped(t *testing.T) {
	for _, announced := range []bool{true, false} {
		roles := noFeatures
		if announced {
			roles = allFeatures
		}
		s, router := joinPeer(t, wamp.CBOR, roles)
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() { _, err := s.Call(ctx, "com.test.slow"); failed <- err }()
		router.expect(wamp.TypeCall)
		cancel()
		if err := await(t, failed); !errors.Is(err, context.Canceled) || !errors.Is(err, wamp.ErrCanceled) {
			t.Errorf("got %v, want the end of the context", err)
		}
		if announced {
			router.expect(wamp.TypeCancel)
		}
		// The late answer must not reach the next call.
		go func() { _, err := s.Call(t.Context(), "com.test.next"); failed <- err }()
		if call := router.expect(wamp.TypeCall).(*wamp.Call); call.Request != 2 {
			t.Errorf("the next call has id %d, want 2", call.Request)
		}
		router.send(
			&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 1, URI: wamp.ErrCanceled},
			&wamp.Result{Request: 2})
		if err := await(t, failed); err != nil {
			t.Errorf("the next call: %v", err)
		}
	}
}

// Whether the answer or the end of the context is first, each call gets its own.
func TestAnswersRaceCancellation(t *testing.T) {
	p := newPlace(t, links[0])
	callee, caller := p.session(), p.session()
	registerAdd(t, callee)
	client := runtime.NewClient(caller)
	answered, canceled := make(chan struct{}, 4000), make(chan struct{}, 4000)
	var callers sync.WaitGroup
	for g := range int64(8) {
		callers.Go(func() {
			for i := range int64(400) {
				ctx, cancel := context.WithCancel(t.Context())
				stop := context.AfterFunc(ctx, func() {})
				go func() {
					for range i % 32 {
						goruntime.Gosched()
					}
					cancel()
				}()
				switch sum, err := add(ctx, &client, g<<32, i); {
				case err == nil && sum == g<<32+i:
					answered <- struct{}{}
				case errors.Is(err, context.Canceled):
					canceled <- struct{}{}
				default:
					t.Errorf("add(%d, %d) = %d, %v", g<<32, i, sum, err)
				}
				stop()
			}
		})
	}
	callers.Wait()
	t.Logf("%d answered, %d canceled", len(answered), len(canceled))
	if sum, err := add(t.Context(), &client, 1, 2); err != nil || sum != 3 {
		t.Errorf("afterwards: %d, %v", sum, err)
	}
}

func TestContextThatHasEndedSendsNothing(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	if _, err := s.Call(ended, "com.test.a"); !errors.Is(err, context.Canceled) {
		t.Errorf("call: %v", err)
	}
	if _, err := s.Call(late, "com.test.a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("call: %v", err)
	}
	if err := s.Publish(ended, "com.test.a"); !errors.Is(err, context.Canceled) {
		t.Errorf("publish: %v", err)
	}
	if _, err := s.Register(ended, "com.test.a", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("register: %v", err)
	}
	if _, err := s.Subscribe(ended, "com.test.a", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("subscribe: %v", err)
	}
	go func() { _, _ = s.Call(context.Background(), "com.test.b") }()
	if call := router.expect(wamp.TypeCall).(*wamp.Call); call.Request != 1 || call.Procedure != "com.test.b" {
		t.Errorf("got %+v, want the first request to be com.test.b", call)
	}
	router.conn.Close()
	<-s.Done()
}

func TestRemoteTimeoutIsADeadline(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	failed := make(chan error, 1)
	go func() { _, err := s.Call(context.Background(), "com.test.slow"); failed <- err }()
	router.expect(wamp.TypeCall)
	router.send(&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 1, URI: wamp.ErrTimeout})
	err := await(t, failed)
	remote(t, err, wamp.ErrTimeout)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is no context.DeadlineExceeded", err)
	}
}

func TestCancellationReachesTheHandler(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		running := make(chan struct{})
		ended := make(chan error, 1)
		register(t, callee, "com.test.slow", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			close(running)
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() { _, err := caller.Call(ctx, "com.test.slow"); failed <- err }()
		await(t, running)
		cancel()
		if err := await(t, failed); !errors.Is(err, context.Canceled) {
			t.Errorf("caller: %v", err)
		}
		if err := await(t, ended); err != context.Canceled {
			t.Errorf("handler: %v", err)
		}
	})
}

func TestForwardedTimeoutEndsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, allFeatures)
		go func() {
			m := router.expect(wamp.TypeRegister).(*wamp.Register)
			if !m.Options.ForwardTimeout {
				t.Error("REGISTER does not say forward_timeout")
			}
			router.send(&wamp.Registered{Request: 1, Registration: 1},
				&wamp.Invocation{Request: 1, Registration: 1, Details: wamp.InvocationDetails{Timeout: 1500}},
				&wamp.Invocation{Request: 2, Registration: 1, Details: wamp.InvocationDetails{Timeout: 1 << 60}})
		}()
		start := time.Now()
		register(t, s, "com.test.slow", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			if inv, _ := runtime.InvocationFrom(ctx); inv.Request == 2 {
				return nil, ctx.Err()
			}
			if deadline, ok := ctx.Deadline(); !ok || deadline.Sub(start) != 1500*time.Millisecond {
				t.Errorf("deadline %v, %v", deadline.Sub(start), ok)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}, runtime.WithForwardTimeout())
		if m := router.expect(wamp.TypeYield).(*wamp.Yield); m.Request != 2 {
			t.Errorf("got the answer to %d", m.Request)
		}
		if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.Request != 1 || m.URI != wamp.ErrTimeout {
			t.Errorf("got %+v, want %s", m, wamp.ErrTimeout)
		}
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
}

type contextKey struct{}

// Contexts derived from a handler's end with it, whatever ends it.
func TestHandlerContextEndsWithTheHandler(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	kept := make(chan context.Context, 2)
	register(t, s, "com.test.keep", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		derived, cancel := context.WithTimeout(context.WithValue(ctx, contextKey{}, "value"), time.Hour)
		t.Cleanup(cancel)
		if ctx.Err() != nil || derived.Err() != nil {
			t.Error("the context ended too early")
		}
		kept <- derived
		kept <- ctx
		return nil, nil
	})
	if _, err := s.Call(t.Context(), "com.test.keep"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ctx := await(t, kept)
		await(t, ctx.Done())
		if ctx.Err() != context.Canceled {
			t.Errorf("Err() = %v", ctx.Err())
		}
		if _, ok := runtime.InvocationFrom(ctx); !ok {
			t.Error("the invocation is lost")
		}
	}
}

func TestClosingEndsHandlers(t *testing.T) {
	p := newPlace(t, links[0])
	s, other := p.session(), p.session()
	running, ended := make(chan struct{}, 2), make(chan error, 2)
	wait := func(ctx context.Context) error {
		running <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}
	register(t, s, "com.test.wait", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) { return nil, wait(ctx) })
	if _, err := s.Subscribe(t.Context(), "com.test.wait", func(ctx context.Context, _ *runtime.Result) error { return wait(ctx) }); err != nil {
		t.Fatal(err)
	}
	called := make(chan error, 1)
	go func() { _, err := other.Call(context.Background(), "com.test.wait"); called <- err }()
	if err := other.Publish(t.Context(), "com.test.wait"); err != nil {
		t.Fatal(err)
	}
	await(t, running)
	await(t, running)
	s.Close()
	for range 2 {
		if err := await(t, ended); err != context.Canceled {
			t.Errorf("handler: %v", err)
		}
	}
	remote(t, await(t, called), wamp.ErrCanceled)
}

func TestCancelModeTravels(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	for _, mode := range []string{wamp.CancelSkip, wamp.CancelKill, wamp.CancelKillNoWait} {
		outer, cancel := context.WithCancel(t.Context())
		ctx, _ := runtime.NewCallContext(outer, runtime.WithCancelMode(mode))
		failed := make(chan error, 1)
		go func() { _, err := s.Call(ctx, "com.test.slow"); failed <- err }()
		router.expect(wamp.TypeCall)
		cancel()
		if err := await(t, failed); !errors.Is(err, wamp.ErrCanceled) {
			t.Errorf("%s: got %v", mode, err)
		}
		if m := router.expect(wamp.TypeCancel).(*wamp.Cancel); m.Options.Mode != mode {
			t.Errorf("CANCEL.Options.mode = %q, want %q", m.Options.Mode, mode)
		}
	}
}
