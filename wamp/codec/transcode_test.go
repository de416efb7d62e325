package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/tinylib/msgp/msgp"

	"github.com/wampkit/wampkit/wamp"
)

func TestW028BytesThroughJSON(t *testing.T) {
	for _, test := range []struct{ cbor, json, msgpack string }{
		{"81 43 000102", `["\u0000AAEC"]`, "91 c4 03 000102"},
		{"81 40", `["\u0000"]`, "91 c4 00"},
		{"81 41 ff", `["\u0000/w=="]`, "91 c4 01 ff"},
	} {
		text, err := Transcode(nil, wamp.CBOR, wamp.JSON, fromHex(t, test.cbor))
		if err != nil || string(text) != test.json {
			t.Errorf("CBOR to JSON: %s (%v), want %s", text, err, test.json)
		}
		octets, err := Transcode(nil, wamp.JSON, wamp.MsgPack, text)
		if err != nil || string(octets) != string(fromHex(t, test.msgpack)) {
			t.Errorf("JSON to MsgPack: %x (%v), want %s", octets, err, test.msgpack)
		}
	}
}

// A text that JSON would read back as a byte string must not change its type.
func TestTextThatLooksLikeBytesInJSON(t *testing.T) {
	for text, ok := range map[string]bool{"\x00": false, "\x00AAEC": false, "\x00*": true, "\x00AA": true, "a\x00AAEC": true} {
		value, err := AppendValue(nil, wamp.CBOR, text)
		if err != nil {
			t.Fatal(err)
		}
		inJSON, err := Transcode(nil, wamp.CBOR, wamp.JSON, value)
		if !ok {
			if !errors.Is(err, ErrUnrepresentable) {
				t.Errorf("%q: %s, %v", text, inJSON, err)
			}
			continue
		}
		if back, err := DecodeValue(wamp.JSON, inJSON); err != nil || back != text {
			t.Errorf("%q comes back as %#v (%v)", text, back, err)
		}
	}
}

func TestW029ValuesRoundTripThroughEveryPairOfFormats(t *testing.T) {
	for _, v := range []any{
		nil, true, false, int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), uint64(1 << 63), uint64(math.MaxUint64), int64(1<<53 + 1),
		0.0, 1.0, -1.0, 1.5, 1e300, 5e-324, math.MaxFloat64, 1e21, math.Copysign(0, -1),
		"", "a", "a\x00b", "€😀", "\"\\/\n", strings.Repeat("x", 70000),
		[]byte{}, []byte{0}, []byte(strings.Repeat("y", 300)),
		[]any{}, wamp.Dict{}, []any{[]any{}, wamp.Dict{}}, wamp.Dict{"": nil, "a": wamp.Dict{"b": []any{int64(1)}}},
		manyItems(15), manyItems(16), manyItems(23), manyItems(24), manyItems(255), manyItems(256), manyItems(70000),
	} {
		for _, from := range wamp.Formats() {
			for _, to := range wamp.Formats() {
				a, err := AppendValue(nil, from, v)
				if err != nil {
					t.Fatal(err)
				}
				b, err := Transcode(nil, from, to, a)
				if err != nil {
					t.Fatal(err)
				}
				if got := mustDecodeValue(t, to, b); !same(v, got) {
					t.Errorf("%v, from %s to %s, became %v", v, from, to, got)
				}
				if direct, _ := AppendValue(nil, to, v); string(direct) != string(b) {
					t.Errorf("%v, from %s to %s, is %x, but %x if encoded at once", v, from, to, b, direct)
				}
			}
		}
	}
}

func manyItems(n int) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = wamp.Dict{}
	}
	return items
}

// same is deep equality of decoded values that tells 0.0 from -0.0, and takes
// NaN for itself.
func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case wamp.Dict:
		b, ok := b.(wamp.Dict)
		return ok && maps.EqualFunc(a, b, same)
	case []byte:
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	case float64:
		b, ok := b.(float64)
		return ok && (math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b))
	}
	return a == b
}

func TestNaNAndInfinityHaveNoJSON(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		value, err := AppendValue(nil, wamp.CBOR, []any{v})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Transcode(nil, wamp.CBOR, wamp.JSON, value); !errors.Is(err, ErrUnrepresentable) {
			t.Errorf("%v: %v", v, err)
		}
		packed, err := Transcode(nil, wamp.CBOR, wamp.MsgPack, value)
		if err != nil || !same([]any{v}, mustDecodeValue(t, wamp.MsgPack, packed)) {
			t.Errorf("%v in MsgPack: %x, %v", v, packed, err)
		}
	}
}

func TestTranscodePayload(t *testing.T) {
	p, err := EncodePayload(wamp.CBOR, []any{1, "a"}, wamp.Dict{"k": []byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := TranscodePayload(p, wamp.JSON)
	if err != nil {
		t.Fatal(err)
	}
	want := wamp.Payload{Format: wamp.JSON, Args: []byte(`[1,"a"]`), Kwargs: []byte(`{"k":"\u0000AQ=="}`)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if unchanged, err := TranscodePayload(p, wamp.CBOR); err != nil || &unchanged.Args[0] != &p.Args[0] {
		t.Errorf("a payload in the format already is copied (%v)", err)
	}
	if empty, err := TranscodePayload(wamp.Payload{}, wamp.JSON); err != nil || !empty.Empty() {
		t.Errorf("got %v, %v", empty, err)
	}
	p.Kwargs = []byte{0xa1, 0x61, 'k', 0xc2, 0x41, 1}
	if bad, err := TranscodePayload(p, wamp.JSON); !errors.Is(err, ErrUnrepresentable) || !bad.Empty() {
		t.Errorf("got %v, %v", bad, err)
	}
}

func TestUnknownFormatsAreErrors(t *testing.T) {
	if err := Check(0, []byte{1}, 0); err == nil {
		t.Error("Check")
	}
	if _, err := DecodeValue(0, []byte{1}); err == nil {
		t.Error("DecodeValue")
	}
	if _, err := AppendValue(nil, 0, 1); err == nil {
		t.Error("AppendValue")
	}
	if _, err := Transcode(nil, wamp.CBOR, 0, []byte{1}); err == nil {
		t.Error("Transcode to")
	}
	if _, err := Transcode(nil, 0, wamp.CBOR, []byte{1}); err == nil {
		t.Error("Transcode from")
	}
	defer func() {
		if recover() == nil {
			t.Error("NewDecoder")
		}
	}()
	NewDecoder(0, Options{})
}

// randomValue draws a value of the data profile.
func randomValue(r *rand.Rand, depth int) any {
	kinds := 9
	if depth == 0 {
		kinds = 7
	}
	switch r.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return int64(r.Uint64()) >> r.IntN(64)
	case 3:
		return r.Uint64() | 1<<63
	case 4:
		for {
			if f := math.Float64frombits(r.Uint64()); !math.IsNaN(f) && !math.IsInf(f, 0) {
				return f
			}
		}
	case 5:
		return randomText(r)
	case 6:
		return []byte(randomText(r))
	case 7:
		list := []any{}
		for range r.IntN(40) {
			list = append(list, randomValue(r, depth-1))
		}
		return list
	default:
		dict := wamp.Dict{}
		for range r.IntN(40) {
			dict[randomText(r)] = randomValue(r, depth-1)
		}
		return dict
	}
}

func randomText(r *rand.Rand) string {
	text := []rune{'t'} // U+0000 may stand anywhere but first
	for range r.IntN(50) {
		text = append(text, []rune{rune(r.IntN(128)), 'é', '€', '😀', '"', '\\', 0, 0x2028}[r.IntN(8)])
	}
	return string(text)
}

func TestW029RandomValuesRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		v := randomValue(r, 3)
		encoded := map[wamp.Format][]byte{}
		for _, f := range wamp.Formats() {
			octets, err := AppendValue(nil, f, v)
			if err != nil {
				t.Fatal(err)
			}
			if got := mustDecodeValue(t, f, octets); !same(v, got) {
				t.Fatalf("%s: %v became %v", f, v, got)
			}
			if err := oracle(f, octets); err != nil {
				t.Fatalf("%s: %x: %v", f, octets, err)
			}
			encoded[f] = octets
		}
		for _, from := range wamp.Formats() {
			for _, to := range wamp.Formats() {
				got, err := Transcode(nil, from, to, encoded[from])
				if err != nil || string(got) != string(encoded[to]) {
					t.Fatalf("%x from %s to %s: %x (%v), want %x", encoded[from], from, to, got, err, encoded[to])
				}
			}
		}
	}
}

// oracle is what other people's implementations think of a value. They are
// less strict than ours is, so that it only works one way.
func oracle(f wamp.Format, value []byte) error {
	switch f {
	case wamp.CBOR:
		return oracleCBOR.Wellformed(value)
	case wamp.MsgPack:
		rest, err := msgp.Skip(value)
		if err == nil && len(rest) > 0 {
			err = fmt.Errorf("%d octets remain", len(rest))
		}
		return err
	case wamp.JSON:
		if !json.Valid(value) {
			return errors.New("encoding/json says it is not valid")
		}
	}
	return nil
}

var oracleCBOR = func() cbor.DecMode {
	mode, err := cbor.DecOptions{MaxNestedLevels: 2000, MaxArrayElements: math.MaxInt32, MaxMapPairs: math.MaxInt32}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()
