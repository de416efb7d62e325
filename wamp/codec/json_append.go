package codec

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
)

var (
	errNotFinite  = fmt.Errorf("%w: JSON has no NaN and no infinity", ErrUnrepresentable)
	errBinaryText = fmt.Errorf("%w: JSON would read a string of U+0000 and base64 as a byte string", ErrUnrepresentable)
)

func (jsonSyntax) appendNull(dst []byte) []byte { return append(dst, "null"...) }

func (jsonSyntax) appendBool(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) }

func (jsonSyntax) appendUint(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }

func (jsonSyntax) appendNegative(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// appendFloat writes the shortest decimal that reads back as v, with a
// fraction or an exponent in any case, so that it stays a float.
func (jsonSyntax) appendFloat(dst []byte, v float64) ([]byte, error) {
	magnitude := math.Abs(v)
	switch {
	case math.IsNaN(v), math.IsInf(v, 0):
		return dst, errNotFinite
	case magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21):
		return strconv.AppendFloat(dst, v, 'e', -1, 64), nil
	case v == math.Trunc(v):
		return append(strconv.AppendFloat(dst, v, 'f', -1, 64), '.', '0'), nil
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64), nil
}

// appendText writes a string. One that would read back as a byte string has
// no representation.
func (jsonSyntax) appendText(dst []byte, v string) ([]byte, error) {
	if len(v) > 0 && v[0] == 0 {
		if _, ok := jsonBinary([]byte(v)); ok {
			return dst, errBinaryText
		}
	}
	return appendJSONString(dst, v), nil
}

// appendKey writes a key and its colon. A key is never a byte string.
func (jsonSyntax) appendKey(dst []byte, v string) []byte {
	return append(appendJSONString(dst, v), ':')
}

func (jsonSyntax) appendBytes(dst []byte, v []byte) []byte {
	dst = append(dst, `"\u0000`...)
	dst = base64.StdEncoding.AppendEncode(dst, v)
	return append(dst, '"')
}

func (jsonSyntax) open(dst []byte, dict bool, _ int) []byte {
	if dict {
		return append(dst, '{')
	}
	return append(dst, '[')
}

func (jsonSyntax) close(dst []byte, dict bool, _, _ int) []byte {
	if dict {
		return append(dst, '}')
	}
	return append(dst, ']')
}

// appendJSONString quotes v, which is valid UTF-8, escaping only what must be.
func appendJSONString(dst []byte, v string) []byte {
	dst = append(dst, '"')
	start := 0 // of what is not yet copied
	for i := 0; i < len(v); i++ {
		b := v[i]
		if b >= ' ' && b != '"' && b != '\\' {
			continue
		}
		dst = appendJSONEscape(append(dst, v[start:i]...), b)
		start = i + 1
	}
	dst = append(dst, v[start:]...)
	return append(dst, '"')
}

func appendJSONEscape(dst []byte, b byte) []byte {
	const hex = "0123456789abcdef"
	switch b {
	case '"', '\\':
		return append(dst, '\\', b)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&0x0f])
}
