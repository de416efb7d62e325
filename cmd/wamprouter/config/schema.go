package config

import (
	"encoding/json"
	"reflect"
	"strings"
)

// JSONSchema is the JSON Schema (2020-12) of configuration files, for editors. It
// knows the keys, their types and their choices; [Load] knows more.
func JSONSchema() string {
	root := schemaOf(reflect.TypeFor[File](), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "wamprouter configuration"
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // it is made of maps and texts
	}
	return string(out) + "\n"
}

func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isScalar(reflect.New(t).Elem()) {
		return scalarSchema(t, tag)
	}
	switch t.Kind() {
	case reflect.Slice:
		items := schemaOf(t.Elem(), tag)
		list := map[string]any{"type": "array", "items": items}
		if items["type"] == "object" {
			return list
		}
		return map[string]any{"anyOf": []any{list, items}} // a single word stands for a list of one
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), "")}
	}
	properties, required := map[string]any{}, []string{}
	for _, f := range fieldsOf(t) {
		property := schemaOf(f.Type, f.Tag)
		property["description"] = f.Tag.Get("doc") + " (default: " + f.Tag.Get("default") + ")"
		properties[keyOf(f)] = property
		if f.Tag.Get("required") != "" {
			required = append(required, keyOf(f))
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

func scalarSchema(t reflect.Type, tag reflect.StructTag) map[string]any {
	if choices := tag.Get("enum"); choices != "" {
		return map[string]any{"enum": strings.Split(choices, ",")}
	}
	switch {
	case t == reflect.TypeFor[Size](), t == reflect.TypeFor[Address]():
		return map[string]any{"type": []string{"string", "integer"}}
	case reflect.PointerTo(t).Implements(scalarType):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{"type": "string"}
}
