package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// pollServer serves long-poll without a network.
type pollServer struct {
	*transport.Server
	accepted chan transport.Conn
	over     chan struct{}
}

func newPollServer(o transport.ServerOptions) *pollServer {
	s := &pollServer{accepted: make(chan transport.Conn, 10), over: make(chan struct{})}
	s.Server = transport.NewServer(func(c transport.Conn) { s.accepted <- c; <-s.over }, o)
	return s
}

// stop ends the handlers and the server.
func (s *pollServer) stop() {
	close(s.over)
	s.Close()
}

// ask makes a request. Each of headers is a name and a value.
func (s *pollServer) ask(method, path, body string, headers ...[2]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		r.Header.Set(h[0], h[1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *pollServer) post(path, body string) *httptest.ResponseRecorder {
	return s.ask(http.MethodPost, path, body)
}

// open opens a connection and returns the path of its transport.
func (s *pollServer) open(t testing.TB, protocol string) (path string, conn transport.Conn) {
	t.Helper()
	answer := s.post("/lp/open", `{"protocols": ["`+protocol+`"]}`)
	var opened struct{ Protocol, Transport string }
	if err := json.Unmarshal(answer.Body.Bytes(), &opened); err != nil || answer.Code != http.StatusOK || opened.Protocol != protocol {
		t.Fatalf("open: %d with %s", answer.Code, answer.Body)
	}
	return "/lp/" + opened.Transport, <-s.accepted
}

// later makes a request in the background.
func (s *pollServer) later(path, body string) <-chan *httptest.ResponseRecorder {
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- s.post(path, body) }()
	return answer
}

func expectAnswer(t testing.TB, got *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if got.Code != status || got.Body.String() != body && status < 400 {
		t.Errorf("got %d with %q, want %d with %q", got.Code, got.Body, status, body)
	}
}

func TestLongPollSend(t *testing.T) { // W226
	long := strings.Repeat("1", 1001)
	cases := []struct {
		name     string
		protocol string
		body     string
		status   int
		got      []string // messages
		fails    bool     // the connection
	}{
		{"a message", "wamp.2.json", `[1,"realm1",{}]`, 202, []string{`[1,"realm1",{}]`}, false},
		{"a binary message", "wamp.2.cbor", "\x81\x01", 202, []string{"\x81\x01"}, false},
		{"a batch", "wamp.2.json.batched", "[1]\x1e[2]\x1e", 202, []string{"[1]", "[2]"}, false},
		{"a binary batch", "wamp.2.msgpack.batched", "\x00\x00\x00\x01\xC0\x00\x00\x00\x02\x91\xC3", 202, []string{"\xC0", "\x91\xC3"}, false},
		// It is the session that ends because of these.
		{"no JSON", "wamp.2.json", "hello", 400, []string{"hello"}, false},
		{"no UTF-8", "wamp.2.json", "[\"\xFF\"]", 400, []string{"[\"\xFF\"]"}, false},
		{"nothing", "wamp.2.json", "", 400, []string{""}, false},
		{"no CBOR", "wamp.2.cbor", "\x82\x01", 400, []string{"\x82\x01"}, false},
		{"no JSON in a batch", "wamp.2.json.batched", "[1]\x1e[\x1e", 400, []string{"[1]", "["}, false},
		// These break the transport.
		{"an empty batch", "wamp.2.json.batched", "", 400, nil, true},
		{"a batch without separator", "wamp.2.json.batched", "[1]\x1e[2]", 400, nil, true},
		{"a batch cut short", "wamp.2.cbor.batched", "\x00\x00\x00\x02\x81", 400, nil, true},
		{"a message too long", "wamp.2.json", long, 400, nil, true},
		{"a message too long in a batch", "wamp.2.json.batched", long + "\x1e", 400, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newPollServer(transport.ServerOptions{Config: transport.Config{MaxMessage: 1000}})
			defer s.stop()
			path, conn := s.open(t, c.protocol)
			answer := s.later(path+"/send", c.body)
			for _, want := range c.got {
				if got := receive(t, conn); string(got) != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			expectAnswer(t, <-answer, c.status, "")
			if !c.fails {
				return
			}
			if _, err := conn.Receive(); err == nil || err == io.EOF || errors.Is(err, net.ErrClosed) {
				t.Errorf("Receive: %v", err)
			}
			expectAnswer(t, s.post(path+"/send", "[1]"), http.StatusNotFound, "")
			expectAnswer(t, s.post(path+"/receive", ""), http.StatusNotFound, "")
		})
	}
}

func TestLongPollReceive(t *testing.T) { // W226
	cases := []struct {
		protocol string
		kind     string
		send     []string
		answers  []string
	}{
		{"wamp.2.json", "application/json; charset=utf-8", []string{"[1]", "[22]"}, []string{"[1]", "[22]"}},
		{"wamp.2.cbor", "application/octet-stream", []string{"\x81\x01", "\x80"}, []string{"\x81\x01", "\x80"}},
		{"wamp.2.json.batched", "text/plain; charset=utf-8", []string{"[1]", "[22]"}, []string{"[1]\x1e[22]\x1e"}},
		{"wamp.2.cbor.batched", "application/octet-stream", []string{"\x81\x01", "\x80"}, []string{"\x00\x00\x00\x02\x81\x01\x00\x00\x00\x01\x80"}},
	}
	for _, c := range cases {
		t.Run(c.protocol, func(t *testing.T) {
			s := newPollServer(transport.ServerOptions{})
			defer s.stop()
			path, conn := s.open(t, c.protocol)
			for _, m := range c.send {
				if err := conn.SendFrame([]byte(m)); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range c.answers {
				answer := s.post(path+"/receive", "")
				expectAnswer(t, answer, http.StatusOK, want)
				if got := answer.Header().Get("Content-Type"); got != c.kind {
					t.Errorf("content type %q, want %q", got, c.kind)
				}
				if got := answer.Header().Get("Cache-Control"); got != "no-store" {
					t.Errorf("cache control %q", got)
				}
			}
			waiting := s.later(path+"/receive", "")
			send(t, conn, []byte(c.send[0]))
			if got := <-waiting; got.Code != http.StatusOK || !strings.Contains(got.Body.String(), c.send[0]) {
				t.Errorf("got %d with %q", got.Code, got.Body)
			}
			if queued := conn.Queued(); queued != 0 {
				t.Errorf("%d octets queued", queued)
			}
		})
	}
}

func TestLongPollWaitsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json.batched")
		s.later(path+"/send", "[1]\x1e")
		receive(t, conn)
		for range 10 { // which is longer than a client may be away
			begin := time.Now()
			expectAnswer(t, s.post(path+"/receive", ""), http.StatusNoContent, "")
			if waited := time.Since(begin); waited != transport.DefaultPollTimeout {
				t.Errorf("waited for %v", waited)
			}
			time.Sleep(transport.DefaultAbsenceTimeout - time.Second)
		}
		send(t, conn, []byte("[1]"))
		expectAnswer(t, s.post(path+"/receive", ""), http.StatusOK, "[1]\x1e")
	})
}

func TestLongPollClientThatStaysAwayIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{Config: transport.Config{AbsenceTimeout: 7 * time.Second}})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json")
		s.later(path+"/send", "[1]")
		receive(t, conn)
		begin := time.Now()
		if _, err := conn.Receive(); err == nil || !strings.Contains(err.Error(), "no request of the peer's within 7s") {
			t.Errorf("Receive: %v", err)
		}
		if waited := time.Since(begin); waited != 7*time.Second {
			t.Errorf("waited for %v", waited)
		}
		if err := conn.SendFrame([]byte("[1]")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("SendFrame: %v", err)
		}
		expectAnswer(t, s.post(path+"/receive", ""), http.StatusNotFound, "")
	})
}

func TestLongPollHandshakeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{Config: transport.Config{HandshakeTimeout: 3 * time.Second}})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json")
		waiting := s.later(path+"/receive", "")
		if _, err := conn.Receive(); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), "handshake timeout of 3s") {
			t.Errorf("Receive: %v", err)
		}
		expectAnswer(t, <-waiting, http.StatusNotFound, "")
	})
}

func TestLongPollClose(t *testing.T) { // W226
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json.batched")
		sent := s.later(path+"/send", "[1]\x1e[2]\x1e")
		receive(t, conn)
		expectAnswer(t, <-sent, http.StatusAccepted, "")
		waiting := s.later(path+"/receive", "")
		synctest.Wait()
		expectAnswer(t, s.post(path+"/close", ""), http.StatusAccepted, "")
		expectAnswer(t, <-waiting, http.StatusNoContent, "")
		if got := receive(t, conn); string(got) != "[2]" {
			t.Errorf("got %q of what was taken before", got)
		}
		if _, err := conn.Receive(); err != io.EOF {
			t.Errorf("Receive: %v", err)
		}
		expectAnswer(t, s.post(path+"/receive", ""), http.StatusNotFound, "")
		expectAnswer(t, s.post(path+"/send", "[1]\x1e"), http.StatusNotFound, "")
		expectAnswer(t, s.post(path+"/close", ""), http.StatusAccepted, "") // it is
	})
}

func TestSecondLongPollReplacesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json")
		first := s.later(path+"/receive", "")
		synctest.Wait()
		second := s.later(path+"/receive", "")
		synctest.Wait()
		expectAnswer(t, <-first, http.StatusNoContent, "")
		send(t, conn, []byte("[1]"))
		expectAnswer(t, <-second, http.StatusOK, "[1]")
	})
}

func TestLongPollSendsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json")
		for i := range 10 { // nobody receives yet
			s.later(path+"/send", fmt.Sprintf("[%d]", i))
			synctest.Wait()
		}
		for i := range 10 {
			if got := receive(t, conn); string(got) != fmt.Sprintf("[%d]", i) {
				t.Errorf("got %q, want %d", got, i)
			}
		}
	})
}

// A client that goes away while it polls costs nothing that is sent afterwards.
func TestLongPollRequestThatIsGoneTakesNoMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, conn := s.open(t, "wamp.2.json")
		ctx, cancel := context.WithCancel(t.Context())
		gone := httptest.NewRecorder()
		go s.ServeHTTP(gone, httptest.NewRequest(http.MethodPost, path+"/receive", nil).WithContext(ctx))
		synctest.Wait()
		cancel()
		synctest.Wait()
		send(t, conn, []byte("[1]"))
		synctest.Wait()
		if gone.Body.Len() > 0 {
			t.Errorf("nobody got %q", gone.Body)
		}
		expectAnswer(t, s.post(path+"/receive", ""), http.StatusOK, "[1]")
	})
}

// brokenResponse fails when it is written to.
type brokenResponse struct{ *httptest.ResponseRecorder }

func (brokenResponse) Write([]byte) (int, error) { return 0, errors.New("broken") }

// What was lost on its way cannot be sent again, so the connection ends.
func TestLongPollAnswerThatIsLostFailsTheConnection(t *testing.T) {
	s := newPollServer(transport.ServerOptions{})
	defer s.stop()
	path, conn := s.open(t, "wamp.2.json")
	for range 2 {
		if err := conn.SendFrame([]byte("[1]")); err != nil {
			t.Fatal(err)
		}
	}
	s.ServeHTTP(brokenResponse{httptest.NewRecorder()}, httptest.NewRequest(http.MethodPost, path+"/receive", nil))
	if _, err := conn.Receive(); err == nil || !strings.Contains(err.Error(), "lost on their way to the peer: broken") {
		t.Errorf("Receive: %v", err)
	}
	expectAnswer(t, s.post(path+"/receive", ""), http.StatusNotFound, "")
}

func TestLongPollConnectionLimit(t *testing.T) {
	s := newPollServer(transport.ServerOptions{MaxConns: 1})
	defer s.stop()
	s.open(t, "wamp.2.json")
	expectAnswer(t, s.post("/lp/open", `{"protocols": ["wamp.2.json"]}`), http.StatusServiceUnavailable, "")
}

// The last messages of long-poll connections travel by an HTTP server that
// has to live until then.
func TestCloseLetsLongPollShutDown(t *testing.T) {
	last := &wamp.Goodbye{Reason: wamp.CloseSystemShutdown}
	k := kind{name: "longpoll", scheme: "longpoll", format: wamp.JSON}
	for round := range 50 {
		var handling sync.WaitGroup
		closing := make(chan struct{})
		accepted := make(chan struct{}, 1)
		handling.Add(1)
		s := transport.NewServer(func(c transport.Conn) {
			defer handling.Done()
			accepted <- struct{}{}
			<-closing
			if err := c.Shutdown(last, 10*time.Second); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}, transport.ServerOptions{})
		l, url := k.listen(t)
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		client := dialLongPoll(t, url, k, transport.Config{})
		<-accepted
		closed := make(chan struct{})
		go func() { s.Close(); close(closed) }()
		<-served
		close(closing)
		if got := receive(t, client); !bytes.Contains(got, []byte("system_shutdown")) {
			t.Fatalf("round %d: got %q", round, got)
		}
		<-closed
		handling.Wait()
	}
}

// FuzzLongPollSend sends whatever body.
func FuzzLongPollSend(f *testing.F) {
	for _, seed := range []string{"", "[1]", "[1]\x1e", "[1]\x1e[2]\x1e", "\x00\x00\x00\x01\x80", "\x00\x00\x00\x01\x80\x00\x00\x00\x00", "\x80", "\x00\x00\x01\x00"} {
		f.Add([]byte(seed), true, true)
		f.Add([]byte(seed), false, true)
		f.Add([]byte(seed), false, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, asText, batched bool) {
		const limit = 600
		format := wamp.CBOR
		if asText {
			format = wamp.JSON
		}
		protocol := "wamp.2." + format.String()
		if batched {
			protocol += ".batched"
		}
		s := newPollServer(transport.ServerOptions{Config: transport.Config{MaxMessage: limit}})
		defer s.stop()
		path, conn := s.open(t, protocol)
		var got []string
		failed := make(chan error, 1)
		go func() {
			for {
				message, err := conn.Receive()
				if err != nil {
					failed <- err
					return
				}
				if len(message) > limit {
					t.Errorf("a message of %d octets passed the limit", len(message))
				}
				got = append(got, string(message))
			}
		}()
		answer := s.post(path+"/send", string(body))
		s.post(path+"/close", "")
		err := <-failed
		again := string(body)
		if batched {
			again = string(batchOf(format, got...))
		} else if len(got) == 1 {
			again = got[0]
		}
		switch {
		case answer.Code == http.StatusAccepted && (err != io.EOF || len(got) == 0):
			t.Errorf("taken, and yet %v with %q", err, got)
		case answer.Code != http.StatusAccepted && answer.Code != http.StatusBadRequest:
			t.Errorf("got %d with %s", answer.Code, answer.Body)
		case err == io.EOF && again != string(body):
			t.Errorf("%q became %q", body, got)
		case err != io.EOF && len(got) > 0:
			t.Errorf("got %q of what was refused: %v", got, err)
		}
	})
}
