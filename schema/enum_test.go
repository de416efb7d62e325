package schema_test

import (
	"go/types"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

func TestEnums(t *testing.T) {
	for _, row := range []struct{ name, source, def string }{
		{"strings, in the order of declaration", `type T string
			const (
				Zebra T = "z" // striped
				Ant   T = "a"
			)`,
			`{"title":"T","type":"string","enum":["z","a"],"x-enum-varnames":["Zebra","Ant"],"x-enum-descriptions":["striped",""]}`},
		{"integers lose their range", `type T int8
			const (
				Minus T = iota - 1
				Zero
				_
				Two
			)`,
			`{"title":"T","type":"integer","enum":[-1,0,2],"x-enum-varnames":["Minus","Zero","Two"]}`},
		{"the first name of a value counts", "type T int\nconst (\n\tB T = 1\n\tA T = 1\n)",
			`{"title":"T","type":"integer","enum":[1],"x-enum-varnames":["B"]}`},
		{"large numbers are exact", `type T uint64; const Max T = 1<<64 - 1`,
			`{"title":"T","type":"integer","enum":[18446744073709551615],"x-enum-varnames":["Max"]}`},
		{"floats and booleans", `type T float32; const Half T = 0.5`, `{"title":"T","type":"number","enum":[0.5],"x-enum-varnames":["Half"]}`},
		{"unexported constants do not count", `type T int; const ( A T = iota; b )`, `{"title":"T","type":"integer","enum":[0],"x-enum-varnames":["A"]}`},
		{"constants of other types do not count", `type T int; type U T; const A U = 1; const B = 2`, `{"title":"T","type":"integer"}`},
		{"flags stay open", "type T uint8\nconst (\n\tR T = 1 << iota\n\tW\n\tX\n\tD\n\tAll = R | W\n)",
			`{"title":"T","type":"integer","minimum":0,"maximum":255,"x-wamp-known-values":[1,2,4,8,3],"x-enum-varnames":["R","W","X","D","All"]}`},
		{"counting is no flags", "type T int\nconst (\n\tA T = iota + 1\n\tB\n\tC\n\tD\n)",
			`{"title":"T","type":"integer","enum":[1,2,3,4],"x-enum-varnames":["A","B","C","D"]}`},
		{"structs have none", `type T struct{ A int }`, `{"title":"T","type":"object","properties":{"A":{"type":"integer"}},"required":["A"]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := checkSource(t, "example.com/p", row.source)
			b := s.builder()
			one(b.Schema(s.typ(t, "T")))
			wantJSON(t, "definition", b.Defs()["T"], row.def)
		})
	}
}

func TestEnumOptions(t *testing.T) {
	s := checkSource(t, "example.com/p", `type T string; const ( A T = "a"; B T = "b" )`)
	b := schema.NewBuilder(schema.Options{
		Enum: func(name *types.TypeName) ([]*types.Const, bool) {
			return []*types.Const{name.Pkg().Scope().Lookup("B").(*types.Const)}, true
		},
		OpenEnum: func(name *types.TypeName) bool { return name.Name() == "T" },
	})
	one(b.Schema(s.typ(t, "T")))
	wantJSON(t, "definition", b.Defs()["T"], `{"title":"T","type":"string","x-wamp-known-values":["b"],"x-enum-varnames":["B"]}`)
}

// The same type gives the same enum whether it was read from source or from export data.
func TestEnumIsTheSameFromExportData(t *testing.T) {
	exported, err := testImporter{}.Import("go/token")
	if err != nil {
		t.Fatal(err)
	}
	b := schema.NewBuilder(schema.Options{Fset: positions})
	one(b.Schema(exported.Scope().Lookup("Token").Type()))
	def := b.Defs()["Token"]
	if len(def.Enum) < 80 || def.Extras["x-enum-varnames"].([]string)[0] != "ILLEGAL" {
		t.Errorf("%d values, names %v", len(def.Enum), def.Extras["x-enum-varnames"])
	}
}
