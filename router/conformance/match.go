package conformance

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// d and l are the dictionaries and lists of messages.
type (
	d = map[string]any
	l = []any
)

// placeholder stands for a request id in a message.
type placeholder string

const (
	next placeholder = "next" // the peer's next request id
	last placeholder = "last" // the newest that it has used
)

// matcher stands for values in the pattern of a message.
type matcher struct {
	name string
	fits func(got any) bool
}

// The matchers.
var (
	anything = matcher{"anything", func(any) bool { return true }}
	anID     = matcher{"anID", func(got any) bool {
		id, ok := got.(int64)
		return ok && wamp.ID(id).Valid()
	}}
	aDict   = matcher{"aDict", func(got any) bool { _, ok := got.(d); return ok }}
	aList   = matcher{"aList", func(got any) bool { _, ok := got.(l); return ok }}
	aString = matcher{"aString", func(got any) bool { text, ok := got.(string); return ok && text != "" }}
	aTime   = matcher{"aTime", func(got any) bool {
		text, _ := got.(string)
		_, err := time.Parse(time.RFC3339Nano, text)
		return err == nil
	}}
	// rest, at the end of a list, stands for any number of items.
	rest = matcher{"rest", nil}
)

// containing matches a dictionary that has these attributes and possibly others.
func containing(want d) matcher {
	return matcher{"containing " + written(want), func(got any) bool {
		dict, ok := got.(d)
		for key := range want {
			value, present := dict[key]
			ok = ok && present && match(want[key], value) == ""
		}
		return ok
	}}
}

// oneOf matches what matches one of the patterns.
func oneOf(patterns ...any) matcher {
	return matcher{"oneOf " + written(patterns), func(got any) bool {
		return slices.ContainsFunc(patterns, func(want any) bool { return match(want, got) == "" })
	}}
}

// inAnyOrder matches a list with these items.
func inAnyOrder[V any](items ...V) matcher {
	return matcher{"inAnyOrder " + written(items), func(got any) bool {
		list, ok := got.(l)
		if !ok || len(list) != len(items) {
			return false
		}
		left := slices.Clone(list)
		for _, want := range items {
			i := slices.IndexFunc(left, func(one any) bool { return match(want, one) == "" })
			if i < 0 {
				return false
			}
			left = slices.Delete(left, i, i+1)
		}
		return true
	}}
}

// match says why a value does not fit a pattern, or nothing. A pattern is a
// value, in which matchers may stand for others; integers of every Go type are
// the same. An integer is no float, and a string is no byte string.
func match(want, got any) (why string) {
	switch want := want.(type) {
	case matcher:
		if !want.fits(got) {
			return fmt.Sprintf("want %s, got %s", want.name, written(got))
		}
		return ""
	case l:
		return matchList(want, got)
	case d:
		return matchDict(want, got)
	case []byte:
		if octets, ok := got.([]byte); ok && bytes.Equal(want, octets) {
			return ""
		}
	case float64:
		if f, ok := got.(float64); ok && (f == want || math.IsNaN(f) && math.IsNaN(want)) {
			return ""
		}
	default:
		if id, ok := integer(want); ok {
			if n, same := integer(got); same && n == id {
				return ""
			}
		} else if reflect.DeepEqual(want, got) {
			return ""
		}
	}
	return fmt.Sprintf("want %s, got %s", written(want), written(got))
}

func matchList(want l, got any) string {
	list, ok := got.(l)
	if !ok {
		return fmt.Sprintf("want a list, got %s", written(got))
	}
	if n := len(want) - 1; n >= 0 {
		if m, ok := want[n].(matcher); ok && m.name == rest.name {
			want, list = want[:n], list[:min(n, len(list))]
		}
	}
	if len(list) != len(want) {
		return fmt.Sprintf("want %d items, got %d", len(want), len(list))
	}
	for i := range want {
		if why := match(want[i], list[i]); why != "" {
			return fmt.Sprintf("[%d]: %s", i, why)
		}
	}
	return ""
}

func matchDict(want d, got any) string {
	dict, ok := got.(d)
	if !ok {
		return fmt.Sprintf("want a dict, got %s", written(got))
	}
	for _, key := range slices.Sorted(maps.Keys(dict)) {
		if _, wanted := want[key]; !wanted {
			return fmt.Sprintf("%q is not wanted", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, present := dict[key]
		if !present {
			return fmt.Sprintf("%q is missing", key)
		}
		if why := match(want[key], value); why != "" {
			return fmt.Sprintf("%q: %s", key, why)
		}
	}
	return ""
}

// integer is a value of any integer type that fits.
func integer(v any) (int64, bool) {
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return r.Int(), true
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), true
	}
	return 0, false
}

// written is a value or pattern for people to read.
func written(v any) string {
	switch v := v.(type) {
	case matcher:
		return v.name
	case placeholder:
		return string(v)
	case l:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = written(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	case d:
		items := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			items = append(items, fmt.Sprintf("%q:%s", key, written(v[key])))
		}
		return "{" + strings.Join(items, ",") + "}"
	}
	if text, err := codec.AppendValue(nil, wamp.JSON, v); err == nil {
		return shortened(string(text))
	}
	return shortened(fmt.Sprint(v))
}

// dig finds what lies at a path of nested dictionaries, or nil.
func dig(v any, path ...string) any {
	for _, key := range path {
		dict, _ := v.(d)
		v = dict[key]
	}
	return v
}

func appendValue(f wamp.Format, v any) ([]byte, error) { return codec.AppendValue(nil, f, v) }
