package transport

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"github.com/wampkit/wampkit/wamp"
)

// envelopes divides the queue of a batched WebSocket into WebSocket messages.
// The queue's chunks hold WAMP messages as they stand in a batch; what is in an
// envelope is settled when that is gathered for the first time, so that the
// messages which waited for the same write share it. The header of an envelope
// is no part of the queue: it is made for each write.
//
// It is guarded by the queue's mu.
type envelopes struct {
	framing framing    // of the envelopes, and of control frames beside them
	list    []envelope // oldest first, from head on
	head    int        // index of the first one that is not written
}

// envelope is one WebSocket message, or a control frame between two.
type envelope struct {
	left   int    // octets of the queue in it that are not written
	size   int    // octets in it when it was sealed; 0 while messages may be added
	header int    // octets of its header that are not written
	key    uint32 // masks it, if its framing is clientFraming
	beside bool   // a control frame, which the queue holds with its header
}

// batchMessages makes q send messages in envelopes from now on. It is called
// before anything is queued.
func (q *queue) batchMessages() {
	q.envelopes = &envelopes{framing: q.framing}
	q.framing = batchFraming(q.format)
}

// batchFraming is how messages stand in a batch.
func batchFraming(f wamp.Format) framing {
	if f == wamp.JSON {
		return recordFraming
	}
	return lengthFraming
}

// added takes note of a frame of n octets at the end of the queue.
func (e *envelopes) added(n int, kind frameKind) {
	if kind != messageFrame {
		e.list = append(e.list, envelope{left: n, beside: true})
		return
	}
	if e.head < len(e.list) {
		last := &e.list[len(e.list)-1]
		if !last.beside && last.size == 0 && last.left+n <= maxEnvelope {
			last.left += n
			return
		}
	}
	e.list = append(e.list, envelope{left: n})
}

// advance forgets n octets that are written, and returns how many of them the
// queue holds.
func (e *envelopes) advance(n int) (inQueue int) {
	for n > 0 {
		first := &e.list[e.head]
		header := min(n, first.header)
		content := min(n-header, first.left)
		first.header -= header
		first.left -= content
		inQueue += content
		n -= header + content
		if first.left == 0 {
			e.head++
		}
	}
	e.tidy()
	return inQueue
}

// tidy keeps the list short, as that of the queue's chunks.
func (e *envelopes) tidy() {
	const keep = 16
	switch {
	case e.head == len(e.list) && cap(e.list) > keep:
		e.clear()
	case e.head == len(e.list):
		e.list, e.head = e.list[:0], 0
	case e.head >= keep && 2*e.head >= len(e.list):
		e.list, e.head = e.list[:copy(e.list, e.list[e.head:])], 0
	}
}

func (e *envelopes) clear() { e.list, e.head = nil, 0 }

// gatherEnvelopes is gather for a queue with envelopes. It seals those that it
// adds to the batch. Called with mu held.
func (q *queue) gatherEnvelopes(b *batch) {
	e := q.envelopes
	at := q.front()
	for i := e.head; i < len(e.list) && b.count+2 <= maxBatch && b.size < maxBatchSize; i++ {
		next := &e.list[i]
		if next.size == 0 {
			q.seal(next, at)
		}
		if next.header > 0 {
			b.addHeader(e.framing, next, q.format)
		}
		for left := next.left; left > 0 && b.count < maxBatch; {
			var content []byte
			content, at = q.cut(at, left)
			b.add(content)
			left -= len(content)
		}
		if b.count == maxBatch {
			return // perhaps within the envelope
		}
	}
}

// seal settles what is in an envelope, whose content begins at from.
func (q *queue) seal(next *envelope, from place) {
	next.size = next.left
	if next.beside {
		return
	}
	framing := q.envelopes.framing
	next.header = framing.prefixSize(next.size)
	if framing != clientFraming {
		return
	}
	next.key = rand.Uint32()
	key := next.key
	for left := next.left; left > 0; {
		var content []byte
		content, from = q.cut(from, left)
		mask(content, key)
		key = bits.RotateLeft32(key, -8*(len(content)&3))
		left -= len(content)
	}
}

// addHeader adds what is left to write of an envelope's header.
func (b *batch) addHeader(f framing, e *envelope, format wamp.Format) {
	header := b.headers[b.count][:f.prefixSize(e.size)]
	f.putPrefix(header, e.size, messageFrame, format)
	if f == clientFraming {
		binary.LittleEndian.PutUint32(header[len(header)-4:], e.key)
	}
	b.add(header[len(header)-e.header:])
}

// place is a place in the queue: an index of chunks, and an offset in that chunk.
type place struct{ chunk, off int }

// front is where the first octet lies that is not written.
func (q *queue) front() place {
	if q.last() == nil {
		return place{}
	}
	return place{q.head, q.chunks[q.head].off}
}

// cut returns at most n octets that lie in one piece from at on, and where
// those behind them are.
func (q *queue) cut(at place, n int) ([]byte, place) {
	c := &q.chunks[at.chunk]
	end := min(len(c.buf), at.off+n)
	content := c.buf[at.off:end]
	if end < len(c.buf) || at.chunk+1 == len(q.chunks) {
		return content, place{at.chunk, end}
	}
	return content, place{at.chunk + 1, q.chunks[at.chunk+1].off}
}
