package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/x448/float16"
)

// cborSyntax is CBOR (RFC 8949). It reads definite and indefinite lengths and
// floats of every width, and writes definite lengths and doubles. Tags and
// simple values without a WAMP meaning are well-formed.
type cborSyntax struct{}

// Major types.
const (
	cborUint     = 0 << 5
	cborNegative = 1 << 5
	cborBytes    = 2 << 5
	cborText     = 3 << 5
	cborList     = 4 << 5
	cborDict     = 5 << 5
	cborTag      = 6 << 5
	cborSimple   = 7 << 5
)

// Initial octets.
const (
	cborFalse     = cborSimple | 20
	cborTrue      = cborSimple | 21
	cborNull      = cborSimple | 22
	cborUndefined = cborSimple | 23
	cborFloat16   = cborSimple | 25
	cborFloat32   = cborSimple | 26
	cborFloat64   = cborSimple | 27
	cborBreak     = 0xff
)

const cborIndefinite = 31 // additional information

var (
	errCBORReserved error = malformed("reserved CBOR additional information")
	errCBORBreak    error = malformed("CBOR break outside of an indefinite-length item")
	errCBORChunk    error = malformed("chunk of an indefinite-length CBOR string is not a definite-length string of its type")
	errCBORSimple   error = malformed("CBOR simple value below 32 in two octets")
)

// cborHead reads an initial octet and its argument, and returns where the head
// ends. An indefinite length has info 31 and no argument.
func cborHead(data []byte, pos int) (major, info byte, arg uint64, next int, err error) {
	if pos >= len(data) {
		return 0, 0, 0, pos, errTruncated
	}
	b := data[pos]
	major, info = b&0xe0, b&0x1f
	if info < 24 {
		return major, info, uint64(info), pos + 1, nil
	}
	return cborLongHead(data, pos+1, major, info)
}

// cborLongHead reads the argument behind an initial octet that has not got it
// in itself.
func cborLongHead(data []byte, pos int, major, info byte) (_, _ byte, arg uint64, next int, err error) {
	switch {
	case info == 24:
		if len(data)-pos < 1 {
			break
		}
		return major, info, uint64(data[pos]), pos + 1, nil
	case info == 25:
		if len(data)-pos < 2 {
			break
		}
		return major, info, uint64(binary.BigEndian.Uint16(data[pos:])), pos + 2, nil
	case info == 26:
		if len(data)-pos < 4 {
			break
		}
		return major, info, uint64(binary.BigEndian.Uint32(data[pos:])), pos + 4, nil
	case info == 27:
		if len(data)-pos < 8 {
			break
		}
		return major, info, binary.BigEndian.Uint64(data[pos:]), pos + 8, nil
	case info == cborIndefinite && major != cborUint && major != cborNegative && major != cborTag:
		return major, info, 0, pos, nil
	default:
		return 0, 0, 0, pos, errCBORReserved
	}
	return 0, 0, 0, pos, errTruncated
}

func (cborSyntax) peek(data []byte, pos int) (kind, int) {
	if pos >= len(data) {
		return kindForeign, pos
	}
	switch b := data[pos]; b & 0xe0 {
	case cborUint:
		return kindUint, pos
	case cborNegative:
		return kindInt, pos
	case cborBytes:
		return kindBytes, pos
	case cborText:
		return kindText, pos
	case cborList:
		return kindList, pos
	case cborDict:
		return kindDict, pos
	case cborTag:
		return kindTag, pos
	default:
		switch b {
		case cborTrue, cborFalse:
			return kindBool, pos
		case cborNull, cborUndefined:
			return kindNull, pos
		}
		return kindForeign, pos
	}
}

func (c cborSyntax) token(s *scanner) error {
	major, info, arg, pos, err := cborHead(s.data, s.pos)
	if err != nil {
		return err
	}
	s.pos = pos
	t := &s.tok
	switch major {
	case cborUint:
		t.kind, t.num = kindUint, arg
	case cborNegative:
		t.kind, t.num = kindInt, ^arg
		if arg > math.MaxInt64 {
			t.kind = kindForeign
		}
	case cborBytes:
		t.kind = kindBytes
		return c.content(s, major, info, arg)
	case cborText:
		t.kind = kindText
		return c.content(s, major, info, arg)
	case cborList:
		t.kind = kindList
		return c.items(s, info, arg, 1)
	case cborDict:
		t.kind = kindDict
		return c.items(s, info, arg, 2)
	case cborTag:
		t.kind, t.num = kindTag, arg
	default:
		return c.simple(t, info, arg)
	}
	return nil
}

// content reads the content of a string whose head was read.
func (cborSyntax) content(s *scanner, major, info byte, arg uint64) error {
	if info != cborIndefinite {
		if arg > uint64(len(s.data)-s.pos) {
			return errTruncated
		}
		end := s.pos + int(arg)
		s.tok.text = s.data[s.pos:end]
		s.pos = end
		if major == cborText && !utf8.Valid(s.tok.text) {
			return errUTF8
		}
		return nil
	}
	s.scratch = s.scratch[:0]
	for {
		chunk, next, err := cborChunk(s.data, s.pos, major)
		if err != nil {
			return err
		}
		s.pos = next
		if chunk == nil {
			s.tok.text = s.scratch
			return nil
		}
		s.scratch = append(s.scratch, chunk...)
	}
}

// cborChunk reads one chunk of an indefinite-length string of the major type;
// nil is the break behind the last one.
func cborChunk(data []byte, pos int, major byte) (chunk []byte, next int, err error) {
	if pos < len(data) && data[pos] == cborBreak {
		return nil, pos + 1, nil
	}
	m, info, arg, pos, err := cborHead(data, pos)
	if err != nil {
		return nil, pos, err
	}
	if m != major || info == cborIndefinite {
		return nil, pos, errCBORChunk
	}
	if arg > uint64(len(data)-pos) {
		return nil, pos, errTruncated
	}
	end := pos + int(arg)
	chunk = data[pos:end:end]
	if major == cborText && !utf8.Valid(chunk) {
		return nil, pos, errUTF8
	}
	return chunk, end, nil
}

// items takes over the declared number of items, each of which has at least
// so many octets.
func (cborSyntax) items(s *scanner, info byte, arg uint64, octets int) error {
	if info == cborIndefinite {
		s.tok.items = uncounted
		return nil
	}
	if arg > uint64((len(s.data)-s.pos)/octets) {
		return errTruncated
	}
	s.tok.items = int(arg)
	return nil
}

func (cborSyntax) simple(t *token, info byte, arg uint64) error {
	t.kind = kindForeign
	switch cborSimple | info {
	case cborFalse:
		t.kind, t.num = kindBool, 0
	case cborTrue:
		t.kind, t.num = kindBool, 1
	case cborNull, cborUndefined:
		t.kind = kindNull
	case cborFloat16:
		t.kind, t.float = kindFloat, float64(float16.Frombits(uint16(arg)).Float32())
	case cborFloat32:
		t.kind, t.float = kindFloat, float64(math.Float32frombits(uint32(arg)))
	case cborFloat64:
		t.kind, t.float = kindFloat, math.Float64frombits(arg)
	case cborBreak:
		return errCBORBreak
	case cborSimple | 24:
		if arg < 32 {
			return errCBORSimple
		}
	}
	return nil
}

func (c cborSyntax) key(s *scanner) error {
	if k, _ := c.peek(s.data, s.pos); k != kindText {
		return errKey
	}
	return c.token(s)
}

func (cborSyntax) closes(s *scanner, _, _ bool) (bool, error) {
	if s.pos >= len(s.data) {
		return false, errTruncated
	}
	if s.data[s.pos] != cborBreak {
		return false, nil
	}
	s.pos++
	return true, nil
}

func (c cborSyntax) skip(data []byte, pos, depth int) (int, error) {
	major, info, arg, pos, err := cborHead(data, pos)
	if err != nil {
		return pos, err
	}
	switch major {
	case cborUint, cborNegative:
		return pos, nil
	case cborBytes, cborText:
		return c.skipString(data, pos, major, info, arg)
	case cborList, cborDict:
		if depth <= 0 {
			return pos, errTooDeep
		}
		if info == cborIndefinite {
			return c.skipIndefinite(data, pos, depth-1, major == cborDict)
		}
		return c.skipItems(data, pos, depth-1, major == cborDict, arg)
	case cborTag:
		if depth <= 0 {
			return pos, errTooDeep
		}
		return c.skip(data, pos, depth-1)
	}
	var t token
	return pos, c.simple(&t, info, arg)
}

func (cborSyntax) skipString(data []byte, pos int, major, info byte, arg uint64) (int, error) {
	if info == cborIndefinite {
		for {
			chunk, next, err := cborChunk(data, pos, major)
			if err != nil || chunk == nil {
				return next, err
			}
			pos = next
		}
	}
	if arg > uint64(len(data)-pos) {
		return pos, errTruncated
	}
	end := pos + int(arg)
	if major == cborText && !utf8.Valid(data[pos:end]) {
		return pos, errUTF8
	}
	return end, nil
}

func (c cborSyntax) skipItems(data []byte, pos, depth int, dict bool, items uint64) (int, error) {
	var err error
	for ; items > 0; items-- {
		if dict {
			if pos, err = c.skipKey(data, pos); err != nil {
				return pos, err
			}
		}
		if pos, err = c.skip(data, pos, depth); err != nil {
			return pos, err
		}
	}
	return pos, nil
}

func (c cborSyntax) skipIndefinite(data []byte, pos, depth int, dict bool) (int, error) {
	var err error
	for pos < len(data) {
		if data[pos] == cborBreak {
			return pos + 1, nil
		}
		if dict {
			if pos, err = c.skipKey(data, pos); err != nil {
				return pos, err
			}
		}
		if pos, err = c.skip(data, pos, depth); err != nil {
			return pos, err
		}
	}
	return pos, errTruncated
}

func (c cborSyntax) skipKey(data []byte, pos int) (int, error) {
	if pos < len(data) && data[pos]&0xe0 != cborText {
		return pos, errKey
	}
	return c.skip(data, pos, 0)
}

func (cborSyntax) empty(data []byte) bool {
	_, info, items, pos, err := cborHead(data, 0)
	if err != nil || items != 0 {
		return false
	}
	return info != cborIndefinite || pos < len(data) && data[pos] == cborBreak
}
