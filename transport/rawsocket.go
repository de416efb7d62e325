package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net"
	"slices"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

const (
	// rawMagic is the first octet of RawSocket, which begins no HTTP request.
	rawMagic = 0x7F
	// minRawMessage and maxRawMessage are the shortest and longest limits
	// that RawSocket can announce.
	minRawMessage = 1 << 9
	maxRawMessage = 1 << 24
)

// The error replies to a handshake (section "Handshake: Router-to-Client Reply").
const (
	rawSerializerUnsupported = 1
	rawLengthUnacceptable    = 2
	rawReservedBits          = 3
	rawTooManyConnections    = 4
)

// rawSocket is a [Conn] over RawSocket.
type rawSocket struct{ link }

// newRawSocket makes the connection after the handshake. The peer takes
// messages of up to maxSend octets.
func newRawSocket(conn net.Conn, format wamp.Format, maxSend int, config *Config) *rawSocket {
	c := new(rawSocket)
	c.init(conn, "rawsocket", format, rawFraming, config)
	c.limit = minRawMessage << rawLength(config.MaxMessage)
	c.queue.maxSend = maxSend
	return c
}

// Receive implements [Conn].
func (c *rawSocket) Receive() ([]byte, error) {
	if err := c.begin(); err != nil {
		return nil, err
	}
	for {
		kind, content, err := c.next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case messageFrame:
			c.established()
			return content, nil
		case pingFrame:
			if err := c.control(func() error { return c.queue.sendPong(content) }); err != nil {
				return nil, c.reason(err)
			}
		}
	}
}

// Shutdown implements [Conn].
func (c *rawSocket) Shutdown(last wamp.Message, linger time.Duration) error {
	return c.shutdown(last, nil, linger)
}

// next reads one frame, whose content lies in the read buffer.
func (c *rawSocket) next() (frameKind, []byte, error) {
	s := &c.src
	for need := 4; ; {
		if in := s.buffered(); len(in) >= need {
			kind, n, err := c.parsePrefix(binary.BigEndian.Uint32(in))
			if err != nil {
				return 0, nil, err
			}
			if need = 4 + n; len(in) >= need {
				s.r += need
				return kind, in[4:need:need], nil
			}
		}
		if err := s.fill(need); err != nil {
			if err == io.EOF && len(s.buffered()) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return 0, nil, c.reason(err)
		}
	}
}

// parsePrefix reads the prefix 0000XTTT and 24 bits of length (section "Framing").
func (c *rawSocket) parsePrefix(prefix uint32) (kind frameKind, n int, err error) {
	n = int(prefix & 0xFFFFFF)
	if prefix&(1<<27) != 0 {
		if n != 0 {
			return 0, 0, fmt.Errorf("rawsocket: frame prefix %08x: the extra length bit goes with a length of zero only", prefix)
		}
		n = maxRawMessage
	}
	kind = frameKind(prefix >> 24 & 7)
	switch {
	case prefix>>28 != 0:
		return 0, 0, fmt.Errorf("rawsocket: frame prefix %08x: reserved bits are set", prefix)
	case kind > pongFrame:
		return 0, 0, fmt.Errorf("rawsocket: frame prefix %08x: reserved frame type %d", prefix, kind)
	case n > c.limit:
		return 0, 0, fmt.Errorf("rawsocket: frame of %d octets exceeds the announced limit of %d", n, c.limit)
	}
	return kind, n, nil
}

// rawLength is the largest LENGTH whose meaning, 2^(9+LENGTH), is not above n.
func rawLength(n int) int {
	n = min(max(n, minRawMessage), maxRawMessage)
	return bits.Len(uint(n)) - 1 - 9
}

// rawHello is the four octets that a client begins with, and that a router
// accepts it with.
func rawHello(format wamp.Format, config Config) []byte {
	return []byte{rawMagic, byte(rawLength(config.MaxMessage)<<4) | rawSerializer(format), 0, 0}
}

func rawSerializer(format wamp.Format) byte { return byte(format) }

// rawFormat is the inverse of rawSerializer.
func rawFormat(serializer byte) (wamp.Format, bool) {
	switch format := wamp.Format(serializer); format {
	case wamp.JSON, wamp.MsgPack, wamp.CBOR:
		return format, true
	}
	return 0, false
}

// rawRefusal is the answer to a handshake that is not accepted.
func rawRefusal(code byte) []byte { return []byte{rawMagic, code << 4, 0, 0} }

// acceptRawSocket answers a client's handshake. refused is the code of the
// answer if it is not accepted, else 0.
func acceptRawSocket(hello [4]byte, formats []wamp.Format) (format wamp.Format, maxSend int, refused byte) {
	format, known := rawFormat(hello[1] & 0x0F)
	switch {
	case hello[2] != 0 || hello[3] != 0:
		return 0, 0, rawReservedBits
	case !known || !slices.Contains(formats, format):
		return 0, 0, rawSerializerUnsupported
	}
	return format, minRawMessage << (hello[1] >> 4), 0
}

// errSerializerRefused is a router's answer to a serializer it does not speak.
var errSerializerRefused = errors.New("the router does not speak the serializer")

// readRawReply reads a router's answer and returns the longest message it takes.
func readRawReply(conn net.Conn, format wamp.Format) (maxSend int, err error) {
	var reply [4]byte
	if n, err := io.ReadFull(conn, reply[:]); err != nil {
		if n > 0 && reply[0] != rawMagic {
			return 0, notRawSocket(reply[:n])
		}
		return 0, fmt.Errorf("no answer to the RawSocket handshake: %w", err)
	}
	switch {
	case reply[0] != rawMagic:
		return 0, notRawSocket(reply[:])
	case reply[1]&0x0F == 0:
		return 0, refusal(reply[1]>>4, format)
	case reply[1]&0x0F != rawSerializer(format):
		return 0, fmt.Errorf("the router answered with serializer %d, asked for was %s (%d)", reply[1]&0x0F, format, rawSerializer(format))
	case reply[2] != 0 || reply[3] != 0:
		return 0, fmt.Errorf("the router's handshake reply % x uses reserved octets", reply)
	}
	return minRawMessage << (reply[1] >> 4), nil
}

func notRawSocket(reply []byte) error {
	if string(reply) == "HTTP" {
		return errors.New("the server speaks HTTP, not RawSocket: use a ws:// or wss:// URL")
	}
	return fmt.Errorf("the server does not speak RawSocket: it answered % x", reply)
}

func refusal(code byte, format wamp.Format) error {
	switch code {
	case rawSerializerUnsupported:
		return fmt.Errorf("%w %s", errSerializerRefused, format)
	case rawLengthUnacceptable:
		return errors.New("the router refuses the maximum message length: use a larger MaxMessage")
	case rawReservedBits:
		return errors.New("the router refuses the use of reserved bits")
	case rawTooManyConnections:
		return errors.New("the router has reached its maximum number of connections: try again later")
	}
	return fmt.Errorf("the router refused the handshake with the unknown code %d", code)
}
