package wampgen

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFailedWriteLeavesEverythingAsItWas writes two files of which the second cannot be.
func TestFailedWriteLeavesEverythingAsItWas(t *testing.T) {
	dir := t.TempDir()
	old, gone := filepath.Join(dir, "old"), filepath.Join(dir, "gone")
	for _, path := range []string{old, gone} {
		if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	err := write([]File{
		{Path: old, Change: Updated, Content: []byte("after")},
		{Path: gone, Change: Removed},
		{Path: filepath.Join(dir, "new"), Change: Created, Content: []byte("after")},
		{Path: filepath.Join(dir, "missing", "file"), Change: Created, Content: []byte("after")},
	})
	if err == nil {
		t.Error("no error")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("files: %v", entries)
	}
	for _, path := range []string{old, gone} {
		if content, err := os.ReadFile(path); err != nil || string(content) != "before" {
			t.Errorf("%s: %q, %v", path, content, err)
		}
	}
}

func TestWriteKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := write([]File{{Path: path, Change: Updated, Content: []byte("after")}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(path); string(content) != "after" || info.Mode().Perm() != 0o640 {
		t.Errorf("%q, %v", content, info.Mode())
	}
}
