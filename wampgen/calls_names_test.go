package wampgen_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/embedding"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/embedding/base"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/naming"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/naming/a/item"
	other "github.com/wampkit/wampkit/wampgen/testdata/golden/naming/b/item"
	frames "github.com/wampkit/wampkit/wampgen/testdata/golden/naming/runtime"
)

// named implements naming.Names. It returns what tells its arguments apart, so
// that a mix-up of names shows.
type named struct{ naming.UnimplementedNames }

func (named) Locals(_ context.Context, args, out, err, c, in, impl int) (int, int, error) {
	return args + 10*out + 100*err, c + 10*in + 100*impl, nil
}

func (named) Imports(_ context.Context, runtime int, wamp string, errors, item bool, d time.Duration) (time.Month, error) {
	if wamp != "w" || !errors || item || d != time.Second {
		return 0, fmt.Errorf("wrong arguments")
	}
	return time.Month(runtime), nil
}

func (named) Types(_ context.Context, s int, level, i naming.Level, n, l int, e bool) (naming.Level, bool, error) {
	return level + i + naming.Level(s+n+l), e, nil
}

func (named) Packages(_ context.Context, a item.Item, b other.Item, frame frames.Frame, code other.Code) (item.Item, other.Item, frames.Frame, other.Code, error) {
	return a, b, frame, code, nil
}

func (named) Results(_ context.Context, v int) (args, out, ctx2 int, c error) {
	return v, v + 1, v + 2, nil
}

func (named) Context(_ context.Context, ctx int, s string, levels ...naming.Level) (time.Duration, error) {
	return time.Duration(ctx*len(s)*len(levels)) * time.Second, nil
}

func (named) Err(_ context.Context, err string) error {
	return &naming.ErrOops{Level: naming.Level(len(err))}
}

func (named) Rename(_ context.Context, old, new string) (*naming.Renamed, error) {
	return &naming.Renamed{Name: old + new}, nil
}

func TestUnfortunateNamesWork(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := naming.RegisterNames(ctx, service, named{}); err != nil {
			t.Fatal(err)
		}
		client := naming.NewNamesClient(session)
		s, opts, err := client.Locals(ctx, 1, 2, 3, 4, 5, 6)
		check(t, "Locals", err, spaced(s, opts), "321 654")
		month, err := client.Imports(ctx, 5, "w", true, false, time.Second)
		check(t, "Imports", err, month, time.May)
		level, yes, err := client.Types(ctx, 1, 10, 100, 1000, 10000, true)
		check(t, "Types", err, spaced(level, yes), "11111 true")
		a, b, frame, code, err := client.Packages(ctx, item.Item{A: 1}, other.Item{B: 2}, frames.Frame{PC: 3}, "c")
		check(t, "Packages", err, spaced(a, b, frame, code), "{1} {2} {3} c")
		x, y, z, err := client.Results(ctx, 1)
		check(t, "Results", err, spaced(x, y, z), "1 2 3")
		d, err := client.Context(ctx, 2, "abc", 1, 2)
		check(t, "Context", err, d, 12*time.Second)
		err = client.Err(ctx, "four")
		if oops := (*naming.ErrOops)(nil); !errors.As(err, &oops) || oops.Level != 4 {
			t.Errorf("Err: %v", err)
		}
		renamed, err := client.Rename(ctx, "a", "b")
		check(t, "Rename", err, *renamed, naming.Renamed{Name: "ab"})
		if _, err := client.HTTPGetURL(ctx, "x"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("an unimplemented method: %v", err)
		}
	})
}

func TestUnfortunateTopicNamesWork(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		got := make(chan string, 1)
		tell := func(args ...any) error {
			got <- spaced(args...)
			return nil
		}
		_, err := naming.SubscribeEventsHandle(ctx, session, func(_ context.Context, handle, p, s, h, opts, args int, in string) error {
			return tell(handle, p, s, h, opts, args, in)
		})
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
		_, err = naming.SubscribeEventsRuntime(ctx, session, func(_ context.Context, level naming.Level, at time.Time, items ...item.Item) error {
			return tell(level, at.Equal(noon), items)
		})
		if err != nil {
			t.Fatal(err)
		}
		p := naming.NewEventsPublisher(service)
		check(t, "Handle", p.Handle(ctx, 1, 2, 3, 4, 5, 6, "x"), <-got, "1 2 3 4 5 6 x")
		check(t, "Runtime", p.Runtime(ctx, 7, noon, item.Item{A: 1}), <-got, "7 true [{1}]")
	})
}

// users implements embedding.Users but for what does not travel.
type users struct{ embedding.UnimplementedUsers }

func (users) First(context.Context) error { return nil }

func (users) Version(context.Context) (string, error) { return "v1", nil }

func (users) Get(_ context.Context, key string) (embedding.User, error) {
	return embedding.User{ID: key}, nil
}

func (users) List(context.Context) ([]embedding.User, error) {
	return []embedding.User{{ID: "a"}, {ID: "b"}}, nil
}

func (users) Last(_ context.Context, open base.Open, n int) (base.Open, error) {
	open.Value += n
	return open, nil
}

func TestEmbeddedInterfacesAreFlattened(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := embedding.RegisterUsers(ctx, service, users{}); err != nil {
			t.Fatal(err)
		}
		client := embedding.NewUsersClient(session)
		check(t, "First", client.First(ctx), 0, 0)
		version, err := client.Version(ctx)
		check(t, "Version", err, version, "v1")
		user, err := client.Get(ctx, "k")
		check(t, "Get", err, user, embedding.User{ID: "k"})
		all, err := client.List(ctx)
		check(t, "List", err, all, []embedding.User{{ID: "a"}, {ID: "b"}})
		open, err := client.Last(ctx, base.Open{Value: 1}, 2)
		check(t, "Last", err, open, base.Open{Value: 3})
	})
}

func TestSkippedMethodsStayLocal(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		client := embedding.NewUsersClient(session)
		if _, err := client.Local(io.Discard, "a"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("Local: %v", err)
		}
		if err := embedding.NewEventsPublisher(service).Flush(t.Context()); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("Flush: %v", err)
		}
		defer func() {
			if recover() == nil {
				t.Error("Quiet did not panic")
			}
		}()
		client.Quiet(new(bytes.Buffer))
	})
}
