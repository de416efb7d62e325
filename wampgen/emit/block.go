package emit

import (
	"go/types"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
	"github.com/wampkit/wampkit/wampgen/names"
)

// block allocates the names within one function. What the body needs from
// outside is reserved first, so that no parameter hides it.
type block struct {
	file  *file
	scope *names.Scope
}

// newBlock reserves the identifiers that the body uses.
func (f *file) newBlock(uses ...string) *block {
	b := &block{file: f, scope: names.NewScope("nil")}
	b.scope.Reserve(uses...)
	return b
}

// reads reserves what reading values of these types into variables mentions.
func (b *block) reads(values []*model.Value) {
	for _, v := range values {
		b.scope.Reserve(idents(b.file.typeText(v.Type))...)
	}
}

// sends reserves what sending values mentions.
func (b *block) sends(values []*model.Value) {
	for _, v := range values {
		if converts(v.Kind, elem(v)) {
			b.scope.Reserve(idents(b.file.typeText(wireType(v.Kind)))...)
		}
	}
}

// locals names one variable for each value: as the user calls it where possible.
func (b *block) locals(values []*model.Value) []string {
	var locals []string
	for _, v := range values {
		locals = append(locals, b.local(v.Name, v.Wire))
	}
	return locals
}

func (b *block) local(name, otherwise string) string {
	if name == "" || name == "_" {
		name = otherwise
	}
	return b.scope.Take(name, name+"_")
}

// params writes a parameter list that begins with ctx.
func (f *file) params(ctx string, values []*model.Value, local []string) []jen.Code {
	params := []jen.Code{jen.Id(ctx).Id(f.context()).Dot("Context")}
	for i, v := range values {
		if v.Variadic {
			params = append(params, jen.Id(local[i]).Op("...").Id(f.typeText(elem(v))))
			continue
		}
		params = append(params, jen.Id(local[i]).Id(f.typeText(v.Type)))
	}
	return params
}

// ids writes names as expressions.
func ids(names []string) []jen.Code {
	var code []jen.Code
	for _, name := range names {
		code = append(code, jen.Id(name))
	}
	return code
}

// callArgs are the arguments of a call to the user's method.
func callArgs(ctx string, values []*model.Value, local []string) []jen.Code {
	args := []jen.Code{jen.Id(ctx)}
	for i, v := range values {
		arg := jen.Id(local[i])
		if v.Variadic {
			arg.Op("...")
		}
		args = append(args, arg)
	}
	return args
}

// contextName is what the user calls the method's ctx.
func contextName(m model.Method) string {
	if m.Signature.Params().Len() == 0 {
		return "ctx"
	}
	return m.Signature.Params().At(0).Name()
}

// errorName is what the user calls the method's error.
func errorName(m model.Method) string {
	results := m.Signature.Results()
	if results.Len() == 0 {
		return ""
	}
	return results.At(results.Len() - 1).Name()
}

// results writes a result list that ends in an error: without names where
// there is nothing but the error and it has none.
func (f *file) results(values []*model.Value, local []string, failure string) []jen.Code {
	var results []jen.Code
	for i, v := range values {
		results = append(results, jen.Id(local[i]).Id(f.typeText(v.Type)))
	}
	if failure == "" {
		return append(results, jen.Error())
	}
	return append(results, jen.Id(failure).Error())
}

// skippedMethod writes a method that does not travel: it fails with the error
// that the message makes, or panics where its signature has no error.
func (f *file) skippedMethod(receiver, receiverType string, m model.Method, message string) jen.Code {
	b := f.newBlock("panic", f.wamp())
	params, results := m.Signature.Params(), m.Signature.Results()
	fails := results.Len() > 0 && types.Identical(results.At(results.Len()-1).Type(), types.Universe.Lookup("error").Type())
	var in, out []jen.Code
	for i := range params.Len() {
		name := b.local(params.At(i).Name(), "arg"+strconv.Itoa(i+1))
		if t := params.At(i).Type(); m.Signature.Variadic() && i == params.Len()-1 {
			in = append(in, jen.Id(name).Op("...").Id(f.typeText(t.(*types.Slice).Elem())))
		} else {
			in = append(in, jen.Id(name).Id(f.typeText(t)))
		}
	}
	var local []string
	for i := range results.Len() {
		otherwise := "result" + strconv.Itoa(i+1)
		if fails && i == results.Len()-1 {
			otherwise = "err"
		}
		local = append(local, b.local(results.At(i).Name(), otherwise))
		out = append(out, jen.Id(local[i]).Id(f.typeText(results.At(i).Type())))
	}
	self := b.scope.Take(receiver, receiver+"_")
	body := jen.Panic(jen.Lit(message))
	if fails {
		values := ids(local[:len(local)-1])
		body = jen.Return(append(values, f.notServed(message))...)
	}
	return jen.Func().Params(jen.Id(self).Id(receiverType)).Id(m.Name).Params(in...).Params(out...).Block(body)
}

// notServed writes the error of a method that no peer is asked for.
func (f *file) notServed(message string) jen.Code {
	return jen.Id(f.wamp()).Dot("NewError").Call(jen.Id(f.wamp()).Dot("ErrNoSuchProcedure"), jen.Lit(message))
}
