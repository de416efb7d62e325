package transport

import "sync"

// batch is what one system call is to write.
type batch struct {
	buffers [maxBatch][]byte
	count   int
	size    int // octets in all
	vectors vectors

	headers [maxBatch][maxPrefix]byte // of envelopes, for buffers to refer to
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func (b *batch) add(buffer []byte) {
	b.buffers[b.count] = buffer
	b.count++
	b.size += len(buffer)
}

// release gives b back without what it refers to.
func (b *batch) release() {
	clear(b.buffers[:b.count])
	b.vectors.clear(b.count)
	b.count, b.size = 0, 0
	batches.Put(b)
}
