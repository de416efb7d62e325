package runtime

import (
	"bytes"
	stdencoding "encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// Unions know the interfaces with //wamp:oneof that a package's values may hold: each stands for a
// closed set of structs, which travel as dictionaries with a tag that tells them
// apart. Generated code has one as a package variable.
//
//	var wampUnions = runtime.NewUnions(
//		runtime.UnionOf[Shape]("kind", runtime.CaseOf[Circle]("circle"), runtime.CaseOf[*Square]("square")),
//	)
//
// They are safe for concurrent use.
type Unions struct {
	interfaces map[reflect.Type]*Union
	known      sync.Map // reflect.Type to bool, whether values hold one of the interfaces
	plans      sync.Map // reflect.Type to *structPlan
}

// Union is one interface of [Unions].
type Union struct {
	iface  reflect.Type
	tag    string
	cases  []UnionCase
	byType map[reflect.Type]*UnionCase // the structs
	byName map[string]*UnionCase
}

// UnionCase is one struct that an interface stands for.
type UnionCase struct {
	name    string
	typ     reflect.Type // the struct
	pointer bool         // values arrive as pointers
}

// UnionOf describes the interface I. tag is the key that holds the name of the case.
func UnionOf[I any](tag string, cases ...UnionCase) *Union {
	u := &Union{iface: reflect.TypeFor[I](), tag: tag, cases: cases, byType: map[reflect.Type]*UnionCase{}, byName: map[string]*UnionCase{}}
	for i := range cases {
		u.byType[cases[i].typ], u.byName[cases[i].name] = &cases[i], &cases[i]
	}
	return u
}

// CaseOf describes the struct T, or the struct that T points to: values that arrive
// have exactly the type T. Both are accepted where values are sent.
func CaseOf[T any](name string) UnionCase {
	c := UnionCase{name: name, typ: reflect.TypeFor[T]()}
	if c.typ.Kind() == reflect.Pointer {
		c.typ, c.pointer = c.typ.Elem(), true
	}
	return c
}

// NewUnions collects interfaces.
func NewUnions(unions ...*Union) *Unions {
	u := &Unions{interfaces: map[reflect.Type]*Union{}}
	for _, one := range unions {
		u.interfaces[one.iface] = one
	}
	return u
}

// Unions lets the values that follow hold interfaces of u.
func (a *Args) Unions(u *Unions) { a.unions = u }

// Unions lets the values that are read from here on hold interfaces of u.
func (v *Values) Unions(u *Unions) { v.unions = u }

// names lists the cases for messages.
func (u *Union) names() string {
	var names []string
	for _, c := range u.cases {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// holds reports whether values of the type t may hold one of the interfaces. The mapping
// of those that do not is that of every other value.
func (u *Unions) holds(t reflect.Type) bool {
	if known, ok := u.known.Load(t); ok {
		return known.(bool)
	}
	holds := u.reaches(t, map[reflect.Type]bool{})
	u.known.Store(t, holds)
	return holds
}

func (u *Unions) reaches(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if t.Kind() != reflect.Pointer && marshalsItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Interface:
		return u.interfaces[t] != nil
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return u.reaches(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); (f.IsExported() || f.Anonymous) && u.reaches(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

var marshalers = []reflect.Type{
	reflect.TypeFor[cbor.Marshaler](), reflect.TypeFor[stdencoding.TextMarshaler](), reflect.TypeFor[json.Marshaler](),
}

// marshalsItself reports types whose form on the wire is their own affair.
func marshalsItself(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false
	}
	for _, m := range marshalers {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return false
}

// deepestUnion is how deeply values that hold unions may nest: what is deeper points to itself.
const deepestUnion = 128

// append appends the encoding of v. It does what appendMapped does, but for the interfaces.
func (u *Unions) append(dst []byte, v any, scratch *bytes.Buffer) ([]byte, error) {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return append(dst, cborNull), nil
	}
	return u.appendAny(dst, value, scratch, 0)
}

func (u *Unions) appendAny(dst []byte, v reflect.Value, scratch *bytes.Buffer, depth int) (out []byte, err error) {
	if depth > deepestUnion {
		return dst, fmt.Errorf("%s nests too deeply", v.Type())
	}
	if !u.holds(v.Type()) {
		return appendMapped(dst, v.Interface(), scratch)
	}
	switch v.Kind() {
	case reflect.Interface:
		return u.appendCase(dst, v, scratch, depth)
	case reflect.Pointer:
		if v.IsNil() {
			return append(dst, cborNull), nil
		}
		return u.appendAny(dst, v.Elem(), scratch, depth+1)
	case reflect.Slice, reflect.Array:
		dst = appendHead(dst, majorList, uint64(v.Len()))
		for i := range v.Len() {
			if dst, err = u.appendAny(dst, v.Index(i), scratch, depth+1); err != nil {
				return dst, err
			}
		}
		return dst, nil
	case reflect.Map:
		dst = appendHead(dst, majorDict, uint64(v.Len()))
		for key, value := range v.Seq2() {
			if dst, err = appendMapped(dst, key.Interface(), scratch); err != nil {
				return dst, err
			}
			if dst, err = u.appendAny(dst, value, scratch, depth+1); err != nil {
				return dst, err
			}
		}
		return dst, nil
	}
	return u.appendStruct(dst, v, nil, scratch, depth)
}

// appendCase appends what an interface holds: the dictionary of a struct with its tag.
func (u *Unions) appendCase(dst []byte, v reflect.Value, scratch *bytes.Buffer, depth int) ([]byte, error) {
	union := u.interfaces[v.Type()]
	value := v.Elem()
	for value.IsValid() && value.Kind() == reflect.Pointer {
		value = value.Elem() // the zero Value for nil
	}
	if !value.IsValid() {
		return append(dst, cborNull), nil
	}
	c := union.byType[value.Type()]
	if c == nil {
		return dst, fmt.Errorf("%s is none of the types of %s (%s)", value.Type(), v.Type(), union.names())
	}
	return u.appendStruct(dst, value, appendText(appendText(nil, union.tag), c.name), scratch, depth+1)
}

// appendStruct appends a struct as a dictionary that begins with the pair tag, if there is one.
func (u *Unions) appendStruct(dst []byte, v reflect.Value, tag []byte, scratch *bytes.Buffer, depth int) (out []byte, err error) {
	var pairs uint64
	body := tag
	if len(tag) > 0 {
		pairs++
	}
	for _, f := range u.plan(v.Type()).fields {
		field, ok := f.of(v)
		if !ok || f.leftOut(field) {
			continue
		}
		body = appendText(body, f.name)
		if body, err = u.appendAny(body, field, scratch, depth+1); err != nil {
			return dst, fmt.Errorf("field %q: %w", f.name, err)
		}
		pairs++
	}
	return append(appendHead(dst, majorDict, pairs), body...), nil
}

// decode reads one encoded value into the pointer into. It does what decodeMapped does, but for
// the interfaces.
func (u *Unions) decode(item []byte, into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return decodeMapped(item, into)
	}
	return u.decodeAny(item, target.Elem())
}

func (u *Unions) decodeAny(item []byte, v reflect.Value) error {
	if !u.holds(v.Type()) {
		return decodeMapped(item, v.Addr().Interface())
	}
	if item[0] == cborNull || item[0] == cborUndefined {
		if v.Kind() != reflect.Struct && v.Kind() != reflect.Array {
			v.SetZero()
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		return u.decodeCase(item, v)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return u.decodeAny(item, v.Elem())
	case reflect.Slice, reflect.Array:
		return u.decodeList(item, v)
	case reflect.Map:
		return u.decodeMap(item, v)
	}
	return u.decodeStruct(item, v)
}

// decodeCase reads a dictionary as the struct that its tag names.
func (u *Unions) decodeCase(item []byte, v reflect.Value) error {
	union := u.interfaces[v.Type()]
	pairs, n, err := elements(item, majorDict)
	if err != nil {
		return fmt.Errorf("want a dictionary with %q, got %s", union.tag, kindOf(item))
	}
	name, err := (&Values{dict: pairs, pairs: n}).text(union.tag)
	if err != nil {
		return err
	}
	c := union.byName[name]
	if c == nil {
		return fmt.Errorf("%q is %q, and not one of %s", union.tag, name, union.names())
	}
	value := reflect.New(c.typ)
	if err := u.decodeStruct(item, value.Elem()); err != nil {
		return err
	}
	if !c.pointer {
		value = value.Elem()
	}
	v.Set(value)
	return nil
}

// text finds the string under a key.
func (v *Values) text(key string) (string, error) {
	item := v.keyword(key)
	if item == nil {
		return "", fmt.Errorf("the dictionary has no %q to tell its type", key)
	}
	var text string
	if err := decodeMapped(item, &text); err != nil {
		return "", fmt.Errorf("%q: %w", key, err)
	}
	return text, nil
}

func (u *Unions) decodeList(item []byte, v reflect.Value) error {
	rest, n, err := elements(item, majorList)
	if err != nil {
		return fmt.Errorf("want a list, got %s", kindOf(item))
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), int(n), int(n))) // each takes an octet or more
	} else {
		v.SetZero()
	}
	for i := range int(n) {
		size, err := skip(rest)
		if err != nil {
			return err
		}
		if i < v.Len() {
			if err := u.decodeAny(rest[:size], v.Index(i)); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		rest = rest[size:]
	}
	return nil
}

func (u *Unions) decodeMap(item []byte, v reflect.Value) error {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	return eachPair(item, func(name string, key, value []byte) error {
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := decodeMapped(key, k.Addr().Interface()); err != nil {
			return fmt.Errorf("key %q: %w", name, err)
		}
		if err := u.decodeAny(value, e); err != nil {
			return fmt.Errorf("[%q]: %w", name, err)
		}
		v.SetMapIndex(k, e)
		return nil
	})
}

func (u *Unions) decodeStruct(item []byte, v reflect.Value) error {
	plan := u.plan(v.Type())
	return eachPair(item, func(name string, _, value []byte) error {
		f := plan.named[name]
		if f == nil {
			return nil
		}
		if err := u.decodeAny(value, f.makeIn(v)); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
		return nil
	})
}

// eachPair calls f for every pair of an encoded dictionary.
func eachPair(item []byte, f func(name string, key, value []byte) error) error {
	rest, n, err := elements(item, majorDict)
	if err != nil {
		return fmt.Errorf("want a dictionary, got %s", kindOf(item))
	}
	for range n {
		key, err := skip(rest)
		if err != nil {
			return err
		}
		value, err := skip(rest[key:])
		if err != nil {
			return err
		}
		var name string
		if err := decodeMapped(rest[:key], &name); err != nil {
			return err
		}
		if err := f(name, rest[:key], rest[key:key+value]); err != nil {
			return err
		}
		rest = rest[key+value:]
	}
	return nil
}
