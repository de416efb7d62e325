package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wampgen": main})
}

// TestScripts runs the command as users do: testdata/script has a script for
// each of its sides. Scripts begin in a module of their own.
func TestScripts(t *testing.T) {
	cache, modules := goEnv(t, "GOCACHE"), goEnv(t, "GOMODCACHE")
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("WAMPKIT", root)
			e.Setenv("GOCACHE", cache)
			e.Setenv("GOMODCACHE", modules)
			e.Setenv("GOFLAGS", "-mod=mod")
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOWORK", "off")
			return os.WriteFile(filepath.Join(e.WorkDir, "go.mod"), []byte("module example.com/user\n\ngo 1.26\n"), 0o644)
		},
	})
}

func goEnv(t *testing.T, name string) string {
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestTwoDashes(t *testing.T) {
	got := twoDashes([]string{"-check", "--diff", "-v", "-tags=a", "-o", "dir", "./...", "-", "--", "-check"})
	want := "--check --diff -v --tags=a -o dir ./... - -- -check"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
