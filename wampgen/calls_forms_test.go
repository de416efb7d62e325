package wampgen_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/forms"
)

// shapes implements forms.Forms.
type shapes struct{}

func reply(req forms.Request) forms.Reply {
	return forms.Reply{Text: "hello " + req.Name, Count: req.Count + 1}
}

func (shapes) Nothing(context.Context) error { return nil }

func (shapes) List(_ context.Context, a int, b string) (int, string, error) {
	return a + len(b), b + b, nil
}

func (shapes) Request(_ context.Context, req forms.Request) (forms.Reply, error) {
	return reply(req), nil
}

func (shapes) Pointer(_ context.Context, req *forms.Request) (*forms.Reply, error) {
	r := reply(*req)
	return &r, nil
}

func (shapes) Variadic(_ context.Context, prefix string, words ...string) ([]string, error) {
	return append([]string{prefix}, words...), nil
}

func (shapes) Only(_ context.Context, numbers ...int) (sum int, _ error) {
	for _, n := range numbers {
		sum += n
	}
	return sum, nil
}

func (shapes) Octets(_ context.Context, octets ...byte) ([]byte, error) { return octets, nil }

func (shapes) Structs(_ context.Context, requests ...forms.Request) (sum int, _ error) {
	for _, r := range requests {
		sum += r.Count
	}
	return sum, nil
}

func (shapes) Optional(_ context.Context, _ string, b *int, c *forms.Request) (*int, *forms.Request, error) {
	return b, c, nil
}

func (shapes) Unnamed(_ context.Context, n int, s string) (int, string, error) { return n, s, nil }

func (shapes) Blank(_ context.Context, n int, s string) (int, string, error) { return n, s, nil }

func (shapes) Keywords(_ context.Context, a int, b *string, c []int) (string, error) {
	if b == nil {
		return spaced(a, "absent", c), nil
	}
	return spaced(a, *b, c), nil
}

func (shapes) KeywordRest(_ context.Context, a int, rest ...string) (string, error) {
	return spaced(a, rest), nil
}

func (shapes) Listed(_ context.Context, req forms.Request) (forms.Reply, error) {
	return reply(req), nil
}

func (shapes) Named(_ context.Context, v int) (half int, odd bool, rest *int, err error) {
	if v%2 != 0 {
		one := 1
		rest = &one
	}
	return v / 2, v%2 != 0, rest, nil
}

func (shapes) Spread(_ context.Context, v int) (forms.Reply, error) {
	return forms.Reply{Text: "spread", Count: v}, nil
}

func (shapes) SpreadPointer(_ context.Context, v int) (*forms.Reply, error) {
	return &forms.Reply{Text: "spread", Count: v}, nil
}

func TestEveryFormIsCalled(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		if _, err := forms.RegisterForms(t.Context(), service, shapes{}); err != nil {
			t.Fatal(err)
		}
		client := forms.NewFormsClient(session)
		testLists(t, client)
		testKeywords(t, client)
		testForeignCaller(t, session)
	})
}

func testLists(t *testing.T, client *forms.FormsClient) {
	ctx := t.Context()
	request := forms.Request{Name: "you", Count: 4}
	want := forms.Reply{Text: "hello you", Count: 5}

	check(t, "Nothing", client.Nothing(ctx), 0, 0)
	sum, text, err := client.List(ctx, 1, "ab")
	check(t, "List", err, spaced(sum, text), "3 abab")
	got, err := client.Request(ctx, request)
	check(t, "Request", err, got, want)
	pointer, err := client.Pointer(ctx, &request)
	check(t, "Pointer", err, pointer, &want)
	words, err := client.Variadic(ctx, "a", "b", "c")
	check(t, "Variadic", err, words, []string{"a", "b", "c"})
	words, err = client.Variadic(ctx, "a")
	check(t, "Variadic with nothing", err, words, []string{"a"})
	total, err := client.Only(ctx, 1, 2, 3)
	check(t, "Only", err, total, 6)
	total, err = client.Only(ctx)
	check(t, "Only with nothing", err, total, 0)
	octets, err := client.Octets(ctx, 1, 200)
	check(t, "Octets", err, octets, []byte{1, 200})
	total, err = client.Structs(ctx, request, request)
	check(t, "Structs", err, total, 8)
	seven := 7
	b, c, err := client.Optional(ctx, "a", &seven, &request)
	check(t, "Optional", err, spaced(*b, *c), "7 {you 4}")
	b, c, err = client.Optional(ctx, "a", nil, nil)
	check(t, "Optional with nil", err, spaced(b, c), "<nil> <nil>")
	n, s, err := client.Unnamed(ctx, 1, "x")
	check(t, "Unnamed", err, spaced(n, s), "1 x")
	n, s, err = client.Blank(ctx, 2, "y")
	check(t, "Blank", err, spaced(n, s), "2 y")
	got, err = client.Listed(ctx, request)
	check(t, "Listed", err, got, want)
}

func testKeywords(t *testing.T, client *forms.FormsClient) {
	ctx := t.Context()
	b := "here"
	s, err := client.Keywords(ctx, 1, &b, []int{2})
	check(t, "Keywords", err, s, "1 here [2]")
	s, err = client.Keywords(ctx, 1, nil, nil)
	check(t, "Keywords with nil", err, s, "1 absent []")
	s, err = client.KeywordRest(ctx, 1, "x", "y")
	check(t, "KeywordRest", err, s, "1 [x y]")
	half, odd, rest, err := client.Named(ctx, 7)
	check(t, "Named", err, spaced(half, odd, *rest), "3 true 1")
	half, odd, rest, err = client.Named(ctx, 8)
	check(t, "Named with nil", err, spaced(half, odd, rest), "4 false <nil>")
	got, err := client.Spread(ctx, 3)
	check(t, "Spread", err, got, forms.Reply{Text: "spread", Count: 3})
	pointer, err := client.SpreadPointer(ctx, 3)
	check(t, "SpreadPointer", err, pointer, &forms.Reply{Text: "spread", Count: 3})
}

// testForeignCaller calls as peers without generated code do: either form is
// accepted, and what does not fit is refused by name.
func testForeignCaller(t *testing.T, session *runtime.Session) {
	ctx := t.Context()
	result, err := session.Call(ctx, forms.FormsListURI, 1)
	if !errors.Is(err, wamp.ErrInvalidArgument) || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("a missing argument: %v, %v", result, err)
	}
	if _, err := session.Call(ctx, forms.FormsListURI, 1, "b", 3); !errors.Is(err, wamp.ErrInvalidArgument) {
		t.Errorf("a surplus argument: %v", err)
	}
	if _, err := session.Call(ctx, forms.FormsListURI, "1", "b"); !errors.Is(err, wamp.ErrInvalidArgument) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("a wrong type: %v", err)
	}
	if _, err := session.Call(ctx, forms.FormsRequestURI, map[string]any{"name": "you"}); err != nil {
		t.Errorf("a struct as a dictionary at the first position: %v", err)
	}
	if _, err := session.Call(ctx, forms.FormsKeywordsURI, 1, nil, []int{}); err != nil {
		t.Errorf("keywords by position: %v", err)
	}
}

// listener implements forms.Events.
type listener struct{ got chan string }

func (l *listener) tell(args ...any) error {
	l.got <- spaced(args...)
	return nil
}

func (l *listener) Nothing(context.Context) error                     { return l.tell("nothing") }
func (l *listener) List(_ context.Context, a int, b string) error     { return l.tell(a, b) }
func (l *listener) Request(_ context.Context, r forms.Request) error  { return l.tell(r) }
func (l *listener) Pointer(_ context.Context, r *forms.Request) error { return l.tell(*r) }
func (l *listener) Variadic(_ context.Context, words ...string) error { return l.tell(words) }
func (l *listener) Unnamed(_ context.Context, n int, s *string) error { return l.tell(n, s) }

func TestEveryFormIsPublished(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		l := &listener{make(chan string, 1)}
		if _, err := forms.SubscribeEvents(ctx, session, l); err != nil {
			t.Fatal(err)
		}
		p := forms.NewEventsPublisher(service)
		request := forms.Request{Name: "n", Count: 2}
		for want, err := range map[string]func() error{
			"nothing": func() error { return p.Nothing(ctx) },
			"1 b":     func() error { return p.List(ctx, 1, "b") },
			"{n 2}":   func() error { return errors.Join(p.Request(ctx, request)) },
			"{n 0}":   func() error { return p.Pointer(ctx, &forms.Request{Name: "n"}) },
			"[a b]":   func() error { return p.Variadic(ctx, "a", "b") },
			"3 <nil>": func() error { return p.Unnamed(ctx, 3, nil) },
		} {
			if err := err(); err != nil {
				t.Errorf("%s: %v", want, err)
				continue
			}
			check(t, "event", nil, <-l.got, want)
		}
	})
}
