package analyze

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

// readSignature reads a procedure's parameters and results and reports
// whether they can travel.
func (a *analysis) readSignature(m *method, p *model.Procedure) bool {
	ok := a.checkContext(m)
	results := m.Signature.Results()
	if results.Len() == 0 || !isError(results.At(results.Len()-1).Type()) {
		if results.Len() == 1 && isStream(results.At(0).Type()) {
			a.complaints.Add(m.Pos, diag.NotSupported, "method %s: streams (%s as result) are not supported yet", m.Name, a.typeString(results.At(0).Type()))
		} else {
			a.complaints.Add(m.Pos, diag.MissingError, "method %s: the last result must be an error, since every call can fail", m.Name)
		}
		return false
	}
	p.Args, ok = a.args(m, ok)
	for i := range results.Len() - 1 {
		result, fine := a.value(m, results.At(i), false, "result", i, results.Len()-1)
		ok = ok && fine
		p.Results = append(p.Results, result)
	}
	return ok
}

// readTopicSignature reads a topic's parameters and reports whether they can travel.
func (a *analysis) readTopicSignature(m *method, t *model.Topic) bool {
	ok := a.checkContext(m)
	results := m.Signature.Results()
	switch {
	case results.Len() == 0 || !isError(results.At(results.Len()-1).Type()):
		a.complaints.Add(m.Pos, diag.MissingError, "method %s: the result must be an error, since every publication can fail", m.Name)
		ok = false
	case results.Len() > 1:
		a.complaints.Add(m.Pos, diag.TopicWithResult, "method %s: a topic has no results but the error: nobody answers an event", m.Name)
		ok = false
	}
	t.Args, ok = a.args(m, ok)
	return ok
}

// checkContext reports a first parameter that is no context.Context.
func (a *analysis) checkContext(m *method) bool {
	params := m.Signature.Params()
	if params.Len() > 0 && isContext(params.At(0).Type()) && !(m.Signature.Variadic() && params.Len() == 1) {
		return true
	}
	a.complaints.Add(m.Pos, diag.MissingContext, "method %s: the first parameter must be a context.Context", m.Name)
	return false
}

// args reads the parameters behind ctx; ok is what is known so far.
func (a *analysis) args(m *method, ok bool) ([]*model.Value, bool) {
	params := m.Signature.Params()
	var args []*model.Value
	first := 1
	if params.Len() > 1 && !isContext(params.At(0).Type()) {
		first = 0 // reported already
	}
	for i := first; i < params.Len(); i++ {
		variadic := m.Signature.Variadic() && i == params.Len()-1
		arg, fine := a.value(m, params.At(i), variadic, "parameter", i-first, params.Len()-first)
		ok = ok && fine
		args = append(args, arg)
	}
	return args, ok
}

// value reads the n-th of count parameters or results; role names which, for messages.
func (a *analysis) value(m *method, v *types.Var, variadic bool, role string, n, count int) (*model.Value, bool) {
	value := &model.Value{Name: v.Name(), Wire: v.Name(), Pos: a.valuePos(m, v), Type: v.Type(), Variadic: variadic}
	label := role + " " + v.Name()
	if v.Name() == "_" || v.Name() == "" {
		value.Name = ""
		value.Wire, label = unnamed(role, n, count)
	}
	value.Kind, value.Bits = kindOf(elem(value))
	_, value.Optional = v.Type().Underlying().(*types.Pointer)
	return value, a.checkType(m, value, label)
}

// elem is the type of one value: of a variadic parameter, the element.
func elem(v *model.Value) types.Type {
	if v.Variadic {
		return v.Type.(*types.Slice).Elem()
	}
	return v.Type
}

// unnamed is what a value without a name is called on the wire and in
// messages: result where it is alone, else result1 and so on.
func unnamed(role string, n, count int) (wire, label string) {
	wire = role
	if role == "parameter" {
		wire = "arg"
	}
	if count == 1 {
		return wire, "the " + role
	}
	number := strconv.Itoa(n + 1)
	return wire + number, role + " " + number
}

// valuePos is where a value stands, or its method where that is declared in another package.
func (a *analysis) valuePos(m *method, v *types.Var) token.Position {
	if m.field != nil && v.Pos().IsValid() && v.Pkg() == a.load.Types {
		return a.position(v.Pos())
	}
	return m.Pos
}

// checkType reports what is wrong with a value's type.
func (a *analysis) checkType(m *method, value *model.Value, label string) bool {
	switch t := value.Type; {
	case isStream(t):
		a.complaints.Add(value.Pos, diag.NotSupported, "method %s: %s: streams (%s) are not supported yet", m.Name, label, a.typeString(t))
		return false
	case isProgress(t):
		a.complaints.Add(value.Pos, diag.NotSupported, "method %s: %s: progress functions (%s) are not supported yet", m.Name, label, a.typeString(t))
		return false
	case isContext(t):
		a.complaints.Add(value.Pos, diag.BadType, "method %s: %s is a second context.Context", m.Name, label)
		return false
	}
	if hidden := a.unnameable(value.Type); hidden != "" {
		a.complaints.Add(value.Pos, diag.UnnameableType, "method %s: %s: %s cannot be named in this package", m.Name, label, hidden)
		return false
	}
	return a.reportBadTypes(m, elem(value), value.Pos, "method "+m.Name+": "+label)
}

// reportBadTypes reports everything in t that cannot travel, and whether there
// is nothing. m is the method that has it, nil for an error.
func (a *analysis) reportBadTypes(m *method, t types.Type, pos token.Position, label string) bool {
	_, err := a.types.Schema(t)
	if err == nil {
		return true
	}
	var all schema.TypeErrors
	if !errors.As(err, &all) {
		a.complaints.Add(pos, diag.BadType, "%s: %v", label, err)
		return false
	}
	for _, e := range all {
		if e.Type == types.Typ[types.Invalid].String() {
			a.complaints.Add(pos, diag.UnresolvedType, "%s: %s", label, a.unresolved(m, e, pos))
			continue
		}
		a.complaints.Add(pos, diag.BadType, "%s: %v", label, e)
	}
	return false
}

// unresolved words that a type is not known, with what the type checker says about it.
func (a *analysis) unresolved(m *method, e *schema.TypeError, pos token.Position) string {
	message := "the type cannot be resolved"
	if e.Path != "" {
		message = "the type of " + e.Path + " cannot be resolved"
	}
	if e.Pos.IsValid() {
		pos = a.position(e.Pos)
	}
	if hint := a.typeErrorOn(pos); hint != "" {
		return message + hint
	}
	return message + a.brokenImport(m)
}

func (a *analysis) typeString(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(a.load.Types))
}

// typeErrorOn is what the type checker said about the line of pos, for the end
// of a message.
func (a *analysis) typeErrorOn(pos token.Position) string {
	if message := a.load.TypeErrors.On(pos); message != "" {
		return ": " + message
	}
	return ""
}

// brokenImport names the import that a method's signature mentions and that
// could not be loaded, for the end of a message.
func (a *analysis) brokenImport(m *method) string {
	if m == nil || m.field == nil {
		return ""
	}
	var message string
	ast.Inspect(m.field.Type, func(n ast.Node) bool {
		ident, ok := n.(*ast.Ident)
		if !ok || message != "" {
			return true
		}
		if name, ok := a.load.Info.Uses[ident].(*types.PkgName); ok && !name.Imported().Complete() {
			message = ": package " + name.Imported().Path() + " cannot be loaded"
		}
		return true
	})
	return message
}

// unnameable returns the first type within t that emitted code could not write
// down, because it is unexported in another package, or that package is internal to others.
func (a *analysis) unnameable(t types.Type) string {
	var hidden string
	walkNames(t, func(name *types.TypeName) {
		if hidden == "" && name.Pkg() != nil && name.Pkg() != a.load.Types && !(name.Exported() && importable(name.Pkg().Path(), a.load.Path)) {
			hidden = name.Pkg().Path() + "." + name.Name()
		}
	})
	return hidden
}

// importable reports whether the package at path from may import the one at
// path: an internal package is for those below the parent of its internal folder.
func importable(path, from string) bool {
	path, from = "/"+path+"/", "/"+from+"/"
	internal := strings.LastIndex(path, "/internal/")
	return internal < 0 || strings.HasPrefix(from, path[:internal]+"/")
}

// walkNames calls f for every named type that t spells out.
func walkNames(t types.Type, f func(*types.TypeName)) {
	switch t := t.(type) {
	case *types.Alias:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			walkNames(arg, f)
		}
	case *types.Named:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			walkNames(arg, f)
		}
	case *types.Pointer:
		walkNames(t.Elem(), f)
	case *types.Slice:
		walkNames(t.Elem(), f)
	case *types.Array:
		walkNames(t.Elem(), f)
	case *types.Map:
		walkNames(t.Key(), f)
		walkNames(t.Elem(), f)
	case *types.Chan:
		walkNames(t.Elem(), f)
	case *types.Struct:
		for field := range t.Fields() {
			walkNames(field.Type(), f)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			walkNames(v.Type(), f)
		}
		for v := range t.Results().Variables() {
			walkNames(v.Type(), f)
		}
	}
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") }

func isNamed(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}

// isStream reports an iterator, by name or by shape.
func isStream(t types.Type) bool {
	if isNamed(t, "iter", "Seq2") || isNamed(t, "iter", "Seq") {
		return true
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return false
	}
	yield, ok := sig.Params().At(0).Type().Underlying().(*types.Signature)
	return ok && yield.Results().Len() == 1 && types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool])
}

// isProgress reports a func(P) error.
func isProgress(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	return ok && sig.Params().Len() == 1 && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}
