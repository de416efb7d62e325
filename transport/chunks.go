package transport

import (
	"encoding/binary"
	"net"
)

// The parts of a queue that deal with its chunks. All but gather, advance,
// claim, release and take are called with mu held.

// maxBatch and maxBatchSize bound what one system call writes.
const (
	maxBatch     = 64
	maxBatchSize = 1 << 20
)

// refusal is why nothing at all can be queued now.
func (q *queue) refusal() error {
	if q.ended {
		return net.ErrClosed
	}
	if q.size >= q.limit {
		return ErrQueueFull
	}
	return nil
}

// admit decides about a message of n octets. While at most half of the limit is
// in use, any message is taken: whoever waited for room (see awaitRoom) has it.
func (q *queue) admit(n int, evenIfFull bool) error {
	if err := q.fits(n); err != nil {
		return err
	}
	if !evenIfFull && q.size > q.limit/2 && q.size+n > q.limit {
		return ErrQueueFull
	}
	return nil
}

// fits compares n with what the peer takes. It needs no lock.
func (q *queue) fits(n int) error {
	if q.maxSend > 0 && n > q.maxSend {
		return &TooLargeError{Size: n, Limit: q.maxSend}
	}
	return nil
}

// put appends a frame with a copy of content.
func (q *queue) put(kind frameKind, content []byte) {
	framing := q.framing
	if q.envelopes != nil && kind != messageFrame {
		framing = q.envelopes.framing
	}
	reserved := framing.prefixSize(len(content))
	tail := q.room(reserved + len(content) + framing.suffixSize())
	start := len(tail.buf)
	buf := append(tail.buf[:start+reserved], content...)
	tail.buf = framing.seal(buf, start, reserved, len(content), kind, q.format)
	q.added(len(tail.buf)-start, kind)
}

// refer appends a message without a copy of it.
func (q *queue) refer(message []byte) {
	prefix, suffix := q.framing.prefixSize(len(message)), q.framing.suffixSize()
	if prefix > 0 {
		tail := q.room(prefix)
		start := len(tail.buf)
		tail.buf = tail.buf[:start+prefix]
		q.framing.putPrefix(tail.buf[start:], len(message), messageFrame, q.format)
	}
	q.push(chunk{buf: message, class: shared})
	if suffix > 0 {
		tail := q.room(suffix)
		tail.buf = append(tail.buf, recordSeparator)
	}
	q.added(prefix+len(message)+suffix, messageFrame)
}

// added takes note of a whole frame of n octets at the end of the queue.
func (q *queue) added(n int, kind frameKind) {
	q.size += n
	if q.envelopes != nil {
		q.envelopes.added(n, kind)
	}
}

// room returns the last chunk, with n octets free in it. It may be new and
// empty; whoever then does not fill it calls dropEmptyTail.
func (q *queue) room(n int) *chunk {
	if tail := q.last(); tail != nil && tail.class != shared && cap(tail.buf)-len(tail.buf) >= n {
		return tail
	}
	class := classFor(n)
	if class == small && q.last() != nil {
		class = medium
	}
	q.push(chunk{buf: getBuffer(class, n), class: class})
	return q.last()
}

func (q *queue) push(c chunk) { q.chunks = append(q.chunks, c) }

func (q *queue) last() *chunk {
	if q.head == len(q.chunks) {
		return nil
	}
	return &q.chunks[len(q.chunks)-1]
}

func (q *queue) dropEmptyTail() {
	if tail := q.last(); tail != nil && len(tail.buf) == 0 {
		putBuffer(tail.class, tail.buf)
		q.chunks[len(q.chunks)-1] = chunk{}
		q.chunks = q.chunks[:len(q.chunks)-1]
		q.tidy()
	}
}

// gather adds what is to be written next to batch, and leaves it queued.
func (q *queue) gather(batch *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.envelopes != nil {
		q.gatherEnvelopes(batch)
		return
	}
	for i := q.head; i < len(q.chunks) && batch.count < maxBatch && batch.size < maxBatchSize; i++ {
		batch.add(q.chunks[i].buf[q.chunks[i].off:])
	}
}

// advance forgets the first n octets, which are written. If nothing is left,
// the flush that the caller runs is over: flushing is reset and done is true.
func (q *queue) advance(n int) (done bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil && n > 0 {
		q.written += uint64(n)
		if q.envelopes != nil {
			n = q.envelopes.advance(n)
		}
		q.size -= n
		for n > 0 {
			first := &q.chunks[q.head]
			if rest := len(first.buf) - first.off; n < rest {
				first.off += n
				break
			} else {
				n -= rest
			}
			putBuffer(first.class, first.buf)
			q.pop()
		}
		q.wake()
	}
	if q.size == 0 {
		q.flushing = false
	}
	return q.size == 0
}

// claim makes the caller the one who takes octets away, and says how many: the
// frame that comes first, with a length of 4 octets before it, or all that are
// queued. The claim ends with release. It is 0, and no claim, if nothing is queued.
func (q *queue) claim(one bool) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.size == 0 {
		return 0
	}
	q.flushing = true
	if !one {
		return q.size
	}
	at := q.front()
	return 4 + int(binary.BigEndian.Uint32(q.chunks[at.chunk].buf[at.off:]))
}

func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flushing = false
}

// take removes the oldest chunk and returns it; the caller gives its buffer
// back. If nothing is queued, ok is false and ended tells whether that remains so.
func (q *queue) take() (c chunk, ok, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.last() == nil {
		return chunk{}, false, q.ended
	}
	c = q.chunks[q.head]
	q.size -= len(c.buf) - c.off
	q.written += uint64(len(c.buf) - c.off)
	q.pop()
	q.wake()
	return c, true, q.ended
}

// pop removes the first chunk from the list.
func (q *queue) pop() {
	q.control -= q.chunks[q.head].control
	q.chunks[q.head] = chunk{}
	q.head++
	q.tidy()
}

// tidy keeps the list short: it starts again when it is empty, and moves to
// the front when more than half of it is used up.
func (q *queue) tidy() {
	const keep = 16 // chunks that the list of an empty queue has room for, at most
	switch {
	case q.head == len(q.chunks) && cap(q.chunks) > keep:
		q.chunks, q.head = nil, 0
	case q.head == len(q.chunks):
		q.chunks, q.head = q.chunks[:0], 0
	case q.head >= keep && 2*q.head >= len(q.chunks):
		n := copy(q.chunks, q.chunks[q.head:])
		clear(q.chunks[n:])
		q.chunks, q.head = q.chunks[:n], 0
	}
}

// wake lets every waiter look again.
func (q *queue) wake() {
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}
