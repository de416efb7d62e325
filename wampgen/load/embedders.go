package load

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Embedded reports whether a package of p's module, in the run or not, embeds one of the
// exported interfaces of p that names lists. It looks at syntax alone and takes a moment, so
// it is for questions that are rarely asked. A module that cannot be listed embeds nothing.
func (p *Package) Embedded(ctx context.Context, config Config, names []string) bool {
	if p.moduleDir == "" || len(names) == 0 {
		return false
	}
	list := &packages.Config{
		Context: ctx, Dir: p.moduleDir, Env: config.Env,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports,
	}
	if config.Tags != "" {
		list.BuildFlags = []string{"-tags=" + config.Tags}
	}
	all, err := packages.Load(list, "./...")
	if err != nil {
		return false
	}
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	for _, other := range all {
		if other.Imports[p.Path] == nil {
			continue
		}
		for _, file := range other.GoFiles {
			if embeds(file, p.Path, wanted) {
				return true
			}
		}
	}
	return false
}

// embeds reports whether a file embeds an interface of the package at path.
func embeds(name, path string, wanted map[string]bool) bool {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if file == nil || err != nil {
		return false
	}
	imported := false
	for _, spec := range file.Imports {
		imported = imported || strings.Trim(spec.Path.Value, "`\"") == path
	}
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		iface, ok := n.(*ast.InterfaceType)
		if !ok || found || !imported {
			return imported && !found
		}
		for _, field := range iface.Methods.List {
			found = found || len(field.Names) == 0 && wanted[embeddedName(field.Type)]
		}
		return true
	})
	return found
}

// embeddedName is the name behind the package, without type arguments.
func embeddedName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.IndexExpr:
		return embeddedName(t.X)
	case *ast.IndexListExpr:
		return embeddedName(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	case *ast.Ident: // of a dot import
		return t.Name
	}
	return ""
}
