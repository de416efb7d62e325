package load

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"sync"
)

// Doc returns the comment of a type, a struct field or a constant, of this
// package or another one whose source is at hand, else "". It is safe for
// concurrent use.
func (p *Package) Doc(object types.Object) string {
	if object == nil || !object.Pos().IsValid() {
		return ""
	}
	if object.Pkg() == p.Types {
		return p.docs()[object.Pos()]
	}
	pos := p.Fset.Position(object.Pos())
	return p.Sources.doc(object.Name(), pos)
}

// index collects comments by the position of the names they stand at.
func index(files ...*ast.File) map[token.Pos]string {
	comments := map[token.Pos]string{}
	for _, file := range files {
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok {
				indexDecl(gen, comments)
			}
		}
	}
	return comments
}

func indexDecl(gen *ast.GenDecl, comments map[token.Pos]string) {
	set := func(name *ast.Ident, groups ...*ast.CommentGroup) {
		for _, group := range groups {
			if text := strings.TrimSpace(group.Text()); text != "" {
				comments[name.Pos()] = text
				return
			}
		}
	}
	outer := gen.Doc
	if gen.Lparen.IsValid() {
		outer = nil // it is about the group
	}
	for _, spec := range gen.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				set(name, spec.Doc, outer, spec.Comment)
			}
		case *ast.TypeSpec:
			set(spec.Name, spec.Doc, outer, spec.Comment)
			ast.Inspect(spec.Type, func(n ast.Node) bool {
				if field, ok := n.(*ast.Field); ok {
					for _, name := range field.Names {
						set(name, field.Doc, field.Comment)
					}
				}
				return true
			})
		}
	}
}

// docIndex is an index made when it is first needed.
type docIndex = func() map[token.Pos]string

func newDocIndex(files []*ast.File) docIndex {
	return sync.OnceValue(func() map[token.Pos]string { return index(files...) })
}
