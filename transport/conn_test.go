package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// What every Conn does, whatever carries it.

func receive(t testing.TB, c transport.Conn) []byte {
	t.Helper()
	frame, err := c.Receive()
	if err != nil {
		t.Fatalf("Receive: %v", err)
	}
	return frame
}

func send(t testing.TB, c transport.Conn, frame []byte) {
	t.Helper()
	if err := c.SendFrame(frame); err != nil {
		t.Fatalf("SendFrame: %v", err)
	}
	c.Flush()
}

// text returns a frame that is valid UTF-8, so that it may be sent as JSON too.
func text(n int) []byte { return bytes.Repeat([]byte{'x'}, n) }

func TestMessagesOfEverySizeArriveInOrder(t *testing.T) {
	sizes := []int{0, 1, 2, 124, 125, 126, 127, 1000, 2040, 2048, 8191, 8192, 16 << 10, 32 << 10, 65535, 65536, 65537, 128 << 10, 1 << 20, 16 << 20, 3}
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{QueueBytes: 64 << 20}, transport.Config{QueueBytes: 64 << 20})
		for name, ends := range map[string][2]transport.Conn{"to the client": {server, client}, "to the server": {client, server}} {
			t.Run(name, func(t *testing.T) {
				for _, n := range sizes {
					frame := text(n)
					if n > 0 {
						frame[0], frame[n-1] = 'a', 'z'
					}
					if err := ends[0].SendFrame(frame); err != nil {
						t.Fatalf("%d octets: %v", n, err)
					}
				}
				ends[0].Flush()
				for _, n := range sizes {
					got := receive(t, ends[1])
					if len(got) != n {
						t.Fatalf("got %d octets, want %d", len(got), n)
					}
					if n > 1 && (got[0] != 'a' || got[n-1] != 'z' || bytes.Count(got, []byte{'x'}) != n-2) {
						t.Fatalf("%d octets arrived changed", n)
					}
				}
			})
		}
	})
}

func TestSendEncodesInTheFormatOfTheConnection(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{}, transport.Config{})
		if server.Format() != k.format || client.Format() != k.format {
			t.Fatalf("formats %v and %v, want %v", server.Format(), client.Format(), k.format)
		}
		decoder := codec.NewDecoder(k.format, codec.Options{})
		for _, size := range []int{0, 10, 100, 300, 5000, 20_000, 70_000, 200_000} {
			args, err := codec.EncodePayload(wamp.CBOR, []any{strings.Repeat("ä", size)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			// CBOR is transcoded for the others, and then misses the size estimated for it.
			want := &wamp.Call{Request: 7, Procedure: "com.example.f", Payload: args}
			if err := client.Send(want); err != nil {
				t.Fatal(err)
			}
			client.Flush()
			m, err := decoder.Decode(receive(t, server))
			if err != nil {
				t.Fatal(err)
			}
			call, ok := m.(*wamp.Call)
			if !ok || call.Request != 7 || call.Procedure != want.Procedure {
				t.Fatalf("got %#v", m)
			}
			got, _, err := codec.DecodePayload(call.Payload)
			if err != nil || len(got) != 1 || got[0] != strings.Repeat("ä", size) {
				t.Fatalf("%d characters arrived changed: %v", size, err)
			}
		}
	})
}

func TestSenderThatIsNotReadIsBounded(t *testing.T) {
	const limit = 100_000
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{QueueBytes: limit}, transport.Config{QueueBytes: limit})
		frame := text(10_000)
		sent := 0
		for ; ; sent++ {
			err := server.SendFrame(frame)
			if errors.Is(err, transport.ErrQueueFull) {
				if !server.AwaitRoom(10 * time.Millisecond) { // the network takes no more either
					break
				}
				sent--
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if queued := server.Queued(); queued > limit {
				t.Fatalf("%d octets queued", queued)
			}
			server.Flush()
		}
		room := make(chan bool)
		go func() { room <- server.AwaitRoom(time.Minute) }()
		for range sent {
			if got := receive(t, client); len(got) != len(frame) {
				t.Fatalf("got %d octets", len(got))
			}
		}
		if !<-room {
			t.Error("AwaitRoom reported no room, although everything was read")
		}
	})
}

func TestMessageLargerThanTheQueueIsTakenWhenTheQueueIsEmpty(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{QueueBytes: 1000}, transport.Config{QueueBytes: 1000})
		if err := client.SendFrame(text(5000)); err != nil {
			t.Fatal(err)
		}
		if err := client.SendFrame(text(1)); !errors.Is(err, transport.ErrQueueFull) {
			t.Fatalf("got %v, want ErrQueueFull", err)
		}
		if client.Queued() < 5000 {
			t.Errorf("%d octets queued", client.Queued())
		}
		client.Flush()
		if got := receive(t, server); len(got) != 5000 {
			t.Errorf("got %d octets", len(got))
		}
	})
}

func TestManySendersKeepTheirOrder(t *testing.T) {
	const senders, each = 8, 500
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{}, transport.Config{})
		var wg sync.WaitGroup
		for sender := range senders {
			wg.Go(func() {
				for i := range each {
					frame := fmt.Appendf(nil, "%d %d %s", sender, i, text(i*7%300))
					if err := client.SendFrame(frame); err != nil {
						t.Error(err)
						return
					}
					if i%3 == 0 {
						client.Flush()
					} else {
						client.FlushSoon()
					}
				}
			})
		}
		var next [senders]int
		for range senders * each {
			var sender, i int
			if _, err := fmt.Sscanf(string(receive(t, server)), "%d %d", &sender, &i); err != nil {
				t.Fatal(err)
			}
			if i != next[sender] {
				t.Fatalf("sender %d: got message %d, want %d", sender, i, next[sender])
			}
			next[sender]++
		}
		wg.Wait()
	})
}

func TestLastMessageOfShutdownArrives(t *testing.T) { // W051
	last := &wamp.Goodbye{Reason: wamp.CloseNormal}
	eachKind(t, func(t *testing.T, k kind) {
		want, err := codec.Append(nil, k.format, last)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			server, client := k.pair(t, transport.Config{}, transport.Config{})
			// Input that the server never reads must not cost the goodbye.
			send(t, client, text(100))
			goodbye := make(chan error, 1)
			go func() { goodbye <- server.Shutdown(last, 5*time.Second) }()
			if got := receive(t, client); !bytes.Equal(got, want) {
				t.Fatalf("round %d: got %x, want %x", i, got, want)
			}
			if _, err := client.Receive(); err != io.EOF {
				t.Fatalf("round %d: after the last message: %v, want io.EOF", i, err)
			}
			client.Close()
			if err := <-goodbye; err != nil {
				t.Fatalf("round %d: Shutdown: %v", i, err)
			}
		}
	})
}

func TestNothingIsQueuedBehindTheEnd(t *testing.T) {
	ends := map[string]func(transport.Conn) error{
		"Shutdown": func(c transport.Conn) error { return c.Shutdown(nil, 50*time.Millisecond) },
		"Close":    func(c transport.Conn) error { return c.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				server, _ := k.pair(t, transport.Config{}, transport.Config{})
				if err := end(server); err != nil {
					t.Fatal(err)
				}
				if err := server.SendFrame(text(1)); !errors.Is(err, net.ErrClosed) {
					t.Errorf("SendFrame: %v, want net.ErrClosed", err)
				}
				if err := server.Send(&wamp.Published{Request: 1, Publication: 1}); !errors.Is(err, net.ErrClosed) {
					t.Errorf("Send: %v, want net.ErrClosed", err)
				}
				if _, err := server.Receive(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("Receive: %v, want net.ErrClosed", err)
				}
				if server.AwaitRoom(time.Minute) {
					t.Error("AwaitRoom reports room")
				}
				server.Flush()
				server.FlushSoon()
				if err := server.Close(); err != nil {
					t.Errorf("Close again: %v", err)
				}
			})
		})
	}
}

func TestEndWakesReceive(t *testing.T) {
	ends := map[string]func(transport.Conn) error{
		"Shutdown": func(c transport.Conn) error { return c.Shutdown(nil, 100*time.Millisecond) },
		"Close":    func(c transport.Conn) error { return c.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k kind) {
				server, _ := k.pair(t, transport.Config{}, transport.Config{})
				waiting := make(chan struct{})
				server.OnIdle(sync.OnceFunc(func() { close(waiting) }))
				result := make(chan error)
				go func() { _, err := server.Receive(); result <- err }()
				<-waiting
				if err := end(server); err != nil {
					t.Fatal(err)
				}
				if err := <-result; !errors.Is(err, net.ErrClosed) {
					t.Errorf("Receive: %v, want net.ErrClosed", err)
				}
			})
		})
	}
}

func TestShutdownIsBoundedByLinger(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		if k.scheme == "" {
			t.Skip("a pipe has nothing to wait for")
		}
		server, _ := k.pair(t, transport.Config{QueueBytes: 64 << 20}, transport.Config{})
		for range 32 { // more than the network takes
			send(t, server, text(1<<20))
		}
		if err := server.Shutdown(nil, 20*time.Millisecond); err == nil {
			t.Error("Shutdown reports success, although the peer did not read")
		}
	})
}

func TestIdleHookRunsBeforeWaiting(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{}, transport.Config{})
		// The answer leaves because of the hook alone.
		server.OnIdle(server.Flush)
		go func() {
			for {
				frame, err := server.Receive()
				if err != nil || server.SendFrame(bytes.Clone(frame)) != nil {
					return
				}
			}
		}()
		for i := range 100 {
			want := fmt.Appendf(nil, "message %d", i)
			send(t, client, want)
			if got := receive(t, client); !bytes.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

func TestPeerThatLeavesInGoodOrderIsEOF(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{}, transport.Config{})
		done := make(chan error)
		send(t, client, text(5))
		go func() { done <- client.Shutdown(nil, 5*time.Second) }()
		if got := receive(t, server); len(got) != 5 {
			t.Fatalf("got %q", got)
		}
		if _, err := server.Receive(); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		server.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestInfo(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		server, client := k.pair(t, transport.Config{MaxMessage: 1 << 16}, transport.Config{MaxMessage: 1 << 16})
		ends := map[string]transport.Conn{"server": server, "client": client}
		if k.scheme == "longpoll" {
			delete(ends, "client") // is a pipe; see dialLongPoll
		}
		for name, c := range ends {
			info := c.Info()
			want := map[string]string{"": "pipe", "tcp": "rawsocket", "tcps": "rawsocket", "unix": "rawsocket", "ws": "websocket", "wss": "websocket", "longpoll": "longpoll"}[k.scheme]
			if info.Batched != k.batched {
				t.Errorf("%s: batched is %v", name, info.Batched)
			}
			if info.Transport != want {
				t.Errorf("%s: transport %q, want %q", name, info.Transport, want)
			}
			if secure := k.scheme == "tcps" || k.scheme == "wss"; secure != (info.TLS != nil) {
				t.Errorf("%s: TLS state %v", name, info.TLS)
			}
			if (k.scheme == "") != (info.Local == nil && info.Remote == nil) {
				t.Errorf("%s: addresses %v and %v", name, info.Local, info.Remote)
			}
			if info.MaxReceive != 1<<16 {
				t.Errorf("%s: receives up to %d octets", name, info.MaxReceive)
			}
			if (info.Transport == "pipe" || info.Transport == "rawsocket") && info.MaxSend != 1<<16 {
				t.Errorf("%s: sends up to %d octets", name, info.MaxSend)
			}
		}
	})
}
