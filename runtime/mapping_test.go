package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

type (
	base struct {
		ID      int    `json:"id"`
		Comment string `json:"comment,omitempty"`
	}
	colour  string
	level   int
	upper   struct{ text string }
	hex     [2]byte
	wrapped struct{ inner string } // only json.Marshaler

	everything struct {
		base
		Skipped  string `json:"-"`
		Name     string `json:"name"`
		Untagged int
		Small    int8               `json:"small"`
		Large    uint64             `json:"large"`
		Ratio    float64            `json:"ratio"`
		Single   float32            `json:"single"`
		OK       bool               `json:"ok"`
		Blob     []byte             `json:"blob"`
		Hash     [4]byte            `json:"hash"`
		Hex      hex                `json:"hex"`
		At       time.Time          `json:"at"`
		Took     time.Duration      `json:"took"`
		Addr     netip.Addr         `json:"addr"`
		Upper    upper              `json:"upper"`
		Colour   colour             `json:"colour"`
		Level    level              `json:"level"`
		List     []int              `json:"list"`
		NilList  []string           `json:"nil_list"`
		Map      map[string]int     `json:"map"`
		NilMap   map[string]int     `json:"nil_map"`
		ByAddr   map[netip.Addr]int `json:"by_addr"`
		Pointer  *int               `json:"pointer"`
		NilPtr   *int               `json:"nil_ptr"`
		Empty    string             `json:"empty,omitempty"`
		Zero     time.Time          `json:"zero,omitzero"`
		Nested   struct{ A, B int } `json:"nested"`
		Any      any                `json:"any"`
		Wrapped  wrapped            `json:"wrapped"`
	}
)

func (u upper) MarshalText() ([]byte, error)     { return []byte(strings.ToUpper(u.text)), nil }
func (u *upper) UnmarshalText(text []byte) error { u.text = strings.ToLower(string(text)); return nil }

func (h hex) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", h[:]), nil }
func (h *hex) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%02x%02x", &h[0], &h[1])
	return err
}

func (w wrapped) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"inner": w.inner})
}
func (w *wrapped) UnmarshalJSON(b []byte) error {
	var v map[string]string
	err := json.Unmarshal(b, &v)
	w.inner = v["inner"]
	return err
}

func TestTypedMapping(t *testing.T) {
	five := 5
	addr := netip.MustParseAddr("10.0.0.1")
	sent := everything{
		base: base{ID: 1}, Skipped: "x", Name: "grüße", Untagged: 2, Small: -3, Large: 1<<64 - 1, Ratio: 1.25, Single: 0.5, OK: true,
		Blob: []byte{0, 255}, Hash: [4]byte{1, 2, 3, 4}, Hex: hex{0xab, 0xcd},
		At: time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.FixedZone("", 3600)), Took: 1500 * time.Millisecond,
		Addr: addr, Upper: upper{"abc"}, Colour: "red", Level: 7, List: []int{1, -1000}, Map: map[string]int{"a": 1},
		ByAddr: map[netip.Addr]int{addr: 9}, Pointer: &five, Any: map[string]any{"n": int64(1)}, Wrapped: wrapped{"x"},
	}
	sent.Nested.A = 4
	want := wamp.Dict{
		"id": int64(1), "name": "grüße", "Untagged": int64(2), "small": int64(-3), "large": uint64(1<<64 - 1), "ratio": 1.25, "single": 0.5, "ok": true,
		"blob": []byte{0, 255}, "hash": []byte{1, 2, 3, 4}, "hex": "abcd",
		"at": "2024-05-06T06:08:09.123456789Z", "took": int64(1500000000), "addr": "10.0.0.1", "upper": "ABC",
		"colour": "red", "level": int64(7), "list": []any{int64(1), int64(-1000)}, "nil_list": []any{},
		"map": wamp.Dict{"a": int64(1)}, "nil_map": wamp.Dict{}, "by_addr": wamp.Dict{"10.0.0.1": int64(9)},
		"pointer": int64(5), "nil_ptr": nil, "nested": wamp.Dict{"A": int64(4), "B": int64(0)},
		"any": wamp.Dict{"n": int64(1)}, "wrapped": wamp.Dict{"inner": "x"},
	}
	back := sent
	back.Skipped, back.At, back.NilList, back.NilMap = "", sent.At.UTC(), []string{}, map[string]int{}

	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		arrived := make(chan wamp.Dict, 2)
		register(t, callee, "com.test.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
			if len(in.Args) == 1 {
				arrived <- in.Args[0].(wamp.Dict)
			} else {
				arrived <- in.Kwargs
			}
			return in, nil
		})
		equal := cmp.Options{cmp.AllowUnexported(everything{}, base{}, upper{}, wrapped{}), cmpopts.EquateComparable(netip.Addr{})}
		for name, build := range map[string]func(*runtime.Args){
			"as an argument": func(a *runtime.Args) { a.Value(&sent) },
			"as keywords":    func(a *runtime.Args) { a.Struct(sent) },
		} {
			args := runtime.NewArgs()
			build(args)
			out, err := caller.Invoke(t.Context(), &runtime.Procedure{URI: "com.test.echo"}, args)
			if err != nil {
				t.Fatal(err)
			}
			var got everything
			out.Value("result", &got)
			if err := out.Err(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, <-arrived); diff != "" {
				t.Errorf("%s, on the wire (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(back, got, equal); diff != "" {
				t.Errorf("%s, back (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestEveryKindOfArgument(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		register(t, callee, "com.test.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil })
		args := runtime.NewArgs()
		args.Bool(true)
		args.Int(-1 << 62)
		args.Uint(1<<64 - 1)
		args.Float(0.1)
		args.String(strings.Repeat("ü", 200))
		args.Bytes(make([]byte, 300))
		args.Value(time.Duration(-5))
		for i := range int64(30) { // so that the list needs a longer head
			args.Int(i)
		}
		args.Keyword("x", []string{"a"})
		args.Keyword("y", nil)
		out, err := caller.Invoke(t.Context(), &runtime.Procedure{URI: "com.test.echo"}, args)
		if err != nil {
			t.Fatal(err)
		}
		var took time.Duration
		var rest []int8
		got := []any{out.Bool("a"), out.Int("b", 64), out.Uint("c", 64), out.Float("d", 64), out.String("e"), out.Bytes("f")}
		out.Value("g", &took)
		out.Rest("rest", &rest)
		if err := out.Err(); err != nil {
			t.Fatal(err)
		}
		want := []any{true, int64(-1 << 62), uint64(1<<64 - 1), 0.1, strings.Repeat("ü", 200), make([]byte, 300)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if took != -5 || len(rest) != 30 || rest[29] != 29 {
			t.Errorf("got %v and %v", took, rest)
		}
	})
}

func TestStructsThatAreNone(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	for _, v := range []any{5, []int{1}, upper{"a"}, time.Now()} {
		args := runtime.NewArgs()
		args.Struct(v)
		_, err := s.Invoke(t.Context(), &runtime.Procedure{URI: "com.test.procedure"}, args)
		var failed *runtime.EncodeError
		if !errors.As(err, &failed) || failed.Where != "keyword arguments" {
			t.Errorf("%T: got %v", v, err)
		}
	}
	args := runtime.NewArgs()
	args.Struct((*everything)(nil))
	if _, err := s.Invoke(t.Context(), &runtime.Procedure{URI: "com.test.procedure"}, args); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("a nil pointer: %v", err)
	}
}
