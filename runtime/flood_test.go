package runtime_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Against a router that does not read, no more waits than the connection's queue holds.
const (
	floodChunk = 64 << 10
	mostQueued = transport.DefaultQueueBytes/floodChunk + 1
)

func TestFloodOfProgressIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, streaming)
		go func() {
			router.expect(wamp.TypeRegister)
			router.send(&wamp.Registered{Request: 1, Registration: 1})
		}()
		var sent atomic.Int64
		ended := make(chan error, 1)
		register(t, s, "com.test.flood", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			chunk := strings.Repeat("x", floodChunk)
			for {
				if err := runtime.Progress(ctx, chunk); err != nil {
					ended <- err
					return nil, err
				}
				sent.Add(1)
			}
		})
		router.send(&wamp.Invocation{Request: 1, Registration: 1, Details: wamp.InvocationDetails{ReceiveProgress: true}})
		synctest.Wait()
		if n := sent.Load(); n < 2 || n > mostQueued {
			t.Errorf("%d results wait, want at most %d", n, mostQueued)
		}
		router.send(&wamp.Interrupt{Request: 1})
		if err := await(t, ended); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		for range sent.Load() {
			router.expect(wamp.TypeYield)
		}
		if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.URI != wamp.ErrCanceled {
			t.Errorf("got %+v", m)
		}
	})
}

func TestFloodOfInputIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, streaming)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		stopped, failed := make(chan struct{}), make(chan error, 1)
		go func() {
			item := runtime.NewResult(strings.Repeat("x", floodChunk))
			_, err := s.CallInput(ctx, "com.test.flood", func(yield func(*runtime.Result, error) bool) {
				defer close(stopped)
				for yield(item, nil) {
					sent.Add(1)
				}
			})
			failed <- err
		}()
		synctest.Wait()
		if n := sent.Load(); n < 2 || n > mostQueued {
			t.Errorf("%d items wait, want at most %d", n, mostQueued)
		}
		cancel()
		if err := await(t, failed); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		await(t, stopped)
		for range sent.Load() + 1 {
			router.expect(wamp.TypeCall)
		}
		if m := router.expect(wamp.TypeCancel).(*wamp.Cancel); m.Request != 1 {
			t.Errorf("got %+v", m)
		}
	})
}
