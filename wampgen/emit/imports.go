package emit

import (
	"go/scanner"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
	"github.com/wampkit/wampkit/wampgen/names"
)

// Packages that emitted code may use.
const (
	contextPath = "context"
	errorsPath  = "errors"
	timePath    = "time"
	runtimePath = "github.com/wampkit/wampkit/runtime"
	wampPath    = "github.com/wampkit/wampkit/wamp"
)

// imports gives each imported package one name for the whole file. Where the
// user's files import the package, it is called what they call it.
type imports struct {
	scope     *names.Scope      // shared with the top-level declarations
	preferred map[string]string // by path: what the user calls it
	names     map[string]string // by path: those in use
	packages  map[string]string // by path: the package's own name
}

func newImports(scope *names.Scope, user []model.Import, first string) imports {
	i := imports{scope: scope, preferred: map[string]string{}, names: map[string]string{}, packages: map[string]string{}}
	for _, spec := range user {
		// The file of the first annotated interface has the say, then the others in order.
		if _, known := i.preferred[spec.Path]; !known || spec.File == first {
			i.preferred[spec.Path] = spec.Name
		}
	}
	return i
}

// name is what the package is called in the file; it imports it.
func (i *imports) name(importPath, packageName string) string {
	if name, ok := i.names[importPath]; ok {
		return name
	}
	var candidates []string
	if user := i.preferred[importPath]; user != "" {
		candidates = append(candidates, user)
	}
	parent := "std"
	if !isStandard(importPath) {
		parent = path.Base(path.Dir(importPath))
	}
	candidates = append(candidates, packageName, parent+packageName, packageName)
	candidates = slices.DeleteFunc(candidates, func(name string) bool { return !token.IsIdentifier(name) })
	name := i.scope.Take(candidates...)
	i.names[importPath], i.packages[importPath] = name, packageName
	return name
}

// decl is the import declaration: the standard library first.
func (i *imports) decl() jen.Code {
	var standard, others []string
	for importPath := range i.names {
		if isStandard(importPath) {
			standard = append(standard, importPath)
		} else {
			others = append(others, importPath)
		}
	}
	slices.Sort(standard)
	slices.Sort(others)
	var specs []jen.Code
	for _, importPath := range standard {
		specs = append(specs, i.spec(importPath))
	}
	if len(standard) > 0 && len(others) > 0 {
		specs = append(specs, jen.Line())
	}
	for _, importPath := range others {
		specs = append(specs, i.spec(importPath))
	}
	return jen.Id("import").Defs(specs...)
}

// isStandard reports paths without a dot in the first element, as goimports does.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func (i *imports) spec(importPath string) jen.Code {
	name := i.names[importPath]
	if name == i.packages[importPath] && name == path.Base(importPath) {
		return jen.Lit(importPath)
	}
	return jen.Id(name).Lit(importPath)
}

// context, runtime and wamp name the packages that nearly every emitted function uses.

func (f *file) context() string { return f.imports.name(contextPath, "context") }
func (f *file) runtime() string { return f.imports.name(runtimePath, "runtime") }
func (f *file) wamp() string    { return f.imports.name(wampPath, "wamp") }

// typeText writes a type as the file must, and imports what it mentions.
// Aliases are kept.
func (f *file) typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == f.model.Path {
			return ""
		}
		return f.imports.name(p.Path(), p.Name())
	})
}

// idents lists the identifiers in Go text that could be hidden by a local
// name: all but those behind a dot. Field names are among them, which only
// makes the list longer than need be.
func idents(text string) []string {
	var s scanner.Scanner
	set := token.NewFileSet()
	s.Init(set.AddFile("", -1, len(text)), []byte(text), nil, 0)
	var found []string
	for previous := token.ILLEGAL; ; {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			return found
		}
		if tok == token.IDENT && previous != token.PERIOD {
			found = append(found, literal)
		}
		previous = tok
	}
}
