package emit

import (
	"encoding/json"
	"go/types"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

// wireType is the Go type that the runtime's direct reader and writer of a kind have.
func wireType(kind model.Kind) types.Type {
	switch kind {
	case model.Bool:
		return types.Typ[types.Bool]
	case model.Int:
		return types.Typ[types.Int64]
	case model.Uint:
		return types.Typ[types.Uint64]
	case model.Float:
		return types.Typ[types.Float64]
	case model.String:
		return types.Typ[types.String]
	case model.Bytes:
		return types.NewSlice(types.Typ[types.Byte])
	}
	return nil
}

// method is the reader's and writer's name for a kind.
func method(kind model.Kind) string {
	return [...]string{"Value", "Bool", "Int", "Uint", "Float", "String", "Bytes"}[kind]
}

// sized reports kinds whose reader takes the number of bits.
func sized(kind model.Kind) bool {
	return kind == model.Int || kind == model.Uint || kind == model.Float
}

// converts tells that a value of type t is not of its kind's own type.
func converts(kind model.Kind, t types.Type) bool {
	return kind != model.Any && !types.Identical(t, wireType(kind))
}

// elem is the type of one value: of a variadic parameter, the element.
func elem(v *model.Value) types.Type {
	if v.Variadic {
		return v.Type.(*types.Slice).Elem()
	}
	return v.Type
}

// conversion is type(value), with the parentheses that a type such as []byte needs not.
func conversion(typeText string, value jen.Code) *jen.Statement {
	return jen.Id(typeText).Call(value)
}

// message is what travels in one direction: the arguments of a call or an event, results, or
// an item of a stream.
type message struct {
	captures []*model.Capture
	values   []*model.Value
	form     model.Form
}

// inOrder lists positional values before those that travel by keyword only.
func (m message) inOrder() []*model.Value {
	var positional, keywords []*model.Value
	for _, v := range m.values {
		if v.Keyword && m.form == model.List {
			keywords = append(keywords, v)
		} else {
			positional = append(positional, v)
		}
	}
	return append(positional, keywords...)
}

// oneOf reports whether an interface with //wamp:oneof is among the values.
func (m message) oneOf() bool {
	return slices.ContainsFunc(m.values, func(v *model.Value) bool { return v.OneOf })
}

// empty reports that there is nothing to send.
func (m message) empty() bool { return len(m.captures)+len(m.values) == 0 }

// item is the message of one item of a stream.
func item(s *model.Stream) message { return message{values: []*model.Value{s.Item}} }

// send writes the statements that put a message into args.
func (f *file) send(args string, m message, local locals, b *block) []jen.Code {
	var code []jen.Code
	if m.oneOf() {
		code = append(code, jen.Id(args).Dot("Unions").Call(jen.Id(f.unions)))
	}
	for _, c := range m.captures {
		code = append(code, f.sendCapture(args, c, local[c.Value]))
	}
	if m.form == model.Struct {
		return append(code, jen.Id(args).Dot("Struct").Call(jen.Id(local[m.values[0]])))
	}
	for _, v := range m.inOrder() {
		switch {
		case m.form == model.Keywords || v.Keyword:
			code = append(code, keyword(args, v, local[v]))
		case v.Variadic:
			one := b.scope.Take("item", "element")
			code = append(code, jen.For(jen.List(jen.Id("_"), jen.Id(one)).Op(":=").Range().Id(local[v])).Block(f.sendOne(args, v, one)))
		default:
			code = append(code, f.sendOne(args, v, local[v]))
		}
	}
	return code
}

// sendCapture writes args.CaptureString("id", id) and the like.
func (f *file) sendCapture(args string, c *model.Capture, local string) jen.Code {
	v := c.Value
	value := jen.Id(local)
	switch {
	case v.Kind == model.Any:
		if !hasMethod(v.Type, "MarshalText") {
			value = jen.Op("&").Id(local)
		}
	case converts(v.Kind, v.Type):
		value = conversion(f.typeText(wireType(v.Kind)), value)
	}
	return jen.Id(args).Dot(captureMethod(c)).Call(jen.Lit(c.Name), value)
}

// hasMethod reports a method of values of t, not of pointers to them.
func hasMethod(t types.Type, name string) bool {
	return types.NewMethodSet(t).Lookup(nil, name) != nil
}

func captureMethod(c *model.Capture) string {
	switch {
	case c.Rest:
		return "CaptureRest"
	case c.Value.Kind == model.Any:
		return "CaptureText"
	}
	return "Capture" + method(c.Value.Kind)
}

// sendOne writes args.Int(int64(x)) and the like.
func (f *file) sendOne(args string, v *model.Value, local string) jen.Code {
	value := jen.Id(local)
	if converts(v.Kind, elem(v)) {
		value = conversion(f.typeText(wireType(v.Kind)), value)
	}
	return jen.Id(args).Dot(method(v.Kind)).Call(byReference(v, value))
}

// byReference passes the address of an interface with //wamp:oneof: the interface itself would
// be lost on the way to a parameter of type any.
func byReference(v *model.Value, value *jen.Statement) jen.Code {
	if _, ok := elem(v).Underlying().(*types.Interface); ok && v.OneOf {
		return jen.Op("&").Add(value)
	}
	return value
}

// keyword writes args.Keyword("x", x); a pointer that is nil is left out.
func keyword(args string, v *model.Value, local string) jen.Code {
	var value jen.Code = jen.Id(local)
	if !v.Variadic {
		value = byReference(v, jen.Id(local))
	}
	set := jen.Id(args).Dot("Keyword").Call(jen.Lit(v.Wire), value)
	if !v.Optional || v.Default != nil {
		return set
	}
	return jen.If(jen.Id(local).Op("!=").Nil()).Block(set)
}

// declare writes the statements that read a message into new variables.
func (f *file) declare(in string, m message, local locals) []jen.Code {
	var code []jen.Code
	if m.oneOf() {
		code = append(code, jen.Id(in).Dot("Unions").Call(jen.Id(f.unions)))
	}
	for _, c := range m.captures {
		code = append(code, f.declareCapture(in, c, local[c.Value])...)
	}
	if m.form == model.Struct {
		return append(code, f.declareStruct(in, m.values[0], local[m.values[0]])...)
	}
	for _, v := range m.inOrder() {
		target := jen.Id(local[v])
		switch {
		case v.Default != nil:
			code = append(code, f.declareDefault(in, v, local[v])...)
		case v.Kind != model.Any && !v.Variadic:
			code = append(code, target.Op(":=").Add(f.read(in, v)))
		default:
			code = append(code, jen.Var().Add(target).Id(f.typeText(v.Type)))
			code = append(code, readInto(in, v, local[v]))
		}
	}
	return code
}

// declareCapture reads a parameter from the URI.
func (f *file) declareCapture(in string, c *model.Capture, local string) []jen.Code {
	v, name := c.Value, jen.Lit(c.Name)
	if v.Kind == model.Any {
		return []jen.Code{
			jen.Var().Id(local).Id(f.typeText(v.Type)),
			jen.Id(in).Dot(captureMethod(c)).Call(name, jen.Op("&").Id(local)),
		}
	}
	arguments := []jen.Code{name}
	if sized(v.Kind) {
		arguments = append(arguments, jen.Lit(v.Bits))
	}
	read := jen.Id(in).Dot(captureMethod(c)).Call(arguments...)
	if converts(v.Kind, v.Type) {
		read = conversion(f.typeText(v.Type), read)
	}
	return []jen.Code{jen.Id(local).Op(":=").Add(read)}
}

// declareDefault reads a value that may be absent, unless it is.
func (f *file) declareDefault(in string, v *model.Value, local string) []jen.Code {
	return []jen.Code{
		jen.Id(local).Op(":=").Add(f.literal(v)),
		jen.If(jen.Op("!").Id(in).Dot("Absent").Call(jen.Lit(v.Wire))).Block(jen.Id(local).Op("=").Add(f.read(in, v))),
	}
}

// literal writes a default as a value of the parameter's type.
func (f *file) literal(v *model.Value) jen.Code {
	text := v.Default.Value.ExactString()
	if v.Kind == model.Float {
		text = string(v.Default.JSON.(json.Number))
	}
	untyped := map[model.Kind]types.BasicKind{model.Bool: types.Bool, model.Int: types.Int, model.Float: types.Float64, model.String: types.String}
	basic, plain := types.Unalias(v.Type).(*types.Basic)
	if kind, known := untyped[v.Kind]; plain && known && basic.Kind() == kind && (v.Kind != model.Float || strings.ContainsAny(text, ".e")) {
		return jen.Id(text)
	}
	return conversion(f.typeText(v.Type), jen.Id(text))
}

// declareStruct reads a request: into a new struct where the parameter is a pointer.
func (f *file) declareStruct(in string, v *model.Value, local string) []jen.Code {
	read := jen.Id(in).Dot("Struct")
	if p, ok := v.Type.Underlying().(*types.Pointer); ok {
		return []jen.Code{
			jen.Id(local).Op(":=").New(jen.Id(f.typeText(p.Elem()))),
			read.Call(jen.Id(local)),
		}
	}
	return []jen.Code{
		jen.Var().Id(local).Id(f.typeText(v.Type)),
		read.Call(jen.Op("&").Id(local)),
	}
}

// assign writes the statements that read results into variables that are
// there. The runtime's tolerance makes an absent one its zero value.
func (f *file) assign(in string, m message, local locals) []jen.Code {
	var code []jen.Code
	if m.oneOf() {
		code = append(code, jen.Id(in).Dot("Unions").Call(jen.Id(f.unions)))
	}
	for _, v := range m.values {
		switch {
		case m.form == model.Struct:
			code = append(code, f.assignStruct(in, v, local[v])...)
		case v.Kind != model.Any:
			code = append(code, jen.Id(local[v]).Op("=").Add(f.read(in, v)))
		case m.form == model.Keywords:
			code = append(code, readInto(in, v, local[v])) // keyword left it out if nil
		default:
			code = append(code, jen.Id(in).Dot("Value").Call(jen.Lit(v.Wire), jen.Op("&").Id(local[v])))
		}
	}
	return code
}

func (f *file) assignStruct(in string, v *model.Value, local string) []jen.Code {
	if p, ok := v.Type.Underlying().(*types.Pointer); ok {
		return []jen.Code{
			jen.Id(local).Op("=").New(jen.Id(f.typeText(p.Elem()))),
			jen.Id(in).Dot("Struct").Call(jen.Id(local)),
		}
	}
	return []jen.Code{jen.Id(in).Dot("Struct").Call(jen.Op("&").Id(local))}
}

// read writes in.Int("x", 0), converted to the value's type.
func (f *file) read(in string, v *model.Value) jen.Code {
	arguments := []jen.Code{jen.Lit(v.Wire)}
	if sized(v.Kind) {
		arguments = append(arguments, jen.Lit(v.Bits))
	}
	read := jen.Id(in).Dot(method(v.Kind)).Call(arguments...)
	if converts(v.Kind, v.Type) {
		return conversion(f.typeText(v.Type), read)
	}
	return read
}

// readInto writes in.Value("x", &x), or Optional or Rest.
func readInto(in string, v *model.Value, local string) jen.Code {
	reader := "Value"
	switch {
	case v.Variadic:
		reader = "Rest"
	case v.Optional:
		reader = "Optional"
	}
	return jen.Id(in).Dot(reader).Call(jen.Lit(v.Wire), jen.Op("&").Id(local))
}
