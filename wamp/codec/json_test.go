package codec

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func TestJSONValues(t *testing.T) {
	testValues(t, wamp.JSON, []valueTest{
		{"integer", "12", int64(12), false}, {"zero", "0", int64(0), false}, {"minus zero is an integer", "-0", int64(0), false},
		{"largest int64", "9223372036854775807", int64(math.MaxInt64), false}, {"above int64", "9223372036854775808", uint64(1 << 63), false},
		{"largest uint64", "18446744073709551615", uint64(math.MaxUint64), false}, {"beyond uint64", "18446744073709551616", nil, true},
		{"smallest int64", "-9223372036854775808", int64(math.MinInt64), false}, {"below int64", "-9223372036854775809", nil, true},
		{"float", "1.5", 1.5, false}, {"integral float", "1.0", 1.0, false}, {"exponent makes a float", "1e2", 100.0, false},
		{"exponents", "-1.5E+2", -150.0, false}, {"small", "1e-400", 0.0, false}, {"beyond a double", "1e400", nil, true}, {"minus zero float", "-0.0", math.Copysign(0, -1), false},
		{"literals", "[true,false,null]", []any{true, false, nil}, false},
		{"whitespace", " \t\r\n[ 1 ,\n{ \"a\" : 2 } ] ", []any{int64(1), wamp.Dict{"a": int64(2)}}, false},
		{"empty", "[[],{}]", []any{[]any{}, wamp.Dict{}}, false},
		{"escapes", `"\"\\\/\b\f\n\r\t\u20ac\u20AC"`, "\"\\/\b\f\n\r\t€€", false},
		{"surrogate pair", `"\ud83d\ude00"`, "😀", false},
		{"characters", `"€😀"`, "€😀", false},
		{"W029 U+0000 inside", `"a\u0000b"`, "a\x00b", false},
		{"W028 bytes", `"\u0000AAEC"`, []byte{0, 1, 2}, false},
		{"W028 bytes with padding", `"\u0000EOP/kFMHXFJvX8BtT+N82w=="`, fromHex(t, "10e3ff9053075c526f5fc06d4fe37cdb"), false},
		{"W028 empty bytes", `"\u0000"`, []byte{}, false},
		{"W028 not base64: a string", `"\u0000*"`, "\x00*", false},
		{"W028 no padding: a string", `"\u0000AA"`, "\x00AA", false},
		{"W028 padding inside: a string", `"\u0000A=AA"`, "\x00A=AA", false},
		{"W028 padding only: a string", `"\u0000===="`, "\x00====", false},
		{"W028 line break: a string", `"\u0000AA\nEC"`, "\x00AA\nEC", false},
		{"W028 URL alphabet: a string", `"\u0000AA-_"`, "\x00AA-_", false},
		{"keys are never bytes", `{"\u0000AAEC":1}`, wamp.Dict{"\x00AAEC": int64(1)}, false},
		{"escaped keys", `{"\u0061\n":1}`, wamp.Dict{"a\n": int64(1)}, false},
		{"W020 equal keys: the last one", `{"a":1,"\u0061":2}`, wamp.Dict{"a": int64(2)}, false},
	})
}

func TestMalformedJSON(t *testing.T) {
	testMalformed(t, wamp.JSON, [][2]string{
		{"nothing", ""}, {"space", " "}, {"W025 braces", "{{{"}, {"word", "nul"}, {"other word", "nulL"}, {"bare word", "a"}, {"longer word", "nullx"},
		{"open list", "[1"}, {"open list after a comma", "[1,"}, {"trailing comma", "[1,]"}, {"leading comma", "[,1]"}, {"no comma", "[1 2]"}, {"wrong bracket", "[1}"},
		{"open dict", `{"a":1`}, {"trailing comma in a dict", `{"a":1,}`}, {"no colon", `{"a" 1}`}, {"no value", `{"a":}`}, {"no key", `{:1}`}, {"wrong bracket of a dict", `{"a":1]`},
		{"W020 integer key", `{1:1}`}, {"W020 null key", `{null:1}`}, {"single quotes", `{'a':1}`}, {"comment", `[1/**/]`},
		{"leading zero", "01"}, {"leading zero of a negative", "-01"}, {"plus", "+1"}, {"minus only", "-"}, {"no digits before the point", ".5"}, {"no digits behind it", "1."},
		{"no digits in the exponent", "1e"}, {"sign only in the exponent", "1e+"}, {"hexadecimal", "0x1"}, {"NaN", "NaN"}, {"infinity", "-Infinity"}, {"other digits", "١"},
		{"open string", `"a`}, {"open escape", `"\`}, {"unknown escape", `"\x"`}, {"short escape", `"\u12"`}, {"no hexadecimal", `"\u12g4"`},
		{"control character", "\"\n\""}, {"U+0000 verbatim", "\"\x00\""},
		{"not UTF-8", "\"\xff\""}, {"not UTF-8 behind an escape", "\"\\n\xff\""}, {"surrogate in UTF-8", "\"\xed\xa0\x80\""},
		{"W029 lone high surrogate", `"\ud83d"`}, {"W029 lone low surrogate", `"\ude00"`}, {"W029 two high surrogates", `"\ud83d\ud83d"`}, {"W029 surrogate before text", `"\ud83dxxxxxx"`},
		{"lone surrogate in a key", `{"\ud83d":1}`}, {"not UTF-8 in a key", "{\"\xff\":1}"},
		{"octets behind the value", "1 1"}, {"byte order mark", "\ufeff1"}, {"no-break space", "\u00a01"},
		{"too deep", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)},
	})
}

func TestJSONStringsAreWrittenAsTheStandardLibraryReadsThem(t *testing.T) {
	for _, s := range []string{"", "plain", "\"quoted\" \\ /", "x\x00\x01\x1f\x7f", "\x00*", "\b\f\n\r\t", "€😀\u2028", "<&>"} {
		text, err := AppendValue(nil, wamp.JSON, []any{s})
		if err != nil {
			t.Fatal(err)
		}
		var back []string
		if err := json.Unmarshal(text, &back); err != nil || back[0] != s {
			t.Errorf("%q is written as %s, which reads as %q (%v)", s, text, back, err)
		}
	}
}

func TestW029AFloatStaysAFloatInJSON(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{
		{1, "1.0"}, {-1, "-1.0"}, {0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1.5, "1.5"}, {0.1, "0.1"}, {1e20, "100000000000000000000.0"}, {1e21, "1e+21"},
		{1e-6, "0.000001"}, {1e-7, "1e-07"}, {math.MaxFloat64, "1.7976931348623157e+308"}, {5e-324, "5e-324"}, {1 << 53, "9007199254740992.0"},
	} {
		got, err := AppendValue(nil, wamp.JSON, test.v)
		if err != nil || string(got) != test.want {
			t.Errorf("%v is written as %s (%v), want %s", test.v, got, err, test.want)
		}
		if back, err := DecodeValue(wamp.JSON, got); err != nil || back != test.v {
			t.Errorf("%s reads as %v (%v)", got, back, err)
		}
	}
}
