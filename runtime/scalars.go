package runtime

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
)

// Bool reads a boolean.
func (v *Values) Bool(name string) bool {
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return false
	}
	switch item[0] {
	case cborTrue:
		return true
	case cborFalse:
		return false
	}
	v.mismatch(name, "a boolean", item)
	return false
}

// Int reads an integer that fits into so many bits: 8, 16, 32, 64, or 0 for those of an int.
//
// A float without a fraction counts as an integer: languages with a single
// number type send one for what goes beyond 32 bits.
func (v *Values) Int(name string, bits int) int64 {
	if n, ok := v.smallInt(); ok && n < 1<<7 {
		return int64(n)
	}
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return 0
	}
	negative, n, ok := integer(item)
	if !ok {
		v.mismatch(name, "an integer", item)
		return 0
	}
	if bits == 0 {
		bits = strconv.IntSize
	}
	if n > 1<<(bits-1)-1 {
		v.failf(name, "integer does not fit into %d bits", bits)
		return 0
	}
	if negative {
		return ^int64(n)
	}
	return int64(n)
}

// Uint reads an unsigned integer that fits into so many bits: 8, 16, 32, 64, or 0 for those of a uint.
func (v *Values) Uint(name string, bits int) uint64 {
	if n, ok := v.smallInt(); ok {
		return n
	}
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return 0
	}
	negative, n, ok := integer(item)
	if !ok || negative {
		v.mismatch(name, "an unsigned integer", item)
		return 0
	}
	if bits == 0 {
		bits = strconv.IntSize
	}
	if bits < 64 && n >= 1<<bits {
		v.failf(name, "integer does not fit into %d bits", bits)
		return 0
	}
	return n
}

// smallInt takes the next position if it is an integer below 24, which fits
// into everything, and nothing else needs to be looked at.
func (v *Values) smallInt() (uint64, bool) {
	if v.err != nil || v.left == 0 || v.pairs > 0 || len(v.items) == 0 || v.items[0] >= info8bits {
		return 0, false
	}
	n := uint64(v.items[0])
	v.items = v.items[1:]
	v.left--
	v.reads++
	return n, true
}

// Float reads a number. With 32 bits, it must lie in the range of a float32.
func (v *Values) Float(name string, bits int) float64 {
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return 0
	}
	f, ok := number(item)
	if !ok {
		v.mismatch(name, "a number", item)
		return 0
	}
	if bits == 32 && !math.IsInf(f, 0) && math.Abs(f) > math.MaxFloat32 {
		v.fail(name, "number does not fit into 32 bits")
		return 0
	}
	return f
}

// String reads a string.
func (v *Values) String(name string) string {
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return ""
	}
	h, err := readHead(item)
	if err == nil && h.major == majorText && !h.indefinite() && h.n == uint64(len(item)-h.size) {
		return string(item[h.size:])
	}
	if item[0]&majorMask != majorText {
		v.mismatch(name, "a string", item)
		return ""
	}
	var s string
	v.decode(name, item, &s)
	return s
}

// handOver is the size from which a byte string is not copied.
const handOver = 4 << 10

// Bytes reads a byte string. It belongs to the caller.
func (v *Values) Bytes(name string) []byte {
	item := v.scalar(name)
	if item == nil || v.absent(item) {
		return nil
	}
	h, err := readHead(item)
	if err == nil && h.major == majorBytes && !h.indefinite() && h.n == uint64(len(item)-h.size) {
		content := item[h.size:]
		if len(content) >= handOver && 2*len(content) >= cap(v.storage) {
			v.storage = nil // the payload is little else, and goes along
			return content
		}
		return bytes.Clone(content)
	}
	if item[0]&majorMask != majorBytes {
		v.mismatch(name, "bytes", item)
		return nil
	}
	var b []byte
	v.decode(name, item, &b)
	return b
}

// absent reports whether a result is null, which tolerant reading takes for its zero value.
func (v *Values) absent(item []byte) bool {
	return v.side == results && (item[0] == cborNull || item[0] == cborUndefined)
}

func (v *Values) mismatch(name, want string, item []byte) {
	v.failf(name, "want %s, got %s", want, kindOf(item))
}

// integer reads an integer, or a float that is one: n, or -1-n if negative.
func integer(item []byte) (negative bool, n uint64, ok bool) {
	h, err := readHead(item)
	if err != nil {
		return false, 0, false
	}
	switch h.major {
	case majorUint:
		return false, h.n, true
	case majorNegInt:
		return true, h.n, true
	}
	f, ok := number(item)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return false, 0, false
	}
	if f < 0 {
		return true, uint64(-f) - 1, true
	}
	return false, uint64(f), true
}

// number reads a float or an integer.
func number(item []byte) (float64, bool) {
	h, err := readHead(item)
	if err != nil {
		return 0, false
	}
	switch {
	case h.major == majorUint:
		return float64(h.n), true
	case h.major == majorNegInt:
		return -1 - float64(h.n), true
	case item[0] == cborFloat64:
		return math.Float64frombits(binary.BigEndian.Uint64(item[1:])), true
	case item[0] == cborFloat32:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(item[1:]))), true
	case item[0] == cborFloat16:
		return halfFloat(uint16(h.n)), true
	}
	return 0, false
}

// halfFloat widens an IEEE 754 binary16.
func halfFloat(bits uint16) float64 {
	sign := 1.0
	if bits>>15 != 0 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 0x1f:
		if fraction == 0 {
			return math.Inf(int(sign))
		}
		return math.NaN()
	}
	return sign * math.Ldexp(fraction+1024, exponent-25)
}

// kindOf names an encoded value for a message.
func kindOf(item []byte) string {
	switch item[0] & majorMask {
	case majorUint, majorNegInt:
		return "an integer"
	case majorBytes:
		return "bytes"
	case majorText:
		return "a string"
	case majorList:
		return "a list"
	case majorDict:
		return "a dictionary"
	}
	switch item[0] {
	case cborTrue, cborFalse:
		return "a boolean"
	case cborNull, cborUndefined:
		return "null"
	case cborFloat16, cborFloat32, cborFloat64:
		return "a number"
	}
	return "something else"
}
