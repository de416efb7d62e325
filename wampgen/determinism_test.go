package wampgen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutputDependsOnSourceAlone generates the same package in several
// directories, with the files created in different orders.
func TestOutputDependsOnSourceAlone(t *testing.T) {
	files := map[string]string{
		"z.go": `package p

import (
	"context"
	"time"
)

//wamp:service com.example.z
type Z interface {
	Get(ctx context.Context, at time.Time, page Page) (Page, error)
}

type Page struct {
	Next *Page ` + "`json:\"next\"`" + `
	Kind Kind
}
`,
		"a.go": `package p

import (
	"context"
	clock "time"
)

//wamp:service com.example.a
type A interface {
	Get(ctx context.Context, at clock.Time, d clock.Duration) (map[string]Kind, error)
}

//wamp:topics com.example.a
type Events interface {
	Got(ctx context.Context, k Kind) error
}
`,
		"m.go": `package p

import "errors"

type Kind int

const (
	One Kind = iota
	Two
)

//wamp:error com.example.m
var ErrM = errors.New("m")

//wamp:error com.example.n
type ErrN struct{ Kind Kind }

func (*ErrN) Error() string { return "n" }
`,
	}
	var first string
	for i, order := range [][]string{{"a.go", "m.go", "z.go"}, {"z.go", "m.go", "a.go"}, {"m.go", "z.go", "a.go"}} {
		dir := filepath.Join(module(t, nil), strings.Repeat("deep/", i), "p")
		for _, name := range order {
			put(t, filepath.Join(dir, name), files[name])
		}
		generate(t, dir)
		content, err := os.ReadFile(filepath.Join(dir, "wamp_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = string(content)
			continue
		}
		// The import path is part of the source where it tells apart packages; here it does not.
		if diff := cmp.Diff(first, string(content)); diff != "" {
			t.Errorf("order %v: %s", order, diff)
		}
	}
	if strings.Contains(first, os.TempDir()) {
		t.Error("the output has a path in it")
	}
}

// TestPatternsDoNotMatter holds that a package's file is the same whether it is
// generated alone or with others.
func TestPatternsDoNotMatter(t *testing.T) {
	files := map[string]string{}
	for i := range 4 {
		imports, field := "", ""
		if i > 0 {
			imports = fmt.Sprintf("\"example.com/user/p%d\"", i-1)
			field = fmt.Sprintf("Before p%d.Type", i-1)
		}
		files[fmt.Sprintf("p%d/p.go", i)] = fmt.Sprintf(`package p%d

import (
	"context"
	%s
)

// Type is documented.
type Type struct {
	%s
}

//wamp:service com.example.p%d
type Service interface {
	Get(ctx context.Context, t Type) (Type, error)
}
`, i, imports, field, i)
	}
	together, alone := module(t, files), module(t, files)
	generate(t, together, "./...")
	for i := range 4 {
		generate(t, alone, fmt.Sprintf("./p%d", 3-i))
	}
	a, b := snapshot(t, together), snapshot(t, alone)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}
