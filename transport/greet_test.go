package transport_test

import (
	"net/http"
	"testing"

	"github.com/wampkit/wampkit/transport"
)

// Greet is asked before a request becomes a connection, which keeps the headers if
// they are wanted, and only then.
func TestGreet(t *testing.T) {
	for _, keep := range []bool{true, false} {
		infos := make(chan transport.Info, 1)
		var asked http.Header
		s := transport.NewServer(func(c transport.Conn) { infos <- c.Info() }, transport.ServerOptions{
			Greet: func(request *http.Request, response http.Header) bool {
				asked = request.Header
				response.Set("Set-Cookie", "a=b")
				response.Set("Sec-Websocket-Protocol", "a.lie") // which is for the server to say
				return keep
			},
		})
		l, url := tcp.listen(t)
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		dial(t, "ws"+url[len("tcp"):], transport.DialOptions{Header: http.Header{"Cookie": {"c=d"}}})
		info := <-infos
		if asked.Get("Cookie") != "c=d" {
			t.Errorf("asked with %v", asked)
		}
		if got := info.RequestHeader.Get("Cookie"); (got == "c=d") != keep {
			t.Errorf("kept: %v, request header: %v", keep, info.RequestHeader)
		}
		if got := info.ResponseHeader.Get("Set-Cookie"); (got == "a=b") != keep {
			t.Errorf("kept: %v, response header: %v", keep, info.ResponseHeader)
		}
		s.Close()
		<-served
	}
}
