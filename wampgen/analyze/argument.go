package analyze

import (
	"encoding/json"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"time"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
)

// readArgDirectives applies every //wamp:arg of a method to its arguments, and reports those
// that fit none.
func (a *analysis) readArgDirectives(m *method, args []*model.Value, captures []*model.Capture) bool {
	before := len(a.complaints)
	seen := map[string]bool{}
	for _, d := range m.directives {
		if d.Verb != directive.Argument {
			continue
		}
		name, pos, ok := d.Positional()
		switch {
		case !ok: // reported by the parser
		case seen[name]:
			a.complaints.Add(pos, diag.RepeatedArgument, "method %s: parameter %s has two //wamp:arg: put everything into one", m.Name, name)
		default:
			a.applyArgDirective(m, d, name, pos, args, captures)
		}
		seen[name] = true
	}
	a.checkWireNames(m, args)
	return len(a.complaints) == before
}

func (a *analysis) applyArgDirective(m *method, d *directive.Directive, name string, pos token.Position, args []*model.Value, captures []*model.Capture) {
	if slices.ContainsFunc(captures, func(c *model.Capture) bool { return c.Name == name }) {
		a.complaints.Add(pos, diag.UnknownParameter, "method %s: //wamp:arg %s: the parameter is captured by the URI and is no argument", m.Name, name)
		return
	}
	i := slices.IndexFunc(args, func(v *model.Value) bool { return v.Name == name && name != "" })
	if i < 0 {
		a.complaints.Add(pos, diag.UnknownParameter, "method %s: //wamp:arg %s: no argument has that name%s", m.Name, name, nearParameter(name, args))
		return
	}
	v := args[i]
	v.Keyword = d.Flag("kw", false)
	if wire, ok := d.Text("name"); ok {
		v.Wire = wire
	}
	if text, ok := d.Text("default"); ok {
		a.setDefault(m, v, text, d.PosOf("default"))
	}
}

// setDefault gives a parameter the value that it has when a caller leaves it out.
func (a *analysis) setDefault(m *method, v *model.Value, text string, pos token.Position) {
	switch {
	case v.Variadic:
		a.complaints.Add(pos, diag.BadValue, "method %s: parameter %s: a variadic parameter has no default: without arguments it is empty", m.Name, v.Name)
		return
	case v.Optional:
		a.complaints.Add(pos, diag.BadValue, "method %s: parameter %s: a pointer that is left out is nil: take the default away, or the pointer", m.Name, v.Name)
		return
	}
	value, want := defaultValue(v, text)
	if value == nil {
		a.complaints.Add(pos, diag.BadValue, "method %s: parameter %s (%s): the default %q must be %s", m.Name, v.Name, a.typeString(v.Type), text, want)
		return
	}
	v.Default, v.Optional = &model.Default{Value: value, JSON: jsonValue(value)}, true
}

// defaultValue reads a default as the parameter's type has it; else want says what it must be.
func defaultValue(v *model.Value, text string) (value constant.Value, want string) {
	basic, _ := v.Type.Underlying().(*types.Basic)
	switch v.Kind {
	case model.Bool:
		if b, err := strconv.ParseBool(text); err == nil {
			return constant.MakeBool(b), ""
		}
		return nil, "true or false"
	case model.String:
		return constant.MakeString(text), ""
	case model.Int:
		if schema.KindOf(v.Type) == schema.Duration {
			if d, err := time.ParseDuration(text); err == nil {
				return constant.MakeInt64(int64(d)), ""
			}
			return nil, "a duration, such as 5s"
		}
		if n, err := strconv.ParseInt(text, 10, width(v.Bits)); err == nil {
			return constant.MakeInt64(n), ""
		}
		return nil, "an integer in the range of " + basic.Name()
	case model.Uint:
		if n, err := strconv.ParseUint(text, 10, width(v.Bits)); err == nil {
			return constant.MakeUint64(n), ""
		}
		return nil, "an integer in the range of " + basic.Name()
	case model.Float:
		if f := constant.MakeFromLiteral(text, token.FLOAT, 0); f.Kind() != constant.Unknown {
			return f, ""
		}
		if f, err := strconv.ParseFloat(text, width(v.Bits)); err == nil && constant.MakeFloat64(f).Kind() != constant.Unknown {
			return constant.MakeFloat64(f), ""
		}
		return nil, "a number"
	}
	return nil, "that of a boolean, a number, a string or a time.Duration: other types have none"
}

// width is the size of a number in bits; int counts as 64.
func width(bits int) int {
	if bits == 0 {
		return 64
	}
	return bits
}

func jsonValue(v constant.Value) any {
	switch v.Kind() {
	case constant.Bool:
		return constant.BoolVal(v)
	case constant.String:
		return constant.StringVal(v)
	case constant.Int:
		return json.Number(v.ExactString())
	}
	f, _ := constant.Float64Val(v)
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// checkWireNames reports two arguments with one name on the wire.
func (a *analysis) checkWireNames(m *method, args []*model.Value) {
	first := map[string]*model.Value{}
	for _, v := range args {
		other := first[v.Wire]
		if other == nil {
			first[v.Wire] = v
			continue
		}
		if v.Wire != v.Name || other.Wire != other.Name { // else Go reports it
			a.complaints.Add(m.argPos(v, other), diag.Conflict, "method %s: the parameters %s and %s are both called %q on the wire", m.Name, shownName(other), shownName(v), v.Wire)
		}
	}
}

// argPos is the name= that one of the values has.
func (m *method) argPos(values ...*model.Value) token.Position {
	for _, v := range values {
		for _, d := range m.directives {
			if name, _, _ := d.Positional(); d.Verb == directive.Argument && name == v.Name && name != "" {
				if _, ok := d.Text("name"); ok {
					return d.PosOf("name")
				}
			}
		}
	}
	return values[0].Pos
}

func shownName(v *model.Value) string {
	if v.Name == "" {
		return "_"
	}
	return v.Name
}
