package transport_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// batchOf puts messages into a batch.
func batchOf(f wamp.Format, messages ...string) []byte {
	var batch []byte
	for _, m := range messages {
		if f == wamp.JSON {
			batch = append(append(batch, m...), 0x1E)
		} else {
			batch = append(binary.BigEndian.AppendUint32(batch, uint32(len(m))), m...)
		}
	}
	return batch
}

// messageKind is the first octet of a message in one frame.
func messageKind(f wamp.Format) byte {
	if f == wamp.JSON {
		return fin | opText
	}
	return fin | opBinary
}

// knockBatched opens a batched WebSocket connection to a new server.
func knockBatched(t testing.TB, o transport.ServerOptions, f wamp.Format) (*wsPeer, transport.Conn) {
	t.Helper()
	peer, accepted := knock(t, o)
	ws, response := request(t, peer, "/", "Sec-WebSocket-Protocol: wamp.2."+f.String()+".batched")
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %s", response.Status)
	}
	return ws, <-accepted
}

func TestMessagesOfABatch(t *testing.T) { // W038
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			peer, server := knockBatched(t, transport.ServerOptions{}, f)
			waits := 0
			server.OnIdle(func() { waits++ })
			write(t, peer, frame(messageKind(f), batchOf(f, "one", "two", "three")))
			for _, want := range []string{"one", "two", "three"} {
				if got := receive(t, server); string(got) != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			if waits != 1 {
				t.Errorf("turned to the network %d times for one batch", waits)
			}
			write(t, peer, frame(messageKind(f)&^fin, batchOf(f, "four")))
			write(t, peer, frame(fin|opCont, batchOf(f, "", "six")))
			for _, want := range []string{"four", "", "six"} {
				if got := receive(t, server); string(got) != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
}

func TestMessagesOfOneFlushShareAFrame(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			peer, server := knockBatched(t, transport.ServerOptions{}, f)
			expect := func(want ...string) {
				t.Helper()
				first, content := peer.readFrame(t)
				if first != messageKind(f) || !bytes.Equal(content, batchOf(f, want...)) {
					t.Fatalf("got %x with %.80q, want %.80q", first, content, want)
				}
			}
			queue := func(messages ...string) {
				t.Helper()
				for _, m := range messages {
					if err := server.SendFrame([]byte(m)); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Run("one", func(t *testing.T) {
				queue("alone")
				server.Flush()
				expect("alone")
			})
			t.Run("three", func(t *testing.T) {
				queue("one", "two", "three")
				server.Flush()
				expect("one", "two", "three")
			})
			t.Run("with a large one", func(t *testing.T) {
				large := strings.Repeat("x", 20_000) // which is not copied
				queue("one", large, "three")
				server.Flush()
				expect("one", large, "three")
			})
			t.Run("up to 64 KiB", func(t *testing.T) {
				m := strings.Repeat("x", 1000)
				queue(slices.Repeat([]string{m}, 100)...)
				server.Flush()
				overhead := len(batchOf(f, ""))
				each := 65535 / (1000 + overhead)
				expect(slices.Repeat([]string{m}, each)...)
				expect(slices.Repeat([]string{m}, 100-each)...)
			})
			t.Run("and one beyond 64 KiB alone", func(t *testing.T) {
				huge := strings.Repeat("x", 70_000)
				queue("one", huge, "three")
				server.Flush()
				expect("one")
				expect(huge)
				expect("three")
			})
		})
	}
}

func TestControlFramesStandBetweenBatches(t *testing.T) {
	peer, server := knockBatched(t, transport.ServerOptions{}, wamp.CBOR)
	write(t, peer, append(append(frame(fin|opPing, []byte("ping")), frame(fin|opBinary, batchOf(wamp.CBOR, "go"))...),
		frame(fin|opPing, []byte("again"))...))
	if err := server.SendFrame([]byte("before")); err != nil {
		t.Fatal(err)
	}
	receive(t, server)
	for _, m := range []string{"after", "that"} {
		if err := server.SendFrame([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- server.Shutdown(&wamp.Goodbye{Reason: wamp.CloseNormal}, 20*time.Second) }()
	var got []string
	for {
		first, content := peer.readFrame(t)
		got = append(got, fmt.Sprintf("%x %q", first, content))
		if first == fin|opClose {
			break
		}
	}
	goodbye := "\x83\x06\xa0\x71wamp.close.normal"
	want := []string{
		fmt.Sprintf("82 %q", batchOf(wamp.CBOR, "before")), `8a "ping"`,
		fmt.Sprintf("82 %q", batchOf(wamp.CBOR, "after", "that", goodbye)), fmt.Sprintf("88 %q", "\x03\xe8"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	peer.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBadBatchesFailTheTransport(t *testing.T) { // W038
	many := slices.Repeat([]string{strings.Repeat("x", 900)}, 80)
	cases := []struct {
		name   string
		format wamp.Format
		batch  []byte
		good   int // messages before it fails
		code   int
	}{
		{"none, text", wamp.JSON, nil, 0, 1002},
		{"none, binary", wamp.CBOR, nil, 0, 1002},
		{"no separator", wamp.JSON, []byte("[1]"), 0, 1002},
		{"no last separator", wamp.JSON, []byte("[1]\x1e[2]"), 1, 1002},
		{"cut in a length", wamp.CBOR, batchOf(wamp.CBOR, "one", "two")[:9], 1, 1002},
		{"cut in a message", wamp.MsgPack, batchOf(wamp.MsgPack, "one", "two")[:13], 1, 1002},
		{"a length of 32 bits", wamp.MsgPack, []byte("\xFF\xFF\xFF\xFFa"), 0, 1002},
		{"a message longer than the limit", wamp.CBOR, batchOf(wamp.CBOR, "one", strings.Repeat("x", 1001)), 1, 1009},
		{"longer than any batch", wamp.CBOR, batchOf(wamp.CBOR, many...), 0, 1009},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			peer, server := knockBatched(t, transport.ServerOptions{Config: transport.Config{MaxMessage: 1000}}, c.format)
			write(t, peer, append(frame(messageKind(c.format), c.batch), frame(messageKind(c.format), batchOf(c.format, "late"))...))
			for range c.good {
				receive(t, server)
			}
			failed := make(chan error)
			go func() { _, err := server.Receive(); failed <- err }()
			if code := peer.expectClose(t); code != c.code {
				t.Errorf("closed with %d, want %d", code, c.code)
			}
			peer.Close()
			if err := <-failed; err == nil {
				t.Error("no error")
			}
			if _, err := server.Receive(); err == nil {
				t.Error("the connection goes on")
			}
		})
	}
}

// A receiver of small messages gets them in batches that are larger, and has to take those.
func TestBatchesFitAReceiverOfSmallMessages(t *testing.T) {
	const count = 5000
	for _, k := range kinds {
		if !k.batched || k.scheme == "" {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			small := transport.Config{MaxMessage: 1000}
			server, client := k.pair(t, small, small)
			for name, ends := range map[string][2]transport.Conn{"to the client": {server, client}, "to the server": {client, server}} {
				t.Run(name, func(t *testing.T) {
					for i := range count {
						if err := ends[0].SendFrame(text(i % 1001)); err != nil {
							t.Fatal(err)
						}
					}
					ends[0].Flush()
					for i := range count {
						if got := receive(t, ends[1]); len(got) != i%1001 {
							t.Fatalf("message %d: got %d octets", i, len(got))
						}
					}
				})
			}
		})
	}
}

func TestBatchedDial(t *testing.T) {
	cases := []struct {
		name    string
		options transport.DialOptions
		speaks  []string // the server
		offered string
		batched bool
	}{
		{name: "off by default", options: transport.DialOptions{Formats: []wamp.Format{wamp.CBOR}},
			speaks: []string{"wamp.2.cbor.batched", "wamp.2.cbor"}, offered: "wamp.2.cbor"},
		{name: "before the plain one", options: transport.DialOptions{Formats: []wamp.Format{wamp.CBOR, wamp.JSON}, Batched: true},
			speaks:  []string{"wamp.2.cbor.batched", "wamp.2.cbor", "wamp.2.json.batched", "wamp.2.json"},
			offered: "wamp.2.cbor.batched, wamp.2.cbor, wamp.2.json.batched, wamp.2.json", batched: true},
		{name: "unknown to the server", options: transport.DialOptions{Formats: []wamp.Format{wamp.CBOR}, Batched: true},
			speaks: []string{"wamp.2.cbor"}, offered: "wamp.2.cbor.batched, wamp.2.cbor"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			offered := make(chan string, 1)
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				offered <- r.Header.Get("Sec-WebSocket-Protocol")
				upgrader := websocket.Upgrader{Subprotocols: c.speaks}
				if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
					conn.Close()
				}
			}))
			defer web.Close()
			conn := dial(t, strings.Replace(web.URL, "http", "ws", 1), c.options)
			if got := <-offered; got != c.offered {
				t.Errorf("offered %q, want %q", got, c.offered)
			}
			if conn.Info().Batched != c.batched {
				t.Errorf("batched: %v", conn.Info().Batched)
			}
		})
	}
	t.Run("not offered and yet agreed to", func(t *testing.T) {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			upgrader := websocket.Upgrader{}
			if conn, err := upgrader.Upgrade(w, r, http.Header{"Sec-Websocket-Protocol": {"wamp.2.cbor.batched"}}); err == nil {
				conn.Close()
			}
		}))
		defer web.Close()
		_, err := transport.Dial(t.Context(), strings.Replace(web.URL, "http", "ws", 1), transport.DialOptions{})
		if err == nil || !strings.Contains(err.Error(), "did not agree") {
			t.Errorf("got %v", err)
		}
	})
}
