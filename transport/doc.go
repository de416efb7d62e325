// Package transport moves whole WAMP messages between two peers: over
// WebSocket, plain or batched, over RawSocket (TCP, Unix socket, TLS), through
// memory, and, for clients that can do nothing else, over HTTP long-poll.
//
// A [Conn] is one connection, whatever carries it. Clients get one from [Dial],
// routers from a [Server], and two ends of an in-process connection come from [Pipe]:
//
//	conn, err := transport.Dial(ctx, "ws://127.0.0.1:8080/ws", transport.DialOptions{})
//	…
//	err = conn.Send(&wamp.Hello{Realm: "realm1", Details: details})
//	conn.Flush()
//	frame, err := conn.Receive()
//
// # Invariants
//
//   - Sending never waits: a message goes into an outbound queue that is bounded
//     in bytes, or is refused with an error. Messages leave in the order in which
//     they were queued, many of them in one system call.
//   - A connection that is idle holds no buffers and, beside the goroutine that
//     receives, no goroutines but those of HTTP requests that wait for messages.
//   - Memory for a message grows with the octets that really arrived, never with
//     a length that the peer only declared.
//   - What the peer sends can fail its own connection, and nothing else.
//   - Every message handed to [Conn.Shutdown] reaches a peer that reads, however
//     much the peer has sent that nobody will read any more.
package transport
