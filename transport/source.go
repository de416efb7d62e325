package transport

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// directRead is the size from which Read reads into the caller's buffer
// instead of its own.
const directRead = 4 << 10

// source is the inbound side of a connection: a read buffer that is taken from
// a pool while there is something in it, and given back before waiting.
//
// All methods but stop are called by the goroutine that receives.
type source struct {
	conn net.Conn
	raw  syscall.RawConn // nil where reading has to wait in conn.Read

	beforeWait func() // called each time before the network is read

	buf   []byte // nil, or at its full length
	class class
	r, w  int  // buf[r:w] is read from the network and not yet consumed
	more  bool // the last read filled the buffer (without raw only)

	mu      sync.Mutex    // held while the network is read
	stopped atomic.Bool   // nothing is read any more
	waits   atomic.Uint64 // odd while the network is read; see keepalive

	// What the function given to raw.Read works with.
	try    func(fd uintptr) bool
	direct []byte
	n      int
	err    error
}

func (s *source) init(conn net.Conn, raw syscall.RawConn, beforeWait func()) {
	s.conn, s.raw, s.beforeWait = conn, raw, beforeWait
	if raw != nil {
		s.try = s.readRaw
	}
}

// buffered is what was read and not consumed.
func (s *source) buffered() []byte { return s.buf[s.r:s.w] }

// fill reads at least one octet more, with need the number of octets that are
// waited for, those buffered included. The buffer grows towards need only as
// it fills up.
func (s *source) fill(need int) error {
	s.makeRoom(need)
	_, err := s.read(nil)
	return err
}

// Read implements io.Reader for a parser that does not parse in place.
func (s *source) Read(p []byte) (int, error) {
	if s.r == s.w {
		s.makeRoom(0)
		if len(p) >= directRead {
			return s.read(p)
		}
		if _, err := s.read(nil); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.buf[s.r:s.w])
	s.r += n
	return n, nil
}

// makeRoom frees space behind what is buffered.
func (s *source) makeRoom(need int) {
	switch {
	case s.buf == nil:
	case s.r == s.w:
		s.drop()
	case need <= len(s.buf)-s.r:
	case s.r > 0:
		s.w = copy(s.buf, s.buf[s.r:s.w])
		s.r = 0
	case s.w == len(s.buf):
		s.move(min(need, 4*len(s.buf)))
	}
}

// drop gives the empty buffer back.
func (s *source) drop() {
	putBuffer(s.class, s.buf)
	s.buf, s.r, s.w = nil, 0, 0
}

// move puts what is buffered into another buffer, of at least n octets.
func (s *source) move(n int) {
	class := classFor(n)
	moved := getBuffer(class, n)
	moved = moved[:cap(moved)]
	w := copy(moved, s.buf[s.r:s.w])
	if s.buf != nil {
		s.drop()
	}
	s.buf, s.class, s.w = moved, class, w
}

// read reads from the network, into direct if that is not nil and behind what
// is buffered else.
func (s *source) read(direct []byte) (int, error) {
	s.beforeWait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped.Load() {
		return 0, net.ErrClosed
	}
	s.waits.Add(1)
	defer s.waits.Add(1)
	if s.raw == nil {
		return s.readConn(direct)
	}
	s.direct = direct
	if err := s.raw.Read(s.try); err != nil {
		return 0, err
	}
	return s.n, s.err
}

// readRaw reads once, and gives the buffer back if nothing is there.
func (s *source) readRaw(fd uintptr) (done bool) {
	var again bool
	if s.direct != nil {
		s.n, again, s.err = readSocket(fd, s.direct)
		return !again
	}
	if s.buf == nil || s.class < large { // none, or that of a long wait
		s.move(largeSize)
	}
	s.n, again, s.err = readSocket(fd, s.buf[s.w:])
	switch {
	case again && s.r == s.w:
		s.drop()
	case again && s.class == large && s.w-s.r < mediumSize:
		s.move(s.w - s.r + 1)
	}
	s.w += s.n
	return !again
}

// readConn reads through package net, where the buffer cannot be given back
// while waiting: so it waits with a small one.
func (s *source) readConn(direct []byte) (n int, err error) {
	if direct != nil {
		return s.conn.Read(direct)
	}
	if s.buf == nil {
		size := smallSize
		if s.more {
			size = largeSize
		}
		s.move(size)
	}
	n, err = s.conn.Read(s.buf[s.w:])
	s.w += n
	s.more = s.w == len(s.buf)
	if n > 0 {
		err = nil // it comes again
	}
	return n, err
}

// stop makes every read fail, waits until none is under way, and then throws
// away what the peer still sends, until it closes or the deadline passes. It
// may be called from any goroutine, but not from beforeWait.
func (s *source) stop(deadline time.Time) {
	s.stopped.Store(true)
	s.conn.SetReadDeadline(time.Unix(1, 0))
	s.mu.Lock()
	defer s.mu.Unlock()
	under := socket(s.conn) // no need to decrypt it
	under.SetReadDeadline(deadline)
	scratch := getBuffer(medium, 0)
	defer putBuffer(medium, scratch)
	for {
		if _, err := under.Read(scratch[:mediumSize]); err != nil {
			return
		}
	}
}

// setDeadline sets the deadline of reads, unless stop has.
func (s *source) setDeadline(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped.Load() {
		s.conn.SetReadDeadline(t)
	}
}
