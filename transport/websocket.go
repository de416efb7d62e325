package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/wampkit/wampkit/wamp"
)

// wsReadBuffer is the size of gorilla's read buffer, which stays with the
// connection. It is hardly more than a control frame, the least that gorilla takes,
// because what lies under it reads ahead.
const wsReadBuffer = 128

// unusedWriteBuffers keeps gorilla from giving every connection a write buffer
// of its own. It is never asked for one: messages are framed by the queue.
var unusedWriteBuffers websocket.BufferPool = new(sync.Pool)

// webSocket is a [Conn] over WebSocket. gorilla/websocket does the opening
// handshakes, reads, and answers control frames; messages are written straight
// into the queue.
type webSocket struct {
	link
	stream *stream
	ws     *websocket.Conn
	kind   int // of messages: websocket.TextMessage or websocket.BinaryMessage
	whole  int // octets of the longest of them, which is a batch where there are batches

	message  incoming // what Receive returned last, or what that lies in
	batched  bool
	rest     []byte    // of the batch in message: what Receive has yet to return
	greeting *greeting // nil if it is not kept
	err      error     // what Receive failed with; gorilla panics when it is asked again and again
}

func newWebSocket(under *stream, ws *websocket.Conn, protocol subprotocol, framing framing, config *Config) *webSocket {
	c := &webSocket{stream: under, ws: ws, kind: websocket.BinaryMessage, whole: config.MaxMessage, batched: protocol.batched}
	if protocol.format == wamp.JSON {
		c.kind = websocket.TextMessage
	}
	c.init(under.conn, "websocket", protocol.format, framing, config)
	if c.batched {
		c.queue.batchMessages()
		c.whole = batchLimit(config.MaxMessage)
	}
	ws.SetReadLimit(int64(c.whole))
	under.link = &c.link
	return c
}

// Receive implements [Conn].
func (c *webSocket) Receive() ([]byte, error) {
	if len(c.rest) == 0 {
		c.message.drop()
	}
	if c.err != nil {
		return nil, c.err
	}
	if err := c.begin(); err != nil {
		return nil, err
	}
	message, err := c.next()
	if err != nil {
		c.err = err
		return nil, err
	}
	c.established()
	return message, nil
}

// Info implements [Conn].
func (c *webSocket) Info() Info {
	info := c.link.Info()
	info.Batched = c.batched
	c.greeting.tell(&info)
	return info
}

// next returns the next WAMP message.
func (c *webSocket) next() (message []byte, err error) {
	if len(c.rest) > 0 {
		return c.nextOfBatch()
	}
	if message, err = c.read(); err != nil || !c.batched {
		return message, err
	}
	c.rest = message
	return c.nextOfBatch()
}

// nextOfBatch takes a message off the batch that was read.
func (c *webSocket) nextOfBatch() (message []byte, err error) {
	message, c.rest, err = unbatch(c.Format(), c.rest, c.limit)
	if err != nil {
		code := websocket.CloseProtocolError
		if _, long := err.(*longMessageError); long {
			code = websocket.CloseMessageTooBig
		}
		return nil, c.violation(code, err.Error())
	}
	return message, nil
}

// read reads a whole WebSocket message.
func (c *webSocket) read() (content []byte, err error) {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		return nil, c.failed(err)
	}
	if kind != c.kind {
		return nil, c.violation(websocket.CloseUnsupportedData, fmt.Sprintf("%s takes no %s messages", subprotocol{format: c.Format()}, kindName(kind)))
	}
	if content, err = c.message.read(r, c.whole); err != nil {
		return nil, c.failed(err)
	}
	if kind == websocket.TextMessage && !utf8.Valid(content) {
		return nil, c.violation(websocket.CloseInvalidFramePayloadData, "text is not UTF-8")
	}
	return content, nil
}

// Shutdown implements [Conn].
func (c *webSocket) Shutdown(last wamp.Message, linger time.Duration) error {
	return c.shutdown(last, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), linger)
}

// failed turns an error of gorilla's into that of Receive, after the peer has
// been told why.
func (c *webSocket) failed(err error) error {
	if lost := c.stream.readErr; lost != nil {
		if lost == io.EOF {
			lost = fmt.Errorf("websocket: the connection ended without a close frame: %w", io.ErrUnexpectedEOF)
		}
		return c.reason(lost)
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		// The peer broke the protocol. gorilla has queued the close frame that says so.
		return c.hangUp(nil, err)
	}
	// The peer closed. gorilla has queued the answer.
	if ok, _ := c.queue.end(nil, nil); ok {
		c.flush.now()
		c.queue.awaitEmpty(failLinger)
	}
	switch closed.Code {
	case websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived:
		return io.EOF
	}
	return err
}

// violation closes with a code and a reason.
func (c *webSocket) violation(code int, reason string) error {
	return c.hangUp(websocket.FormatCloseMessage(code, reason), fmt.Errorf("websocket: %s", reason))
}

// hangUp closes the connection once the peer had the time to read why, and
// returns cause.
func (c *webSocket) hangUp(closing []byte, cause error) error {
	if ok, _ := c.queue.end(nil, closing); !ok {
		return net.ErrClosed // by a Shutdown
	}
	c.finish(failLinger)
	return cause
}

func kindName(kind int) string {
	if kind == websocket.TextMessage {
		return "text"
	}
	return "binary"
}

// stream is the net.Conn that gorilla/websocket works on. During the opening
// handshake it passes everything through. Later it reads from the link's source
// and writes, which are only control frames, into the link's queue.
type stream struct {
	conn    net.Conn
	link    *link // nil during the handshake
	readErr error // what the network failed with, if it has
}

func (s *stream) Read(p []byte) (n int, err error) {
	if s.link == nil {
		return s.conn.Read(p)
	}
	n, err = s.link.src.Read(p)
	if err != nil {
		s.readErr = err
	}
	return n, err
}

func (s *stream) Write(p []byte) (int, error) {
	if s.link == nil {
		return s.conn.Write(p)
	}
	if err := s.link.control(func() error { return s.link.queue.sendRaw(p) }); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *stream) SetDeadline(t time.Time) error {
	if s.link == nil {
		return s.conn.SetDeadline(t)
	}
	return nil
}

func (s *stream) SetWriteDeadline(t time.Time) error {
	if s.link == nil {
		return s.conn.SetWriteDeadline(t)
	}
	return nil
}

func (s *stream) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }
func (s *stream) Close() error                      { return s.conn.Close() }
func (s *stream) LocalAddr() net.Addr               { return s.conn.LocalAddr() }
func (s *stream) RemoteAddr() net.Addr              { return s.conn.RemoteAddr() }
