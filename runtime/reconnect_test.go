package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func echo(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil }

// What a session had it has again, under the same handles, on whatever transport.

func TestReconnectRestores(t *testing.T) {
	for _, scheme := range []string{"tcp", "ws"} {
		t.Run(scheme, func(t *testing.T) {
			r := wamptest.New(t)
			p := newProxy(t, r.Serve(t))
			changes := make(states, 100)
			s, err := runtime.Dial(t.Context(), scheme+"://"+p.listener.Addr().String(), wamptest.Realm,
				runtime.WithReconnect(runtime.ReconnectPolicy{Backoff: soon, TakeOver: true}), changes.option(), runtime.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			registration := register(t, s, "com.test.echo.", echo, runtime.WithMatch(wamp.MatchPrefix))
			subscription, events := subscribe(t, s, "com.test..done", runtime.WithMatch(wamp.MatchWildcard))
			changes.await(t, runtime.StateConnected)
			other := r.Session(t)
			for i := range 3 {
				before := s.ID()
				p.cut(false)
				after := changes.await(t, runtime.StateConnected)
				if after.Session == before || s.ID() != after.Session || s.State() != runtime.StateConnected {
					t.Errorf("session %d, then %+v, and ID() = %d in state %v", before, after, s.ID(), s.State())
				}
				got, err := other.Call(t.Context(), "com.test.echo.x", i)
				if err != nil || got.Args[0] != int64(i) {
					t.Errorf("got %v, %v", got, err)
				}
				publish(t, other, "com.test.it.done", i)
				if e := await(t, events); e.Args[0] != int64(i) || e.details.Topic != "com.test.it.done" {
					t.Errorf("got %v", e)
				}
			}
			if registration.Err() != nil || subscription.Err() != nil || s.Err() != nil {
				t.Error(registration.Err(), subscription.Err(), s.Err())
			}
			if err := errors.Join(registration.Unregister(t.Context()), subscription.Unsubscribe(t.Context())); err != nil {
				t.Error(err)
			}
			if _, err := other.Call(t.Context(), "com.test.echo.x"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
				t.Errorf("after Unregister: %v", err)
			}
			if len(events) != 0 {
				t.Errorf("%d events too many", len(events))
			}
		})
	}
}

func TestLostSessionFailsWhatIsUnderWay(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon})
	running := make(chan context.Context, 1)
	register(t, r.Session(t), "com.test.hang", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		running <- ctx
		<-ctx.Done()
		return nil, ctx.Err()
	})
	failed := make(chan error, 1)
	go func() { _, err := s.Call(context.Background(), "com.test.hang"); failed <- err }()
	callee := await(t, running)
	id := s.ID()
	l.cut()
	err := await(t, failed)
	var lost *runtime.LostError
	if !errors.Is(err, runtime.ErrSessionLost) || !errors.Is(err, wamp.ErrNetworkFailure) || errors.Is(err, runtime.ErrSessionClosed) ||
		!errors.As(err, &lost) || lost.Session != id || lost.Cause == nil {
		t.Errorf("got %v", err)
	}
	await(t, callee.Done())
}

// isPassing reports whether a call failed because its callee was lost and is not back yet.
func isPassing(err error) bool {
	return errors.Is(err, wamp.ErrNoSuchProcedure) || errors.Is(err, wamp.ErrCanceled) || errors.Is(err, wamp.ErrNoAvailableCallee)
}

func TestLostSessionInterruptsItsInvocations(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon})
	running := make(chan context.Context, 10)
	release := make(chan struct{})
	var atOnce, most atomic.Int64
	register(t, s, "com.test.one", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		most.Store(max(most.Load(), atOnce.Add(1)))
		defer atOnce.Add(-1)
		running <- ctx
		<-release
		return in, nil
	}, runtime.WithConcurrency(1))
	caller := r.Session(t)
	for range 2 { // one runs, one waits for it
		go func() { _, _ = caller.Call(context.Background(), "com.test.one", "early") }()
	}
	ctx := await(t, running)
	l.cut()
	await(t, ctx.Done())
	result := make(chan error, 1)
	go func() {
		for { // until it is registered again
			got, err := caller.Call(context.Background(), "com.test.one", "late")
			if isPassing(err) {
				continue
			}
			if err == nil && got.Args[0] != "late" {
				err = fmt.Errorf("got the result of another call: %v", got.Args)
			}
			result <- err
			return
		}
	}()
	close(release)
	if err := await(t, result); err != nil {
		t.Error(err)
	}
	if most.Load() != 1 {
		t.Errorf("%d ran at once, of 1", most.Load())
	}
}

func TestRequestsWaitForTheConnection(t *testing.T) {
	r := wamptest.New(t)
	register(t, r.Session(t), "com.test.echo", echo)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	l.unplug()
	if why := changes.await(t, runtime.StateWaiting); why.Err == nil || why.Attempt != 1 || why.Delay <= 0 {
		t.Errorf("got %+v", why)
	}

	expired, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	limited, _ := runtime.NewCallContext(t.Context(), runtime.WithTimeout(time.Millisecond))
	_, byContext := s.Call(expired, "com.test.echo")
	_, byTimeout := s.Call(limited, "com.test.echo")
	_, byRegister := s.Register(expired, "com.test.late", echo)
	_, bySubscribe := s.Subscribe(expired, "com.test.late", nil)
	for i, err := range []error{byContext, byTimeout, s.Publish(expired, "com.test.topic"), byRegister, bySubscribe} {
		if !errors.Is(err, runtime.ErrDisconnected) || !errors.Is(err, wamp.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d: %v", i, err)
		}
	}

	done := make(chan error, 4)
	_, events := subscribe(t, r.Session(t), "com.test.topic")
	go func() { _, err := s.Call(context.Background(), "com.test.echo"); done <- err }()
	go func() { done <- s.Publish(context.Background(), "com.test.topic") }()
	go func() { _, err := s.Register(context.Background(), "com.test.late", echo); done <- err }()
	go func() {
		_, err := s.Subscribe(context.Background(), "com.test.late", func(context.Context, *runtime.Result) error { return nil })
		done <- err
	}()
	l.plug()
	for range cap(done) {
		if err := await(t, done); err != nil {
			t.Error(err)
		}
	}
	await(t, events)
}

func TestRequestsFailFast(t *testing.T) {
	l := lineTo(wamptest.New(t))
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon, FailFast: true}, changes.option())
	l.unplug()
	changes.await(t, runtime.StateWaiting)
	_, err := s.Call(t.Context(), "com.test.echo")
	var disconnected *runtime.DisconnectedError
	if !errors.As(err, &disconnected) || disconnected.Cause == nil || !errors.Is(err, wamp.ErrNetworkFailure) || errors.Is(err, wamp.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// What fails for technical reasons may work later.

// until are the changes up to one to a state.

// A router that lets clients in and drops them at once is not stormed.

// The router has not noticed yet that the session is lost which has the procedure.

// either receives any message.

// A retained event that came before is not taken for a new one.

// Events that arrived before the connection was lost are handled, before those that come after.

// Everything at once while the line is cut again and again: nothing hangs, nothing is mixed up.

func TestReconnectStorm(t *testing.T) {
	r := wamptest.New(t, wamptest.WithConfig(router.Config{}))
	l := lineTo(r)
	changes := make(states, 100000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: runtime.Backoff{Min: 100 * time.Microsecond, Max: time.Millisecond}}, changes.option())
	register(t, s, "com.test.mine", echo)
	register(t, r.Session(t), "com.test.theirs", echo)
	subscribe(t, s, "com.test.topic", runtime.WithQueue(1<<16, runtime.DropOldest))
	ctx, cancel := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	work := func(f func(i int) error) {
		workers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := f(i); err != nil && !errors.Is(err, runtime.ErrSessionLost) && ctx.Err() == nil &&
					!isPassing(err) && !errors.Is(err, wamp.ErrProcedureAlreadyExists) {
					t.Error(err)
					return
				}
			}
		})
	}
	call := func(uri wamp.URI) func(int) error {
		return func(i int) error {
			got, err := s.Call(ctx, uri, i)
			if err == nil && got.Args[0] != int64(i) {
				return fmt.Errorf("call %d got %v", i, got.Args)
			}
			return err
		}
	}
	work(call("com.test.mine"))
	work(call("com.test.theirs"))
	work(func(i int) error { return s.Publish(ctx, "com.test.topic", i) })
	work(func(int) error {
		r, err := s.Register(ctx, "com.test.fleeting", echo)
		if err != nil {
			return err
		}
		return r.Unregister(ctx)
	})
	work(func(int) error {
		sub, err := s.Subscribe(ctx, "com.test.topic", func(context.Context, *runtime.Result) error { return nil })
		if err != nil {
			return err
		}
		return sub.Unsubscribe(ctx)
	})
	for range 100 {
		changes.await(t, runtime.StateConnected)
		l.cut()
	}
	changes.await(t, runtime.StateConnected)
	cancel()
	workers.Wait()
	for { // the router may still hold the procedure for the session that was lost last
		got, err := s.Call(t.Context(), "com.test.mine", 7)
		if isPassing(err) {
			continue
		}
		if err != nil || got.Args[0] != int64(7) {
			t.Errorf("got %v, %v", got, err)
		}
		break
	}
}

// What is asked for after the connection was lost, but before anybody has noticed, was not sent: it waits, too.

func TestWhatWasNotSentIsNotLost(t *testing.T) {
	r := wamptest.New(t)
	register(t, r.Session(t), "com.test.echo", echo)
	l := lineTo(r)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon})
	for i := range 20 {
		l.cut()
		if got, err := s.Call(t.Context(), "com.test.echo", i); err != nil || got.Args[0] != int64(i) {
			t.Fatalf("call %d: %v, %v", i, got, err)
		}
		l.cut()
		if err := s.Publish(t.Context(), "com.test.topic", i); err != nil {
			t.Fatalf("publication %d: %v", i, err)
		}
		for result, err := range s.CallProgress(t.Context(), "com.test.echo", i) {
			if err != nil || result.Args[0] != int64(i) {
				t.Fatalf("stream %d: %v, %v", i, result, err)
			}
		}
	}
}
