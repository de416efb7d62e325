package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// streaming is a router that knows streams in both directions.
var streaming = progressive.With(wamp.RoleDealer, wamp.FeatureProgressiveCallInvocations)

// results is an untyped input.
func results(values ...any) iter.Seq2[*runtime.Result, error] {
	var all []*runtime.Result
	for _, v := range values {
		all = append(all, runtime.NewResult(v))
	}
	return seq(nil, all...)
}

// transcript is a handler that tells what it got.
func transcript(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
	got := fmt.Sprint(in.Args, in.Kwargs)
	for item, err := range runtime.ReadInput(ctx) {
		if err != nil {
			return nil, err
		}
		got += fmt.Sprint(" ", item.Args, item.Kwargs, item.Progress)
	}
	return runtime.NewResult(got), nil
}

func TestUntypedInput(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.transcript", transcript)
		input := seq(nil, runtime.NewResult(1, "a"), &runtime.Result{Kwargs: wamp.Dict{"k": []byte{0}}}, nil)
		result, err := caller.CallInput(t.Context(), "com.test.transcript", input, "first", 0)
		const want = "[first 0] map[] [1 a] map[] true [] map[k:[0]] true [] map[] true"
		if err != nil || result.Args[0] != want {
			t.Errorf("got %v, %v, want %s", result, err, want)
		}
		if result, err := caller.Call(t.Context(), "com.test.transcript", "plain"); err != nil || result.Args[0] != "[plain] map[]" {
			t.Errorf("got %v, %v", result, err)
		}
	})
}

func TestUntypedConversation(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.double", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			sum := int64(0)
			for item, err := range runtime.ReadInput(ctx) {
				if err != nil {
					return nil, err
				}
				n := item.Args[0].(int64)
				sum += n
				if err := runtime.Progress(ctx, 2*n); err != nil {
					return nil, err
				}
			}
			return runtime.NewResult(sum), nil
		})
		var got []any
		for result, err := range caller.CallInputProgress(t.Context(), "com.test.double", results(1, 2, 3)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, result.Args[0], result.Progress)
		}
		if s := fmt.Sprint(got); s != "[2 true 4 true 6 true 6 false]" {
			t.Errorf("got %s", s)
		}
	})
}

// How a call with input looks on the wire: the options of the first CALL stand for all.
func TestInputOnTheWire(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, streaming)
	done := make(chan error, 1)
	go func() {
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithDiscloseMe(true), runtime.WithTimeout(time.Minute))
		_, err := s.CallInput(ctx, "com.test.procedure", results("a", "b"), "first")
		done <- err
	}()
	for i, want := range []struct {
		options wamp.CallOptions
		args    string
	}{
		{wamp.CallOptions{Progress: true, DiscloseMe: true, Timeout: 60000}, "[first]"},
		{wamp.CallOptions{Progress: true}, "[a]"},
		{wamp.CallOptions{Progress: true}, "[b]"},
		{wamp.CallOptions{}, "[]"},
	} {
		m := router.expect(wamp.TypeCall).(*wamp.Call)
		m.Options.Extra = nil
		args, kwargs, err := codec.DecodePayload(m.Payload)
		if m.Request != 1 || m.Procedure != "com.test.procedure" || fmt.Sprint(m.Options) != fmt.Sprint(want.options) ||
			fmt.Sprint(args) != want.args || len(kwargs) > 0 || err != nil {
			t.Errorf("CALL %d: got %+v with %v %v, want %+v", i, m, args, kwargs, want)
		}
	}
	router.send(&wamp.Result{Request: 1})
	if err := await(t, done); err != nil {
		t.Error(err)
	}
}

func TestRouterWithoutInput(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, progressive)
	c := &streamClient{runtime.NewClient(s)}
	asked := false
	input := func(func(int64, error) bool) { asked = true }
	_, err := c.Sum(t.Context(), 0, input)
	if !errors.Is(err, wamp.ErrFeatureNotSupported) || !strings.Contains(err.Error(), "progressive_call_invocations") || asked {
		t.Errorf("got %v, input asked: %v", err, asked)
	}
	go func() { _, _ = s.Call(t.Context(), "com.test.next") }()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Request != 1 || m.Options.Progress {
		t.Errorf("something was sent before: %+v", m)
	}
}

func TestProcedureWithoutInput(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		registerAdd(t, p.session())
		caller := p.session()
		for range 3 {
			_, err := caller.CallInput(t.Context(), "com.acme.add", results(1, 2, 3, 4, 5, 6), 1, 2)
			if e := remote(t, err, wamp.ErrFeatureNotSupported); !strings.Contains(e.Message(), "com.acme.add") {
				t.Errorf("got %v", e)
			}
		}
		client := runtime.NewClient(caller)
		if sum, err := add(t.Context(), &client, 2, 3); err != nil || sum != 5 {
			t.Errorf("afterwards: %d, %v", sum, err)
		}
	})
}

// invoke plays a caller of the first procedure of serveStreams's that is registered under the id.
func (p *peer) invoke(registration wamp.ID, request wamp.ID, more bool, args ...any) {
	p.t.Helper()
	p.send(&wamp.Invocation{
		Request: request, Registration: registration, Details: wamp.InvocationDetails{Progress: more}, Payload: p.payload(args, nil),
	})
}

// The registrations of serveStreams with a router that the test plays.
const (
	countID wamp.ID = iota + 1
	sumID
	flashID
	echoID
)

// servePeer lets a session serve the streams, to a router that the test plays.
func servePeer(t testing.TB, opts ...runtime.RegisterOption) (*runtime.Session, *streams, *peer) {
	s, router := joinPeer(t, wamp.CBOR, streaming)
	registered := make(chan struct{})
	go func() {
		defer close(registered)
		for id := countID; id <= echoID; id++ {
			router.expect(wamp.TypeRegister)
			router.send(&wamp.Registered{Request: id, Registration: id})
		}
	}()
	service := serveStreams(t, s, opts...)
	<-registered
	return s, service, router
}

// answer is what an invocation was answered with: the payload, behind the URI of an error.
func (p *peer) answer(want wamp.ID) string {
	p.t.Helper()
	frame, err := p.conn.Receive()
	if err != nil {
		p.t.Fatal(err)
	}
	m, err := p.decoder.Decode(frame)
	if err != nil {
		p.t.Fatal(err)
	}
	var payload wamp.Payload
	text := ""
	switch m := m.(type) {
	case *wamp.Yield:
		payload = m.Payload
		if m.Options.Progress {
			text = "progress "
		}
		if m.Request != want {
			p.t.Errorf("got %+v, want an answer to %d", m, want)
		}
	case *wamp.ErrorMessage:
		payload = m.Payload
		text = string(m.URI) + " "
		if m.Request != want {
			p.t.Errorf("got %+v, want an answer to %d", m, want)
		}
	default:
		p.t.Fatalf("got %s %+v", m.Type(), m)
	}
	args, _, err := codec.DecodePayload(payload)
	if err != nil {
		p.t.Error(err)
	}
	return text + fmt.Sprint(args)
}

func TestWhatMayBeAnInput(t *testing.T) {
	tests := []struct {
		name   string
		chunks [][]any
		want   string
	}{
		{"a plain call", [][]any{{10}}, "[10]"},
		{"a plain call with an item", [][]any{{10, 1}}, "[11]"},
		{"a plain call with two items", [][]any{{10, 1, 2}}, "wamp.error.invalid_argument [com.test.stream.sum: arguments: 2 more than the 1 expected]"},
		{"an empty end", [][]any{{10}, {1}, {2}, {}}, "[13]"},
		{"an end with an item", [][]any{{10}, {1}, {2}}, "[13]"},
		{"an item in the first chunk", [][]any{{10, 1}, {2}, {}}, "[13]"},
		{"an end at once", [][]any{{10}, {}}, "[10]"},
		{"an item of another type", [][]any{{10}, {1}, {"x"}, {}}, `wamp.error.invalid_argument [com.test.stream.sum: argument "item": want an integer, got a string]`},
		{"an empty item", [][]any{{10}, {}, {1}}, `wamp.error.invalid_argument [com.test.stream.sum: argument "item": missing]`},
		{"two items at once", [][]any{{10}, {1, 2}, {}}, `wamp.error.invalid_argument [com.test.stream.sum: arguments: 1 more than the 1 expected]`},
		{"a wrong argument", [][]any{{"x"}, {1}, {}}, `wamp.error.invalid_argument [com.test.stream.sum: argument "offset": want an integer, got a string]`},
		{"a late chunk", [][]any{{10}, {-1}, {1}, {2}, {}}, "com.test.busy [device busy]"},
	}
	_, _, router := servePeer(t)
	for i, test := range tests {
		request := wamp.ID(i + 1)
		for at, chunk := range test.chunks {
			router.invoke(sumID, request, at < len(test.chunks)-1, chunk...)
		}
		if got := router.answer(request); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// W126: what comes for an invocation that has been answered is dropped, and begins no new one.
func TestLateChunksAreDropped(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, streaming)
	go func() {
		router.expect(wamp.TypeRegister)
		router.send(&wamp.Registered{Request: 1, Registration: 1})
	}()
	begun := 0
	register(t, s, "com.test.hasty", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		begun++
		return runtime.NewResult(begun), nil
	}, runtime.WithConcurrency(1)) // so that what begins does so in order
	router.invoke(1, 1, true)
	if got := router.answer(1); got != "[1]" {
		t.Fatalf("got %s", got)
	}
	for range 3 {
		router.invoke(1, 1, true, "late")
	}
	router.invoke(1, 2, false)
	if got := router.answer(2); got != "[2]" {
		t.Errorf("got %s", got)
	}
	router.invoke(1, 1, false, "late and last")
	router.invoke(1, 3, false)
	if got := router.answer(3); got != "[3]" {
		t.Errorf("got %s", got)
	}
}

func TestInterruptEndsTheInput(t *testing.T) {
	_, service, router := servePeer(t)
	router.invoke(sumID, 1, true, 10)
	router.invoke(sumID, 1, true, 1)
	router.send(&wamp.Interrupt{Request: 1, Options: wamp.InterruptOptions{Mode: wamp.CancelKillNoWait}})
	if err := await(t, service.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := router.answer(1); got != "wamp.error.canceled [context canceled]" {
		t.Errorf("got %s", got)
	}
	router.invoke(sumID, 1, true, 1) // which was on its way
	router.invoke(sumID, 2, false, 5)
	if got := router.answer(2); got != "[5]" {
		t.Errorf("got %s", got)
	}
}

func TestSecondInvocationWithTheSameId(t *testing.T) {
	s, _, router := servePeer(t)
	router.invoke(sumID, 1, true, 10)
	router.invoke(sumID, 1, false)
	if got := router.answer(1); got != "[10]" {
		t.Fatalf("got %s", got)
	}
	router.invoke(echoID, 2, true)
	router.invoke(countID, 3, false, 1, 2) // which is another one
	if got := router.answer(3); got != "[[1]]" {
		t.Errorf("got %s", got)
	}
	if s.Err() != nil {
		t.Error(s.Err())
	}
}

// A caller that did not ask for progressive results gets them together.
func TestResultsForThoseWhoDidNotAsk(t *testing.T) {
	onStreams(t, func(t *testing.T, p *place, _ *streams, _ *streamClient) {
		caller := p.session()
		for to, want := range map[int64]string{3: "[[0 1 2]]", 0: "[[]]"} {
			result, err := caller.Call(t.Context(), countProcedure.URI, 0, to)
			if err != nil || fmt.Sprint(result.Args) != want {
				t.Errorf("got %v, %v, want %s", result, err, want)
			}
		}
		_, err := caller.Call(t.Context(), countProcedure.URI, 0, int64(1)<<40)
		if e := remote(t, err, wamp.ErrFeatureNotSupported); !strings.Contains(e.Message(), "progressive results") {
			t.Errorf("got %v", e)
		}
		result, err := caller.CallInput(t.Context(), flashProcedure.URI, results([]byte("ab")), "board")
		if err != nil || result.Args[0] != "board2" { // whose progress went nowhere
			t.Errorf("got %v, %v", result, err)
		}
		result, err = caller.CallInput(t.Context(), echoProcedure.URI, results("a", "b"))
		if err != nil || fmt.Sprint(result.Args) != "[[a b]]" {
			t.Errorf("got %v, %v", result, err)
		}
	})
}

// How callees of other makes end a stream.
func TestEndsOfResults(t *testing.T) {
	tests := []struct {
		name     string
		progress []any
		final    []any
		kwargs   wamp.Dict
		want     string
	}{
		{"nothing", []any{1, 2}, nil, nil, "[1 2]"},
		{"null", []any{1, 2}, []any{nil}, nil, "[1 2]"},
		{"an item", []any{1, 2}, []any{3}, nil, "[1 2 3]"},
		{"an item by name", []any{1}, nil, wamp.Dict{"item": 2}, "[1 2]"},
		{"only the end", nil, nil, nil, "[]"},
		{"one item", nil, []any{7}, nil, "[7]"},
		{"all items as a list", nil, []any{[]any{1, 2, 3}}, nil, "[1 2 3]"},
		{"an empty list", nil, []any{[]any{}}, nil, "[]"},
	}
	s, router := joinPeer(t, wamp.CBOR, streaming)
	c := &streamClient{runtime.NewClient(s)}
	for _, test := range tests {
		go func() {
			id := router.expect(wamp.TypeCall).(*wamp.Call).Request
			for _, item := range test.progress {
				router.send(&wamp.Result{Request: id, Details: wamp.ResultDetails{Progress: true}, Payload: router.payload([]any{item}, nil)})
			}
			router.send(&wamp.Result{Request: id, Payload: router.payload(test.final, test.kwargs)})
		}()
		all, err := collect(c.Count(t.Context(), 0, 0))
		if got := fmt.Sprint(all); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.name, got, err, test.want)
		}
	}
	lists := runtime.CallResults(t.Context(), c.client, &countProcedure, nil, func(in *runtime.Values) (l []int) {
		in.Value("item", &l)
		return l
	})
	go func() {
		id := router.expect(wamp.TypeCall).(*wamp.Call).Request
		router.send(&wamp.Result{Request: id, Payload: router.payload([]any{[]any{1, 2}}, nil)})
	}()
	if all, err := collect(lists); err != nil || fmt.Sprint(all) != "[[1 2]]" {
		t.Errorf("an item that is a list: got %v, %v", all, err)
	}
}

func TestItemOfTheWrongTypeEndsTheResults(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, streaming)
	c := &streamClient{runtime.NewClient(s)}
	canceled := make(chan wamp.ID, 1)
	go func() {
		router.expect(wamp.TypeCall)
		router.send(&wamp.Result{Request: 1, Details: wamp.ResultDetails{Progress: true}, Payload: router.payload([]any{"x"}, nil)})
		canceled <- router.expect(wamp.TypeCancel).(*wamp.Cancel).Request
	}()
	_, err := collect(c.Count(t.Context(), 0, 0))
	if !errors.Is(err, runtime.ErrInvalidResult) || !strings.Contains(err.Error(), "want an integer, got a string") {
		t.Errorf("got %v", err)
	}
	await(t, canceled)
}

// Items that come faster than they are taken slow the caller down, and none is lost.
func TestInputIsBackPressure(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		const items = 3000 // 12 MiB in all, of which one may wait in the callee
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.take", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			taken := int64(0)
			for item, err := range runtime.ReadInput(ctx) {
				if err != nil {
					return nil, err
				}
				if item.Args[0] != taken {
					return nil, fmt.Errorf("got item %v, want %d", item.Args[0], taken)
				}
				taken++
			}
			return runtime.NewResult(taken), nil
		}, runtime.WithInputQueue(1<<20, patience))
		chunk := strings.Repeat("x", 4<<10)
		result, err := caller.CallInput(t.Context(), "com.test.take", func(yield func(*runtime.Result, error) bool) {
			for i := range items {
				if !yield(runtime.NewResult(i, chunk), nil) {
					return
				}
			}
		})
		if err != nil || result.Args[0] != int64(items) {
			t.Errorf("got %v, %v", result, err)
		}
	})
}

// A stream in both directions goes on when more waits in each of them than may.
func TestBackPressureBothWays(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		const items = 2000
		serveStreams(t, p.session(), runtime.WithInputQueue(64<<10, patience))
		c := &streamClient{runtime.NewClient(p.session(), runtime.WithProgressQueue(64<<10, patience))}
		chunk := strings.Repeat("x", 2<<10)
		taken := 0
		for line, err := range c.Echo(t.Context(), func(yield func(string, error) bool) {
			for range items {
				if !yield(chunk, nil) {
					return
				}
			}
		}) {
			if err != nil || line != chunk {
				t.Fatalf("after %d items: %q, %v", taken, line, err)
			}
			taken++
		}
		if taken != items {
			t.Errorf("%d items, want %d", taken, items)
		}
	})
}

// The handler may call on its own session although more input waits than may.
func TestInputLoopMayCall(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		registerAdd(t, p.session())
		client := runtime.NewClient(callee)
		register(t, callee, "com.test.take", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			taken := int64(0)
			for _, err := range runtime.ReadInput(ctx) {
				if err != nil {
					return nil, err
				}
				if taken++; taken%100 == 1 {
					if _, err := add(ctx, &client, taken, 1); err != nil {
						return nil, err
					}
				}
			}
			return runtime.NewResult(taken), nil
		}, runtime.WithInputQueue(256<<10, patience))
		chunk := strings.Repeat("x", 4<<10) // of which all together may wait while the handler does
		result, err := caller.CallInput(t.Context(), "com.test.take", func(yield func(*runtime.Result, error) bool) {
			for range 400 {
				if !yield(runtime.NewResult(chunk), nil) {
					return
				}
			}
		})
		if err != nil || result.Args[0] != int64(400) {
			t.Errorf("got %v, %v", result, err)
		}
	})
}

func TestInputThatNobodyTakesEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, streaming)
		go func() {
			router.expect(wamp.TypeRegister)
			router.send(&wamp.Registered{Request: 1, Registration: 1})
		}()
		seen := make(chan error, 1)
		register(t, s, "com.test.stuck", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			<-ctx.Done() // which is what the overrun ends
			for _, err := range runtime.ReadInput(ctx) {
				seen <- err
				return nil, err
			}
			return nil, nil
		}, runtime.WithInputQueue(1<<20, 5*time.Second))
		start := time.Now()
		router.invoke(1, 1, true)
		chunk := strings.Repeat("x", 64<<10)
		for range 40 {
			router.invoke(1, 1, true, chunk)
		}
		if got := router.answer(1); got != "wamp.error.payload_size_exceeded [input comes faster than it is taken]" {
			t.Errorf("got %s", got)
		}
		if err := await(t, seen); !errors.Is(err, runtime.ErrOverrun) || !errors.Is(err, wamp.ErrPayloadSizeExceeded) {
			t.Errorf("the handler got %v", err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("it took %v", took)
		}
		router.invoke(9, 2, false) // the session goes on
		if got := router.answer(2); got != "wamp.error.no_such_registration []" {
			t.Errorf("got %s", got)
		}
	})
}

func TestEndOfTheSessionEndsStreams(t *testing.T) {
	onStreams(t, func(t *testing.T, p *place, s *streams, _ *streamClient) {
		session := p.session()
		c := &streamClient{runtime.NewClient(session)}
		stopped := make(chan struct{})
		var last error
		for _, err := range c.Echo(t.Context(), func(yield func(string, error) bool) {
			defer close(stopped)
			for yield("x", nil) {
			}
		}) {
			if last = err; err == nil {
				_ = session.Close()
			}
		}
		if !errors.Is(last, runtime.ErrSessionClosed) {
			t.Errorf("got %v", last)
		}
		await(t, stopped)
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee ended with %v", err)
		}
	})
}

func TestEndOfTheCalleeEndsStreams(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee := p.session()
		s := serveStreams(t, callee)
		c := &streamClient{runtime.NewClient(p.session())}
		stopped := make(chan struct{})
		_, err := c.Flash(t.Context(), "board", func(int64) error { return callee.Close() }, func(yield func([]byte, error) bool) {
			defer close(stopped)
			for yield([]byte("x"), nil) {
			}
		})
		remote(t, err, wamp.ErrCanceled)
		await(t, stopped)
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) && !errors.Is(err, runtime.ErrSessionClosed) {
			t.Errorf("the callee's input ended with %v", err)
		}
	})
}

func TestStreamsOutsideOfHandlers(t *testing.T) {
	ctx := context.Background()
	if err := runtime.SendProgress(ctx, func(*runtime.Args) {}); err == nil {
		t.Error("progress without a handler")
	}
	if err := runtime.SendResults(ctx, seq[int64](nil, 1), (*runtime.Args).Int); err == nil {
		t.Error("results without a handler")
	}
	if _, err := collect(runtime.InputFrom(ctx, readInt)); err == nil {
		t.Error("input without a handler")
	}
	if _, err := collect(runtime.ReadInput(ctx)); err == nil {
		t.Error("input without a handler")
	}
}

// Routers transcode each item on its way.
func TestStreamsAcrossSerializers(t *testing.T) {
	p := newPlace(t, links[1])
	dial := func(f wamp.Format) *runtime.Session {
		s, err := runtime.Dial(t.Context(), p.url, wamptest.Realm, runtime.WithSerializers(f))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	for _, from := range wamp.Formats() {
		for _, to := range wamp.Formats() {
			callee := dial(to)
			serveStreams(t, callee)
			c := &streamClient{runtime.NewClient(dial(from))}
			all, err := collect(c.Echo(t.Context(), seq(nil, "a", "ü", "")))
			if err != nil || strings.Join(all, ",") != "a,ü," {
				t.Errorf("%s to %s: got %q, %v", from, to, all, err)
			}
			reports := []int64(nil)
			sum, err := c.Flash(t.Context(), "board", func(n int64) error { reports = append(reports, n); return nil }, seq(nil, []byte{0, 255}, []byte{}))
			if err != nil || sum != "board2" || fmt.Sprint(reports) != "[2 2]" {
				t.Errorf("%s to %s: got %q, %v, reports %v", from, to, sum, err, reports)
			}
			_ = callee.Close()
		}
	}
}

// A loop that panics or ends its goroutine cancels the call, too.
func TestPanicInTheRange(t *testing.T) {
	p := newPlace(t, links[0])
	s := serveStreams(t, p.session())
	c := &streamClient{runtime.NewClient(p.session())}
	func() {
		defer func() {
			if recover() != "mine" {
				t.Error("the panic was lost")
			}
		}()
		for range c.Count(t.Context(), 0, 1<<40) {
			panic("mine")
		}
	}()
	if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
