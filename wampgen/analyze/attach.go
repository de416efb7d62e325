package analyze

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
)

// attach walks the files, reads every directive once and hangs it on the
// declaration below it. Directives that no declaration took are reported.
func (a *analysis) attach() {
	for _, file := range a.load.Files {
		taken := map[*ast.CommentGroup]bool{}
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok {
				a.attachDecl(file, gen, taken)
			}
		}
		a.attachMethods(file, taken)
		for _, group := range file.Comments {
			if !taken[group] {
				a.dangling(group)
			}
		}
	}
}

// attachDecl takes the comments of type and var declarations.
func (a *analysis) attachDecl(file *ast.File, gen *ast.GenDecl, taken map[*ast.CommentGroup]bool) {
	for _, spec := range gen.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			group := docOf(gen, spec.Doc)
			a.attachType(file, spec, group)
			take(taken, group)
		case *ast.ValueSpec:
			group := docOf(gen, spec.Doc)
			a.attachVar(gen, spec, group)
			take(taken, group)
		}
	}
}

func take(taken map[*ast.CommentGroup]bool, group *ast.CommentGroup) {
	if group != nil {
		taken[group] = true
	}
}

// docOf is the comment of a spec: its own, or that of a declaration without parentheses.
func docOf(gen *ast.GenDecl, doc *ast.CommentGroup) *ast.CommentGroup {
	if doc == nil && !gen.Lparen.IsValid() {
		return gen.Doc
	}
	return doc
}

func (a *analysis) attachType(file *ast.File, spec *ast.TypeSpec, group *ast.CommentGroup) {
	place := directive.OnType
	if _, ok := spec.Type.(*ast.InterfaceType); ok || a.isInterface(spec) {
		place |= directive.OnInterface
	}
	found := a.read(group, place)
	service, topics, failure := found.one(directive.Service), found.one(directive.Topics), found.one(directive.Error)
	if service != nil && topics != nil {
		a.complaints.Add(topics.Pos, diag.Conflict, "%s cannot be both a service and a set of topics: use two interfaces", spec.Name.Name)
	}
	decl := &typeDecl{file, spec, docText(group), found}
	a.typeDecls[spec.Name.Pos()] = decl
	if service != nil || topics != nil {
		a.interfaces = append(a.interfaces, decl)
	}
	if failure != nil {
		a.errorDecls = append(a.errorDecls, &errorDecl{name: spec.Name, doc: docText(group), directive: failure})
	}
}

func (a *analysis) attachVar(gen *ast.GenDecl, spec *ast.ValueSpec, group *ast.CommentGroup) {
	place := directive.OnVar
	if gen.Tok != token.VAR {
		place = 0
	}
	failure := a.read(group, place).one(directive.Error)
	if failure == nil {
		return
	}
	if len(spec.Names) != 1 {
		a.complaints.Add(failure.Pos, diag.WrongPlace, "//wamp:error names one error, but %d variables are declared here: declare each in its own line", len(spec.Names))
		return
	}
	a.errorDecls = append(a.errorDecls, &errorDecl{name: spec.Names[0], doc: docText(group), directive: failure, variable: true})
}

// checkNotes reads what directives say about the package's types, so that everything
// wrong with them is reported, whether a service reaches the type or not.
func (a *analysis) checkNotes() {
	for _, decl := range a.typeDecls {
		object, ok := a.object(decl.spec.Name).(*types.TypeName)
		if !ok || object.Parent() != a.load.Types.Scope() {
			continue
		}
		note := a.note(object)
		if note != nil && len(note.Schema) > 0 && object.Type() != nil {
			a.reportBadTypes(nil, object.Type(), a.position(decl.spec.Name.Pos()), "type "+object.Name())
		}
	}
}

// attachMethods takes the comments of the methods of every interface type in
// the file, named or not.
func (a *analysis) attachMethods(file *ast.File, taken map[*ast.CommentGroup]bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		iface, ok := n.(*ast.InterfaceType)
		if !ok {
			return true
		}
		if t, ok := a.load.Info.TypeOf(iface).(*types.Interface); ok {
			a.syntax[t] = iface
		}
		for _, field := range iface.Methods.List {
			if len(field.Names) == 0 {
				continue // an embedded interface: a directive on it is reported as dangling
			}
			take(taken, field.Doc)
			a.methods[field.Names[0].Pos()] = &methodDecl{
				field: field, file: file, pos: a.position(field.Names[0].Pos()), doc: docText(field.Doc), directives: a.read(field.Doc, directive.OnMethod),
			}
		}
		return true
	})
}

// read parses the directives of a comment group and keeps those that may stand on such a declaration.
func (a *analysis) read(group *ast.CommentGroup, place directive.Place) directives {
	if group == nil {
		return nil
	}
	var found directives
	for _, comment := range group.List {
		d := directive.Parse(a.load.Fset, comment.Slash, comment.Text, &a.complaints)
		switch {
		case d == nil:
		case d.Verb.Places()&place == 0:
			a.complaints.Add(d.Pos, diag.WrongPlace, "//wamp:%s belongs on %s", d.Verb, d.Verb.Places())
		case found.one(d.Verb) != nil && !d.Verb.Repeats():
			a.complaints.Add(d.Pos, diag.Conflict, "//wamp:%s is given twice", d.Verb)
		default:
			found = append(found, d)
		}
	}
	return found
}

// dangling reports directives in a comment that belongs to no declaration that could carry one.
func (a *analysis) dangling(group *ast.CommentGroup) {
	for _, comment := range group.List {
		if d := directive.Parse(a.load.Fset, comment.Slash, comment.Text, &a.complaints); d != nil {
			a.complaints.Add(d.Pos, diag.DanglingDirective, "//wamp:%s is attached to nothing: it belongs in the comment directly above %s", d.Verb, d.Verb.Places())
		}
	}
}

// orphans lists directives on methods of interfaces that no annotated interface uses.
func (a *analysis) orphans() []Orphan {
	var orphans []Orphan
	for _, decl := range a.methods {
		if decl.used {
			continue
		}
		for _, d := range decl.directives {
			var list diag.List
			list.Add(d.Pos, diag.DanglingDirective, "//wamp:%s has no effect: the interface of %s is annotated with neither //wamp:service nor //wamp:topics", d.Verb, decl.field.Names[0].Name)
			orphans = append(orphans, Orphan{a.interfacesWith(decl), decl.pos, list[0]})
		}
	}
	return orphans
}

// interfacesWith lists the exported interfaces of the package that have a method, by embedding or not.
func (a *analysis) interfacesWith(decl *methodDecl) []string {
	var names []string
	scope := a.load.Types.Scope()
	for _, name := range scope.Names() {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !object.Exported() {
			continue
		}
		iface, ok := object.Type().Underlying().(*types.Interface)
		if !ok {
			continue
		}
		for i := range iface.NumMethods() {
			if iface.Method(i).Origin().Pos() == decl.field.Names[0].Pos() {
				names = append(names, name)
				break
			}
		}
	}
	return names
}

// isInterface tells whether a type is an interface by another name, or may be
// one: what cannot be resolved is reported later.
func (a *analysis) isInterface(spec *ast.TypeSpec) bool {
	object := a.object(spec.Name)
	return object != nil && (isInterface(object.Type()) || isInvalid(object.Type()))
}

// docText is the comment without its directives.
func docText(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	return group.Text()
}
