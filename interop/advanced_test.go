package interop

import (
	"context"
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// serveAdvanced serves what the scripts called advanced try, and calls them back.
func serveAdvanced(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	session := dial(t, ctx, url)
	interrupted := make(chan bool, 1)
	for procedure, handler := range map[wamp.URI]runtime.Handler{
		"com.test.count": func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			var n int
			if err := in.Decode(&n); err != nil {
				return nil, err
			}
			for i := range n {
				if err := runtime.Progress(ctx, i+1); err != nil {
					return nil, err
				}
			}
			return runtime.NewResult("counted"), nil
		},
		"com.test.ask_peer": func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			var procedure wamp.URI
			if err := in.Decode(&procedure); err != nil {
				return nil, err
			}
			var got []any
			for result, err := range session.CallProgress(ctx, procedure) {
				if err != nil {
					return nil, err
				}
				got = append(got, result.Args...)
			}
			return runtime.NewResult(got), nil
		},
		"com.test.sleep": func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			<-ctx.Done()
			interrupted <- true
			return nil, ctx.Err()
		},
		"com.test.was_interrupted": func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			select {
			case was := <-interrupted:
				return runtime.NewResult(was), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
		"com.test.shout": func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			var topic wamp.URI
			var text string
			if err := in.Decode(&topic, &text); err != nil {
				return nil, err
			}
			return nil, session.Publish(ctx, topic, text)
		},
	} {
		if _, err := session.Register(ctx, procedure, handler); err != nil {
			t.Fatal(err)
		}
	}
}

// wantAdvanced is what every script must have seen.
var wantAdvanced = map[string]any{
	"progress":    []any{1.0, 2.0, 3.0},
	"final":       []any{"counted"},
	"callback":    []any{[]any{1.0, 2.0, "done"}},
	"canceled":    "wamp.error.canceled",
	"interrupted": []any{true},
	"prefix":      []any{"com.test.news.weather", "sunny"},
	"wildcard":    []any{"com.test.news.weather", "sunny"},
	"sessions":    []any{2.0},
}

func checkAdvanced(t *testing.T, output []byte, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the foreign client saw something else (-want +got):\n%s", diff)
	}
}

// TestJavaScriptAdvanced tries progressive results, canceling, patterns and the
// meta API with wampy.js.
func TestJavaScriptAdvanced(t *testing.T) {
	node := nodeBinary(t)
	// As a callee wampy.js does not announce progressive results, so that the
	// router asks it for none and forwards none.
	want := maps.Clone(wantAdvanced)
	want["callback"] = []any{[]any{"done"}}
	for _, peer := range jsPeers {
		if peer.client != "wampy" {
			continue
		}
		t.Run(peer.client+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveAdvanced(t, ctx, url)
			checkAdvanced(t, runScript(t, ctx, "js", node, "advanced.mjs", peer.client, peer.serializer, url, realm), want)
		})
	}
}

// TestPythonAdvanced tries the same with Autobahn|Python.
func TestPythonAdvanced(t *testing.T) {
	python := pythonBinary(t)
	for _, peer := range pythonPeers {
		t.Run(peer.transport+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveAdvanced(t, ctx, url)
			checkAdvanced(t, runScript(t, ctx, "python", python, "advanced.py", peer.transport, peer.serializer, address(url), realm), wantAdvanced)
		})
	}
}
