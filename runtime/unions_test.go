package runtime

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

type shape interface{ isShape() }

type (
	circle struct {
		Radius float64 `json:"r"`
		Inner  shape   `json:"inner,omitempty"`
	}
	square struct {
		Side int `json:"side"`
		base
	}
	base struct {
		Name string `json:"name,omitempty"`
	}
	group struct {
		All   []shape          `json:"all"`
		Named map[string]shape `json:"named"`
		Maybe *shape           `json:"maybe"`
		Pair  [2]shape         `json:"pair"`
		At    time.Time        `json:"at"`
		*Extra
		Next *group `json:"next,omitempty"`
	}
	Extra struct {
		Note  string `json:"note"`
		Other shape  `json:"other,omitzero"`
	}
)

func (circle) isShape()  {}
func (*square) isShape() {}
func (*group) isShape()  {}

var shapes = NewUnions(UnionOf[shape]("kind", CaseOf[circle]("circle"), CaseOf[*square]("square"), CaseOf[*group]("group")))

func unionRoundTrip(t *testing.T, in, out any) string {
	t.Helper()
	var scratch bytes.Buffer
	encoded, err := shapes.append(nil, in, &scratch)
	if err != nil {
		t.Fatal(err)
	}
	if err := codec.Check(wamp.CBOR, encoded, codec.DefaultDepth); err != nil {
		t.Fatalf("%x: %v", encoded, err)
	}
	if err := shapes.decode(encoded, out); err != nil {
		t.Fatal(err)
	}
	text, err := codec.Transcode(nil, wamp.CBOR, wamp.JSON, encoded)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUnionsTravelAnywhere(t *testing.T) {
	one := shape(circle{Radius: 1.5})
	in := group{
		All:   []shape{circle{Radius: 2, Inner: &square{Side: 3, base: base{"s"}}}, nil, &group{Named: map[string]shape{}, All: []shape{}}},
		Named: map[string]shape{"a": &square{Side: 4}, "none": nil},
		Maybe: &one,
		Pair:  [2]shape{circle{}, &square{}},
		At:    time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Extra: &Extra{Note: "n", Other: circle{Radius: 9}},
		Next:  &group{All: []shape{}, Named: map[string]shape{}},
	}
	var out group
	unionRoundTrip(t, in, &out)
	if diff := cmp.Diff(in, out, cmp.AllowUnexported(square{})); diff != "" {
		t.Error(diff)
	}
}

func TestUnionIsATaggedDictionary(t *testing.T) {
	in, out := shape(&square{Side: 4, base: base{"b"}}), shape(nil)
	if got, want := unionRoundTrip(t, &in, &out), `{"kind":"square","side":4,"name":"b"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	value := shape(circle{Radius: 1})
	if got, want := unionRoundTrip(t, &value, &out), `{"kind":"circle","r":1.0}`; strings.ReplaceAll(got, "1.0", "1") != strings.ReplaceAll(want, "1.0", "1") {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, ok := out.(circle); !ok {
		t.Errorf("arrived as %T", out)
	}
	byPointer := shape(&circle{Radius: 1})
	if got := unionRoundTrip(t, &byPointer, &out); !strings.HasPrefix(got, `{"kind":"circle"`) {
		t.Errorf("got %s", got)
	}
	none := shape(nil)
	if got := unionRoundTrip(t, &none, &out); got != "null" || out != nil {
		t.Errorf("got %s, %v", got, out)
	}
}

type alien struct{}

func (alien) isShape() {}

func TestUnionsRefuse(t *testing.T) {
	strange := shape(alien{})
	if _, err := shapes.append(nil, &strange, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "alien is none of the types of runtime.shape") {
		t.Errorf("a type that is no case: %v", err)
	}
	loop := &group{}
	loop.Next = loop
	if _, err := shapes.append(nil, loop, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "nests too deeply") {
		t.Errorf("a loop: %v", err)
	}
	for _, c := range []struct{ json, want string }{
		{`{"all":[{"kind":"cube"}]}`, `field "all": [0]: "kind" is "cube", and not one of circle, square, group`},
		{`{"all":[{"r":1}]}`, `field "all": [0]: the dictionary has no "kind" to tell its type`},
		{`{"all":[{"kind":7}]}`, `field "all": [0]: "kind": want a string, got an integer`},
		{`{"all":[7]}`, `field "all": [0]: want a dictionary with "kind", got an integer`},
		{`{"all":7}`, `field "all": want a list, got an integer`},
		{`{"named":{"a":{"kind":"square","side":"x"}}}`, `field "named": ["a"]: field "side": want an integer, got a string`},
		{`[]`, `want a dictionary, got a list`},
	} {
		item, err := codec.Transcode(nil, wamp.JSON, wamp.CBOR, []byte(c.json))
		if err != nil {
			t.Fatal(err)
		}
		var out group
		if err := shapes.decode(item, &out); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.json, err, c.want)
		}
	}
}

// TestUnionFieldsAreThoseOfTheLibrary compares the two ways a struct is written.
func TestUnionFieldsAreThoseOfTheLibrary(t *testing.T) {
	type inner struct {
		A int `json:"a"`
		B string
		C string `json:"c,omitempty"`
	}
	type Deep struct {
		A int
		D []int     `json:",omitempty"`
		E time.Time `json:"e,omitzero"`
	}
	type all struct {
		inner
		*Deep
		B  int    `json:"-"`
		F  *int   `json:"f"`
		G  *int   `json:"g,omitempty"`
		H  []byte `json:"h"`
		I  any    `json:"i"`
		j  int
		K  map[string]int `json:"k,omitempty"`
		L  struct{}       `json:"l,omitempty"`
		M  bool           `json:"m,omitempty"`
		N  [0]int         `json:"n,omitempty"`
		Aa int            `cbor:"aa" json:"bb"`
	}
	for _, v := range []all{{}, {inner: inner{1, "b", "c"}, Deep: &Deep{A: 2, D: []int{1}, E: time.Unix(1, 0)}, F: new(int), G: new(int), H: []byte{1}, I: "x", j: 1, K: map[string]int{"x": 1}, M: true}} {
		want, err := appendMapped(nil, v, new(bytes.Buffer))
		if err != nil {
			t.Fatal(err)
		}
		got, err := shapes.appendStruct(nil, reflect.ValueOf(v), nil, new(bytes.Buffer), 0)
		if err != nil {
			t.Fatal(err)
		}
		decode := func(b []byte) (out map[string]any) {
			if err := decodeMapped(b, &out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if diff := cmp.Diff(decode(want), decode(got)); diff != "" {
			t.Errorf("(-library +ours)\n%s", diff)
		}
	}
}
