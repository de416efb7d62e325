package transport

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
)

// maxOpenRequest bounds the body of a request to open a connection.
const maxOpenRequest = 16 << 10

// openLongPoll makes a connection and runs the server's handler on it.
func (s *Server) openLongPoll(w http.ResponseWriter, r *http.Request) {
	protocol, err := s.readPollOpen(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !s.reserve() {
		http.Error(w, "The router takes no more connections.", http.StatusServiceUnavailable)
		return
	}
	greeting, info := s.greetRequest(r), requestInfo(r)
	greeting.tell(&info)
	maps.Copy(w.Header(), greeting.response)
	c := newLongPoll(rand.Text(), protocol, *s.config(), info, s.longPolls)
	s.longPolls.add(c)
	go s.run(c)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	fmt.Fprintf(w, `{"protocol":%q,"transport":%q}`, protocol, c.id)
}

// readPollOpen reads which protocols the client speaks, and picks the first one
// that is served.
func (s *Server) readPollOpen(w http.ResponseWriter, r *http.Request) (subprotocol, error) {
	var (
		memory incoming
		wanted struct {
			Protocols []string `json:"protocols"`
		}
	)
	defer memory.drop()
	body, err := readBody(w, r.Body, &memory, maxOpenRequest, s.config().handshakeDeadline())
	if err == nil {
		err = json.Unmarshal(body, &wanted)
	}
	if err != nil {
		return subprotocol{}, fmt.Errorf(`to open a transport, send JSON such as {"protocols": ["wamp.2.json"]}: %w`, err)
	}
	for _, name := range wanted.Protocols {
		if protocol, ok := findSubprotocol(name, s.options.Formats); ok {
			return protocol, nil
		}
	}
	return subprotocol{}, fmt.Errorf(`no protocol in common: "protocols" has to name one of %s`, s.served())
}

// connKey is the key of a network connection in the context of its requests.
type connKey struct{}

// requestInfo describes the network connection that a request came by.
func requestInfo(r *http.Request) Info {
	info := Info{TLS: r.TLS}
	if conn, ok := r.Context().Value(connKey{}).(*replayConn); ok {
		info.Local, info.Remote = conn.LocalAddr(), conn.RemoteAddr()
		if secure, ok := conn.Conn.(*tls.Conn); ok {
			state := secure.ConnectionState()
			info.TLS = &state
		}
		return info
	}
	info.Local, _ = r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		info.Remote = net.TCPAddrFromAddrPort(at)
	} else {
		info.Remote = &net.UnixAddr{Net: "unix", Name: r.RemoteAddr}
	}
	return info
}
