package schema_test

import (
	"errors"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/schema"
)

// Each row's T is refused with exactly these paths and types; the reason is a part of the message.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		name, source string
		want         []string // "path (type)" or "type", as in the message
		reason       string
	}{
		{"chan in a list of a struct", `type T struct { Tags []chan int }`, []string{"T.Tags[0] (chan int)"}, "channel"},
		{"the type itself", `type T chan int`, []string{"p.T"}, "channel"},
		{"unnamed root", `type T = []func()`, []string{"[0] (func())"}, "function"},
		{"map value", `type T = map[string]complex128`, []string{`["key"] (complex128)`}, "complex"},
		{"map key", `type T struct { Limits map[int]string }`, []string{"T.Limits(key) (int)"}, "keys are strings"},
		{"map key of any", `type T struct { M map[any]string }`, []string{"T.M(key) (any)"}, "keys are strings"},
		{"addresses", `import "unsafe"; type T struct { A unsafe.Pointer; B uintptr }`, []string{"T.A (unsafe.Pointer)", "T.B (uintptr)"}, "address"},
		{"error", `type T struct { Err error }`, []string{"T.Err (error)"}, "string"},
		{"interface with methods", `import "io"; type T struct { R io.Reader }`, []string{"T.R (io.Reader)"}, "interface"},
		{"big.Int", `import "math/big"; type T struct { N *big.Int }`, []string{"T.N (big.Int)"}, "64 bit"},
		{"CBOR tags", `import "github.com/fxamacker/cbor/v2"; type T struct { A cbor.Tag; B cbor.SimpleValue }`, []string{"T.A (cbor.Tag)", "T.B (cbor.SimpleValue)"}, "tags"},
		{"only MarshalJSON", `type J struct { X int }; func (J) MarshalJSON() ([]byte, error); type T struct { J J }`, []string{"T.J (p.J)"}, "UnmarshalJSON"},
		{"only MarshalText", `type X struct { X int }; func (X) MarshalText() ([]byte, error); type T struct { X X }`, []string{"T.X (p.X)"}, "UnmarshalText"},
		{"only MarshalCBOR", `type X struct { X int }; func (X) MarshalCBOR() ([]byte, error); type T struct { X X }`, []string{"T.X (p.X)"}, "UnmarshalCBOR"},
		{"nothing exported", `import "sync"; type T struct { Mu sync.Mutex; N int }`, []string{"T.Mu (sync.Mutex)"}, "no exported fields"},
		{"methods lost", `import "time"; type Stamp time.Time; type T struct { At Stamp }`, []string{"T.At (p.Stamp)"}, "no exported fields"},
		{"string option", "type T struct { N int `json:\"n,string\"` }", []string{"T.N (int)"}, "string option"},
		{"keyasint", "type T struct { N int `cbor:\"1,keyasint\"` }", []string{"T.N (int)"}, "keyasint"},
		{"toarray", "type T struct { _ struct{} `cbor:\",toarray\"`; N int }", []string{"p.T"}, "toarray"},
		{"embedded pointer to unexported", `type base struct { N int }; type T struct { *base }`, []string{"T.base (*p.base)"}, "embedded pointer"},
		{"undefined type", `type T struct { Deep struct { X Missing } }`, []string{"T.Deep.X (invalid type)"}, "not defined"},
		{"uninstantiated", `type T[P any] struct { V P }`, []string{"T.V (P)"}, "type parameter"},
		{"pointer to itself", `type P *P; type T struct { P P }`, []string{"T.P (p.P)"}, "never ends"},
		{"bad keyword", "type T struct { N int `jsonschema:\"minimum=lots\"` }", []string{"T.N (int)"}, "minimum=lots: want a number"},
		{"bad pattern", "type T struct { N string `jsonschema:\"pattern=(\"` }", []string{"T.N (string)"}, "pattern"},
		{"everything at once", `type T struct { A chan int; B Other; C Other }; type Other struct { X func(); Y complex64 }`,
			[]string{"T.A (chan int)", "T.B.X (func())", "T.B.Y (complex64)"}, "cannot travel"},
		{"embedded", `type Base struct { C chan int }; type T struct { Base }`, []string{"T.Base.C (chan int)"}, "channel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := checkSource(t, "example.com/p", row.source)
			b := s.builder()
			_, err := b.Schema(s.typ(t, "T"))
			var all schema.TypeErrors
			if !errors.As(err, &all) {
				t.Fatalf("error is %v", err)
			}
			var got []string
			for _, e := range all {
				place, reason, _ := strings.Cut(e.Error(), ": ")
				got = append(got, place)
				if !strings.Contains(reason, row.reason) {
					t.Errorf("reason %q does not say %q", reason, row.reason)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if len(b.Defs()) != 0 {
				t.Errorf("definitions were left behind: %v", b.Defs())
			}
			if _, again := b.Schema(s.typ(t, "T")); again == nil || again.Error() != err.Error() {
				t.Errorf("asked again: %v", again)
			}
		})
	}
}

func TestEndlessGenericTypeIsRefused(t *testing.T) {
	s := checkSource(t, "example.com/p", `type G[P any] struct { Next *G[[]P] }; type T = G[int]`)
	if _, err := s.builder().Schema(s.typ(t, "T")); err == nil || !strings.Contains(err.Error(), "never ends") {
		t.Errorf("error is %.200v", err)
	}
}

func TestRefusalHasThePositionOfTheField(t *testing.T) {
	s := checkSource(t, "example.com/p", "type T struct {\n\tOK int\n\tBad []chan int\n}")
	_, err := s.builder().Schema(s.typ(t, "T"))
	var e *schema.TypeError
	if !errors.As(err, &e) || s.fset.Position(e.Pos).Line != 4 {
		t.Errorf("%v at %v", err, s.fset.Position(e.Pos))
	}
}

func TestRefusedArgumentIsNamed(t *testing.T) {
	s := checkSource(t, "example.com/p", `type Config struct { Tags []chan int }`)
	b := s.builder()
	args := []schema.Arg{{Name: "cfg", Type: s.typ(t, "Config")}, {Name: "n", Type: types.Typ[types.Int]}, {Type: types.Typ[types.Complex64]}}
	_, err := b.Tuple(args)
	const want = "argument cfg: Config.Tags[0] (chan int): a channel cannot travel"
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "\nargument 3: complex64: ") {
		t.Errorf("error is %v", err)
	}
	var arg *schema.ArgError
	if !errors.As(err, &arg) || arg.Index != 0 || arg.Name != "cfg" {
		t.Errorf("no ArgError for cfg in %v", err)
	}
	if _, err := b.Params("X", args); err == nil {
		t.Error("Params accepted it")
	}
}
