package transport

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"time"

	"github.com/wampkit/wampkit/wamp/codec"
)

// arrival is the body of a request to send: one message, or a good batch.
type arrival struct {
	memory  incoming
	content []byte
}

// answerSend takes messages from the peer, and answers when Receive has them:
// until then the peer is to wait. One request is read at a time, in the order
// in which they come.
func (c *longPoll) answerSend(w http.ResponseWriter, r *http.Request) {
	select {
	case c.sending <- struct{}{}:
		defer func() { <-c.sending }()
	case <-c.stopped:
		c.answerStopped(w, r)
		return
	case <-r.Context().Done():
		return
	}
	next, err := c.readArrival(w, r)
	if err != nil {
		next.memory.drop()
		http.Error(w, fmt.Sprintf("That was not taken: %v.", err), http.StatusBadRequest)
		return
	}
	wellFormed := c.wellFormed(next.content)
	select {
	case c.inbox <- next:
	case <-c.stopped:
		next.memory.drop()
		c.answerStopped(w, r)
		return
	case <-r.Context().Done():
		next.memory.drop()
		return
	}
	if !wellFormed {
		// As with every transport, it is the session that ends because of it and tells the peer.
		http.Error(w, fmt.Sprintf("That is not %s.", c.protocol.format), http.StatusBadRequest)
		return
	}
	answerDone(w, r)
}

// answerStopped answers a request to send when Receive takes nothing any more.
// While this end shuts down, what the peer sends is thrown away: a failure might
// keep it from fetching the last message, which says why.
func (c *longPoll) answerStopped(w http.ResponseWriter, r *http.Request) {
	if c.failure() == net.ErrClosed {
		answerDone(w, r)
	} else {
		answerGone(w)
	}
}

// readArrival reads the body of a request to send. The connection fails if that
// is too long, or no batch where one is due, but not if it came in part only.
func (c *longPoll) readArrival(w http.ResponseWriter, r *http.Request) (next arrival, err error) {
	limit := c.config.MaxMessage
	if c.protocol.batched {
		limit = batchLimit(limit)
	}
	next.content, err = readBody(w, r.Body, &next.memory, limit, time.Now().Add(c.config.AbsenceTimeout))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		err = fmt.Errorf("it exceeds the limit of %d octets", limit)
	case err != nil:
		return next, err
	case c.protocol.batched:
		err = c.checkBatch(next.content)
	}
	if err != nil {
		c.fail(fmt.Errorf("long-poll: %w", err))
	}
	return next, err
}

// checkBatch looks at every message of a batch, as Receive will do again.
func (c *longPoll) checkBatch(batch []byte) (err error) {
	for {
		if _, batch, err = unbatch(c.protocol.format, batch, c.config.MaxMessage); err != nil || len(batch) == 0 {
			return err
		}
	}
}

// wellFormed reports whether every message in content is a value of the serializer.
func (c *longPoll) wellFormed(content []byte) bool {
	format := c.protocol.format
	if !c.protocol.batched {
		return codec.Check(format, content, math.MaxInt) == nil
	}
	for len(content) > 0 {
		var message []byte
		message, content, _ = unbatch(format, content, c.config.MaxMessage)
		if codec.Check(format, message, math.MaxInt) != nil {
			return false
		}
	}
	return true
}
