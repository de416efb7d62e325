package transport_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

func TestCloseWaitsForHandlersAndRefusesNewConnections(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var over sync.WaitGroup
	over.Add(1)
	s := transport.NewServer(func(transport.Conn) {
		defer over.Done()
		close(entered)
		<-leave
	}, transport.ServerOptions{})
	l, url := tcp.listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	client := dial(t, url, transport.DialOptions{})
	<-entered
	pending := knockAt(t, l.Addr().String()) // has said nothing yet
	write(t, pending, []byte{0x7F})
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := pending.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection without a handshake: %v", err)
	}
	select {
	case <-closed:
		t.Error("Close returned while a handler was running")
	default:
	}
	if _, err := transport.Dial(context.Background(), url, transport.DialOptions{}); err == nil {
		t.Error("a connection was accepted after Close")
	}
	close(leave)
	<-closed
	over.Wait()
	if _, err := client.Receive(); err == nil {
		t.Error("the connection outlives its handler")
	}
	if err := s.Serve(l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve after Close: %v", err)
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header = http.Header{"Connection": {"upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Protocol": {"wamp.2.json"}}
	if s.ServeHTTP(answer, r); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("ServeHTTP after Close: %d", answer.Code)
	}
}

func TestHandlerThatReturnsDoesNotCutShutdownShort(t *testing.T) {
	last := &wamp.Goodbye{Reason: wamp.CloseNormal}
	for _, k := range kinds[1:] {
		t.Run(k.name, func(t *testing.T) {
			results := make(chan error, 1)
			url := k.serve(t, transport.NewServer(func(c transport.Conn) {
				begun := make(chan struct{})
				for range 8 { // more than the network takes at once
					if err := c.SendFrame(text(1 << 20)); err != nil {
						t.Error(err)
					}
				}
				go func() {
					close(begun)
					results <- c.Shutdown(last, 10*time.Second)
				}()
				<-begun
				for {
					if _, err := c.Receive(); err != nil {
						return
					}
				}
			}, transport.ServerOptions{Config: transport.Config{QueueBytes: 16 << 20}}))
			client := k.dial(t, url, transport.Config{})
			for range 8 {
				receive(t, client)
			}
			receive(t, client)
			client.Close()
			if err := <-results; err != nil {
				t.Error(err)
			}
		})
	}
}

// flakyListener fails with each of errs before it accepts.
type flakyListener struct {
	net.Listener
	errs []error
}

func (l *flakyListener) Accept() (net.Conn, error) {
	if len(l.errs) > 0 {
		err := l.errs[0]
		l.errs = l.errs[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
	}
	return l.Listener.Accept()
}

func TestAcceptErrors(t *testing.T) {
	t.Run("passing ones are logged and waited out", func(t *testing.T) {
		var logged bytes.Buffer
		s := transport.NewServer(func(transport.Conn) {}, transport.ServerOptions{Log: slog.New(slog.NewTextHandler(&logged, nil))})
		l, url := tcp.listen(t)
		served := make(chan error, 1)
		go func() {
			served <- s.Serve(&flakyListener{l, []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED}})
		}()
		dial(t, url, transport.DialOptions{})
		s.Close()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := strings.Count(logged.String(), "cannot accept"); n != 3 {
			t.Errorf("logged %d times:\n%s", n, &logged)
		}
	})
	t.Run("others end Serve", func(t *testing.T) {
		s := transport.NewServer(func(transport.Conn) {}, transport.ServerOptions{})
		l, _ := tcp.listen(t)
		if err := s.Serve(&flakyListener{l, []error{syscall.EINVAL}}); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("Serve: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestOnePortServesEveryTransport(t *testing.T) { // W224
	url := kind{scheme: "tcp"}.serve(t, transport.NewServer(func(c transport.Conn) {
		frame, err := c.Receive()
		if err == nil {
			c.SendFrame(frame)
			c.Shutdown(nil, time.Second)
		}
	}, transport.ServerOptions{Path: "/ws"}))
	for _, url := range []string{url, strings.Replace(url, "tcp", "ws", 1) + "/ws"} {
		for _, f := range wamp.Formats() {
			client := dial(t, url, transport.DialOptions{Formats: []wamp.Format{f}})
			if client.Format() != f {
				t.Errorf("%s: %v, want %v", url, client.Format(), f)
			}
			send(t, client, []byte("hello"))
			if got := receive(t, client); string(got) != "hello" {
				t.Errorf("%s: got %q", url, got)
			}
			client.Close()
		}
	}
}

func TestListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	t.Run("replaces a dead socket file", func(t *testing.T) {
		l, err := transport.Listen("unix://" + path)
		if err != nil {
			t.Fatal(err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
		if l, err = transport.Listen("unix://" + path); err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if _, err = transport.Listen("unix://" + path); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second listener: %v", err)
		}
	})
	t.Run("leaves other files alone", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := transport.Listen("unix://" + file); err == nil {
			t.Error("no error")
		}
		if got, _ := os.ReadFile(file); string(got) != "mine" {
			t.Errorf("the file has %q", got)
		}
	})
	for url, want := range map[string]string{
		"http://127.0.0.1:0": `unknown scheme "http": want ws, wss, tcp, tcps or unix`,
		"127.0.0.1:0":        "want a URL such as",
		"tcp://127.0.0.1":    "names no port",
		"unix://":            "names no socket",
		"wss://127.0.0.1:0":  "use ListenTLS",
	} {
		if _, err := transport.Listen(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", url, err, want)
		}
	}
	if _, err := transport.ListenTLS("ws://127.0.0.1:0", serverTLS()); err == nil || !strings.Contains(err.Error(), "use wss or tcps") {
		t.Errorf("got %v", err)
	}
	if _, err := transport.ListenTLS("wss://127.0.0.1:0", nil); err == nil {
		t.Error("TLS without a config: no error")
	}
}
