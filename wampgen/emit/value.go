package emit

import (
	"go/types"

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

// send writes the statements that put values into args.
func (f *file) send(args string, values []*model.Value, local []string, form model.Form, b *block) []jen.Code {
	switch form {
	case model.Struct:
		return []jen.Code{jen.Id(args).Dot("Struct").Call(jen.Id(local[0]))}
	case model.Keywords:
		var code []jen.Code
		for i, v := range values {
			code = append(code, keyword(args, v, local[i]))
		}
		return code
	}
	var code []jen.Code
	for i, v := range values {
		if v.Variadic {
			item := b.scope.Take("item", "element")
			code = append(code, jen.For(jen.List(jen.Id("_"), jen.Id(item)).Op(":=").Range().Id(local[i])).Block(f.sendOne(args, v, item)))
			continue
		}
		code = append(code, f.sendOne(args, v, local[i]))
	}
	return code
}

// sendOne writes args.Int(int64(x)) and the like.
func (f *file) sendOne(args string, v *model.Value, local string) jen.Code {
	value := jen.Id(local)
	if converts(v.Kind, elem(v)) {
		value = conversion(f.typeText(wireType(v.Kind)), value)
	}
	return jen.Id(args).Dot(method(v.Kind)).Call(value)
}

// keyword writes args.Keyword("x", x); an optional value that is not there is left out.
func keyword(args string, v *model.Value, local string) jen.Code {
	set := jen.Id(args).Dot("Keyword").Call(jen.Lit(v.Wire), jen.Id(local))
	if !v.Optional {
		return set
	}
	return jen.If(jen.Id(local).Op("!=").Nil()).Block(set)
}

// declare writes the statements that read values into new variables.
func (f *file) declare(in string, values []*model.Value, local []string, form model.Form) []jen.Code {
	var code []jen.Code
	for i, v := range values {
		target := jen.Id(local[i])
		switch {
		case form == model.Struct:
			code = append(code, f.declareStruct(in, v, local[i])...)
		case v.Kind != model.Any && !v.Variadic:
			code = append(code, target.Op(":=").Add(f.read(in, v)))
		default:
			code = append(code, jen.Var().Add(target).Id(f.typeText(v.Type)))
			code = append(code, readInto(in, v, local[i]))
		}
	}
	return code
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
func (f *file) assign(in string, values []*model.Value, local []string, form model.Form) []jen.Code {
	var code []jen.Code
	for i, v := range values {
		switch {
		case form == model.Struct:
			code = append(code, f.assignStruct(in, v, local[i])...)
		case v.Kind != model.Any:
			code = append(code, jen.Id(local[i]).Op("=").Add(f.read(in, v)))
		case form == model.Keywords:
			code = append(code, readInto(in, v, local[i])) // keyword left it out if nil
		default:
			code = append(code, jen.Id(in).Dot("Value").Call(jen.Lit(v.Wire), jen.Op("&").Id(local[i])))
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
