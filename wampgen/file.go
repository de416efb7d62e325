package wampgen

import (
	"bytes"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/load"
)

// Change is what happens to a file.
type Change uint8

// The changes.
const (
	Unchanged Change = iota // up to date
	Created                 // was not there
	Updated                 // was out of date
	Removed                 // nothing is annotated any more
)

// String is the change as a word.
func (c Change) String() string {
	return [...]string{"unchanged", "created", "updated", "removed"}[c]
}

// File is one generated file.
type File struct {
	Path    string
	Change  Change
	Content []byte // what the source asks for; nil if Removed
	Before  []byte // what was there; nil if Created
}

// compare says what happens to the file at path for it to hold content.
func compare(path string, content []byte) (File, diag.List, error) {
	before, own, err := load.Generated(path)
	f := File{Path: path, Content: content, Before: before}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Change = Created
	case err != nil:
		return File{}, nil, err
	case !own:
		var complaints diag.List
		complaints.Add(token.Position{Filename: path, Line: 1, Column: 1}, diag.ForeignFile,
			"this file was not written by wampgen and is in the way: rename or remove it")
		return File{}, complaints, nil
	case !bytes.Equal(bytes.ReplaceAll(before, []byte("\r\n"), []byte("\n")), content):
		f.Change = Updated // not because git checks text out with other line ends
	}
	return f, nil, nil
}

// stale says what happens to the file of a package without annotations.
func stale(path string) (File, diag.List, error) {
	before, own, err := load.Generated(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !own:
		return File{}, nil, nil
	case err != nil:
		return File{}, nil, err
	}
	return File{Path: path, Change: Removed, Before: before}, nil, nil
}

// write makes the changes. Every new content is on disk before the first file
// is replaced, so that a full disk leaves everything as it was.
func write(files []File) error {
	temporary := make(map[string]string, len(files)) // by path
	defer func() {
		for _, name := range temporary {
			os.Remove(name)
		}
	}()
	for _, f := range files {
		if f.Change != Created && f.Change != Updated {
			continue
		}
		name, err := writeTemporary(f)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
		temporary[f.Path] = name
	}
	for _, f := range files {
		if f.Change == Removed {
			if err := os.Remove(f.Path); err != nil {
				return err
			}
		}
		if name, ok := temporary[f.Path]; ok {
			if err := os.Rename(name, f.Path); err != nil {
				return err
			}
			delete(temporary, f.Path)
		}
	}
	return nil
}

// WriteFile replaces the file at path by content at one stroke, and leaves it
// alone if it has that content already.
func WriteFile(path string, content []byte) error {
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, content) {
		return nil
	}
	return write([]File{{Path: path, Change: Updated, Content: content}})
}

// writeTemporary writes a file's content beside it. The go command ignores
// names that begin with a dot.
func writeTemporary(f File) (name string, err error) {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(f.Path); err == nil {
		mode = info.Mode().Perm()
	}
	t, err := os.CreateTemp(filepath.Dir(f.Path), "."+load.FileName+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			t.Close()
			os.Remove(t.Name())
		}
	}()
	if _, err := t.Write(f.Content); err != nil {
		return "", err
	}
	if err := t.Chmod(mode); err != nil {
		return "", err
	}
	return t.Name(), t.Close()
}
