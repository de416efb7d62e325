package runtime_test

import (
	"errors"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// handle is a registration or a subscription.
type handle interface {
	Done() <-chan struct{}
	Err() error
}

// ended waits for the end of a handle and returns why it came.
func ended(t *testing.T, h handle) error {
	t.Helper()
	await(t, h.Done())
	return h.Err()
}

func stands(t *testing.T, h handle) {
	t.Helper()
	select {
	case <-h.Done():
		t.Errorf("it ended: %v", h.Err())
	default:
		if h.Err() != nil {
			t.Errorf("Err() = %v before the end", h.Err())
		}
	}
}

func TestRevocationIsTold(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		s, operator := p.session(), p.session()
		reg := register(t, s, "com.test.procedure", nothingUntyped)
		sub, _ := subscribe(t, s, "com.test.topic")
		stands(t, reg)
		stands(t, sub)
		for _, c := range []struct {
			lookup, remove, uri wamp.URI
			handle              handle
		}{
			{"wamp.registration.lookup", "wamp.registration.remove_callee", "com.test.procedure", reg},
			{"wamp.subscription.lookup", "wamp.subscription.remove_subscriber", "com.test.topic", sub},
		} {
			found, err := operator.Call(t.Context(), c.lookup, c.uri)
			if err != nil {
				t.Fatal(err)
			}
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithKeywords(map[string]any{"reason": "com.test.reason"}))
			if _, err := operator.Call(ctx, c.remove, found.Args[0], s.ID()); err != nil {
				t.Fatal(err)
			}
			var revoked *runtime.RevokedError
			if err := ended(t, c.handle); !errors.Is(err, runtime.ErrRevoked) || !errors.As(err, &revoked) ||
				revoked.URI != c.uri || revoked.Reason != "com.test.reason" {
				t.Errorf("%s: got %v", c.uri, err)
			}
		}
		if err := errors.Join(reg.Unregister(t.Context()), sub.Unsubscribe(t.Context())); err != nil {
			t.Error(err)
		}
		if !errors.Is(reg.Err(), runtime.ErrRevoked) || !errors.Is(sub.Err(), runtime.ErrRevoked) {
			t.Error("the reason is forgotten")
		}
		register(t, s, "com.test.procedure", nothingUntyped) // again
	})
}

func TestHandlesEndWhenGivenBack(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	reg := register(t, s, "com.test.procedure", nothingUntyped)
	sub, _ := subscribe(t, s, "com.test.topic")
	if err := errors.Join(reg.Unregister(t.Context()), sub.Unsubscribe(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ended(t, reg), ended(t, sub)); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestHandlesEndWithTheSession(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	reg := register(t, s, "com.test.procedure", nothingUntyped)
	sub, _ := subscribe(t, s, "com.test.topic")
	_ = s.Close()
	for _, err := range []error{ended(t, reg), ended(t, sub)} {
		if !errors.Is(err, runtime.ErrSessionClosed) {
			t.Errorf("got %v", err)
		}
	}
}
