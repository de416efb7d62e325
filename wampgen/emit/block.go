package emit

import (
	"go/token"
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

// inner is for a function literal within the block.
func (b *block) inner() *block { return &block{file: b.file, scope: b.scope.Inner()} }

// mentions reserves what the types of parameters mention, for a body that has them in a
// conversion or a function literal.
func (b *block) mentions(params []model.Param) {
	for _, p := range params {
		v := valueOf(p)
		stream := p.Progress
		if p.Input != nil {
			stream = p.Input
		}
		if stream != nil && !b.file.converted(stream) {
			v = stream.Item
		}
		b.scope.Reserve(idents(b.file.typeText(v.Type))...)
	}
}

// reads reserves what reading values of these types into variables mentions.
func (b *block) reads(values []*model.Value) {
	for _, v := range values {
		b.scope.Reserve(idents(b.file.typeText(v.Type))...)
		if v.OneOf {
			b.scope.Reserve(b.file.unions)
		}
	}
}

// sends reserves what sending values mentions.
func (b *block) sends(values []*model.Value) {
	for _, v := range values {
		if converts(v.Kind, elem(v)) {
			b.scope.Reserve(idents(b.file.typeText(wireType(v.Kind)))...)
		}
		if v.OneOf {
			b.scope.Reserve(b.file.unions)
		}
	}
}

// captures reserves what sending captures mentions.
func (b *block) captures(captures []*model.Capture) {
	for _, c := range captures {
		b.sends([]*model.Value{c.Value})
	}
}

// seq reserves the package of iterators where one of the user's own type is converted.
func (b *block) seq(s *model.Stream) {
	if s != nil && b.file.converted(s) {
		b.scope.Reserve(b.file.imports.name(iterPath, "iter"))
	}
}

// locals are what values are called within one function.
type locals map[*model.Value]string

// of lists the names of values in order.
func (l locals) of(values []*model.Value) []string {
	var names []string
	for _, v := range values {
		names = append(names, l[v])
	}
	return names
}

// valueOf is the value that holds a parameter.
func valueOf(p model.Param) *model.Value {
	switch {
	case p.Capture != nil:
		return p.Capture.Value
	case p.Progress != nil:
		return p.Progress.Param
	case p.Input != nil:
		return p.Input.Param
	}
	return p.Arg
}

// params names one variable for each parameter: as the user calls it where possible.
func (b *block) params(params []model.Param) locals {
	named := locals{}
	for _, p := range params {
		v := valueOf(p)
		named[v] = b.local(v.Name, v.Wire)
	}
	return named
}

// values names one variable for each value.
func (b *block) values(values []*model.Value) locals {
	named := locals{}
	for _, v := range values {
		named[v] = b.local(v.Name, v.Wire)
	}
	return named
}

func (b *block) local(name, otherwise string) string {
	if name == "" || name == "_" {
		name = otherwise
	}
	if !token.IsIdentifier(name) {
		name = "arg" // only a name on the wire
	}
	return b.scope.Take(name, name+"_")
}

// params writes a parameter list that begins with ctx.
func (f *file) params(ctx string, params []model.Param, local locals) []jen.Code {
	list := []jen.Code{jen.Id(ctx).Id(f.context()).Dot("Context")}
	for _, p := range params {
		v := valueOf(p)
		if v.Variadic {
			list = append(list, jen.Id(local[v]).Op("...").Id(f.typeText(elem(v))))
			continue
		}
		list = append(list, jen.Id(local[v]).Id(f.typeText(v.Type)))
	}
	return list
}

// ids writes names as expressions.
func ids(names []string) []jen.Code {
	var code []jen.Code
	for _, name := range names {
		code = append(code, jen.Id(name))
	}
	return code
}

// callArgs are the arguments of a call to the user's method, in which streams stand for
// the parameters that hold one.
func callArgs(ctx string, params []model.Param, local locals, streams map[*model.Stream]jen.Code) []jen.Code {
	args := []jen.Code{jen.Id(ctx)}
	for _, p := range params {
		switch {
		case p.Progress != nil:
			args = append(args, streams[p.Progress])
			continue
		case p.Input != nil:
			args = append(args, streams[p.Input])
			continue
		}
		v := valueOf(p)
		arg := jen.Id(local[v])
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
func (f *file) results(values []*model.Value, local locals, failure string) []jen.Code {
	var results []jen.Code
	for _, v := range values {
		results = append(results, jen.Id(local[v]).Id(f.typeText(v.Type)))
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
