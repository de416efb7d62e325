package diag

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func at(file string, line, column int) token.Position {
	return token.Position{Filename: file, Line: line, Column: column}
}

func TestListIsSortedWithoutDuplicates(t *testing.T) {
	var l List
	l.Add(at("/d/b.go", 1, 1), BadURI, "four")
	l.Add(at("/d/a.go", 10, 1), BadURI, "three")
	l.Add(at("/d/a.go", 2, 7), BadType, "two")
	l.Add(at("/d/a.go", 2, 5), BadType, "one %d", 1)
	l.Append(Diagnostic{at("/d/a.go", 2, 5), BadType, "one 1"})
	l.Add(token.Position{}, LoadFailed, "zero")
	l.Sort()
	var got bytes.Buffer
	if err := l.WriteText(&got, "/d"); err != nil {
		t.Fatal(err)
	}
	want := "-: zero (WG001)\na.go:2:5: one 1 (WG030)\na.go:2:7: two (WG030)\na.go:10:1: three (WG040)\nb.go:1:1: four (WG040)\n"
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if want := "-: zero (WG001)\n/d/a.go:2:5"; !strings.HasPrefix(l.Error(), want) {
		t.Errorf("got %q", l.Error())
	}
}

func TestFilesOutsideStayAbsolute(t *testing.T) {
	l := List{{at("/other/a.go", 1, 2), BadURI, "m"}}
	var got strings.Builder
	if err := l.WriteText(&got, "/d"); err != nil {
		t.Fatal(err)
	}
	if got.String() != "/other/a.go:1:2: m (WG040)\n" {
		t.Errorf("got %q", got.String())
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"idempotent", "timeout", "ack", "args", "match"}
	for word, want := range map[string]string{
		"idempotant": "idempotent", "tiemout": "timeout", "timout": "timeout", "akc": "ack", "arg": "args", "macth": "match",
		"x": "", "frobnicate": "", "dict": "", "": "", "idem": "",
	} {
		got, ok := Nearest(word, candidates)
		if got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// TestEveryCodeIsExplained holds that the constants and the explanations are the same, and that
// no number stands for two.
func TestEveryCodeIsExplained(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[Code]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(lit.Value)
			if declared[Code(text)] {
				t.Errorf("%s is declared twice", text)
			}
			declared[Code(text)] = true
		}
		return true
	})
	form := regexp.MustCompile(`^WG\d{3}$`)
	for _, code := range Codes() {
		if !declared[code] || !form.MatchString(string(code)) {
			t.Errorf("%s is explained but not declared", code)
		}
		delete(declared, code)
		e, ok := Explain(strings.ToLower(string(code)))
		if !ok || e.Code != code {
			t.Errorf("Explain(%s) = %v, %v", code, e.Code, ok)
		}
		for name, text := range map[string]string{"title": e.Title, "explanation": e.Why, "example": e.Example, "remedy": e.Remedy} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", code, name)
			}
		}
		if strings.HasSuffix(e.Title, ".") || !strings.HasSuffix(e.Why, ".") || !strings.HasSuffix(e.Remedy, ".") {
			t.Errorf("%s: titles have no point at their end, sentences do", code)
		}
	}
	for code := range declared {
		t.Errorf("%s has no explanation", code)
	}
	if _, ok := Explain("WG999"); ok {
		t.Error("WG999 is explained")
	}
}
