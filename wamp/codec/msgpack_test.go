package codec

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func TestMsgPackValues(t *testing.T) {
	testValues(t, wamp.MsgPack, []valueTest{
		{"positive fixint", "7f", int64(127), false},
		{"negative fixint", "e0", int64(-32), false},
		{"uint8", "cc ff", int64(255), false},
		{"uint16", "cd ffff", int64(65535), false},
		{"uint32", "ce ffffffff", int64(math.MaxUint32), false},
		{"uint64", "cf ffffffffffffffff", uint64(math.MaxUint64), false},
		{"integer in more octets than needed", "cf 0000000000000001", int64(1), false},
		{"int8", "d0 80", int64(-128), false}, {"int8 positive", "d0 7f", int64(127), false},
		{"int16", "d1 8000", int64(-32768), false}, {"int32", "d2 80000000", int64(math.MinInt32), false},
		{"int64", "d3 8000000000000000", int64(math.MinInt64), false}, {"int64 positive", "d3 7fffffffffffffff", int64(math.MaxInt64), false},
		{"float32", "ca 3fc00000", 1.5, false}, {"float64", "cb 3ff199999999999a", 1.1, false},
		{"float32 infinity", "ca 7f800000", math.Inf(1), false}, {"float64 NaN", "cb 7ff8000000000000", math.NaN(), false},
		{"nil", "c0", nil, false}, {"false", "c2", false, false}, {"true", "c3", true, false},
		{"fixstr", "a3 e282ac", "€", false}, {"str8", "d9 01 61", "a", false}, {"str16", "da 0001 61", "a", false}, {"str32", "db 00000001 61", "a", false},
		{"W027 bin8 is not a string", "c4 01 61", []byte("a"), false}, {"bin16", "c5 0001 61", []byte("a"), false}, {"bin32", "c6 00000001 61", []byte("a"), false},
		{"fixarray", "92 01 90", []any{int64(1), []any{}}, false},
		{"array16", "dc 0001 01", []any{int64(1)}, false}, {"array32", "dd 00000001 01", []any{int64(1)}, false},
		{"fixmap", "81 a1 61 80", wamp.Dict{"a": wamp.Dict{}}, false},
		{"map16", "de 0001 a1 61 01", wamp.Dict{"a": int64(1)}, false}, {"map32", "df 00000001 a1 61 01", wamp.Dict{"a": int64(1)}, false},
		{"W020 equal keys: the last one", "82 a1 61 01 a1 61 02", wamp.Dict{"a": int64(2)}, false},
		{"timestamp 32", "d6 ff 00000001", nil, true},
		{"fixext 1", "d4 01 00", nil, true}, {"fixext 2", "d5 01 0000", nil, true}, {"fixext 8", "d7 01 0000000000000000", nil, true},
		{"fixext 16", "d8 01 00000000000000000000000000000000", nil, true},
		{"ext8", "c7 01 05 00", nil, true}, {"ext16", "c8 0001 05 00", nil, true}, {"ext32", "c9 00000001 05 00", nil, true}, {"empty ext8", "c7 00 05", nil, true},
		{"extension in a list", "91 d4 01 00", nil, true},
	})
}

func TestMalformedMsgPack(t *testing.T) {
	testMalformed(t, wamp.MsgPack, [][2]string{
		{"nothing", ""}, {"W025 never used", "c1"}, {"never used in a list", "91 c1"},
		{"truncated integer", "cd 01"}, {"truncated float", "cb 00"}, {"truncated text", "a2 61"}, {"truncated list", "92 01"}, {"truncated dict", "81 a1 61"},
		{"truncated extension", "d5 01 00"}, {"extension without a type", "d4"}, {"extension without content", "c7 01 05"}, {"ext8 without a type", "c7 00"},
		{"list longer than the frame", "dd ffffffff"}, {"dict longer than the frame", "df ffffffff"},
		{"text longer than the frame", "db ffffffff 61"}, {"bytes longer than the frame", "c6 ffffffff 61"}, {"extension longer than the frame", "c9 ffffffff 01"},
		{"text is not UTF-8", "a1 ff"}, {"surrogate in text", "a3 eda080"},
		{"W020 integer key", "81 01 01"}, {"W020 bin key", "81 c4 01 61 01"}, {"W020 nil key", "81 c0 01"}, {"W020 integer key in a nested dict", "91 81 a1 61 81 01 01"},
		{"octets behind the value", "01 01"},
		{"too deep", strings.Repeat("91", maxDepth+1) + "01"},
	})
}

func TestMsgPackExtensionsPassWhenSpliced(t *testing.T) {
	frame := fromHex(t, "95 30 01 80 a1 70 91 d6 ff 00000001") // CALL with a timestamp
	m, err := NewDecoder(wamp.MsgPack, Options{}).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Append(nil, wamp.MsgPack, m)
	if err != nil || string(back) != string(frame) {
		t.Errorf("got %x, %v", back, err)
	}
	if _, err := Append(nil, wamp.CBOR, m); !errors.Is(err, ErrUnrepresentable) {
		t.Errorf("got %v", err)
	}
}
