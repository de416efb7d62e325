package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func TestUntypedCallCarriesValuesUnchanged(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
			return in, nil
		})
		args := []any{nil, true, int64(-5), int64(1 << 40), uint64(1<<64 - 1), 1.5, "grüße", []byte{0, 1, 2},
			[]any{int64(1), "two"}, wamp.Dict{"k": wamp.Dict{}}}
		kwargs := wamp.Dict{"name": "value", "list": []any{}}
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithKeywords(kwargs))
		got, err := caller.Call(ctx, "com.test.echo", args...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(args, got.Args); diff != "" {
			t.Errorf("arguments (-sent +got):\n%s", diff)
		}
		if diff := cmp.Diff(kwargs, got.Kwargs); diff != "" {
			t.Errorf("keywords (-sent +got):\n%s", diff)
		}
	})
}

func TestCallWithoutArgumentsAndResults(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		s := p.session()
		register(t, s, "com.test.void", func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, nil })
		got, err := s.Call(t.Context(), "com.test.void")
		if err != nil || len(got.Args) != 0 || len(got.Kwargs) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestTypedCallsFromManyGoroutines(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		registerAdd(t, callee)
		client := runtime.NewClient(caller)
		var callers sync.WaitGroup
		for g := range int64(16) {
			callers.Go(func() {
				for i := range int64(50) {
					if sum, err := add(t.Context(), &client, g*1000, i); err != nil || sum != g*1000+i {
						t.Errorf("add(%d, %d) = %d, %v", g*1000, i, sum, err)
					}
				}
			})
		}
		callers.Wait()
	})
}

func TestHandlersSeeTheInvocation(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		seen := make(chan runtime.Invocation, 1)
		register(t, callee, "com.test.", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			inv, ok := runtime.InvocationFrom(ctx)
			if !ok {
				return nil, errors.New("no invocation in the context")
			}
			seen <- *inv
			return nil, nil
		}, runtime.WithMatch(wamp.MatchPrefix))
		ctx, info := runtime.NewCallContext(t.Context(), runtime.WithDiscloseMe(true))
		if _, err := caller.Call(ctx, "com.test.some.procedure"); err != nil {
			t.Fatal(err)
		}
		inv := await(t, seen)
		if inv.Procedure != "com.test.some.procedure" || inv.Caller != caller.ID() || inv.Registration == 0 || inv.Request != 1 {
			t.Errorf("got %+v, want the procedure as called by %d", inv, caller.ID())
		}
		if info.Request() != 1 {
			t.Errorf("CallInfo.Request() = %d, want 1", info.Request())
		}
	})
}

func TestHandlersRunConcurrently(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	const n = 20
	var together sync.WaitGroup
	together.Add(n)
	register(t, s, "com.test.meet", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		together.Done()
		together.Wait() // returns only if all of them run at the same time
		return nil, nil
	})
	var callers sync.WaitGroup
	for range n {
		callers.Go(func() {
			if _, err := s.Call(t.Context(), "com.test.meet"); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}

func TestConcurrencyIsBoundedAndInOrder(t *testing.T) {
	callee, router := joinPeer(t, wamp.CBOR, allFeatures)
	started := make(chan wamp.ID, 10)
	proceed := make(chan struct{})
	registered := make(chan struct{})
	go func() {
		defer close(registered)
		register(t, callee, "com.test.busy", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			inv, _ := runtime.InvocationFrom(ctx)
			started <- inv.Request
			<-proceed
			return nil, nil
		}, runtime.WithConcurrency(2))
	}()
	m := router.expect(wamp.TypeRegister).(*wamp.Register)
	if m.Options.Concurrency != 2 {
		t.Errorf("REGISTER says concurrency %d, want 2", m.Options.Concurrency)
	}
	router.send(&wamp.Registered{Request: m.Request, Registration: 1})
	<-registered
	for id := range wamp.ID(5) {
		router.send(&wamp.Invocation{Request: id + 1, Registration: 1})
	}
	router.send(&wamp.Interrupt{Request: 4}) // which waits for its turn and then never runs
	first, second := await(t, started), await(t, started)
	if first+second != 3 {
		t.Errorf("started %d and %d, want 1 and 2", first, second)
	}
	for _, want := range []wamp.ID{3, 5} {
		proceed <- struct{}{}
		if got := await(t, started); got != want {
			t.Errorf("started %d, want %d", got, want)
		}
	}
	close(proceed)
	answers := map[wamp.ID]wamp.MessageType{}
	for range 5 {
		frame, err := router.conn.Receive()
		if err != nil {
			t.Fatal(err)
		}
		m, _ := router.decoder.Decode(frame)
		switch m := m.(type) {
		case *wamp.Yield:
			answers[m.Request] = m.Type()
		case *wamp.ErrorMessage:
			answers[m.Request] = m.Type()
			if m.URI != wamp.ErrCanceled {
				t.Errorf("invocation %d ended with %s, want %s", m.Request, m.URI, wamp.ErrCanceled)
			}
		}
	}
	want := map[wamp.ID]wamp.MessageType{1: wamp.TypeYield, 2: wamp.TypeYield, 3: wamp.TypeYield, 4: wamp.TypeError, 5: wamp.TypeYield}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// A handler may do everything on the session that runs it.
func TestHandlersMayUseTheirOwnSession(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		s := p.session()
		register(t, s, "com.test.inner", func(context.Context, *runtime.Result) (*runtime.Result, error) {
			return runtime.NewResult("inner"), nil
		})
		register(t, s, "com.test.outer", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			inner, err := s.Call(ctx, "com.test.inner")
			if err != nil {
				return nil, fmt.Errorf("call: %w", err)
			}
			events := make(chan struct{}, 1)
			sub, err := s.Subscribe(ctx, "com.test.topic", func(context.Context, *runtime.Result) error {
				events <- struct{}{}
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("subscribe: %w", err)
			}
			publishing, _ := runtime.NewPublishContext(ctx, runtime.WithExcludeMe(false), runtime.WithAcknowledge(true))
			if err := s.Publish(publishing, "com.test.topic"); err != nil {
				return nil, fmt.Errorf("publish: %w", err)
			}
			<-events
			if err := sub.Unsubscribe(ctx); err != nil {
				return nil, fmt.Errorf("unsubscribe: %w", err)
			}
			reg, err := s.Register(ctx, "com.test.late", func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, nil })
			if err != nil {
				return nil, fmt.Errorf("register: %w", err)
			}
			if err := reg.Unregister(ctx); err != nil {
				return nil, fmt.Errorf("unregister: %w", err)
			}
			return inner, nil
		})
		got, err := s.Call(t.Context(), "com.test.outer")
		if err != nil || !reflect.DeepEqual(got.Args, []any{"inner"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestHandlerMayCloseItsSession(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		closed := make(chan error, 1)
		register(t, callee, "com.test.leave", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			closed <- callee.Close()
			<-ctx.Done()
			return nil, ctx.Err()
		})
		_, err := caller.Call(t.Context(), "com.test.leave")
		remote(t, err, wamp.ErrCanceled)
		if errors.Is(err, context.Canceled) {
			t.Error("the callee's leaving counts as the end of the caller's context")
		}
		if err := await(t, closed); err != nil {
			t.Error(err)
		}
		<-callee.Done()
		if callee.Err() != nil {
			t.Errorf("Err() = %v after Close", callee.Err())
		}
	})
}

func TestLargePayloads(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.length", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
			return runtime.NewResult(len(in.Args[0].([]byte)), in.Args[0]), nil
		})
		for _, size := range []int{0, 1, 1 << 10, 64 << 10, 1 << 20} {
			got, err := caller.Call(t.Context(), "com.test.length", make([]byte, size))
			if err != nil {
				t.Fatal(err)
			}
			if got.Args[0] != int64(size) || len(got.Args[1].([]byte)) != size {
				t.Errorf("%d octets: got %v", size, got.Args[0])
			}
		}
	})
}

// A call that waits for room in the outbound queue ends with its context.
func TestCongestedCallHonoursItsContext(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	failed := make(chan error, 20)
	for range 20 { // of 1 MiB each, where the queue takes 8 MiB and nobody reads
		callers.Go(func() {
			_, err := s.Call(ctx, "com.test.large", make([]byte, 1<<20))
			failed <- err
		})
	}
	router.expect(wamp.TypeCall) // some have left
	cancel()
	callers.Wait()
	for range 20 {
		if err := <-failed; !errors.Is(err, context.Canceled) || !errors.Is(err, wamp.ErrCanceled) {
			t.Errorf("got %v, want the end of the context", err)
		}
	}
}

func TestCallsGoOnBehindCongestion(t *testing.T) {
	p := newPlace(t, link{"tcp", wamp.CBOR})
	callee, caller := p.session(), p.session()
	register(t, callee, "com.test.large", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil })
	var callers sync.WaitGroup
	for range 20 { // of 1 MiB each, where the queue takes 8 MiB
		callers.Go(func() {
			if got, err := caller.Call(t.Context(), "com.test.large", make([]byte, 1<<20)); err != nil || len(got.Args[0].([]byte)) != 1<<20 {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}

func TestRequestIDsFollowTheOrderOfSending(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ctx, cancel := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() { _, _ = s.Call(ctx, "com.test.procedure") })
		senders.Go(func() { _ = s.Publish(ctx, "com.test.topic") })
		senders.Go(func() {
			_, _ = s.Subscribe(ctx, "com.test.topic", func(context.Context, *runtime.Result) error { return nil })
		})
	}
	for want := wamp.ID(1); want <= 24; want++ {
		frame, err := router.conn.Receive()
		if err != nil {
			t.Fatal(err)
		}
		m, err := router.decoder.Decode(frame)
		if err != nil {
			t.Fatal(err)
		}
		var id wamp.ID
		switch m := m.(type) {
		case *wamp.Call:
			id = m.Request
		case *wamp.Publish:
			id = m.Request
		case *wamp.Subscribe:
			id = m.Request
		}
		if id != want {
			t.Errorf("%s has id %d, want %d", m.Type(), id, want)
		}
	}
	cancel()
	senders.Wait()
}

func TestClientOptionsAndTheirPrecedence(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	procedure := runtime.Procedure{URI: "com.test.procedure", Timeout: 10 * time.Second}
	client := runtime.NewClient(s, runtime.WithTimeout(20*time.Second))
	narrow := client.With(runtime.WithTimeout(30*time.Second), runtime.WithDiscloseMe(true))
	outer, _ := runtime.NewCallContext(t.Context(), runtime.WithTimeout(35*time.Second))
	inner, info := runtime.NewCallContext(outer, runtime.WithTimeout(40*time.Second))
	for _, c := range []struct {
		name     string
		call     func() (*runtime.Values, error)
		timeout  uint64
		disclose bool
	}{
		{"annotation", func() (*runtime.Values, error) { return s.Invoke(t.Context(), &procedure, runtime.NewArgs()) }, 10000, false},
		{"client", func() (*runtime.Values, error) { return client.Call(t.Context(), &procedure, runtime.NewArgs()) }, 20000, false},
		{"With", func() (*runtime.Values, error) { return narrow.Call(t.Context(), &procedure, runtime.NewArgs()) }, 30000, true},
		{"context", func() (*runtime.Values, error) { return narrow.Call(inner, &procedure, runtime.NewArgs()) }, 40000, true},
	} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			if values, err := c.call(); err != nil {
				t.Error(err)
			} else if err := values.Err(); err != nil {
				t.Error(err)
			}
		}()
		m := router.expect(wamp.TypeCall).(*wamp.Call)
		if m.Options.Timeout != c.timeout || m.Options.DiscloseMe != c.disclose {
			t.Errorf("%s: CALL.Options = %+v, want timeout %d, disclose_me %v", c.name, m.Options, c.timeout, c.disclose)
		}
		router.send(&wamp.Result{Request: m.Request})
		<-done
	}
	if info.Request() != 4 {
		t.Errorf("CallInfo.Request() = %d, want 4", info.Request())
	}
}
