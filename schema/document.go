package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// child is a schema directly inside another, and where: the tokens of a JSON pointer.
type child struct {
	at     []string
	schema *Schema
}

// children lists the schemas directly inside s, in a fixed order.
func children(s *Schema) []child {
	var out []child
	one := func(key string, sub *Schema) {
		if sub != nil {
			out = append(out, child{[]string{key}, sub})
		}
	}
	list := func(key string, subs []*Schema) {
		for i, sub := range subs {
			out = append(out, child{[]string{key, strconv.Itoa(i)}, sub})
		}
	}
	named := func(key string, subs map[string]*Schema) {
		for _, name := range sortedKeys(subs) {
			out = append(out, child{[]string{key, name}, subs[name]})
		}
	}
	named("$defs", s.Definitions)
	list("allOf", s.AllOf)
	list("anyOf", s.AnyOf)
	list("oneOf", s.OneOf)
	one("not", s.Not)
	one("if", s.If)
	one("then", s.Then)
	one("else", s.Else)
	named("dependentSchemas", s.DependentSchemas)
	list("prefixItems", s.PrefixItems)
	one("items", s.Items)
	one("contains", s.Contains)
	if s.Properties != nil {
		for name, sub := range s.Properties.FromOldest() {
			out = append(out, child{[]string{"properties", name}, sub})
		}
	}
	named("patternProperties", s.PatternProperties)
	one("additionalProperties", s.AdditionalProperties)
	one("propertyNames", s.PropertyNames)
	one("contentSchema", s.ContentSchema)
	return out
}

// visit calls f for s and everything inside it, but does not follow references.
func visit(s *Schema, f func(*Schema)) {
	if s == nil {
		return
	}
	f(s)
	for _, c := range children(s) {
		visit(c.schema, f)
	}
}

// ParseSchema reads one JSON Schema. Unlike unmarshaling into a [Schema] it keeps
// keywords outside the model (in Extras) and the precision of numbers.
func ParseSchema(document []byte) (*Schema, error) {
	s := new(Schema)
	if err := json.Unmarshal(document, s); err != nil {
		return nil, locate(document, err)
	}
	raw, err := decodeAny(document)
	if err != nil {
		return nil, locate(document, err)
	}
	restore(s, raw)
	return s, nil
}

// restore fills in what unmarshaling raw into s has lost.
func restore(s *Schema, raw any) {
	object, ok := raw.(map[string]any)
	if !ok {
		return
	}
	known := knownKeywords()
	for key, value := range object {
		if !known[key] {
			setExtra(s, key, value)
		}
	}
	s.Enum, _ = object["enum"].([]any)
	s.Examples, _ = object["examples"].([]any)
	s.Const, s.Default = object["const"], object["default"]
	for _, c := range children(s) {
		restore(c.schema, at(object, c.at))
	}
}

// knownKeywords are those that [Schema] has a field for.
var knownKeywords = sync.OnceValue(func() map[string]bool {
	known := make(map[string]bool)
	for f := range reflect.TypeFor[Schema]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = true
	}
	return known
})

// at follows tokens into a decoded document; nil if there is nothing.
func at(document any, tokens []string) any {
	for _, token := range tokens {
		switch node := document.(type) {
		case map[string]any:
			document = node[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(node) {
				return nil
			}
			document = node[i]
		default:
			return nil
		}
	}
	return document
}

// decodeAny decodes a document with exact numbers.
func decodeAny(document []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var raw any
	err := d.Decode(&raw)
	return raw, err
}

// locate adds line and column to an error of package json that knows its offset.
func locate(document []byte, err error) error {
	var offset int64
	switch e := err.(type) {
	case *json.SyntaxError:
		offset = e.Offset
	case *json.UnmarshalTypeError:
		offset = e.Offset
	default:
		return err
	}
	before := document[:min(max(offset-1, 0), int64(len(document)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
