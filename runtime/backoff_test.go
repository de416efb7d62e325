package runtime_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

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

// What is under way when a session ends for good fails, and is not made again.
func TestFinalEndsEndRequests(t *testing.T) {
	kill := func(p *peer) {
		p.either()
		p.send(&wamp.Goodbye{Reason: wamp.CloseKilled})
	}
	for name, request := range map[string]func(s *runtime.Session) error{
		"register":  func(s *runtime.Session) error { _, err := s.Register(t.Context(), "com.test.x", echo); return err },
		"subscribe": func(s *runtime.Session) error { _, err := s.Subscribe(t.Context(), "com.test.x", nil); return err },
		"call": func(s *runtime.Session) error {
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithIdempotent(true))
			_, err := s.Call(ctx, "com.test.x")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := lineToPeers(t, kill).join(t, runtime.ReconnectPolicy{Backoff: soon})
			failed := make(chan error, 1)
			go func() { failed <- request(s) }()
			if err := await(t, failed); !errors.Is(err, runtime.ErrSessionClosed) || !errors.Is(err, wamp.ErrorURI(wamp.CloseKilled)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
