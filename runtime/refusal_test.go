package runtime_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func TestRefusals(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		a, b := p.session(), p.session()
		nothing := func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, nil }

		_, err := a.Call(t.Context(), "com.test.nowhere")
		remote(t, err, wamp.ErrNoSuchProcedure)

		register(t, a, "com.test.taken", nothing)
		_, err = b.Register(t.Context(), "com.test.taken", nothing)
		remote(t, err, wamp.ErrProcedureAlreadyExists)

		_, err = a.Subscribe(t.Context(), "com..bad", func(context.Context, *runtime.Result) error { return nil })
		remote(t, err, wamp.ErrInvalidURI)

		ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true))
		remote(t, a.Publish(ctx, "wamp.forbidden"), wamp.ErrInvalidURI)
	})
}

func TestNobodyListens(t *testing.T) {
	_, err := runtime.Dial(t.Context(), "tcp://"+unusedAddress(t), "realm1")
	var failed *runtime.DialError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, want a *DialError", err)
	}
}

func TestNoSuchRealm(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		var err error
		if p.url == "" {
			_, err = runtime.Join(t.Context(), p.Connect(), "realm2")
		} else {
			_, err = runtime.Dial(t.Context(), p.url, "realm2", runtime.WithSerializers(p.link.format))
		}
		remote(t, err, wamp.ErrNoSuchRealm)
		if errors.As(err, new(*runtime.DialError)) {
			t.Error("a realm that does not exist looks like a router that is not there")
		}
	})
}

func TestLostConnection(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	failed := make(chan error, 3)
	go func() { _, err := s.Call(context.Background(), "com.test.procedure"); failed <- err }()
	router.expect(wamp.TypeCall)
	go func() {
		_, err := s.Register(context.Background(), "com.test.procedure", nil)
		failed <- err
	}()
	router.expect(wamp.TypeRegister)
	go func() {
		_, err := s.Subscribe(context.Background(), "com.test.topic", nil)
		failed <- err
	}()
	router.expect(wamp.TypeSubscribe)
	router.conn.Close()
	for range 3 {
		err := await(t, failed)
		var closed *runtime.ClosedError
		if !errors.Is(err, runtime.ErrSessionClosed) || !errors.As(err, &closed) || closed.Cause == nil {
			t.Errorf("got %v, want ErrSessionClosed with a cause", err)
		}
	}
	<-s.Done()
	if err := s.Err(); !errors.Is(err, io.EOF) {
		t.Errorf("Err() = %v, want io.EOF as the cause", err)
	}
	_, err := s.Call(t.Context(), "com.test.procedure")
	if !errors.Is(err, runtime.ErrSessionClosed) || !errors.Is(err, io.EOF) {
		t.Errorf("afterwards: got %v, want ErrSessionClosed with the cause", err)
	}
	if err := s.Publish(t.Context(), "com.test.topic"); !errors.Is(err, runtime.ErrSessionClosed) {
		t.Errorf("afterwards: got %v, want ErrSessionClosed", err)
	}
}
