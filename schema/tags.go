package schema

import (
	"encoding/json"
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// schemaTag is a parsed struct tag in invopop/jsonschema's grammar:
//
//	jsonschema:"required,nullable,title=…,description=…,minimum=1,enum=a,enum=b"
//	jsonschema_description:"may hold, commas"
//	jsonschema_extras:"key=value,…"
//
// A comma after a backslash does not separate. Keywords that the field's type
// does not have are ignored, as invopop's reflector does.
type schemaTag struct {
	hidden   bool // "-": left out of the schema, though it travels
	required bool
	nullable bool

	description string
	keywords    []keyword
	extras      []keyword
}

type keyword struct{ name, value string }

func parseTag(tag reflect.StructTag) schemaTag {
	t := schemaTag{description: tag.Get("jsonschema_description")}
	for i, word := range splitUnescaped(tag.Get("jsonschema")) {
		name, value, ok := strings.Cut(word, "=")
		switch {
		case ok:
			t.keywords = append(t.keywords, keyword{name, value})
		case word == "-" && i == 0:
			t.hidden = true
		case word == "required":
			t.required = true
		case word == "nullable":
			t.nullable = true
		}
	}
	for _, word := range splitUnescaped(tag.Get("jsonschema_extras")) {
		if name, value, ok := strings.Cut(word, "="); ok {
			t.extras = append(t.extras, keyword{name, value})
		}
	}
	return t
}

// splitUnescaped splits at commas without a backslash before them.
func splitUnescaped(s string) []string {
	const comma = "\x00"
	words := strings.Split(strings.ReplaceAll(s, `\,`, comma), ",")
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], comma, ",")
	}
	return words
}

// applyTag amends the schema of a field, which is a property of parent, and returns it.
func (w *walk) applyTag(tag schemaTag, f field, property, parent *Schema) *Schema {
	if tag.description != "" {
		property.Description = tag.description
	}
	target := property // of keywords about the value, if it is not null
	if len(property.AnyOf) == 2 && isNullable(property) {
		target = property.AnyOf[0]
	}
	class := valueClass(f.v.Type())
	for _, k := range tag.keywords {
		if k.name == "type" {
			class = k.value
		}
		err := k.applyGeneric(property, target, parent, f.name)
		if err == errOther {
			err = k.applyValue(class, f.v.Type(), property, target)
		}
		if err != nil && err != errOther {
			w.refuse(f.v.Type(), f.at, fmt.Sprintf("jsonschema tag %s=%s: %v", k.name, k.value, err))
		}
	}
	for _, k := range tag.extras {
		addExtra(property, k)
	}
	if tag.nullable {
		property = nullable(property)
	}
	return property
}

// valueClass is the JSON type of t's values, null aside; "" if there is no single one.
func valueClass(t types.Type) string {
	elem, _ := stripPointers(t)
	switch KindOf(elem) {
	case Bool:
		return "boolean"
	case Int, Uint, Duration:
		return "integer"
	case Float:
		return "number"
	case String, Bytes, Text, Time:
		return "string"
	case List, Array:
		return "array"
	case Map, Struct:
		return "object"
	}
	return ""
}

// elemType is the element type of a list or array behind any pointers, else nil.
func elemType(t types.Type) types.Type {
	elem, _ := stripPointers(t)
	switch u := elem.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	}
	return nil
}

// errOther is returned for a keyword that is not of the group.
var errOther = fmt.Errorf("another group")

// applyGeneric handles the keywords that any type has.
func (k keyword) applyGeneric(property, target, parent *Schema, name string) error {
	switch k.name {
	case "title":
		property.Title = k.value
	case "description":
		property.Description = k.value
	case "type":
		target.Type = k.value
	case "anchor":
		property.Anchor = k.value
	case "readOnly", "writeOnly":
		return k.applyAccess(property)
	case "oneof_required":
		parent.OneOf = requireTogether(parent.OneOf, k.value, name)
	case "anyof_required":
		parent.AnyOf = requireTogether(parent.AnyOf, k.value, name)
	case "oneof_ref", "anyof_ref":
		k.applyAlternatives(orItems(target), func(s string) *Schema { return &Schema{Ref: s} })
	case "oneof_type", "anyof_type":
		k.applyAlternatives(target, func(s string) *Schema { return &Schema{Type: s} })
	default:
		return errOther
	}
	return nil
}

func (k keyword) applyAccess(property *Schema) error {
	on, err := strconv.ParseBool(k.value)
	if err != nil {
		return fmt.Errorf("want true or false")
	}
	if k.name == "readOnly" {
		property.ReadOnly = on
	} else {
		property.WriteOnly = on
	}
	return nil
}

// requireTogether adds name to the alternative of that title.
func requireTogether(alternatives []*Schema, title, name string) []*Schema {
	for _, s := range alternatives {
		if s.Title == title {
			s.Required = append(s.Required, name)
			return alternatives
		}
	}
	return append(alternatives, &Schema{Title: title, Required: []string{name}})
}

func (k keyword) applyAlternatives(s *Schema, alternative func(string) *Schema) {
	s.Ref, s.Type = "", ""
	for value := range strings.SplitSeq(k.value, ";") {
		if strings.HasPrefix(k.name, "oneof") {
			s.OneOf = append(s.OneOf, alternative(value))
		} else {
			s.AnyOf = append(s.AnyOf, alternative(value))
		}
	}
}

func orItems(s *Schema) *Schema {
	if s.Items != nil {
		return s.Items
	}
	return s
}

// applyValue handles the keywords that depend on the class of values.
func (k keyword) applyValue(class string, t types.Type, property, target *Schema) error {
	switch class {
	case "string":
		return k.applyString(property, target)
	case "integer", "number":
		return k.applyNumber(property, target)
	case "boolean":
		if k.name == "default" {
			v, err := k.literal(class)
			property.Default = v
			return err
		}
	case "array":
		return k.applyArray(t, property, target)
	}
	return errOther
}

func (k keyword) applyString(property, target *Schema) (err error) {
	switch k.name {
	case "minLength":
		target.MinLength, err = k.count()
	case "maxLength":
		target.MaxLength, err = k.count()
	case "pattern":
		target.Pattern = k.value
		_, err = regexp.Compile(k.value)
	case "format":
		target.Format = k.value
	default:
		return k.applyExamples("string", property, target)
	}
	return err
}

func (k keyword) applyNumber(property, target *Schema) (err error) {
	switch k.name {
	case "multipleOf":
		target.MultipleOf, err = k.number()
	case "minimum":
		target.Minimum, err = k.number()
	case "maximum":
		target.Maximum, err = k.number()
	case "exclusiveMinimum":
		target.ExclusiveMinimum, err = k.number()
	case "exclusiveMaximum":
		target.ExclusiveMaximum, err = k.number()
	default:
		return k.applyExamples("number", property, target)
	}
	return err
}

// applyExamples handles what strings and numbers have in common.
func (k keyword) applyExamples(class string, property, target *Schema) error {
	value, err := k.literal(class)
	switch k.name {
	case "default":
		property.Default = value
	case "example":
		property.Examples = append(property.Examples, value)
	case "enum":
		target.Enum = append(target.Enum, value)
	default:
		return errOther
	}
	return err
}

// applyArray handles the keywords of lists; others are meant for the elements.
func (k keyword) applyArray(t types.Type, property, target *Schema) (err error) {
	elem := elemType(t)
	if elem == nil {
		return errOther
	}
	switch k.name {
	case "minItems":
		target.MinItems, err = k.count()
	case "maxItems":
		target.MaxItems, err = k.count()
	case "uniqueItems":
		target.UniqueItems = true
	case "default":
		value, err := k.literal(valueClass(elem))
		list, _ := property.Default.([]any)
		property.Default = append(list, value)
		return err
	default:
		if target.Items == nil { // a named list: narrow its reference
			target.Items = new(Schema)
		}
		if class := valueClass(elem); class != "array" {
			return k.applyValue(class, elem, target.Items, target.Items)
		}
		return errOther
	}
	return err
}

func (k keyword) count() (*uint64, error) {
	n, err := strconv.ParseUint(k.value, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("want a count")
	}
	return &n, nil
}

func (k keyword) number() (json.Number, error) {
	if _, err := strconv.ParseFloat(k.value, 64); err != nil || !json.Valid([]byte(k.value)) {
		return "", fmt.Errorf("want a number")
	}
	return json.Number(k.value), nil
}

// literal is the value as JSON of the class; unknown classes take strings.
func (k keyword) literal(class string) (any, error) {
	switch class {
	case "integer", "number":
		return k.number()
	case "boolean":
		v, err := strconv.ParseBool(k.value)
		if err != nil {
			return nil, fmt.Errorf("want true or false")
		}
		return v, nil
	}
	return k.value, nil
}

// addExtra adds a keyword of the user's own; one that is repeated becomes a list.
func addExtra(s *Schema, k keyword) {
	var value any = k.value
	switch k.value {
	case "true":
		value = true
	case "false":
		value = false
	}
	switch old := s.Extras[k.name].(type) {
	case nil:
		setExtra(s, k.name, value)
	case []any:
		s.Extras[k.name] = append(old, value)
	default:
		s.Extras[k.name] = []any{old, value}
	}
}
