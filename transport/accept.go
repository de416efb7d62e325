package transport

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// accept finds out what an accepted connection speaks, and lets it.
func (s *Server) accept(conn net.Conn) {
	defer s.dismiss(conn)
	deadline := s.config().handshakeDeadline()
	conn.SetDeadline(deadline)
	var hello [4]byte
	if _, err := io.ReadFull(conn, hello[:1]); err != nil {
		conn.Close()
		return
	}
	switch first := hello[0]; {
	case first == rawMagic:
		s.acceptRaw(conn, hello, deadline)
	case 'A' <= first && first <= 'Z': // the method of an HTTP request
		conn.SetWriteDeadline(time.Time{})
		s.forget(conn) // before it can become a session, which is not for Close to end
		s.http.serve(&replayConn{Conn: conn, first: first, unread: true, deadline: deadline})
	default:
		s.log.Debug("refused a connection that speaks neither RawSocket nor HTTP", "remote", conn.RemoteAddr())
		conn.Close()
	}
}

// acceptRaw goes on after the first octet of a RawSocket handshake.
func (s *Server) acceptRaw(conn net.Conn, hello [4]byte, deadline time.Time) {
	if _, err := io.ReadFull(conn, hello[1:]); err != nil {
		conn.Close()
		return
	}
	format, maxSend, refused := acceptRawSocket(hello, s.options.Formats)
	if refused == 0 && !s.reserve() {
		refused = rawTooManyConnections
	}
	if refused != 0 {
		lingerClose(conn, rawRefusal(refused))
		return
	}
	s.forget(conn) // from its answer on, the client has a connection
	config := s.config()
	if _, err := conn.Write(rawHello(format, *config)); err != nil {
		conn.Close()
		s.release()
		return
	}
	conn.SetDeadline(time.Time{})
	c := newRawSocket(conn, format, maxSend, config)
	c.start(deadline)
	s.run(c)
}

// replayConn gives back the first octet that was read to look at it.
type replayConn struct {
	net.Conn
	first    byte
	unread   bool // first is still to be read
	deadline time.Time
}

func (c *replayConn) Read(p []byte) (int, error) {
	if c.unread && len(p) > 0 {
		c.unread = false
		p[0] = c.first
		return 1, nil
	}
	return c.Conn.Read(p)
}

// httpSide is the HTTP server behind Serve. It is started with the first connection.
type httpSide struct {
	server *http.Server
	conns  chan net.Conn
	owner  *Server

	start sync.Once
	stop  sync.Once
	done  chan struct{}
}

func newHTTPSide(s *Server) *httpSide {
	timeout := max(s.config().HandshakeTimeout, 0)
	return &httpSide{
		server: &http.Server{
			Handler:           http.HandlerFunc(s.serveListener),
			ReadHeaderTimeout: timeout,
			IdleTimeout:       timeout,
			MaxHeaderBytes:    64 << 10,
			ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
				return context.WithValue(ctx, connKey{}, conn)
			},
			ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		},
		conns: make(chan net.Conn),
		owner: s,
		done:  make(chan struct{}),
	}
}

// serve hands an accepted connection to the HTTP server.
func (h *httpSide) serve(conn net.Conn) {
	h.start.Do(func() { h.owner.running.Go(func() { h.server.Serve(h) }) })
	select {
	case h.conns <- conn:
	case <-h.done:
		conn.Close()
	}
}

// refuse takes no more connections.
func (h *httpSide) refuse() { h.stop.Do(func() { close(h.done) }) }

// close ends those that there are.
func (h *httpSide) close() { h.server.Close() }

// Accept implements net.Listener for the HTTP server.
func (h *httpSide) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *httpSide) Close() error   { return nil }
func (h *httpSide) Addr() net.Addr { return &net.TCPAddr{} }
