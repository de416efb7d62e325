package schema

import (
	"fmt"
	"go/types"

	"github.com/invopop/jsonschema"
)

// Union is an interface whose values are structs of a closed set. Each travels
// as the dictionary of its fields and a tag that tells which struct it is.
type Union struct {
	Tag   string // key of the tag
	Cases []UnionCase
}

// UnionCase is one struct of a [Union].
type UnionCase struct {
	Name string // the tag's value
	Type *types.Named
}

const extraTag = "x-wamp-tag" // key of the property that tells the cases of a union apart

// union is what the options know about an interface, nil where they know nothing.
func (w *walk) union(t types.Type) *Union {
	named, ok := t.(*types.Named)
	if !ok || w.options.OneOf == nil || !types.IsInterface(named) {
		return nil
	}
	return w.options.OneOf(named.Obj())
}

// alternatives describes a union: one object for each case, or null for the nil interface.
func (w *walk) alternatives(u *Union, at *trail) *Schema {
	s := &Schema{Extras: map[string]any{extraTag: u.Tag}}
	for _, c := range u.Cases {
		object := w.object(c.Type, at.into(fmt.Sprintf("(%s)", c.Name)))
		object.Title = c.Type.Obj().Name()
		describe(object, w.doc(c.Type.Obj()))
		properties := jsonschema.NewProperties()
		properties.Set(u.Tag, &Schema{Const: c.Name})
		if object.Properties != nil {
			for name, property := range object.Properties.FromOldest() {
				properties.Set(name, property)
			}
		}
		object.Properties = properties
		object.Required = append([]string{u.Tag}, object.Required...)
		s.OneOf = append(s.OneOf, object)
	}
	s.OneOf = append(s.OneOf, &Schema{Type: "null"})
	return s
}

// Keyword is one keyword of a schema as an annotation gives it, such as format
// and email. The names are those of struct tags: see [Options.Keywords].
type Keyword struct{ Name, Value string }

// annotate narrows s, the schema of named, by what its annotation says.
func (w *walk) annotate(s *Schema, named *types.Named, at *trail) {
	if w.options.Keywords == nil {
		return
	}
	class := valueClass(named)
	for _, k := range w.options.Keywords(named.Obj()) {
		word := keyword{k.Name, k.Value}
		if word.name == "type" {
			class = word.value
		}
		err := word.applyGeneric(s, s, s, "")
		if err == errOther {
			err = word.applyValue(class, named, s, s)
		}
		switch err {
		case nil:
		case errOther:
			w.refuse(named, at, fmt.Sprintf("//wamp:schema %s=%s: values of this type have no such keyword", k.Name, k.Value))
		default:
			w.refuse(named, at, fmt.Sprintf("//wamp:schema %s=%s: %v", k.Name, k.Value, err))
		}
	}
}
