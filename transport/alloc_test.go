//go:build !race

package transport_test

import (
	"testing"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// A message costs no allocation on its way through a connection, but the one
// that gorilla/websocket makes for each that is received.
func TestMessagesAreNotAllocated(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			server, client := k.pair(t, transport.Config{}, transport.Config{})
			server.OnIdle(server.Flush)
			event := &wamp.Event{Subscription: 1, Publication: 2, Payload: wamp.Payload{Format: k.format, Args: []byte{0x80}}}
			if k.format == wamp.JSON {
				event.Payload.Args = []byte("[]")
			}
			go func() {
				for {
					frame, err := server.Receive()
					if err != nil || server.SendFrame(frame) != nil {
						return
					}
				}
			}()
			if k.scheme == "longpoll" {
				t.Skip("net/http allocates")
			}
			limit := 0.0
			switch k.scheme {
			case "ws":
				limit = 2 // there and back
			case "tcps", "wss":
				limit = 8 // crypto/tls makes some
			}
			got := testing.AllocsPerRun(1000, func() {
				if err := client.Send(event); err != nil {
					t.Fatal(err)
				}
				client.Flush()
				if _, err := client.Receive(); err != nil {
					t.Fatal(err)
				}
			})
			if got > limit {
				t.Errorf("%v allocations for a message there and back, want at most %v", got, limit)
			}
		})
	}
}
