package wampgen_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture"
	hot "github.com/wampkit/wampkit/wampgen/testdata/golden/torture/a/kind"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/b/kind"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/base"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/dot"
)

// rack implements torture.Torture, but for what has no name outside of its packages.
type rack struct{ torture.UnimplementedRack }

func (rack) Load(_ context.Context, key torture.Key) (*torture.Row, error) {
	switch key {
	case "gone":
		return nil, fmt.Errorf("load: %w", base.ErrGone)
	case "limit":
		return nil, base.Limit{Max: 4}
	case "nil":
		return nil, nil
	}
	return fullRow(), nil
}

func (rack) Scan(_ context.Context, limit int) iter.Seq2[*torture.Row, error] {
	return func(yield func(*torture.Row, error) bool) {
		for range limit {
			if !yield(fullRow(), nil) {
				return
			}
		}
		yield(nil, fmt.Errorf("scan: %w", base.ErrGone)) // which Scan does not declare
	}
}

func (rack) Scalars(_ context.Context, a bool, b int8, c int16, d int32, e int64, f uint8, g uint16, h uint32, i uint64, j float32, k float64, l string, m []byte, n time.Duration) (string, error) {
	return spaced(a, b, c, d, e, f, g, h, i, j, k, l, m, n), nil
}

func (rack) Named(_ context.Context, args, in, out, c, err string, runtime int, wamp bool) (string, string, error) {
	return args + in + out + c + err, spaced(runtime, wamp), nil
}

func (rack) Blank(_ context.Context, n int, s string, b ...bool) (int, string, []bool, error) {
	return n, s, b, nil
}

func (rack) Half(_ context.Context, n int, b string, more ...int) (string, int, error) {
	return b, n + len(more), nil
}

func (rack) Nothing(context.Context) error { return nil }

func (rack) Request(_ context.Context, row torture.Row) (*torture.Row, error) { return &row, nil }

func (rack) Pointer(_ context.Context, row *torture.Row) (torture.Row, error) { return *row, nil }

func (rack) AsList(_ context.Context, row torture.Row) (torture.Row, error) { return row, nil }

func (rack) Keywords(_ context.Context, h hot.Kind, b *kind.Kind, kinds []kind.Kind, size uint16) (hot.Kind, *kind.Kind, int, error) {
	return h, b, len(kinds) + int(size), nil
}

func (rack) Reply(_ context.Context, d dot.Dotted) (dot.Dotted, error) { return d, nil }

func (rack) Dot(_ context.Context, a dot.DotAlias, b dot.Dotted) (dot.DotAlias, error) {
	a["more"] = &b
	return a, nil
}

func (rack) Opaques(_ context.Context, o torture.Opaque, list ...torture.Opaque) (map[string]torture.Opaque, error) {
	return map[string]torture.Opaque{"o": o, "last": list[len(list)-1]}, nil
}

func (rack) Anonymous(_ context.Context, s struct {
	A int
	B []struct{ C string }
}, f float64) (struct{ D int }, error) {
	return struct{ D int }{s.A + len(s.B) + int(f)}, nil
}

func (rack) Captured(_ context.Context, n int16, key torture.Key, on bool, addr hot.Kind, rest string) (string, error) {
	return spaced(n, key, on, addr, rest), nil
}

func (rack) Rest(_ context.Context, path string, n int) (string, error) { return spaced(path, n), nil }

func (rack) Fail(_ context.Context, how string) error {
	switch how {
	case "busy":
		return torture.ErrBusy
	case "gone":
		return base.ErrGone
	case "limit":
		return base.Limit{Max: 1} // not declared for this method
	}
	return &torture.Fields{At: time.Unix(5, 6).UTC(), Kinds: map[hot.Kind][]int{hot.Hot: {1}}}
}

func (rack) Zoo(_ context.Context, a torture.Animal, byName map[string]torture.Animal, all ...torture.Animal) (torture.Animal, []torture.Animal, error) {
	return a, append(all, byName["x"]), nil
}

func (rack) Rows(_ context.Context, row torture.Row) torture.Rows { return sequence(&row, nil) }

func (rack) Climb(_ context.Context, from int, step func(torture.Animal) error, name string) (*torture.Animal, error) {
	top := torture.Animal(&torture.Dog{Tricks: []string{name}, Friends: []torture.Animal{}})
	return &top, errors.Join(step(nil), step(torture.Cat{Lives: from}))
}

func (rack) Fill(_ context.Context, key torture.Key, rows torture.Rows) (map[string]int, error) {
	all, err := collect(rows)
	return map[string]int{string(key): len(all)}, err
}

func (rack) Chat(_ context.Context, key torture.Key, words iter.Seq2[[]string, error]) iter.Seq2[map[string]int, error] {
	return func(yield func(map[string]int, error) bool) {
		for list, err := range words {
			if !yield(map[string]int{string(key): len(list)}, err) || err != nil {
				return
			}
		}
	}
}

func fullRow() *torture.Row {
	row := &torture.Row{
		Embedded: torture.Embedded{ID: "id"},
		B:        true, I8: -128, U64: 1<<64 - 1, F32: 0.25, S: "s\x00é", Raw: []byte{0, 255}, At: time.Unix(1e9, 1).UTC(), For: time.Hour,
		Addr: netip.MustParseAddr("fe80::1"), P: new(-1), L: [][]string{{"a"}, {}}, Any: "any",
		Zoo: []torture.Animal{torture.Cat{Lives: 9}, &torture.Dog{Tricks: []string{"sit"}, Friends: []torture.Animal{nil, torture.Cat{}}}},
		Hot: hot.Cold, Big: kind.Small,
	}
	row.Anon.Y = 7
	row.Pair[1] = &torture.Row{Raw: []byte{}, L: [][]string{}, Zoo: []torture.Animal{}, Addr: netip.MustParseAddr("::")}
	emptied(&row.M)
	emptied(&row.Pair[1].M)
	return row
}

// emptied makes a map whose element type has no name here.
func emptied[K comparable, V any](m *map[K]V) { *m = map[K]V{} }

var sameRow = cmp.Options{cmp.AllowUnexported(torture.Row{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}

func checkRow(t *testing.T, what string, err error, got, want *torture.Row) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if diff := cmp.Diff(want, got, sameRow); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// onDisclosing is onEverySerializer in a realm where sessions may disclose themselves.
func onDisclosing(t *testing.T, test func(t *testing.T, service, client *runtime.Session)) {
	config := router.Config{Realms: []router.RealmConfig{{Name: router.DefaultRealm, Disclose: router.Disclosure{Caller: true, Publisher: true}}}}
	for _, format := range []wamp.Format{wamp.CBOR, wamp.MsgPack, wamp.JSON} {
		t.Run(format.String(), func(t *testing.T) {
			r := wamptest.New(t, wamptest.WithSerializer(format), wamptest.WithConfig(config))
			test(t, r.Session(t), r.Session(t))
		})
	}
}

func TestTortureIsCalled(t *testing.T) {
	onDisclosing(t, func(t *testing.T, service, session *runtime.Session) {
		if _, err := torture.RegisterRack(t.Context(), service, rack{}); err != nil {
			t.Fatal(err)
		}
		client := torture.NewRackClient(session)
		tortureValues(t, client)
		tortureErrors(t, client)
		tortureStreams(t, client)
	})
}

func tortureValues(t *testing.T, client *torture.RackClient) {
	ctx := t.Context()
	s, err := client.Scalars(ctx, true, -1, -2, -3, -4, 5, 6, 7, 8, 0.5, -1e300, "l", []byte{9}, time.Second)
	check(t, "Scalars", err, s, "true -1 -2 -3 -4 5 6 7 8 0.5 -1e+300 l [9] 1s")
	s, s2, err := client.Named(ctx, "a", "b", "c", "d", "e", 1, true)
	check(t, "Named", err, s+s2, "abcde1 true")
	n, s, b, err := client.Blank(ctx, 1, "x", true, false)
	check(t, "Blank", err, spaced(n, s, b), "1 x [true false]")
	s, n, err = client.Half(ctx, 1, "x", 2, 3)
	check(t, "Half", err, spaced(s, n), "x 3")
	check(t, "Nothing", client.Nothing(ctx), 0, 0)
	row, err := client.Request(ctx, *fullRow())
	checkRow(t, "Request", err, row, fullRow())
	value, err := client.Pointer(ctx, fullRow())
	checkRow(t, "Pointer", err, &value, fullRow())
	value, err = client.AsList(ctx, *fullRow())
	checkRow(t, "AsList", err, &value, fullRow())
	row, err = client.Load(ctx, "x")
	checkRow(t, "Load", err, row, fullRow())
	row, err = client.Load(ctx, "nil")
	checkRow(t, "Load", err, row, nil)
	h, k, n, err := client.Keywords(ctx, hot.Hot, new(kind.Big), []kind.Kind{1, 2}, 3)
	check(t, "Keywords", err, spaced(h, *k, n), "hot 1 5")
	dotted, err := client.Reply(ctx, dot.Dotted{N: 3})
	check(t, "Reply", err, dotted.N, 3)
	dots, err := client.Dot(ctx, dot.DotAlias{"a": {N: 1}}, dot.Dotted{N: 2})
	check(t, "Dot", err, dots, dot.DotAlias{"a": {N: 1}, "more": {N: 2}})
	opaques, err := client.Opaques(ctx, torture.NewOpaque("x"), torture.NewOpaque("y"))
	check(t, "Opaques", err, opaques["o"] == torture.NewOpaque("x") && opaques["last"] == torture.NewOpaque("y"), true)
	anonymous, err := client.Anonymous(ctx, struct {
		A int
		B []struct{ C string }
	}{A: 1, B: []struct{ C string }{{"c"}}}, 2)
	check(t, "Anonymous", err, anonymous.D, 4)
	s, err = client.Captured(ctx, -7, "key", true, hot.Cold, "rest")
	check(t, "Captured", err, s, "-7 key true cold rest")
	s, err = client.Rest(ctx, "a.b", 3)
	check(t, "Rest", err, s, "a.b 3")
	cat, dog := torture.Cat{Lives: 1}, &torture.Dog{Tricks: []string{}, Friends: []torture.Animal{}}
	a, all, err := client.Zoo(ctx, dog, map[string]torture.Animal{"x": cat}, nil, cat)
	check(t, "Zoo", err, []any{a, all}, []any{dog, []torture.Animal{nil, cat, cat}})
}

func tortureErrors(t *testing.T, client *torture.RackClient) {
	ctx := t.Context()
	_, err := client.Load(ctx, "gone")
	if !errors.Is(err, base.ErrGone) {
		t.Errorf("an error of another package: %v", err)
	}
	_, err = client.Load(ctx, "limit")
	var limit base.Limit
	if !errors.As(err, &limit) || limit.Max != 4 {
		t.Errorf("a struct of another package: %v", err)
	}
	if err := client.Fail(ctx, "busy"); !errors.Is(err, torture.ErrBusy) {
		t.Error(err)
	}
	if err := client.Fail(ctx, "gone"); !errors.Is(err, base.ErrGone) {
		t.Error(err)
	}
	if err := client.Fail(ctx, "limit"); errors.As(err, &limit) || !errors.Is(err, wamp.ErrRuntimeError) {
		t.Errorf("an error that is not declared: %v", err)
	}
	var fields *torture.Fields
	if err := client.Fail(ctx, "fields"); !errors.As(err, &fields) || fields.Kinds[hot.Hot][0] != 1 || fields.Box != nil || !fields.At.Equal(time.Unix(5, 6)) {
		t.Errorf("%v, %+v", err, fields)
	}
	if err := client.Close(); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("a method that is skipped: %v", err)
	}
}

func tortureStreams(t *testing.T, client *torture.RackClient) {
	ctx := t.Context()
	rows, err := collect(client.Scan(ctx, 3))
	if len(rows) != 3 || !errors.Is(err, wamp.ErrRuntimeError) && !errors.Is(err, base.ErrGone) {
		t.Errorf("Scan: %d, %v", len(rows), err)
	}
	rows, err = collect(client.Rows(ctx, *fullRow()))
	if len(rows) != 2 || rows[1] != nil {
		t.Fatalf("Rows: %v, %v", rows, err)
	}
	checkRow(t, "Rows", err, rows[0], fullRow())
	var steps []torture.Animal
	top, err := client.Climb(ctx, 8, func(a torture.Animal) error { steps = append(steps, a); return nil }, "jump")
	check(t, "Climb", err, *top, torture.Animal(&torture.Dog{Tricks: []string{"jump"}, Friends: []torture.Animal{}}))
	check(t, "steps", nil, steps, []torture.Animal{nil, torture.Cat{Lives: 8}})
	filled, err := client.Fill(ctx, "k", sequence(fullRow(), nil, fullRow()))
	check(t, "Fill", err, filled, map[string]int{"k": 3})
	answers, err := collect(client.Chat(ctx, "k", sequence([]string{"a"}, nil, []string{"b", "c"})))
	check(t, "Chat", err, answers, []map[string]int{{"k": 1}, {"k": 0}, {"k": 2}})
}

// ear implements torture.Tellings.
type ear chan string

func (e ear) say(values ...any) error {
	e <- spaced(values...)
	return nil
}

func (e ear) Changed(_ context.Context, key string, n int) error { return e.say("changed", key, n) }

func (e ear) RowAdded(_ context.Context, row *torture.Row) error {
	return e.say("added", cmp.Equal(row, fullRow(), sameRow))
}

func (e ear) Moved(_ context.Context, n int, a torture.Animal, key torture.Key, times ...time.Time) error {
	return e.say("moved", n, a, key, len(times))
}

func (e ear) Told(_ context.Context, path, note string) error { return e.say("told", path, note) }

func (ear) Quiet() {}

func TestTortureIsTold(t *testing.T) {
	onDisclosing(t, func(t *testing.T, service, session *runtime.Session) {
		e := make(ear, 1)
		if _, err := torture.SubscribeTellings(t.Context(), session, e); err != nil {
			t.Fatal(err)
		}
		publisher, ctx := torture.NewTellingsPublisher(service), t.Context()
		check(t, "Changed", publisher.Changed(ctx, "k", 1), next(t, e), "changed k 1")
		check(t, "RowAdded", publisher.RowAdded(ctx, fullRow()), next(t, e), "added true")
		check(t, "Moved", publisher.Moved(ctx, 3, torture.Cat{Lives: 2}, "k", time.Now(), time.Now()), next(t, e), "moved 3 {2} k 2")
		//lint:ignore SA1019 what is deprecated still works
		check(t, "Told", publisher.Told(ctx, "a.b", "n"), next(t, e), "told a.b n")
		check(t, "Told", service.Publish(ctx, "com.example.told.x"), next(t, e), "told x none at all")
		if publisher, ok := any(publisher).(torture.Tellings); !ok || publisher == nil {
			t.Error("the publisher is no Tellings")
		}
	})
}

func TestTaggedFilesAreGenerated(t *testing.T) {
	if got := string(torture.TaggedGetHTTPCodeURI); !strings.HasSuffix(got, ".tagged.get-http-code") {
		t.Error(got)
	}
}
