package schema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wampkit/wampkit/schema"
)

// follow finds what a JSON pointer within the document leads to, nil if nothing.
func follow(document any, ref string) any {
	for _, token := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		node, ok := document.(map[string]any)
		if !ok {
			return nil
		}
		document = node[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]
	}
	return document
}

// every calls f for each object in a document, with its JSON pointer.
func every(node any, at string, f func(at string, node map[string]any)) {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			every(item, at+"/"+string(rune('0'+i)), f)
		}
	case map[string]any:
		f(at, node)
		for key, value := range node {
			every(value, at+"/"+key, f)
		}
	}
}

// projected reads a projection and checks that references lead somewhere and that schemas compile.
func projected(t *testing.T, document []byte, err error, isSchema func(at string) bool) map[string]any {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(document, &root); err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft7)
	raw := one(validator.UnmarshalJSON(bytes.NewReader(document)))
	if err := compiler.AddResource("wamp:document", raw); err != nil {
		t.Fatal(err)
	}
	compiled := 0
	every(root, "", func(at string, node map[string]any) {
		if ref, ok := node["$ref"].(string); ok && follow(root, ref) == nil {
			t.Errorf("%s refers to %s, which is not there", at, ref)
		}
		if _, newer := node["prefixItems"]; newer {
			t.Errorf("%s has prefixItems, which draft-07 does not know", at)
		}
		if isSchema(at) {
			compiled++
			if _, err := compiler.Compile("wamp:document#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at)); err != nil {
				t.Errorf("%s: %v", at, err)
			}
		}
	})
	if compiled == 0 {
		t.Error("no schema was compiled")
	}
	return root
}

func TestAsyncAPI(t *testing.T) {
	document, err := schema.AsyncAPI(device(t))
	root := projected(t, document, err, func(at string) bool {
		return strings.HasSuffix(at, "/payload") || strings.Count(at, "/") == 3 && strings.HasPrefix(at, "/components/schemas/")
	})
	if root["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi %v", root["asyncapi"])
	}
	for ref, want := range map[string]any{
		"#/channels/com.acme.device.v1._id_.reset/address":       "com.acme.device.v1.{id}.reset",
		"#/operations/com.acme.device.v1._id_.reset/action":      "receive",
		"#/operations/com.acme.device.v1.status/action":          "send",
		"#/channels/com.acme.device.v1._id_.reset/x-wamp/invoke": "roundrobin",
	} {
		if got := follow(root, ref); got != want {
			t.Errorf("%s is %v, want %v", ref, got, want)
		}
	}
	for _, ref := range []string{
		"#/channels/com.acme.device.v1._id_.reset/parameters/id",
		"#/channels/com.acme.device.v1.tail/messages/progress/payload", "#/channels/com.acme.device.v1.tail/messages/input/payload",
		"#/channels/com.acme.device.v1._id_.reset/messages/com.acme.device.busy", "#/operations/com.acme.device.v1._id_.reset/reply/messages",
	} {
		if follow(root, ref) == nil {
			t.Errorf("there is no %s", ref)
		}
	}
	again, err := schema.AsyncAPI(device(t))
	if err != nil || !bytes.Equal(document, again) {
		t.Error("the same catalog gives another document", err)
	}
}

func TestOpenRPC(t *testing.T) {
	document, err := schema.OpenRPC(device(t))
	root := projected(t, document, err, func(at string) bool {
		return strings.HasSuffix(at, "/schema") || strings.Count(at, "/") == 3 && strings.HasPrefix(at, "/components/schemas/")
	})
	methods := map[string]map[string]any{}
	for _, m := range root["methods"].([]any) {
		method := m.(map[string]any)
		methods[method["name"].(string)] = method
		for _, member := range []string{"params", "result", "paramStructure"} {
			if method[member] == nil {
				t.Errorf("%s has no %s", method["name"], member)
			}
		}
	}
	if len(methods) != 3 {
		t.Errorf("%d methods", len(methods))
	}
	reset := methods["com.acme.device.v1.{id}.reset"]
	if errors, _ := reset["errors"].([]any); len(errors) == 0 || follow(errors[0], "#/data/uri") != "com.acme.device.busy" || follow(errors[0], "#/code") != 1.0 {
		t.Errorf("errors %v", reset["errors"])
	}
	if follow(methods["com.acme.device.v1.tail"], "#/x-wamp/progress") == nil {
		t.Error("the stream is not described")
	}
	again, err := schema.OpenRPC(device(t))
	if err != nil || !bytes.Equal(document, again) {
		t.Error("the same catalog gives another document", err)
	}
}
