package runtime_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goFence = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// TestSnippetsStandInExamples holds the Go code of two documents to what is compiled here.
func TestSnippetsStandInExamples(t *testing.T) {
	var compiled strings.Builder
	for _, pattern := range []string{"example_*_test.go", "*wamp/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compiled.Write(content)
		}
	}
	for _, document := range []string{"../docs/resilience.md", "../docs/observability.md"} {
		content, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		snippets := goFence.FindAllStringSubmatch(string(content), -1)
		if len(snippets) < 4 {
			t.Errorf("%s has only %d snippets", document, len(snippets))
		}
		for _, snippet := range snippets {
			if !strings.Contains(compiled.String(), snippet[1]) {
				t.Errorf("%s: not compiled anywhere:\n%s", document, snippet[1])
			}
		}
	}
}
