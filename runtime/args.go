package runtime

import (
	"bytes"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Args builds the arguments of a call or a publication, or the results of an
// invocation, directly in their encoded form. The first value that cannot be
// encoded sticks as an error, which whoever sends the arguments returns.
//
// Args are pooled: passing them to [Caller.Invoke] or [Publisher.PublishTopic]
// gives them up. They are not for concurrent use.
type Args struct {
	// list and dict hold the encoded items and pairs. Each starts with room for
	// the longest head, which is written backwards once the count is known.
	list, dict   []byte
	items, pairs uint64
	captures     captures
	passthru     *wamp.Passthru // how results are sealed, nil if they are not
	scratch      bytes.Buffer
	unions       *Unions // nil: values hold none
	err          error
}

// retained is the largest buffer, in octets, that goes back into a pool.
const retained = 256 << 10

var argsPool = sync.Pool{New: func() any { return new(Args) }}

// NewArgs returns empty arguments.
func NewArgs() *Args {
	a := argsPool.Get().(*Args)
	a.reset()
	return a
}

// release gives a back to the pool.
func (a *Args) release() {
	if cap(a.list) <= retained && cap(a.dict) <= retained && a.scratch.Cap() <= retained {
		argsPool.Put(a)
	}
}

var headRoom [maxHead]byte

func (a *Args) reset() {
	a.list = append(a.list[:0], headRoom[:]...)
	a.dict = a.dict[:0]
	a.items, a.pairs, a.unions, a.err = 0, 0, nil, nil
	a.captures.reset()
	a.passthru = nil
}

// Bool appends a boolean.
func (a *Args) Bool(b bool) {
	a.list = appendBool(a.list, b)
	a.items++
}

// Int appends an integer.
func (a *Args) Int(n int64) {
	a.list = appendInt(a.list, n)
	a.items++
}

// Uint appends an unsigned integer.
func (a *Args) Uint(n uint64) {
	a.list = appendHead(a.list, majorUint, n)
	a.items++
}

// Float appends a floating-point number.
func (a *Args) Float(f float64) {
	a.list = appendFloat(a.list, f)
	a.items++
}

// String appends a string, which must be valid UTF-8.
func (a *Args) String(s string) {
	if !utf8.ValidString(s) {
		a.fail(a.position(), errInvalidUTF8)
	}
	a.list = appendText(a.list, s)
	a.items++
}

// Bytes appends a byte string. A nil slice is an empty one.
func (a *Args) Bytes(b []byte) {
	a.list = appendByteString(a.list, b)
	a.items++
}

// Value appends any value of the WAMP data profile.
func (a *Args) Value(v any) {
	list, err := a.appendValue(a.list, v)
	if err != nil {
		a.fail(a.position(), locate(v, err))
	}
	a.list = list
	a.items++
}

// Struct makes the fields of v, a struct or a pointer to one, keyword
// arguments. A nil pointer has none.
func (a *Args) Struct(v any) {
	encoded, err := a.appendMapped(nil, v)
	if err != nil {
		a.fail("keyword arguments", locate(v, err))
		return
	}
	h, err := readHead(encoded)
	switch {
	case err == nil && h.major == majorDict && !h.indefinite():
		a.addPairs(h.n, encoded[h.size:])
	case len(encoded) == 1 && encoded[0] == cborNull:
	default:
		a.fail("keyword arguments", fmt.Errorf("%T is not encoded as a dictionary", v))
	}
}

// Keyword adds one keyword argument.
func (a *Args) Keyword(name string, v any) {
	pair, err := a.appendValue(appendText(nil, name), v)
	if err != nil || !utf8.ValidString(name) {
		if err == nil {
			err = errInvalidUTF8
		}
		a.fail(fmt.Sprintf("keyword argument %q", name), locate(v, err))
		return
	}
	a.addPairs(1, pair)
}

func (a *Args) appendValue(dst []byte, v any) ([]byte, error) {
	if a.unions != nil {
		return a.unions.append(dst, v, &a.scratch)
	}
	return appendValue(dst, v, &a.scratch)
}

func (a *Args) appendMapped(dst []byte, v any) ([]byte, error) {
	if a.unions != nil {
		return a.unions.append(dst, v, &a.scratch)
	}
	return appendMapped(dst, v, &a.scratch)
}

func (a *Args) addPairs(n uint64, encoded []byte) {
	if len(a.dict) == 0 {
		a.dict = append(a.dict, headRoom[:]...)
	}
	a.dict = append(a.dict, encoded...)
	a.pairs += n
}

func (a *Args) position() string { return fmt.Sprintf("argument %d", a.items+1) }

func (a *Args) fail(where string, err error) {
	if a.err == nil {
		a.err = &EncodeError{Where: where, Err: err}
	}
}

// payload is what was built, in CBOR. It aliases a.
func (a *Args) payload() wamp.Payload {
	p := wamp.Payload{Format: wamp.CBOR}
	if a.pairs > 0 {
		p.Kwargs = withHead(a.dict, majorDict, a.pairs)
	}
	if a.items > 0 || a.pairs > 0 {
		p.Args = withHead(a.list, majorList, a.items)
	}
	return p
}

// payloadFor is what was built, in the serializer of a session. Transcoding
// happens here, on the sender's goroutine and outside of every lock.
func (a *Args) payloadFor(format wamp.Format) (wamp.Payload, error) {
	if a.err != nil {
		return wamp.Payload{}, a.err
	}
	p := a.payload()
	if format == wamp.CBOR || p.Empty() {
		return p, nil
	}
	transcoded, err := codec.TranscodePayload(p, format)
	if err != nil {
		return wamp.Payload{}, &EncodeError{Where: a.untranscodable(format), Err: err}
	}
	return transcoded, nil
}

// untranscodable names the first argument that the format cannot carry, such as
// an infinite number in JSON.
func (a *Args) untranscodable(format wamp.Format) string {
	rest := a.list[maxHead:]
	for i := range a.items {
		size, err := skip(rest)
		if err != nil {
			break
		}
		if _, err := codec.Transcode(nil, wamp.CBOR, format, rest[:size]); err != nil {
			return fmt.Sprintf("argument %d", i+1)
		}
		rest = rest[size:]
	}
	return "keyword arguments"
}

// withHead writes the head of n values into the room in front of them.
func withHead(b []byte, major byte, n uint64) []byte {
	var head [maxHead]byte
	h := appendHead(head[:0], major, n)
	start := maxHead - len(h)
	copy(b[start:], h)
	return b[start:]
}
