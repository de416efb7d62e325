package analyze

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

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
	value.OneOf = a.reachesOneOf(v.Type())
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
