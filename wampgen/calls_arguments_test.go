package wampgen_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/arguments"
)

// lists implements arguments.Lists: it says what it got.
type lists struct{}

func (lists) Defaults(_ context.Context, name string, limit int, wait time.Duration, color arguments.Color, ratio float64, on bool, small int8, big uint64, text string) (string, error) {
	return spaced(name, limit, wait, color, ratio, on, small, big, text), nil
}

func (lists) Mixed(_ context.Context, first int, a string, limit uint32, maybe *string, b bool) (string, error) {
	if maybe == nil {
		maybe = new("nil")
	}
	return spaced(first, a, limit, *maybe, b), nil
}

func (lists) Keywords(_ context.Context, a, b int, c *int, xs ...int) (string, error) {
	return spaced(a, b, c != nil, xs), nil
}

func (lists) Variadic(_ context.Context, a int, xs ...string) (string, error) {
	return spaced(a, xs), nil
}

func (lists) Request(_ context.Context, req arguments.Req) (string, error) { return spaced(req.A), nil }

func (lists) Named(_ context.Context, req arguments.Req) (string, error) { return spaced(req.A), nil }

func (lists) Floats(_ context.Context, f float64, g float32) (string, error) {
	return spaced(f, g), nil
}

func TestArgumentsAreNamedAndDefaulted(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := arguments.RegisterLists(ctx, service, lists{}); err != nil {
			t.Fatal(err)
		}
		client := arguments.NewListsClient(session)
		got, err := client.Defaults(ctx, "n", 1, time.Second, "blue", 2, false, 3, 4, "")
		check(t, "everything given", err, got, "n 1 1s blue 2 false 3 4")
		got, err = client.Mixed(ctx, 9, "a", 8, new("m"), true)
		check(t, "Mixed", err, got, "9 a 8 m true")
		got, err = client.Keywords(ctx, 1, 2, new(3), 4, 5)
		check(t, "Keywords", err, got, "1 2 true [4 5]")
		got, err = client.Variadic(ctx, 1, "x", "y")
		check(t, "Variadic", err, got, "1 [x y]")
		got, err = client.Request(ctx, arguments.Req{A: 7})
		check(t, "Request", err, got, "7")
		got, err = client.Named(ctx, arguments.Req{A: 8})
		check(t, "Named", err, got, "8")

		for _, c := range []struct {
			procedure wamp.URI
			args      []any
			kwargs    map[string]any
			want      string
		}{
			{arguments.ListsDefaultsURI, []any{"n"}, nil, `n 10 1m30s red 0.5 true -7 18446744073709551615 a "b" c`},
			{arguments.ListsDefaultsURI, []any{"n", nil, nil, "blue"}, nil, `n 10 1m30s blue 0.5 true -7 18446744073709551615 a "b" c`},
			{arguments.ListsDefaultsURI, nil, map[string]any{"name": "n", "colour": "green", "text": "t"}, `n 10 1m30s green 0.5 true -7 18446744073709551615 t`},
			{arguments.ListsMixedURI, []any{"a", true}, map[string]any{"limit": 3}, "1 a 3 nil true"},
			{arguments.ListsMixedURI, []any{"a", true}, map[string]any{"limit": 3, "from-the-first": 2, "maybe": "m"}, "2 a 3 m true"},
			{arguments.ListsKeywordsURI, nil, map[string]any{"A-b": 1}, "1 2 false []"},
			{arguments.ListsKeywordsURI, nil, map[string]any{"A-b": 1, "xs": []int{2}, "b": 3}, "1 3 false [2]"},
			{arguments.ListsVariadicURI, []any{1}, map[string]any{"xs": []string{"a"}}, "1 [a]"},
			{arguments.ListsRequestURI, nil, map[string]any{"req": map[string]any{"a": 5}}, "5"},
			{arguments.ListsNamedURI, nil, map[string]any{"r": map[string]any{"a": 5}}, "5"},
			{arguments.ListsFloatsURI, nil, nil, "3 1000"},
		} {
			result, err := session.Call(runtimeKeywords(ctx, c.kwargs), c.procedure, c.args...)
			if err != nil {
				t.Errorf("%s %v %v: %v", c.procedure, c.args, c.kwargs, err)
				continue
			}
			var got string
			err = result.Decode(&got)
			check(t, string(c.procedure), err, got, c.want)
		}
		if _, err := session.Call(ctx, arguments.ListsMixedURI, "a", true); !errors.Is(err, wamp.ErrInvalidArgument) || !strings.Contains(err.Error(), "limit") {
			t.Errorf("a keyword that is missing: %v", err)
		}
	})
}

func runtimeKeywords(ctx context.Context, kwargs map[string]any) context.Context {
	ctx, _ = runtime.NewCallContext(ctx, runtime.WithKeywords(kwargs))
	return ctx
}

// defaulted implements arguments.Events.
type defaulted chan string

func (d defaulted) Changed(_ context.Context, note string, n int) error {
	d <- spaced(note, n)
	return nil
}

func TestEventsHaveDefaults(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		d := make(defaulted, 1)
		if _, err := arguments.SubscribeEvents(t.Context(), session, d); err != nil {
			t.Fatal(err)
		}
		check(t, "given", arguments.NewEventsPublisher(service).Changed(t.Context(), "x", 1), next(t, d), "x 1")
		check(t, "left out", service.Publish(t.Context(), arguments.EventsChangedTopic, 2), next(t, d), "none 2")
	})
}
