package schema

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// JSONSchemaFiles writes c as JSON Schema documents that stand alone, by file
// name (with slashes):
//
//	procedures/<uri>.args.schema.json           the list of arguments
//	procedures/<uri>.params.schema.json         the same arguments as an object
//	procedures/<uri>.result.schema.json         the list of results
//	procedures/<uri>.result.params.schema.json  keyword results, if any
//	procedures/<uri>.progress.schema.json       a progressive result's item, if any
//	procedures/<uri>.input.schema.json          a progressive invocation's item, if any
//	topics/<uri>.args.schema.json               the list of an event's arguments
//	topics/<uri>.params.schema.json             the same arguments as an object
//	errors/<uri>.args.schema.json               the list of an error's arguments
//	errors/<uri>.params.schema.json             its keyword arguments, if any
//
// Characters of a URI that file systems may not like are percent-encoded. Each
// document has the definitions it needs and no others.
func JSONSchemaFiles(c *Catalog) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, s := range c.schemas() {
		section := s.at[0]
		if section == "$defs" || slices.Contains(s.at, "uriParams") {
			continue
		}
		uri, part := s.at[1], partName(s.at[2:])
		document, err := c.standalone(s.schema, uri+" "+strings.ReplaceAll(part, ".", " "))
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", uri, part, err)
		}
		files[path.Join(section, fileName(uri)+"."+part+".schema.json")] = document
	}
	return files, nil
}

// partName is "args" for args, "result" for result/args, "result.params" for result/params.
func partName(tokens []string) string {
	if tokens[0] == "result" && tokens[1] == "args" {
		return "result"
	}
	return strings.Join(tokens, ".")
}

func fileName(uri string) string {
	var out strings.Builder
	for _, c := range []byte(uri) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("._-{}", c) >= 0:
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// standalone is s as a document of its own.
func (c *Catalog) standalone(s *Schema, title string) ([]byte, error) {
	root := *s
	if isAny(s) {
		root = Schema{} // true has no place for the title
	}
	if def := c.Defs[strings.TrimPrefix(root.Ref, refTo(""))]; def != nil && bare(s) {
		root = *def // code generators name the root after its title and do not look through a reference
	}
	root.Version = jsonschema.Version
	if root.Title == "" {
		root.Title = title
	}
	root.Definitions = c.reachable(&root)
	compact, err := marshalDocument(&root)
	if err != nil {
		return nil, err
	}
	return indentDocument(compact)
}

// bare reports whether s is a reference and nothing else.
func bare(s *Schema) bool {
	text, err := s.MarshalJSON()
	only, _ := (&Schema{Ref: s.Ref}).MarshalJSON()
	return err == nil && s.Ref != "" && string(text) == string(only)
}

// reachable are the definitions that s needs, directly or not.
func (c *Catalog) reachable(s *Schema) Definitions {
	defs := make(Definitions)
	var follow func(*Schema)
	follow = func(s *Schema) {
		name := strings.TrimPrefix(s.Ref, refTo(""))
		if def := c.Defs[name]; s.Ref != "" && def != nil && defs[name] == nil {
			defs[name] = def
			visit(def, follow)
		}
	}
	visit(s, follow)
	return defs
}
