//go:build !race

package runtime_test

import (
	"context"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
)

// A small call costs no allocation of its own on the whole way, caller, router and callee together: only
// the context of a handler is new each time, and those are made in groups.
func TestSmallCallsHardlyAllocate(t *testing.T) {
	r := wamptest.New(t)
	registerAdd(t, r.Session(t))
	client := runtime.NewClient(r.Session(t))
	ctx := context.Background()
	allocs := testing.AllocsPerRun(1000, func() {
		if sum, err := add(ctx, &client, 2, 3); err != nil || sum != 5 {
			t.Errorf("add(2, 3) = %d, %v", sum, err)
		}
	})
	if allocs > 1 {
		t.Errorf("a call allocates %v times", allocs)
	}
}

func TestSmallEventsHardlyAllocate(t *testing.T) {
	r := wamptest.New(t)
	arrived := make(chan struct{})
	_, err := r.Session(t).SubscribeTopics(t.Context(), []runtime.TopicHandler{{
		Topic: &tickTopic,
		Handle: func(_ context.Context, in *runtime.Values) error {
			in.Int("n", 0)
			arrived <- struct{}{}
			return in.Err()
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	publisher := r.Session(t)
	ctx := context.Background()
	allocs := testing.AllocsPerRun(1000, func() {
		args := runtime.NewArgs()
		args.Int(7)
		if err := publisher.PublishTopic(ctx, &tickTopic, args); err != nil {
			t.Error(err)
		}
		<-arrived
	})
	if allocs > 1 {
		t.Errorf("an event allocates %v times", allocs)
	}
}
