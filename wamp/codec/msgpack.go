package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// msgpackSyntax is MessagePack v5: str and bin differ. Extension types,
// timestamps among them, are well-formed without a WAMP meaning.
//
// Writing is msgp's, but for integers, which it does not always write in
// their shortest form. Reading is ours: it has to be strict about UTF-8, keys
// and depth in one pass.
type msgpackSyntax struct{}

// First octets.
const (
	msgpackNil     = 0xc0
	msgpackUnused  = 0xc1
	msgpackFalse   = 0xc2
	msgpackTrue    = 0xc3
	msgpackBin8    = 0xc4
	msgpackExt8    = 0xc7
	msgpackFloat32 = 0xca
	msgpackFloat64 = 0xcb
	msgpackUint8   = 0xcc
	msgpackInt8    = 0xd0
	msgpackFixExt1 = 0xd4
	msgpackStr8    = 0xd9
	msgpackArray16 = 0xdc
	msgpackArray32 = 0xdd
	msgpackMap16   = 0xde
	msgpackMap32   = 0xdf
)

var errMsgPackUnused error = malformed("octet 0xc1, which MessagePack never uses")

// msgpackHead reads a first octet and its argument: the number or the bits of
// a float, the length of a string, extension or byte string, the items of a
// container. It returns where the head ends, for an extension including its type.
func msgpackHead(data []byte, pos int) (k kind, arg uint64, next int, err error) {
	if pos >= len(data) {
		return 0, 0, pos, errTruncated
	}
	b := data[pos]
	pos++
	switch {
	case b < 0x80:
		return kindUint, uint64(b), pos, nil
	case b < 0x90:
		return kindDict, uint64(b & 0x0f), pos, nil
	case b < 0xa0:
		return kindList, uint64(b & 0x0f), pos, nil
	case b < 0xc0:
		return kindText, uint64(b & 0x1f), pos, nil
	case b >= 0xe0:
		return kindInt, uint64(int64(int8(b))), pos, nil
	}
	switch b {
	case msgpackNil:
		return kindNull, 0, pos, nil
	case msgpackUnused:
		return 0, 0, pos, errMsgPackUnused
	case msgpackFalse, msgpackTrue:
		return kindBool, uint64(b & 1), pos, nil
	case msgpackBin8, msgpackBin8 + 1, msgpackBin8 + 2:
		arg, next, err = msgpackArgument(data, pos, b-msgpackBin8)
		return kindBytes, arg, next, err
	case msgpackExt8, msgpackExt8 + 1, msgpackExt8 + 2:
		arg, next, err = msgpackArgument(data, pos, b-msgpackExt8)
		return kindForeign, arg, next + 1, err
	case msgpackFloat32:
		arg, next, err = msgpackArgument(data, pos, 2)
		return kindFloat, math.Float64bits(float64(math.Float32frombits(uint32(arg)))), next, err
	case msgpackFloat64:
		arg, next, err = msgpackArgument(data, pos, 3)
		return kindFloat, arg, next, err
	case msgpackUint8, msgpackUint8 + 1, msgpackUint8 + 2, msgpackUint8 + 3:
		arg, next, err = msgpackArgument(data, pos, b-msgpackUint8)
		return kindUint, arg, next, err
	case msgpackInt8, msgpackInt8 + 1, msgpackInt8 + 2, msgpackInt8 + 3:
		arg, next, err = msgpackArgument(data, pos, b-msgpackInt8)
		shift := 64 - 8<<(b-msgpackInt8)
		v := int64(arg<<shift) >> shift
		if v < 0 {
			return kindInt, uint64(v), next, err
		}
		return kindUint, uint64(v), next, err
	case msgpackStr8, msgpackStr8 + 1, msgpackStr8 + 2:
		arg, next, err = msgpackArgument(data, pos, b-msgpackStr8)
		return kindText, arg, next, err
	case msgpackArray16, msgpackArray32:
		arg, next, err = msgpackArgument(data, pos, b-msgpackArray16+1)
		return kindList, arg, next, err
	case msgpackMap16, msgpackMap32:
		arg, next, err = msgpackArgument(data, pos, b-msgpackMap16+1)
		return kindDict, arg, next, err
	}
	if msgpackUndefined(data, pos-1) {
		return kindNull, 0, pos + 2, nil
	}
	// fixext 1, 2, 4, 8 and 16
	return kindForeign, 1 << (b - msgpackFixExt1), pos + 1, nil
}

// msgpackUndefined reports whether the extension stands at pos by which
// encoders for JavaScript write undefined: type 0 with one octet, 0.
func msgpackUndefined(data []byte, pos int) bool {
	return len(data)-pos >= 3 && data[pos] == msgpackFixExt1 && data[pos+1] == 0 && data[pos+2] == 0
}

// msgpackArgument reads a big-endian argument of 1<<width octets.
func msgpackArgument(data []byte, pos int, width byte) (arg uint64, next int, err error) {
	size := 1 << width
	if len(data)-pos < size {
		return 0, pos, errTruncated
	}
	switch width {
	case 0:
		arg = uint64(data[pos])
	case 1:
		arg = uint64(binary.BigEndian.Uint16(data[pos:]))
	case 2:
		arg = uint64(binary.BigEndian.Uint32(data[pos:]))
	default:
		arg = binary.BigEndian.Uint64(data[pos:])
	}
	return arg, pos + size, nil
}

// msgpackContent returns where the content of a string, byte string or
// extension ends.
func msgpackContent(data []byte, pos int, k kind, size uint64) (end int, err error) {
	if pos > len(data) || size > uint64(len(data)-pos) {
		return pos, errTruncated
	}
	end = pos + int(size)
	if k == kindText && !utf8.Valid(data[pos:end]) {
		return pos, errUTF8
	}
	return end, nil
}

func (msgpackSyntax) peek(data []byte, pos int) (kind, int) {
	if pos >= len(data) {
		return kindForeign, pos
	}
	switch b := data[pos]; {
	case b&0xf0 == 0x80, b == msgpackMap16, b == msgpackMap32:
		return kindDict, pos
	case b&0xf0 == 0x90, b == msgpackArray16, b == msgpackArray32:
		return kindList, pos
	case b&0xe0 == 0xa0, b >= msgpackStr8 && b < msgpackArray16:
		return kindText, pos
	case b == msgpackNil, msgpackUndefined(data, pos):
		return kindNull, pos
	case b == msgpackFalse, b == msgpackTrue:
		return kindBool, pos
	default:
		return kindForeign, pos
	}
}

func (msgpackSyntax) token(s *scanner) error {
	k, arg, pos, err := msgpackHead(s.data, s.pos)
	if err != nil {
		return err
	}
	s.pos = pos
	t := &s.tok
	t.kind = k
	switch k {
	case kindUint, kindInt, kindBool:
		t.num = arg
	case kindFloat:
		t.float = math.Float64frombits(arg)
	case kindText, kindBytes, kindForeign:
		end, err := msgpackContent(s.data, pos, k, arg)
		if err != nil {
			return err
		}
		t.text = s.data[pos:end]
		s.pos = end
	case kindList:
		if arg > uint64(len(s.data)-pos) {
			return errTruncated
		}
		t.items = int(arg)
	case kindDict:
		if arg > uint64(len(s.data)-pos)/2 {
			return errTruncated
		}
		t.items = int(arg)
	}
	return nil
}

func (m msgpackSyntax) key(s *scanner) error {
	if err := m.token(s); err != nil {
		return err
	}
	if s.tok.kind != kindText {
		return errKey
	}
	return nil
}

// closes is never called: every MessagePack container is counted.
func (msgpackSyntax) closes(*scanner, bool, bool) (bool, error) { return true, nil }

func (m msgpackSyntax) skip(data []byte, pos, depth int) (int, error) {
	k, arg, pos, err := msgpackHead(data, pos)
	if err != nil {
		return pos, err
	}
	switch k {
	case kindText, kindBytes, kindForeign:
		return msgpackContent(data, pos, k, arg)
	case kindList, kindDict:
		if depth <= 0 {
			return pos, errTooDeep
		}
		for ; arg > 0; arg-- {
			if k == kindDict {
				if pos, err = m.skipKey(data, pos); err != nil {
					return pos, err
				}
			}
			if pos, err = m.skip(data, pos, depth-1); err != nil {
				return pos, err
			}
		}
	}
	return pos, nil
}

func (msgpackSyntax) skipKey(data []byte, pos int) (int, error) {
	k, arg, pos, err := msgpackHead(data, pos)
	if err != nil {
		return pos, err
	}
	if k != kindText {
		return pos, errKey
	}
	return msgpackContent(data, pos, k, arg)
}

func (msgpackSyntax) empty(data []byte) bool {
	_, items, _, err := msgpackHead(data, 0)
	return err == nil && items == 0
}

func (msgpackSyntax) appendNull(dst []byte) []byte { return msgp.AppendNil(dst) }

func (msgpackSyntax) appendBool(dst []byte, v bool) []byte { return msgp.AppendBool(dst, v) }

func (msgpackSyntax) appendUint(dst []byte, v uint64) []byte { return msgp.AppendUint64(dst, v) }

func (msgpackSyntax) appendNegative(dst []byte, v int64) []byte { return msgp.AppendInt64(dst, v) }

func (msgpackSyntax) appendFloat(dst []byte, v float64) ([]byte, error) {
	return msgp.AppendFloat64(dst, v), nil
}

func (msgpackSyntax) appendText(dst []byte, v string) ([]byte, error) {
	return msgp.AppendString(dst, v), nil
}

func (msgpackSyntax) appendKey(dst []byte, v string) []byte { return msgp.AppendString(dst, v) }

func (msgpackSyntax) appendBytes(dst []byte, v []byte) []byte { return msgp.AppendBytes(dst, v) }

func (msgpackSyntax) open(dst []byte, dict bool, n int) []byte {
	if n == uncounted {
		n = 0 // close puts the right head here
	}
	return appendMsgPackHead(dst, dict, n)
}

func (msgpackSyntax) close(dst []byte, dict bool, start, n int) []byte {
	if start < 0 {
		return dst
	}
	if n < 16 {
		dst[start] |= byte(n)
		return dst
	}
	var head [5]byte
	return replaceHead(dst, start, appendMsgPackHead(head[:0], dict, n))
}

func appendMsgPackHead(dst []byte, dict bool, n int) []byte {
	if dict {
		return msgp.AppendMapHeader(dst, uint32(n))
	}
	return msgp.AppendArrayHeader(dst, uint32(n))
}
