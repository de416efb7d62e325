package runtime

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

var errInvalidUTF8 = errors.New("string is not valid UTF-8")

// EncodeError means that an argument, a result or an event cannot be sent
// because a value has no place in the WAMP data profile, such as a channel, a
// dictionary with integer keys, or a string that is not UTF-8. Nothing was sent.
type EncodeError struct {
	// Where names the argument: "argument 2", `keyword argument "port"`.
	Where string
	// Err says what is wrong, and with which part of the argument.
	Err error
}

// Error implements error.
func (e *EncodeError) Error() string { return fmt.Sprintf("encode %s: %v", e.Where, e.Err) }

// Unwrap returns Err.
func (e *EncodeError) Unwrap() error { return e.Err }

// appendValue appends the encoding of v, without reflection where that is easy.
func appendValue(dst []byte, v any, scratch *bytes.Buffer) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, cborNull), nil
	case bool:
		return appendBool(dst, v), nil
	case int:
		return appendInt(dst, int64(v)), nil
	case int64:
		return appendInt(dst, v), nil
	case int32:
		return appendInt(dst, int64(v)), nil
	case uint64:
		return appendHead(dst, majorUint, v), nil
	case uint32:
		return appendHead(dst, majorUint, uint64(v)), nil
	case time.Duration:
		return appendInt(dst, int64(v)), nil
	case float64:
		return appendFloat(dst, v), nil
	case []byte:
		return appendByteString(dst, v), nil
	case string:
		if !utf8.ValidString(v) {
			return dst, errInvalidUTF8
		}
		return appendText(dst, v), nil
	}
	return appendMapped(dst, v, scratch)
}

// locate turns the reason why v could not be encoded into one that names the
// innermost part at fault, such as "Config.Tags[0] (chan int): …". It tries
// the parts one by one, which is slow and only ever done for an error.
func locate(v any, reason error) error {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return reason
	}
	path, part, reason := fault(value, typeName(value.Type()), reason, 0)
	return fmt.Errorf("%s (%s): %w", path, part, reason)
}

// fault descends from v, which cannot be encoded, into the first part that
// cannot be encoded either.
func fault(v reflect.Value, path string, reason error, depth int) (string, reflect.Type, error) {
	const deepest = 32
	if depth < deepest {
		for step, part := range parts(v) {
			if err := encodable(part); err != nil {
				return fault(part, path+step, err, depth+1)
			}
		}
	}
	return path, v.Type(), reason
}

// parts yields what v consists of, each with its step of a path.
func parts(v reflect.Value) func(yield func(string, reflect.Value) bool) {
	return func(yield func(string, reflect.Value) bool) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				yield("", v.Elem())
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				if !yield(fmt.Sprintf("[%d]", i), v.Index(i)) {
					return
				}
			}
		case reflect.Map:
			for key, value := range v.Seq2() {
				if !yield(fmt.Sprintf("[%v]", key), value) {
					return
				}
			}
		case reflect.Struct:
			for i := range v.NumField() {
				field := v.Type().Field(i)
				if field.IsExported() && field.Tag.Get("json") != "-" && !yield("."+field.Name, v.Field(i)) {
					return
				}
			}
		}
	}
}

func encodable(v reflect.Value) error {
	if !v.CanInterface() {
		return nil
	}
	_, err := appendMapped(nil, v.Interface(), new(bytes.Buffer))
	return err
}

func typeName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() != "" {
		return t.Name()
	}
	return t.String()
}

// validText is s with everything replaced that is not UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
