package schema

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// field is a struct field that travels.
type field struct {
	v        *types.Var
	tag      reflect.StructTag
	name     string // on the wire
	tagged   bool   // has a json (or cbor) tag: wins over untagged ones of the same depth
	omitZero bool   // is left out when zero
	always   bool   // is always sent: neither omitempty nor behind a nil pointer
	index    []int  // path through embedded structs
	at       *trail
}

// embedded is a struct whose fields are promoted into another.
type embedded struct {
	t       types.Type // the struct, without pointer
	index   []int
	at      *trail
	pointer bool // reached through a pointer: its fields are not always sent
}

// fields lists what travels of the struct t, in the order of declaration, with embedded
// structs flattened. The rules are those of the CBOR encoder, which differ from
// encoding/json's in one point: a tag without a name, such as ",omitempty", also
// counts as a tag when fields of the same depth compete for a name.
func (w *walk) fields(t types.Type, at *trail) []field {
	before := len(w.errs)
	all, next := w.directFields(embedded{t: t, at: at})
	visited := map[string]bool{types.TypeString(t, nil): true}
	for len(next) > 0 {
		level := next
		next = nil
		for _, e := range level {
			id := types.TypeString(e.t, nil)
			if visited[id] || count(level, e.t) > 1 {
				continue
			}
			visited[id] = true
			fields, deeper := w.directFields(e)
			all, next = append(all, fields...), append(next, deeper...)
		}
	}
	visible := dominant(all)
	if len(visible) == 0 && len(w.errs) == before && hidesEverything(t.Underlying().(*types.Struct)) {
		w.refuse(t, at, whyNoFields)
	}
	return visible
}

func count(level []embedded, t types.Type) int {
	n := 0
	for _, e := range level {
		if types.Identical(e.t, t) {
			n++
		}
	}
	return n
}

// directFields lists the fields of e itself and the structs embedded in it.
func (w *walk) directFields(e embedded) (fields []field, next []embedded) {
	u := e.t.Underlying().(*types.Struct)
	for i := range u.NumFields() {
		v := u.Field(i)
		tag := reflect.StructTag(u.Tag(i))
		at := e.at.field(v)
		if v.Name() == "_" {
			if toArray(tag.Get("cbor")) {
				w.refuse(e.t, e.at, whyToArray)
			}
			continue
		}
		elem, pointer := stripPointers(v.Type())
		_, isStruct := elem.Underlying().(*types.Struct)
		if !v.Exported() && !(v.Embedded() && isStruct) {
			continue
		}
		text := tag.Get("cbor")
		if text == "" {
			text = tag.Get("json")
		}
		if text == "-" {
			continue
		}
		name, options, _ := strings.Cut(text, ",")
		index := append(slices.Clip(e.index), i)
		if v.Embedded() && isStruct && name == "" {
			if pointer && !v.Exported() {
				w.refuse(v.Type(), at, whyEmbeddedPt)
				continue
			}
			next = append(next, embedded{elem, index, at, e.pointer || pointer})
			continue
		}
		w.checkOptions(v, options, at)
		if name == "" {
			name = v.Name()
		}
		fields = append(fields, field{
			v: v, tag: tag, name: name, tagged: text != "", index: index, at: at,
			omitZero: hasOption(options, "omitzero"),
			always:   !e.pointer && !hasOption(options, "omitempty") && !hasOption(options, "omitzero"),
		})
	}
	return fields, next
}

// stripPointers is what t points to in the end. Pointers that only point to
// themselves are left.
func stripPointers(t types.Type) (elem types.Type, pointer bool) {
	t = types.Unalias(t)
	for range maxDepth {
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t, pointer = types.Unalias(p.Elem()), true
	}
	return t, pointer
}

func (w *walk) checkOptions(v *types.Var, options string, at *trail) {
	if hasOption(options, "string") {
		w.refuse(v.Type(), at, whyStringTag)
	}
	if hasOption(options, "keyasint") {
		w.refuse(v.Type(), at, whyKeyAsInt)
	}
}

func hasOption(options, name string) bool {
	return slices.Contains(strings.Split(options, ","), name)
}

func toArray(options string) bool {
	return hasOption(options, "toarray") || hasOption(options, "toindefarray")
}

// dominant keeps, for every name, the least nested field, or the only tagged one
// of those; where several remain, none.
func dominant(all []field) []field {
	var out []field
	for _, f := range all {
		if wins(f, all) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return out
}

func wins(f field, all []field) bool {
	for _, other := range all {
		if other.name != f.name || slices.Equal(other.index, f.index) {
			continue
		}
		if len(other.index) < len(f.index) {
			return false
		}
		if len(other.index) == len(f.index) && (other.tagged || !f.tagged) {
			return false
		}
	}
	return true
}

// hidesEverything reports whether u has fields, all of them unexported: a mutex
// or a handle rather than data. Fields that a tag leaves out are left out on purpose.
func hidesEverything(u *types.Struct) bool {
	hidden := false
	for v := range u.Fields() {
		if v.Exported() {
			return false
		}
		hidden = hidden || v.Name() != "_"
	}
	return hidden
}

// FieldNamed returns the Go name of the field of the struct t that travels under a name,
// and "" where there is none.
func FieldNamed(t types.Type, wire string) string {
	for _, f := range (&walk{Builder: NewBuilder(Options{})}).fields(t, nil) {
		if f.name == wire {
			return f.v.Name()
		}
	}
	return ""
}
