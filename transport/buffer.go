package transport

import "sync"

// class says where the memory of a buffer comes from, and so where it goes
// when the buffer is done with.
type class uint8

const (
	// The pooled classes. A queue with a few small messages takes a small
	// buffer, so that an event for ten thousand subscribers does not take ten
	// thousand large ones; a queue that outgrows it takes medium ones. Large
	// ones read from the network, and hold a payload of 64 KiB with its header.
	small class = iota
	medium
	large
	// owned memory belongs to one buffer and is left to the garbage collector.
	owned
	// shared memory belongs to somebody else and must not be written to.
	shared
)

const (
	smallSize  = 2 << 10
	mediumSize = 32 << 10
	largeSize  = 128 << 10
)

var (
	smallBuffers  = sync.Pool{New: func() any { return new([smallSize]byte) }}
	mediumBuffers = sync.Pool{New: func() any { return new([mediumSize]byte) }}
	largeBuffers  = sync.Pool{New: func() any { return new([largeSize]byte) }}
)

// classFor is the smallest class that holds n octets.
func classFor(n int) class {
	switch {
	case n <= smallSize:
		return small
	case n <= mediumSize:
		return medium
	case n <= largeSize:
		return large
	}
	return owned
}

// getBuffer returns an empty buffer with a capacity of at least n octets if c
// is owned, and of c's size otherwise.
func getBuffer(c class, n int) []byte {
	switch c {
	case small:
		return smallBuffers.Get().(*[smallSize]byte)[:0]
	case medium:
		return mediumBuffers.Get().(*[mediumSize]byte)[:0]
	case large:
		return largeBuffers.Get().(*[largeSize]byte)[:0]
	}
	return make([]byte, 0, n)
}

// putBuffer gives a buffer back. Nobody may touch its memory afterwards.
func putBuffer(c class, b []byte) {
	switch c {
	case small:
		smallBuffers.Put((*[smallSize]byte)(b[:smallSize]))
	case medium:
		mediumBuffers.Put((*[mediumSize]byte)(b[:mediumSize]))
	case large:
		largeBuffers.Put((*[largeSize]byte)(b[:largeSize]))
	}
}
