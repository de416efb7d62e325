package runtime

import (
	"reflect"
	"slices"
	"strings"
)

// structPlan is what travels of a struct that holds unions, or is one of their cases.
type structPlan struct {
	fields []*structField // in the order of declaration, embedded ones where they are embedded
	named  map[string]*structField
}

// structField is a field, possibly of an embedded struct.
type structField struct {
	name      string
	index     []int
	tagged    bool
	omitEmpty bool
	omitZero  bool
}

// plan is made when the type is first met.
func (u *Unions) plan(t reflect.Type) *structPlan {
	if known, ok := u.plans.Load(t); ok {
		return known.(*structPlan)
	}
	p := &structPlan{fields: structFields(t), named: map[string]*structField{}}
	for _, f := range p.fields {
		p.named[f.name] = f
	}
	known, _ := u.plans.LoadOrStore(t, p)
	return known.(*structPlan)
}

// structFields lists the fields as the CBOR library sees them: the rules of encoding/json, except
// that a tag without a name counts as one.
func structFields(t reflect.Type) []*structField {
	type level struct {
		t     reflect.Type
		index []int
	}
	var all []*structField
	visited := map[reflect.Type]bool{}
	for next := []level{{t: t}}; len(next) > 0; {
		current := next
		next = nil
		count := map[reflect.Type]int{}
		for _, l := range current {
			count[l.t]++
		}
		for _, l := range current {
			if visited[l.t] || count[l.t] > 1 {
				continue
			}
			for i := range l.t.NumField() {
				f := l.t.Field(i)
				index := append(slices.Clip(l.index), i)
				field, inner := structFieldOf(f, index)
				if inner != nil {
					next = append(next, level{inner, index})
				} else if field != nil {
					all = append(all, field)
				}
			}
		}
		for _, l := range current {
			visited[l.t] = true
		}
	}
	all = slices.DeleteFunc(all, func(f *structField) bool { return hidden(f, all) })
	slices.SortStableFunc(all, func(a, b *structField) int { return slices.Compare(a.index, b.index) })
	return all
}

// structFieldOf is a field that travels, or the struct that is embedded in its place; both are nil for
// a field that does not travel.
func structFieldOf(f reflect.StructField, index []int) (field *structField, inner reflect.Type) {
	elem := f.Type
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	isStruct := elem.Kind() == reflect.Struct
	if !f.IsExported() && !(f.Anonymous && isStruct) {
		return nil, nil
	}
	text := f.Tag.Get("cbor")
	if text == "" {
		text = f.Tag.Get("json")
	}
	if text == "-" {
		return nil, nil
	}
	name, options, _ := strings.Cut(text, ",")
	if f.Anonymous && isStruct && name == "" {
		return nil, elem
	}
	field = &structField{name: name, index: index, tagged: text != ""}
	if name == "" {
		field.name = f.Name
	}
	for option := range strings.SplitSeq(options, ",") {
		field.omitEmpty = field.omitEmpty || option == "omitempty"
		field.omitZero = field.omitZero || option == "omitzero"
	}
	return field, nil
}

// hidden reports a field that another one of its name takes the place of.
func hidden(f *structField, all []*structField) bool {
	for _, other := range all {
		switch {
		case other == f || other.name != f.name:
		case len(other.index) < len(f.index):
			return true
		case len(other.index) == len(f.index) && (other.tagged || !f.tagged):
			return true
		}
	}
	return false
}

// of finds the field in v; false behind an embedded pointer that is nil.
func (f *structField) of(v reflect.Value) (reflect.Value, bool) {
	for i, at := range f.index {
		if i > 0 {
			for v.Kind() == reflect.Pointer {
				if v.IsNil() {
					return v, false
				}
				v = v.Elem()
			}
		}
		v = v.Field(at)
	}
	return v, true
}

// makeIn finds the field in v, making embedded structs that are not there.
func (f *structField) makeIn(v reflect.Value) reflect.Value {
	for i, at := range f.index {
		if i > 0 {
			for v.Kind() == reflect.Pointer {
				if v.IsNil() {
					v.Set(reflect.New(v.Type().Elem()))
				}
				v = v.Elem()
			}
		}
		v = v.Field(at)
	}
	return v
}

// leftOut reports a value that omitempty or omitzero leaves out.
func (f *structField) leftOut(v reflect.Value) bool {
	return f.omitZero && isZero(v) || f.omitEmpty && isEmpty(v)
}

func isZero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok && !(v.Kind() == reflect.Pointer && v.IsNil()) && !(v.Kind() == reflect.Interface && v.IsNil()) {
		return z.IsZero()
	}
	return v.IsZero()
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
