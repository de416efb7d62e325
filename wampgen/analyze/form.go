package analyze

import (
	"go/types"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

// kindOf says which of the runtime's readers and writers carries a type.
func kindOf(t types.Type) (model.Kind, int) {
	basic, _ := t.Underlying().(*types.Basic)
	switch schema.KindOf(t) {
	case schema.Bool:
		return model.Bool, 0
	case schema.Int, schema.Duration:
		return model.Int, bits(basic)
	case schema.Uint:
		return model.Uint, bits(basic)
	case schema.Float:
		return model.Float, bits(basic)
	case schema.String:
		return model.String, 0
	case schema.Bytes:
		if types.ConvertibleTo(t, byteSlice) && isSlice(t) {
			return model.Bytes, 0
		}
	}
	return model.Any, 0
}

var byteSlice = types.NewSlice(types.Typ[types.Byte])

func isSlice(t types.Type) bool {
	_, ok := t.Underlying().(*types.Slice)
	return ok
}

// bits is the size of a number as the runtime's readers take it: 0 for int and uint.
func bits(b *types.Basic) int {
	switch b.Kind() {
	case types.Int8, types.Uint8:
		return 8
	case types.Int16, types.Uint16:
		return 16
	case types.Int32, types.Uint32, types.Float32:
		return 32
	case types.Int64, types.Uint64, types.Float64:
		return 64
	}
	return 0
}

// isRequest reports a struct whose fields can be the keyword arguments, or a pointer to one.
func isRequest(v *model.Value) bool {
	t := v.Type
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return !v.Variadic && schema.KindOf(t) == schema.Struct
}

// argsForm decides how arguments travel; style is the value of args=.
func (a *analysis) argsForm(m *method, args []*model.Value, style string) model.Form {
	sole := len(args) == 1 && isRequest(args[0]) && !args[0].Keyword && (args[0].Name == "" || args[0].Wire == args[0].Name)
	switch {
	case len(args) == 0 || style == "list":
		return model.List
	case sole:
		return model.Struct
	case style == "kwargs":
		a.checkNamed(m, args, "args=kwargs", "parameter")
		return model.Keywords
	}
	return model.List
}

// resultForm decides how results travel; style is the value of result=.
func (a *analysis) resultForm(m *method, results []*model.Value, style string) model.Form {
	switch {
	case len(results) == 0 || style != "kwargs":
		return model.List
	case len(results) == 1 && isRequest(results[0]):
		return model.Struct
	}
	a.checkNamed(m, results, "result=kwargs", "result")
	return model.Keywords
}

// checkNamed reports values that must have a name to travel as keywords.
func (a *analysis) checkNamed(m *method, values []*model.Value, why, role string) {
	for _, v := range values {
		if v.Name == "" {
			a.complaints.Add(v.Pos, diag.NamesNeeded, "method %s: %s needs a name for every %s: the name is the keyword", m.Name, why, role)
		}
	}
}
