package compat

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/wampkit/wampkit/schema"
)

// enum compares the values that a type lists.
func (v *values) enum(at place, old, new *schema.Schema) {
	narrow, wide := order(v.direction, old, new)
	allowed := listed(wide)
	if allowed == nil {
		return
	}
	has := listed(narrow)
	switch {
	case has == nil && narrow.Extras["x-wamp-known-values"] != nil:
		v.report(aspectOpen, at, "%s", map[direction]string{incoming: "the enum was open, is closed", outgoing: "the enum was closed, is open"}[v.direction])
		return
	case has == nil && v.direction == incoming:
		v.report(aspectEnum, at, "could be any %s, is one of %s", narrow.Type, strings.Join(allowed, ", "))
		return
	case has == nil:
		v.report(aspectEnum, at, "was one of %s, may be any %s", strings.Join(allowed, ", "), narrow.Type)
		return
	}
	var surplus []string
	for _, value := range has {
		if !contains(allowed, value) {
			surplus = append(surplus, value)
		}
	}
	switch {
	case len(surplus) == 0:
	case v.direction == incoming:
		v.report(aspectEnum, at, "no longer takes %s", strings.Join(surplus, ", "))
	default:
		v.report(aspectEnum, at, "may be %s", strings.Join(surplus, ", "))
	}
}

func contains(list []string, value string) bool {
	for _, candidate := range list {
		if candidate == value {
			return true
		}
	}
	return false
}

// listed are the values of an enum or constant as JSON, nil if s lists none.
func listed(s *schema.Schema) []string {
	values := s.Enum
	if s.Const != nil {
		values = []any{s.Const}
	}
	var out []string
	for _, value := range values {
		text, _ := json.Marshal(value)
		out = append(out, string(text))
	}
	return out
}

// bounds compares limits. Whoever lists its values has no limits but those.
func (v *values) bounds(at place, old, new *schema.Schema) {
	narrow, wide := order(v.direction, old, new)
	if listed(narrow) != nil {
		return
	}
	changed := func(what, before, after string) {
		v.report(aspectBounds, at, "%s was %s, is %s", what, or(before, "not limited"), or(after, "not limited"))
	}
	oldLow, oldHigh := limits(old)
	newLow, newHigh := limits(new)
	narrowLow, wideLow := order(v.direction, oldLow, newLow)
	narrowHigh, wideHigh := order(v.direction, oldHigh, newHigh)
	if wideLow.tighter(narrowLow, 1) {
		changed("the minimum", oldLow.String(), newLow.String())
	}
	if wideHigh.tighter(narrowHigh, -1) {
		changed("the maximum", oldHigh.String(), newHigh.String())
	}
	for _, c := range counts(narrow, wide, old, new) {
		if c.broken {
			changed(c.what, c.old, c.new)
		}
	}
	for _, t := range texts(narrow, wide, old, new) {
		if t.broken {
			changed(t.what, t.old, t.new)
		}
	}
}

// limit is the least or greatest number.
type limit struct {
	value     *big.Rat // nil: none
	exclusive bool
	written   string
}

func (l limit) String() string {
	if l.exclusive {
		return "(exclusive) " + l.written
	}
	return l.written
}

// tighter reports whether l leaves out a number that other has; sign is 1 for
// minima and -1 for maxima.
func (l limit) tighter(other limit, sign int) bool {
	if l.value == nil {
		return false
	}
	if other.value == nil {
		return true
	}
	c := l.value.Cmp(other.value) * sign
	return c > 0 || c == 0 && l.exclusive && !other.exclusive
}

// limits of a number. Integers have 64 bits where nothing else is said.
func limits(s *schema.Schema) (low, high limit) {
	low, high = parseLimit(s.Minimum, s.ExclusiveMinimum, 1), parseLimit(s.Maximum, s.ExclusiveMaximum, -1)
	if s.Type != "integer" {
		return low, high
	}
	if low.value == nil {
		low = parseLimit("-9223372036854775808", "", 1)
	}
	if high.value == nil {
		if low.value.Sign() >= 0 {
			high = parseLimit("18446744073709551615", "", -1)
		} else {
			high = parseLimit("9223372036854775807", "", -1)
		}
	}
	return low, high
}

func parseLimit(inclusive, exclusive json.Number, sign int) limit {
	var l limit
	if r, ok := new(big.Rat).SetString(string(inclusive)); ok {
		l = limit{r, false, string(inclusive)}
	}
	if r, ok := new(big.Rat).SetString(string(exclusive)); ok {
		if e := (limit{r, true, string(exclusive)}); l.value == nil || e.tighter(l, sign) {
			l = e
		}
	}
	return l
}

// change is a limit that is not a number's range.
type change struct {
	what, old, new string
	broken         bool
}

// counts compares lengths and numbers of items.
func counts(narrow, wide, old, new *schema.Schema) []change {
	atLeast := func(what string, get func(*schema.Schema) *uint64) change {
		n, w := get(narrow), get(wide)
		return change{what, count(get(old)), count(get(new)), w != nil && *w > 0 && (n == nil || *n < *w)}
	}
	atMost := func(what string, get func(*schema.Schema) *uint64) change {
		n, w := get(narrow), get(wide)
		return change{what, count(get(old)), count(get(new)), w != nil && (n == nil || *n > *w)}
	}
	return []change{
		atLeast("the shortest length", func(s *schema.Schema) *uint64 { return s.MinLength }),
		atMost("the greatest length", func(s *schema.Schema) *uint64 { return s.MaxLength }),
		atLeast("the least number of items", func(s *schema.Schema) *uint64 { return s.MinItems }),
		atMost("the greatest number of items", func(s *schema.Schema) *uint64 { return s.MaxItems }),
		atLeast("the least number of fields", func(s *schema.Schema) *uint64 { return s.MinProperties }),
		atMost("the greatest number of fields", func(s *schema.Schema) *uint64 { return s.MaxProperties }),
	}
}

func count(n *uint64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// texts compares what holds or not: patterns, formats, divisors, uniqueness.
func texts(narrow, wide, old, new *schema.Schema) []change {
	same := func(what string, get func(*schema.Schema) string) change {
		return change{what, get(old), get(new), get(wide) != "" && get(narrow) != get(wide)}
	}
	divisor := change{what: "the divisor", old: string(old.MultipleOf), new: string(new.MultipleOf), broken: !divides(wide.MultipleOf, narrow.MultipleOf)}
	return []change{
		same("the pattern", func(s *schema.Schema) string { return s.Pattern }),
		same("the format", func(s *schema.Schema) string { return s.Format }),
		same("the rule that items differ", func(s *schema.Schema) string {
			if s.UniqueItems {
				return "true"
			}
			return ""
		}),
		divisor,
	}
}

// divides reports whether every multiple of n is one of d.
func divides(d, n json.Number) bool {
	divisor, ok := new(big.Rat).SetString(string(d))
	if !ok || divisor.Sign() == 0 {
		return true
	}
	number, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return divisor.Cmp(big.NewRat(1, 1)) == 0
	}
	return new(big.Rat).Quo(number, divisor).IsInt()
}
