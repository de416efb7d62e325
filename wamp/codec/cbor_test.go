package codec

import (
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wampkit/wampkit/wamp"
)

func fromHex(t testing.TB, text string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// valueTest is one row of the tables for single values. unrepresented values
// pass Check, for they can be spliced, but cannot be decoded.
type valueTest struct {
	name, octets  string
	want          any
	unrepresented bool
}

func testValues(t *testing.T, f wamp.Format, tests []valueTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			octets := []byte(test.octets)
			if f != wamp.JSON {
				octets = fromHex(t, test.octets)
			}
			if err := Check(f, octets, 0); err != nil {
				t.Errorf("Check: %v", err)
			}
			got, err := DecodeValue(f, octets)
			if test.unrepresented {
				if !errors.Is(err, ErrUnrepresentable) {
					t.Errorf("DecodeValue: %v, %v, want ErrUnrepresentable", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("DecodeValue (-want +got):\n%s", diff)
			}
		})
	}
}

func testMalformed(t *testing.T, f wamp.Format, tests [][2]string) {
	t.Helper()
	for _, test := range tests {
		t.Run(test[0], func(t *testing.T) {
			octets := []byte(test[1])
			if f != wamp.JSON {
				octets = fromHex(t, test[1])
			}
			var v *Violation
			if err := Check(f, octets, 0); !errors.As(err, &v) {
				t.Errorf("Check: %v, want a Violation", err)
			}
			if got, err := DecodeValue(f, octets); !errors.As(err, &v) {
				t.Errorf("DecodeValue: %v, %v, want a Violation", got, err)
			}
			for _, to := range wamp.Formats() {
				if got, err := Transcode(nil, f, to, octets); !errors.As(err, &v) || len(got) != 0 {
					t.Errorf("Transcode to %s: %v, want a Violation", to, err)
				}
			}
		})
	}
}

func TestCBORValues(t *testing.T) {
	testValues(t, wamp.CBOR, []valueTest{
		{"small integer", "17", int64(23), false},
		{"integer in more octets than needed", "1b 0000000000000001", int64(1), false},
		{"largest int64", "1b 7fffffffffffffff", int64(math.MaxInt64), false},
		{"above int64", "1b 8000000000000000", uint64(1 << 63), false},
		{"largest uint64", "1b ffffffffffffffff", uint64(math.MaxUint64), false},
		{"minus one", "20", int64(-1), false},
		{"smallest int64", "3b 7fffffffffffffff", int64(math.MinInt64), false},
		{"below int64", "3b 8000000000000000", nil, true},
		{"half 1.5", "f9 3e00", 1.5, false},
		{"half subnormal", "f9 0001", 5.960464477539063e-8, false},
		{"half infinity", "f9 7c00", math.Inf(1), false},
		{"half NaN", "f9 7e00", math.NaN(), false},
		{"single", "fa 47c35000", 100000.0, false},
		{"single -infinity", "fa ff800000", math.Inf(-1), false},
		{"double", "fb 3ff199999999999a", 1.1, false},
		{"integral double", "fb 3ff0000000000000", 1.0, false},
		{"false", "f4", false, false}, {"true", "f5", true, false}, {"null", "f6", nil, false},
		{"undefined is null", "f7", nil, false},
		{"other simple value", "f0", nil, true},
		{"simple value in two octets", "f8 ff", nil, true},
		{"text", "63 e282ac", "€", false},
		{"empty text", "60", "", false},
		{"text in chunks", "7f 61 61 60 63 e282ac ff", "a€", false},
		{"no chunks", "7f ff", "", false},
		{"bytes", "43 000102", []byte{0, 1, 2}, false},
		{"bytes in chunks", "5f 41 00 42 0102 ff", []byte{0, 1, 2}, false},
		{"empty bytes", "40", []byte{}, false},
		{"list", "82 01 80", []any{int64(1), []any{}}, false},
		{"indefinite list", "9f 01 9f ff ff", []any{int64(1), []any{}}, false},
		{"dict", "a1 61 61 a0", wamp.Dict{"a": wamp.Dict{}}, false},
		{"indefinite dict", "bf 61 61 bf ff ff", wamp.Dict{"a": wamp.Dict{}}, false},
		{"indefinite key", "a1 7f 61 61 61 62 ff 01", wamp.Dict{"ab": int64(1)}, false},
		{"W020 equal keys: the last one", "a2 61 61 01 61 61 02", wamp.Dict{"a": int64(2)}, false},
		{"tag 0: date as text", "c0 63 616263", "abc", false},
		{"tag 1: date as number", "c1 1a 514b67b0", int64(1363896240), false},
		{"tag 55799: self-described", "d9d9f7 81 01", []any{int64(1)}, false},
		{"tag 2: bignum", "c2 41 01", nil, true},
		{"tag 37: UUID", "d825 41 00", nil, true},
		{"tag inside a list", "81 d820 61 61", nil, true},
	})
}

func TestMalformedCBOR(t *testing.T) {
	testMalformed(t, wamp.CBOR, [][2]string{
		{"nothing", ""},
		{"reserved additional information 28", "1c"}, {"29 in text", "7d"}, {"30 in a simple value", "fe"},
		{"indefinite integer", "1f"}, {"indefinite negative", "3f"}, {"indefinite tag", "df"},
		{"break alone", "ff"}, {"break in a definite list", "82 01 ff"}, {"break in place of a value", "bf 61 61 ff"},
		{"simple value below 32 in two octets", "f8 18"},
		{"truncated integer", "19 01"}, {"truncated float", "fb 00"}, {"truncated text", "62 61"}, {"truncated list", "82 01"},
		{"indefinite list without an end", "9f 01"}, {"indefinite text without an end", "7f 61 61"}, {"tag without content", "c1"},
		{"list longer than the frame", "9b ffffffffffffffff"}, {"dict longer than the frame", "bb 7fffffffffffffff"},
		{"text longer than the frame", "7b ffffffffffffffff 61"}, {"bytes longer than the frame", "5b 8000000000000000 61"},
		{"text is not UTF-8", "61 ff"}, {"surrogate in text", "63 eda080"}, {"character split over chunks", "7f 62 e282 61 ac ff"},
		{"bytes as a chunk of text", "7f 41 61 ff"}, {"indefinite chunk", "7f 7f ff ff"}, {"integer as a chunk", "5f 01 ff"},
		{"W020 integer key", "a1 01 01"}, {"W020 bytes key", "a1 41 61 01"}, {"W020 null key", "a1 f6 01"},
		{"W020 integer key in a nested dict", "81 a1 61 61 a1 01 01"}, {"W020 tagged key", "a1 c0 61 61 01"},
		{"W020 integer key in an indefinite dict", "bf 01 01 ff"},
		{"octets behind the value", "01 01"},
		{"too deep", strings.Repeat("81", maxDepth+1) + "01"},
		{"too deep in tags", strings.Repeat("c1", maxDepth+1) + "01"},
	})
}

// What cannot be transcoded may still be spliced between two CBOR sessions.
func TestCBORTagsPassWhenSpliced(t *testing.T) {
	frame := fromHex(t, "85 1830 01 a0 61 70 81 c2 41 01") // CALL with a bignum
	m, err := NewDecoder(wamp.CBOR, Options{}).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Append(nil, wamp.CBOR, m)
	if err != nil || string(back) != string(frame) {
		t.Errorf("got %x, %v", back, err)
	}
	if _, err := Append(nil, wamp.JSON, m); !errors.Is(err, ErrUnrepresentable) {
		t.Errorf("got %v", err)
	}
}

func TestCBORAttributesOutsideTheDataProfile(t *testing.T) {
	frame := fromHex(t, "83 1846 01 a2 62 5f78 c2 41 01 62 5f79 01") // YIELD {_x: bignum, _y: 1}
	m, err := NewDecoder(wamp.CBOR, Options{KeepExtra: true}).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wamp.Dict{"_y": int64(1)}, m.(*wamp.Yield).Options.Extra); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	hello := fromHex(t, "83 01 61 72 a1 61 78 c2 41 01")
	if _, err := NewDecoder(wamp.CBOR, Options{}).Decode(hello); err == nil {
		t.Error("details with a bignum are decoded")
	}
	call := fromHex(t, "84 1830 c1 01 a0 61 70") // a tagged identifier
	if _, err := NewDecoder(wamp.CBOR, Options{}).Decode(call); err == nil {
		t.Error("a tagged identifier is accepted")
	}
}

func TestIndefiniteLengthMessage(t *testing.T) {
	frame := fromHex(t, "9f 1830 01 bf 68 70726f6772657373 f5 ff 7f 61 70 61 71 ff 9f 01 ff bf ff ff")
	m, err := NewDecoder(wamp.CBOR, Options{}).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	call := m.(*wamp.Call)
	if call.Procedure != "pq" || !call.Options.Progress || len(call.Payload.Args) != 3 || len(call.Payload.Kwargs) != 2 {
		t.Errorf("got %+v", call)
	}
	if _, err := NewDecoder(wamp.CBOR, Options{}).Decode(frame[:len(frame)-1]); err == nil {
		t.Error("accepted without its end")
	}
}
