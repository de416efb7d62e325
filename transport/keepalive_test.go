package transport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

var pinging = transport.Config{PingInterval: 10 * time.Millisecond, PingTimeout: 50 * time.Millisecond}

func TestDeadPeerIsNoticed(t *testing.T) {
	expect := func(t *testing.T, server transport.Conn) {
		t.Helper()
		if _, err := server.Receive(); err == nil || !strings.Contains(err.Error(), "did not answer a ping within 50ms") {
			t.Errorf("got %v", err)
		}
		if err := server.SendFrame(text(1)); err == nil {
			t.Error("the connection is still open")
		}
	}
	t.Run("RawSocket", func(t *testing.T) {
		peer, accepted := knock(t, transport.ServerOptions{Config: pinging})
		shake(t, peer, "7F F3 00 00")
		expect(t, <-accepted)
		if got := read(t, peer, 4); string(got) != "\x01\x00\x00\x00" {
			t.Errorf("got % x instead of a PING", got)
		}
	})
	t.Run("WebSocket", func(t *testing.T) {
		peer, server := wsKnock(t, transport.ServerOptions{Config: pinging}, wamp.JSON)
		expect(t, server)
		if first, _ := peer.readFrame(t); first != fin|opPing {
			t.Errorf("got %x instead of a ping", first)
		}
	})
}

func TestPeerThatAnswersPingsStays(t *testing.T) {
	t.Run("RawSocket", func(t *testing.T) {
		peer, accepted := knock(t, transport.ServerOptions{Config: pinging})
		shake(t, peer, "7F F3 00 00")
		server := <-accepted
		go func() {
			for range 10 {
				prefix, content := readRaw(t, peer)
				if prefix>>24 != 1 {
					t.Errorf("got the prefix %08x", prefix)
				}
				write(t, peer, rawFrame(2, content))
			}
			write(t, peer, rawFrame(0, []byte("still here")))
		}()
		if got := receive(t, server); string(got) != "still here" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("WebSocket", func(t *testing.T) {
		peer, server := wsKnock(t, transport.ServerOptions{Config: pinging}, wamp.CBOR)
		go func() {
			for range 10 {
				first, content := peer.readFrame(t)
				if first != fin|opPing {
					t.Errorf("got %x", first)
				}
				write(t, peer, frame(fin|opPong, content))
			}
			write(t, peer, frame(fin|opBinary, []byte("still here")))
		}()
		if got := receive(t, server); string(got) != "still here" {
			t.Errorf("got %q", got)
		}
	})
}

// Both ends ping, and answer each other's pings.
func TestBothEndsPing(t *testing.T) {
	for _, k := range kinds[1:] {
		t.Run(k.name, func(t *testing.T) {
			server, client := k.pair(t, pinging, pinging)
			results := make(chan error, 2)
			for _, c := range []transport.Conn{server, client} {
				go func() { _, err := c.Receive(); results <- err }()
			}
			select {
			case err := <-results:
				t.Fatal(err)
			case <-time.After(4 * (pinging.PingInterval + pinging.PingTimeout)):
			}
			send(t, server, text(1))
			send(t, client, text(1))
			for range 2 {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// Nobody concludes anything about a peer to which nobody listens.
func TestBusyReceiverDoesNotFailThePeer(t *testing.T) {
	for _, k := range kinds[1:] {
		t.Run(k.name, func(t *testing.T) {
			server, client := k.pair(t, pinging, transport.Config{})
			send(t, client, text(1))
			receive(t, server)
			send(t, client, text(2)) // and no PONG: the client does not receive
			<-time.After(2 * (pinging.PingInterval + pinging.PingTimeout))
			if got := receive(t, server); len(got) != 2 {
				t.Errorf("got %q", got)
			}
		})
	}
}
