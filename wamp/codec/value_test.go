package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
)

type (
	namedText  string
	namedList  []namedText
	namedBytes []byte
	namedDict  map[namedText]int8
)

func TestAppendValueTakesGoTypes(t *testing.T) {
	seven := 7
	var missing *int
	var anything any = "x"
	for _, test := range []struct {
		v    any
		want string
	}{
		{nil, `null`}, {true, `true`}, {namedText("a"), `"a"`}, {wamp.URI("com.a"), `"com.a"`}, {wamp.ErrTimeout, `"wamp.error.timeout"`},
		{int(-1), `-1`}, {int8(-8), `-8`}, {int16(-16), `-16`}, {int32(-32), `-32`}, {int64(-64), `-64`},
		{uint(1), `1`}, {uint8(8), `8`}, {uint16(16), `16`}, {uint32(32), `32`}, {uint64(64), `64`},
		{wamp.ID(5), `5`}, {wamp.TypeCall, `48`}, {float32(1.5), `1.5`}, {2.0, `2.0`},
		{[]byte{0, 1, 2}, `"\u0000AAEC"`}, {[3]byte{0, 1, 2}, `"\u0000AAEC"`}, {namedBytes{0, 1, 2}, `"\u0000AAEC"`}, {[]byte(nil), `"\u0000"`},
		{[]any{1, "a"}, `[1,"a"]`}, {[]any(nil), `[]`}, {[]string{"a"}, `["a"]`}, {[]string(nil), `[]`}, {[]wamp.ID{1, 2}, `[1,2]`},
		{[]int{1, 2}, `[1,2]`}, {[2]bool{true}, `[true,false]`}, {namedList{"a"}, `["a"]`}, {[]wamp.Dict{{"a": 1}}, `[{"a":1}]`}, {[][]string{{"a"}, nil}, `[["a"],[]]`},
		{wamp.Dict{"b": 1, "a": 2}, `{"a":2,"b":1}`}, {wamp.Dict(nil), `{}`}, {map[string]bool{"y": true, "x": false}, `{"x":false,"y":true}`}, {namedDict{"b": 1, "a": 2}, `{"a":2,"b":1}`},
		{&seven, `7`}, {missing, `null`}, {&anything, `"x"`}, {[]*int{&seven, nil}, `[7,null]`},
	} {
		got, err := AppendValue(nil, wamp.JSON, test.v)
		if err != nil || string(got) != test.want {
			t.Errorf("%T %v: %s (%v), want %s", test.v, test.v, got, err, test.want)
		}
		for _, f := range wamp.Formats() {
			octets, err := AppendValue(nil, f, test.v)
			if err != nil {
				t.Fatal(err)
			}
			if !same(mustDecodeValue(t, wamp.JSON, []byte(test.want)), mustDecodeValue(t, f, octets)) {
				t.Errorf("%T %v in %s: %x", test.v, test.v, f, octets)
			}
		}
	}
}

func TestAppendValueRefuses(t *testing.T) {
	type loop []loop
	endless := make(loop, 1)
	endless[0] = endless
	endlessDict := wamp.Dict{}
	endlessDict["x"] = endlessDict
	for name, v := range map[string]any{
		"struct": struct{ A int }{1}, "func": func() {}, "channel": make(chan int), "complex": 1i, "integer keys": map[int]string{1: "a"},
		"nested": []any{wamp.Dict{"a": struct{}{}}}, "not UTF-8": "\xff", "key not UTF-8": wamp.Dict{"\xff": 1}, "key of a typed map": map[string]int{"\xff": 1},
		"list without an end": endless, "dict without an end": endlessDict,
	} {
		inEveryFormat(t, func(t *testing.T, f wamp.Format) {
			got, err := AppendValue([]byte("x"), f, v)
			if !errors.Is(err, ErrUnrepresentable) || string(got) != "x" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		})
	}
}

func TestDecodedValuesDoNotAliasTheInput(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		want := []any{"text", []byte("bytes"), wamp.Dict{"key": "value"}}
		octets, err := AppendValue(nil, f, want)
		if err != nil {
			t.Fatal(err)
		}
		got := mustDecodeValue(t, f, octets)
		for i := range octets {
			octets[i] = 0xff
		}
		mustDecodeValue(t, wamp.JSON, []byte(`"\n overwrites the scratch space of a pooled scanner"`))
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestPayloadRoundTrips(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		for _, test := range []struct {
			args   []any
			kwargs wamp.Dict
		}{
			{nil, nil}, {[]any{int64(1)}, nil}, {nil, wamp.Dict{"a": "b"}}, {[]any{nil}, wamp.Dict{"a": []any{}}},
		} {
			p, err := EncodePayload(f, test.args, test.kwargs)
			if err != nil {
				t.Fatal(err)
			}
			args, kwargs, err := DecodePayload(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{test.args, test.kwargs}, []any{args, kwargs}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if p, err := EncodePayload(f, []any{}, wamp.Dict{}); err != nil || !p.Empty() {
			t.Errorf("empty parts are not absent: %v, %v", p, err)
		}
	})
}

func TestPayloadErrorsNameThePart(t *testing.T) {
	for _, test := range []struct {
		p    wamp.Payload
		want string
	}{
		{wamp.Payload{Format: wamp.JSON, Args: []byte(`{}`)}, "arguments: want a list"},
		{wamp.Payload{Format: wamp.JSON, Args: []byte(`[`)}, "arguments: "},
		{wamp.Payload{Format: wamp.JSON, Kwargs: []byte(`[]`)}, "keyword arguments: want a dict"},
		{wamp.Payload{Format: wamp.JSON, Kwargs: []byte(`{`)}, "keyword arguments: "},
	} {
		if _, _, err := DecodePayload(test.p); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
	if _, err := EncodePayload(wamp.JSON, []any{struct{}{}}, nil); err == nil || !strings.HasPrefix(err.Error(), "arguments: ") {
		t.Errorf("got %v", err)
	}
	if _, err := EncodePayload(wamp.JSON, nil, wamp.Dict{"a": struct{}{}}); err == nil || !strings.HasPrefix(err.Error(), "keyword arguments: ") {
		t.Errorf("got %v", err)
	}
}
