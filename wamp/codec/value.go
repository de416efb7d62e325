package codec

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// Encoded is a value that is encoded already, as a part of a dynamic value.
type Encoded struct {
	Format wamp.Format
	Value  []byte // exactly one well-formed value
}

// AppendValue encodes a dynamic value behind dst. It takes nil, bool, every
// kind of integer and float, string, []byte, lists and dictionaries with string keys of
// such values, [Encoded] ones, and named types, pointers and interfaces of all these. Nil lists
// and maps are empty, nil pointers are null, and dictionaries are written
// sorted by key. Structs are not for this function.
//
// The error wraps [ErrUnrepresentable]; dst is returned as it was then.
func AppendValue(dst []byte, f wamp.Format, v any) ([]byte, error) {
	e := newEncoder(dst, f)
	e.value(v, maxDepth)
	return e.finish()
}

// DecodeValue decodes exactly one value, into the types that [wamp.Dict]
// documents. It fails like [Transcode].
func DecodeValue(f wamp.Format, value []byte) (any, error) {
	syntax := syntaxOf(f)
	if syntax == nil {
		return nil, errNoFormat
	}
	s := borrowScanner(syntax, value)
	defer returnScanner(s)
	v, err := s.value(maxDepth)
	if err == nil {
		err = checkEnd(syntax, value, s.pos)
	}
	if err != nil {
		return nil, asViolation(err)
	}
	return v, nil
}

// value writes a dynamic value, nested at most depth levels.
func (e *encoder) value(v any, depth int) {
	switch v := v.(type) {
	case nil:
		e.null()
	case bool:
		e.bool(v)
	case int:
		e.int(int64(v))
	case int64:
		e.int(v)
	case uint64:
		e.uint(v)
	case float64:
		e.float(v)
	case string:
		e.text(v)
	case []byte:
		e.bytes(v)
	case []any:
		e.listValue(v, depth)
	case wamp.Dict:
		e.dictValue(v, depth)
	case wamp.URI:
		e.text(string(v))
	case wamp.ID:
		e.uint(uint64(v))
	case []string:
		e.texts(v)
	case []wamp.ID:
		e.idList(v)
	case Encoded:
		e.transplant(v.Format, v.Value)
	default:
		e.reflected(reflect.ValueOf(v), depth)
	}
}

func (e *encoder) listValue(v []any, depth int) {
	if e.tooDeep(depth) {
		return
	}
	e.open(false, len(v))
	for _, item := range v {
		e.value(item, depth-1)
	}
	e.close(false, -1, len(v))
}

func (e *encoder) dictValue(v wamp.Dict, depth int) {
	if e.tooDeep(depth) {
		return
	}
	e.open(true, len(v))
	var room [fewKeys]string
	for _, key := range sortedKeys(room[:0], v) {
		e.key(key)
		e.value(v[key], depth-1)
	}
	e.close(true, -1, len(v))
}

// fewKeys is how many keys a dict may have that is written without allocation.
const fewKeys = 24

// sortedKeys appends the keys of d to keys, which are none, in order.
func sortedKeys(keys []string, d wamp.Dict) []string {
	for key := range d {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (e *encoder) texts(v []string) {
	e.open(false, len(v))
	for _, item := range v {
		e.text(item)
	}
	e.close(false, -1, len(v))
}

func (e *encoder) idList(v []wamp.ID) {
	e.open(false, len(v))
	for _, item := range v {
		e.uint(uint64(item))
	}
	e.close(false, -1, len(v))
}

// reflected writes a value of a type that is not spelled out above.
func (e *encoder) reflected(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		e.bool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.uint(v.Uint())
	case reflect.Float32, reflect.Float64:
		e.float(v.Float())
	case reflect.String:
		e.text(v.String())
	case reflect.Slice, reflect.Array:
		e.reflectedList(v, depth)
	case reflect.Map:
		e.reflectedDict(v, depth)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.null()
		} else if !e.tooDeep(depth) {
			e.value(v.Elem().Interface(), depth-1)
		}
	default:
		e.fail(fmt.Errorf("%w: Go type %s", ErrUnrepresentable, v.Type()))
	}
}

func (e *encoder) reflectedList(v reflect.Value, depth int) {
	if e.tooDeep(depth) {
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		octets := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(octets), v)
		e.bytes(octets)
		return
	}
	e.open(false, v.Len())
	for i := range v.Len() {
		e.value(v.Index(i).Interface(), depth-1)
	}
	e.close(false, -1, v.Len())
}

func (e *encoder) reflectedDict(v reflect.Value, depth int) {
	if e.tooDeep(depth) {
		return
	}
	if v.Type().Key().Kind() != reflect.String {
		e.fail(fmt.Errorf("%w: Go type %s: keys are not strings", ErrUnrepresentable, v.Type()))
		return
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.String() < b.String():
			return -1
		case a.String() > b.String():
			return 1
		}
		return 0
	})
	e.open(true, len(keys))
	for _, key := range keys {
		e.key(key.String())
		e.value(v.MapIndex(key).Interface(), depth-1)
	}
	e.close(true, -1, len(keys))
}

func (e *encoder) tooDeep(depth int) bool {
	if depth <= 0 {
		e.fail(fmt.Errorf("%w: nested too deeply", ErrUnrepresentable))
	}
	return e.err != nil
}

// value reads the next value, nested at most depth levels.
func (s *scanner) value(depth int) (any, error) {
	if s.budget--; s.budget < 0 {
		return nil, errTooMany
	}
	if err := s.syntax.token(s); err != nil {
		return nil, err
	}
	switch t := &s.tok; t.kind {
	case kindNull:
		return nil, nil
	case kindBool:
		return t.num == 1, nil
	case kindUint:
		if t.num > math.MaxInt64 {
			return t.num, nil
		}
		return int64(t.num), nil
	case kindInt:
		return int64(t.num), nil
	case kindFloat:
		return t.float, nil
	case kindText:
		return string(t.text), nil
	case kindBytes:
		return append([]byte{}, t.text...), nil
	case kindList:
		if depth <= 0 {
			return nil, errTooDeep
		}
		return s.list(depth - 1)
	case kindDict:
		if depth <= 0 {
			return nil, errTooDeep
		}
		return s.dict(depth - 1)
	case kindTag:
		if !transparentTag(t.num) {
			return nil, errTag(t.num)
		}
		if depth <= 0 {
			return nil, errTooDeep
		}
		return s.value(depth - 1)
	}
	return nil, errForeign
}

// list reads the items of the list whose head was read.
func (s *scanner) list(depth int) ([]any, error) {
	c := s.container()
	items := make([]any, 0, min(max(c.left, 0), 256)) // more only as they really come
	for {
		more, err := s.more(&c)
		if err != nil || !more {
			return items, err
		}
		v, err := s.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
}

// dict reads the items of the dict whose head was read.
func (s *scanner) dict(depth int) (wamp.Dict, error) {
	c := s.container()
	const trusted = 16 // items for which room is made before they are there
	items := make(wamp.Dict, min(max(c.left, 0), trusted))
	for {
		more, err := s.more(&c)
		if err != nil || !more {
			return items, err
		}
		if err := s.syntax.key(s); err != nil {
			return nil, err
		}
		key := string(s.tok.text)
		if items[key], err = s.value(depth); err != nil {
			return nil, err
		}
	}
}
