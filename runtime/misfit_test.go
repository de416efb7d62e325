package runtime_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

type inner struct {
	Small int8              `json:"small"`
	Count uint16            `json:"count"`
	Ratio float32           `json:"ratio"`
	Flags map[string]bool   `json:"flags"`
	Addr  netip.Addr        `json:"addr"`
	At    time.Time         `json:"at"`
	Blob  []byte            `json:"blob"`
	Any   any               `json:"any"`
	Big   *int64            `json:"big"`
	Deep  []map[string]*int `json:"deep"`
	Plain string
}

type outer struct {
	Name string  `json:"name"`
	List []inner `json:"list"`
	Embedded
}

type Embedded struct {
	Level int `json:"level"`
}

func TestWhatDoesNotFitIsToldInTermsOfTheWire(t *testing.T) {
	tests := []struct {
		value any
		want  string
	}{
		{"x", "want a dictionary, got a string"},
		{wamp.Dict{"name": 1}, `field "name": want a string, got an integer`},
		{wamp.Dict{"level": "x"}, `field "level": want an integer, got a string`},
		{wamp.Dict{"list": 1}, `field "list": want a list, got an integer`},
		{wamp.Dict{"list": []any{wamp.Dict{}, true}}, `field "list": [1]: want a dictionary, got a boolean`},
		{item("small", "x"), `field "list": [0]: field "small": want an integer, got a string`},
		{item("small", 200), `field "small": integer does not fit into 8 bits`},
		{item("small", 1.5), `field "small": want an integer, got a number`},
		{item("count", -1), `field "count": want an unsigned integer, got a negative one`},
		{item("count", 1<<16), `field "count": integer does not fit into 16 bits`},
		{item("count", []byte{1}), `field "count": want an unsigned integer, got bytes`},
		{item("ratio", "x"), `field "ratio": want a number, got a string`},
		{item("flags", wamp.Dict{"a": true, "b": 1}), `field "flags": ["b"]: want a boolean, got an integer`},
		{item("addr", 1), `field "addr": want a string, got an integer`},
		{item("addr", "1.2.3"), `field "addr": ParseAddr("1.2.3")`},
		{item("at", "yesterday"), `field "at": want a time as in RFC 3339, got another text`},
		{item("at", true), `field "at": want a time as in RFC 3339, got a boolean`},
		{item("blob", []any{"x"}), `field "blob": want bytes, got a list`},
		{item("big", "x"), `field "big": want an integer, got a string`},
		{item("deep", []any{wamp.Dict{"k": 1}, wamp.Dict{"l": []any{}}}), `field "deep": [1]: ["l"]: want an integer, got a list`},
		{item("Plain", 7), `field "Plain": want a string, got an integer`},
	}
	for _, test := range tests {
		err := runtime.NewResult(test.value).Decode(new(outer))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "cbor") || strings.Contains(err.Error(), "runtime_test") {
			t.Errorf("%v: got %v, want %s", test.value, err, test.want)
		}
	}
}

func item(name string, value any) wamp.Dict {
	return wamp.Dict{"list": []any{wamp.Dict{name: value}}}
}

// Languages with a single number type send integers beyond 32 bits as floats.
func TestFloatsWithoutFractionAreIntegers(t *testing.T) {
	value := wamp.Dict{"list": []any{wamp.Dict{
		"small": -3.0, "count": 7.0, "ratio": 0.5, "big": float64(1 << 52), "any": []any{"1.0", 2.5}, "deep": []any{wamp.Dict{"k": -1.0}},
	}}}
	var got outer
	if err := runtime.NewResult(value).Decode(&got); err != nil {
		t.Fatal(err)
	}
	i := got.List[0]
	if i.Small != -3 || i.Count != 7 || i.Ratio != 0.5 || *i.Big != 1<<52 || *i.Deep[0]["k"] != -1 || i.Any.([]any)[1] != 2.5 {
		t.Errorf("got %+v", i)
	}
	var list []int
	if err := runtime.NewResult([]any{1, 2.0, 3}).Decode(&list); err != nil || len(list) != 3 || list[1] != 2 {
		t.Errorf("got %v, %v", list, err)
	}
	if err := runtime.NewResult([]any{1, 2.5}).Decode(&list); err == nil || !strings.Contains(err.Error(), "[1]: want an integer, got a number") {
		t.Errorf("got %v", err)
	}
}
