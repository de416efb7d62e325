package wampgen_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/wampkit/wampkit/wampgen"
)

// module writes files as a module of its own that uses this one, so that what
// is generated in it compiles.
func module(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := modfile.Parse("go.mod", ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	var mod strings.Builder
	fmt.Fprintf(&mod, "module example.com/user\n\ngo %s\n\nrequire github.com/wampkit/wampkit v0.0.0\nreplace github.com/wampkit/wampkit => %s\n", parsed.Go.Version, root)
	for _, r := range parsed.Require {
		fmt.Fprintf(&mod, "require %s %s // indirect\n", r.Mod.Path, r.Mod.Version)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "go.mod"), mod.String())
	put(t, filepath.Join(dir, "go.sum"), string(sums))
	for name, content := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	return dir
}

func put(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// generate runs the generator in dir and fails the test for anything wrong.
func generate(t testing.TB, dir string, patterns ...string) wampgen.Report {
	t.Helper()
	report, err := wampgen.Generate(t.Context(), wampgen.Options{Dir: dir, Patterns: patterns})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Diagnostics) > 0 {
		t.Fatal(report.Diagnostics)
	}
	return report
}

// changes is what a report says happened, by path relative to dir.
func changes(t testing.TB, dir string, report wampgen.Report) map[string]string {
	t.Helper()
	result := map[string]string{}
	for _, f := range report.Files {
		rel, err := filepath.Rel(dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		result[filepath.ToSlash(rel)] = f.Change.String()
	}
	return result
}

// vet compiles everything in dir.
func vet(t testing.TB, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "vet", "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}
