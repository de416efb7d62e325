package schema_test

import (
	"go/types"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

func TestTuples(t *testing.T) {
	str, integer := types.Typ[types.String], types.Typ[types.Int]
	for _, row := range []struct {
		name string
		args []schema.Arg
		want string
	}{
		{"nothing", nil, `{"type":"array","maxItems":0}`},
		{"required", []schema.Arg{{Name: "a", Type: str}, {Name: "b", Type: integer}},
			`{"type":"array","prefixItems":[{"title":"a","type":"string"},{"title":"b","type":"integer"}],"minItems":2,"maxItems":2}`},
		{"trailing ones may be absent", []schema.Arg{{Name: "a", Type: types.NewPointer(str), Optional: true}, {Name: "b", Type: integer}, {Name: "c", Type: types.NewPointer(str), Optional: true}},
			`{"type":"array","prefixItems":[{"title":"a","anyOf":[{"type":"string"},{"type":"null"}]},{"title":"b","type":"integer"},{"title":"c","anyOf":[{"type":"string"},{"type":"null"}]}],"minItems":2,"maxItems":3}`},
		{"variadic", []schema.Arg{{Name: "a", Type: str}, {Name: "rest", Type: types.NewSlice(integer), Variadic: true}},
			`{"type":"array","prefixItems":[{"title":"a","type":"string"}],"items":{"title":"rest","type":"integer"},"minItems":1}`},
		{"keywords travel elsewhere", []schema.Arg{{Name: "a", Type: str, Keyword: true}}, `{"type":"array","maxItems":0}`},
		{"unnamed results", []schema.Arg{{Type: str}}, `{"type":"array","prefixItems":[{"type":"string"}],"minItems":1,"maxItems":1}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := schema.NewBuilder(schema.Options{})
			tuple := one(b.Tuple(row.args))
			wantJSON(t, "tuple", tuple, row.want)
			compile(t, tuple, b.Defs())
		})
	}
}

func TestRequestWantsAStruct(t *testing.T) {
	s := checkSource(t, "example.com/p", `import "time"; type S struct { A int }; type G[T any] struct { V T }; var ( A S; B *S; C G[int]; D time.Time; E map[string]int; F struct { X int } )`)
	for name, ok := range map[string]bool{"A": true, "B": true, "C": true, "D": false, "E": false, "F": true} {
		got, err := s.builder().Request(s.typ(t, name))
		if (err == nil) != ok {
			t.Errorf("%s: error is %v", name, err)
		}
		if ok && got.AnyOf != nil {
			t.Errorf("%s may be null", name)
		}
	}
}

func TestErrorDefWantsAStruct(t *testing.T) {
	if _, err := schema.NewBuilder(schema.Options{}).ErrorDef(types.Typ[types.String]); err == nil {
		t.Error("a string was accepted")
	}
}

func TestKeywordResults(t *testing.T) {
	b := schema.NewBuilder(schema.Options{})
	result := one(b.Result([]schema.Arg{{Name: "a", Type: types.Typ[types.Bool]}}, true))
	wantJSON(t, "result", result, `{"args":{"type":"array","maxItems":0},"params":{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]},"names":[]}`)
	if _, err := b.Result([]schema.Arg{{Name: "a", Type: types.Typ[types.Complex128]}}, true); err == nil {
		t.Error("a complex result was accepted")
	}
}
