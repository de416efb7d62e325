package runtime_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// serveSlowly registers a procedure whose handler waits until it is released, with a router
// that the test plays. It tells the arguments of each handler that begins.
func serveSlowly(t *testing.T, opts ...runtime.RegisterOption) (s *runtime.Session, router *peer, begun chan any, release chan struct{}) {
	s, router = joinPeer(t, wamp.CBOR, streaming)
	go func() {
		router.expect(wamp.TypeRegister)
		router.send(&wamp.Registered{Request: 1, Registration: 1})
	}()
	begun, release = make(chan any, 100), make(chan struct{})
	register(t, s, "com.test.slow", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		begun <- in.Args[0]
		<-release
		return runtime.NewResult(in.Args[0]), nil
	}, opts...)
	return s, router, begun, release
}

func TestCallsBeyondTheBacklogAreUnavailable(t *testing.T) {
	_, router, begun, release := serveSlowly(t, runtime.WithConcurrency(1), runtime.WithBacklog(2))
	for request := range wamp.ID(4) {
		router.invoke(1, request+1, false, request)
	}
	if got := router.answer(4); !strings.HasPrefix(got, "wamp.error.unavailable [as many calls of com.test.slow ") {
		t.Errorf("got %s", got)
	}
	close(release)
	for request, want := range []string{"[0]", "[1]", "[2]"} {
		if got := router.answer(wamp.ID(request + 1)); got != want || await(t, begun) != int64(request) {
			t.Errorf("call %d: got %s", request, got)
		}
	}
	router.invoke(1, 5, false, 5) // there is room again
	if got := router.answer(5); got != "[5]" {
		t.Errorf("got %s", got)
	}
}

func TestLargeBacklogIsUnavailable(t *testing.T) {
	_, router, begun, release := serveSlowly(t, runtime.WithConcurrency(1))
	chunk := make([]byte, 12<<20)
	router.invoke(1, 1, false, 1)
	await(t, begun)
	for request := range wamp.ID(6) { // of which five fit into 64 MiB
		router.conn.AwaitRoom(patience)
		router.invoke(1, request+2, false, request, chunk)
	}
	if got := router.answer(7); !strings.HasPrefix(got, "wamp.error.unavailable") {
		t.Errorf("got %.100s", got)
	}
	close(release)
	for request := range wamp.ID(6) {
		router.answer(request + 1)
	}
}

func TestCanceledCallLeavesTheBacklogAtOnce(t *testing.T) {
	_, router, begun, release := serveSlowly(t, runtime.WithConcurrency(1), runtime.WithBacklog(2))
	for request := range wamp.ID(3) {
		router.invoke(1, request+1, false, request+1)
	}
	await(t, begun)
	router.send(&wamp.Interrupt{Request: 2, Options: wamp.InterruptOptions{Mode: wamp.CancelKill}})
	if got := router.answer(2); got != "wamp.error.canceled [context canceled]" {
		t.Errorf("got %s", got)
	}
	router.invoke(1, 4, false, 4) // takes its place
	close(release)
	for _, request := range []wamp.ID{1, 3, 4} {
		router.answer(request)
	}
	if got := []any{await(t, begun), await(t, begun)}; got[0] != int64(3) || got[1] != int64(4) {
		t.Errorf("got %v", got)
	}
}

// Calls whose forwarded timeout has passed make room for others.
func TestTimedOutCallsLeaveAFullBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, router, begun, release := serveSlowly(t, runtime.WithConcurrency(1), runtime.WithBacklog(1), runtime.WithForwardTimeout())
		router.invoke(1, 1, false, 1)
		await(t, begun)
		router.send(&wamp.Invocation{Request: 2, Registration: 1, Details: wamp.InvocationDetails{Timeout: 1000}, Payload: router.payload([]any{2}, nil)})
		time.Sleep(2 * time.Second) // of the bubble's clock
		router.invoke(1, 3, false, 3)
		if got := router.answer(2); !strings.HasPrefix(got, "wamp.error.timeout") {
			t.Errorf("got %s", got)
		}
		close(release)
		router.answer(1)
		if got := router.answer(3); got != "[3]" {
			t.Errorf("got %s", got)
		}
	})
}

// Whoever learns of the session's end from a call may ask why.
func TestErrIsKnownWhenCallsFail(t *testing.T) {
	const calls = 2000 // so that the first to fail are early
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	failed := make(chan error, calls)
	for range calls {
		go func() {
			_, err := s.Call(t.Context(), "com.test.procedure")
			if s.Err() == nil {
				err = errors.New("a call has failed, but Err is nil")
			}
			failed <- err
		}()
	}
	for range calls {
		router.expect(wamp.TypeCall)
	}
	_ = router.conn.Close()
	for range calls {
		if err := await(t, failed); !errors.Is(err, runtime.ErrSessionClosed) || !errors.Is(err, io.EOF) {
			t.Fatalf("got %v", err)
		}
	}
}

// A listener gets the retained event that it asked for, and no other's.
func TestRetainedEventIsForWhoeverAsked(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		publisher, subscriber := p.session(), p.session()
		ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithRetain(true), runtime.WithAcknowledge(true))
		if err := publisher.Publish(ctx, "com.test.topic", 1); err != nil {
			t.Fatal(err)
		}
		_, first := subscribe(t, subscriber, "com.test.topic", runtime.WithRetained())
		if e := await(t, first); !e.details.Retained {
			t.Errorf("got %+v", e.details)
		}
		for n := range 100 {
			ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true))
			if err := publisher.Publish(ctx, "com.test.topic", n); err != nil {
				t.Fatal(err)
			}
			await(t, first)
		}
		_, second := subscribe(t, subscriber, "com.test.topic", runtime.WithRetained())
		if e := await(t, second); !e.details.Retained {
			t.Errorf("got %+v", e.details)
		}
		ctx, _ = runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true))
		if err := publisher.Publish(ctx, "com.test.topic", 2); err != nil {
			t.Fatal(err)
		}
		for _, events := range []chan event{first, second} {
			if e := await(t, events); e.details.Retained || e.Args[0] != int64(2) {
				t.Errorf("got %v %+v", e.Args, e.details)
			}
		}
	})
}
