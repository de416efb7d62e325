package codec

import (
	"encoding/binary"
	"math"
)

func (cborSyntax) appendNull(dst []byte) []byte { return append(dst, cborNull) }

func (cborSyntax) appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, cborTrue)
	}
	return append(dst, cborFalse)
}

func (cborSyntax) appendUint(dst []byte, v uint64) []byte { return appendCBORHead(dst, cborUint, v) }

func (cborSyntax) appendNegative(dst []byte, v int64) []byte {
	return appendCBORHead(dst, cborNegative, uint64(^v))
}

func (cborSyntax) appendFloat(dst []byte, v float64) ([]byte, error) {
	dst = append(dst, cborFloat64)
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(v)), nil
}

func (c cborSyntax) appendText(dst []byte, v string) ([]byte, error) { return c.appendKey(dst, v), nil }

func (cborSyntax) appendKey(dst []byte, v string) []byte {
	dst = appendCBORHead(dst, cborText, uint64(len(v)))
	return append(dst, v...)
}

func (cborSyntax) appendBytes(dst []byte, v []byte) []byte {
	dst = appendCBORHead(dst, cborBytes, uint64(len(v)))
	return append(dst, v...)
}

func (cborSyntax) open(dst []byte, dict bool, n int) []byte {
	if n == uncounted {
		n = 0 // close puts the right head here
	}
	return appendCBORHead(dst, cborContainer(dict), uint64(n))
}

func (cborSyntax) close(dst []byte, dict bool, start, n int) []byte {
	if start < 0 {
		return dst
	}
	if n < 24 {
		dst[start] |= byte(n)
		return dst
	}
	var head [9]byte
	return replaceHead(dst, start, appendCBORHead(head[:0], cborContainer(dict), uint64(n)))
}

func cborContainer(dict bool) byte {
	if dict {
		return cborDict
	}
	return cborList
}

// appendCBORHead appends the shortest head for the argument.
func appendCBORHead(dst []byte, major byte, arg uint64) []byte {
	switch {
	case arg < 24:
		return append(dst, major|byte(arg))
	case arg <= math.MaxUint8:
		return append(dst, major|24, byte(arg))
	case arg <= math.MaxUint16:
		return append(dst, major|25, byte(arg>>8), byte(arg))
	case arg <= math.MaxUint32:
		return append(dst, major|26, byte(arg>>24), byte(arg>>16), byte(arg>>8), byte(arg))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), arg)
}

// replaceHead puts head in place of the single octet at dst[start], moving
// what follows if head is longer.
func replaceHead(dst []byte, start int, head []byte) []byte {
	if extra := len(head) - 1; extra > 0 {
		end := len(dst)
		dst = append(dst, head[1:]...) // only to make room
		copy(dst[start+len(head):], dst[start+1:end])
	}
	copy(dst[start:], head)
	return dst
}
