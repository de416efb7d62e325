package wampgen_test

import (
	"context"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/kinds"
)

// echo implements kinds.Echo.
type echo struct{}

func (echo) Bool(_ context.Context, v bool) (bool, error) { return v, nil }

func (echo) Signed(_ context.Context, a int, b int8, c int16, d int32, e int64) (int, int8, int16, int32, int64, error) {
	return a, b, c, d, e, nil
}

func (echo) Unsigned(_ context.Context, a uint, b uint8, c uint16, d uint32, e uint64) (uint, uint8, uint16, uint32, uint64, error) {
	return a, b, c, d, e, nil
}

func (echo) Floats(_ context.Context, a float32, b float64) (float32, float64, error) {
	return a, b, nil
}

func (echo) String(_ context.Context, v string) (string, error) { return v, nil }
func (echo) Bytes(_ context.Context, v []byte) ([]byte, error)  { return v, nil }

func (echo) Fixed(_ context.Context, v [4]byte) ([4]byte, error) { return v, nil }

func (echo) Named(_ context.Context, a kinds.Flag, b kinds.Level, c kinds.Ratio, d kinds.Name, e kinds.Blob, f kinds.Grade) (kinds.Flag, kinds.Level, kinds.Ratio, kinds.Name, kinds.Blob, kinds.Grade, error) {
	return a, b, c, d, e, f, nil
}

func (echo) Times(_ context.Context, at time.Time, d time.Duration) (time.Time, time.Duration, error) {
	return at, d, nil
}

func (echo) Text(_ context.Context, addr netip.Addr, c kinds.Color) (netip.Addr, kinds.Color, error) {
	return addr, c, nil
}

func (echo) Lists(_ context.Context, a []string, b [2]int, c [][]byte) ([]string, [2]int, [][]byte, error) {
	return a, b, c, nil
}

func (echo) Maps(_ context.Context, a map[string]int, b map[kinds.Name]kinds.Point, c map[netip.Addr]bool) (map[string]int, map[kinds.Name]kinds.Point, map[netip.Addr]bool, error) {
	return a, b, c, nil
}

func (echo) Struct(_ context.Context, p kinds.Point, at *kinds.Point) (kinds.Point, *kinds.Point, error) {
	return p, at, nil
}

func (echo) Recursive(_ context.Context, t kinds.Tree, _ int) (kinds.Tree, error) { return t, nil }

func (echo) Anonymous(_ context.Context, v struct {
	A int    `json:"a"`
	B string `json:"b,omitempty"`
}) (struct{ C bool }, error) {
	return struct{ C bool }{v.A == 1 && v.B == "b"}, nil
}

func (echo) Any(_ context.Context, v any) (any, error) { return v, nil }

func (echo) Alias(_ context.Context, id kinds.ID, when kinds.When) (kinds.ID, kinds.When, error) {
	return id, when, nil
}

func (echo) Generic(_ context.Context, p kinds.Page[kinds.Point], q kinds.Pair[string, []int]) (kinds.Page[kinds.Point], kinds.Pair[string, []int], error) {
	return p, q, nil
}

func (echo) Rune(_ context.Context, r rune, b byte) (rune, byte, error) { return r, b, nil }

func TestEveryKindOfTypeTravels(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		if _, err := kinds.RegisterEcho(t.Context(), service, echo{}); err != nil {
			t.Fatal(err)
		}
		client := kinds.NewEchoClient(session)
		testScalars(t, client)
		testNamed(t, client)
		testComposed(t, client)
	})
}

// same fails the test where what was returned is not what was sent.
func same(t *testing.T, what string, err error, got []any, want ...any) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(x, y netip.Addr) bool { return x == y }), cmp.Comparer(func(x, y kinds.Color) bool { return x == y })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testScalars(t *testing.T, client *kinds.EchoClient) {
	ctx := t.Context()
	yes, err := client.Bool(ctx, true)
	same(t, "Bool", err, []any{yes}, true)
	// Integers beyond 2^53 do not survive JSON peers; those of this module keep all 64 bits.
	a, b, c, d, e, err := client.Signed(ctx, -1<<53, math.MinInt8, math.MaxInt16, math.MinInt32, math.MaxInt64)
	same(t, "Signed", err, []any{a, b, c, d, e}, int(-1<<53), int8(math.MinInt8), int16(math.MaxInt16), int32(math.MinInt32), int64(math.MaxInt64))
	ua, ub, uc, ud, ue, err := client.Unsigned(ctx, 1<<53, math.MaxUint8, math.MaxUint16, math.MaxUint32, math.MaxUint64)
	same(t, "Unsigned", err, []any{ua, ub, uc, ud, ue}, uint(1<<53), uint8(math.MaxUint8), uint16(math.MaxUint16), uint32(math.MaxUint32), uint64(math.MaxUint64))
	f, g, err := client.Floats(ctx, 1.5, -math.Pi)
	same(t, "Floats", err, []any{f, g}, float32(1.5), -math.Pi)
	s, err := client.String(ctx, "grüße \x00 \"quoted\"")
	same(t, "String", err, []any{s}, "grüße \x00 \"quoted\"")
	bytes, err := client.Bytes(ctx, []byte{0, 1, 255})
	same(t, "Bytes", err, []any{bytes}, []byte{0, 1, 255})
	fixed, err := client.Fixed(ctx, [4]byte{0, 1, 2, 255})
	same(t, "Fixed", err, []any{fixed}, [4]byte{0, 1, 2, 255})
	r, octet, err := client.Rune(ctx, '€', 200)
	same(t, "Rune", err, []any{r, octet}, '€', byte(200))
}

func testNamed(t *testing.T, client *kinds.EchoClient) {
	ctx := t.Context()
	a, b, c, d, e, f, err := client.Named(ctx, true, -7, 0.25, "name", kinds.Blob("blob"), kinds.Good)
	same(t, "Named", err, []any{a, b, c, d, e, f}, kinds.Flag(true), kinds.Level(-7), kinds.Ratio(0.25), kinds.Name("name"), kinds.Blob("blob"), kinds.Good)
	noon := time.Date(2026, 2, 3, 12, 0, 0, 123456789, time.UTC)
	at, duration, err := client.Times(ctx, noon, -90*time.Second)
	same(t, "Times", err, []any{at, duration}, noon, -90*time.Second)
	addr, color, err := client.Text(ctx, netip.MustParseAddr("2001:db8::1"), kinds.RGB(1, 2, 254))
	same(t, "Text", err, []any{addr, color}, netip.MustParseAddr("2001:db8::1"), kinds.RGB(1, 2, 254))
	id, when, err := client.Alias(ctx, "id", noon)
	same(t, "Alias", err, []any{id, when}, "id", noon)
}

func testComposed(t *testing.T, client *kinds.EchoClient) {
	ctx := t.Context()
	list, array, blobs, err := client.Lists(ctx, []string{"a", ""}, [2]int{1, -2}, [][]byte{{}, {7}})
	same(t, "Lists", err, []any{list, array, blobs}, []string{"a", ""}, [2]int{1, -2}, [][]byte{{}, {7}})
	m, points, flags, err := client.Maps(ctx, map[string]int{"a": 1}, map[kinds.Name]kinds.Point{"p": {X: 1, Y: 2}}, map[netip.Addr]bool{netip.MustParseAddr("::1"): true})
	same(t, "Maps", err, []any{m, points, flags}, map[string]int{"a": 1}, map[kinds.Name]kinds.Point{"p": {X: 1, Y: 2}}, map[netip.Addr]bool{netip.MustParseAddr("::1"): true})
	p, pointer, err := client.Struct(ctx, kinds.Point{X: 1}, &kinds.Point{Y: 2})
	same(t, "Struct", err, []any{p, pointer}, kinds.Point{X: 1}, &kinds.Point{Y: 2})
	p, pointer, err = client.Struct(ctx, kinds.Point{X: 1}, nil)
	same(t, "Struct with nil", err, []any{p, pointer}, kinds.Point{X: 1}, (*kinds.Point)(nil))
	tree := kinds.Tree{Name: "root", Children: []kinds.Tree{{Name: "leaf"}}}
	back, err := client.Recursive(ctx, tree, 1)
	same(t, "Recursive", err, []any{back}, tree)
	anonymous, err := client.Anonymous(ctx, struct {
		A int    `json:"a"`
		B string `json:"b,omitempty"`
	}{1, "b"})
	same(t, "Anonymous", err, []any{anonymous}, struct{ C bool }{true})
	value, err := client.Any(ctx, map[string]any{"list": []any{"x", true, nil}})
	same(t, "Any", err, []any{value}, map[string]any{"list": []any{"x", true, nil}})
	next := kinds.Point{X: 9}
	page := kinds.Page[kinds.Point]{Items: []kinds.Point{{X: 1}}, Next: &next}
	pair := kinds.Pair[string, []int]{First: "f", Second: []int{1, 2}}
	gotPage, gotPair, err := client.Generic(ctx, page, pair)
	same(t, "Generic", err, []any{gotPage, gotPair}, page, pair)
}
