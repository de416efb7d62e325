package schema_test

import (
	"testing"
)

func TestStructTags(t *testing.T) {
	for _, row := range []struct{ name, source, schema string }{
		{"strings", "type T = struct { A string `jsonschema:\"title=X,description=Y\\\\, Z,minLength=1,maxLength=3,pattern=^a{1\\\\,2}$,format=email,default=d,example=e,example=f,enum=a,enum=aa\"` }",
			`{"type":"object","properties":{"A":{"type":"string","title":"X","description":"Y, Z","minLength":1,"maxLength":3,"pattern":"^a{1,2}$","format":"email","default":"d","examples":["e","f"],"enum":["a","aa"]}},"required":["A"]}`},
		{"numbers", "type T = struct { A int8 `jsonschema:\"minimum=1,maximum=9,multipleOf=2,default=2,example=4,enum=2,enum=4\"`; B float64 `jsonschema:\"exclusiveMinimum=0.5,exclusiveMaximum=1e3\"` }",
			`{"type":"object","properties":{"A":{"type":"integer","minimum":1,"maximum":9,"multipleOf":2,"default":2,"examples":[4],"enum":[2,4]},"B":{"type":"number","exclusiveMinimum":0.5,"exclusiveMaximum":1e3}},"required":["A","B"]}`},
		{"booleans and access", "type T = struct { A bool `jsonschema:\"default=true,readOnly=true,writeOnly=false\"` }",
			`{"type":"object","properties":{"A":{"type":"boolean","default":true,"readOnly":true}},"required":["A"]}`},
		{"lists and their elements", "type T = struct { A []string `jsonschema:\"minItems=1,maxItems=2,uniqueItems=true,default=x,default=y,minLength=3,enum=xxx\"`; B []int `jsonschema:\"default=1,minimum=0\"` }",
			`{"type":"object","properties":{"A":{"type":"array","minItems":1,"maxItems":2,"uniqueItems":true,"default":["x","y"],"items":{"type":"string","minLength":3,"enum":["xxx"]}},"B":{"type":"array","default":[1],"items":{"type":"integer","minimum":0}}},"required":["A","B"]}`},
		{"pointers: the value, not null", "type T = struct { A *int `jsonschema:\"minimum=1,default=3\"` }",
			`{"type":"object","properties":{"A":{"anyOf":[{"type":"integer","minimum":1},{"type":"null"}],"default":3}},"required":["A"]}`},
		{"named types: beside the reference", "type N string; type L []N; type T = struct { A N `jsonschema:\"minLength=1\"`; B L `jsonschema:\"minItems=1,maxLength=2\"` }",
			`{"type":"object","properties":{"A":{"$ref":"#/$defs/N","minLength":1},"B":{"$ref":"#/$defs/L","minItems":1,"items":{"maxLength":2}}},"required":["A","B"]}`},
		{"presence", "type T = struct { A int `json:\",omitempty\" jsonschema:\"required\"`; B int `json:\",omitempty\"`; C int `jsonschema:\"nullable\"`; D int `jsonschema:\"-\"` }",
			`{"type":"object","properties":{"A":{"type":"integer"},"B":{"type":"integer"},"C":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["A","C"]}`},
		{"alternatives", "type N string; type T = struct { A any `jsonschema:\"oneof_type=string;integer\"`; B N `jsonschema:\"anyof_ref=#/$defs/N;#/$defs/N\"`; C int `json:\",omitempty\" jsonschema:\"oneof_required=x\"`; D int `json:\",omitempty\" jsonschema:\"oneof_required=y\"`; E int `json:\",omitempty\" jsonschema:\"oneof_required=x\"` }",
			`{"type":"object","properties":{"A":{"oneOf":[{"type":"string"},{"type":"integer"}]},"B":{"anyOf":[{"$ref":"#/$defs/N"},{"$ref":"#/$defs/N"}]},"C":{"type":"integer"},"D":{"type":"integer"},"E":{"type":"integer"}},
			"required":["A","B"],"oneOf":[{"title":"x","required":["C","E"]},{"title":"y","required":["D"]}]}`},
		{"type and anchor", "type T = struct { A any `jsonschema:\"type=string,anchor=here,minLength=1\"` }",
			`{"type":"object","properties":{"A":{"type":"string","$anchor":"here","minLength":1}},"required":["A"]}`},
		{"other tags", "type T = struct { A int `jsonschema_description:\"a, b\" jsonschema_extras:\"x-a=true,x-b=1,x-b=2,x-b=3,x-c=false\"` }",
			`{"type":"object","properties":{"A":{"type":"integer","description":"a, b","x-a":true,"x-b":["1","2","3"],"x-c":false}},"required":["A"]}`},
		{"keywords of other types are ignored", "type T = struct { A bool `jsonschema:\"minimum=1,foo=bar,unknown\"`; B map[string]int `jsonschema:\"minLength=1\"` }",
			`{"type":"object","properties":{"A":{"type":"boolean"},"B":{"type":"object","additionalProperties":{"type":"integer"}}},"required":["A","B"]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := checkSource(t, "example.com/p", row.source)
			b := s.builder()
			got := one(b.Schema(s.typ(t, "T")))
			wantJSON(t, "schema", got, row.schema)
			compile(t, got, b.Defs())
		})
	}
}

func TestMalformedStructTags(t *testing.T) {
	for _, tag := range []string{
		"minLength=-1", "maxLength=x", "pattern=[", "readOnly=perhaps",
	} {
		s := checkSource(t, "example.com/p", "type T struct { A string `jsonschema:\""+tag+"\"` }")
		if _, err := s.builder().Schema(s.typ(t, "T")); err == nil {
			t.Errorf("%s was accepted", tag)
		}
	}
	for _, tag := range []string{"minimum=", "maximum=NaN", "multipleOf=0x10", "default=abc", "enum=1 2", "example=Inf"} {
		s := checkSource(t, "example.com/p", "type T struct { A int `jsonschema:\""+tag+"\"` }")
		if _, err := s.builder().Schema(s.typ(t, "T")); err == nil {
			t.Errorf("%s was accepted", tag)
		}
	}
}
