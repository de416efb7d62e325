package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
				runtime.WithReconnect(runtime.ReconnectPolicy{Backoff: soon}), changes.option(), runtime.WithLogger(slog.New(slog.DiscardHandler)))
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
			if errors.Is(err, wamp.ErrNoSuchProcedure) || errors.Is(err, wamp.ErrCanceled) {
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

func TestGivesUpOnWhatCannotBeMended(t *testing.T) {
	for _, refusal := range []wamp.ErrorURI{wamp.ErrNoSuchRealm, wamp.ErrAuthenticationDenied, wamp.ErrNotAuthorized} {
		t.Run(string(refusal), func(t *testing.T) {
			l := lineToPeers(t, func(*peer) {})
			changes := make(states, 1000)
			s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
			l.mu.Lock()
			l.closed = &wamp.Error{URI: refusal, Remote: true}
			l.mu.Unlock()
			l.cut()
			await(t, s.Done())
			var gaveUp *runtime.GaveUpError
			if !errors.As(s.Err(), &gaveUp) || gaveUp.Attempts != 1 || !errors.Is(s.Err(), refusal) {
				t.Errorf("got %v", s.Err())
			}
			if last := changes.await(t, runtime.StateClosed); last.Err != s.Err() {
				t.Errorf("got %+v", last)
			}
			if _, err := s.Call(t.Context(), "com.test.echo"); !errors.Is(err, runtime.ErrSessionClosed) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What fails for technical reasons may work later.
func TestDoesNotGiveUpOnFailures(t *testing.T) {
	l := lineToPeers(t, func(*peer) {})
	changes := make(states, 1000)
	l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	l.mu.Lock()
	l.closed = &wamp.Error{URI: wamp.ErrAuthenticationFailed, Remote: true}
	l.mu.Unlock()
	l.cut()
	for range 3 {
		changes.await(t, runtime.StateWaiting)
	}
}

func TestGivesUpAfterAttempts(t *testing.T) {
	l := lineTo(wamptest.New(t))
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon, MaxAttempts: 3})
	registration := register(t, s, "com.test.echo", echo)
	subscription, _ := subscribe(t, s, "com.test.topic")
	l.unplug()
	await(t, s.Done())
	var gaveUp *runtime.GaveUpError
	if !errors.As(s.Err(), &gaveUp) || gaveUp.Attempts != 3 || !errors.Is(gaveUp, errUnplugged) || l.attempts() != 4 {
		t.Errorf("got %v after %d dials", s.Err(), l.attempts())
	}
	await(t, registration.Done())
	await(t, subscription.Done())
	if !errors.Is(registration.Err(), runtime.ErrSessionClosed) || !errors.Is(subscription.Err(), errUnplugged) {
		t.Error(registration.Err(), subscription.Err())
	}
}

func TestEndsThatAreFinal(t *testing.T) {
	killed := func(p *peer) { p.send(&wamp.Goodbye{Reason: wamp.CloseKilled}) }
	s := lineToPeers(t, killed, func(*peer) {}).join(t, runtime.ReconnectPolicy{Backoff: soon})
	await(t, s.Done())
	if !errors.Is(s.Err(), wamp.ErrorURI(wamp.CloseKilled)) {
		t.Errorf("got %v", s.Err())
	}
	down := func(p *peer) { p.send(&wamp.Goodbye{Reason: wamp.CloseSystemShutdown}) }
	changes := make(states, 100)
	lineToPeers(t, down, func(*peer) {}).join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	changes.await(t, runtime.StateConnected)
	if again := changes.await(t, runtime.StateConnected); again.Session != 2 {
		t.Errorf("got %+v", again)
	}
}

func TestBackoffGrowsAndCloseEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lineToPeers(t, func(*peer) {})
		changes := make(states, 1000)
		policy := runtime.ReconnectPolicy{Backoff: runtime.Backoff{Min: time.Second, Max: time.Minute, Jitter: -1}}
		s := l.join(t, policy, changes.option())
		l.unplug()
		time.Sleep(10 * time.Minute)
		start := time.Now()
		if err := s.Close(); err != nil || time.Since(start) != 0 {
			t.Errorf("Close: %v after %v", err, time.Since(start))
		}
		var delays []time.Duration
		for change := range changes.until(t, runtime.StateClosed) {
			if change.State == runtime.StateWaiting {
				delays = append(delays, change.Delay)
			}
		}
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}
		for i, d := range want {
			if delays[i] != d*time.Second {
				t.Fatalf("delays are %v", delays)
			}
		}
		if s.Err() != nil || s.State() != runtime.StateClosed {
			t.Errorf("Err() = %v in %v", s.Err(), s.State())
		}
	})
}

// until are the changes up to one to a state.
func (c states) until(t testing.TB, last runtime.State) func(func(runtime.StateChange) bool) {
	return func(yield func(runtime.StateChange) bool) {
		for {
			change := await(t, c)
			if !yield(change) || change.State == last {
				return
			}
		}
	}
}

// A router that lets clients in and drops them at once is not stormed.
func TestSessionsThatDoNotLastBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drop := func(p *peer) {
			time.Sleep(time.Millisecond) // of the bubble
			_ = p.conn.Close()
		}
		l := lineToPeers(t, drop, drop, drop, drop, func(*peer) {})
		policy := runtime.ReconnectPolicy{Backoff: runtime.Backoff{Min: time.Second, Max: time.Minute, Jitter: -1}, MaxAttempts: 2}
		start := time.Now()
		s := l.join(t, policy)
		synctest.Wait()
		time.Sleep(10 * time.Second) // after 1, 3 and 7 s
		if soFar := l.attempts(); soFar != 4 {
			t.Errorf("%d dials within 10 s", soFar)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if took := l.attempts(); took != 5 || s.ID() != 5 || s.State() != runtime.StateConnected {
			t.Errorf("%d dials in %v, then %d in %v", took, time.Since(start), s.ID(), s.State())
		}
		_ = s.Close()
	})
}

func TestCloseFromTheStateHandler(t *testing.T) {
	l := lineTo(wamptest.New(t))
	var s *runtime.Session
	ready, closed := make(chan struct{}), make(chan struct{})
	s = l.join(t, runtime.ReconnectPolicy{Backoff: soon}, runtime.WithStateHandler(func(c runtime.StateChange) {
		switch c.State {
		case runtime.StateWaiting:
			<-ready
			_ = s.Close()
		case runtime.StateClosed:
			close(closed)
			panic("which is logged")
		}
	}))
	close(ready)
	l.unplug()
	await(t, closed)
}

func TestUnregisterWhileDisconnected(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	gone := register(t, s, "com.test.gone", echo)
	register(t, s, "com.test.kept", echo)
	deaf, _ := subscribe(t, s, "com.test.topic")
	changes.await(t, runtime.StateConnected)
	l.unplug()
	changes.await(t, runtime.StateWaiting)
	if err := errors.Join(gone.Unregister(t.Context()), deaf.Unsubscribe(t.Context())); err != nil {
		t.Error(err)
	}
	l.plug()
	changes.await(t, runtime.StateConnected)
	other := r.Session(t)
	if _, err := other.Call(t.Context(), "com.test.gone"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("got %v", err)
	}
	if _, err := other.Call(t.Context(), "com.test.kept"); err != nil {
		t.Error(err)
	}
	found, err := other.Call(t.Context(), "wamp.subscription.lookup", "com.test.topic")
	if err != nil || found.Args[0] != nil {
		t.Errorf("got %v, %v", found, err)
	}
}

// The router has not noticed yet that the session is lost which has the procedure.
func TestRestoreWaitsForProceduresToBeFree(t *testing.T) {
	refused := make(chan struct{})
	l := lineToPeers(t,
		func(p *peer) {
			p.send(&wamp.Registered{Request: p.expect(wamp.TypeRegister).(*wamp.Register).Request, Registration: 11})
		},
		func(p *peer) {
			for range 3 {
				m := p.expect(wamp.TypeRegister).(*wamp.Register)
				if m.Options.Invoke != wamp.InvokeFirst || m.Options.Match != "prefix" || m.Options.Concurrency != 3 || !m.Options.DiscloseCaller {
					t.Errorf("registered with %+v", m.Options)
				}
				p.send(&wamp.ErrorMessage{RequestType: wamp.TypeRegister, Request: m.Request, URI: wamp.ErrProcedureAlreadyExists})
			}
			close(refused)
			p.send(&wamp.Registered{Request: p.expect(wamp.TypeRegister).(*wamp.Register).Request, Registration: 22})
			p.send(&wamp.Invocation{Request: 1, Registration: 22, Details: wamp.InvocationDetails{Procedure: "com.test.x"}})
			p.expect(wamp.TypeYield)
			p.send(&wamp.Goodbye{Reason: wamp.CloseKilled})
		})
	var logged log
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, logged.option())
	r := register(t, s, "com.test.", echo, runtime.WithMatch(wamp.MatchPrefix), runtime.WithInvoke(wamp.InvokeFirst),
		runtime.WithConcurrency(3), runtime.WithDiscloseCaller())
	l.cut()
	await(t, refused)
	if r.Err() != nil || !logged.has("com.test.") {
		t.Errorf("got %v", r.Err())
	}
	await(t, s.Done()) // after the YIELD
}

func TestRestoreIsRefused(t *testing.T) {
	l := lineToPeers(t,
		func(p *peer) {
			p.send(&wamp.Registered{Request: p.expect(wamp.TypeRegister).(*wamp.Register).Request, Registration: 11})
			p.send(&wamp.Subscribed{Request: p.expect(wamp.TypeSubscribe).(*wamp.Subscribe).Request, Subscription: 12})
		},
		func(p *peer) {
			for range 2 {
				switch m := p.either().(type) {
				case *wamp.Register:
					p.send(&wamp.ErrorMessage{RequestType: wamp.TypeRegister, Request: m.Request, URI: wamp.ErrNotAuthorized})
				case *wamp.Subscribe:
					p.send(&wamp.ErrorMessage{RequestType: wamp.TypeSubscribe, Request: m.Request, URI: wamp.ErrNotAuthorized})
				}
			}
		}, func(p *peer) {
			if m, err := p.conn.Receive(); err == nil {
				t.Errorf("asked again: %x", m)
			}
		})
	changes := make(states, 100)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	r := register(t, s, "com.test.echo", echo)
	sub, _ := subscribe(t, s, "com.test.topic")
	changes.await(t, runtime.StateConnected)
	l.cut()
	await(t, r.Done())
	await(t, sub.Done())
	for _, err := range []error{r.Err(), sub.Err()} {
		var restore *runtime.RestoreError
		if !errors.As(err, &restore) || !errors.Is(err, wamp.ErrNotAuthorized) {
			t.Errorf("got %v", err)
		}
	}
	changes.await(t, runtime.StateConnected)
	l.cut()
	changes.await(t, runtime.StateConnected)
}

// either receives any message.
func (p *peer) either() wamp.Message {
	frame, err := p.conn.Receive()
	if err != nil {
		p.t.Error(err)
		return nil
	}
	m, err := p.decoder.Decode(frame)
	if err != nil {
		p.t.Error(err)
	}
	return m
}

func TestTakeOver(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon, TakeOver: true}, changes.option())
	register(t, s, "com.test.echo", echo)
	changes.await(t, runtime.StateConnected)
	l.unplug()
	changes.await(t, runtime.StateWaiting)
	usurper := r.Session(t)
	var theirs *runtime.Registration
	for { // until the router has noticed
		var err error
		if theirs, err = usurper.Register(t.Context(), "com.test.echo", echo); err == nil {
			break
		} else if !errors.Is(err, wamp.ErrProcedureAlreadyExists) {
			t.Fatal(err)
		}
	}
	l.plug()
	changes.await(t, runtime.StateConnected)
	await(t, theirs.Done())
	if !errors.Is(theirs.Err(), runtime.ErrRevoked) {
		t.Errorf("got %v", theirs.Err())
	}
}

// A retained event that came before is not taken for a new one.
func TestRetainedEventsComeOnce(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	other := r.Session(t)
	retained := func(arg string) {
		ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true), runtime.WithRetain(true))
		if err := other.Publish(ctx, "com.test.topic", arg); err != nil {
			t.Fatal(err)
		}
	}
	retained("a")
	_, events := subscribe(t, s, "com.test.topic", runtime.WithRetained())
	if e := await(t, events); e.Args[0] != "a" || !e.details.Retained {
		t.Errorf("got %+v", e)
	}
	changes.await(t, runtime.StateConnected)
	l.cut()
	changes.await(t, runtime.StateConnected)
	l.unplug()
	changes.await(t, runtime.StateWaiting)
	retained("b")
	l.plug()
	if e := await(t, events); e.Args[0] != "b" || !e.details.Retained {
		t.Errorf("got %+v", e)
	}
	publish(t, other, "com.test.topic", "c")
	if e := await(t, events); e.Args[0] != "c" {
		t.Errorf("got %+v", e)
	}
}

// Events that arrived before the connection was lost are handled, before those that come after.
func TestEventsThatWaitAreHandled(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon}, changes.option())
	release := make(chan struct{})
	handled := make(chan any, 10)
	_, err := s.Subscribe(t.Context(), "com.test.topic", func(ctx context.Context, in *runtime.Result) error {
		<-release
		if ctx.Err() != nil {
			t.Error(ctx.Err())
		}
		handled <- in.Args[0]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	other := r.Session(t)
	for i := range 3 {
		publish(t, other, "com.test.topic", i)
	}
	if _, err := s.Call(t.Context(), "wamp.session.count"); err != nil { // behind the events
		t.Error(err)
	}
	changes.await(t, runtime.StateConnected)
	l.cut()
	changes.await(t, runtime.StateConnected)
	publish(t, other, "com.test.topic", 3)
	close(release)
	for i := range int64(4) {
		if got := await(t, handled); got != i {
			t.Errorf("got %v, want %d", got, i)
		}
	}
}

func TestKeepDialing(t *testing.T) {
	r := wamptest.New(t)
	p := newProxy(t, r.Serve(t))
	p.cut(true)
	url := "tcp://" + p.listener.Addr().String()
	if _, err := runtime.Dial(t.Context(), url, wamptest.Realm, runtime.WithReconnect(runtime.DefaultReconnect())); err == nil {
		t.Fatal("the first attempt should have failed")
	}
	opened := sync.OnceFunc(func() { p.cut(false) })
	s, err := runtime.Dial(t.Context(), url, wamptest.Realm, runtime.WithReconnect(runtime.ReconnectPolicy{
		KeepDialing: true, Backoff: soon, GiveUp: func(err error) bool { opened(); return runtime.CannotMend(err) },
	}))
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	_, err = runtime.Dial(t.Context(), url, "com.test.nowhere", runtime.WithReconnect(runtime.ReconnectPolicy{KeepDialing: true, Backoff: soon}))
	if !errors.Is(err, wamp.ErrNoSuchRealm) {
		t.Errorf("got %v", err)
	}
	p.cut(true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err = runtime.Dial(ctx, url, wamptest.Realm, runtime.WithReconnect(runtime.ReconnectPolicy{KeepDialing: true, Backoff: soon})); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestJoinNeedsAWayToConnect(t *testing.T) {
	if _, err := runtime.Join(t.Context(), wamptest.New(t).Connect(), wamptest.Realm, runtime.WithReconnect(runtime.DefaultReconnect())); err == nil {
		t.Error("joined")
	}
}

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
					!errors.Is(err, wamp.ErrNoSuchProcedure) && !errors.Is(err, wamp.ErrProcedureAlreadyExists) && !errors.Is(err, wamp.ErrCanceled) {
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
		if errors.Is(err, wamp.ErrNoSuchProcedure) || errors.Is(err, wamp.ErrCanceled) {
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
