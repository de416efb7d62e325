package conformance

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// RawFrameKind is the type of a RawSocket frame.
type RawFrameKind byte

// The types of frames.
const (
	RawMessage RawFrameKind = iota
	RawPing
	RawPong
)

// maxRaw is the longest frame: 2^24 octets.
const maxRaw = 1 << 24

// RawWire is a RawSocket connection, octet by octet.
type RawWire struct {
	conn net.Conn
	in   *bufio.Reader
}

func newRawWire(conn net.Conn) *RawWire { return &RawWire{conn: conn, in: bufio.NewReader(conn)} }

// rawHandshake is what a client begins with: it takes messages of up to
// 2^(9+length) octets.
func rawHandshake(length int, format wamp.Format) []byte {
	return []byte{0x7F, byte(length)<<4 | rawSerializers[format], 0, 0}
}

var rawSerializers = map[wamp.Format]byte{wamp.JSON: 1, wamp.MsgPack: 2, wamp.CBOR: 3}

// handshake sends the client's four octets and returns the router's.
func (w *RawWire) handshake(hello []byte) (reply [4]byte, err error) {
	if err := w.octets(hello); err != nil {
		return reply, err
	}
	err = w.read(reply[:])
	return reply, err
}

func (w *RawWire) read(p []byte) error {
	w.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(w.in, p); err != nil {
		return ended(err)
	}
	return nil
}

func (w *RawWire) octets(raw []byte) error {
	w.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := w.conn.Write(raw)
	return err
}

// rawFrame is a frame with its prefix 0000XTTT and 24 bits of length.
func rawFrame(kind RawFrameKind, content []byte) []byte {
	prefix := uint32(kind)<<24 | uint32(len(content))
	if len(content) == maxRaw {
		prefix = uint32(kind)<<24 | 1<<27
	}
	return append(binary.BigEndian.AppendUint32(nil, prefix), content...)
}

// readFrame reads one frame of any type.
func (w *RawWire) readFrame() (RawFrameKind, []byte, error) {
	var prefix [4]byte
	if err := w.read(prefix[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint32(prefix[:]) & 0xFFFFFF)
	kind := RawFrameKind(prefix[0] & 7)
	switch {
	case prefix[0]&0xF0 != 0:
		return 0, nil, fmt.Errorf("the router sent a frame with the prefix % x: reserved bits are set", prefix)
	case kind > RawPong:
		return 0, nil, fmt.Errorf("the router sent a frame of the reserved type %d", kind)
	case prefix[0]&8 != 0 && n != 0:
		return 0, nil, fmt.Errorf("the router sent a frame with the prefix % x: the extra bit goes with length 0", prefix)
	case prefix[0]&8 != 0:
		n = maxRaw
	}
	content := make([]byte, n)
	return kind, content, w.read(content)
}

func (w *RawWire) framed(message []byte) []byte { return rawFrame(RawMessage, message) }

// receive reads the next message, and answers pings on the way.
func (w *RawWire) receive() ([]byte, error) {
	for {
		kind, content, err := w.readFrame()
		if err != nil {
			return nil, err
		}
		switch kind {
		case RawMessage:
			return content, nil
		case RawPing:
			if err := w.octets(rawFrame(RawPong, content)); err != nil {
				return nil, ended(err)
			}
		}
	}
}

func (w *RawWire) reset() { resetConn(w.conn) }
func (w *RawWire) close() { w.conn.Close() }
