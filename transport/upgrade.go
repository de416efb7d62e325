package transport

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wampkit/wampkit/wamp"
)

// subprotocolPrefix begins the WebSocket subprotocol of every serializer.
const subprotocolPrefix = "wamp.2."

func subprotocol(f wamp.Format) string { return subprotocolPrefix + f.String() }

func subprotocols(formats []wamp.Format) []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = subprotocol(f)
	}
	return names
}

// serveListener answers the HTTP requests of Serve.
func (s *Server) serveListener(w http.ResponseWriter, r *http.Request) {
	here := s.options.Path == "" || s.options.Path == r.URL.Path
	switch {
	case here && websocket.IsWebSocketUpgrade(r):
		s.ServeHTTP(w, r)
	case s.options.HTTP != nil:
		s.options.HTTP.ServeHTTP(w, r)
	case here:
		s.ServeHTTP(w, r)
	default:
		http.Error(w, fmt.Sprintf("This is a WAMP router. It serves WebSocket at %s.", s.options.Path), http.StatusNotFound)
	}
}

// ServeHTTP answers a WebSocket request and runs the server's handler on the
// connection, in a goroutine of its own: ServeHTTP itself returns. Any other
// request gets a text that says what to do instead.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		http.Error(w, "This is a WAMP router: connect with WebSocket and one of the subprotocols "+
			strings.Join(subprotocols(s.options.Formats), ", ")+".", http.StatusUpgradeRequired)
		return
	}
	if !s.originAllowed(r) {
		http.Error(w, fmt.Sprintf("Pages from %s may not connect: the origin is not among those the router allows.",
			r.Header.Get("Origin")), http.StatusForbidden)
		return
	}
	format, ok := s.negotiate(r)
	if !ok {
		http.Error(w, "No subprotocol in common: Sec-WebSocket-Protocol has to name one of "+
			strings.Join(subprotocols(s.options.Formats), ", ")+".", http.StatusBadRequest)
		return
	}
	if !s.reserve() {
		http.Error(w, "The router takes no more connections.", http.StatusServiceUnavailable)
		return
	}
	c, err := s.upgrade(w, r, format)
	if err != nil {
		s.release()
		s.log.Debug("WebSocket upgrade failed", "remote", r.RemoteAddr, "error", err)
		return
	}
	go s.run(c)
}

// upgrade does the opening handshake. If it fails, the request is answered.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, format wamp.Format) (*webSocket, error) {
	config := s.options.Config
	taken := &hijacker{ResponseWriter: w, deadline: config.handshakeDeadline()}
	upgrader := websocket.Upgrader{
		HandshakeTimeout: max(config.HandshakeTimeout, 0),
		ReadBufferSize:   wsReadBuffer,
		WriteBufferPool:  unusedWriteBuffers,
		CheckOrigin:      func(*http.Request) bool { return true }, // done
	}
	ws, err := upgrader.Upgrade(taken, r, http.Header{"Sec-Websocket-Protocol": {subprotocol(format)}})
	if err != nil {
		return nil, err
	}
	c := newWebSocket(taken.stream, ws, format, serverFraming, config)
	c.start(taken.deadline)
	return c, nil
}

// negotiate picks the serializer that the client prefers among those served.
func (s *Server) negotiate(r *http.Request) (wamp.Format, bool) {
	for _, header := range r.Header.Values("Sec-Websocket-Protocol") {
		for offered := range strings.SplitSeq(header, ",") {
			name, ok := strings.CutPrefix(strings.TrimSpace(offered), subprotocolPrefix)
			if !ok {
				continue
			}
			for _, f := range s.options.Formats {
				if name == f.String() {
					return f, true
				}
			}
		}
	}
	return 0, false
}

// originAllowed applies ServerOptions.CheckOrigin or Origins.
func (s *Server) originAllowed(r *http.Request) bool {
	if s.options.CheckOrigin != nil {
		return s.options.CheckOrigin(r)
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if s.options.Origins == nil {
		u, err := url.Parse(origin)
		return err == nil && strings.EqualFold(u.Host, r.Host)
	}
	return slices.ContainsFunc(s.options.Origins, func(allowed string) bool {
		return allowed == "*" || strings.EqualFold(allowed, origin)
	})
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
