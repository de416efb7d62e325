package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"sync"
)

// Sources reads declarations of packages that were loaded from export data,
// which knows where things are but not their comments. It parses a file when
// it is first asked about it. It is safe for concurrent use.
type Sources struct {
	mu    sync.Mutex
	fset  *token.FileSet
	files map[string]*ast.File // nil: cannot be read; guarded by mu
}

// NewSources returns an empty cache.
func NewSources() *Sources {
	return &Sources{fset: token.NewFileSet(), files: map[string]*ast.File{}}
}

// Fset positions the nodes that s returns.
func (s *Sources) Fset() *token.FileSet { return s.fset }

// Method finds the declaration of an interface's method by its name and the
// position that export data gives, nil where the file is not there.
func (s *Sources) Method(name string, pos token.Position) *ast.Field {
	var found *ast.Field
	ast.Inspect(s.file(pos.Filename), func(n ast.Node) bool {
		iface, ok := n.(*ast.InterfaceType)
		if !ok {
			return found == nil
		}
		for _, field := range iface.Methods.List {
			for _, ident := range field.Names {
				if ident.Name == name && s.fset.Position(ident.Pos()).Line == pos.Line {
					found = field
				}
			}
		}
		return found == nil
	})
	return found
}

// file never returns a nil interface's worth of trouble: a file that cannot be
// read is an empty one.
func (s *Sources) file(name string) *ast.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, known := s.files[name]
	if !known {
		parsed, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil && parsed == nil {
			parsed = &ast.File{Name: ast.NewIdent("_")}
		}
		file = parsed
		s.files[name] = file
	}
	return file
}
