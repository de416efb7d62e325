package emit

import (
	"fmt"
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

const iterPath = "iter"

// arguments is the message of a procedure's call.
func arguments(p *procedureNames) message {
	return message{captures: p.Captures, values: p.Args, form: p.ArgsForm}
}

// returnsStream reports a procedure whose result is an iterator.
func returnsStream(p *model.Procedure) bool {
	return p.Shape == model.ProgressiveResults || p.Shape == model.Bidirectional
}

// encoder writes func(args *runtime.Args) {…}, which sends a message whose values are at hand.
func (f *file) encoder(m message, local locals, b *block) jen.Code {
	if m.empty() {
		return jen.Nil()
	}
	args := b.scope.Take("args", "list")
	return jen.Func().Params(jen.Id(args).Op("*").Id(f.runtime()).Dot("Args")).Block(f.send(args, m, local, b)...)
}

// itemEncoder writes func(args *runtime.Args, item T) {…}.
func (f *file) itemEncoder(s *model.Stream, b *block) jen.Code {
	args, local := b.scope.Take("args", "list"), f.itemLocal(s, b)
	return jen.Func().Params(
		jen.Id(args).Op("*").Id(f.runtime()).Dot("Args"), jen.Id(local[s.Item]).Id(f.typeText(s.Item.Type)),
	).Block(f.send(args, item(s), local, b)...)
}

// itemDecoder writes func(in *runtime.Values) T {…}.
func (f *file) itemDecoder(s *model.Stream, b *block) jen.Code {
	in, local := b.scope.Take("in", "values"), f.itemLocal(s, b)
	head := jen.Func().Params(jen.Id(in).Op("*").Id(f.runtime()).Dot("Values"))
	if s.Item.Kind != model.Any {
		return head.Id(f.typeText(s.Item.Type)).Block(jen.Return(f.read(in, s.Item)))
	}
	body := f.assign(in, item(s), local)
	body = append(body, jen.Return(jen.Id(local[s.Item])))
	return head.Params(jen.Id(local[s.Item]).Id(f.typeText(s.Item.Type))).Block(body...)
}

func (f *file) itemLocal(s *model.Stream, b *block) locals {
	return locals{s.Item: b.scope.Take("item", "element")}
}

// progressReader writes the function that gives what arrived to the user's progress function.
func (f *file) progressReader(s *model.Stream, progress string, b *block) jen.Code {
	in, failure, local := b.scope.Take("in", "values"), b.scope.Take("err", "failure"), f.itemLocal(s, b)
	body := f.declare(in, item(s), local)
	body = append(body, checkRead(in, failure), jen.Return(jen.Id(progress).Call(jen.Id(local[s.Item]))))
	return jen.Func().Params(jen.Id(in).Op("*").Id(f.runtime()).Dot("Values")).Error().Block(body...)
}

// progressSender writes the progress function that the user's method gets.
func (f *file) progressSender(s *model.Stream, ctx string, b *block) jen.Code {
	local := locals{s.Item: b.local(s.Item.Name, "item")}
	return jen.Func().Params(jen.Id(local[s.Item]).Id(f.typeText(s.Item.Type))).Error().Block(
		jen.Return(jen.Id(f.runtime()).Dot("SendProgress").Call(jen.Id(ctx), f.encoder(item(s), local, b))),
	)
}

// input writes runtime.InputOf(chunks, …).
func (f *file) input(s *model.Stream, local string, b *block) jen.Code {
	return jen.Id(f.runtime()).Dot("InputOf").Call(f.asSeq(s, jen.Id(local)), f.itemEncoder(s, b))
}

// inputReader writes the iterator that the user's method gets.
func (f *file) inputReader(s *model.Stream, ctx string, b *block) jen.Code {
	seq := jen.Id(f.runtime()).Dot("InputFrom").Call(jen.Id(ctx), f.itemDecoder(s, b))
	if !f.converted(s) {
		return seq
	}
	return jen.Id(f.typeText(s.Param.Type)).Call(seq)
}

// asSeq converts an iterator of a type of the user's own to iter.Seq2.
func (f *file) asSeq(s *model.Stream, seq *jen.Statement) jen.Code {
	if !f.converted(s) {
		return seq
	}
	return jen.Id(f.imports.name(iterPath, "iter")).Dot("Seq2").Index(jen.List(jen.Id(f.typeText(s.Item.Type)), jen.Error())).Call(seq)
}

// isSeq2 reports iter.Seq2 itself.
func (f *file) isSeq2(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == iterPath && named.Obj().Name() == "Seq2"
}

// converted reports a stream whose iterator has a type of the user's own, to which one of
// iter.Seq2 cannot be assigned.
func (f *file) converted(s *model.Stream) bool {
	return !f.isSeq2(s.Param.Type) && isNamed(s.Param.Type)
}

func isNamed(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Named)
	return ok
}

// streamMethod emits a method of the client whose result is an iterator.
func (f *file) streamMethod(s *serviceNames, p *procedureNames) {
	b := f.newBlock(f.runtime(), p.variable)
	b.mentions(p.Params)
	b.reads([]*model.Value{p.Progress.Item, p.Progress.Param})
	b.sends(p.Args)
	b.captures(p.Captures)
	b.seq(p.Input)
	ctx := b.local(contextName(p.Method), "ctx")
	params := b.params(p.Params)
	receiver := b.scope.Take("c", "client")
	client := jen.Id(receiver).Dot(fieldName(s.Procedures, s.Skipped))
	call := []jen.Code{jen.Id(ctx), client, jen.Op("&").Id(p.variable), f.encoder(arguments(p), params, b.inner())}
	function := "CallResults"
	if p.Input != nil {
		function = "CallInputResults"
		call = append(call, f.input(p.Input, params[p.Input.Param], b.inner()))
	}
	call = append(call, f.itemDecoder(p.Progress, b.inner()))
	seq := jen.Id(f.runtime()).Dot(function).Call(call...)
	if f.converted(p.Progress) {
		seq = jen.Id(f.typeText(p.Progress.Param.Type)).Call(seq)
	}
	f.add(
		doc(methodDoc(p.Method, fmt.Sprintf("%s calls the procedure %s.", p.Name, p.Template), p.Deprecated, streamDoc(p))),
		jen.Func().Params(jen.Id(receiver).Op("*").Id(s.client)).Id(p.Name).
			Params(f.params(ctx, p.Params, params)...).Id(f.typeText(p.Progress.Param.Type)).
			Block(jen.Return(seq)),
	)
}

// streamDoc says what a caller must know about a stream.
func streamDoc(p *procedureNames) string {
	var sentences string
	switch p.Shape {
	case model.ProgressiveResults, model.Bidirectional:
		sentences = "The call is made when the range over the result starts, and each range makes one: who does not range does not call. " +
			"To leave the range cancels the call; an error is the last item."
	case model.ProgressAndResult, model.InputAndProgress:
		name := p.Progress.Param.Name
		if name == "" {
			name = "The function"
		}
		sentences = name + " runs for each report, one after the other, before the call returns; an error of it cancels the call and is what the call ends with."
	}
	if p.Input != nil {
		name := p.Input.Param.Name
		if name == "" {
			name = "The iterator"
		}
		sentences += " " + name + " is ranged over while the call runs, until the callee answers; an error in it cancels the call and is what the call ends with."
	}
	return wrap(sentences)
}

// streamResult writes the end of a handler whose method returns an iterator.
func (f *file) streamResult(p *procedureNames, ctx string, call jen.Code, b *block) jen.Code {
	return jen.Return(jen.Id(f.runtime()).Dot("SendResults").Call(jen.Id(ctx), f.asSeq(p.Progress, jen.Add(call)), f.itemEncoder(p.Progress, b)))
}

// unimplementedStream writes an iterator that holds nothing but the error.
func (f *file) unimplementedStream(s *serviceNames, p *procedureNames) jen.Code {
	b := f.newBlock(f.wamp(), "error", "bool")
	b.reads([]*model.Value{p.Progress.Item})
	ctx := b.local(contextName(p.Method), "ctx")
	params := b.params(p.Params)
	yield, none := b.scope.Take("yield"), b.scope.Take("none", "item")
	return jen.Func().Params(jen.Id(s.unimplemented)).Id(p.Name).
		Params(f.params(ctx, p.Params, params)...).Id(f.typeText(p.Progress.Param.Type)).
		Block(jen.Return(jen.Func().Params(jen.Id(yield).Func().Params(jen.Id(f.typeText(p.Progress.Item.Type)), jen.Error()).Bool()).Block(
			jen.Var().Id(none).Id(f.typeText(p.Progress.Item.Type)),
			jen.Id(yield).Call(jen.Id(none), f.notServed(s.Interface+"."+p.Name+" is not implemented")),
		)))
}
