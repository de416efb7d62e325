package transport_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// scripted is a connection from which first can be read, in pieces, and, as
// soon as something that contains goAhead has been written to it, second.
type scripted struct {
	mu      sync.Mutex
	changed sync.Cond
	first   []byte
	second  []byte
	goAhead string
	piece   int
	expired bool // the read deadline has passed
	closed  bool
}

func newScripted(first, second []byte, goAhead string, piece uint8) *scripted {
	c := &scripted{first: first, second: second, goAhead: goAhead, piece: int(piece) + 1}
	c.changed.L = &c.mu
	return c
}

func (c *scripted) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.expired:
			return 0, os.ErrDeadlineExceeded
		case len(c.first) > 0:
			n := copy(p, c.first[:min(c.piece, len(c.first))])
			c.first = c.first[n:]
			return n, nil
		case c.goAhead == "":
			return 0, io.EOF
		}
		c.changed.Wait()
	}
}

func (c *scripted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.goAhead != "" && bytes.Contains(p, []byte(c.goAhead)) {
		c.first, c.goAhead = c.second, ""
		c.changed.Broadcast()
	}
	return len(p), nil
}

func (c *scripted) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.changed.Broadcast()
	return nil
}

func (c *scripted) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired = !t.IsZero() && !t.After(time.Now())
	c.changed.Broadcast()
	return nil
}

func (c *scripted) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }
func (c *scripted) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *scripted) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

// single is a listener with one connection.
type single struct {
	conns chan net.Conn
	once  sync.Once
}

func (l *single) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *single) Close() error   { l.once.Do(func() { close(l.conns) }); return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{} }

// play lets a server handle one connection to its end, and returns the messages
// it received.
func play(t *testing.T, c *scripted) (messages [][]byte) {
	const limit = 600
	s := transport.NewServer(func(c transport.Conn) {
		for {
			frame, err := c.Receive()
			if err != nil {
				return
			}
			if len(frame) > limit {
				t.Errorf("a message of %d octets passed the limit", len(frame))
			}
			messages = append(messages, bytes.Clone(frame))
			c.SendFrame(frame)
			c.Flush()
		}
	}, transport.ServerOptions{
		Config: transport.Config{MaxMessage: limit, HandshakeTimeout: 200 * time.Millisecond},
		Log:    slog.New(slog.DiscardHandler),
	})
	l := &single{conns: make(chan net.Conn, 1)}
	l.conns <- c
	served := make(chan error)
	go func() { served <- s.Serve(l) }()
	c.mu.Lock()
	for !c.closed {
		c.changed.Wait()
	}
	c.mu.Unlock()
	s.Close()
	<-served
	return messages
}

// FuzzFirstOctets gives a server whatever comes first on a connection: the
// sniffer, the RawSocket handshake and its frames, and HTTP requests.
func FuzzFirstOctets(f *testing.F) {
	raw := "\x7F\xF3\x00\x00"
	for _, seed := range []string{
		"", "\x7F", raw, raw + "\x00\x00\x00\x05hello", raw + "\x01\x00\x00\x04ping\x02\x00\x00\x00\x00\x00\x00\x01x",
		raw + "\x08\x00\x00\x00", raw + "\xFF\xFF\xFF\xFF", "\x7F\xF0\x00\x00", "\x7F\xF3\x01\x01",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", "\x16\x03\x01",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	} {
		f.Add([]byte(seed), uint8(0))
		f.Add([]byte(seed), uint8(255))
	}
	f.Fuzz(func(t *testing.T, data []byte, piece uint8) {
		messages := play(t, newScripted(bytes.Clone(data), nil, "", piece))
		if len(messages) > 0 && !strings.HasPrefix(string(data), "\x7F") {
			t.Errorf("got %q without a handshake", messages)
		}
	})
}

// FuzzWebSocketFrames gives a server frames after a good opening handshake.
func FuzzWebSocketFrames(f *testing.F) {
	for _, seed := range [][]byte{
		frame(fin|opBinary, []byte("hello")), frame(fin|opText, []byte("hello")), frame(opBinary, nil), frame(fin|opCont, nil),
		frame(fin|opPing, []byte("ping")), frame(fin|opClose, []byte{3, 232}), frameHead(fin|opBinary, 1<<62), {fin | opBinary, 0},
		append(frame(opText, []byte{0xC3}), frame(fin|opCont, []byte{0xA4})...), frame(fin|opBinary, text(601)),
	} {
		f.Add(seed, uint8(0), false, false)
		f.Add(seed, uint8(255), true, false)
	}
	f.Add(frame(fin|opBinary, batchOf(wamp.CBOR, "one", "two")), uint8(255), false, true)
	f.Add(frame(fin|opText, batchOf(wamp.JSON, "one", "two")), uint8(255), true, true)
	f.Add(frame(fin|opBinary, batchOf(wamp.CBOR, "one", string(text(601)))), uint8(20), false, true)
	f.Fuzz(func(t *testing.T, data []byte, piece uint8, asText, batched bool) {
		format := wamp.CBOR
		if asText {
			format = wamp.JSON
		}
		opening := "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
			"Sec-WebSocket-Protocol: wamp.2." + format.String()
		if batched {
			opening += ".batched"
		}
		opening += "\r\n\r\n"
		play(t, newScripted([]byte(opening), bytes.Clone(data), "101 Switching", piece))
	})
}
