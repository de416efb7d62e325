package transport

import (
	"net"
	"runtime"
	"syscall"
	"time"
)

const (
	// flushRounds is how many system calls Flush makes before it leaves the
	// rest to a goroutine of its own, so that a busy queue does not capture the
	// goroutine that happened to flush it.
	flushRounds = 4
	// brokenReadTime is how long messages that a peer sent are still received
	// after writing to it failed.
	brokenReadTime = 5 * time.Second
)

// flusher writes a queue to a connection. At most one goroutine does so at a
// time, and goes on until the queue is empty: that is queue.flushing.
type flusher struct {
	conn  net.Conn
	raw   syscall.RawConn // nil where writing has to wait in conn.Write
	queue *queue

	// Bound once, so that a flush allocates nothing.
	drain       func()
	try, insist func(fd uintptr) bool

	// What the goroutine that flushes works with.
	batch *batch
	n     int
	again bool
	err   error
}

func (f *flusher) init(conn net.Conn, raw syscall.RawConn, q *queue) {
	f.conn, f.raw, f.queue = conn, raw, q
	f.drain = f.run
	f.try = func(fd uintptr) bool {
		f.n, f.again, f.err = writeSocket(fd, f.batch)
		return true
	}
	f.insist = func(fd uintptr) bool {
		f.n, f.again, f.err = writeSocket(fd, f.batch)
		return !f.again
	}
}

// now is Conn.Flush.
func (f *flusher) now() {
	if !f.acquire() {
		return
	}
	if f.raw == nil {
		go f.drain()
		return
	}
	for range flushRounds {
		wanted, done := f.round(f.try)
		if done {
			return
		}
		if f.n < wanted { // the socket's buffer is full
			break
		}
	}
	go f.drain()
}

// soon is Conn.FlushSoon.
func (f *flusher) soon() {
	if f.acquire() {
		go f.drain()
	}
}

// acquire makes the caller the one who flushes, if there is something to flush
// and nobody does.
func (f *flusher) acquire() bool {
	q := f.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.flushing || q.size == 0 {
		return false
	}
	q.flushing = true
	return true
}

// run writes until the queue is empty. It begins by letting other goroutines
// run: what they queue goes out in the same system call.
func (f *flusher) run() {
	runtime.Gosched()
	for {
		if _, done := f.round(f.insist); done {
			return
		}
	}
}

// round writes one batch. When it is done, the flush is over and belongs to
// nobody any more.
func (f *flusher) round(write func(fd uintptr) bool) (wanted int, done bool) {
	f.batch = batches.Get().(*batch)
	f.queue.gather(f.batch)
	wanted = f.batch.size
	f.n, f.err = 0, nil
	switch {
	case wanted == 0: // the queue failed
	case f.raw != nil:
		if err := f.raw.Write(write); err != nil {
			f.err = err
		}
	default:
		f.writeConn()
	}
	f.batch.release()
	f.batch = nil
	n, err := f.n, f.err
	if err != nil {
		f.broken(err)
	}
	return wanted, f.queue.advance(n)
}

// writeConn writes through package net.
func (f *flusher) writeConn() {
	for _, buffer := range f.batch.buffers[:f.batch.count] {
		n, err := f.conn.Write(buffer)
		f.n += n
		if err != nil {
			f.err = err
			return
		}
	}
}

// broken gives up writing. The connection is left open for a moment: what the
// peer sent before it went away, perhaps why it did, is still to be received.
func (f *flusher) broken(err error) {
	f.queue.fail(err)
	f.conn.SetReadDeadline(time.Now().Add(brokenReadTime))
}
