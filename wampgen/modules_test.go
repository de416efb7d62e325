package wampgen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wampgen"
	"github.com/wampkit/wampkit/wampgen/diag"
)

// parts is a package whose interface others embed, with everything that must be read from its source.
const parts = `// Package parts is embedded.
package parts

import (
	"context"
	"errors"
	"iter"
)

//wamp:error com.example.parts.gone
var ErrGone = errors.New("gone")

//wamp:oneof Nut,Bolt
type Part interface{ part() }

type Nut struct{ Size int }
type Bolt struct{ Length int }

func (Nut) part()  {}
func (Bolt) part() {}

type Store interface {
	// Get has a comment.
	//wamp:procedure {id}.get errors=ErrGone
	Get(ctx context.Context, id string) (Part, error)
	//wamp:arg limit default=3
	List(ctx context.Context, limit int) iter.Seq2[Part, error]
}
`

const shop = `package shop

import "example.com/parts"

//wamp:service com.example.shop
type Shop interface{ parts.Store }
`

// generatedParts is what the shop's file must have whatever way the package was found.
var generatedParts = []string{
	"// Get has a comment.", `"com.example.shop..get"`, `parts.ErrGone`, "runtime.CaseOf[parts.Bolt](\"bolt\")", "limit := 3", "iter.Seq2[parts.Part, error]",
}

func checkShop(t *testing.T, dir string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "wamp_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range generatedParts {
		if !strings.Contains(string(content), want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestPackagesOfOtherModules holds that a package of another module is read, with its
// directives, though it is not part of the run: by a replacement, a workspace, and vendored.
func TestPackagesOfOtherModules(t *testing.T) {
	partsModule := map[string]string{"parts/parts.go": parts, "parts/go.mod": "module example.com/parts\n\ngo 1.26\n"}
	with := func(files map[string]string) map[string]string {
		all := map[string]string{}
		for name, content := range partsModule {
			all[name] = content
		}
		for name, content := range files {
			all[name] = content
		}
		return all
	}
	t.Run("replace", func(t *testing.T) {
		dir := module(t, with(map[string]string{"shop/shop.go": shop}))
		edit(t, dir, "mod", "edit", "-require=example.com/parts@v0.0.0", "-replace=example.com/parts=./parts")
		generate(t, dir, "./shop")
		checkShop(t, filepath.Join(dir, "shop"))
		vet(t, filepath.Join(dir, "shop"))
	})
	t.Run("workspace", func(t *testing.T) {
		dir := module(t, with(map[string]string{"shop/shop.go": shop}))
		edit(t, dir, "work", "init", ".", "./parts")
		generate(t, dir, "./shop")
		checkShop(t, filepath.Join(dir, "shop"))
		vet(t, filepath.Join(dir, "shop"))
	})
	t.Run("vendored", func(t *testing.T) {
		dir := t.TempDir()
		for name, content := range map[string]string{
			"go.mod":                            "module example.com/user\n\ngo 1.26\n\nrequire example.com/parts v1.0.0\n",
			"shop/shop.go":                      shop,
			"vendor/modules.txt":                "# example.com/parts v1.0.0\n## explicit; go 1.26\nexample.com/parts\n",
			"vendor/example.com/parts/parts.go": parts,
		} {
			put(t, filepath.Join(dir, filepath.FromSlash(name)), content)
		}
		generate(t, dir, "./shop")
		checkShop(t, filepath.Join(dir, "shop"))
		content, _ := os.ReadFile(filepath.Join(dir, "shop", "wamp_gen.go"))
		if !strings.Contains(string(content), `"example.com/parts"`) {
			t.Error("the import names the vendor directory")
		}
	})
}

func edit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
}

// TestBrokenDependency holds that a dependency that does not compile only matters where its
// broken types are reached.
func TestBrokenDependency(t *testing.T) {
	broken := strings.Replace(parts, "type Nut struct{ Size int }", "type Nut struct{ Size int }\n\nvar broken Missing\n\nfunc useless() int { return \"no\" }", 1)
	dir := module(t, map[string]string{
		"parts/parts.go": broken,
		"shop/shop.go":   strings.ReplaceAll(shop, "example.com/parts", "example.com/user/parts"),
	})
	report := generate(t, dir, "./shop")
	if diff := cmp.Diff(map[string]string{"shop/wamp_gen.go": "created"}, changes(t, dir, report)); diff != "" {
		t.Error(diff)
	}
	checkShop(t, filepath.Join(dir, "shop"))
}

// TestRunsAreIdempotent holds that generated files, stale ones among them, have no say in what is generated.
func TestRunsAreIdempotent(t *testing.T) {
	for _, name := range []string{"streams", "captures", "arguments"} {
		source, err := os.ReadFile(filepath.Join("testdata", "golden", name, name+".go"))
		if err != nil {
			t.Fatal(err)
		}
		dir := module(t, map[string]string{"p.go": string(source)})
		generate(t, dir)
		first := snapshot(t, dir)
		generate(t, dir)
		if diff := cmp.Diff(first, snapshot(t, dir)); diff != "" {
			t.Errorf("%s: the second run changed: %s", name, diff)
		}
		put(t, filepath.Join(dir, "wamp_gen.go"), "// Code generated by wampgen. DO NOT EDIT.\n\npackage "+name+"\n\nvar args, runtime, wampUnions = 1, 2, 3\n")
		generate(t, dir)
		if diff := cmp.Diff(first, snapshot(t, dir)); diff != "" {
			t.Errorf("%s: a stale file had a say: %s", name, diff)
		}
	}
}

// TestDirectivesForOthersAreNoMistake holds that directives on an interface which only another
// package embeds are fine when that package is not part of the run, and a mistake when there is none.
func TestDirectivesForOthersAreNoMistake(t *testing.T) {
	const inner = "package inner\n\nimport \"context\"\n\ntype Getter[T any] interface {\n\t//wamp:procedure {id}.get\n\tGet(ctx context.Context, id string) (T, error)\n}\n\ntype Outer interface{ Getter[int] }\n"
	const outer = "package outer\n\nimport in \"example.com/user/inner\"\n\n//wamp:service com.example.outer\ntype Service interface{ in.Getter[string] }\n"
	dir := module(t, map[string]string{"inner/inner.go": inner, "outer/outer.go": outer})
	generate(t, dir, "./inner")
	put(t, filepath.Join(dir, "outer", "outer.go"), strings.Replace(outer, "in.Getter[string]", "in.Outer", 1))
	generate(t, dir, "./inner")
	put(t, filepath.Join(dir, "outer", "outer.go"), "package outer\n\nimport _ \"example.com/user/inner\"\n")
	report, err := wampgen.Generate(t.Context(), wampgen.Options{Dir: dir, Patterns: []string{"./inner"}})
	if err != nil || len(report.Diagnostics) != 1 || report.Diagnostics[0].Code != diag.DanglingDirective {
		t.Error(err, report.Diagnostics)
	}
}
