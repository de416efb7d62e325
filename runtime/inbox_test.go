package runtime_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// flood lets a router send n events to a subscription whose handler blocks until it is told otherwise.
func flood(t *testing.T, router *peer, n int) {
	for i := range n {
		router.send(&wamp.Event{Subscription: 9, Publication: wamp.ID(i + 1)})
	}
}

// slowSubscriber subscribes with a handler that takes an event each time it is told to.
func slowSubscriber(t *testing.T, s *runtime.Session, router *peer, handle func(context.Context, wamp.ID), opts ...runtime.SubscribeOption) *runtime.Subscription {
	t.Helper()
	made := make(chan *runtime.Subscription, 1)
	go func() {
		sub, err := s.Subscribe(context.Background(), "com.test.topic", func(ctx context.Context, _ *runtime.Result) error {
			e, _ := runtime.EventFrom(ctx)
			handle(ctx, e.Publication)
			return nil
		}, opts...)
		if err != nil {
			t.Error(err)
		}
		made <- sub
	}()
	m := router.expect(wamp.TypeSubscribe).(*wamp.Subscribe)
	router.send(&wamp.Subscribed{Request: m.Request, Subscription: 9})
	return await(t, made)
}

func TestBlockIsBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, allFeatures)
		var handled []wamp.ID
		sub := slowSubscriber(t, s, router, func(_ context.Context, id wamp.ID) {
			time.Sleep(100 * time.Millisecond) // of the bubble
			handled = append(handled, id)
		}, runtime.WithQueue(5, runtime.Block))
		flood(t, router, 100)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(handled) != 100 || sub.Dropped() != 0 {
			t.Fatalf("handled %d, dropped %d of 100", len(handled), sub.Dropped())
		}
		for i, id := range handled {
			if id != wamp.ID(i+1) {
				t.Fatalf("event %d is %d", i+1, id)
			}
		}
		router.conn.Close()
	})
}

func TestBlockGivesUpOnAHandlerThatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged log
		s, router := joinPeer(t, wamp.CBOR, allFeatures, logged.option())
		release := make(chan struct{})
		var handled atomic.Int64
		sub := slowSubscriber(t, s, router, func(context.Context, wamp.ID) { <-release; handled.Add(1) }, runtime.WithQueue(5, runtime.Block))
		start := time.Now()
		flood(t, router, 100)
		called := make(chan error, 1)
		go func() { _, err := s.Call(context.Background(), "com.test.procedure"); called <- err }()
		router.expect(wamp.TypeCall)
		router.send(&wamp.Result{Request: 2})
		if err := <-called; err != nil { // the session is not at a standstill
			t.Error(err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		close(release)
		synctest.Wait()
		if handled.Load()+int64(sub.Dropped()) != 100 || sub.Dropped() == 0 {
			t.Errorf("handled %d, dropped %d of 100", handled.Load(), sub.Dropped())
		}
		if !logged.has("too slow") {
			t.Error("the loss was not logged")
		}
		router.conn.Close()
	})
}

// The handler of a full queue waits for an answer that stands behind the events which do not fit.
func TestHandlerOfAFullQueueMayCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, router := joinPeer(t, wamp.CBOR, allFeatures)
		calling := make(chan struct{})
		var once sync.Once
		var handled atomic.Int64
		sub := slowSubscriber(t, s, router, func(ctx context.Context, _ wamp.ID) {
			once.Do(func() {
				<-calling
				if _, err := s.Call(ctx, "com.test.procedure"); err != nil {
					t.Error(err)
				}
			})
			handled.Add(1)
		}, runtime.WithQueue(5, runtime.Block))
		start := time.Now()
		flood(t, router, 30)
		synctest.Wait() // the reader waits
		close(calling)
		m := router.expect(wamp.TypeCall).(*wamp.Call)
		router.send(&wamp.Result{Request: m.Request})
		synctest.Wait()
		if handled.Load() != 30 || sub.Dropped() != 0 || time.Since(start) != 0 {
			t.Errorf("handled %d, dropped %d of 30 in %v", handled.Load(), sub.Dropped(), time.Since(start))
		}
		router.conn.Close()
	})
}

func TestDroppingPolicies(t *testing.T) {
	for _, c := range []struct {
		overflow runtime.Overflow
		want     []wamp.ID
	}{
		{runtime.DropOldest, []wamp.ID{1, 8, 9, 10}},
		{runtime.DropNewest, []wamp.ID{1, 2, 3, 4}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, router := joinPeer(t, wamp.CBOR, allFeatures)
			release := make(chan struct{})
			var handled []wamp.ID
			sub := slowSubscriber(t, s, router, func(_ context.Context, id wamp.ID) {
				handled = append(handled, id)
				<-release
			}, runtime.WithQueue(3, c.overflow))
			flood(t, router, 1)
			synctest.Wait() // until the first one is being handled
			for i := range 9 {
				router.send(&wamp.Event{Subscription: 9, Publication: wamp.ID(i + 2)})
			}
			synctest.Wait()
			close(release)
			synctest.Wait()
			if diff := cmp.Diff(c.want, handled); diff != "" || sub.Dropped() != 6 {
				t.Errorf("dropped %d, handled (-want +got):\n%s", sub.Dropped(), diff)
			}
			router.conn.Close()
		})
	}
}

// With EndSubscription what fits is handled, and then it is over.
func TestEndSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged log
		s, router := joinPeer(t, wamp.CBOR, allFeatures, logged.option())
		release := make(chan struct{})
		var handled atomic.Int64
		sub := slowSubscriber(t, s, router, func(context.Context, wamp.ID) { <-release; handled.Add(1) }, runtime.WithQueue(5, runtime.EndSubscription))
		flood(t, router, 100)
		if m := router.expect(wamp.TypeUnsubscribe).(*wamp.Unsubscribe); m.Subscription != 9 {
			t.Errorf("got %+v", m)
		}
		<-sub.Done()
		if sub.Err() != runtime.ErrOverflow || sub.Dropped() == 0 || !logged.has("too slow") {
			t.Errorf("Err() = %v, %d dropped", sub.Err(), sub.Dropped())
		}
		close(release)
		synctest.Wait()
		if n := handled.Load(); n < 5 || n > 6 { // one may have been taken before the others came
			t.Errorf("handled %d", n)
		}
		if err := sub.Unsubscribe(t.Context()); err != nil || sub.Err() != runtime.ErrOverflow {
			t.Error(err, sub.Err())
		}
		router.conn.Close()
	})
}
