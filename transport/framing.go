package transport

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/wampkit/wampkit/wamp"
)

// framing is how a transport tells where a message ends: what it writes in
// front of each or behind it, and whether it masks what follows.
type framing uint8

const (
	// rawFraming is RawSocket's: type and a length of 25 bits in 4 octets.
	rawFraming framing = iota
	// serverFraming is WebSocket's from server to client: opcode and the
	// shortest form of the length in 2, 4 or 10 octets.
	serverFraming
	// clientFraming is WebSocket's from client to server: the same with a
	// masking key of 4 octets behind it, and the payload masked.
	clientFraming
	// lengthFraming is a length of 4 octets: that of an in-process connection,
	// and of batches in MsgPack and CBOR.
	lengthFraming
	// recordFraming is that of batches in JSON: one octet behind the message.
	recordFraming
)

// maxPrefix is the longest prefix of any framing.
const maxPrefix = 14

// frameKind is what a frame is for.
type frameKind uint8

const (
	messageFrame frameKind = iota
	pingFrame
	pongFrame
	closeFrame // WebSocket only
)

// The opcodes of WebSocket frames, with the bit of a final fragment.
const (
	opText   = 0x81
	opBinary = 0x82
	opClose  = 0x88
	opPing   = 0x89
	opPong   = 0x8A
)

// prefixSize is how many octets stand before a frame of n octets.
func (f framing) prefixSize(n int) int {
	switch f {
	case rawFraming, lengthFraming:
		return 4
	case recordFraming:
		return 0
	}
	size := 2
	switch {
	case n > 0xFFFF:
		size = 10
	case n > 125:
		size = 4
	}
	if f == clientFraming {
		size += 4
	}
	return size
}

// suffixSize is how many octets stand behind a frame.
func (f framing) suffixSize() int {
	if f == recordFraming {
		return 1
	}
	return 0
}

// seal completes the frame at the end of buf: its prefix was reserved as
// reserved octets at start, and the n octets of its content follow. If the
// content came out at another length than was reserved for, it is moved.
func (f framing) seal(buf []byte, start, reserved, n int, kind frameKind, format wamp.Format) []byte {
	size := f.prefixSize(n)
	if size > reserved {
		var room [maxPrefix]byte
		buf = append(buf, room[:size-reserved]...)
	}
	if size != reserved {
		copy(buf[start+size:], buf[start+reserved:start+reserved+n])
	}
	buf = buf[:start+size+n]
	if f == recordFraming {
		return append(buf, recordSeparator)
	}
	f.putPrefix(buf[start:start+size], n, kind, format)
	if f == clientFraming {
		key := rand.Uint32()
		binary.LittleEndian.PutUint32(buf[start+size-4:], key)
		mask(buf[start+size:], key)
	}
	return buf
}

// putPrefix writes everything of the prefix but the masking key.
func (f framing) putPrefix(prefix []byte, n int, kind frameKind, format wamp.Format) {
	switch f {
	case recordFraming:
		return
	case lengthFraming:
		binary.BigEndian.PutUint32(prefix, uint32(n))
		return
	case rawFraming:
		// n is at most 2^24, whose one bit falls on the prefix's X.
		const extraBit = 1 << 27
		word := uint32(kind) << 24
		if n == maxRawMessage {
			word |= extraBit
		} else {
			word |= uint32(n)
		}
		binary.BigEndian.PutUint32(prefix, word)
		return
	}
	prefix[0] = opcode(kind, format)
	switch {
	case n > 0xFFFF:
		prefix[1] = 127
		binary.BigEndian.PutUint64(prefix[2:], uint64(n))
	case n > 125:
		prefix[1] = 126
		binary.BigEndian.PutUint16(prefix[2:], uint16(n))
	default:
		prefix[1] = byte(n)
	}
	if f == clientFraming {
		prefix[1] |= 0x80
	}
}

func opcode(kind frameKind, format wamp.Format) byte {
	switch kind {
	case pingFrame:
		return opPing
	case pongFrame:
		return opPong
	case closeFrame:
		return opClose
	}
	if format == wamp.JSON {
		return opText
	}
	return opBinary
}

// mask applies a WebSocket masking key, whose first octet is the lowest of key.
func mask(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 32 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		binary.LittleEndian.PutUint64(b[8:], binary.LittleEndian.Uint64(b[8:])^wide)
		binary.LittleEndian.PutUint64(b[16:], binary.LittleEndian.Uint64(b[16:])^wide)
		binary.LittleEndian.PutUint64(b[24:], binary.LittleEndian.Uint64(b[24:])^wide)
		b = b[32:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * (i & 3)))
	}
}
