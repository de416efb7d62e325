package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// answerReceive hands the peer messages as soon as there are any: all that are
// queued if they go in a batch, else one. A second request takes the place of
// the first, which may have come by a network connection that is no more, and
// is answered with nothing.
func (c *longPoll) answerReceive(w http.ResponseWriter, r *http.Request) {
	// Whatever deadlines the HTTP server has set are not made for waiting.
	setReadDeadline(w, time.Time{})
	setWriteDeadline(w, time.Now().Add(c.config.PollTimeout+c.config.AbsenceTimeout))
	defer setWriteDeadline(w, time.Time{})

	gone := r.Context().Done()
	replaced := c.replacePoll()
	select {
	case c.polling <- struct{}{}:
		defer func() { <-c.polling }()
	case <-replaced:
		answerNothing(w)
		return
	case <-gone:
		return
	}
	timeout := time.NewTimer(c.config.PollTimeout)
	defer timeout.Stop()
	for {
		select {
		case <-replaced:
			answerNothing(w)
			return
		case <-gone:
			return
		default:
		}
		if n := c.queue.claim(!c.protocol.batched); n > 0 {
			if err := c.deliver(w, n); err != nil {
				c.fail(fmt.Errorf("long-poll: messages were lost on their way to the peer: %w", err))
			}
			return
		}
		select {
		case <-c.wake:
		case <-replaced:
		case <-gone:
		case <-timeout.C:
			answerNothing(w)
			return
		case <-c.over:
			c.answerOver(w)
			return
		}
	}
}

// replacePoll sends the request that polls, if there is one, away. The channel
// is closed when the same happens to the caller.
func (c *longPoll) replacePoll() (replaced <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replaced != nil {
		close(c.replaced)
	}
	c.replaced = make(chan struct{})
	return c.replaced
}

// answerOver answers a request whose connection was closed meanwhile. A peer
// that has closed it itself knows.
func (c *longPoll) answerOver(w http.ResponseWriter) {
	if c.failure() == io.EOF {
		answerNothing(w)
	} else {
		answerGone(w)
	}
}

// deliver writes n octets that were claimed from the queue to the peer, without
// the length of a message that travels alone. They leave the queue when they
// are on their way.
func (c *longPoll) deliver(w http.ResponseWriter, n int) error {
	defer c.queue.release()
	skip := 0
	if !c.protocol.batched {
		skip = c.queue.framing.prefixSize(n)
	}
	w.Header().Set("Content-Type", c.contentType())
	w.Header().Set("Content-Length", strconv.Itoa(n-skip))
	for n > 0 {
		setWriteDeadline(w, time.Now().Add(c.config.AbsenceTimeout))
		written, err := c.writeBatch(w, n, skip)
		if err == nil && written == n {
			err = flushResponse(w)
		}
		if err != nil {
			return err
		}
		c.queue.advance(written)
		n -= written
		skip = 0
	}
	return nil
}

// writeBatch writes what one gather brings of the next n octets in the queue,
// but for the first skip of them. It returns how many octets are done with.
func (c *longPoll) writeBatch(w io.Writer, n, skip int) (done int, err error) {
	b := batches.Get().(*batch)
	defer b.release()
	c.queue.gather(b)
	if b.count == 0 {
		return 0, net.ErrClosed // the queue has failed
	}
	for _, buffer := range b.buffers[:b.count] {
		buffer = buffer[:min(len(buffer), n-done)]
		done += len(buffer)
		start := min(skip, len(buffer))
		skip -= start
		if _, err := w.Write(buffer[start:]); err != nil {
			return done, err
		}
	}
	return done, nil
}

// flushResponse hands what was written to the network.
func flushResponse(w http.ResponseWriter) error {
	err := http.NewResponseController(w).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// contentType is that of messages, or of a batch.
func (c *longPoll) contentType() string {
	switch {
	case c.protocol.format != wamp.JSON:
		return "application/octet-stream"
	case c.protocol.batched:
		return "text/plain; charset=utf-8" // it is no JSON as a whole
	}
	return "application/json; charset=utf-8"
}
