package analyze

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
)

// method is a method of an annotated interface with its directives, which
// stand where it is declared: in the interface or in one it embeds.
type method struct {
	model.Method
	directives directives
	field      *ast.Field     // nil where it is declared in another package
	file       *ast.File      // where it is declared, nil where that is not at hand
	pkg        *types.Package // that declares it
}

// skipped tells that a method is no procedure or topic.
func (m *method) skipped() bool {
	return m.directives.one(directive.Skip) != nil || !token.IsExported(m.Name)
}

// checkSkip reports what a skipped method does not take.
func (a *analysis) checkSkip(m *method) {
	for _, d := range m.directives {
		switch {
		case d.Verb == directive.Skip:
		case m.directives.one(directive.Skip) != nil:
			a.complaints.Add(d.Pos, diag.Conflict, "%s has both //wamp:skip and //wamp:%s", m.Name, d.Verb)
		default:
			a.complaints.Add(d.Pos, diag.WrongPlace, "//wamp:%s has no effect on %s: only exported methods travel", d.Verb, m.Name)
		}
	}
}

// checkVerb reports directives that belong to the other sort of interface.
func (a *analysis) checkVerb(m *method, want directive.Verb) {
	for _, d := range m.directives {
		if d.Verb != want && d.Verb != directive.Argument {
			a.complaints.Add(d.Pos, diag.WrongPlace, "//wamp:%s belongs on a method of an interface with //wamp:%s; here it is //wamp:%s", d.Verb, interfaceVerb(d.Verb), want)
		}
	}
}

func interfaceVerb(verb directive.Verb) directive.Verb {
	if verb == directive.Topic {
		return directive.Topics
	}
	return directive.Service
}

// flatten lists the methods of an interface in the order of declaration, with
// those of embedded interfaces where the interface is embedded.
func (a *analysis) flatten(decl *typeDecl, iface *types.Interface) []*method {
	f := flattening{analysis: a, seen: map[string]bool{}, name: decl.spec.Name.Name, pos: a.position(decl.spec.Name.Pos())}
	f.add(iface)
	return f.methods
}

type flattening struct {
	*analysis
	name    string
	pos     token.Position // to complain at about what is declared elsewhere
	seen    map[string]bool
	methods []*method
}

// part is a method or an embedded interface, in source order.
type part struct {
	pos   token.Pos
	fn    *types.Func
	embed types.Type
}

func (f *flattening) add(iface *types.Interface) {
	var parts []part
	for fn := range iface.ExplicitMethods() {
		parts = append(parts, part{pos: fn.Pos(), fn: fn})
	}
	embeds := f.embeddedPositions(iface)
	for i := range iface.NumEmbeddeds() {
		pos := token.NoPos
		if i < len(embeds) {
			pos = embeds[i]
		}
		parts = append(parts, part{pos: pos, embed: iface.EmbeddedType(i)})
	}
	slices.SortStableFunc(parts, func(x, y part) int { return int(x.pos) - int(y.pos) })
	for _, p := range parts {
		if p.fn != nil {
			f.method(p.fn)
			continue
		}
		outer := f.pos
		if p.pos.IsValid() {
			f.pos = f.position(p.pos)
		}
		f.embedded(p.embed)
		f.pos = outer
	}
}

// embeddedPositions are the places of the embedded interfaces, in source order,
// which is also the order of [types.Interface.EmbeddedType]. They are unknown
// for interfaces of other packages and for instances of generic ones.
func (a *analysis) embeddedPositions(t *types.Interface) []token.Pos {
	iface := a.syntax[t]
	if iface == nil {
		return nil
	}
	var result []token.Pos
	for _, field := range iface.Methods.List {
		if len(field.Names) == 0 {
			result = append(result, field.Pos())
		}
	}
	return result
}

func (f *flattening) embedded(t types.Type) {
	if isInvalid(t) {
		f.complaints.Add(f.pos, diag.UnresolvedType, "interface %s embeds a type that cannot be resolved%s", f.name, f.typeErrorOn(f.pos))
		return
	}
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return // a constraint, reported before
	}
	f.add(iface)
}

func (f *flattening) method(fn *types.Func) {
	if f.seen[fn.Id()] {
		return
	}
	f.seen[fn.Id()] = true
	m := &method{Method: model.Method{Name: fn.Name(), Pos: f.pos, Signature: fn.Signature()}, pkg: fn.Pkg()}
	decl := f.declaration(fn)
	if decl != nil {
		decl.used = true
		m.Doc, m.directives, m.file = decl.doc, decl.directives, decl.file
		if fn.Pkg() == f.load.Types {
			m.field, m.Pos = decl.field, decl.pos
		}
	}
	if !fn.Exported() && fn.Pkg() != f.load.Types {
		f.complaints.Add(f.pos, diag.HiddenMethod, "%s embeds the unexported method %s of package %s, which no other package can implement", f.name, fn.Name(), fn.Pkg().Path())
		return
	}
	f.methods = append(f.methods, m)
}

// declaration finds where a method is written, nil where the source is not at hand.
func (a *analysis) declaration(fn *types.Func) *methodDecl {
	fn = fn.Origin()
	if decl := a.methods[fn.Pos()]; decl != nil {
		return decl
	}
	if fn.Pkg() == nil || fn.Pkg() == a.load.Types {
		return nil
	}
	pos := a.position(fn.Pos())
	if decl, known := a.foreign[pos]; known {
		return decl
	}
	var decl *methodDecl
	if field, file := a.load.Sources.Method(fn.Name(), pos); field != nil {
		decl = &methodDecl{field: field, file: file, pos: pos, doc: docText(field.Doc), directives: a.readForeign(field.Doc, directive.OnMethod)}
	}
	a.foreign[pos] = decl
	return decl
}

// readForeign parses directives in a file of another package.
func (a *analysis) readForeign(group *ast.CommentGroup, place directive.Place) directives {
	if group == nil {
		return nil
	}
	var found directives
	for _, comment := range group.List {
		if d := directive.Parse(a.load.Sources.Fset(), comment.Slash, comment.Text, &a.complaints); d != nil && d.Verb.Places()&place != 0 {
			found = append(found, d)
		}
	}
	return found
}
