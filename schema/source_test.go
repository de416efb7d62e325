package schema_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

// sources is Go source that was type-checked for a test, with its documentation.
type sources struct {
	fset *token.FileSet
	pkg  *types.Package
	docs map[token.Pos]string
	errs []error
}

// checkSource type-checks one file as package path. It tolerates errors.
func checkSource(t testing.TB, path, text string) *sources {
	t.Helper()
	return checkWith(t, path, text, map[string]*types.Package{})
}

// checkFile type-checks a file of this directory that stands alone.
func checkFile(t testing.TB, name string) *sources {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := checkSource(t, "example.com/"+strings.TrimSuffix(name, "_test.go"), string(text))
	if len(s.errs) > 0 {
		t.Fatal(s.errs)
	}
	return s
}

func checkWith(t testing.TB, path, text string, known map[string]*types.Package) *sources {
	t.Helper()
	s := &sources{fset: positions, docs: map[token.Pos]string{}}
	name := path[strings.LastIndex(path, "/")+1:]
	if !strings.HasPrefix(text, "package ") {
		text = "package " + name + "\n" + text
	}
	file, err := parser.ParseFile(s.fset, name+".go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: testImporter(known), Error: func(err error) { s.errs = append(s.errs, err) }}
	s.pkg, _ = config.Check(path, s.fset, []*ast.File{file}, nil)
	s.collectDocs(file)
	return s
}

func (s *sources) collectDocs(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			for _, spec := range n.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok && n.Doc != nil {
					s.docs[ts.Name.Pos()] = n.Doc.Text()
				}
			}
		case *ast.Field:
			for _, name := range n.Names {
				s.docs[name.Pos()] = n.Doc.Text() + n.Comment.Text()
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				s.docs[name.Pos()] = n.Doc.Text() + n.Comment.Text()
			}
		}
		return true
	})
}

func (s *sources) doc(obj types.Object) string { return s.docs[obj.Pos()] }

func (s *sources) typ(t testing.TB, name string) types.Type {
	t.Helper()
	obj := s.pkg.Scope().Lookup(name)
	if obj == nil {
		t.Fatalf("no %s in the source: %v", name, s.errs)
	}
	return obj.Type()
}

func (s *sources) builder() *schema.Builder {
	return schema.NewBuilder(schema.Options{Package: s.pkg.Path(), Fset: s.fset, Doc: s.doc})
}

// testImporter resolves known packages, others from export data.
type testImporter map[string]*types.Package

var (
	positions = token.NewFileSet()
	importing sync.Mutex // guards compiled
	compiled  = importer.ForCompiler(positions, "gc", exportData)
)

func (known testImporter) Import(path string) (*types.Package, error) {
	if pkg := known[path]; pkg != nil {
		return pkg, nil
	}
	importing.Lock()
	defer importing.Unlock()
	return compiled.Import(path)
}

// exportData opens what the compiler says of a package.
func exportData(path string) (io.ReadCloser, error) {
	file, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", path).Output()
	if err != nil {
		return nil, err
	}
	return os.Open(strings.TrimSpace(string(file)))
}
