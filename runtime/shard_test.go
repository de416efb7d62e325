package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func TestShardedRegistrations(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		nodes := []string{"north", "south", "east"}
		for _, node := range nodes {
			register(t, p.session(), "com.test.shard", func(context.Context, *runtime.Result) (*runtime.Result, error) {
				return runtime.NewResult(node), nil
			}, runtime.WithInvoke(wamp.InvokeRoundRobin), runtime.WithNodeKey(node))
		}
		caller := p.session()
		for n := range 10 {
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithRunMode(wamp.RunModePartition), runtime.WithShardKey(fmt.Sprint(n)))
			var owner any
			for range 3 {
				result, err := caller.Call(ctx, "com.test.shard")
				if err != nil {
					t.Fatal(err)
				}
				if owner == nil {
					owner = result.Args[0]
				}
				if result.Args[0] != owner {
					t.Errorf("the key %d is %v's, and then %v's", n, owner, result.Args[0])
				}
			}
		}
		for _, node := range nodes { // who is called like the key has it
			ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithShardKey(node))
			if result, err := caller.Call(ctx, "com.test.shard"); err != nil || result.Args[0] != node {
				t.Errorf("the key %s: %+v, %v", node, result, err)
			}
		}
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithRunMode(wamp.RunModeAll))
		var answered []string
		for result, err := range caller.CallProgress(ctx, "com.test.shard") {
			if err != nil {
				t.Fatal(err)
			}
			answered = append(answered, result.Args[0].(string))
		}
		slices.Sort(answered)
		if fmt.Sprint(answered) != "[east north south]" {
			t.Errorf("of all shards answered %v", answered)
		}
		if _, err := caller.Call(ctx, "com.test.shard"); !isRemote(err, wamp.ErrInvalidArgument) {
			t.Errorf("a call of all for one result: %v", err)
		}
	})
}

func TestShardedSubscriptions(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		_, north := subscribe(t, p.session(), "com.test.topic", runtime.WithNodeKey("north"))
		_, south := subscribe(t, p.session(), "com.test.topic", runtime.WithNodeKey("south"))
		_, all := subscribe(t, p.session(), "com.test.topic")
		publisher := p.session()
		for _, node := range []string{"north", "south", "north"} {
			ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithShardKey(node))
			if err := publisher.Publish(ctx, "com.test.topic", node); err != nil {
				t.Fatal(err)
			}
		}
		if err := publisher.Publish(t.Context(), "com.test.topic", "end"); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			events chan event
			want   []string
		}{{north, []string{"north", "north", "end"}}, {south, []string{"south", "end"}}, {all, []string{"north", "south", "north", "end"}}} {
			for _, want := range test.want {
				if got := await(t, test.events); got.Args[0] != want {
					t.Errorf("got %v, want %s", got.Args, want)
				}
			}
		}
	})
}

// isRemote reports whether an error came from the router or the callee with this URI.
func isRemote(err error, uri wamp.ErrorURI) bool {
	var remote *wamp.Error
	return errors.As(err, &remote) && remote.URI == uri
}
