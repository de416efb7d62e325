package runtime

import (
	"encoding/binary"
	"errors"
	"math"
)

// The few pieces of CBOR (RFC 8949) that arguments and results are made of.
// They are written and read here without reflection; everything else goes
// through the typed mapping.

// Major types, as they stand in the upper three bits of an initial byte.
const (
	majorUint   = 0 << 5
	majorNegInt = 1 << 5
	majorBytes  = 2 << 5
	majorText   = 3 << 5
	majorList   = 4 << 5
	majorDict   = 5 << 5
	majorTag    = 6 << 5
	majorSimple = 7 << 5

	majorMask = 7 << 5
	infoMask  = 1<<5 - 1
)

// Additional information with a meaning of its own.
const (
	info8bits      = 24
	info16bits     = 25
	info32bits     = 26
	info64bits     = 27
	infoIndefinite = 31
)

const (
	cborFalse     = majorSimple | 20
	cborTrue      = majorSimple | 21
	cborNull      = majorSimple | 22
	cborUndefined = majorSimple | 23
	cborFloat16   = majorSimple | info16bits
	cborFloat32   = majorSimple | info32bits
	cborFloat64   = majorSimple | info64bits
	cborBreak     = majorSimple | infoIndefinite
	cborEmptyDict = majorDict
)

// maxHead is the length of the longest head.
const maxHead = 9

// errMalformed means that an encoded value ends early or is no CBOR. Payloads
// are checked when their message is decoded, so it does not happen in practice.
var errMalformed = errors.New("malformed CBOR")

// appendHead writes the initial byte of the major type and its argument in the shortest form.
func appendHead(dst []byte, major byte, n uint64) []byte {
	switch {
	case n < info8bits:
		return append(dst, major|byte(n))
	case n <= math.MaxUint8:
		return append(dst, major|info8bits, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, major|info16bits), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, major|info32bits), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|info64bits), n)
}

func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return appendHead(dst, majorNegInt, uint64(^n))
	}
	return appendHead(dst, majorUint, uint64(n))
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, cborTrue)
	}
	return append(dst, cborFalse)
}

func appendFloat(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, cborFloat64), math.Float64bits(f))
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}

func appendByteString(dst, b []byte) []byte {
	return append(appendHead(dst, majorBytes, uint64(len(b))), b...)
}

// head is a decoded initial byte with its argument.
type head struct {
	major byte
	info  byte
	n     uint64 // the argument; the value's bits for floats; 0 if indefinite
	size  int    // octets of the head itself
}

// readHead reads the head at the start of b.
func readHead(b []byte) (head, error) {
	if len(b) == 0 {
		return head{}, errMalformed
	}
	h := head{major: b[0] & majorMask, info: b[0] & infoMask, size: 1}
	switch {
	case h.info < info8bits:
		h.n = uint64(h.info)
		return h, nil
	case h.info == info8bits && len(b) >= 2:
		h.n, h.size = uint64(b[1]), 2
		return h, nil
	case h.info == info16bits && len(b) >= 3:
		h.n, h.size = uint64(binary.BigEndian.Uint16(b[1:])), 3
		return h, nil
	case h.info == info32bits && len(b) >= 5:
		h.n, h.size = uint64(binary.BigEndian.Uint32(b[1:])), 5
		return h, nil
	case h.info == info64bits && len(b) >= 9:
		h.n, h.size = binary.BigEndian.Uint64(b[1:]), 9
		return h, nil
	case h.info == infoIndefinite && h.major != majorUint && h.major != majorNegInt && h.major != majorTag:
		return h, nil
	}
	return head{}, errMalformed
}

func (h head) indefinite() bool { return h.info == infoIndefinite }

// skip returns the length of the value at the start of b. It needs no stack for
// nesting: it counts how many values are still to come.
func skip(b []byte) (int, error) {
	pos := 0
	due := uint64(1)    // values to come at this level
	var levels []uint64 // what was due outside of indefinite-length values
	for {
		if due == 0 && len(levels) == 0 {
			return pos, nil
		}
		h, err := readHead(b[pos:])
		if err != nil {
			return 0, err
		}
		pos += h.size
		if h.major == majorSimple && h.indefinite() { // break
			if due > 0 || len(levels) == 0 {
				return 0, errMalformed
			}
			due, levels = levels[len(levels)-1], levels[:len(levels)-1]
			continue
		}
		if due > 0 {
			due--
		}
		switch {
		case h.indefinite():
			levels = append(levels, due)
			due = 0
		case h.major == majorBytes || h.major == majorText:
			if h.n > uint64(len(b)-pos) {
				return 0, errMalformed
			}
			pos += int(h.n)
		case h.major == majorList || h.major == majorDict:
			if h.n > uint64(len(b)) { // each value takes an octet at least
				return 0, errMalformed
			}
			due += h.n
			if h.major == majorDict {
				due += h.n
			}
		case h.major == majorTag:
			due++
		}
	}
}
