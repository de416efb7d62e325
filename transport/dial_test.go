package transport_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

func TestDialSaysWhatIsWrong(t *testing.T) {
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unused.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	pageAddress := page.Listener.Addr().String()
	rawOnly := answering(t, "\x7F\x10\x00\x00")
	cases := []struct {
		url  string
		o    transport.DialOptions
		want []string
		is   error
	}{
		{url: "http://127.0.0.1:1/", want: []string{`unknown scheme "http"`, "ws, wss, tcp, tcps or unix"}},
		{url: "127.0.0.1:8080", want: []string{"want a URL such as ws://127.0.0.1:8080/ws"}},
		{url: "/ws", want: []string{`"/ws" has no scheme`, "ws, wss, tcp, tcps or unix"}},
		{url: "tcp://127.0.0.1", want: []string{"tcp://127.0.0.1 names no port", "tcp://host:port"}},
		{url: "unix://", want: []string{"unix:///path/to/socket"}},
		{url: "ws://joe:secret@127.0.0.1/", want: []string{"ws://joe:xxxxx@127.0.0.1/", "authenticate in the session"}},
		{url: "tcp://127.0.0.1:1", o: transport.DialOptions{Formats: []wamp.Format{}}, want: []string{"no serializer"}},
		{url: "tcp://" + unused.Addr().String(), want: []string{"connect to tcp://" + unused.Addr().String()}, is: syscall.ECONNREFUSED},
		{url: "unix:///nowhere/at/all", want: []string{"connect to unix:///nowhere/at/all"}, is: syscall.ENOENT},
		{url: "ws://" + pageAddress + "/ws", want: []string{"404 Not Found", "is the path right?", "404 page not found"}},
		{url: "tcp://" + answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), want: []string{"speaks HTTP", "use a ws:// or wss:// URL"}},
		{url: "ws://" + rawOnly, want: []string{"does not speak HTTP", "tcp://"}},
		{url: "tcp://" + rawOnly, want: []string{"does not speak the serializer cbor", "json"}},
		{url: "tcp://" + answering(t, "\x7F\x20\x00\x00"), want: []string{"maximum message length", "larger MaxMessage"}},
		{url: "tcp://" + answering(t, "\x7F\x30\x00\x00"), want: []string{"reserved bits"}},
		{url: "tcp://" + answering(t, "\x7F\x40\x00\x00"), want: []string{"maximum number of connections"}},
		{url: "tcp://" + answering(t, "\x7F\x90\x00\x00"), want: []string{"unknown code 9"}},
		{url: "tcp://" + answering(t, "\x7F\xF1\x00\x00"), want: []string{"answered with serializer 1, asked for was cbor (3)"}},
		{url: "tcp://" + answering(t, "\x7F\xF3\x00\x01"), want: []string{"uses reserved octets"}},
		{url: "tcp://" + answering(t, "SSH-"), want: []string{"does not speak RawSocket"}},
		{url: "tcp://" + answering(t, ""), want: []string{"no answer to the RawSocket handshake"}},
		{url: "ws://" + answering(t, "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"), want: []string{"302 Found", "it redirects to /login"}},
		{url: "wss://" + tlsListener(t), want: []string{"TLS"}, is: x509.UnknownAuthorityError{}},
	}
	for _, c := range cases {
		t.Run(c.url+" "+c.want[0], func(t *testing.T) {
			conn, err := transport.Dial(context.Background(), c.url, c.o)
			if err == nil {
				conn.Close()
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("a password is shown in: %v", err)
			}
			var unknown x509.UnknownAuthorityError
			if c.is != nil && !errors.Is(err, c.is) && !errors.As(err, &unknown) {
				t.Errorf("%v is not %v", err, c.is)
			}
		})
	}
}

// answering starts a server that reads a little, writes answer and closes, for
// every connection.
func answering(t testing.TB, answer string) (address string) {
	t.Helper()
	return listening(t, func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		fmt.Fprint(conn, answer)
	})
}

// listening starts a server that runs handle for every connection.
func listening(t testing.TB, handle func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handle(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-over })
	return l.Addr().String()
}

func tlsListener(t testing.TB) (address string) {
	t.Helper()
	url := kind{scheme: "wss"}.serve(t, transport.NewServer(func(transport.Conn) {}, transport.ServerOptions{}))
	return strings.TrimPrefix(url, "wss://")
}

func TestDialHonoursContext(t *testing.T) {
	reason := errors.New("changed my mind")
	for _, scheme := range []string{"tcp", "tcps", "ws", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			address := listening(t, func(conn net.Conn) {
				conn.Read(make([]byte, 1)) // a part of the handshake
				cancel(reason)             // and no answer, until the client goes
				for {
					if _, err := conn.Read(make([]byte, 4096)); err != nil {
						return
					}
				}
			})
			if _, err := transport.Dial(ctx, scheme+"://"+address, transport.DialOptions{}); !errors.Is(err, reason) {
				t.Errorf("canceled: %v", err)
			}
			o := transport.DialOptions{Config: transport.Config{HandshakeTimeout: 20 * time.Millisecond}}
			if _, err := transport.Dial(context.Background(), scheme+"://"+address, o); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "handshake timeout of 20ms") {
				t.Errorf("timed out: %v", err)
			}
		})
	}
}

func TestDialTriesTheNextSerializer(t *testing.T) {
	for _, scheme := range []string{"tcp", "ws"} {
		t.Run(scheme, func(t *testing.T) {
			url := kind{scheme: scheme}.serve(t, transport.NewServer(func(c transport.Conn) { c.Receive() },
				transport.ServerOptions{Formats: []wamp.Format{wamp.JSON}}))
			if c := dial(t, url, transport.DialOptions{}); c.Format() != wamp.JSON {
				t.Errorf("got %v", c.Format())
			}
		})
	}
}

func TestDialSendsHeadersAndPath(t *testing.T) {
	requests := make(chan *http.Request, 1)
	s := transport.NewServer(func(transport.Conn) {}, transport.ServerOptions{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests <- r
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { web.Close(); s.Close() })
	dial(t, strings.Replace(web.URL, "http", "ws", 1)+"/a%20b?c=d", transport.DialOptions{Header: http.Header{"Cookie": {"session=7"}}})
	r := <-requests
	if r.URL.String() != "/a%20b?c=d" || r.Header.Get("Cookie") != "session=7" || r.Host != web.Listener.Addr().String() {
		t.Errorf("got %s %v for %s", r.URL, r.Header, r.Host)
	}
}

func TestDialUsesNetDial(t *testing.T) {
	url := tcp.serve(t, transport.NewServer(func(c transport.Conn) { c.Receive() }, transport.ServerOptions{}))
	var asked string
	o := transport.DialOptions{NetDial: func(ctx context.Context, network, address string) (net.Conn, error) {
		asked = network + " " + address
		return new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(url, "tcp://"))
	}}
	dial(t, "tcp://router.invalid:81", o)
	if asked != "tcp router.invalid:81" {
		t.Errorf("asked for %s", asked)
	}
}
