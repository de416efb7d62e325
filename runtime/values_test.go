package runtime_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

type settings struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

// answered calls a procedure of a peer that answers with this payload, and
// gives the results to read.
func answered(t *testing.T, f wamp.Format, args []any, kwargs wamp.Dict, read func(out *runtime.Values), opts ...runtime.CallOption) error {
	t.Helper()
	s, router := joinPeer(t, f, allFeatures)
	done := make(chan error, 1)
	go func() {
		out, err := s.Invoke(context.Background(), &runtime.Procedure{URI: "com.test.procedure"}, runtime.NewArgs(), opts...)
		if err == nil {
			read(out)
			err = out.Err()
		}
		done <- err
	}()
	m := router.expect(wamp.TypeCall).(*wamp.Call)
	router.send(&wamp.Result{Request: m.Request, Payload: router.payload(args, kwargs)})
	return await(t, done)
}

// What clients of other languages answer with, and what a Go caller gets from it.
func TestResultsAreReadWithTolerance(t *testing.T) {
	type results struct {
		N        int
		S        string
		OK       bool
		F        float64
		B        []byte
		Settings settings
		List     []string
		Optional *int
	}
	seven := 7
	for _, c := range []struct {
		name   string
		args   []any
		kwargs wamp.Dict
		read   func(v *runtime.Values, r *results)
		want   results
	}{
		{"void from nothing", nil, nil, func(*runtime.Values, *results) {}, results{}},
		{"void from [null], as Autobahn sends", []any{nil}, nil, func(*runtime.Values, *results) {}, results{}},
		{"void from anything", []any{1, "x"}, wamp.Dict{"k": 1}, func(*runtime.Values, *results) {}, results{}},
		{"one value", []any{5}, nil, func(v *runtime.Values, r *results) { r.N = int(v.Int("n", 0)) }, results{N: 5}},
		{"zero from nothing, as wampy.js sends", nil, nil, func(v *runtime.Values, r *results) {
			r.N, r.S, r.OK, r.F, r.B = int(v.Int("n", 0)), v.String("s"), v.Bool("ok"), v.Float("f", 64), v.Bytes("b")
		}, results{}},
		{"zero from null", []any{nil}, nil, func(v *runtime.Values, r *results) { r.N = int(v.Int("n", 0)) }, results{}},
		{"surplus is ignored", []any{5, 6, 7}, nil, func(v *runtime.Values, r *results) { r.N = int(v.Int("n", 0)) }, results{N: 5}},
		{"struct from the first position", []any{wamp.Dict{"host": "h", "port": 1}}, nil,
			func(v *runtime.Values, r *results) { v.Value("settings", &r.Settings) }, results{Settings: settings{"h", 1}}},
		{"struct from keywords, as wampy.js sends", nil, wamp.Dict{"host": "h", "port": 1},
			func(v *runtime.Values, r *results) { v.Value("settings", &r.Settings) }, results{Settings: settings{"h", 1}}},
		{"struct from the keyword of its name", nil, wamp.Dict{"settings": wamp.Dict{"host": "h", "port": 1}},
			func(v *runtime.Values, r *results) { v.Value("settings", &r.Settings) }, results{Settings: settings{"h", 1}}},
		{"several by position", []any{"a", 2}, nil,
			func(v *runtime.Values, r *results) { r.S, r.N = v.String("s"), int(v.Int("n", 0)) }, results{S: "a", N: 2}},
		{"several by name", nil, wamp.Dict{"n": 2, "s": "a"},
			func(v *runtime.Values, r *results) { r.S, r.N = v.String("s"), int(v.Int("n", 0)) }, results{S: "a", N: 2}},
		{"several from one list", []any{[]any{"a", 2}}, nil,
			func(v *runtime.Values, r *results) { r.S, r.N = v.String("s"), int(v.Int("n", 0)) }, results{S: "a", N: 2}},
		{"several from one dictionary", []any{wamp.Dict{"n": 2, "s": "a"}}, nil,
			func(v *runtime.Values, r *results) { r.S, r.N = v.String("s"), int(v.Int("n", 0)) }, results{S: "a", N: 2}},
		{"a list is a list", []any{[]any{"a", "b"}}, nil,
			func(v *runtime.Values, r *results) { v.Value("list", &r.List) }, results{List: []string{"a", "b"}}},
		{"null list", []any{nil}, nil, func(v *runtime.Values, r *results) { v.Value("list", &r.List) }, results{}},
		{"integer from a float, as JavaScript sends", []any{float64(1 << 30)}, nil,
			func(v *runtime.Values, r *results) { r.N = int(v.Int("n", 64)) }, results{N: 1 << 30}},
		{"float from an integer, as JavaScript sends", []any{3}, nil,
			func(v *runtime.Values, r *results) { r.F = v.Float("f", 64) }, results{F: 3}},
		{"optional", []any{7}, nil, func(v *runtime.Values, r *results) { v.Optional("optional", &r.Optional) }, results{Optional: &seven}},
		{"optional absent", nil, nil, func(v *runtime.Values, r *results) { v.Optional("optional", &r.Optional) }, results{}},
		{"optional null", []any{nil}, nil, func(v *runtime.Values, r *results) { v.Optional("optional", &r.Optional) }, results{}},
	} {
		for _, f := range wamp.Formats() {
			t.Run(c.name+"/"+f.String(), func(t *testing.T) {
				var got results
				err := answered(t, f, c.args, c.kwargs, func(out *runtime.Values) { c.read(out, &got) })
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestResultsThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []any
		kwargs wamp.Dict
		strict bool
		read   func(v *runtime.Values)
		want   string
	}{
		{"wrong type", []any{"x"}, nil, false, func(v *runtime.Values) { v.Int("n", 0) }, `result "n": want an integer, got a string`},
		{"fraction", []any{1.5}, nil, false, func(v *runtime.Values) { v.Int("n", 0) }, `result "n": want an integer, got a number`},
		{"overflow", []any{300}, nil, false, func(v *runtime.Values) { v.Int("n", 8) }, `result "n": integer does not fit into 8 bits`},
		{"negative", []any{-1}, nil, false, func(v *runtime.Values) { v.Uint("n", 0) }, `result "n": want an unsigned integer, got an integer`},
		{"in a struct", []any{wamp.Dict{"port": "x"}}, nil, false, func(v *runtime.Values) { v.Value("settings", new(settings)) },
			`result "settings": field "port": want an integer, got a string`},
		{"strict: absent", nil, nil, true, func(v *runtime.Values) { v.Int("n", 0) }, `result "n": missing`},
		{"strict: surplus", []any{1, 2}, nil, true, func(v *runtime.Values) { v.Int("n", 0) }, `results: 1 more than the 1 expected`},
		{"strict: null", []any{nil}, nil, true, func(v *runtime.Values) { v.Int("n", 0) }, `result "n": want an integer, got null`},
		{"strict: void", []any{nil}, nil, true, func(v *runtime.Values) {}, `results: 1 more than the 0 expected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var opts []runtime.CallOption
			if c.strict {
				opts = append(opts, runtime.WithStrictResults())
			}
			err := answered(t, wamp.CBOR, c.args, c.kwargs, c.read, opts...)
			if !errors.Is(err, runtime.ErrInvalidResult) || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "com.test.procedure: ") {
				t.Errorf("got %v, want ErrInvalidResult of com.test.procedure with %q", err, c.want)
			}
		})
	}
}

// invoked lets a peer call a procedure with this payload, and returns what the handler read.
func invoked(t *testing.T, f wamp.Format, args []any, kwargs wamp.Dict, read func(in *runtime.Values)) *wamp.ErrorMessage {
	t.Helper()
	s, router := joinPeer(t, f, allFeatures)
	registered := make(chan error, 1)
	go func() {
		_, err := s.RegisterProcedures(context.Background(), []runtime.ProcedureHandler{{
			Procedure: &runtime.Procedure{URI: "com.test.procedure"},
			Handle: func(_ context.Context, in *runtime.Values, _ *runtime.Args) error {
				read(in)
				return in.Err()
			},
		}})
		registered <- err
	}()
	m := router.expect(wamp.TypeRegister).(*wamp.Register)
	router.send(&wamp.Registered{Request: m.Request, Registration: 1})
	if err := await(t, registered); err != nil {
		t.Fatal(err)
	}
	router.send(&wamp.Invocation{Request: 1, Registration: 1, Payload: router.payload(args, kwargs)})
	frame, err := router.conn.Receive()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := router.decoder.Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	refused, _ := answer.(*wamp.ErrorMessage)
	return refused
}

func TestArgumentsInEitherForm(t *testing.T) {
	type arguments struct {
		S        string
		N        int
		Optional *int
		Rest     []int
		Settings settings
	}
	three := 3
	both := func(v *runtime.Values, a *arguments) { a.S, a.N = v.String("s"), int(v.Int("n", 0)) }
	optional := func(v *runtime.Values, a *arguments) { a.S = v.String("s"); v.Optional("n", &a.Optional) }
	rest := func(v *runtime.Values, a *arguments) { a.S = v.String("s"); v.Rest("rest", &a.Rest) }
	whole := func(v *runtime.Values, a *arguments) { v.Struct(&a.Settings) }
	for _, c := range []struct {
		name   string
		args   []any
		kwargs wamp.Dict
		read   func(v *runtime.Values, a *arguments)
		want   arguments
	}{
		{"by position", []any{"a", 2}, nil, both, arguments{S: "a", N: 2}},
		{"by name", nil, wamp.Dict{"s": "a", "n": 2}, both, arguments{S: "a", N: 2}},
		{"first by position, second by name", []any{"a"}, wamp.Dict{"n": 2}, both, arguments{S: "a", N: 2}},
		{"unknown keywords are ignored", []any{"a", 2}, wamp.Dict{"new": 1}, both, arguments{S: "a", N: 2}},
		{"optional there", []any{"a", 3}, nil, optional, arguments{S: "a", Optional: &three}},
		{"optional by name", []any{"a"}, wamp.Dict{"n": 3}, optional, arguments{S: "a", Optional: &three}},
		{"optional absent", []any{"a"}, nil, optional, arguments{S: "a"}},
		{"optional null", []any{"a", nil}, nil, optional, arguments{S: "a"}},
		{"no rest", []any{"a"}, nil, rest, arguments{S: "a"}},
		{"rest", []any{"a", 1, 2, 3}, nil, rest, arguments{S: "a", Rest: []int{1, 2, 3}}},
		{"rest by name", []any{"a"}, wamp.Dict{"rest": []any{1, 2}}, rest, arguments{S: "a", Rest: []int{1, 2}}},
		{"struct from keywords", nil, wamp.Dict{"host": "h", "port": 1, "new": true}, whole, arguments{Settings: settings{"h", 1}}},
		{"struct from one dictionary", []any{wamp.Dict{"host": "h", "port": 1}}, nil, whole, arguments{Settings: settings{"h", 1}}},
		{"struct from nothing", nil, nil, whole, arguments{}},
	} {
		for _, f := range wamp.Formats() {
			t.Run(c.name+"/"+f.String(), func(t *testing.T) {
				var got arguments
				if refused := invoked(t, f, c.args, c.kwargs, func(in *runtime.Values) { c.read(in, &got) }); refused != nil {
					t.Fatalf("refused with %s", refused.URI)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestArgumentsThatDoNotFit(t *testing.T) {
	both := func(v *runtime.Values) { v.String("s"); v.Int("n", 0) }
	whole := func(v *runtime.Values) { v.Struct(new(settings)) }
	for _, c := range []struct {
		name   string
		args   []any
		kwargs wamp.Dict
		read   func(v *runtime.Values)
		want   string
	}{
		{"missing", []any{"a"}, nil, both, `argument "n": missing`},
		{"missing first", nil, wamp.Dict{"n": 1}, both, `argument "s": missing`},
		{"wrong type", []any{1, 2}, nil, both, `argument "s": want a string, got an integer`},
		{"null", []any{nil, 2}, nil, both, `argument "s": want a string, got null`},
		{"twice", []any{"a", 2}, wamp.Dict{"n": 2}, both, `argument "n": given both by position and by name`},
		{"surplus", []any{"a", 2, 3, 4}, nil, both, `arguments: 2 more than the 2 expected`},
		{"surplus for a struct", []any{wamp.Dict{}, 1}, nil, whole, `arguments: want keywords, or one dictionary at the first position`},
		{"struct twice", []any{wamp.Dict{}}, wamp.Dict{"host": "h"}, whole,
			`arguments: given both as a dictionary at the first position and as keywords`},
		{"no struct", []any{1}, nil, whole, `arguments: want keywords, or one dictionary at the first position`},
		{"wrong field", nil, wamp.Dict{"host": 1}, whole, `arguments: field "host": want a string, got an integer`},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused := invoked(t, wamp.CBOR, c.args, c.kwargs, c.read)
			if refused == nil || refused.URI != wamp.ErrInvalidArgument {
				t.Fatalf("got %+v, want %s", refused, wamp.ErrInvalidArgument)
			}
			var message string
			if _, err := decodeArgs(refused.Payload, &message); err != nil {
				t.Fatal(err)
			}
			if want := "com.test.procedure: " + c.want; message != want {
				t.Errorf("got  %q\nwant %q", message, want)
			}
		})
	}
}

func TestIntegersKeepTheirBounds(t *testing.T) {
	for _, c := range []struct {
		n    any
		bits int
		fits bool
	}{
		{127, 8, true}, {128, 8, false}, {-128, 8, true}, {-129, 8, false},
		{math.MaxInt16, 16, true}, {math.MaxInt16 + 1, 16, false}, {math.MinInt16, 16, true}, {math.MinInt16 - 1, 16, false},
		{math.MaxInt32, 32, true}, {int64(math.MaxInt32 + 1), 32, false}, {math.MinInt32, 32, true}, {int64(math.MinInt32 - 1), 32, false},
		{int64(math.MaxInt64), 64, true}, {uint64(math.MaxInt64 + 1), 64, false}, {int64(math.MinInt64), 64, true},
		{int64(math.MinInt64), 0, true}, {uint64(math.MaxUint64), 0, false},
	} {
		var got int64
		err := answered(t, wamp.CBOR, []any{c.n}, nil, func(v *runtime.Values) { got = v.Int("n", c.bits) })
		if (err == nil) != c.fits {
			t.Errorf("Int(%v, %d bits): %v", c.n, c.bits, err)
		}
		if want, ok := c.n.(int64); ok && c.fits && got != want {
			t.Errorf("Int(%v, %d bits) = %d", c.n, c.bits, got)
		}
	}
	for _, c := range []struct {
		n    any
		bits int
		fits bool
	}{
		{255, 8, true}, {256, 8, false}, {-1, 8, false}, {65535, 16, true}, {65536, 16, false},
		{int64(math.MaxUint32), 32, true}, {int64(math.MaxUint32 + 1), 32, false}, {uint64(math.MaxUint64), 64, true}, {uint64(math.MaxUint64), 0, true},
	} {
		err := answered(t, wamp.CBOR, []any{c.n}, nil, func(v *runtime.Values) { v.Uint("n", c.bits) })
		if (err == nil) != c.fits {
			t.Errorf("Uint(%v, %d bits): %v", c.n, c.bits, err)
		}
	}
}

func TestUntypedResultsDecodeIntoTypes(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		s := p.session()
		at := time.Date(2024, 5, 6, 7, 8, 9, 10, time.UTC)
		register(t, s, "com.test.get", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
			var host string
			var port int
			if err := in.Decode(&host, &port); err != nil {
				return nil, err
			}
			return runtime.NewResult(settings{host, port}, at), nil
		})
		got, err := s.Call(t.Context(), "com.test.get", "h", 80)
		if err != nil {
			t.Fatal(err)
		}
		var found settings
		var when time.Time
		if err := got.Decode(&found, &when); err != nil || found != (settings{"h", 80}) || !when.Equal(at) {
			t.Errorf("got %+v at %v, %v", found, when, err)
		}
		var n int
		if err := got.Decode(&n); err == nil {
			t.Error("a struct decoded into an int")
		}
		made := runtime.NewResult(1, "two")
		var s2 string
		if err := made.Decode(&n, &s2); err != nil || n != 1 || s2 != "two" {
			t.Errorf("got %d, %q, %v", n, s2, err)
		}
	})
}
