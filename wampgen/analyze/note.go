package analyze

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
	"github.com/wampkit/wampkit/wampgen/names"
)

// note is what directives say about a type, of this package or of another one whose
// source is at hand; nil where they say nothing.
func (a *analysis) note(name *types.TypeName) *model.Note {
	if note, known := a.notes[name]; known {
		return note
	}
	a.notes[name] = nil // while its cases are looked at
	found, file := a.typeDirectives(name)
	note := &model.Note{Pos: a.position(name.Pos())}
	noted := false
	if d := found.one(directive.OneOf); d != nil {
		note.OneOf = a.oneOf(name, d, file)
		noted = noted || note.OneOf != nil
	}
	if d := found.one(directive.Enum); d != nil && a.checkEnum(name, d) {
		note.Enum, noted = "closed", true
		if d.Flag("open", false) {
			note.Enum = "open"
		}
	}
	if d := found.one(directive.Schema); d != nil {
		for key, value := range d.Values() {
			note.Schema, noted = append(note.Schema, model.Keyword{Name: key, Value: value, Pos: d.PosOf(key)}), true
		}
	}
	if !noted {
		return nil
	}
	a.notes[name] = note
	return note
}

// typeDirectives finds the directives of a type, and the file they stand in.
func (a *analysis) typeDirectives(name *types.TypeName) (directives, *ast.File) {
	switch {
	case name.Pkg() == nil:
		return nil, nil
	case name.Pkg() == a.load.Types:
		decl := a.typeDecls[name.Pos()]
		return decl.directives, decl.file
	}
	group, file := a.load.Sources.Type(name.Name(), a.position(name.Pos()))
	return a.readForeign(group, directive.OnType|directive.OnInterface), file
}

// schemaOptions let type schemas know what directives say.
func (a *analysis) schemaOptions() schema.Options {
	return schema.Options{
		Package: a.load.Path,
		Fset:    a.load.Fset,
		OpenEnum: func(name *types.TypeName) bool {
			note := a.note(name)
			return note != nil && note.Enum == "open"
		},
		OneOf:    func(name *types.TypeName) *schema.Union { return a.note(name).Union() },
		Keywords: func(name *types.TypeName) []schema.Keyword { return a.note(name).Keywords() },
	}
}

// oneOf reads the cases of an interface; nil where it can have none.
func (a *analysis) oneOf(name *types.TypeName, d *directive.Directive, file *ast.File) *model.OneOf {
	named, ok := name.Type().(*types.Named)
	iface, isIface := name.Type().Underlying().(*types.Interface)
	switch {
	case isInvalid(name.Type()):
		a.complaints.Add(d.Pos, diag.UnresolvedType, "the type of %s cannot be resolved%s", name.Name(), a.typeErrorOn(a.position(name.Pos())))
		return nil
	case !ok || !isIface || named.TypeParams().Len() > 0:
		a.complaints.Add(d.Pos, diag.BadOneOf, "//wamp:oneof belongs on an interface with a name of its own and without type parameters")
		return nil
	case !iface.IsMethodSet() || iface.NumMethods() == 0:
		a.complaints.Add(d.Pos, diag.BadOneOf, "%s has no methods, so that any type implements it: give it one that only its cases have, such as is%s()", name.Name(), name.Name())
		return nil
	}
	o := &model.OneOf{Type: named, Tag: "kind"}
	if tag, ok := d.Text("tag"); ok {
		o.Tag = tag
	}
	list, _, ok := d.Positional()
	if !ok {
		return nil // reported by the parser
	}
	a.readCases(o, iface, list, d, file)
	if len(o.Cases) == 0 {
		return nil
	}
	return o
}

// readCases resolves the types that a oneof lists and checks each.
func (a *analysis) readCases(o *model.OneOf, iface *types.Interface, list string, d *directive.Directive, file *ast.File) {
	tags := d.List("names")
	words := strings.Split(list, ",")
	if tags != nil && len(tags) != len(words) {
		a.complaints.Add(d.PosOf("names"), diag.BadOneOf, "names= has %d names for %d types", len(tags), len(words))
		tags = nil
	}
	seen := map[string]string{}
	offset := 0
	for i, word := range words {
		pos := d.PositionalAt(offset)
		offset += len(word) + 1
		c, ok := a.oneOfCase(o, iface, word, pos, file)
		if !ok {
			continue
		}
		if tags != nil {
			c.Name = tags[i]
		}
		if other := seen[c.Name]; other != "" {
			a.complaints.Add(pos, diag.BadOneOf, "%s and %s would both be %s=%q: tell them apart with names=", other, word, o.Tag, c.Name)
			continue
		}
		seen[c.Name] = word
		o.Cases = append(o.Cases, c)
	}
}

// oneOfCase resolves one type of a oneof.
func (a *analysis) oneOfCase(o *model.OneOf, iface *types.Interface, word string, pos token.Position, file *ast.File) (model.Case, bool) {
	refuse := func(format string, args ...any) (model.Case, bool) {
		a.complaints.Add(pos, diag.BadOneOf, "//wamp:oneof: "+format, args...)
		return model.Case{}, false
	}
	object := a.lookup(word, o.Type.Obj().Pkg(), file)
	if object == nil {
		return refuse("there is no type %q%s", word, nearType(word, o.Type.Obj().Pkg()))
	}
	named, ok := object.Type().(*types.Named)
	_, isType := object.(*types.TypeName)
	switch {
	case isType && isInvalid(object.Type()):
		a.complaints.Add(pos, diag.UnresolvedType, "//wamp:oneof: the type of %s cannot be resolved%s", word, a.typeErrorOn(a.position(object.Pos())))
		return model.Case{}, false
	case !isType || !ok || named.TypeParams().Len() > 0 || schema.KindOf(named) != schema.Struct:
		return refuse("%s is not a struct type: only structs have fields beside the tag", word)
	case object.Pkg() != a.load.Types && !object.Exported():
		return refuse("%s of package %s is unexported, so that generated code cannot name it", object.Name(), object.Pkg().Path())
	}
	c := model.Case{Name: names.Component(named.Obj().Name(), names.Snake), Type: named}
	if !types.Implements(named, iface) {
		if !types.Implements(types.NewPointer(named), iface) {
			missing, _ := types.MissingMethod(types.NewPointer(named), iface, true)
			return refuse("%s does not implement %s: the method %s is missing", word, o.Type.Obj().Name(), missing.Name())
		}
		c.Pointer = true
	}
	if field := schema.FieldNamed(named, o.Tag); field != "" {
		return refuse("the field %s.%s travels as %q, which is the tag: choose another with tag=", word, field, o.Tag)
	}
	return c, true
}

// lookup finds a name in a package, or in one that the file imports if it is qualified.
func (a *analysis) lookup(name string, pkg *types.Package, file *ast.File) types.Object {
	qualifier, member, qualified := strings.Cut(name, ".")
	if !qualified {
		return pkg.Scope().Lookup(name)
	}
	if imported := importedAs(qualifier, pkg, file); imported != nil {
		return imported.Scope().Lookup(member)
	}
	return nil
}

// importedAs finds the package that a file of pkg calls by the name; blank imports go by the
// package's own name.
func importedAs(name string, pkg *types.Package, file *ast.File) *types.Package {
	if file == nil {
		return nil
	}
	for _, spec := range file.Imports {
		for _, imported := range pkg.Imports() {
			if imported.Path() != strings.Trim(spec.Path.Value, "`\"") {
				continue
			}
			alias := imported.Name()
			if spec.Name != nil && spec.Name.Name != "_" && spec.Name.Name != "." {
				alias = spec.Name.Name
			}
			if alias == name {
				return imported
			}
		}
	}
	return nil
}

func nearType(word string, pkg *types.Package) string {
	var known []string
	for _, name := range pkg.Scope().Names() {
		if _, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok {
			known = append(known, name)
		}
	}
	if near, ok := diag.Nearest(word, known); ok {
		return ": did you mean \"" + near + "\"?"
	}
	return ""
}

// checkEnum reports //wamp:enum on a type that has no constants.
func (a *analysis) checkEnum(name *types.TypeName, d *directive.Directive) bool {
	basic, ok := name.Type().Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsConstType == 0 || isAlias(name) {
		a.complaints.Add(d.Pos, diag.NotAnEnum, "%s is no type with constants: //wamp:enum belongs on a named string, number or boolean", name.Name())
		return false
	}
	for _, other := range name.Pkg().Scope().Names() {
		if c, ok := name.Pkg().Scope().Lookup(other).(*types.Const); ok && c.Exported() && types.Identical(c.Type(), name.Type()) {
			return true
		}
	}
	a.complaints.Add(d.Pos, diag.NotAnEnum, "%s has no exported constants, so that there is nothing to enumerate", name.Name())
	return false
}

func isAlias(name *types.TypeName) bool { return name.IsAlias() }

// reachesOneOf reports whether values of t may hold an interface with //wamp:oneof.
func (a *analysis) reachesOneOf(t types.Type) bool {
	return a.reaches(t, map[types.Type]bool{})
}

func (a *analysis) reaches(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	if named, ok := t.(*types.Named); ok {
		if known, ok := a.unions[named]; ok {
			return known
		}
		result := a.reachesNamed(named, seen)
		if len(seen) == 1 || result {
			a.unions[named] = result // a negative answer is only whole at the start of the walk
		}
		return result
	}
	return a.reachesInside(t, seen)
}

func (a *analysis) reachesNamed(named *types.Named, seen map[types.Type]bool) bool {
	if _, ok := named.Underlying().(*types.Interface); ok {
		note := a.note(named.Obj())
		return note != nil && note.OneOf != nil
	}
	if kind := schema.KindOf(named); kind == schema.Text || kind == schema.Time || kind == schema.Opaque {
		return false
	}
	return a.reachesInside(named.Underlying(), seen)
}

func (a *analysis) reachesInside(t types.Type, seen map[types.Type]bool) bool {
	switch t := t.(type) {
	case *types.Pointer:
		return a.reaches(t.Elem(), seen)
	case *types.Slice:
		return a.reaches(t.Elem(), seen)
	case *types.Array:
		return a.reaches(t.Elem(), seen)
	case *types.Map:
		return a.reaches(t.Elem(), seen)
	case *types.Struct:
		for field := range t.Fields() {
			if (field.Exported() || field.Embedded()) && a.reaches(field.Type(), seen) {
				return true
			}
		}
	}
	return false
}
