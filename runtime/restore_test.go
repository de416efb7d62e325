package runtime_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

// awaitForgotten asks the router until it has noticed that a session is lost.
func awaitForgotten(t *testing.T, asking *runtime.Session, lost wamp.ID) {
	t.Helper()
	for {
		_, err := asking.Call(t.Context(), "wamp.session.get", lost)
		if errors.Is(err, wamp.ErrNoSuchSession) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnregisterWhileDisconnected(t *testing.T) {
	r := wamptest.New(t)
	l := lineTo(r)
	changes := make(states, 1000)
	s := l.join(t, runtime.ReconnectPolicy{Backoff: soon, TakeOver: true}, changes.option())
	gone := register(t, s, "com.test.gone", echo)
	register(t, s, "com.test.kept", echo)
	deaf, _ := subscribe(t, s, "com.test.topic")
	changes.await(t, runtime.StateConnected)
	l.unplug()
	changes.await(t, runtime.StateWaiting)
	if err := errors.Join(gone.Unregister(t.Context()), deaf.Unsubscribe(t.Context())); err != nil {
		t.Error(err)
	}
	other := r.Session(t)
	awaitForgotten(t, other, s.ID())
	l.plug()
	changes.await(t, runtime.StateConnected)
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

// A router that lets the client in, but does not answer, is as good as none.
func TestRestoreIsLimitedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		granted := func(p *peer) {
			p.send(&wamp.Registered{Request: p.expect(wamp.TypeRegister).(*wamp.Register).Request, Registration: 11})
		}
		silent := func(p *peer) { p.expect(wamp.TypeRegister) }
		l := lineToPeers(t, granted, silent, granted)
		changes := make(states, 100)
		policy := runtime.ReconnectPolicy{Backoff: runtime.Backoff{Min: time.Second, Jitter: -1}, AttemptTimeout: 10 * time.Second}
		s := l.join(t, policy, changes.option())
		r := register(t, s, "com.test.echo", echo)
		changes.await(t, runtime.StateConnected)
		start := time.Now()
		l.cut()
		change := <-changes
		for change.State != runtime.StateConnected {
			change = <-changes
		}
		if change.Session != 3 || change.Attempt != 2 {
			t.Errorf("got %+v", change)
		}
		if took := time.Since(start); took != 13*time.Second { // after 1 s, 10 s for nothing, and 2 s
			t.Errorf("it took %v", took)
		}
		if r.Err() != nil {
			t.Error(r.Err())
		}
		_ = s.Close()
	})
}
