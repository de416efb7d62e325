package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// Conn is one connection between two WAMP peers: it moves whole messages, in
// order, in both directions.
//
// One goroutine at a time may call Receive; every other method may be called
// from any goroutine.
type Conn interface {
	// Format is the serializer that both ends agreed on.
	Format() wamp.Format

	// Receive waits for the next message and returns its encoded bytes, which
	// stay valid until the next call. It fails with io.EOF when the peer closed
	// in good order, and with the cause otherwise.
	Receive() ([]byte, error)
	// OnIdle sets a function that Receive calls, on its own goroutine, once each
	// time that what was read already does not hold the next message, before it
	// turns to the network, where it may have to wait. OnIdle is called before
	// the first Receive and not again. What the function is for: flushing the
	// connections that the messages received so far were routed to. It may call
	// every method of every connection, but Receive of this one.
	OnIdle(func())

	// Send encodes m straight into the outbound queue. It never waits and does
	// not write to the network; see Flush. It fails, and queues nothing, with
	// [ErrQueueFull], a [*TooLargeError], net.ErrClosed, or what codec.Append reports.
	Send(m wamp.Message) error
	// SendFrame queues a message that is already encoded in Format. The bytes
	// may be shared among connections and must not change any more. It fails like Send.
	SendFrame(frame []byte) error
	// Flush hands queued messages to the network as far as it takes them
	// without waiting; what remains is written in the background.
	Flush()
	// FlushSoon arranges for a flush in the background, a moment later, so that
	// messages which other goroutines are about to queue share one write.
	FlushSoon()
	// Queued is how many bytes wait in the outbound queue.
	Queued() int
	// AwaitRoom waits until at most half of the outbound queue's limit is in
	// use. It reports false when the timeout passed or the connection closed first.
	AwaitRoom(timeout time.Duration) bool

	// Shutdown sends last (if it is not nil) even if the queue is full, waits
	// until everything queued has been written, at most for linger, and closes.
	// Nothing can be queued behind last. A concurrent Receive fails.
	Shutdown(last wamp.Message, linger time.Duration) error
	// Close closes at once; what is queued is lost.
	Close() error

	// Info describes the connection.
	Info() Info
}

// Info describes a connection.
type Info struct {
	// Transport is "websocket", "longpoll", "rawsocket" or "pipe".
	Transport string
	// Batched says that WAMP messages travel in batches (section "Message
	// Batching"), so that many of them share one WebSocket message or HTTP answer.
	Batched bool
	// Local and Remote are the addresses of the two ends, nil for a pipe.
	Local, Remote net.Addr
	// MaxReceive and MaxSend are the largest messages, in octets, that this end
	// takes and that the peer takes; 0 is unknown or unlimited.
	MaxReceive, MaxSend int
	// TLS is the connection's TLS state, nil without TLS.
	TLS *tls.ConnectionState
	// RequestHeader and ResponseHeader are those of the HTTP request by which a
	// server's WebSocket or long-poll connection came about, if ServerOptions.Greet
	// wants them kept; nil otherwise. They must not be changed.
	RequestHeader, ResponseHeader http.Header
}

// ErrQueueFull means that the peer takes messages slower than they are sent to
// it and the outbound queue's limit is reached. Nothing was queued.
var ErrQueueFull = errors.New("outbound queue is full")

// TooLargeError means that an encoded message is longer than the peer takes.
// Nothing was queued.
type TooLargeError struct {
	Size, Limit int // octets
}

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("message of %d octets exceeds the peer's limit of %d", e.Size, e.Limit)
}

// SentOctets is how many octets a connection has handed to the network, or to its
// other end, so far, framing included. It is 0 for connections that this package
// has not made.
func SentOctets(c Conn) uint64 {
	if counting, ok := c.(interface{ sent() uint64 }); ok {
		return counting.sent()
	}
	return 0
}
