package load

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// TestNames are the names that the package's own test files declare or import, with the
// place of each. Tests are not loaded; only their declarations are read.
func (p *Package) TestNames() map[string]token.Position {
	entries, err := os.ReadDir(p.Dir)
	if err != nil {
		return nil
	}
	found := map[string]token.Position{}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, "_test.go") && p.selects(name) {
			p.testNames(filepath.Join(p.Dir, name), found)
		}
	}
	return found
}

// selects reports whether the build tags leave a file in.
func (p *Package) selects(name string) bool {
	context := build.Default
	context.BuildTags = p.buildTags
	match, err := context.MatchFile(p.Dir, name)
	return err == nil && match
}

func (p *Package) testNames(path string, found map[string]token.Position) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if file == nil || err != nil && file.Name == nil || file.Name.Name != p.Name {
		return // of the package's external tests, which share no scope with it
	}
	add := func(ident *ast.Ident) {
		if _, known := found[ident.Name]; !known && ident.Name != "_" && ident.Name != "." {
			found[ident.Name] = fset.Position(ident.Pos())
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name != "init" {
				add(decl.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add(name)
					}
				case *ast.ImportSpec:
					if spec.Name != nil {
						add(spec.Name)
					}
				}
			}
		}
	}
}
