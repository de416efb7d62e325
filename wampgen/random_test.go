package wampgen_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRandomSignaturesRoundTrip makes services with random signatures, generates and compiles
// them, and calls every method with random values over every serializer: what arrives is what was
// sent, in both directions. The seed is printed; WAMPGEN_SEED repeats a run, and
// WAMPGEN_METHODS makes more methods than usual.
func TestRandomSignaturesRoundTrip(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("WAMPGEN_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	methods := 60
	if text := os.Getenv("WAMPGEN_METHODS"); text != "" {
		methods, _ = strconv.Atoi(text)
	}
	t.Logf("WAMPGEN_SEED=%d", seed)
	w := &writer{r: rand.New(rand.NewPCG(seed, 0))}
	w.structs(8)
	for i := range methods {
		w.method(i)
	}
	for i := range methods / 4 {
		w.topic(i)
	}
	values, err := os.ReadFile(filepath.Join("testdata", "random", "values_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := module(t, map[string]string{"random.go": w.source(), "random_test.go": w.tests(), "values_test.go": string(values)})
	generate(t, dir)
	cmd := exec.CommandContext(t.Context(), "go", "test", "-timeout", "60s", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("WAMPGEN_SEED=%d", seed))
	if out, err := cmd.CombinedOutput(); err != nil {
		keep := filepath.Join(os.TempDir(), fmt.Sprintf("wampgen-random-%d", seed))
		if err := os.CopyFS(keep, os.DirFS(dir)); err == nil {
			t.Logf("kept in %s", keep)
		}
		t.Errorf("seed %d: %v\n%s", seed, err, tail(string(out), 6000))
	}
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// writer writes a random package and its test.
type writer struct {
	r *rand.Rand

	types, service, topics, impl, calls, events strings.Builder
	named                                       []string // struct types so far
}

func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// typ is a random type as Go writes it; deep ones hold others.
func (w *writer) typ(depth int) string {
	if depth > 0 && w.chance(55) {
		switch w.r.IntN(9) {
		case 0, 1:
			return "[]" + w.typ(depth-1)
		case 2:
			return fmt.Sprintf("[%d]%s", w.r.IntN(3), w.typ(depth-1))
		case 3:
			return "map[" + pick(w.r, "string", "Color", "netip.Addr") + "]" + w.typ(depth-1)
		case 4:
			return "*" + w.solid(depth-1)
		case 5:
			return "Pair[" + w.typ(depth-1) + ", " + w.solid(depth-1) + "]"
		case 6:
			return "struct { A " + w.typ(depth-1) + " `json:\"a\"`; B " + w.scalar() + " }"
		case 7:
			return "Shape"
		}
		if len(w.named) > 0 {
			return pick(w.r, w.named...)
		}
	}
	return w.scalar()
}

// solid is a type that null is no value of, to point to.
func (w *writer) solid(depth int) string {
	if len(w.named) > 0 && depth >= 0 && w.chance(50) {
		return pick(w.r, w.named...)
	}
	return w.scalar()
}

func (w *writer) scalar() string {
	return pick(w.r, "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
		"float32", "float64", "string", "[]byte", "Octets", "[3]byte", "Color", "Level", "Flag", "time.Time", "time.Duration", "netip.Addr", "Text")
}

func (w *writer) structs(n int) {
	for i := range n {
		name := fmt.Sprintf("S%d", i)
		fmt.Fprintf(&w.types, "type %s struct {\n", name)
		if i > 0 && w.chance(40) {
			fmt.Fprintf(&w.types, "\tE%d\n", i)
		}
		for j := range 1 + w.r.IntN(5) {
			typ, tag := w.typ(2), fmt.Sprintf("`json:\"f%d_%d\"`", i, j)
			if w.chance(15) {
				typ, tag = w.scalarOmittable(), fmt.Sprintf("`json:\"f%d_%d,%s\"`", i, j, pick(w.r, "omitempty", "omitzero"))
			}
			if w.chance(15) {
				tag = ""
			}
			fmt.Fprintf(&w.types, "\tF%d_%d %s %s\n", i, j, typ, tag)
		}
		if w.chance(20) {
			fmt.Fprintf(&w.types, "\tNext *%s `json:\"next\"`\n", name)
		}
		fmt.Fprintf(&w.types, "}\n\ntype E%d struct { Inner%d %s `json:\"inner%d\"` }\n\n", i, i, w.scalar(), i)
		w.named = append(w.named, name)
	}
}

// scalarOmittable is a type whose zero value is the same when it was left out.
func (w *writer) scalarOmittable() string {
	return pick(w.r, "bool", "int", "uint8", "float64", "string", "Color", "Level", "time.Duration")
}

// method writes a method with an implementation that echoes, and its call.
func (w *writer) method(i int) {
	switch w.r.IntN(10) {
	case 0, 1, 2, 3:
		w.unary(i)
	case 4:
		w.captured(i)
	default:
		w.stream(i, w.r.IntN(5))
	}
}

// parameters is a random list of types.
func (w *writer) parameters(least int) []string {
	var types []string
	for range least + w.r.IntN(4) {
		types = append(types, w.typ(3))
	}
	return types
}

// list writes "a0 T0, a1 T1" and "a0, a1".
func list(prefix string, types []string) (declared, names string) {
	var d, n []string
	for i, typ := range types {
		name := fmt.Sprintf("%s%d", prefix, i)
		d, n = append(d, name+" "+typ), append(n, name)
	}
	return strings.Join(d, ", "), strings.Join(n, ", ")
}

// joined joins what is not empty.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// values writes variables with random values.
func (w *writer) values(prefix string, types []string) {
	for i, typ := range types {
		fmt.Fprintf(&w.calls, "\t\t%s%d := value[%s](r)\n", prefix, i, typ)
	}
}

func (w *writer) compare(method string, types []string, sent, got string) {
	for i := range types {
		fmt.Fprintf(&w.calls, "\t\tsame(t, %q, err, %s%d, %s%d)\n", method, sent, i, got, i)
	}
}

func (w *writer) unary(i int) {
	name, types := fmt.Sprintf("M%d", i), w.parameters(0)
	declared, names := list("a", types)
	results, gots := list("r", types)
	var options []string
	if w.chance(25) {
		options = append(options, "args="+pick(w.r, "list", "kwargs"))
	}
	if w.chance(25) {
		options = append(options, "result=kwargs")
	}
	if len(options) > 0 {
		fmt.Fprintf(&w.service, "\t//wamp:procedure %s\n", strings.Join(options, " "))
	}
	for i := range types {
		if w.chance(15) {
			fmt.Fprintf(&w.service, "\t//wamp:arg a%d %s\n", i, pick(w.r, "kw", fmt.Sprintf("name=w%d", i), fmt.Sprintf("kw name=w%d", i)))
		}
	}
	variadic, rest, more := "", "", ""
	if w.chance(20) {
		element := w.typ(1)
		variadic, rest, more = "more ..."+element, "more...", "rest []"+element
	}
	fmt.Fprintf(&w.service, "\t%s(ctx context.Context, %s) (%s)\n", name, joined(declared, variadic), joined(results, more, "err error"))
	fmt.Fprintf(&w.impl, "func (echo) %s(ctx context.Context, %s) (%s) { return %s }\n\n", name, joined(declared, variadic), joined(results, more, "err error"), joined(names, strings.TrimSuffix(rest, "..."), "nil"))
	fmt.Fprintf(&w.calls, "\tt.Run(%q, func(t *testing.T) {\n", name)
	w.values("a", types)
	if rest != "" {
		fmt.Fprintf(&w.calls, "\t\tmore := value[%s](r)\n", strings.TrimPrefix(more, "rest "))
	}
	assign := joined(gots, strings.TrimSuffix(rest, "..."))
	assign = strings.Replace(assign, "more", "rest", 1)
	fmt.Fprintf(&w.calls, "\t\t%s := client.%s(%s)\n", joined(assign, "err"), name, joined("ctx", names, rest))
	w.compare(name, types, "a", "r")
	if rest != "" {
		fmt.Fprintf(&w.calls, "\t\tsame(t, %q, err, more, rest)\n", name)
	}
	if len(types) == 0 && rest == "" {
		fmt.Fprintf(&w.calls, "\t\tsame(t, %q, err, 0, 0)\n", name)
	}
	fmt.Fprintf(&w.calls, "\t})\n")
}

func (w *writer) captured(i int) {
	name, types := fmt.Sprintf("M%d", i), []string{}
	captures := []string{}
	for j := range 1 + w.r.IntN(3) {
		types = append(types, pick(w.r, "Name", "int", "int8", "uint16", "uint64", "bool", "Level", "Text"))
		captures = append(captures, fmt.Sprintf("{a%d}", j))
	}
	suffix := fmt.Sprintf("m%d.%s", i, strings.Join(captures, "."))
	if w.chance(25) {
		types, suffix = []string{"Path"}, fmt.Sprintf("m%d.{a0...}", i)
	}
	types = append(types, w.parameters(0)...)
	declared, names := list("a", types)
	results, gots := list("r", types)
	fmt.Fprintf(&w.service, "\t//wamp:procedure %s\n\t%s(ctx context.Context, %s) (%s, err error)\n", suffix, name, declared, results)
	fmt.Fprintf(&w.impl, "func (echo) %s(ctx context.Context, %s) (%s, err error) { return %s, nil }\n\n", name, declared, results, names)
	fmt.Fprintf(&w.calls, "\tt.Run(%q, func(t *testing.T) {\n", name)
	w.values("a", types)
	fmt.Fprintf(&w.calls, "\t\t%s, err := client.%s(ctx, %s)\n", gots, name, names)
	w.compare(name, types, "a", "r")
	fmt.Fprintf(&w.calls, "\t})\n")
}

// stream writes a method that carries a list of items through streams.
func (w *writer) stream(i, shape int) {
	name, item, extra := fmt.Sprintf("M%d", i), w.typ(2), w.typ(2)
	input := fmt.Sprintf("in iter.Seq2[%s, error]", item)
	var params, results, body, call string
	switch shape {
	case 0: // progressive results
		params, results = fmt.Sprintf("x %s, items []%s", extra, item), fmt.Sprintf("iter.Seq2[%s, error]", item)
		body, call = "return sequence(items)", "got, err := collect(client.%s(ctx, x, items))"
	case 1: // progress and a result
		params, results = fmt.Sprintf("items []%s, progress func(%s) error, x %s", item, item, extra), fmt.Sprintf("(%s, error)", extra)
		body, call = "for _, i := range items { if err := progress(i); err != nil { return x, err } }; return x, nil",
			"var got []"+item+"; y, err := client.%s(ctx, items, func(i "+item+") error { got = append(got, i); return nil }, x); same(t, \"x\", err, x, y)"
	case 2: // progressive invocations
		params, results = fmt.Sprintf("x %s, %s", extra, input), fmt.Sprintf("([]%s, %s, error)", item, extra)
		body, call = "got, err := collect(in); return got, x, err", "got, y, err := client.%s(ctx, x, sequence(items)); same(t, \"x\", err, x, y)"
	case 3: // input and progress
		params, results = fmt.Sprintf("progress func(%s) error, %s", item, input), "(int, error)"
		body, call = "n := 0; for i, err := range in { if err != nil { return n, err }; n++; if err := progress(i); err != nil { return n, err } }; return n, nil",
			"var got []"+item+"; n, err := client.%s(ctx, func(i "+item+") error { got = append(got, i); return nil }, sequence(items)); same(t, \"n\", err, n, len(items))"
	default: // both ways
		params, results = fmt.Sprintf("x %s, %s", extra, input), fmt.Sprintf("iter.Seq2[%s, error]", item)
		body, call = "return in", "got, err := collect(client.%s(ctx, x, sequence(items)))"
	}
	fmt.Fprintf(&w.service, "\t%s(ctx context.Context, %s) %s\n", name, params, results)
	fmt.Fprintf(&w.impl, "func (echo) %s(ctx context.Context, %s) %s { %s }\n\n", name, params, results, body)
	fmt.Fprintf(&w.calls, "\tt.Run(%q, func(t *testing.T) {\n\t\tx := value[%s](r); _ = x\n\t\titems := value[[]%s](r)\n", name, extra, item)
	fmt.Fprintf(&w.calls, "\t\t"+call+"\n\t\tsameItems(t, %q, err, items, got)\n\t})\n", name, name)
}

func (w *writer) topic(i int) {
	name, types := fmt.Sprintf("T%d", i), w.parameters(1)
	if w.chance(40) {
		types[0] = pick(w.r, "Name", "int", "uint8", "bool", "Text")
		fmt.Fprintf(&w.topics, "\t//wamp:topic t%d.{a0} ack\n", i)
	} else if w.chance(50) {
		fmt.Fprintf(&w.topics, "\t//wamp:topic ack\n")
	}
	declared, names := list("a", types)
	fmt.Fprintf(&w.topics, "\t%s(ctx context.Context, %s) error\n", name, declared)
	fmt.Fprintf(&w.impl, "func (h hear) %s(ctx context.Context, %s) error { h <- []any{%s}; return nil }\n\n", name, declared, names)
	fmt.Fprintf(&w.events, "\tt.Run(%q, func(t *testing.T) {\n", name)
	for i, typ := range types {
		fmt.Fprintf(&w.events, "\t\ta%d := value[%s](r)\n", i, typ)
	}
	fmt.Fprintf(&w.events, "\t\tsame(t, %q, publisher.%s(ctx, %s), []any{%s}, h.next(t))\n\t})\n", name, name, names, names)
}

func (w *writer) source() string {
	return `package random

import (
	"context"
	"iter"
	"net/netip"
	"time"
)

type Octets []byte
type Color string
type Level int32
type Flag bool
type Name string
type Path string

type Text struct{ text string }

func (t Text) MarshalText() ([]byte, error)  { return []byte("t" + t.text), nil }
func (t *Text) UnmarshalText(b []byte) error { t.text = string(b[1:]); return nil }

type Pair[A, B any] struct {
	First  A ` + "`json:\"first\"`" + `
	Second *B
}

//wamp:oneof Circle,Square,Group
type Shape interface{ shape() }

type Circle struct{ R float64 }
type Square struct{ Side int; Inner []Shape }
type Group struct{ By map[string]Shape; One *Circle }

func (Circle) shape()  {}
func (*Square) shape() {}
func (Group) shape()   {}

var _ netip.Addr
var _ time.Time
var _ iter.Seq[int]

` + w.types.String() + `
//wamp:service com.example.random
type Service interface {
	Always(ctx context.Context) error
` + w.service.String() + `}

//wamp:topics com.example.random
type Topics interface {
	Always(ctx context.Context) error
` + w.topics.String() + `}
`
}

func (w *writer) tests() string {
	return `package random

import (
	"context"
	"iter"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

var _ netip.Addr
var _ time.Time
var _ iter.Seq[int]

func (echo) Always(context.Context) error { return nil }
func (hear) Always(context.Context) error { return nil }

` + w.impl.String() + `
func callAll(t *testing.T, ctx context.Context, r *rand.Rand, client Service) {
` + w.calls.String() + `}

func publishAll(t *testing.T, ctx context.Context, r *rand.Rand, publisher Topics, h hear) {
` + w.events.String() + `}
`
}
