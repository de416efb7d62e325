package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// link moves whole frames for the floors, with nothing around them. One
// goroutine receives; any may send.
type link interface {
	// receive returns the next frame, valid until the next call. Each time
	// before it waits for the network it calls the function given to onIdle.
	receive() ([]byte, error)
	onIdle(func())
	// send buffers a frame, flush writes what is buffered.
	send(frame []byte) error
	flush() error
	close()
}

const linkBuffer = 64 << 10

// tcpLink frames with a length prefix of four octets.
type tcpLink struct {
	conn  net.Conn
	in    *bufio.Reader
	large []byte // for frames that do not fit into in
	skip  int    // octets of in that the last frame still occupies
	idle  func()

	mu  sync.Mutex
	out *bufio.Writer // guarded by mu
}

func newTCPLink(conn net.Conn) *tcpLink {
	return &tcpLink{conn: conn, in: bufio.NewReaderSize(conn, linkBuffer), out: bufio.NewWriterSize(conn, linkBuffer), idle: func() {}}
}

func (l *tcpLink) onIdle(f func()) { l.idle = f }

func (l *tcpLink) receive() ([]byte, error) {
	l.in.Discard(l.skip)
	l.skip = 0
	header, err := l.peek(4)
	if err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(header))
	if 4+size <= linkBuffer {
		frame, err := l.peek(4 + size)
		if err != nil {
			return nil, err
		}
		l.skip = 4 + size
		return frame[4:], nil
	}
	l.in.Discard(4)
	if cap(l.large) < size {
		l.large = make([]byte, size)
	}
	_, err = io.ReadFull(l.in, l.large[:size])
	return l.large[:size], err
}

func (l *tcpLink) peek(n int) ([]byte, error) {
	if l.in.Buffered() < n {
		l.idle()
	}
	return l.in.Peek(n)
}

func (l *tcpLink) send(frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out.Available() < 4 {
		l.out.Flush()
	}
	l.out.Write(binary.BigEndian.AppendUint32(l.out.AvailableBuffer(), uint32(len(frame))))
	_, err := l.out.Write(frame)
	return err
}

func (l *tcpLink) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Flush()
}

func (l *tcpLink) close() { l.conn.Close() }

// wsLink is a WebSocket whose writes are coalesced below the WebSocket library.
type wsLink struct {
	ws   *websocket.Conn
	wire *coalescing
	buf  []byte

	mu sync.Mutex // serialises writers
}

func newWSLink(ws *websocket.Conn, wire *coalescing) *wsLink {
	return &wsLink{ws: ws, wire: wire, buf: make([]byte, linkBuffer+1<<10)}
}

func (l *wsLink) onIdle(f func()) { l.wire.idle = f }

func (l *wsLink) receive() ([]byte, error) {
	_, r, err := l.ws.NextReader()
	if err != nil {
		return nil, err
	}
	n := 0
	for {
		if n == len(l.buf) {
			l.buf = append(l.buf, make([]byte, len(l.buf))...)
		}
		m, err := r.Read(l.buf[n:])
		n += m
		if err == io.EOF {
			return l.buf[:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *wsLink) send(frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (l *wsLink) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire.out.Flush()
}

func (l *wsLink) close() { l.ws.Close() }

// coalescing is a connection that buffers writes once the opening handshake is over.
type coalescing struct {
	net.Conn
	idle func()
	out  *bufio.Writer
	open bool // the handshake is over
}

func newCoalescing(conn net.Conn) *coalescing {
	return &coalescing{Conn: conn, idle: func() {}, out: bufio.NewWriterSize(conn, linkBuffer)}
}

func (c *coalescing) Read(p []byte) (int, error) {
	c.idle()
	return c.Conn.Read(p)
}

func (c *coalescing) Write(p []byte) (int, error) {
	if !c.open {
		return c.Conn.Write(p)
	}
	return c.out.Write(p)
}

// dialLink connects to a relay.
func dialLink(addr string, overWebSocket bool) (link, error) {
	if !overWebSocket {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, err
		}
		return newTCPLink(conn), nil
	}
	var wire *coalescing
	dialer := websocket.Dialer{
		ReadBufferSize: linkBuffer, WriteBufferSize: linkBuffer,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			wire = newCoalescing(conn)
			return wire, err
		},
	}
	ws, _, err := dialer.Dial("ws://"+addr, nil)
	if err != nil {
		return nil, err
	}
	wire.open = true
	return newWSLink(ws, wire), nil
}

// serveLinks accepts links until the listener closes.
func serveLinks(l net.Listener, overWebSocket bool, serve func(link)) error {
	if !overWebSocket {
		for {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			go serve(newTCPLink(conn))
		}
	}
	upgrader := websocket.Upgrader{ReadBufferSize: linkBuffer, WriteBufferSize: linkBuffer}
	return http.Serve(coalescingListener{l}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		wire := ws.NetConn().(*coalescing)
		wire.open = true
		serve(newWSLink(ws, wire))
	}))
}

type coalescingListener struct{ net.Listener }

func (l coalescingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newCoalescing(conn), nil
}
