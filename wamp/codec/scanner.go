package codec

import (
	"math"
	"sync"
	"unsafe"
)

// maxDepth bounds recursion whatever the caller allows.
const maxDepth = 1024

// scratchLimit is how much scratch space a scanner keeps between messages.
const scratchLimit = 16 << 10

// malformed is why octets are no well-formed value. Its values are variables,
// so that failing allocates nothing.
type malformed string

// Error implements error.
func (m malformed) Error() string { return string(m) }

// The ways to be malformed that all formats share.
var (
	errTruncated error = malformed("ends in the middle of a value")
	errTooDeep   error = malformed("lists and dicts are nested too deeply")
	errUTF8      error = malformed("string is not valid UTF-8")
	errKey       error = malformed("dict key is not a string")
	errTooMany   error = malformed("too many values")
)

// scanner reads the tokens of an encoded value.
type scanner struct {
	syntax syntax
	data   []byte
	pos    int
	tok    token
	// scratch holds the text of a token that does not stand in data verbatim.
	scratch []byte
	// budget is how many more dynamic values may be made.
	budget int
}

// token is one value, or the head of one.
type token struct {
	kind kind
	// num is a kindUint, the two's complement of a kindInt, 1 for true, or the number of a kindTag.
	num   uint64
	float float64
	// text is the content of a string, key or byte string. It aliases the
	// scanner's data or scratch space, and is valid until the next token.
	text []byte
	// items is how many items a list or dict has, or uncounted.
	items int
}

// container is a list or dict that is being read.
type container struct {
	left    int // items to come, or uncounted
	dict    bool
	started bool
}

// container is the list or dict whose head was read as the current token.
func (s *scanner) container() container {
	return container{left: s.tok.items, dict: s.tok.kind == kindDict}
}

// more reports whether c has another item, and stands before it then.
func (s *scanner) more(c *container) (bool, error) {
	if c.left >= 0 {
		if c.left == 0 {
			return false, nil
		}
		c.left--
		return true, nil
	}
	closed, err := s.syntax.closes(s, c.dict, !c.started)
	c.started = true
	if closed {
		c.left = 0
	}
	return !closed, err
}

// reset makes the scanner stand at the start of data.
func (s *scanner) reset(syntax syntax, data []byte) {
	s.syntax, s.data, s.pos, s.budget = syntax, data, 0, math.MaxInt
	s.tok = token{}
}

// release forgets the data, and scratch space of more than the usual size.
func (s *scanner) release() {
	s.data, s.tok.text = nil, nil
	if cap(s.scratch) > scratchLimit {
		s.scratch = nil
	}
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// borrowScanner returns a pooled scanner at the start of data; give it back
// with returnScanner.
func borrowScanner(syntax syntax, data []byte) *scanner {
	s := scanners.Get().(*scanner)
	s.reset(syntax, data)
	return s
}

func returnScanner(s *scanner) {
	s.release()
	scanners.Put(s)
}

// view is a string that shares b's memory, for calls that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
