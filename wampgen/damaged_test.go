package wampgen_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wampgen"
)

// TestDamagedSourceIsNoAccident drops lines from golden packages, one at a
// time: whatever is left, the generator reports or generates, and does not panic.
func TestDamagedSourceIsNoAccident(t *testing.T) {
	every := 9
	if os.Getenv("WAMPGEN_DAMAGE") != "" {
		every = 1
	}
	for _, name := range []string{"inventory/inventory.go", "kinds/kinds.go", "forms/forms.go", "naming/naming.go", "embedding/embedding.go", "options/options.go", "streams/streams.go", "captures/captures.go", "arguments/arguments.go", "unions/unions.go", "torture/torture.go"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(filepath.Join("testdata", "golden", name))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(source), "\n")
			dir := t.TempDir()
			put(t, filepath.Join(dir, "go.mod"), "module example.com/user\n\ngo 1.26\n")
			for i := 0; i < len(lines); i += every {
				damaged := slices.Concat(lines[:i], lines[i+1:])
				put(t, filepath.Join(dir, "a.go"), strings.Join(damaged, ""))
				if _, err := wampgen.Generate(t.Context(), wampgen.Options{Dir: dir, Check: true}); err != nil {
					t.Errorf("without line %d: %v", i+1, err)
				}
			}
		})
	}
}
