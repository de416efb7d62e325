package schema_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wampkit/wampkit/schema"
)

// encoder is the data mapping of typed values.
var encoder = func() cbor.EncMode {
	mode, err := cbor.EncOptions{
		Time:            cbor.TimeRFC3339NanoUTC,
		NilContainers:   cbor.NilContainerAsEmpty,
		OmitEmpty:       cbor.OmitEmptyGoValue,
		TagsMd:          cbor.TagsForbidden,
		ByteArray:       cbor.ByteArrayToByteSlice,
		BinaryMarshaler: cbor.BinaryMarshalerNone,
		TextMarshaler:   cbor.TextMarshalerTextString,
	}.EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// onTheWire is v as a validator sees it: encoded, decoded, bytes as base64.
func onTheWire(t testing.TB, v any) any {
	t.Helper()
	data, err := encoder.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	mode, err := cbor.DecOptions{DefaultMapType: reflect.TypeFor[map[string]any]()}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := mode.Unmarshal(data, &out); err != nil {
		t.Fatalf("%v in %x", err, data)
	}
	return plain(out)
}

// plain makes JSON values of decoded ones.
func plain(v any) any {
	switch v := v.(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case uint64:
		return json.Number(fmt.Sprint(v))
	case int64:
		return json.Number(fmt.Sprint(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0.0 // no JSON value; not what is tested
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// compile makes a strict validator of a schema and its definitions.
func compile(t testing.TB, s *schema.Schema, defs schema.Definitions) *validator.Schema {
	t.Helper()
	root := *s
	root.Definitions = defs
	text, err := json.Marshal(&root)
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.DefaultDraft(validator.Draft2020)
	c.AssertFormat()
	c.AssertContent()
	c.AssertVocabs()
	if err := c.AddResource("wamp:test", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("wamp:test")
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return compiled
}

func fixture(t testing.TB) *sources {
	t.Helper()
	return checkFile(t, "fixture_test.go")
}

func TestEncodedValuesValidate(t *testing.T) {
	s := fixture(t)
	for i, example := range examples {
		name := reflect.TypeOf(example).Name()
		t.Run(fmt.Sprint(i, name), func(t *testing.T) {
			b := s.builder()
			got, err := b.Schema(s.typ(t, name))
			if err != nil {
				t.Fatal(err)
			}
			value := onTheWire(t, example)
			if err := compile(t, withoutEnum(got), zeroable(b.Defs())).Validate(value); err != nil {
				text, _ := json.MarshalIndent(b.Defs(), "", " ")
				t.Errorf("%+v\nvalue %v\nschema %s", err, value, text)
			}
		})
	}
}

// zeroable lets enums of strings be empty, as they are in zero values, which
// the examples have plenty of.
func zeroable(defs schema.Definitions) schema.Definitions {
	for _, d := range defs {
		withoutEnum(d)
	}
	return defs
}

func withoutEnum(s *schema.Schema) *schema.Schema {
	if s.Enum != nil && s.Type == "string" {
		s.Enum = append(s.Enum, "")
	}
	return s
}

// The schema's properties are the encoder's keys, neither more nor fewer, and
// required are those that an all-zero value has.
func TestPropertiesAreTheEncodersKeys(t *testing.T) {
	s := fixture(t)
	for _, row := range []struct{ zero, full any }{
		{kinds{}, kinds{}},
		{containers{}, examples[3]},
		{shadows{}, shadows{Pointed: &Pointed{}, Right: Right{Option: 1}}},
		{tree{}, tree{}},
	} {
		name := reflect.TypeOf(row.zero).Name()
		b := s.builder()
		if _, err := b.Schema(s.typ(t, name)); err != nil {
			t.Fatal(err)
		}
		def := b.Defs()[name]
		var properties []string
		for property := range def.Properties.KeysFromOldest() {
			properties = append(properties, property)
		}
		wantKeys(t, name+" properties", properties, onTheWire(t, row.full))
		wantKeys(t, name+" required", def.Required, onTheWire(t, row.zero))
	}
}

func wantKeys(t *testing.T, what string, got []string, value any) {
	t.Helper()
	var want []string
	for key := range value.(map[string]any) {
		want = append(want, key)
	}
	slices.Sort(want)
	got = slices.Sorted(slices.Values(got))
	if !slices.Equal(got, want) {
		t.Errorf("%s are %v, encoded are %v", what, got, want)
	}
}

// What does not fit a type does not validate either.
func TestForeignValuesDoNotValidate(t *testing.T) {
	s := fixture(t)
	for _, row := range []struct {
		typ   string
		value any
	}{
		{"tree", map[string]any{"Value": "1", "Kids": []any{}, "Up": nil}},
		{"tree", map[string]any{"Value": 1, "Kids": nil, "Up": nil}},
		{"tree", map[string]any{"Kids": []any{}, "Up": nil}},
		{"color", "green"},
		{"color", nil},
		{"level", 1},
		{"shadows", []any{}},
	} {
		b := s.builder()
		got, err := b.Schema(s.typ(t, row.typ))
		if err != nil {
			t.Fatal(err)
		}
		if compile(t, got, b.Defs()).Validate(row.value) == nil {
			t.Errorf("%s accepts %v", row.typ, row.value)
		}
	}
}
