// Package analyze turns loaded Go source into the model: it finds the
// annotations, attaches them to declarations, applies defaults, checks
// signatures and types, and decides URIs and the form of every argument.
//
// It reports everything that is wrong rather than the first thing: a method
// that cannot be used does not keep the next one from being checked.
package analyze

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/load"
	"github.com/wampkit/wampkit/wampgen/model"
)

// Result is what is known about one package.
type Result struct {
	// Model is nil where nothing is annotated. It must not be emitted where
	// there are diagnostics.
	Model       *model.Package
	Diagnostics diag.List
	// Orphans are directives on methods that no annotated interface of the
	// package has. They are wrong unless another package embeds the interface.
	Orphans []Orphan
	// Embedded are the methods of other packages whose directives were used.
	Embedded []token.Position
}

// Orphan is a directive on a method that nothing annotated has, as far as its package tells.
type Orphan struct {
	// Interfaces are the exported interfaces of the package that have the method: another
	// package may embed one of them.
	Interfaces []string
	Method     token.Position
	Diagnostic diag.Diagnostic
}

// Package analyzes one package.
func Package(p *load.Package) Result {
	a := &analysis{
		load:      p,
		methods:   map[token.Pos]*methodDecl{},
		syntax:    map[*types.Interface]*ast.InterfaceType{},
		foreign:   map[token.Position]*methodDecl{},
		typeDecls: map[token.Pos]*typeDecl{},
		notes:     map[*types.TypeName]*model.Note{},
		unions:    map[*types.Named]bool{},
		imported:  map[types.Object]*model.Error{},
	}
	a.types = schema.NewBuilder(a.schemaOptions())
	a.attach()
	a.checkNotes()
	a.findErrors()
	m := &model.Package{
		Path: p.Path, Name: p.Name, Dir: p.Dir, Types: p.Types, Fset: p.Fset,
		Errors:  a.errors,
		Imports: imports(p), TestNames: p.TestNames(),
	}
	for _, decl := range a.interfaces {
		if decl.directives.one(directive.Service) != nil {
			if s := a.service(decl); s != nil {
				m.Services = append(m.Services, s)
			}
		} else if t := a.topicSet(decl); t != nil {
			m.Topics = append(m.Topics, t)
		}
	}
	m.Errors = append(m.Errors, a.foreignErrors...)
	m.Notes = a.knownNotes()
	r := Result{Model: m, Diagnostics: a.complaints, Orphans: a.orphans()}
	for pos := range a.foreign {
		r.Embedded = append(r.Embedded, pos)
	}
	if len(m.Services)+len(m.Topics) == 0 {
		r.Model = nil
	}
	return r
}

// analysis is the work on one package.
type analysis struct {
	load       *load.Package
	types      *schema.Builder // knows what can travel
	complaints diag.List

	interfaces []*typeDecl                             // with //wamp:service or //wamp:topics
	errorDecls []*errorDecl                            // with //wamp:error
	methods    map[token.Pos]*methodDecl               // by the position of the method's name
	syntax     map[*types.Interface]*ast.InterfaceType // of the package's interfaces
	foreign    map[token.Position]*methodDecl          // of other packages, read when first met
	errors     []*model.Error

	typeDecls map[token.Pos]*typeDecl         // every type at the top level, by the position of its name
	notes     map[*types.TypeName]*model.Note // those that were asked about; nil: no directives
	unions    map[*types.Named]bool           // whether a type reaches an interface with //wamp:oneof
	imported  map[types.Object]*model.Error   // declared errors of other packages

	foreignErrors []*model.Error // the same, in the order of their first use
}

// directives are those on one declaration.
type directives []*directive.Directive

// one returns the directive with the verb, nil where there is none.
func (d directives) one(verb directive.Verb) *directive.Directive {
	for _, candidate := range d {
		if candidate.Verb == verb {
			return candidate
		}
	}
	return nil
}

// typeDecl is a type's declaration.
type typeDecl struct {
	file       *ast.File
	spec       *ast.TypeSpec
	doc        string
	directives directives
}

// knownNotes are the notes of all types that were met.
func (a *analysis) knownNotes() map[*types.TypeName]*model.Note {
	known := map[*types.TypeName]*model.Note{}
	for name, note := range a.notes {
		if note != nil {
			known[name] = note
		}
	}
	return known
}

// errorDecl is an annotated error: a type or a variable.
type errorDecl struct {
	name      *ast.Ident
	doc       string
	directive *directive.Directive
	variable  bool
}

// methodDecl is a method's declaration in some interface of the package.
type methodDecl struct {
	field      *ast.Field
	file       *ast.File
	pos        token.Position
	doc        string
	directives directives
	used       bool // by an annotated interface
}

func (a *analysis) position(pos token.Pos) token.Position { return a.load.Fset.Position(pos) }

func (a *analysis) object(ident *ast.Ident) types.Object { return a.load.Info.Defs[ident] }

// imports lists what the user's files import, with the name each file uses.
func imports(p *load.Package) []model.Import {
	var result []model.Import
	for _, file := range p.Files {
		name := p.Fset.File(file.FileStart).Name()
		for _, spec := range file.Imports {
			var imported *types.PkgName
			if spec.Name != nil {
				imported, _ = p.Info.Defs[spec.Name].(*types.PkgName)
			} else {
				imported, _ = p.Info.Implicits[spec].(*types.PkgName)
			}
			if imported == nil {
				continue // a dot import, or a blank one
			}
			result = append(result, model.Import{File: name, Path: imported.Imported().Path(), Name: imported.Name()})
		}
	}
	return result
}
