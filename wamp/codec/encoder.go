package codec

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/wampkit/wampkit/wamp"
)

var (
	errNoFormat   = errors.New("codec: no such serializer")
	errNotUTF8    = fmt.Errorf("%w: string is not valid UTF-8", ErrUnrepresentable)
	errOutOfRange = fmt.Errorf("%w: value of more than 2^32-1 octets or items", ErrUnrepresentable)
)

// encoder appends the tokens of one value, with the separators between them.
// The first failure sticks and ends all writing.
type encoder struct {
	format wamp.Format
	to     syntax
	dst    []byte
	base   int  // where the value starts in dst
	json   bool // whether items need separators
	keys   int  // written since openAttributes
	err    error
}

func newEncoder(dst []byte, f wamp.Format) encoder {
	e := encoder{format: f, to: syntaxOf(f), dst: dst, base: len(dst), json: f == wamp.JSON}
	if e.to == nil {
		e.err = errNoFormat
	}
	return e
}

// finish returns the extended slice, or the original one and why.
func (e *encoder) finish() ([]byte, error) {
	if e.err != nil {
		return e.dst[:e.base], e.err
	}
	return e.dst, nil
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// item makes ready for the next value or key, and reports whether to go on.
func (e *encoder) item() bool {
	if e.err != nil {
		return false
	}
	if e.json && len(e.dst) > e.base {
		switch e.dst[len(e.dst)-1] {
		case '[', '{', ':':
		default:
			e.dst = append(e.dst, ',')
		}
	}
	return true
}

func (e *encoder) null() {
	if e.item() {
		e.dst = e.to.appendNull(e.dst)
	}
}

func (e *encoder) bool(v bool) {
	if e.item() {
		e.dst = e.to.appendBool(e.dst, v)
	}
}

func (e *encoder) uint(v uint64) {
	if e.item() {
		e.dst = e.to.appendUint(e.dst, v)
	}
}

func (e *encoder) int(v int64) {
	if v >= 0 {
		e.uint(uint64(v))
	} else if e.item() {
		e.dst = e.to.appendNegative(e.dst, v)
	}
}

func (e *encoder) float(v float64) {
	if e.item() {
		var err error
		if e.dst, err = e.to.appendFloat(e.dst, v); err != nil {
			e.fail(err)
		}
	}
}

func (e *encoder) text(v string) {
	if e.checkText(v) {
		e.checkedText(v)
	}
}

// checkedText is text for what is known to be valid UTF-8.
func (e *encoder) checkedText(v string) {
	if !e.item() {
		return
	}
	var err error
	if e.dst, err = e.to.appendText(e.dst, v); err != nil {
		e.fail(err)
	}
}

func (e *encoder) key(v string) {
	if e.checkText(v) {
		e.checkedKey(v)
	}
}

// checkedKey is key for what is known to be valid UTF-8.
func (e *encoder) checkedKey(v string) {
	if e.item() {
		e.dst = e.to.appendKey(e.dst, v)
	}
}

func (e *encoder) checkText(v string) bool {
	switch {
	case !utf8.ValidString(v):
		e.fail(errNotUTF8)
	case uint64(len(v)) > math.MaxUint32:
		e.fail(errOutOfRange)
	default:
		return true
	}
	return false
}

func (e *encoder) bytes(v []byte) {
	if uint64(len(v)) > math.MaxUint32 {
		e.fail(errOutOfRange)
	}
	if e.item() {
		e.dst = e.to.appendBytes(e.dst, v)
	}
}

// raw splices a value that is already encoded.
func (e *encoder) raw(v []byte) {
	if e.item() {
		e.dst = append(e.dst, v...)
	}
}

// open starts a list or dict of n items, or uncounted. What it returns is for close.
func (e *encoder) open(dict bool, n int) (start int) {
	if !e.item() {
		return -1
	}
	start = len(e.dst)
	e.dst = e.to.open(e.dst, dict, n)
	if n != uncounted {
		start = -1
	}
	return start
}

// close ends the list or dict that open started and that got n items.
func (e *encoder) close(dict bool, start, n int) {
	if uint64(n) > math.MaxUint32 {
		e.fail(errOutOfRange)
	}
	if e.err == nil {
		e.dst = e.to.close(e.dst, dict, start, n)
	}
}
