package schema_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wampkit/wampkit/schema"
)

func TestJSONSchemaFiles(t *testing.T) {
	files := one(schema.JSONSchemaFiles(device(t)))
	var got []string
	for name := range files {
		got = append(got, name)
	}
	slices.Sort(got)
	want := []string{
		"errors/com.acme.device.busy.args.schema.json",
		"errors/com.acme.device.not_found.args.schema.json",
		"errors/com.acme.device.not_found.params.schema.json",
		"procedures/com.acme.device.v1.configure.args.schema.json",
		"procedures/com.acme.device.v1.configure.params.schema.json",
		"procedures/com.acme.device.v1.configure.result.params.schema.json",
		"procedures/com.acme.device.v1.configure.result.schema.json",
		"procedures/com.acme.device.v1.tail.args.schema.json",
		"procedures/com.acme.device.v1.tail.input.schema.json",
		"procedures/com.acme.device.v1.tail.params.schema.json",
		"procedures/com.acme.device.v1.tail.progress.schema.json",
		"procedures/com.acme.device.v1.tail.result.schema.json",
		"procedures/com.acme.device.v1.{id}.reset.args.schema.json",
		"procedures/com.acme.device.v1.{id}.reset.params.schema.json",
		"procedures/com.acme.device.v1.{id}.reset.result.schema.json",
		"topics/com.acme.device.v1.status.args.schema.json",
		"topics/com.acme.device.v1.status.params.schema.json",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, document := range files {
		raw := one(validator.UnmarshalJSON(bytes.NewReader(document)))
		c := validator.NewCompiler()
		if err := c.AddResource("wamp:x", raw); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Compile("wamp:x"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		head := raw.(map[string]any)
		if head["$schema"] != "https://json-schema.org/draft/2020-12/schema" || head["title"] == nil {
			t.Errorf("%s: $schema %v, title %v", name, head["$schema"], head["title"])
		}
	}
}

// A document's root is the structure itself, and it has the definitions it needs only.
func TestExportedDocument(t *testing.T) {
	files := one(schema.JSONSchemaFiles(device(t)))
	wantJSON(t, "params", json.RawMessage(files["errors/com.acme.device.not_found.params.schema.json"]), `{
		"$schema":"https://json-schema.org/draft/2020-12/schema","title":"NotFound","description":"NotFound tells which device there is none of.",
		"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}`)
	var configure struct {
		Defs map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(files["procedures/com.acme.device.v1.configure.params.schema.json"], &configure); err != nil {
		t.Fatal(err)
	}
	if len(configure.Defs) != 1 || configure.Defs["Level"] == nil {
		t.Errorf("definitions are %v", configure.Defs)
	}
}

func TestExportedFileNamesAreSafe(t *testing.T) {
	c := &schema.Catalog{Service: "x", Errors: map[string]*schema.ErrorDef{"com.a/b:c\\ü": one(schema.NewBuilder(schema.Options{}).ErrorDef(nil))}}
	for name := range one(schema.JSONSchemaFiles(c)) {
		if name != "errors/com.a%2Fb%3Ac%5C%C3%BC.args.schema.json" {
			t.Errorf("name is %s", name)
		}
	}
}

func TestExportOfARecursiveRequestKeepsItsDefinition(t *testing.T) {
	s := checkSource(t, "example.com/p", `type T struct { Kids []T }`)
	b := s.builder()
	params := one(b.Request(s.typ(t, "T")))
	c := &schema.Catalog{Service: "x", Topics: map[string]*schema.Topic{"x.y": {Args: one(b.Tuple(nil)), Params: params}}, Defs: b.Defs()}
	document := one(schema.JSONSchemaFiles(c))["topics/x.y.params.schema.json"]
	if !bytes.Contains(document, []byte(`"$defs"`)) {
		t.Errorf("%s", document)
	}
}
