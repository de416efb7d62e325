package analyze

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
)

// findErrors reads every type and variable with //wamp:error.
func (a *analysis) findErrors() {
	byURI := map[string]*model.Error{}
	for _, decl := range a.errorDecls {
		e := a.declaredError(decl)
		if e == nil {
			continue
		}
		if other := byURI[e.URI]; other != nil {
			a.complaints.Add(e.Pos, diag.RepeatedURI, "error %s has the URI %q of %s", e.Name, e.URI, other.Name)
			continue
		}
		byURI[e.URI] = e
		a.errors = append(a.errors, e)
	}
}

func (a *analysis) declaredError(decl *errorDecl) *model.Error {
	uri, pos, ok := decl.directive.Positional()
	if !ok {
		return nil // reported by the parser
	}
	a.checkURI(uri, pos, "the URI", decl.directive, 0)
	e := &model.Error{Name: decl.name.Name, URI: uri, Pos: a.position(decl.name.Pos()), Doc: decl.doc, Sentinel: decl.variable}
	object := a.object(decl.name)
	switch {
	case object == nil || isInvalid(object.Type()):
		a.complaints.Add(e.Pos, diag.UnresolvedType, "the type of %s cannot be resolved%s", e.Name, a.typeErrorOn(e.Pos))
		return nil
	case e.Name == "_" || object.Parent() != a.load.Types.Scope():
		a.complaints.Add(decl.directive.Pos, diag.WrongPlace, "//wamp:error needs a declaration with a name at the top level of the package")
		return nil
	case decl.variable:
		if !implementsError(object.Type()) {
			a.complaints.Add(e.Pos, diag.NotAnError, "variable %s (%s) is not an error", e.Name, a.typeString(object.Type()))
			return nil
		}
		return e
	}
	return a.errorType(e, object.(*types.TypeName))
}

func (a *analysis) errorType(e *model.Error, object *types.TypeName) *model.Error {
	named, ok := object.Type().(*types.Named)
	if !ok {
		a.complaints.Add(e.Pos, diag.NotAnError, "%s is an alias: annotate the type it stands for", e.Name)
		return nil
	}
	_, isStruct := named.Underlying().(*types.Struct)
	e.Type, e.ByValue = named, implementsError(named)
	switch {
	case named.TypeParams().Len() > 0:
		a.complaints.Add(e.Pos, diag.NotAnError, "%s has type parameters: a declared error is one type", e.Name)
	case !isStruct:
		a.complaints.Add(e.Pos, diag.NotAnError, "%s is not a struct: the fields of a declared error travel with it", e.Name)
	case !e.ByValue && !implementsError(types.NewPointer(named)):
		a.complaints.Add(e.Pos, diag.NotAnError, "%s does not implement error: add func (e *%s) Error() string", e.Name, e.Name)
	case a.reportBadTypes(nil, named, e.Pos, "error "+e.Name):
		e.OneOf = a.reachesOneOf(named)
		return e
	}
	return nil
}

var errorInterface = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

func implementsError(t types.Type) bool { return types.Implements(t, errorInterface) }

// resolveErrors finds the errors that errors= names, in the order of the list. Names are
// those of the package that declares the method.
func (a *analysis) resolveErrors(m *method, d *directive.Directive) []*model.Error {
	resolved := []*model.Error{}
	for _, name := range d.List("errors") {
		e := a.resolveError(name, m, d.PosOf("errors"))
		switch {
		case e == nil:
		case slices.Contains(resolved, e):
			a.complaints.Add(d.PosOf("errors"), diag.RepeatedArgument, "errors=%s: the error is named twice", name)
		default:
			resolved = append(resolved, e)
		}
	}
	return resolved
}

// resolveError finds one error; nil, with a complaint, where there is none.
func (a *analysis) resolveError(name string, m *method, pos token.Position) *model.Error {
	qualifier, member, qualified := strings.Cut(name, ".")
	pkg := m.pkg
	if qualified {
		if pkg = importedAs(qualifier, m.pkg, m.file); pkg == nil {
			a.complaints.Add(pos, diag.UnknownError, "errors=%s: this file imports no package %s: import it, with a blank name if nothing else needs it", name, qualifier)
			return nil
		}
	} else {
		member = name
	}
	if pkg == a.load.Types {
		if e := a.errorNamed(member); e != nil {
			return e
		}
		a.unknownError(member, pos)
		return nil
	}
	return a.foreignError(name, member, pkg, pos)
}

func (a *analysis) errorNamed(name string) *model.Error {
	for _, e := range a.errors {
		if e.Name == name {
			return e
		}
	}
	return nil
}

func (a *analysis) unknownError(name string, pos token.Position) {
	var known []string
	for _, decl := range a.errorDecls {
		if decl.name.Name == name {
			return // declared, but reported there
		}
		known = append(known, decl.name.Name)
	}
	if near, ok := diag.Nearest(name, known); ok {
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: no error of that name is declared: did you mean %q?", name, near)
		return
	}
	if a.load.Types.Scope().Lookup(name) != nil {
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: %s is not annotated with //wamp:error", name, name)
		return
	}
	a.complaints.Add(pos, diag.UnknownError, "errors=%s: no error of that name is declared in this package", name)
}

// foreignError reads an error that another package declares, from its source. It is
// written as errors= has it.
func (a *analysis) foreignError(written, name string, pkg *types.Package, pos token.Position) *model.Error {
	object := pkg.Scope().Lookup(name)
	switch {
	case object == nil && !pkg.Complete():
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: package %s cannot be loaded", written, pkg.Path())
		return nil
	case object == nil:
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: package %s declares nothing of that name%s", written, pkg.Path(), nearName(name, pkg))
		return nil
	case a.imported[object] != nil:
		return a.imported[object]
	case !object.Exported():
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: it is unexported in package %s, so that generated code cannot name it", written, pkg.Path())
		return nil
	}
	group, _ := a.load.Sources.Type(name, a.position(object.Pos()))
	d := a.readForeign(group, directive.OnType|directive.OnVar).one(directive.Error)
	uri, _, ok := d.Positional()
	if !ok {
		a.complaints.Add(pos, diag.UnknownError, "errors=%s: %s of package %s is not annotated with //wamp:error", written, name, pkg.Path())
		return nil
	}
	e := &model.Error{Name: name, Package: pkg, URI: uri, Pos: pos, Doc: docText(group)}
	if typeName, isType := object.(*types.TypeName); isType {
		e = a.errorType(e, typeName)
	} else {
		e.Sentinel = true
	}
	if e != nil {
		a.imported[object] = e
		a.foreignErrors = append(a.foreignErrors, e)
	}
	return e
}

func nearName(name string, pkg *types.Package) string {
	if near, ok := diag.Nearest(name, pkg.Scope().Names()); ok {
		return ": did you mean \"" + near + "\"?"
	}
	return ""
}
