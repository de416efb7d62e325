package transport

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// ServerOptions are the options of [NewServer]. The zero value is ready to use.
type ServerOptions struct {
	// Config applies to every connection.
	Config Config
	// Formats are the serializers to accept; nil is all. WebSocket clients get
	// the one they prefer among them.
	Formats []wamp.Format
	// MaxConns bounds how many connections are open at a time; 0 is without
	// bound. RawSocket clients beyond it are told so, WebSocket clients get 503.
	MaxConns int

	// Path is where [Server.Serve] answers WebSocket requests; empty is
	// everywhere. [Server.ServeHTTP] does not look at the path.
	Path string
	// LongPollPath is the path of the base URL of HTTP long-poll for
	// [Server.Serve]. Empty is any path while neither Path nor HTTP is set, and
	// [DefaultLongPollPath] else.
	LongPollPath string
	// HTTP answers the other HTTP requests that come to [Server.Serve]. Without
	// it they get a text that says what is served here.
	HTTP http.Handler
	// Origins are the origins, such as "https://app.example.com", whose pages
	// may connect by WebSocket or long-poll; "*" is any. With nil, only pages from the same
	// host may. Clients that are no browsers send no origin, and may always.
	Origins []string
	// CheckOrigin decides in place of Origins if it is not nil.
	CheckOrigin func(*http.Request) bool

	// Greet, if it is not nil, is called for each request that is about to become a
	// connection, by WebSocket or long-poll. It may add to the header of the response.
	// If it returns true, both headers are kept in [Info]. It may be called by many
	// goroutines at the same time. A request over TLS has TLS set.
	Greet func(request *http.Request, response http.Header) (keep bool)

	// Log gets what cannot be returned to anybody; nil is slog.Default().
	Log *slog.Logger
}

// Server accepts connections of every kind and runs a handler on each. It is
// an http.Handler for WebSocket and HTTP long-poll, to be mounted in any mux,
// and it serves listeners on which it tells RawSocket from HTTP by the first octet.
type Server struct {
	handle  func(Conn)
	options ServerOptions // but what bounds holds
	bounds  atomic.Pointer[Bounds]
	log     *slog.Logger
	http    *httpSide

	longPolls *longPolls
	refused   atomic.Uint64 // see Refused

	mu        sync.Mutex
	closed    bool
	open      int                       // connections that count for MaxConns
	listeners map[net.Listener]struct{} // being served
	pending   map[net.Conn]struct{}     // accepted, and not told apart or not greeted yet
	running   sync.WaitGroup            // every goroutine that Close waits for
}

// NewServer makes a server. handle is called for every connection, on a
// goroutine of its own, which is also the one to call Receive; when it returns
// the connection is closed, after any Shutdown that is under way.
func NewServer(handle func(Conn), o ServerOptions) *Server {
	o.Config = o.Config.withDefaults()
	if o.Formats == nil {
		o.Formats = wamp.Formats()
	}
	s := &Server{
		handle:    handle,
		options:   o,
		log:       o.Log,
		longPolls: newLongPolls(),
		listeners: map[net.Listener]struct{}{},
		pending:   map[net.Conn]struct{}{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.SetBounds(Bounds{Config: o.Config, MaxConns: o.MaxConns, Origins: o.Origins})
	s.http = newHTTPSide(s)
	return s
}

// Bounds are those of the [ServerOptions] that can change while the server runs. They
// mean the same as there.
type Bounds struct {
	Config   Config
	MaxConns int
	Origins  []string
}

// SetBounds changes the options for connections that come from now on. What is
// open stays as it is.
func (s *Server) SetBounds(b Bounds) {
	b.Config = b.Config.withDefaults()
	s.bounds.Store(&b)
}

// Refused counts the connections that were refused because there were MaxConns.
func (s *Server) Refused() uint64 { return s.refused.Load() }

func (s *Server) config() *Config { return &s.bounds.Load().Config }

// Serve accepts connections from l until [Server.Close], which makes it return
// nil, or until l fails. Passing trouble of the operating system, such as too
// many open files, is logged and waited out. Serve closes l.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.addListener(l) {
		return net.ErrClosed
	}
	defer s.removeListener(l)
	const minDelay, maxDelay = 5 * time.Millisecond, time.Second
	delay := minDelay
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			delay = minDelay
			if s.greet(conn) {
				go s.accept(conn)
			} else {
				conn.Close()
			}
		case s.isClosed():
			return nil
		case !passing(err):
			return err
		default:
			s.log.Warn("cannot accept connections for the moment", "address", l.Addr(), "error", err, "retry", delay)
			select {
			case <-time.After(delay):
			case <-s.http.done:
			}
			delay = min(2*delay, maxDelay)
		}
	}
}

// Close closes the listeners that are being served and everything that is not
// yet a connection, refuses what comes after, and waits until every handler has
// returned. To make the handlers return is up to whoever wrote them.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for l := range s.listeners {
		l.Close()
	}
	for conn := range s.pending {
		conn.Close()
	}
	s.mu.Unlock()
	s.http.refuse()
	s.longPolls.wait() // their last messages travel by HTTP
	s.http.close()
	s.running.Wait()
	return nil
}

// run is the life of a connection.
func (s *Server) run(c interface {
	Conn
	leave()
}) {
	defer s.release()
	defer c.leave()
	s.handle(c)
}

// reserve counts a connection that is about to run.
func (s *Server) reserve() (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if most := s.bounds.Load().MaxConns; most > 0 && s.open >= most {
		s.refused.Add(1)
		return false
	}
	s.open++
	s.running.Add(1)
	return true
}

func (s *Server) release() {
	s.mu.Lock()
	s.open--
	s.mu.Unlock()
	s.running.Done()
}

// greet notes an accepted connection, for Close to end it. A goroutine is about
// to be started for it that calls dismiss.
func (s *Server) greet(conn net.Conn) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.pending[conn] = struct{}{}
	s.running.Add(1)
	return true
}

// dismiss is called by the goroutine of an accepted connection when that has
// become something else, or was closed.
func (s *Server) dismiss(conn net.Conn) {
	s.forget(conn)
	s.running.Done()
}

// forget leaves conn to somebody else.
func (s *Server) forget(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, conn)
}

func (s *Server) addListener(l net.Listener) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.listeners[l] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Server) removeListener(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
	s.running.Done()
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// passing reports whether accepting may work again later.
func passing(err error) bool {
	for _, errno := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EINTR, syscall.EAGAIN,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
