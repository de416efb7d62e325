package transport_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// benchKinds leaves out what differs by the serializer only.
var benchKinds = []kind{
	{name: "pipe", format: wamp.CBOR},
	{name: "tcp", scheme: "tcp", format: wamp.CBOR},
	{name: "unix", scheme: "unix", format: wamp.CBOR},
	{name: "tcps", scheme: "tcps", format: wamp.CBOR},
	{name: "ws", scheme: "ws", format: wamp.CBOR},
	{name: "wstext", scheme: "ws", format: wamp.JSON},
	{name: "wsbatched", scheme: "ws", format: wamp.CBOR, batched: true},
	{name: "wstextbatched", scheme: "ws", format: wamp.JSON, batched: true},
}

// BenchmarkOneWay sends as fast as the receiver receives.
func BenchmarkOneWay(b *testing.B) {
	for _, k := range benchKinds {
		for _, size := range []int{16, 1 << 10, 64 << 10} {
			for _, direction := range []string{"up", "down"} {
				b.Run(fmt.Sprintf("%s/%s/%d", k.name, direction, size), func(b *testing.B) {
					to, from := k.pair(b, transport.Config{}, transport.Config{})
					if direction == "down" {
						to, from = from, to
					}
					args, err := codec.EncodePayload(k.format, []any{string(text(size))}, nil)
					if err != nil {
						b.Fatal(err)
					}
					call := &wamp.Call{Request: 1, Procedure: "com.example.procedure", Payload: args}
					b.ReportAllocs()
					b.SetBytes(int64(size))
					b.ResetTimer()
					go func() {
						for i := range b.N {
							err := from.Send(call)
							for errors.Is(err, transport.ErrQueueFull) {
								from.AwaitRoom(time.Minute)
								err = from.Send(call)
							}
							if err != nil {
								b.Error(err)
								return
							}
							if i%64 == 63 {
								from.Flush()
							}
						}
						from.Flush()
					}()
					for range b.N {
						if _, err := to.Receive(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkEcho keeps a window of messages in flight to a peer that sends each
// back and flushes when it would wait.
func BenchmarkEcho(b *testing.B) {
	for _, k := range benchKinds {
		for _, window := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", k.name, window), func(b *testing.B) {
				server, client := k.pair(b, transport.Config{}, transport.Config{})
				server.OnIdle(server.Flush)
				client.OnIdle(client.Flush)
				go func() {
					for {
						frame, err := server.Receive()
						if err != nil || server.SendFrame(frame) != nil {
							return
						}
					}
				}()
				frame := text(64)
				b.ReportAllocs()
				b.ResetTimer()
				sent := 0
				for received := 0; received < b.N; received++ {
					for ; sent < b.N && sent-received < window; sent++ {
						if err := client.SendFrame(frame); err != nil {
							b.Fatal(err)
						}
					}
					if _, err := client.Receive(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
