package transport_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

var tcp = kind{name: "tcp", scheme: "tcp", format: wamp.CBOR}

// knock opens a plain connection to a new server and returns it with the
// connections that the server accepts.
func knock(t testing.TB, o transport.ServerOptions) (peer net.Conn, accepted <-chan transport.Conn) {
	t.Helper()
	address, accepted := listenFor(t, o)
	return knockAt(t, address), accepted
}

// listenFor starts a server whose connections stay open until the test is over.
func listenFor(t testing.TB, o transport.ServerOptions) (address string, accepted <-chan transport.Conn) {
	t.Helper()
	conns := make(chan transport.Conn, 1000)
	over := make(chan struct{})
	url := tcp.serve(t, transport.NewServer(func(c transport.Conn) { conns <- c; <-over }, o))
	t.Cleanup(sync.OnceFunc(func() { close(over) }))
	return strings.TrimPrefix(url, "tcp://"), conns
}

func knockAt(t testing.TB, address string) net.Conn {
	t.Helper()
	peer, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	peer.SetDeadline(time.Now().Add(20 * time.Second))
	return peer
}

// shake does a RawSocket handshake that succeeds.
func shake(t testing.TB, peer net.Conn, hello string) {
	t.Helper()
	write(t, peer, unhex(t, hello))
	if got := read(t, peer, 4); got[1]&0x0F == 0 {
		t.Fatalf("handshake refused with %x", got)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, peer net.Conn, b []byte) {
	t.Helper()
	if _, err := peer.Write(b); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, peer io.Reader, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(peer, b); err != nil {
		t.Fatalf("reading %d octets: %v", n, err)
	}
	return b
}

// readRaw reads one RawSocket frame.
func readRaw(t testing.TB, peer io.Reader) (prefix uint32, content []byte) {
	t.Helper()
	prefix = binary.BigEndian.Uint32(read(t, peer, 4))
	n := int(prefix & 0xFFFFFF)
	if prefix&(1<<27) != 0 {
		n = 1 << 24
	}
	return prefix, read(t, peer, n)
}

func rawFrame(kind byte, content []byte) []byte {
	prefix := uint32(kind)<<24 | uint32(len(content))
	return append(binary.BigEndian.AppendUint32(nil, prefix), content...)
}

func TestRawSocketHandshake(t *testing.T) {
	cases := []struct {
		name        string
		options     transport.ServerOptions
		send, reply string
	}{
		{name: "W213 JSON", send: "7F F1 00 00", reply: "7F F1 00 00"},
		{name: "W213 MsgPack", send: "7F 02 00 00", reply: "7F F2 00 00"},
		{name: "W213 CBOR", send: "7F 73 00 00", reply: "7F F3 00 00"},
		{name: "W215 serializer 0", send: "7F F0 00 00", reply: "7F 10 00 00"},
		{name: "W215 UBJSON", send: "7F F4 00 00", reply: "7F 10 00 00"},
		{name: "W215 serializer 9", send: "7F F9 00 00", reply: "7F 10 00 00"},
		{name: "W215 not served", send: "7F F3 00 00", reply: "7F 10 00 00",
			options: transport.ServerOptions{Formats: []wamp.Format{wamp.JSON}}},
		{name: "W216 fourth octet", send: "7F F1 00 01", reply: "7F 30 00 00"},
		{name: "W216 third octet", send: "7F F1 80 00", reply: "7F 30 00 00"},
		{name: "W216 with more behind", send: "7F F1 00 01" + strings.Repeat("00", 5000), reply: "7F 30 00 00"},
		{name: "length of 1 MiB", send: "7F F3 00 00", reply: "7F B3 00 00",
			options: transport.ServerOptions{Config: transport.Config{MaxMessage: 1 << 20}}},
		{name: "length is rounded down", send: "7F F3 00 00", reply: "7F A3 00 00",
			options: transport.ServerOptions{Config: transport.Config{MaxMessage: 1<<20 - 1}}},
		{name: "length below the smallest", send: "7F F3 00 00", reply: "7F 03 00 00",
			options: transport.ServerOptions{Config: transport.Config{MaxMessage: 1}}},
		{name: "length above the largest", send: "7F F3 00 00", reply: "7F F3 00 00",
			options: transport.ServerOptions{Config: transport.Config{MaxMessage: 1 << 30}}},
		{name: "W214 neither RawSocket nor HTTP", send: "01 02 03 04", reply: ""},
		{name: "W214 TLS without TLS", send: "16 03 01 00", reply: ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			peer, _ := knock(t, c.options)
			write(t, peer, unhex(t, c.send))
			want := unhex(t, c.reply)
			if got := read(t, peer, len(want)); !bytes.Equal(got, want) {
				t.Errorf("got % x, want % x", got, want)
			}
			if len(want) == 0 || want[1]&0x0F == 0 {
				if rest, err := io.ReadAll(peer); len(rest) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("the connection stays open, or goes on with % x: %v", rest, err)
				}
			}
		})
	}
}

func TestRawSocketConnectionLimit(t *testing.T) { // W217
	address, accepted := listenFor(t, transport.ServerOptions{MaxConns: 1})
	shake(t, knockAt(t, address), "7F F3 00 00")
	<-accepted
	second := knockAt(t, address)
	write(t, second, unhex(t, "7F F3 00 00"))
	if got := read(t, second, 4); !bytes.Equal(got, unhex(t, "7F 40 00 00")) {
		t.Errorf("got % x", got)
	}
}

func TestRawSocketInSingleOctets(t *testing.T) { // W223
	peer, accepted := knock(t, transport.ServerOptions{})
	peer.(*net.TCPConn).SetNoDelay(true)
	for _, b := range unhex(t, "7F F3 00 00") {
		write(t, peer, []byte{b})
	}
	read(t, peer, 4)
	server := <-accepted
	for _, b := range append(rawFrame(0, []byte("hello")), rawFrame(0, nil)...) {
		write(t, peer, []byte{b})
	}
	if got := receive(t, server); string(got) != "hello" {
		t.Errorf("got %q", got)
	}
	if got := receive(t, server); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestRawSocketViolationsFailTheConnection(t *testing.T) { // W219, W220, W222
	cases := map[string]string{
		"type 3":                       "03 00 00 01 00",
		"type 7":                       "07 00 00 01 00",
		"reserved bit":                 "10 00 00 01 00",
		"all reserved bits":            "F0 00 00 00",
		"extra bit with a length":      "08 00 00 01 00",
		"HTTP":                         hex.EncodeToString([]byte("GET / HTTP/1.1\r\n\r\n")),
		"longer than announced":        "00 00 02 01",
		"2^24 octets where 512 go":     "08 00 00 00",
		"a PING longer than announced": "01 00 02 01",
	}
	for name, frame := range cases {
		t.Run(name, func(t *testing.T) {
			peer, accepted := knock(t, transport.ServerOptions{Config: transport.Config{MaxMessage: 512}})
			shake(t, peer, "7F F3 00 00")
			server := <-accepted
			write(t, peer, append(rawFrame(0, []byte("good")), append(unhex(t, frame), rawFrame(0, []byte("late"))...)...))
			if got := receive(t, server); string(got) != "good" {
				t.Fatalf("got %q", got)
			}
			for range 2 {
				if got, err := server.Receive(); err == nil || err == io.EOF {
					t.Fatalf("got %q and %v", got, err)
				}
			}
		})
	}
}

func TestRawSocketCutOff(t *testing.T) {
	for name, sent := range map[string][]byte{"in the prefix": {0, 0}, "in the content": {0, 0, 0, 9, 'a'}} {
		t.Run(name, func(t *testing.T) {
			peer, accepted := knock(t, transport.ServerOptions{})
			shake(t, peer, "7F F3 00 00")
			write(t, peer, sent)
			peer.Close()
			if _, err := (<-accepted).Receive(); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRawSocketPing(t *testing.T) { // W221
	for name, content := range map[string][]byte{"empty": nil, "short": []byte("ping!"), "64 KiB": text(64 << 10), "16 MiB less one": text(1<<24 - 1)} {
		t.Run(name, func(t *testing.T) {
			peer, accepted := knock(t, transport.ServerOptions{})
			shake(t, peer, "7F F3 00 00")
			server := <-accepted
			go server.Receive()
			for range 2 {
				write(t, peer, rawFrame(1, content))
				prefix, got := readRaw(t, peer)
				if prefix != 2<<24|uint32(len(content)) || !bytes.Equal(got, content) {
					t.Fatalf("got the prefix %08x and %d octets", prefix, len(got))
				}
			}
			write(t, peer, rawFrame(2, []byte("a PONG nobody asked for")))
		})
	}
}

func TestRawSocketFrameOfExactly16MiB(t *testing.T) { // W220
	peer, accepted := knock(t, transport.ServerOptions{})
	shake(t, peer, "7F F3 00 00")
	server := <-accepted
	content := text(1 << 24)
	go func() {
		peer.Write(append(unhex(t, "08 00 00 00"), content...))
		peer.Write(append(unhex(t, "09 00 00 00"), content...))
	}()
	if got := receive(t, server); !bytes.Equal(got, content) {
		t.Fatalf("got %d octets", len(got))
	}
	go server.Receive()
	if prefix, got := readRaw(t, peer); prefix != 0x0A000000 || !bytes.Equal(got, content) {
		t.Errorf("PONG: got the prefix %08x and %d octets", prefix, len(got))
	}
	send(t, server, content)
	if prefix, got := readRaw(t, peer); prefix != 0x08000000 || !bytes.Equal(got, content) {
		t.Errorf("message: got the prefix %08x and %d octets", prefix, len(got))
	}
}

func TestRawSocketPongIsNeverInsideAnotherFrame(t *testing.T) { // W221
	peer, accepted := knock(t, transport.ServerOptions{})
	shake(t, peer, "7F F3 00 00")
	server := <-accepted
	go server.Receive()
	event := text(4 << 20) // more than the network takes
	send(t, server, event)
	write(t, peer, rawFrame(1, []byte("ping")))
	pongs := 0
	for range 2 {
		switch prefix, content := readRaw(t, peer); prefix >> 24 {
		case 0:
			if !bytes.Equal(content, event) {
				t.Fatal("the event arrived changed")
			}
		case 2:
			if pongs++; string(content) != "ping" {
				t.Fatalf("PONG with %q", content)
			}
		default:
			t.Fatalf("prefix %08x", prefix)
		}
	}
	if pongs != 1 {
		t.Errorf("%d PONGs", pongs)
	}
}

func TestPeerThatPingsWithoutReadingIsBounded(t *testing.T) {
	peer, accepted := knock(t, transport.ServerOptions{})
	shake(t, peer, "7F F3 00 00")
	server := <-accepted
	go server.Receive()
	ping := rawFrame(1, text(1000))
	sent := 0 // octets
	peer.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	for {
		n, err := peer.Write(ping[sent%len(ping):])
		sent += n
		if err != nil {
			break
		}
	}
	if queued := server.Queued(); queued > 65<<10 {
		t.Errorf("%d octets of PONG are queued", queued)
	}
	// Once it reads, every ping is answered.
	peer.SetWriteDeadline(time.Now().Add(20 * time.Second))
	go peer.Write(ping[sent%len(ping):])
	for range sent/len(ping) + 1 {
		if prefix, content := readRaw(t, peer); prefix>>24 != 2 || len(content) != 1000 {
			t.Fatalf("prefix %08x", prefix)
		}
	}
}

func TestPeersLimitIsRespected(t *testing.T) { // W218
	peer, accepted := knock(t, transport.ServerOptions{})
	shake(t, peer, "7F 03 00 00")
	server := <-accepted
	if limit := server.Info().MaxSend; limit != 512 {
		t.Fatalf("MaxSend %d", limit)
	}
	var tooLarge *transport.TooLargeError
	if err := server.SendFrame(text(513)); !errors.As(err, &tooLarge) || tooLarge.Size != 513 || tooLarge.Limit != 512 {
		t.Fatalf("got %v", err)
	}
	for _, n := range []int{600, 20_000} { // encoded in place, and not
		args := wamp.Payload{Format: wamp.CBOR, Args: append([]byte{0x81, 0x79, byte(n >> 8), byte(n)}, text(n)...)}
		err := server.Send(&wamp.Event{Subscription: 1, Publication: 2, Payload: args})
		if !errors.As(err, &tooLarge) || tooLarge.Size < n || tooLarge.Limit != 512 {
			t.Fatalf("got %v", err)
		}
	}
	if server.Queued() != 0 {
		t.Errorf("%d octets are queued", server.Queued())
	}
	send(t, server, text(512))
	if _, content := readRaw(t, peer); len(content) != 512 {
		t.Errorf("got %d octets", len(content))
	}
}

func TestDeclaredLengthCostsNothing(t *testing.T) {
	address, accepted := listenFor(t, transport.ServerOptions{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const peers = 100
	for range peers {
		peer := knockAt(t, address)
		shake(t, peer, "7F F3 00 00")
		server := <-accepted
		go server.Receive()
		// When the PONG is here, the prefix behind the PING has been read as well.
		write(t, peer, append(rawFrame(1, nil), unhex(t, "08 00 00 00 01 02 03")...))
		readRaw(t, peer)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / peers; each > 100_000 {
		t.Errorf("%d octets for each connection that declared 16 MiB", each)
	}
}

func TestHandshakeTimeoutBoundsEverythingBeforeTheFirstMessage(t *testing.T) {
	const timeout = 100 * time.Millisecond
	options := transport.ServerOptions{Config: transport.Config{HandshakeTimeout: timeout}}
	for name, sent := range map[string]string{
		"nothing":                    "",
		"half a RawSocket handshake": "7F F3",
		"half an HTTP request":       hex.EncodeToString([]byte("GET / HTTP/1.1\r\nHost:")),
	} {
		t.Run(name, func(t *testing.T) {
			peer, _ := knock(t, options)
			write(t, peer, unhex(t, sent))
			if _, err := io.Copy(io.Discard, peer); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection stays open")
			}
		})
	}
	t.Run("a handshake without a message", func(t *testing.T) {
		peer, accepted := knock(t, options)
		shake(t, peer, "7F F3 00 00")
		write(t, peer, []byte{0, 0, 0, 5, 'h'})
		if _, err := (<-accepted).Receive(); err == nil || !strings.Contains(err.Error(), "handshake timeout") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("after the first message there is none", func(t *testing.T) {
		peer, accepted := knock(t, options)
		shake(t, peer, "7F F3 00 00")
		write(t, peer, rawFrame(0, []byte("hello")))
		server := <-accepted
		receive(t, server)
		next := make(chan error, 1)
		go func() { _, err := server.Receive(); next <- err }()
		select {
		case err := <-next:
			t.Fatalf("got %v", err)
		case <-time.After(2 * timeout):
		}
		write(t, peer, rawFrame(0, []byte("still here")))
		if err := <-next; err != nil {
			t.Error(err)
		}
	})
}
