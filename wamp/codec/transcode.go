package codec

import (
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

var (
	errForeign  = fmt.Errorf("%w: extension, CBOR simple value or number beyond 64 bits", ErrUnrepresentable)
	errTrailing = malformed("octets behind the value")
)

// Check makes sure that value is exactly one well-formed value, nested at most
// depth levels (0 is [DefaultDepth]), with all strings UTF-8 and all dictionary
// keys strings. CBOR tags and MessagePack extensions pass, though they cannot
// be transcoded. The error is a [*Violation].
func Check(f wamp.Format, value []byte, depth int) error {
	syntax := syntaxOf(f)
	if syntax == nil {
		return errNoFormat
	}
	if depth <= 0 {
		depth = DefaultDepth
	}
	end, err := syntax.skip(value, 0, min(depth, maxDepth))
	if err == nil {
		err = checkEnd(syntax, value, end)
	}
	return asViolation(err)
}

// Transcode appends one value to dst in another serializer. Integers stay
// integers, floats stay floats, byte strings stay byte strings. CBOR tags that
// mean nothing beyond their content (0, 1 and 55799) are dropped, CBOR's
// undefined becomes null.
//
// The error wraps [ErrUnrepresentable], or is a [*Violation] if value is not
// well-formed; dst is returned as it was then.
func Transcode(dst []byte, from, to wamp.Format, value []byte) ([]byte, error) {
	e := newEncoder(dst, to)
	e.transcode(from, value)
	return e.finish()
}

// TranscodePayload returns p in another serializer: p itself if it is in that
// already, and a payload in memory of its own otherwise. It fails like [Transcode].
func TranscodePayload(p wamp.Payload, to wamp.Format) (wamp.Payload, error) {
	if p.Format == to || p.Empty() {
		p.Format = to
		return p, nil
	}
	out := wamp.Payload{Format: to}
	buf := make([]byte, 0, p.Size()+p.Size()/2+16)
	var err error
	if p.Args != nil {
		if buf, err = Transcode(buf, p.Format, to, p.Args); err != nil {
			return wamp.Payload{}, err
		}
		out.Args = buf[:len(buf):len(buf)]
	}
	if p.Kwargs != nil {
		start := len(buf)
		if buf, err = Transcode(buf, p.Format, to, p.Kwargs); err != nil {
			return wamp.Payload{}, err
		}
		out.Kwargs = buf[start:len(buf):len(buf)]
	}
	return out, nil
}

// transcode writes a value that is encoded in another format.
func (e *encoder) transcode(from wamp.Format, value []byte) {
	syntax := syntaxOf(from)
	if syntax == nil {
		e.fail(errNoFormat)
	}
	if e.err != nil {
		return
	}
	s := borrowScanner(syntax, value)
	defer returnScanner(s)
	err := e.copyValue(s, maxDepth)
	if err == nil {
		err = checkEnd(syntax, value, s.pos)
	}
	if err != nil {
		e.fail(asViolation(err))
	}
}

// copyValue copies the next value of s.
func (e *encoder) copyValue(s *scanner, depth int) error {
	if err := s.syntax.token(s); err != nil {
		return err
	}
	switch t := &s.tok; t.kind {
	case kindNull:
		e.null()
	case kindBool:
		e.bool(t.num == 1)
	case kindUint:
		e.uint(t.num)
	case kindInt:
		e.int(int64(t.num))
	case kindFloat:
		e.float(t.float)
	case kindText:
		e.checkedText(view(t.text))
	case kindBytes:
		e.bytes(t.text)
	case kindList, kindDict:
		return e.copyItems(s, depth)
	case kindTag:
		if !transparentTag(t.num) {
			return errTag(t.num)
		}
		if depth <= 0 {
			return errTooDeep
		}
		return e.copyValue(s, depth-1)
	default:
		return errForeign
	}
	return e.err
}

// copyItems copies the items of the list or dict whose head was read.
func (e *encoder) copyItems(s *scanner, depth int) error {
	if depth <= 0 {
		return errTooDeep
	}
	c := s.container()
	start := e.open(c.dict, c.left)
	n := 0
	for ; ; n++ {
		more, err := s.more(&c)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if c.dict {
			if err := s.syntax.key(s); err != nil {
				return err
			}
			e.checkedKey(view(s.tok.text))
		}
		if err := e.copyValue(s, depth-1); err != nil {
			return err
		}
	}
	e.close(c.dict, start, n)
	return e.err
}

// transparentTag reports whether a CBOR tag says no more about its content than
// the data profile: a date and time as a string or a number, and "this is CBOR".
func transparentTag(number uint64) bool { return number == 0 || number == 1 || number == 55799 }

func errTag(number uint64) error { return fmt.Errorf("%w: CBOR tag %d", ErrUnrepresentable, number) }

// checkEnd makes sure that nothing but whitespace follows at pos.
func checkEnd(syntax syntax, data []byte, pos int) error {
	if _, pos = syntax.peek(data, pos); pos != len(data) {
		return errTrailing
	}
	return nil
}

// asViolation turns a malformed error into what the package's functions promise.
func asViolation(err error) error {
	if m, ok := err.(malformed); ok {
		return &Violation{Reason: string(m)}
	}
	return err
}
