package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/invopop/jsonschema"
)

// projection is a document of another standard that describes the same service.
// Both standards write schemas in draft-07 of JSON Schema and keep named ones in
// components, and both let members whose names begin with "x-" be.
type projection struct {
	catalog *Catalog
	err     error // the first that occurred
}

// object is a JSON object; its members are written in the order of their names.
type object = map[string]any

// components are the definitions.
func (p *projection) components() object {
	schemas := object{}
	for _, name := range sortedKeys(p.catalog.Defs) {
		schemas[name] = p.schema(p.catalog.Defs[name])
	}
	return schemas
}

// info is what both standards tell about a service.
func (p *projection) info() object {
	info := object{"title": p.catalog.Title, "version": p.catalog.Version}
	if p.catalog.Title == "" {
		info["title"] = p.catalog.Service
	}
	if p.catalog.Version == "" {
		info["version"] = "0"
	}
	set(info, "description", p.catalog.Description)
	return info
}

// schema writes a schema in draft-07.
func (p *projection) schema(s *Schema) any {
	text, err := json.Marshal(s)
	if err != nil {
		p.fail(err)
		return true
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		p.fail(err)
	}
	return olden(tree)
}

// olden rewrites a schema of 2020-12, in place where it can: references lead to
// components, and what stands beside one moves into an allOf, since draft-07 ignores it there.
func olden(tree any) any {
	switch node := tree.(type) {
	case []any:
		for i := range node {
			node[i] = olden(node[i])
		}
	case object:
		if tuple, ok := node["prefixItems"]; ok {
			if rest, ok := node["items"]; ok {
				node["additionalItems"] = rest
			}
			node["items"] = tuple
			delete(node, "prefixItems")
		}
		for key := range node {
			if key != "enum" && key != "const" && key != "default" && key != "examples" {
				node[key] = olden(node[key])
			}
		}
		ref, ok := node["$ref"].(string)
		if !ok {
			break
		}
		moved := object{"$ref": "#/components/schemas/" + strings.TrimPrefix(ref, refTo(""))}
		if len(node) == 1 {
			return moved
		}
		delete(node, "$ref")
		node["allOf"] = []any{moved}
	}
	return tree
}

// results describes what a procedure returns as an object: by name, or as result, result2 and so on.
func (p *projection) results(r *Result) *Schema {
	if r.Params != nil {
		return r.Params
	}
	var args []string
	for i := range r.Args.PrefixItems {
		name := ""
		if i < len(r.Names) {
			name = r.Names[i]
		}
		if name == "" {
			name = "result"
			if i > 0 {
				name = fmt.Sprintf("result%d", i+1)
			}
		}
		args = append(args, name)
	}
	out := &Schema{Type: "object", Required: args}
	if len(args) > 0 {
		out.Properties = jsonschema.NewProperties()
	}
	for i, name := range args {
		property := *r.Args.PrefixItems[i]
		property.Extras = maps.Clone(property.Extras)
		setExtra(&property, extraPosition, i)
		out.Properties.Set(name, &property)
	}
	return out
}

// procedureTraits are what the standards have no words for.
func (p *projection) procedureTraits(d *Procedure) object {
	traits := object{}
	set(traits, "match", d.Match)
	set(traits, "register", d.Register)
	set(traits, "invoke", d.Invoke)
	set(traits, "deprecated", d.Deprecated)
	if d.TimeoutMs != 0 {
		traits["timeoutMs"] = d.TimeoutMs
	}
	if d.Idempotent {
		traits["idempotent"] = true
	}
	p.uriParams(traits, d.URIParams)
	if d.Progress != nil {
		traits["progress"] = p.schema(d.Progress)
	}
	if d.Input != nil {
		traits["input"] = p.schema(d.Input)
	}
	return traits
}

func (p *projection) topicTraits(d *Topic) object {
	traits := object{}
	set(traits, "match", d.Match)
	set(traits, "subscribe", d.Subscribe)
	set(traits, "deprecated", d.Deprecated)
	if d.Ack {
		traits["ack"] = true
	}
	if d.Retain {
		traits["retain"] = true
	}
	p.uriParams(traits, d.URIParams)
	return traits
}

func (p *projection) uriParams(traits object, params map[string]*Schema) {
	if len(params) == 0 {
		return
	}
	described := object{}
	for name, s := range params {
		described[name] = p.schema(s)
	}
	traits["uriParams"] = described
}

func (p *projection) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// document writes the projection, indented by two blanks, with a final newline.
func (p *projection) document(root object) ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	compact, err := marshalDocument(root)
	if err != nil {
		return nil, err
	}
	return indentDocument(compact)
}

// set adds a member that has something to say.
func set(o object, key, value string) {
	if value != "" {
		o[key] = value
	}
}
