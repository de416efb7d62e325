package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// longPoll is a [Conn] whose peer comes by with HTTP requests: it sends
// messages with some, and fetches them with others, which wait until there are
// any (section "HTTP Longpoll Transport"). The requests are answered on
// goroutines of the HTTP server; between them the connection has none but that
// of its handler.
type longPoll struct {
	id       string // unguessable: whoever knows it is the peer
	protocol subprotocol
	config   Config
	info     Info
	owner    *longPolls
	queue    queue

	// What Receive works with.
	idle    func()
	message incoming // what Receive returned last, or what that lies in
	rest    []byte   // of the batch in message: what Receive has yet to return

	inbox   chan arrival  // from a request to Receive, which takes when it needs
	sending chan struct{} // held by the one request whose messages are taken in
	polling chan struct{} // held by the one request that takes messages away
	wake    chan struct{} // there may be messages for the request that polls
	stopped chan struct{} // closed when Receive fails from now on
	over    chan struct{} // closed when there is nothing more to fetch, either

	ending sync.Mutex // held by whoever shuts down
	closed atomic.Bool

	mu        sync.Mutex
	cause     error         // why Receive fails; guarded by mu, as is all below
	requests  int           // under way
	absence   *time.Timer   // runs while there are none
	handshake *time.Timer   // runs until the first message
	replaced  chan struct{} // closed when another request polls in place of the latest
}

// newLongPoll makes the connection and starts its timers.
func newLongPoll(id string, protocol subprotocol, config Config, info Info, owner *longPolls) *longPoll {
	c := &longPoll{
		id: id, protocol: protocol, config: config, info: info, owner: owner,
		inbox:   make(chan arrival),
		sending: make(chan struct{}, 1),
		polling: make(chan struct{}, 1),
		wake:    make(chan struct{}, 1),
		stopped: make(chan struct{}),
		over:    make(chan struct{}),
	}
	c.info.Transport, c.info.Batched, c.info.MaxReceive = "longpoll", protocol.batched, config.MaxMessage
	c.queue.format, c.queue.limit, c.queue.share = protocol.format, config.QueueBytes, true
	c.queue.framing = lengthFraming // tells messages that are fetched one by one apart
	if protocol.batched {
		c.queue.framing = batchFraming(protocol.format)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.absence = time.AfterFunc(config.AbsenceTimeout, c.missed)
	if config.HandshakeTimeout > 0 {
		c.handshake = time.AfterFunc(config.HandshakeTimeout, func() {
			c.fail(fmt.Errorf("no message within the handshake timeout of %v: %w", config.HandshakeTimeout, os.ErrDeadlineExceeded))
		})
	}
	return c
}

func (c *longPoll) Format() wamp.Format          { return c.protocol.format }
func (c *longPoll) OnIdle(f func())              { c.idle = f }
func (c *longPoll) Send(m wamp.Message) error    { return c.queue.send(m) }
func (c *longPoll) SendFrame(frame []byte) error { return c.queue.sendFrame(frame) }
func (c *longPoll) sent() uint64                 { return c.queue.sent() }
func (c *longPoll) Queued() int                  { return c.queue.queued() }
func (c *longPoll) Info() Info                   { return c.info }

// Flush implements [Conn]. It answers the peer if that is waiting.
func (c *longPoll) Flush() {
	if c.queue.queued() > 0 {
		signal(c.wake)
	}
}

// FlushSoon implements [Conn]. The answer is written by another goroutine anyway.
func (c *longPoll) FlushSoon() { c.Flush() }

// AwaitRoom implements [Conn].
func (c *longPoll) AwaitRoom(timeout time.Duration) bool {
	c.Flush()
	return c.queue.awaitRoom(timeout)
}

// Receive implements [Conn].
func (c *longPoll) Receive() ([]byte, error) {
	if err := c.failure(); err != nil && (err != io.EOF || len(c.rest) == 0) {
		c.message.drop()
		return nil, err
	}
	if len(c.rest) > 0 {
		return c.nextOfBatch()
	}
	c.message.drop()
	if c.idle != nil {
		c.idle()
	}
	select {
	case next := <-c.inbox:
		c.established()
		c.message = next.memory
		if !c.protocol.batched {
			return next.content, nil
		}
		c.rest = next.content
		return c.nextOfBatch()
	case <-c.stopped:
		return nil, c.failure()
	}
}

// nextOfBatch takes a message off a batch, which has been found good.
func (c *longPoll) nextOfBatch() (message []byte, err error) {
	message, c.rest, err = unbatch(c.protocol.format, c.rest, c.config.MaxMessage)
	return message, err
}

// established is called for messages received; the first ends the handshake.
func (c *longPoll) established() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handshake != nil {
		c.handshake.Stop()
		c.handshake = nil
	}
}

// Shutdown implements [Conn]. What is queued has been written when the peer
// has fetched it.
func (c *longPoll) Shutdown(last wamp.Message, linger time.Duration) error {
	c.ending.Lock()
	defer c.ending.Unlock()
	ok, err := c.queue.end(last, nil)
	if !ok {
		return err
	}
	defer c.Close()
	c.stop(net.ErrClosed)
	signal(c.wake)
	if c.queue.awaitEmpty(linger) {
		return err
	}
	if cause := c.queue.cause(); cause != nil {
		return errors.Join(err, fmt.Errorf("shut down: %w", cause))
	}
	return errors.Join(err, fmt.Errorf("shut down: the peer did not fetch %d octets within %v: %w", c.queue.queued(), linger, os.ErrDeadlineExceeded))
}

// Close implements [Conn].
func (c *longPoll) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return nil
	}
	c.stop(net.ErrClosed)
	c.queue.fail(net.ErrClosed)
	close(c.over)
	c.owner.remove(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.absence.Stop()
	if c.handshake != nil {
		c.handshake.Stop()
	}
	return nil
}

// leave closes, but lets a Shutdown that is under way come to its end first.
func (c *longPoll) leave() {
	c.ending.Lock()
	defer c.ending.Unlock()
	c.Close()
}

// leftByPeer closes because the peer asked for it. Messages that are on their
// way in an answer have left then, so that a Shutdown can tell that they have.
func (c *longPoll) leftByPeer(gone <-chan struct{}) {
	c.stop(io.EOF)
	c.replacePoll()
	select {
	case c.polling <- struct{}{}:
		<-c.polling
	case <-gone: // or it has not the time to wait for them
	}
	c.Close()
}

// fail closes the connection because of cause, which Receive then reports.
func (c *longPoll) fail(cause error) {
	c.stop(cause)
	c.queue.fail(cause)
	c.Close()
}

// stop ends receiving. The first cause stays.
func (c *longPoll) stop(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = cause
		close(c.stopped)
	}
}

// failure is why Receive fails, or nil.
func (c *longPoll) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// arrive takes note of a request, and depart of its end: a peer is there as
// long as a request of its is.
func (c *longPoll) arrive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.absence.Stop()
}

func (c *longPoll) depart() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests--
	if c.requests == 0 && c.cause == nil {
		c.absence.Reset(c.config.AbsenceTimeout)
	}
}

// missed is called when there was no request for Config.AbsenceTimeout.
func (c *longPoll) missed() {
	c.mu.Lock()
	there := c.requests > 0
	c.mu.Unlock()
	if !there {
		c.fail(fmt.Errorf("long-poll: no request of the peer's within %v", c.config.AbsenceTimeout))
	}
}
