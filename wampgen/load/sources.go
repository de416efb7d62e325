package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"sync"
)

// Sources reads declarations of packages that were loaded from export data,
// which knows where things are but not their comments. It parses a file when
// it is first asked about it. It is safe for concurrent use.
type Sources struct {
	fset *token.FileSet

	mu    sync.Mutex
	files map[string]*source // guarded by mu

	hasDirective map[string]bool // by file name; guarded by mu
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
	return &Sources{fset: token.NewFileSet(), files: map[string]*source{}, hasDirective: map[string]bool{}}
}

// Fset positions the nodes that s returns.
func (s *Sources) Fset() *token.FileSet { return s.fset }

// Method finds the declaration of an interface's method by its name and the
// position that export data gives, with its file; both are nil where the file is not there.
func (s *Sources) Method(name string, pos token.Position) (*ast.Field, *ast.File) {
	var found *ast.Field
	file := s.source(pos.Filename).file
	ast.Inspect(file, func(n ast.Node) bool {
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
	if found == nil {
		return nil, nil
	}
	return found, file
}

// Type finds the comment of a type's declaration by its name and the position that export
// data gives, and the file it stands in. Both are nil where the file is not there or has no
// directives at all.
func (s *Sources) Type(name string, pos token.Position) (*ast.CommentGroup, *ast.File) {
	if !s.annotated(pos.Filename) {
		return nil, nil
	}
	file := s.source(pos.Filename).file
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE && gen.Tok != token.VAR {
			continue
		}
		for _, spec := range gen.Specs {
			var ident *ast.Ident
			var doc *ast.CommentGroup
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				ident, doc = spec.Name, spec.Doc
			case *ast.ValueSpec:
				ident, doc = spec.Names[0], spec.Doc
			}
			if ident.Name != name || s.fset.Position(ident.Pos()).Line != pos.Line {
				continue
			}
			if doc == nil && !gen.Lparen.IsValid() {
				doc = gen.Doc
			}
			return doc, file
		}
	}
	return nil, nil
}

// annotated reports whether a file may hold directives. It reads the file, but does not parse it.
func (s *Sources) annotated(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.hasDirective[name]
	if !ok {
		src, err := os.ReadFile(name)
		known = err == nil && hasDirective(src)
		s.hasDirective[name] = known
	}
	return known
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
