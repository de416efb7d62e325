package transport

import "io"

// incoming is the memory of one message, or batch, that is read as a whole. It
// grows with what really arrives.
type incoming struct {
	buf   []byte // nil, or at its full length
	class class
}

// read reads from r until io.EOF. Who reads more than limit octets out of it
// made a mistake; the reader is to fail before that.
func (in *incoming) read(r io.Reader, limit int) (content []byte, err error) {
	in.grow(largeSize)
	for n := 0; ; {
		if n == len(in.buf) {
			in.grow(min(4*n, limit+1))
		}
		m, err := r.Read(in.buf[n:])
		n += m
		if err == io.EOF {
			return in.buf[:n:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// grow replaces the buffer by one of at least n octets that begins like it.
func (in *incoming) grow(n int) {
	class := classFor(n)
	grown := getBuffer(class, n)
	grown = grown[:cap(grown)]
	copy(grown, in.buf)
	in.drop()
	in.buf, in.class = grown, class
}

// drop gives the memory back.
func (in *incoming) drop() {
	if in.buf != nil {
		putBuffer(in.class, in.buf)
		in.buf = nil
	}
}
