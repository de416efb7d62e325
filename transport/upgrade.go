package transport

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// serveListener answers the HTTP requests of Serve.
func (s *Server) serveListener(w http.ResponseWriter, r *http.Request) {
	here := s.options.Path == "" || s.options.Path == r.URL.Path
	poll, isPoll := parsePollRequest(r)
	endAfterChunks(w, r)
	switch {
	case here && websocket.IsWebSocketUpgrade(r):
		s.serveWebSocket(w, r)
	case isPoll && s.pollsAt(poll.base):
		s.servePoll(w, r, poll)
	case s.options.HTTP != nil:
		s.options.HTTP.ServeHTTP(w, r)
	case here:
		s.explain(w)
	default:
		http.Error(w, fmt.Sprintf("This is a WAMP router. It serves WebSocket at %s.", s.options.Path), http.StatusNotFound)
	}
}

// ServeHTTP answers requests of WebSocket and of HTTP long-poll, and runs the
// server's handler on each new connection, in a goroutine of its own. A
// long-poll client's base URL is whatever precedes /open in the path, so mount
// the server at a subtree such as "/lp/" for it. Any other request gets a text
// that says what to do instead.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	endAfterChunks(w, r)
	if websocket.IsWebSocketUpgrade(r) {
		s.serveWebSocket(w, r)
	} else if poll, ok := parsePollRequest(r); ok {
		s.servePoll(w, r, poll)
	} else {
		s.explain(w)
	}
}

// endAfterChunks lets nothing follow a request on its connection whose body comes in
// chunks: where it ends may be another place for a proxy in front, which would take
// what is behind for somebody else's request (RFC 9112, section 6.1).
func endAfterChunks(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// explain answers a request that is not for us.
func (s *Server) explain(w http.ResponseWriter) {
	defer s.boundRest(w)
	w.Header().Set("Upgrade", "websocket")
	w.Header().Add("Connection", "Upgrade")
	http.Error(w, "This is a WAMP router: connect with WebSocket and one of the subprotocols "+s.served()+".", http.StatusUpgradeRequired)
}

// serveWebSocket answers a WebSocket request. The connection outlives it.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if !s.checkOrigin(w, r) {
		return
	}
	protocol, ok := s.negotiate(r.Header)
	if !ok {
		http.Error(w, "No subprotocol in common: Sec-WebSocket-Protocol has to name one of "+s.served()+".", http.StatusBadRequest)
		return
	}
	if !s.reserve() {
		http.Error(w, "The router takes no more connections.", http.StatusServiceUnavailable)
		return
	}
	c, err := s.upgrade(w, r, protocol)
	if err != nil {
		s.release()
		s.log.Debug("WebSocket upgrade failed", "remote", r.RemoteAddr, "error", err)
		return
	}
	go s.run(c)
}

// upgrade does the opening handshake. If it fails, the request is answered.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, protocol subprotocol) (*webSocket, error) {
	config := s.config()
	taken := &hijacker{ResponseWriter: w, deadline: config.handshakeDeadline()}
	upgrader := websocket.Upgrader{
		HandshakeTimeout: max(config.HandshakeTimeout, 0),
		ReadBufferSize:   wsReadBuffer,
		WriteBufferPool:  unusedWriteBuffers,
		CheckOrigin:      func(*http.Request) bool { return true }, // done
	}
	greeting := s.greetRequest(r)
	answer := http.Header{}
	maps.Copy(answer, greeting.response)
	answer.Set("Sec-Websocket-Protocol", protocol.String())
	ws, err := upgrader.Upgrade(taken, r, answer)
	if err != nil {
		return nil, err
	}
	c := newWebSocket(taken.stream, ws, protocol, serverFraming, config)
	if greeting.request != nil {
		c.greeting = &greeting
	}
	c.start(taken.deadline)
	return c, nil
}

// greeting is what ServerOptions.Greet made of a request.
type greeting struct {
	request  http.Header // nil if it is not kept
	response http.Header
}

// greetRequest lets the server's owner take part in a request that is about to become
// a connection.
func (s *Server) greetRequest(r *http.Request) greeting {
	if s.options.Greet == nil {
		return greeting{}
	}
	r.TLS = requestInfo(r).TLS
	g := greeting{response: http.Header{}}
	if s.options.Greet(r, g.response) {
		g.request = r.Header
	}
	return g
}

// tell adds the greeting to what is known about a connection.
func (g *greeting) tell(info *Info) {
	if g != nil && g.request != nil {
		info.RequestHeader, info.ResponseHeader = g.request, g.response
	}
}

// hijacker takes the connection of a request away from net/http and puts a
// stream between it and gorilla/websocket. It finds the connection behind any
// ResponseWriter that has Unwrap.
type hijacker struct {
	http.ResponseWriter
	stream   *stream
	deadline time.Time
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if replay, ok := conn.(*replayConn); ok { // its octet has been read: it began the request
		conn, h.deadline = replay.Conn, replay.deadline
	}
	h.stream = &stream{conn: conn}
	return h.stream, buffers, nil
}
