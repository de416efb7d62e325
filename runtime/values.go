package runtime

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Values reads the arguments of an invocation or an event, or the results of
// a call, one after the other: the n-th read takes position n, else the keyword
// of that name. The first value that is missing or of the wrong type sticks:
// every later read returns a zero value, and Err says what was wrong.
//
// How much a peer may deviate depends on the side. Arguments must be there, each
// once, and none left over; unknown keywords are ignored. Results are read
// with tolerance, because the clients of other languages differ: an absent one
// is its zero value, several may arrive as one list or as one dictionary, one
// struct as keywords, and what is left over is ignored. [WithStrictResults]
// turns that off.
//
// Values are pooled and not for concurrent use.
type Values struct {
	of       wamp.URI  // the procedure or topic, concrete
	template *template // what that was matched by, nil without captures
	side     side
	err      error

	storage  []byte // the payload as it arrived, copied
	passthru *wamp.Passthru
	payload  wamp.Payload

	items []byte // positional items that are still to be read
	left  uint64 // how many they are
	reads int    // how many reads there were
	spare uint64 // how many may be left over: the first item of an input
	dict  []byte // the pairs of the keyword arguments
	pairs uint64

	unions *Unions // nil: values hold none

	call *call // to give back to its pool in Err, nil if another owns the values
}

// side is whose values they are, which decides how tolerant reading is.
type side uint8

const (
	arguments side = iota
	results
	strictResults
)

// ErrInvalidResult means that a peer answered a call with results that do not
// fit the types the caller expects.
var ErrInvalidResult = errors.New("invalid result")

// store keeps a copy of a payload that aliases a receive buffer.
func (v *Values) store(p wamp.Payload) {
	v.storage = append(append(v.storage[:0], p.Args...), p.Kwargs...)
	v.payload = wamp.Payload{Format: p.Format}
	if p.Args != nil {
		v.payload.Args = v.storage[:len(p.Args):len(p.Args)]
	}
	if p.Kwargs != nil {
		v.payload.Kwargs = v.storage[len(p.Args):]
	}
}

// open makes the stored payload ready to be read. It runs on the goroutine that
// reads, so that transcoding costs nobody else.
func (v *Values) open(of wamp.URI, side side) {
	v.of, v.side = of, side
	v.err, v.items, v.left, v.reads, v.dict, v.pairs, v.unions = nil, nil, 0, 0, nil, 0, nil
	p := v.payload
	if p.Format != wamp.CBOR && !p.Empty() {
		transcoded, err := codec.TranscodePayload(p, wamp.CBOR)
		if err != nil {
			v.fail("", err.Error())
			return
		}
		p = transcoded
	}
	var err error
	if p.Args != nil {
		if v.items, v.left, err = elements(p.Args, majorList); err != nil {
			v.fail("", err.Error())
			return
		}
	}
	if p.Kwargs != nil {
		if v.dict, v.pairs, err = elements(p.Kwargs, majorDict); err != nil {
			v.fail("", err.Error())
		}
	}
}

// discard drops what is stored, keeping the buffer unless it grew large.
func (v *Values) discard() {
	if cap(v.storage) > retained {
		v.storage = nil
	}
	v.payload, v.passthru = wamp.Payload{}, nil
	v.items, v.dict, v.err, v.call, v.template, v.spare = nil, nil, nil, nil, nil, 0
}

// Err reports what was wrong with the values read so far, and with arguments
// also whether any are left over. Arguments that do not fit are a
// [*wamp.Error] with wamp.error.invalid_argument; results that do not fit wrap
// [ErrInvalidResult].
//
// For results it is the last call: it gives the values back to their pool.
func (v *Values) Err() error {
	if v.err == nil && v.left > v.spare && v.side != results {
		v.failf("", "%d more than the %d expected", v.left, v.reads)
	}
	err := v.err
	if v.call != nil {
		v.call.release()
	}
	return err
}

// Close gives results back to their pool without reading them further.
func (v *Values) Close() {
	if v.call != nil {
		v.call.release()
	}
}

// next takes the value of the next parameter or result. It is nil if that is
// absent, which is no error yet.
func (v *Values) next(name string) []byte {
	if v.err != nil {
		return nil
	}
	v.reads++
	if v.left == 0 {
		return v.keyword(name)
	}
	size, err := skip(v.items)
	if err != nil {
		v.fail(name, err.Error())
		return nil
	}
	item := v.items[:size:size]
	v.items = v.items[size:]
	v.left--
	if v.pairs > 0 && v.side == arguments && v.keyword(name) != nil {
		v.fail(name, "given both by position and by name")
		return nil
	}
	return item
}

// required is next for a value that must be there.
func (v *Values) required(name string) []byte {
	item := v.next(name)
	if item == nil && v.err == nil && v.side != results {
		v.fail(name, "missing")
	}
	return item
}

// scalar is required for a value that is neither a list nor a dictionary: a
// single one of those in place of the results holds them all.
func (v *Values) scalar(name string) []byte {
	if v.side == results && v.reads == 0 && v.left == 1 && v.pairs == 0 && v.err == nil {
		v.unwrap()
	}
	return v.required(name)
}

// unwrap replaces a single list or dictionary by its elements.
func (v *Values) unwrap() {
	switch v.items[0] & majorMask {
	case majorList:
		if items, n, err := elements(v.items, majorList); err == nil {
			v.items, v.left = items, n
		}
	case majorDict:
		if dict, n, err := elements(v.items, majorDict); err == nil {
			v.dict, v.pairs, v.items, v.left = dict, n, nil, 0
		}
	}
}

// keyword finds the value of a keyword argument, nil if there is none.
func (v *Values) keyword(name string) []byte {
	rest := v.dict
	for range v.pairs {
		key, err := skip(rest)
		if err != nil {
			return nil
		}
		value, err := skip(rest[key:])
		if err != nil {
			return nil
		}
		if isText(rest[:key], name) {
			return rest[key : key+value : key+value]
		}
		rest = rest[key+value:]
	}
	return nil
}

// Struct reads all arguments into a struct: from the keyword arguments, or from
// one dictionary at the first position.
func (v *Values) Struct(into any) {
	if v.err != nil {
		return
	}
	switch {
	case v.left == 0:
		v.decode("", keywordDict(v.dict, v.pairs), into)
	case v.left == 1 && v.items[0]&majorMask == majorDict && v.pairs == 0:
		v.decode("", v.next(""), into)
	case v.left == 1 && v.items[0]&majorMask == majorDict:
		v.fail("", "given both as a dictionary at the first position and as keywords")
	default:
		v.fail("", "want keywords, or one dictionary at the first position")
	}
}

// Value reads into the variable that into points to.
func (v *Values) Value(name string, into any) {
	if v.side == results && v.reads == 0 && v.left == 0 && v.pairs > 0 && v.err == nil {
		if whole := v.wholeDict(name, into); whole != nil {
			v.reads++
			v.decode(name, whole, into)
			return
		}
	}
	if item := v.required(name); item != nil {
		v.decode(name, item, into)
	}
}

// wholeDict is the dictionary of all keywords, where those are the fields of
// the only result rather than a result of the name.
func (v *Values) wholeDict(name string, into any) []byte {
	target := reflect.TypeOf(into)
	for target != nil && target.Kind() == reflect.Pointer {
		target = target.Elem()
	}
	if target == nil || target.Kind() != reflect.Struct && target.Kind() != reflect.Map {
		return nil
	}
	if named := v.keyword(name); named != nil && v.decodeInto(named, into) == nil {
		return named
	}
	return keywordDict(v.dict, v.pairs)
}

// Absent reports whether the next value was not given, or is null, and passes over it
// then: that is where a default value takes its place.
//
//	limit := 10
//	if !in.Absent("limit") {
//		limit = int(in.Int("limit", 0))
//	}
func (v *Values) Absent(name string) bool {
	if v.err != nil {
		return true
	}
	item := v.items
	if v.left == 0 {
		item = v.keyword(name)
	}
	if len(item) > 0 && item[0] != cborNull && item[0] != cborUndefined {
		return false
	}
	v.next(name)
	return true
}

// Optional reads into the pointer that into points to, and leaves it nil if the
// value is absent or null.
func (v *Values) Optional(name string, into any) {
	if item := v.next(name); item != nil {
		v.decode(name, item, into)
	}
}

// Rest reads all remaining positions, or else the list of that name, into the
// slice that into points to. It stays nil if there are none.
func (v *Values) Rest(name string, into any) {
	if v.err != nil {
		return
	}
	if v.left == 0 {
		if item := v.keyword(name); item != nil {
			v.decode(name, item, into)
		}
		return
	}
	list := append(appendHead(nil, majorList, v.left), v.items...)
	v.items, v.left = nil, 0
	v.decode(name, list, into)
}

func (v *Values) decode(name string, item []byte, into any) {
	if err := v.decodeInto(item, into); err != nil {
		v.fail(name, err.Error())
	}
}

func (v *Values) decodeInto(item []byte, into any) error {
	if v.unions != nil {
		return v.unions.decode(item, into)
	}
	return decodeMapped(item, into)
}

func (v *Values) failf(name, format string, args ...any) { v.fail(name, fmt.Sprintf(format, args...)) }

// fail records the first failure. An empty name stands for the arguments or
// results as a whole.
func (v *Values) fail(name, reason string) {
	if v.err != nil {
		return
	}
	what := "argument"
	if v.side != arguments {
		what = "result"
	}
	if name == "" {
		what += "s"
	} else {
		what = fmt.Sprintf("%s %q", what, name)
	}
	if v.side == arguments {
		v.err = wamp.NewError(wamp.ErrInvalidArgument, "%s: %s: %s", v.of, what, reason)
	} else {
		v.err = fmt.Errorf("%s: %w: %s: %s", v.of, ErrInvalidResult, what, reason)
	}
}

// elements returns what is behind the head of a list or dictionary, and how
// many items or pairs that is.
func elements(b []byte, major byte) (rest []byte, n uint64, err error) {
	h, err := readHead(b)
	if err != nil {
		return nil, 0, err
	}
	if h.major != major {
		return nil, 0, errMalformed
	}
	rest = b[h.size:]
	if !h.indefinite() {
		return rest, h.n, nil
	}
	for at := 0; ; n++ {
		if at < len(rest) && rest[at] == cborBreak {
			rest = rest[:at]
			break
		}
		size, err := skip(rest[at:])
		if err != nil {
			return nil, 0, err
		}
		at += size
	}
	if major == majorDict {
		n /= 2
	}
	return rest, n, nil
}

// keywordDict puts the head back in front of the pairs.
func keywordDict(pairs []byte, n uint64) []byte {
	return append(appendHead(make([]byte, 0, maxHead+len(pairs)), majorDict, n), pairs...)
}

// isText reports whether item is the encoded text string s.
func isText(item []byte, s string) bool {
	h, err := readHead(item)
	return err == nil && h.major == majorText && !h.indefinite() && string(item[h.size:]) == s
}
