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
	fset *token.FileSet

	mu    sync.Mutex
	files map[string]*source // guarded by mu
}

// source is one parsed file; an empty one where it cannot be read.
type source struct {
	file *ast.File
	docs func() map[place]string
}

// place finds a name again: export data has no columns to rely on.
type place struct {
	name string
	line int
}

// NewSources returns an empty cache.
func NewSources() *Sources {
	return &Sources{fset: token.NewFileSet(), files: map[string]*source{}}
}

// Fset positions the nodes that s returns.
func (s *Sources) Fset() *token.FileSet { return s.fset }

// Method finds the declaration of an interface's method by its name and the
// position that export data gives, nil where the file is not there.
func (s *Sources) Method(name string, pos token.Position) *ast.Field {
	var found *ast.Field
	ast.Inspect(s.source(pos.Filename).file, func(n ast.Node) bool {
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

// doc returns the comment of the name at a position.
func (s *Sources) doc(name string, pos token.Position) string {
	return s.source(pos.Filename).docs()[place{name, pos.Line}]
}

func (s *Sources) source(name string) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.files[name]; known != nil {
		return known
	}
	file, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil && file == nil {
		file = &ast.File{Name: ast.NewIdent("_")}
	}
	parsed := &source{file: file, docs: sync.OnceValue(func() map[place]string { return s.places(file) })}
	s.files[name] = parsed
	return parsed
}

// places is the index of a file by names and lines.
func (s *Sources) places(file *ast.File) map[place]string {
	comments := index(file)
	result := make(map[place]string, len(comments))
	ast.Inspect(file, func(n ast.Node) bool {
		if ident, ok := n.(*ast.Ident); ok {
			if text, ok := comments[ident.Pos()]; ok {
				result[place{ident.Name, s.fset.Position(ident.Pos()).Line}] = text
			}
		}
		return true
	})
	return result
}
