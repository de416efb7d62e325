package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

var (
	how     = wamp.Passthru{Scheme: "x_test", Serializer: "custom", Cipher: "rot13", KeyID: "k1"}
	howBack = wamp.Passthru{Scheme: "x_back"}
	octets  = []byte{0, 255, 'a', 0}
)

func sealedContext(t testing.TB) context.Context {
	ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithPassthru(how))
	return ctx
}

// isSealed asserts what arrived.
func isSealed(t *testing.T, in *runtime.Result, want wamp.Passthru) {
	t.Helper()
	payload, ok := in.Args[0].([]byte)
	if in.Passthru == nil || *in.Passthru != want || len(in.Args) != 1 || len(in.Kwargs) > 0 || !ok || string(payload) != string(octets) {
		t.Errorf("got %+v, sealed as %+v", in, in.Passthru)
	}
}

func TestSealedCall(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.sealed", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			isSealed(t, in, how)
			if inv, _ := runtime.InvocationFrom(ctx); inv.Progress {
				if err := runtime.ProgressResult(ctx, runtime.NewSealed(how, octets)); err != nil {
					return nil, err
				}
			}
			return runtime.NewSealed(howBack, octets), nil
		})
		register(t, callee, "com.test.open", func(context.Context, *runtime.Result) (*runtime.Result, error) {
			return runtime.NewResult(1), nil
		})
		result, err := caller.Call(sealedContext(t), "com.test.sealed", octets)
		if err != nil {
			t.Fatal(err)
		}
		isSealed(t, result, howBack)
		n := 0
		for result, err := range caller.CallProgress(sealedContext(t), "com.test.sealed", octets) {
			if err != nil {
				t.Fatal(err)
			}
			isSealed(t, result, []wamp.Passthru{how, howBack}[n])
			n++
		}
		if n != 2 {
			t.Errorf("%d results", n)
		}
		for range 2 { // the next ones are not sealed because the one before was
			if result, err := caller.Call(t.Context(), "com.test.open"); err != nil || result.Passthru != nil {
				t.Errorf("got %+v, %v", result, err)
			}
		}
	})
}

func TestSealedError(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.fail", func(context.Context, *runtime.Result) (*runtime.Result, error) {
			return nil, &wamp.Error{URI: "com.test.error.sealed", Args: []any{octets}, Passthru: &howBack}
		})
		_, err := caller.Call(sealedContext(t), "com.test.fail", octets)
		e := remote(t, err, "com.test.error.sealed")
		if e.Passthru == nil || *e.Passthru != howBack || len(e.Args) != 1 || fmt.Sprint(e.Args[0]) != fmt.Sprint(octets) {
			t.Errorf("got %+v", e)
		}
		_, err = caller.Call(sealedContext(t), "com.test.nobody", octets)
		if e := remote(t, err, wamp.ErrNoSuchProcedure); e.Passthru != nil || e.Message() == "" {
			t.Errorf("got %+v", e)
		}
	})
}

func TestSealedInput(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.take", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			isSealed(t, in, how)
			n := 0
			for item, err := range runtime.ReadInput(ctx) {
				if err != nil {
					return nil, err
				}
				isSealed(t, item, how)
				n++
			}
			return runtime.NewResult(n), nil
		})
		result, err := caller.CallInput(sealedContext(t), "com.test.take", results(octets, octets, octets), octets)
		if err != nil || result.Args[0] != int64(3) {
			t.Errorf("got %v, %v", result, err)
		}
		_, err = caller.CallInput(sealedContext(t), "com.test.take", results(octets, "open"), octets)
		if encode := new(runtime.EncodeError); !errors.As(err, &encode) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSealedEvent(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		publisher, subscriber := p.session(), p.session()
		_, events := subscribe(t, subscriber, "com.test.topic")
		for _, acknowledge := range []bool{false, true} {
			ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithPassthru(how), runtime.WithAcknowledge(acknowledge))
			if err := publisher.Publish(ctx, "com.test.topic", octets); err != nil {
				t.Fatal(err)
			}
			isSealed(t, await(t, events).Result, how)
		}
		if err := publisher.Publish(t.Context(), "com.test.topic", 1); err != nil {
			t.Fatal(err)
		}
		if e := await(t, events); e.Passthru != nil {
			t.Errorf("got %+v", e)
		}
	})
}

func TestPayloadThatIsNotSealed(t *testing.T) {
	p := newPlace(t, links[0])
	callee, caller := p.session(), p.session()
	for _, args := range [][]any{nil, {"text"}, {octets, octets}} {
		if _, err := caller.Call(sealedContext(t), "com.test.procedure", args...); err == nil || !strings.Contains(err.Error(), "one byte string") {
			t.Errorf("call with %v: %v", args, err)
		}
		ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithPassthru(how))
		if err := caller.Publish(ctx, "com.test.topic", args...); err == nil || !strings.Contains(err.Error(), "one byte string") {
			t.Errorf("publish with %v: %v", args, err)
		}
	}
	register(t, callee, "com.test.procedure", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		return &runtime.Result{Args: []any{"text"}, Passthru: &how}, nil
	})
	_, err := caller.Call(t.Context(), "com.test.procedure")
	remote(t, err, wamp.ErrRuntimeError)
}

func TestRouterWithoutPassthru(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	_, err := s.Call(sealedContext(t), "com.test.procedure", octets)
	if !errors.Is(err, wamp.ErrFeatureNotSupported) || !strings.Contains(err.Error(), "payload_passthru_mode") {
		t.Errorf("got %v", err)
	}
	ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithPassthru(how))
	if err := s.Publish(ctx, "com.test.topic", octets); !errors.Is(err, wamp.ErrFeatureNotSupported) {
		t.Errorf("got %v", err)
	}
	go func() { _, _ = s.Call(t.Context(), "com.test.next") }()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Request != 1 || m.Options.Passthru.Scheme != "" {
		t.Errorf("something was sent before: %+v", m)
	}
}

// A router tells the callee, too, if the caller could not take its sealed answer.
func TestAnswerThatTheRouterRefuses(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	router.send(&wamp.ErrorMessage{RequestType: wamp.TypeInvocation, Request: 12, URI: wamp.ErrFeatureNotSupported})
	go func() { _, _ = s.Call(t.Context(), "com.test.next") }()
	router.expect(wamp.TypeCall)
	if s.Err() != nil {
		t.Error(s.Err())
	}
}
