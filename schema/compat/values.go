package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/wampkit/wampkit/schema"
)

// direction is which way values travel, and with it which of two schemas must
// have all values of the other.
type direction uint8

const (
	incoming direction = iota // the new schema takes all that the old one took
	outgoing                  // the new schema gives nothing that the old one did not
)

// Aspects of a value, the last digit of rules WB03x and WB04x.
const (
	aspectType = iota
	aspectNull
	aspectEnum
	aspectOpen
	aspectBounds
	aspectRequired
	aspectField
	aspectVariant
	aspectRepresentation
	aspectConstraint
)

// scope has the definitions that references of either side mean.
type scope struct{ old, new schema.Definitions }

// values compares schemas of values that travel in one direction.
type values struct {
	*comparison
	direction
	scope
	seen map[[2]*schema.Schema]bool // pairs under comparison: types may be recursive
}

func (v *values) report(aspect int, at place, format string, args ...any) {
	v.add(fmt.Sprintf("WB0%d%d", 3+int(v.direction), aspect), at, format, args...)
}

// order returns the schema whose values must all be values of the other first.
func order[T any](d direction, old, new T) (narrow, wide T) {
	if d == incoming {
		return old, new
	}
	return new, old
}

// compare reports what of the change from old to new breaks somebody.
func (v *values) compare(at place, old, new *schema.Schema) {
	pair := [2]*schema.Schema{old, new}
	if v.seen[pair] {
		return
	}
	if v.seen == nil {
		v.seen = map[[2]*schema.Schema]bool{}
	}
	v.seen[pair] = true
	at = at.of(reference(old))
	before, oldNull := v.withoutNull(v.old, old)
	after, newNull := v.withoutNull(v.new, new)
	narrowNull, wideNull := order(v.direction, oldNull, newNull)
	narrow, wide := order(v.direction, before, after)
	switch {
	case isAny(wide):
		return
	case isAny(narrow):
		v.report(aspectType, at, "was %s, is %s", describe(before), describe(after))
		return
	case narrowNull && !wideNull:
		v.report(aspectNull, at, "%s", map[direction]string{incoming: "could be null", outgoing: "may be null"}[v.direction])
	}
	switch oldTag, newTag := tag(before), tag(after); {
	case oldTag != "" && newTag != "":
		v.variants(at, before, after, oldTag, newTag)
	case describe(before) != describe(after) && !(narrow.Type == "integer" && wide.Type == "number"):
		v.report(aspectType, at, "was %s, is %s", describe(before), describe(after))
	default:
		v.same(at, before, after)
	}
}

// same compares schemas of one type.
func (v *values) same(at place, old, new *schema.Schema) {
	v.representation(at, old, new)
	v.enum(at, old, new)
	v.bounds(at, old, new)
	v.items(at, old, new)
	v.fields(at, old, new)
	v.others(at, old, new)
}

// reference is the name of the definition that s refers to.
func reference(s *schema.Schema) string { return strings.TrimPrefix(s.Ref, "#/$defs/") }

// flat is s with what it refers to in place: keywords beside a reference narrow it.
func flat(defs schema.Definitions, s *schema.Schema) *schema.Schema {
	for range 64 { // definitions may refer to each other in a circle
		def := defs[reference(s)]
		if s.Ref == "" || def == nil {
			return s
		}
		s = overlaid(def, s)
	}
	return s
}

// overlaid is def with the keywords of over set, its reference aside.
func overlaid(def, over *schema.Schema) *schema.Schema {
	out := *def
	target, source := reflect.ValueOf(&out).Elem(), reflect.ValueOf(over).Elem()
	for i := range source.NumField() {
		switch field := source.Type().Field(i); {
		case !field.IsExported() || source.Field(i).IsZero():
		case field.Name == "Ref" || field.Name == "Properties" || field.Name == "Required" || field.Name == "Extras":
		default:
			target.Field(i).Set(source.Field(i))
		}
	}
	if over.Properties != nil {
		out.Properties = jsonschema.NewProperties()
		for _, s := range []*schema.Schema{def, over} {
			for _, name := range sortedKeys(properties(s)) {
				out.Properties.Set(name, properties(s)[name])
			}
		}
	}
	out.Required = append(slices.Clone(def.Required), over.Required...)
	out.Extras = maps.Clone(def.Extras)
	for key, value := range over.Extras {
		if out.Extras == nil {
			out.Extras = map[string]any{}
		}
		out.Extras[key] = value
	}
	return &out
}

// withoutNull is the flat schema without the alternative null, and whether it had that.
func (v *values) withoutNull(defs schema.Definitions, s *schema.Schema) (*schema.Schema, bool) {
	s = flat(defs, s)
	if len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null" {
		inner, _ := v.withoutNull(defs, s.AnyOf[0])
		return inner, true
	}
	return s, isAny(s)
}

// isAny reports a schema that restricts nothing.
func isAny(s *schema.Schema) bool {
	bare := *s
	bare.Title, bare.Description, bare.Comments, bare.Default, bare.Examples, bare.Extras = "", "", "", nil, nil, nil
	bare.Deprecated, bare.ReadOnly, bare.WriteOnly = false, false, false
	text, err := bare.MarshalJSON()
	return err == nil && (string(text) == "true" || string(text) == "{}")
}

// describe names the type of a value as a reader of the catalog knows it.
func describe(s *schema.Schema) string {
	switch {
	case isAny(s):
		return "any value"
	case tag(s) != "":
		return "one of several types"
	case s.Type == "object" && s.AdditionalProperties != nil && s.Properties == nil:
		return "dictionary"
	case s.Type == "object":
		return "struct"
	case s.Type == "array" && len(s.PrefixItems) > 0:
		return "tuple"
	case s.Type == "array":
		return "list"
	case s.Type == "":
		return "one of several alternatives"
	}
	return s.Type
}

// representation compares how a value of one JSON type is to be read.
func (v *values) representation(at place, old, new *schema.Schema) {
	read := func(s *schema.Schema) string {
		switch kind, _ := s.Extras["x-wamp-type"].(string); {
		case kind != "":
			return kind
		case s.ContentEncoding != "":
			return s.ContentEncoding
		}
		return "plain"
	}
	if read(old) != read(new) {
		v.report(aspectRepresentation, at, "was %s, is %s", read(old), read(new))
	}
}

// items compares what lists hold.
func (v *values) items(at place, old, new *schema.Schema) {
	for i := range min(len(old.PrefixItems), len(new.PrefixItems)) {
		v.compare(at.in(fmt.Sprintf("[%d]", i)), old.PrefixItems[i], new.PrefixItems[i])
	}
	if len(old.PrefixItems) != len(new.PrefixItems) {
		v.report(aspectType, at, "had %d items, has %d", len(old.PrefixItems), len(new.PrefixItems))
	}
	if old.Items != nil || new.Items != nil {
		v.compare(at.in("[]"), orAny(old.Items), orAny(new.Items))
	}
}

// fields compares structs and dictionaries.
func (v *values) fields(at place, old, new *schema.Schema) {
	before, after := properties(old), properties(new)
	for _, name := range sortedKeys(before) {
		here := at.in("." + name)
		if after[name] == nil {
			v.report(aspectField, here, "is gone")
			continue
		}
		v.compare(here, before[name], after[name])
	}
	narrow, wide := order(v.direction, old, new)
	for _, name := range wide.Required {
		here := at.in("." + name)
		switch {
		case slices.Contains(narrow.Required, name):
		case v.direction == incoming && before[name] == nil:
			v.report(aspectRequired, here, "is new and must be there")
		case v.direction == incoming:
			v.report(aspectRequired, here, "was optional, must be there")
		case after[name] != nil:
			v.report(aspectRequired, here, "was always there, may be missing")
		}
	}
	if old.AdditionalProperties != nil && new.AdditionalProperties != nil {
		v.compare(at.in("[*]"), old.AdditionalProperties, new.AdditionalProperties)
	}
	if old.PropertyNames != nil || new.PropertyNames != nil {
		v.compare(at.in("[key]"), keys(old), keys(new))
	}
}

// keys is the schema of a dictionary's keys, which are strings in any case.
func keys(s *schema.Schema) *schema.Schema {
	if s.PropertyNames == nil {
		return &schema.Schema{Type: "string"}
	}
	return s.PropertyNames
}

func properties(s *schema.Schema) map[string]*schema.Schema {
	all := map[string]*schema.Schema{}
	if s.Properties == nil {
		return all
	}
	for name, property := range s.Properties.FromOldest() {
		all[name] = property
	}
	return all
}

// others compares keywords whose values have no order: equal or not.
func (v *values) others(at place, old, new *schema.Schema) {
	rest := func(s *schema.Schema) *schema.Schema {
		return &schema.Schema{
			AllOf: s.AllOf, AnyOf: s.AnyOf, OneOf: s.OneOf, Not: s.Not, If: s.If, Then: s.Then, Else: s.Else,
			DependentSchemas: s.DependentSchemas, DependentRequired: s.DependentRequired, PatternProperties: s.PatternProperties,
			Contains: s.Contains, MinContains: s.MinContains, MaxContains: s.MaxContains, ContentMediaType: s.ContentMediaType,
		}
	}
	before, err := json.Marshal(rest(old))
	after, err2 := json.Marshal(rest(new))
	if err != nil || err2 != nil || !bytes.Equal(before, after) {
		v.report(aspectConstraint, at, "a constraint changed from %s to %s", before, after)
	}
}
