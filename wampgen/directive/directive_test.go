package directive

import (
	"go/token"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wampgen/diag"
)

func parse(t *testing.T, comment string) (*Directive, diag.List) {
	t.Helper()
	fset := token.NewFileSet()
	file := fset.AddFile("a.go", -1, len(comment))
	var complaints diag.List
	d := Parse(fset, file.Pos(0), comment, &complaints)
	return d, complaints
}

func TestScanSplitsArguments(t *testing.T) {
	for text, want := range map[string][]Arg{
		"":                     nil,
		"a":                    {{Value: "a"}},
		"  a\tb  ":             {{Value: "a", Pos: 2, ValuePos: 2}, {Value: "b", Pos: 4, ValuePos: 4}},
		"k=v":                  {{Key: "k", Value: "v", ValuePos: 2}},
		`k="a b" c`:            {{Key: "k", Value: "a b", Quoted: true, ValuePos: 2}, {Value: "c", Pos: 8, ValuePos: 8}},
		"k=`a \"b`":            {{Key: "k", Value: `a "b`, Quoted: true, ValuePos: 2}},
		`k="a \"b\" \u00e4"`:   {{Key: "k", Value: `a "b" ä`, Quoted: true, ValuePos: 2}},
		`"a b"`:                {{Value: "a b", Quoted: true}},
		"/com.acme.x":          {{Value: "/com.acme.x"}},
		"{id}.reset k=":        {{Value: "{id}.reset"}, {Key: "k", Pos: 11, ValuePos: 13}},
		"com.acme/x=1":         {{Value: "com.acme/x=1"}},
		"=v":                   {{Value: "=v"}},
		"exclude_me=false a-b": {{Key: "exclude_me", Value: "false", ValuePos: 11}, {Value: "a-b", Pos: 17, ValuePos: 17}},
	} {
		got, err := scan(text, 0)
		if err != nil {
			t.Errorf("%q: %v", text, err.message)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	for _, text := range []string{`k="a`, `"a`, "k=`a", `k="a"b`, `"a""b"`, `k="\z"`} {
		if _, err := scan(text, 0); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestParseReadsValues(t *testing.T) {
	d, complaints := parse(t, `//wamp:procedure state.now timeout=1m30s idempotent disclose=false errors=A,B concurrency=4 deprecated="use X"`)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	suffix, pos, ok := d.Positional()
	if suffix != "state.now" || pos.Column != 18 || !ok {
		t.Errorf("Positional() = %q, %v, %v", suffix, pos, ok)
	}
	if got := d.Duration("timeout"); got != 90*time.Second {
		t.Errorf("timeout: %v", got)
	}
	if !d.Flag("idempotent", false) || d.Flag("disclose", true) || !d.Flag("missing", true) {
		t.Error("flags are wrong")
	}
	if diff := cmp.Diff([]string{"A", "B"}, d.List("errors")); diff != "" {
		t.Error(diff)
	}
	if got := d.Int("concurrency"); got != 4 {
		t.Errorf("concurrency: %d", got)
	}
	if text, ok := d.Text("deprecated"); text != "use X" || !ok {
		t.Errorf("deprecated: %q, %v", text, ok)
	}
	if got := d.PosOf("errors").Column; got != 75 {
		t.Errorf("errors is at column %d", got)
	}
	if got := d.PosOf("match").Column; got != 1 {
		t.Errorf("match, which is not there, is at column %d", got)
	}
}

func TestMissingDirectiveHasDefaults(t *testing.T) {
	var d *Directive
	if _, _, ok := d.Positional(); ok {
		t.Error("Positional")
	}
	if text, ok := d.Text("a"); text != "" || ok || d.Flag("a", false) || d.Int("a") != 0 || d.Duration("a") != 0 || d.List("a") != nil || d.PosOf("a").Line != 0 {
		t.Error("values out of nothing")
	}
}

func TestOtherCommentsAreNoDirectives(t *testing.T) {
	for _, comment := range []string{
		"// plain", "//go:generate wampgen", "//nolint:wamp", "//wampum:service", "/* wamp:service */",
		"// wamp: is a word", "// wamp:services are many", "//", "// see wamp:service", "//\t//wamp:service com.acme", "// //wamp:service com.acme",
	} {
		if d, complaints := parse(t, comment); d != nil || len(complaints) > 0 {
			t.Errorf("%q: %v %v", comment, d, complaints)
		}
	}
}

// FuzzParse looks for comments that panic, and for complaints without a place.
func FuzzParse(f *testing.F) {
	f.Add(`//wamp:procedure a.b timeout=5s idempotent errors=A,B deprecated="x y"`)
	f.Add("//wamp:service com.acme version=v1 naming=`snake`")
	f.Add(`// wamp:skip`)
	f.Add(`//wamp:error "\u00e4`)
	f.Fuzz(func(t *testing.T, comment string) {
		fset := token.NewFileSet()
		file := fset.AddFile("a.go", -1, len(comment)+1)
		var complaints diag.List
		Parse(fset, file.Pos(0), comment, &complaints)
		for _, c := range complaints {
			if c.Pos.Line != 1 || c.Pos.Column < 1 || c.Pos.Column > len(comment)+1 || c.Message == "" {
				t.Errorf("%q: %v", comment, c)
			}
		}
	})
}
