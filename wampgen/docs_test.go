package wampgen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wampgen/directive"
)

var (
	fence   = regexp.MustCompile("(?ms)^```go([^\n]*)\n(.*?)^```$")
	imports = []string{"context", "errors", "fmt", "iter", "log", "net/netip", "time", "github.com/wampkit/wampkit/runtime"}
)

func reference(t *testing.T) string {
	text, err := os.ReadFile(filepath.Join("..", "docs", "annotations.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReferenceCompiles generates from every Go snippet of docs/annotations.md and compiles the
// result. Snippets with the same word behind "go" are files of one package.
func TestReferenceCompiles(t *testing.T) {
	files := map[string]string{}
	for i, snippet := range fence.FindAllStringSubmatch(reference(t), -1) {
		name, code := strings.TrimSpace(snippet[1]), snippet[2]
		if name == "" {
			name = fmt.Sprintf("snippet%d", i)
		}
		var source strings.Builder
		fmt.Fprintf(&source, "package %s\n\n", name)
		for _, path := range imports {
			if regexp.MustCompile(`\b` + path[strings.LastIndex(path, "/")+1:] + `\.[A-Z]`).MatchString(code) {
				fmt.Fprintf(&source, "import %q\n", path)
			}
		}
		files[fmt.Sprintf("%s/f%d.go", name, i)] = source.String() + "\n" + code
	}
	if len(files) < 8 {
		t.Errorf("only %d snippets", len(files))
	}
	dir := module(t, files)
	generate(t, dir, "./...")
	vet(t, dir)
}

// TestReferenceIsComplete holds that the page knows every directive and every argument.
func TestReferenceIsComplete(t *testing.T) {
	page := reference(t)
	for _, verb := range directive.Verbs() {
		if !strings.Contains(page, "//wamp:"+verb) {
			t.Errorf("//wamp:%s is missing", verb)
		}
		for _, key := range directive.Verb(verb).Keys() {
			if !strings.Contains(page, "`"+key) && !strings.Contains(page, "["+key) {
				t.Errorf("%s of //wamp:%s is missing", key, verb)
			}
		}
	}
}
