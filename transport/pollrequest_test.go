package transport_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

func TestLongPollOpen(t *testing.T) { // W226
	cases := []struct {
		name    string
		options transport.ServerOptions
		body    string
		status  int
		want    string // the protocol, or what the text says
	}{
		{name: "JSON", body: `{"protocols": ["wamp.2.json"]}`, status: 200, want: "wamp.2.json"},
		{name: "batched", body: `{"protocols": ["wamp.2.msgpack.batched"]}`, status: 200, want: "wamp.2.msgpack.batched"},
		{name: "the client's preference", body: `{"protocols": ["x", "wamp.2.cbor", "wamp.2.json"], "more": 1}`, status: 200, want: "wamp.2.cbor"},
		{name: "what is served", options: transport.ServerOptions{Formats: []wamp.Format{wamp.JSON}},
			body: `{"protocols": ["wamp.2.cbor", "wamp.2.json.batched"]}`, status: 200, want: "wamp.2.json.batched"},
		{name: "nothing in common", body: `{"protocols": ["wamp.3.json"]}`, status: 400, want: "wamp.2.cbor"},
		{name: "no protocols", body: `{}`, status: 400, want: "no protocol in common"},
		{name: "no body", status: 400, want: `{"protocols": ["wamp.2.json"]}`},
		{name: "no dictionary", body: `["wamp.2.json"]`, status: 400},
		{name: "no names", body: `{"protocols": [1]}`, status: 400},
		{name: "too long", body: `{"protocols": ["wamp.2.json"]}` + strings.Repeat(" ", 20_000), status: 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newPollServer(c.options)
			defer s.stop()
			answer := s.post("/lp/open?x=17", c.body)
			got := answer.Body.String()
			if answer.Code == http.StatusOK {
				var opened struct{ Protocol, Transport string }
				if err := json.Unmarshal(answer.Body.Bytes(), &opened); err != nil {
					t.Fatal(err)
				}
				if len(opened.Transport) < 22 {
					t.Errorf("the transport %q can be guessed", opened.Transport)
				}
				got = opened.Protocol
				if format := (<-s.accepted).Format().String(); !strings.Contains(got, format) {
					t.Errorf("the connection speaks %s", format)
				}
			}
			if answer.Code != c.status || !strings.Contains(got, c.want) {
				t.Errorf("got %d with %q, want %d with %q", answer.Code, got, c.status, c.want)
			}
		})
	}
}

// Autobahn|JS takes 200 and 204 for success, and no other.
func TestLongPollAnswersAutobahn(t *testing.T) {
	s := newPollServer(transport.ServerOptions{})
	defer s.stop()
	path, conn := s.open(t, "wamp.2.json")
	autobahn := [2]string{"Content-Type", "application/json; charset=utf-8"}
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- s.ask(http.MethodPost, path+"/send", "[1]", autobahn) }()
	receive(t, conn)
	expectAnswer(t, <-answer, http.StatusNoContent, "")
	expectAnswer(t, s.ask(http.MethodPost, path+"/close", "", autobahn), http.StatusNoContent, "")
	expectAnswer(t, s.ask(http.MethodPost, path+"/close", "", [2]string{"Content-Type", "application/json"}), http.StatusAccepted, "")
}

func TestLongPollOrigins(t *testing.T) { // W037
	foreign, own := [2]string{"Origin", "http://evil"}, [2]string{"Origin", "http://example.com"}
	preflight := [2]string{"Access-Control-Request-Method", "POST"}
	open := `{"protocols": ["wamp.2.json"]}`
	cases := []struct {
		name    string
		options transport.ServerOptions
		method  string
		headers [][2]string
		status  int
		allowed string // the origin that the browser is told
	}{
		{"no page", transport.ServerOptions{}, "POST", nil, 200, ""},
		{"foreign", transport.ServerOptions{}, "POST", [][2]string{foreign}, 403, ""},
		{"same host", transport.ServerOptions{}, "POST", [][2]string{own}, 200, "http://example.com"},
		{"listed", transport.ServerOptions{Origins: []string{"http://evil"}}, "POST", [][2]string{foreign}, 200, "http://evil"},
		{"any", transport.ServerOptions{Origins: []string{"*"}}, "POST", [][2]string{foreign}, 200, "http://evil"},
		{"own check", transport.ServerOptions{CheckOrigin: func(*http.Request) bool { return false }}, "POST", nil, 403, ""},
		{"foreign asks first", transport.ServerOptions{}, "OPTIONS", [][2]string{foreign, preflight}, 403, ""},
		{"listed asks first", transport.ServerOptions{Origins: []string{"http://evil"}}, "OPTIONS", [][2]string{foreign, preflight}, 204, "http://evil"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newPollServer(c.options)
			defer s.stop()
			answer := s.ask(c.method, "/lp/open", open, c.headers...)
			header := answer.Header()
			if answer.Code != c.status || header.Get("Access-Control-Allow-Origin") != c.allowed {
				t.Errorf("got %d for %q, want %d for %q", answer.Code, header.Get("Access-Control-Allow-Origin"), c.status, c.allowed)
			}
			if c.allowed != "" && (header.Get("Access-Control-Allow-Credentials") != "true" || header.Get("Vary") != "Origin") {
				t.Errorf("headers %v", header)
			}
			if c.status == http.StatusNoContent && (header.Get("Access-Control-Allow-Methods") != "POST" || header.Get("Access-Control-Allow-Headers") != "Content-Type") {
				t.Errorf("headers %v", header)
			}
		})
	}
	t.Run("in each request", func(t *testing.T) {
		s := newPollServer(transport.ServerOptions{})
		defer s.stop()
		path, _ := s.open(t, "wamp.2.json")
		for _, verb := range []string{"/send", "/receive", "/close"} {
			if answer := s.ask(http.MethodPost, path+verb, "[1]", foreign); answer.Code != http.StatusForbidden {
				t.Errorf("%s: %d", verb, answer.Code)
			}
		}
	})
}

func TestLongPollPath(t *testing.T) {
	own := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	cases := []struct {
		options transport.ServerOptions
		path    string
		status  int
	}{
		{transport.ServerOptions{}, "/lp/open", 200},
		{transport.ServerOptions{}, "/any/where/open", 200},
		{transport.ServerOptions{}, "/open", 200},
		{transport.ServerOptions{}, "/close", 426},
		{transport.ServerOptions{}, "/lp/", 426},
		{transport.ServerOptions{Path: "/ws"}, "/lp/open", 200},
		{transport.ServerOptions{Path: "/ws"}, "/other/open", 404},
		{transport.ServerOptions{HTTP: own}, "/lp/open", 200},
		{transport.ServerOptions{HTTP: own}, "/door/open", 418},
		{transport.ServerOptions{HTTP: own, LongPollPath: "/door"}, "/door/open", 200},
		{transport.ServerOptions{LongPollPath: "/door"}, "/lp/open", 426},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.options.Path, c.options.LongPollPath, c.options.HTTP != nil, c.path), func(t *testing.T) {
			address, _ := listenFor(t, c.options)
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Post("http://"+address+c.path, "application/json", strings.NewReader(`{"protocols": ["wamp.2.json"]}`))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != c.status {
				t.Errorf("got %d, want %d", response.StatusCode, c.status)
			}
		})
	}
}

func TestLongPollKnowsItsTLS(t *testing.T) {
	for _, mux := range []bool{false, true} {
		t.Run(fmt.Sprint("in a mux ", mux), func(t *testing.T) {
			accepted := make(chan transport.Conn, 1)
			s := transport.NewServer(func(c transport.Conn) { accepted <- c; c.Receive() }, transport.ServerOptions{})
			var url string
			if mux {
				web := httptest.NewUnstartedServer(s)
				web.TLS = serverTLS()
				web.StartTLS()
				t.Cleanup(web.Close)
				t.Cleanup(func() { s.Close() })
				url = web.URL
			} else {
				url = strings.Replace(kind{scheme: "wss"}.serve(t, s), "wss", "https", 1)
			}
			client := http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(), DisableKeepAlives: true}}
			response, err := client.Post(url+"/lp/open", "application/json", strings.NewReader(`{"protocols": ["wamp.2.json"]}`))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			conn := <-accepted
			defer conn.Close()
			if info := conn.Info(); info.TLS == nil || info.Local == nil || info.Remote == nil {
				t.Errorf("got %+v", info)
			}
		})
	}
}
