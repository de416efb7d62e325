package schema_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

func TestReflectorAgreesOnSimpleTypes(t *testing.T) {
	_ = simple{hidden: 0}.hidden
	s := checkFile(t, "simple_test.go")
	b := s.builder()
	ours := one(b.Schema(s.typ(t, "simple")))
	ours.Definitions = b.Defs()

	r := &jsonschema.Reflector{AllowAdditionalProperties: true, Anonymous: true}
	theirs := r.Reflect(simple{})
	theirs.Version = ""

	got := decodeJSON(t, string(one(ours.MarshalJSON())))
	for _, def := range got.(map[string]any)["$defs"].(map[string]any) {
		delete(def.(map[string]any), "title") // the reflector sets neither
		delete(def.(map[string]any), "description")
	}
	if diff := cmp.Diff(decodeJSON(t, string(one(theirs.MarshalJSON()))), got); diff != "" {
		t.Errorf("(-reflector +ours):\n%s", diff)
	}
}

// reflected is what the reflector says of v and what ours says, as documents.
func reflected(t *testing.T, v any) (theirs, ours []byte) {
	t.Helper()
	r := &jsonschema.Reflector{AllowAdditionalProperties: true, Anonymous: true}
	s := checkFile(t, "simple_test.go")
	b := s.builder()
	got, err := b.Schema(s.typ(t, reflect.TypeOf(v).Name()))
	if err != nil {
		t.Fatal(err)
	}
	got.Definitions = b.Defs()
	return one(json.Marshal(r.Reflect(v))), one(json.Marshal(got))
}

// validates reports whether a document is a schema and v, as encoded, fits it.
func validates(t *testing.T, document []byte, v any) bool {
	t.Helper()
	c := validator.NewCompiler()
	if err := c.AddResource("wamp:x", one(validator.UnmarshalJSON(bytes.NewReader(document)))); err != nil {
		return false
	}
	compiled, err := c.Compile("wamp:x")
	return err == nil && compiled.Validate(onTheWire(t, v)) == nil
}

func TestFaultTwoPackagesShareADefinition(t *testing.T) {
	value := twoTimes{Std: time.May}
	theirs, ours := reflected(t, value)
	if validates(t, theirs, value) {
		t.Error("the reflector has learned it: simplify?")
	}
	if !validates(t, ours, value) {
		t.Errorf("ours is wrong: %s", ours)
	}
	if !strings.Contains(string(ours), `"#/$defs/time.Month"`) || !strings.Contains(string(ours), `"#/$defs/Month"`) {
		t.Errorf("two months are not told apart: %s", ours)
	}
}

func TestFaultGenericNamesDoNotCompile(t *testing.T) {
	value := generic{Page: pageOf[nested]{Items: []nested{{}}}}
	theirs, ours := reflected(t, value)
	if validates(t, theirs, value) {
		t.Error("the reflector has learned it: simplify?")
	}
	if !validates(t, ours, value) || !strings.Contains(string(ours), `"#/$defs/pageOfOfNested"`) {
		t.Errorf("ours is wrong: %s", ours)
	}
}

func TestFaultTextMarshalersAreObjects(t *testing.T) {
	value := textual{Addr: netip.MustParseAddr("::1")}
	theirs, ours := reflected(t, value)
	if validates(t, theirs, value) {
		t.Error("the reflector has learned it: simplify?")
	}
	if !validates(t, ours, value) {
		t.Errorf("ours is wrong: %s", ours)
	}
}

func TestFaultPointersAndNilSlices(t *testing.T) {
	value := pointed{}
	theirs, ours := reflected(t, value)
	if validates(t, theirs, value) {
		t.Error("the reflector has learned it: simplify?")
	}
	if !validates(t, ours, value) {
		t.Errorf("ours is wrong: %s", ours)
	}
}

func TestFaultChannelsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("the reflector has learned it: simplify?")
		}
	}()
	s := checkFile(t, "simple_test.go")
	_, err := s.builder().Schema(s.typ(t, "chans"))
	if err == nil || !strings.HasPrefix(err.Error(), "chans.C (chan int): ") {
		t.Errorf("error is %v", err)
	}
	(&jsonschema.Reflector{}).Reflect(chans{})
}
