package wampgen_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/wampkit/wampkit/wampgen"
	"github.com/wampkit/wampkit/wampgen/diag"
)

// TestErrors runs the generator on each archive of testdata/errors and compares
// everything it says with the archive's file "want". The comment of an archive
// tells what it is about; a first line "patterns: a b" selects packages.
func TestErrors(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "errors", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			testErrorsArchive(t, name)
		})
	}
}

func testErrorsArchive(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := unpack(t, archive)
	before := snapshot(t, dir)
	report, err := wampgen.Generate(t.Context(), wampgen.Options{Dir: dir, Patterns: patternsOf(archive)})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := report.Diagnostics.WriteText(&got, dir); err != nil {
		t.Fatal(err)
	}
	said := strings.ReplaceAll(got.String(), dir, "$DIR")
	want := file(archive, "want")
	if *update {
		want.Data = []byte(said)
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want.Data), said); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if len(report.Diagnostics) == 0 {
		t.Error("nothing is wrong")
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
}

// TestEveryCodeHasACase holds that testdata/errors knows every code.
func TestEveryCodeHasACase(t *testing.T) {
	archives, _ := filepath.Glob(filepath.Join("testdata", "errors", "*.txtar"))
	var all strings.Builder
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(file(archive, "want").Data)
	}
	for _, code := range diag.Codes() {
		if !strings.Contains(all.String(), "("+string(code)+")") {
			t.Errorf("%s has no case", code)
		}
	}
}

func patternsOf(archive *txtar.Archive) []string {
	line, _, _ := strings.Cut(string(archive.Comment), "\n")
	if patterns, ok := strings.CutPrefix(line, "patterns: "); ok {
		return strings.Fields(patterns)
	}
	return []string{"./..."}
}

// file is the archive's file of that name; it is added if there is none.
func file(archive *txtar.Archive, name string) *txtar.File {
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			return &archive.Files[i]
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name})
	return &archive.Files[len(archive.Files)-1]
}

// unpack writes an archive as a module of its own, but for the file "want".
func unpack(t *testing.T, archive *txtar.Archive) (dir string) {
	t.Helper()
	dir = t.TempDir()
	put(t, filepath.Join(dir, "go.mod"), "module example.com/user\n\ngo 1.26\n")
	for _, f := range archive.Files {
		if f.Name != "want" {
			put(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
		}
	}
	return dir
}

// snapshot is every file below dir with its content.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
