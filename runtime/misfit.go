package runtime

import (
	stdencoding "encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// misfitError says, in words of the wire, why an encoded value cannot be read into a
// variable: where in the value the fault lies, what was expected there, and what came. It tries
// the parts one by one, which is slow and only ever done for an error.
func misfitError(item []byte, into any, err error) error {
	t := reflect.TypeOf(into)
	if t == nil || t.Kind() != reflect.Pointer {
		return plainError(err)
	}
	m := misfit{reason: err}
	m.descend(item, t.Elem(), 0)
	return fmt.Errorf("%s%w", m.path.String(), m.reason)
}

type misfit struct {
	path   strings.Builder
	reason error
}

// descend finds the innermost part that does not fit. item does not fit into t.
func (m *misfit) descend(item []byte, t reflect.Type, depth int) {
	const deepest = 32
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if want := kindWanted(t); want == "" || depth == deepest {
		m.reason = leafReason(item, t, m.reason)
		return
	} else if item[0]&majorMask != majorOf(want) {
		m.reason = fmt.Errorf("want %s, got %s", want, kindOf(item))
		return
	}
	for step, part := range partsOf(item, t) {
		if err := decodeInto(part.item, part.typ); err != nil {
			m.path.WriteString(step)
			m.reason = err
			m.descend(part.item, part.typ, depth+1)
			return
		}
	}
	m.reason = plainError(m.reason)
}

const (
	aDictionary = "a dictionary"
	aList       = "a list"
)

func majorOf(want string) byte {
	if want == aList {
		return majorList
	}
	return majorDict
}

// kindWanted is what a type with parts of its own is on the wire, empty for all others.
func kindWanted(t reflect.Type) string {
	if decodesItself(t) {
		return ""
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return aDictionary
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() != reflect.Uint8 {
			return aList
		}
	}
	return ""
}

var (
	cborUnmarshaler = reflect.TypeFor[cbor.Unmarshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[stdencoding.TextUnmarshaler]()
)

// decodesItself reports whether the type has a say in how it is read.
func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(cborUnmarshaler) || p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler)
}

// valuePart is a part of an encoded value, and the type that it is read into.
type valuePart struct {
	item []byte
	typ  reflect.Type
}

// partsOf yields the parts of a list or a dictionary, each with its step of a path.
func partsOf(item []byte, t reflect.Type) func(yield func(string, valuePart) bool) {
	return func(yield func(string, valuePart) bool) {
		if t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
			rest, n, err := elements(item, majorList)
			for i := uint64(0); err == nil && i < n; i++ {
				var size int
				if size, err = skip(rest); err != nil || !yield(fmt.Sprintf("[%d]: ", i), valuePart{rest[:size:size], t.Elem()}) {
					return
				}
				rest = rest[size:]
			}
			return
		}
		rest, n, err := elements(item, majorDict)
		for i := uint64(0); err == nil && i < n; i++ {
			key, keyErr := skip(rest)
			if keyErr != nil {
				return
			}
			size, valueErr := skip(rest[key:])
			if valueErr != nil {
				return
			}
			var name string
			_ = decoding.Unmarshal(rest[:key], &name)
			value := rest[key : key+size : key+size]
			if step, typ := member(t, name); typ != nil && !yield(step, valuePart{value, typ}) {
				return
			}
			rest = rest[key+size:]
		}
	}
}

// member is the type of what a struct or a map has under a name, nil if nothing.
func member(t reflect.Type, name string) (step string, typ reflect.Type) {
	if t.Kind() == reflect.Map {
		return fmt.Sprintf("[%q]: ", name), t.Elem()
	}
	for _, field := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "" && !field.Anonymous {
			tag = field.Name
		}
		if tag == name && field.IsExported() {
			return fmt.Sprintf("field %q: ", name), field.Type
		}
	}
	return "", nil
}

// decodeInto tries to read a value into a variable of the type.
func decodeInto(item []byte, t reflect.Type) error {
	into := reflect.New(t).Interface()
	err := decoding.Unmarshal(item, into)
	if err != nil {
		err = decodeIntegral(item, into, err)
	}
	return err
}

// leafReason says what is wrong with a value that has no parts.
func leafReason(item []byte, t reflect.Type, err error) error {
	want := ""
	switch {
	case t == reflect.TypeFor[time.Time]():
		if item[0]&majorMask == majorText {
			return fmt.Errorf("want a time as in RFC 3339, got another text")
		}
		want = "a time as in RFC 3339"
	case decodesItself(t):
		if reflect.PointerTo(t).Implements(textUnmarshaler) && item[0]&majorMask != majorText {
			want = "a string"
			break
		}
		return textReason(item, t, err)
	default:
		if want = scalarWanted(t); want == "" {
			return plainError(err)
		}
		negative, _, integral := integer(item)
		switch {
		case want == "an integer" && integral, want == "an unsigned integer" && integral && !negative:
			return fmt.Errorf("integer does not fit into %d bits", t.Bits())
		case want == "a number" && kindOf(item) == want:
			return fmt.Errorf("number does not fit into %d bits", t.Bits())
		case want == "an unsigned integer" && integral:
			return fmt.Errorf("want an unsigned integer, got a negative one")
		case want == kindOf(item):
			return plainError(err)
		}
	}
	return fmt.Errorf("want %s, got %s", want, kindOf(item))
}

// textReason asks a type that reads texts itself what it does not like.
func textReason(item []byte, t reflect.Type, err error) error {
	var text string
	into, ok := reflect.New(t).Interface().(stdencoding.TextUnmarshaler)
	if !ok || decoding.Unmarshal(item, &text) != nil {
		return plainError(err)
	}
	if own := into.UnmarshalText([]byte(text)); own != nil {
		return own
	}
	return plainError(err)
}

func scalarWanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "an integer"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "an unsigned integer"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "bytes"
	}
	return ""
}

// plainError takes the name of the library off that found the fault.
func plainError(err error) error {
	text := err.Error()
	if !strings.Contains(text, "cbor") {
		return err
	}
	return fmt.Errorf("%s", strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(text, "cbor: ", ""), "cbor.", "")))
}

// decodeIntegral reads a value that could not be read as it is, because of err, with its
// floats that have no fraction as integers: languages with a single number type send those for
// what goes beyond 32 bits. It is tried only then, so that other values cost nothing.
func decodeIntegral(item []byte, into any, err error) error {
	integral, changed := withIntegers(item)
	if !changed || decoding.Unmarshal(integral, into) != nil {
		return err
	}
	return nil
}

// withIntegers is an encoded value with integers in place of floats without fraction.
func withIntegers(item []byte) (integral []byte, changed bool) {
	for len(item) > 0 {
		h, err := readHead(item)
		if err != nil {
			return nil, false
		}
		size := h.size
		if (h.major == majorBytes || h.major == majorText) && !h.indefinite() {
			if h.n > uint64(len(item)-size) {
				return nil, false
			}
			size += int(h.n)
		}
		if h.major == majorSimple {
			if negative, n, ok := integer(item); ok {
				if negative {
					integral = appendHead(integral, majorNegInt, n)
				} else {
					integral = appendHead(integral, majorUint, n)
				}
				item, changed = item[size:], true
				continue
			}
		}
		integral = append(integral, item[:size]...)
		item = item[size:]
	}
	return integral, changed
}
