package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/schema"
)

// definitions of every type are compared as JSON; T is the type asked about.
func TestSchemaOfTypes(t *testing.T) {
	for _, row := range []struct{ name, source, schema, defs string }{
		{"basic kinds", `type T = struct {
			A bool; B int; C int8; D int16; E int32; F int64; G uint; H uint8; I uint16; J uint32; K uint64; L float32; M float64; N string; O rune; P byte }`,
			`{"type":"object","properties":{
				"A":{"type":"boolean"},
				"B":{"type":"integer"},
				"C":{"type":"integer","minimum":-128,"maximum":127},
				"D":{"type":"integer","minimum":-32768,"maximum":32767},
				"E":{"type":"integer","minimum":-2147483648,"maximum":2147483647},
				"F":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807},
				"G":{"type":"integer","minimum":0},
				"H":{"type":"integer","minimum":0,"maximum":255},
				"I":{"type":"integer","minimum":0,"maximum":65535},
				"J":{"type":"integer","minimum":0,"maximum":4294967295},
				"K":{"type":"integer","minimum":0,"maximum":18446744073709551615},
				"L":{"type":"number"},
				"M":{"type":"number"},
				"N":{"type":"string"},
				"O":{"type":"integer","minimum":-2147483648,"maximum":2147483647},
				"P":{"type":"integer","minimum":0,"maximum":255}},
			"required":["A","B","C","D","E","F","G","H","I","J","K","L","M","N","O","P"]}`, `{}`},
		{"bytes", `type B byte; type T = struct { A []byte; B [4]byte; C []B; D []uint8 }`,
			`{"type":"object","properties":{
				"A":{"type":"string","contentEncoding":"base64","x-wamp-type":"binary"},
				"B":{"type":"string","contentEncoding":"base64","x-wamp-type":"binary"},
				"C":{"type":"string","contentEncoding":"base64","x-wamp-type":"binary"},
				"D":{"type":"string","contentEncoding":"base64","x-wamp-type":"binary"}},"required":["A","B","C","D"]}`, `{}`},
		{"lists", `type T = struct { A []string; B [2]int; C [][]bool }`,
			`{"type":"object","properties":{
				"A":{"type":"array","items":{"type":"string"}},
				"B":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2},
				"C":{"type":"array","items":{"type":"array","items":{"type":"boolean"}}}},"required":["A","B","C"]}`, `{}`},
		{"maps", `import ("net/netip"; "time"); type Key string; type T = struct { A map[string]int; B map[Key]bool; C map[netip.Addr]any; D map[time.Time]string }`,
			`{"type":"object","properties":{
				"A":{"type":"object","additionalProperties":{"type":"integer"}},
				"B":{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"$ref":"#/$defs/Key"}},
				"C":{"type":"object","additionalProperties":true},
				"D":{"type":"object","additionalProperties":{"type":"string"}}},"required":["A","B","C","D"]}`,
			`{"Key":{"type":"string","title":"Key"}}`},
		{"pointers are nullable", `type T = struct { A *int; B **string; C *any; D []*bool }`,
			`{"type":"object","properties":{
				"A":{"anyOf":[{"type":"integer"},{"type":"null"}]},
				"B":{"anyOf":[{"type":"string"},{"type":"null"}]},
				"C":true,
				"D":{"type":"array","items":{"anyOf":[{"type":"boolean"},{"type":"null"}]}}},"required":["A","B","C","D"]}`, `{}`},
		{"time and text", `import ("time"; "net/netip"; "math/big"); type T = struct { A time.Time; A2 time.Time "json:\",omitzero\""; A3 *time.Time; B time.Duration; C netip.Addr; D big.Rat; E time.Month }`,
			`{"type":"object","properties":{
				"A":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]},
				"A2":{"type":"string","format":"date-time"},
				"A3":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]},
				"B":{"type":"integer","x-wamp-type":"duration"},
				"C":{"$ref":"#/$defs/Addr"},
				"D":{"$ref":"#/$defs/Rat"},
				"E":{"$ref":"#/$defs/Month"}},"required":["A","A3","B","C","D","E"]}`,
			`{"Addr":{"type":"string","title":"Addr"},"Rat":{"type":"string","title":"Rat"},
			"Month":{"type":"integer","title":"Month","enum":[1,2,3,4,5,6,7,8,9,10,11,12],"x-enum-varnames":["January","February","March","April","May","June","July","August","September","October","November","December"]}}`},
		{"text marshalers", `
			type ID [16]byte
			func (ID) MarshalText() ([]byte, error)
			func (*ID) UnmarshalText([]byte) error
			type Level int
			func (*Level) MarshalText() ([]byte, error)
			func (*Level) UnmarshalText([]byte) error
			const High Level = 1
			type T = struct { A ID; B *Level }`,
			`{"type":"object","properties":{"A":{"$ref":"#/$defs/ID"},"B":{"anyOf":[{"$ref":"#/$defs/Level"},{"type":"null"}]}},"required":["A","B"]}`,
			`{"ID":{"type":"string","title":"ID"},"Level":{"type":"string","title":"Level"}}`},
		{"any", `type Value any; type T = struct { A any; B interface{}; C Value }`,
			`{"type":"object","properties":{"A":true,"B":true,"C":{"$ref":"#/$defs/Value"}},"required":["A","B","C"]}`,
			`{"Value":{"title":"Value"}}`},
		{"recursion", `type T struct { Kids []T; Parent *T }`,
			`{"$ref":"#/$defs/T"}`,
			`{"T":{"type":"object","title":"T","properties":{
				"Kids":{"type":"array","items":{"$ref":"#/$defs/T"}},
				"Parent":{"anyOf":[{"$ref":"#/$defs/T"},{"type":"null"}]}},"required":["Kids","Parent"]}}`},
		{"named anything", `type List []Item; type Item map[string]List; type T = List`,
			`{"$ref":"#/$defs/List"}`,
			`{"List":{"type":"array","title":"List","items":{"$ref":"#/$defs/Item"}},
			"Item":{"type":"object","title":"Item","additionalProperties":{"$ref":"#/$defs/List"}}}`},
		{"documentation", `
			// T is documented.
			//
			// Deprecated: use U.
			type T struct {
				// A is the first.
				A int
				B int // B follows.
			}`,
			`{"$ref":"#/$defs/T"}`,
			`{"T":{"type":"object","title":"T","description":"T is documented.\n\nDeprecated: use U.","deprecated":true,"properties":{
				"A":{"type":"integer","description":"A is the first."},
				"B":{"type":"integer","description":"B follows."}},"required":["A","B"]}}`},
		{"names", "type T = struct { A int `json:\"-,\"`; B int `json:\"-\"`; C int `cbor:\"c\" json:\"b\"`; d int; D int `json:\"\"` }",
			`{"type":"object","properties":{"-":{"type":"integer"},"c":{"type":"integer"},"D":{"type":"integer"}},"required":["-","c","D"]}`, `{}`},
		{"empty struct", `type T struct{}`, `{"$ref":"#/$defs/T"}`, `{"T":{"type":"object","title":"T"}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := checkSource(t, "example.com/p", row.source)
			b := s.builder()
			got, err := b.Schema(s.typ(t, "T"))
			if err != nil {
				t.Fatal(err)
			}
			wantJSON(t, "schema", got, row.schema)
			wantJSON(t, "$defs", b.Defs(), row.defs)
		})
	}
}

func TestOpaqueTypes(t *testing.T) {
	s := checkSource(t, "example.com/p", `
		import ("encoding/json"; "github.com/fxamacker/cbor/v2")
		type J struct { X chan int }
		func (J) MarshalJSON() ([]byte, error)
		func (*J) UnmarshalJSON([]byte) error
		type Money struct { cents int }
		func (Money) MarshalCBOR() ([]byte, error)
		func (*Money) UnmarshalCBOR([]byte) error
		type T = struct { A Money; B cbor.RawMessage; C cbor.ByteString; D J; E json.RawMessage }`)
	b := s.builder()
	got, err := b.Schema(s.typ(t, "T"))
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "schema", got, `{"type":"object","properties":{
		"A":{"$ref":"#/$defs/Money"},"B":true,"C":{"$ref":"#/$defs/ByteString"},"D":{"$ref":"#/$defs/J"},"E":true},"required":["A","B","C","D","E"]}`)
	wantJSON(t, "$defs", b.Defs(), `{"Money":{"title":"Money"},"J":{"title":"J"},
		"ByteString":{"title":"ByteString","type":"string","contentEncoding":"base64","x-wamp-type":"binary"}}`)
}

func TestKindOf(t *testing.T) {
	s := checkSource(t, "example.com/p", `
		import ("time"; "net/netip"; "math/big")
		type S struct{ A int }
		type N string
		type Stamp time.Time
		type Embeds struct { time.Time; Note string }
		type P *S
		var (
			Time time.Time; Duration time.Duration; Text netip.Addr; Struct S; Optional *S; Named N; Pointer P; Bytes [3]byte
			Any any; Err error; List []S; Array [2]S; Map map[int]S; Chan chan int; Big big.Int; Promoted Embeds; Instance G[int]
		)
		type G[T any] struct { V T }
	`)
	for name, want := range map[string]schema.Kind{
		"Time": schema.Time, "Duration": schema.Duration, "Text": schema.Text, "Struct": schema.Struct, "Optional": schema.Optional,
		"Named": schema.String, "Pointer": schema.Optional, "Bytes": schema.Bytes, "Any": schema.Any, "Err": schema.Invalid, "List": schema.List,
		"Array": schema.Array, "Map": schema.Map, "Chan": schema.Invalid, "Big": schema.Invalid, "Promoted": schema.Text, "Instance": schema.Struct,
	} {
		if got := schema.KindOf(s.typ(t, name)); got != want {
			t.Errorf("%s: kind %d, want %d", name, got, want)
		}
	}
}

// wantJSON compares v's JSON with a document, ignoring the order of members.
func wantJSON(t *testing.T, what string, v any, want string) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decodeJSON(t, want), decodeJSON(t, string(text))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func decodeJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}
