package conformance

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wampkit/wampkit/wamp"
)

// The opcodes of WebSocket frames (RFC 6455, section 5.2).
const (
	opContinuation byte = 0x0
	opText         byte = 0x1
	opBinary       byte = 0x2
	opClose        byte = 0x8
	opPing         byte = 0x9
	opPong         byte = 0xA
)

// WebFrame is one WebSocket frame.
type WebFrame struct {
	more     bool // FIN is not set
	reserved byte // RSV1 to RSV3, as 4, 2 and 1
	opcode   byte
	unmasked bool // a client must mask
	payload  []byte
}

// octets are the frame as a client writes it.
func (f WebFrame) octets() []byte {
	first := f.reserved<<4 | f.opcode
	if !f.more {
		first |= 0x80
	}
	masked := byte(0x80)
	if f.unmasked {
		masked = 0
	}
	out := []byte{first}
	switch n := len(f.payload); {
	case n < 126:
		out = append(out, masked|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, masked|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, masked|127), uint64(n))
	}
	if f.unmasked {
		return append(out, f.payload...)
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	out = append(out, key[:]...)
	for i, octet := range f.payload {
		out = append(out, octet^key[i%4])
	}
	return out
}

// WebWire is a WebSocket connection, frame by frame.
type WebWire struct {
	conn        net.Conn
	in          *bufio.Reader
	opcode      byte // of messages
	subprotocol string
	cookie      string                    // that the router set
	batch       func(frame []byte) []byte // frames a message of a batch, nil if unbatched
	unbatch     func(message []byte) ([][]byte, error)
	waiting     [][]byte // messages of a batch that were not received yet
}

// webHandshake is an opening handshake. Header lines replace those that a
// client usually sends.
type webHandshake struct {
	path         string
	subprotocols []string
	header       http.Header
	slowly       bool // octet by octet
}

// upgrade does the opening handshake. The response is that of a router that
// refuses, else nil.
func (h webHandshake) upgrade(conn net.Conn, address string) (*WebWire, *http.Response, error) {
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	header := http.Header{
		"Host": {address}, "Upgrade": {"websocket"}, "Connection": {"Upgrade"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {key},
	}
	if len(h.subprotocols) > 0 {
		header.Set("Sec-Websocket-Protocol", strings.Join(h.subprotocols, ", "))
	}
	for name, lines := range h.header {
		header[http.CanonicalHeaderKey(name)] = lines
	}
	var request strings.Builder
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\n", h.path)
	header.Write(&request)
	request.WriteString("\r\n")

	w := &WebWire{conn: conn, in: bufio.NewReader(conn)}
	piece := request.Len()
	if h.slowly {
		piece = 1
	}
	for octets := range slices.Chunk([]byte(request.String()), piece) {
		if err := w.octets(octets); err != nil {
			return nil, nil, err
		}
	}
	conn.SetReadDeadline(time.Now().Add(patience))
	response, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return nil, nil, ended(err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		return nil, response, nil
	}
	accept := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if got := response.Header.Get("Sec-Websocket-Accept"); got != base64.StdEncoding.EncodeToString(accept[:]) {
		return nil, nil, fmt.Errorf("Sec-WebSocket-Accept is %q", got)
	}
	w.cookie = response.Header.Get("Set-Cookie")
	w.speak(response.Header.Get("Sec-Websocket-Protocol"))
	return w, nil, nil
}

// speak settles how messages of a subprotocol are framed.
func (w *WebWire) speak(subprotocol string) {
	w.subprotocol = subprotocol
	w.opcode = opBinary
	serializer, batched := strings.CutSuffix(strings.TrimPrefix(subprotocol, "wamp.2."), ".batched")
	if serializer == wamp.JSON.String() {
		w.opcode = opText
	}
	switch {
	case batched && w.opcode == opText:
		w.batch, w.unbatch = batchText, unbatchText
	case batched:
		w.batch, w.unbatch = batchBinary, unbatchBinary
	}
}

func (w *WebWire) octets(raw []byte) error {
	w.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := w.conn.Write(raw)
	return err
}

func (w *WebWire) sendFrame(f WebFrame) error { return w.octets(f.octets()) }

func (w *WebWire) framed(message []byte) []byte {
	if w.batch != nil {
		message = w.batch(message)
	}
	return WebFrame{opcode: w.opcode, payload: message}.octets()
}

// receive reads the next message, and answers control frames on the way.
func (w *WebWire) receive() ([]byte, error) {
	for len(w.waiting) == 0 {
		message, err := w.receiveMessage()
		switch {
		case err != nil:
			return nil, err
		case w.unbatch == nil:
			return message, nil
		}
		if w.waiting, err = w.unbatch(message); err != nil {
			return nil, err
		}
	}
	next := w.waiting[0]
	w.waiting = w.waiting[1:]
	return next, nil
}

func (w *WebWire) receiveMessage() ([]byte, error) {
	var message []byte
	for begun := false; ; {
		f, err := w.readFrame()
		if err != nil {
			return nil, err
		}
		switch f.opcode {
		case opPing:
			w.sendFrame(WebFrame{opcode: opPong, payload: f.payload})
			continue
		case opPong:
			continue
		case opClose:
			return nil, w.closedBy(f)
		case opContinuation:
			if !begun {
				return nil, fmt.Errorf("the router sent a continuation of nothing")
			}
		default:
			if begun || f.opcode != w.opcode {
				return nil, fmt.Errorf("the router sent a frame with the opcode %d in %s", f.opcode, w.subprotocol)
			}
		}
		begun, message = true, append(message, f.payload...)
		if !f.more {
			if w.opcode == opText && !utf8.Valid(message) {
				return nil, fmt.Errorf("the router sent text that is not UTF-8")
			}
			return message, nil
		}
	}
}

// closedBy answers a close frame and describes it.
func (w *WebWire) closedBy(f WebFrame) error {
	w.sendFrame(WebFrame{opcode: opClose, payload: f.payload})
	end := &closed{code: 1005} // no status
	if len(f.payload) >= 2 {
		end.code, end.reason = int(binary.BigEndian.Uint16(f.payload)), string(f.payload[2:])
	}
	return end
}

// readFrame reads one frame of any kind.
func (w *WebWire) readFrame() (f WebFrame, err error) {
	w.conn.SetReadDeadline(time.Now().Add(patience))
	var head [2]byte
	if _, err := io.ReadFull(w.in, head[:]); err != nil {
		return f, ended(err)
	}
	f = WebFrame{more: head[0]&0x80 == 0, reserved: head[0] >> 4 & 7, opcode: head[0] & 0xF, unmasked: head[1]&0x80 == 0}
	n := uint64(head[1] & 0x7F)
	var long [8]byte
	switch n {
	case 126:
		_, err = io.ReadFull(w.in, long[6:])
		n = binary.BigEndian.Uint64(long[:])
	case 127:
		_, err = io.ReadFull(w.in, long[:])
		n = binary.BigEndian.Uint64(long[:])
	}
	switch {
	case err != nil:
		return f, ended(err)
	case !f.unmasked:
		return f, fmt.Errorf("the router masks its frames")
	case f.reserved != 0:
		return f, fmt.Errorf("the router sets reserved bits")
	case n > 64<<20:
		return f, fmt.Errorf("the router sent a frame of %d octets", n)
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(w.in, f.payload); err != nil {
		return f, ended(err)
	}
	return f, nil
}

func (w *WebWire) reset() { resetConn(w.conn) }
func (w *WebWire) close() { w.conn.Close() }

// The framing of batches (Advanced Profile, section "Message Batching").

func batchText(frame []byte) []byte { return append(frame[:len(frame):len(frame)], 0x1e) }

func unbatchText(message []byte) ([][]byte, error) {
	text, ok := strings.CutSuffix(string(message), "\x1e")
	if !ok {
		return nil, fmt.Errorf("the router sent a batch that does not end in a record separator")
	}
	var frames [][]byte
	for one := range strings.SplitSeq(text, "\x1e") {
		frames = append(frames, []byte(one))
	}
	return frames, nil
}

func batchBinary(frame []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
}

func unbatchBinary(message []byte) (frames [][]byte, err error) {
	for rest := message; len(rest) > 0; {
		if len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
			return nil, fmt.Errorf("the router sent a batch that ends within a message")
		}
		end := 4 + int(binary.BigEndian.Uint32(rest))
		frames = append(frames, rest[4:end])
		rest = rest[end:]
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("the router sent an empty batch")
	}
	return frames, nil
}
