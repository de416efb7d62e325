package transport

import (
	"net"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

const (
	// encodeInPlace is the largest message that is encoded into the queue
	// itself, and so while the queue is locked.
	encodeInPlace = 16 << 10
	// shareFrom is the size from which an encoded frame is referred to instead of copied.
	shareFrom = 8 << 10
	// controlAllowance is how many octets of PONG may wait, beyond the queue's limit.
	controlAllowance = 64 << 10
)

// queue is the outbound queue of one connection: whole frames, prefixes
// included, in a list of chunks. It is bounded in bytes and holds no memory
// while it is empty.
//
// Any goroutine may add frames. One at a time takes them away: a link, which
// reads them in place with gather and then says how far it got with advance, or
// the other end of a pipe, with take.
type queue struct {
	format  wamp.Format
	framing framing
	limit   int  // octets; see Config.QueueBytes
	maxSend int  // longest message that the peer takes, 0 for any
	share   bool // whether large frames may be referred to instead of copied

	envelopes *envelopes // nil if every message is a frame of its own; guarded by mu

	mu       sync.Mutex
	chunks   []chunk       // oldest first, from head on; guarded by mu, as is all below
	head     int           // index of the first chunk that is not written
	size     int           // octets that are not written
	control  int           // how many of them are PONGs
	written  uint64        // octets written so far
	flushing bool          // somebody is taking chunks away and goes on until none are left
	ended    bool          // nothing more may be queued
	err      error         // why nothing can be written any more
	lost     bool          // something was queued then
	changed  chan struct{} // closed at the next change that a waiter may wait for, nil without waiters
}

// chunk is a stretch of the queue. Its first off octets are written.
type chunk struct {
	buf     []byte
	off     int
	control int // octets of PONG frames in it
	class   class
}

// send encodes m behind what is queued.
func (q *queue) send(m wamp.Message) error {
	hint := codec.SizeHint(m)
	if hint > encodeInPlace {
		return q.sendLarge(m, hint)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.refusal(); err != nil {
		return err
	}
	return q.encode(m, hint, false)
}

// encode appends m. Called with mu held.
func (q *queue) encode(m wamp.Message, hint int, evenIfFull bool) error {
	reserved := q.framing.prefixSize(hint)
	tail := q.room(reserved + hint + q.framing.suffixSize())
	start := len(tail.buf)
	buf, err := codec.Append(tail.buf[:start+reserved], q.format, m)
	n := len(buf) - start - reserved
	if err == nil {
		err = q.admit(n, evenIfFull)
	}
	if err != nil {
		q.dropEmptyTail()
		return err
	}
	buf = q.framing.seal(buf, start, reserved, n, messageFrame, q.format)
	if cap(buf) != cap(tail.buf) { // it outgrew the hint, and moved
		q.dropEmptyTail()
		q.push(chunk{buf: buf, off: start, class: owned})
	} else {
		tail.buf = buf
	}
	q.added(len(buf)-start, messageFrame)
	return nil
}

// sendLarge encodes m into a buffer of its own, without holding the lock meanwhile.
func (q *queue) sendLarge(m wamp.Message, hint int) error {
	reserved := q.framing.prefixSize(hint)
	class := classFor(hint + maxPrefix)
	empty := getBuffer(class, hint+maxPrefix)
	buf, err := codec.Append(empty[:reserved], q.format, m)
	if err != nil {
		putBuffer(class, empty)
		return err
	}
	n := len(buf) - reserved
	if err := q.fits(n); err != nil {
		putBuffer(class, empty)
		return err
	}
	buf = q.framing.seal(buf, 0, reserved, n, messageFrame, q.format)
	if cap(buf) != cap(empty) {
		putBuffer(class, empty)
		class = owned
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	err = q.refusal()
	if err == nil {
		err = q.admit(n, false)
	}
	if err != nil {
		putBuffer(class, buf)
		return err
	}
	q.push(chunk{buf: buf, class: class})
	q.added(len(buf), messageFrame)
	return nil
}

// sendFrame queues an encoded message. A large one is referred to.
func (q *queue) sendFrame(frame []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.refusal(); err != nil {
		return err
	}
	if err := q.admit(len(frame), false); err != nil {
		return err
	}
	if !q.share || len(frame) < shareFrom {
		q.put(messageFrame, frame)
		return nil
	}
	q.refer(frame)
	return nil
}

// sendPing queues a PING, which is lost if there is no room for it.
func (q *queue) sendPing(payload []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended || q.size+len(payload) > q.limit+controlAllowance {
		return false
	}
	q.put(pingFrame, payload)
	return true
}

// sendPong queues a PONG. It fails with ErrQueueFull if too many wait already;
// see awaitControl.
func (q *queue) sendPong(payload []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.controlRefusal(len(payload)); err != nil {
		return err
	}
	before := q.size
	q.put(pongFrame, payload)
	q.control += q.size - before
	q.last().control += q.size - before
	return nil
}

// sendRaw queues octets that are a frame already: a control frame of WebSocket.
// It fails like sendPong.
func (q *queue) sendRaw(frame []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.controlRefusal(len(frame)); err != nil {
		return err
	}
	tail := q.room(len(frame))
	tail.buf = append(tail.buf, frame...)
	tail.control += len(frame)
	q.control += len(frame)
	q.added(len(frame), pongFrame)
	return nil
}

func (q *queue) controlRefusal(n int) error {
	switch {
	case q.ended:
		return net.ErrClosed
	case q.control > 0 && q.control+n > controlAllowance:
		return ErrQueueFull
	}
	return nil
}

// end refuses whatever comes after it. First it queues last, then a frame of
// the kind closeFrame with the content closing, where they are not nil. It
// reports false if the queue had ended before.
func (q *queue) end(last wamp.Message, closing []byte) (ok bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return false, net.ErrClosed
	}
	if last != nil {
		err = q.encode(last, codec.SizeHint(last), true)
	}
	if closing != nil {
		q.put(closeFrame, closing)
	}
	q.ended = true
	q.wake()
	return true, err
}

// fail ends the queue and drops what is in it. The first cause stays.
func (q *queue) fail(cause error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	if q.err == nil {
		q.err, q.lost = cause, q.size > 0
	}
	if !q.flushing { // else a system call may still be reading the buffers
		for _, c := range q.chunks[q.head:] {
			putBuffer(c.class, c.buf)
		}
	}
	q.chunks, q.head, q.size, q.control = nil, 0, 0, 0
	if q.envelopes != nil {
		q.envelopes.clear()
	}
	q.wake()
}

// cause is what the queue failed with.
func (q *queue) cause() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}

// queued is how many octets wait.
func (q *queue) queued() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.size
}

// progress is how many octets were written so far, and how many wait.
func (q *queue) progress() (written uint64, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.written, q.size
}

// sent is how many octets were written so far.
func (q *queue) sent() uint64 {
	written, _ := q.progress()
	return written
}

// awaitRoom waits until at most half of the limit is in use.
func (q *queue) awaitRoom(timeout time.Duration) bool {
	return q.await(max(timeout, 0), func() (done, over bool) { return !q.ended && q.size <= q.limit/2, q.ended })
}

// awaitControl waits until every PONG is written.
func (q *queue) awaitControl() bool {
	return q.await(-1, func() (done, over bool) { return !q.ended && q.control == 0, q.ended })
}

// awaitEmpty waits until everything is written.
func (q *queue) awaitEmpty(timeout time.Duration) bool {
	return q.await(max(timeout, 0), func() (done, over bool) { return q.size == 0 && !q.lost, q.err != nil })
}

// await waits until state, which is called with mu held, says that what is
// waited for is done, or that it can never be; or until the timeout passes. A
// timeout of zero only looks, a negative one never passes. It reports whether
// it is done.
func (q *queue) await(timeout time.Duration, state func() (done, over bool)) bool {
	var expired <-chan time.Time
	for {
		q.mu.Lock()
		done, over := state()
		if done || over || timeout == 0 {
			q.mu.Unlock()
			return done
		}
		if q.changed == nil {
			q.changed = make(chan struct{})
		}
		changed := q.changed
		q.mu.Unlock()
		if expired == nil && timeout >= 0 {
			timer := time.NewTimer(timeout)
			defer timer.Stop()
			expired = timer.C
		}
		select {
		case <-changed:
		case <-expired:
			return false
		}
	}
}
