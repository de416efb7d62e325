package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

// service emits everything of one service.
func (f *file) service(s *serviceNames) {
	f.procedureURIs(s)
	f.procedures(s)
	f.client(s)
	for _, p := range s.procedures {
		if returnsStream(p.Procedure) {
			f.streamMethod(s, p)
		} else {
			f.clientMethod(s, p)
		}
	}
	for _, m := range s.Skipped {
		f.add(
			says("%s is not a procedure: %s has it for in-process use only.", m.Name, s.Interface),
			f.skippedMethod("c", "*"+s.client, *m, s.Interface+"."+m.Name+" does not travel over WAMP"),
		)
	}
	f.register(s)
	f.unimplemented(s)
	f.catalog(s.Interface, s.catalog, s.catalogHash)
}

func (f *file) procedureURIs(s *serviceNames) {
	var consts []jen.Code
	for _, p := range s.procedures {
		consts = append(consts, f.uri(p.uri, p.URI, p.Template))
	}
	f.add(says("Procedures of %s.", s.Interface), jen.Const().Defs(consts...))
}

// procedures emits the variables that client and registration share.
func (f *file) procedures(s *serviceNames) {
	if s.errors != "" {
		f.add(f.errorList(s.errors, s.Errors))
	}
	for _, p := range s.procedures {
		if p.errors != "" {
			f.add(f.errorList(p.errors, p.Errors))
		}
	}
	var vars []jen.Code
	for _, p := range s.procedures {
		vars = append(vars, jen.Id(p.variable).Op("=").Id(f.runtime()).Dot("Procedure").Values(f.procedureFields(s, p)...))
	}
	f.add(jen.Var().Defs(vars...))
}

func (f *file) procedureFields(s *serviceNames, p *procedureNames) []jen.Code {
	fields := fieldList{}
	fields.set("URI", jen.Id(p.uri))
	f.setPattern(&fields, p.Match, p.Captures)
	if p.Invoke != "" {
		fields.set("Invoke", jen.Lit(p.Invoke))
	}
	if p.Timeout != 0 {
		fields.set("Timeout", f.duration(p.Timeout))
	}
	fields.flag("Idempotent", p.Idempotent)
	fields.flag("DiscloseMe", p.Disclose)
	if p.Concurrency != 0 {
		fields.set("Concurrency", jen.Lit(p.Concurrency))
	}
	fields.flag("Progressive", returnsStream(p.Procedure))
	fields.flag("Input", p.Input != nil)
	switch {
	case p.errors != "":
		fields.set("Errors", jen.Id(p.errors))
	case !p.OwnErrors && s.errors != "":
		fields.set("Errors", jen.Id(s.errors))
	}
	return fields
}

// uri writes a constant; a pattern has the URI with its captures behind it.
func (f *file) uri(name, uri, template string) jen.Code {
	declared := jen.Id(name).Id(f.wamp()).Dot("URI").Op("=").Lit(uri)
	if uri != template {
		declared.Comment(template)
	}
	return declared
}

// setPattern says how a URI matches.
func (f *file) setPattern(fields *fieldList, match string, captures []*model.Capture) {
	switch match {
	case "prefix":
		fields.set("Match", jen.Id(f.wamp()).Dot("MatchPrefix"))
	case "wildcard":
		fields.set("Match", jen.Id(f.wamp()).Dot("MatchWildcard"))
	}
	if len(captures) > 0 {
		var names []jen.Code
		for _, c := range captures {
			names = append(names, jen.Lit(c.Name))
		}
		fields.set("Captures", jen.Index().String().Values(names...))
	}
}

// fieldList is the inside of a composite literal, in the order of the calls.
type fieldList []jen.Code

func (l *fieldList) set(name string, value jen.Code) {
	*l = append(*l, jen.Id(name).Op(":").Add(value))
}

func (l *fieldList) flag(name string, set bool) {
	if set {
		l.set(name, jen.True())
	}
}

func (f *file) client(s *serviceNames) {
	b := f.newBlock(f.runtime(), s.client)
	receiver, session, opts := b.scope.Take("c"), b.scope.Take("s", "session"), b.scope.Take("opts", "options")
	field := fieldName(s.Procedures, s.Skipped)
	pointer := jen.Op("*").Id(s.client)
	options := jen.Id(opts).Op("...").Id(f.runtime()).Dot("CallOption")

	f.add(
		doc(paragraphs(wrap(fmt.Sprintf("%s calls %s over WAMP. It is safe for concurrent use.", s.client, s.Interface)), s.Doc)),
		jen.Type().Id(s.client).Struct(jen.Id(field).Id(f.runtime()).Dot("Client")),
	)
	f.add(jen.Var().Id("_").Id(s.Interface).Op("=").Parens(pointer.Clone()).Call(jen.Nil()))
	f.add(
		says("%s returns a client that calls through s, with opts for every call.", s.newClient),
		jen.Func().Id(s.newClient).Params(jen.Id(session).Id(f.runtime()).Dot("Caller"), options.Clone()).Add(pointer.Clone()).Block(
			jen.Return(jen.Op("&").Id(s.client).Values(jen.Id(field).Op(":").Id(f.runtime()).Dot("NewClient").Call(jen.Id(session), jen.Id(opts).Op("...")))),
		),
	)
	f.add(
		says("With returns a client that also has opts, which win over those it was made with."),
		jen.Func().Params(jen.Id(receiver).Add(pointer.Clone())).Id("With").Params(options.Clone()).Add(pointer.Clone()).Block(
			jen.Return(jen.Op("&").Id(s.client).Values(jen.Id(field).Op(":").Id(receiver).Dot(field).Dot("With").Call(jen.Id(opts).Op("...")))),
		),
	)
}

// fieldName is what the emitted type calls its only field: no method may have the name.
func fieldName(procedures []*model.Procedure, skipped []*model.Method) string {
	taken := map[string]bool{}
	for _, p := range procedures {
		taken[p.Name] = true
	}
	for _, m := range skipped {
		taken[m.Name] = true
	}
	name := "client"
	for taken[name] {
		name += "_"
	}
	return name
}

func (f *file) clientMethod(s *serviceNames, p *procedureNames) {
	b := f.newBlock(f.runtime(), p.variable)
	b.sends(p.Args)
	b.captures(p.Captures)
	b.reads(p.Results)
	if p.ResultForm == model.Struct {
		b.scope.Reserve("new") // see assignStruct
	}
	if p.Shape != model.Unary {
		b.mentions(p.Params)
		b.reads(streamItems(p))
		b.seq(p.Input)
	}
	ctx := b.local(contextName(p.Method), "ctx")
	params, results := b.params(p.Params), b.values(p.Results)
	failure := ""
	if name := errorName(p.Method); len(results) > 0 || name != "" && name != "_" {
		failure = b.local(name, "err")
	}
	signature := f.params(ctx, p.Params, params)
	returns := f.results(p.Results, results, failure)
	if failure == "" {
		failure = b.scope.Take("err", "failure")
	}
	receiver, args, out := b.scope.Take("c", "client"), b.scope.Take("args", "list"), b.scope.Take("out", "reply")

	var body []jen.Code
	list := jen.Id(f.runtime()).Dot("NewArgs").Call()
	if m := arguments(p); !m.empty() {
		body = append(body, jen.Id(args).Op(":=").Add(list))
		body = append(body, f.send(args, m, params, b)...)
		list = jen.Id(args)
	}
	client := jen.Id(receiver).Dot(fieldName(s.Procedures, s.Skipped))
	values := ids(results.of(p.Results))
	body = append(body,
		jen.List(jen.Id(out), jen.Id(failure)).Op(":=").Add(f.call(p, client, ctx, list, params, b)),
		jen.If(jen.Id(failure).Op("!=").Nil()).Block(jen.Return(append(slices.Clone(values), jen.Id(failure))...)),
	)
	body = append(body, f.assign(out, message{values: p.Results, form: p.ResultForm}, results)...)
	body = append(body, jen.Return(append(values, jen.Id(out).Dot("Err").Call())...))

	f.add(
		doc(methodDoc(p.Method, fmt.Sprintf("%s calls the procedure %s.", p.Name, p.Template), p.Deprecated, streamDoc(p))),
		jen.Func().Params(jen.Id(receiver).Op("*").Id(s.client)).Id(p.Name).Params(signature...).Params(returns...).Block(body...),
	)
}

// streamItems are the items of a procedure's streams.
func streamItems(p *procedureNames) []*model.Value {
	var items []*model.Value
	for _, s := range []*model.Stream{p.Progress, p.Input} {
		if s != nil {
			items = append(items, s.Item)
		}
	}
	return items
}

// call writes the call of a procedure that returns no iterator.
func (f *file) call(p *procedureNames, client *jen.Statement, ctx string, list jen.Code, local locals, b *block) jen.Code {
	method := "Call"
	arguments := []jen.Code{jen.Id(ctx), jen.Op("&").Id(p.variable), list}
	if p.Input != nil {
		method += "Input"
		arguments = append(arguments, f.input(p.Input, local[p.Input.Param], b.inner()))
	}
	if p.Progress != nil {
		method += "Progress"
		arguments = append(arguments, f.progressReader(p.Progress, local[p.Progress.Param], b.inner()))
	}
	return client.Dot(method).Call(arguments...)
}

// methodDoc is what the user wrote above the method, or else a sentence of ours, and what
// else a caller must know.
func methodDoc(m model.Method, otherwise, deprecated, more string) string {
	text := m.Doc
	if text == "" {
		text = otherwise
	}
	if strings.Contains("\n"+text, "\nDeprecated: ") {
		deprecated = "" // said already
	}
	if deprecated != "" {
		deprecated = "Deprecated: " + deprecated
	}
	return paragraphs(text, more, deprecated)
}

func (f *file) register(s *serviceNames) {
	b := f.newBlock(f.context(), f.runtime(), s.Interface)
	ctx, session, impl, opts := b.scope.Take("ctx"), b.scope.Take("s", "session"), b.scope.Take("impl", "implementation"), b.scope.Take("opts", "options")
	var handlers []jen.Code
	for _, p := range s.procedures {
		handlers = append(handlers, jen.Values(
			jen.Id("Procedure").Op(":").Op("&").Id(p.variable),
			jen.Id("Handle").Op(":").Add(f.handler(p, impl)),
		))
	}
	f.add(
		says("%s registers every procedure of %s with the router: calls run impl's methods. A failure undoes what it did.", s.register, s.Interface),
		jen.Func().Id(s.register).Params(
			jen.Id(ctx).Id(f.context()).Dot("Context"),
			jen.Id(session).Id(f.runtime()).Dot("Callee"),
			jen.Id(impl).Id(s.Interface),
			jen.Id(opts).Op("...").Id(f.runtime()).Dot("RegisterOption"),
		).Params(jen.Op("*").Id(f.runtime()).Dot("Registration"), jen.Error()).Block(
			jen.Return(jen.Id(session).Dot("RegisterProcedures").Call(
				jen.Id(ctx),
				jen.Index().Id(f.runtime()).Dot("ProcedureHandler").Add(multiline(handlers)),
				jen.Id(opts).Op("..."),
			)),
		),
	)
}

// multiline is a composite literal's inside with an element a line.
func multiline(elements []jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}, elements...)
}

// handler writes the function that serves one procedure: its own names come
// first, since nobody but the reader of emitted code sees those of the parameters.
func (f *file) handler(p *procedureNames, impl string) jen.Code {
	b := f.newBlock(f.context(), f.runtime(), impl, "error")
	b.mentions(p.Params)
	b.reads(p.Args)
	b.reads(streamItems(p))
	b.sends(streamItems(p))
	b.sends(p.Results)
	b.seq(p.Progress)
	ctx, in, out, failure := b.scope.Take("ctx"), b.scope.Take("in", "values"), b.scope.Take("out", "reply"), b.scope.Take("err", "failure")
	params, results := b.params(p.Params), b.values(p.Results)

	body := f.declare(in, arguments(p), params)
	body = append(body, checkRead(in, failure))
	streams := map[*model.Stream]jen.Code{}
	if p.Input != nil {
		streams[p.Input] = f.inputReader(p.Input, ctx, b.inner())
	}
	if p.Progress != nil && !returnsStream(p.Procedure) {
		streams[p.Progress] = f.progressSender(p.Progress, ctx, b.inner())
	}
	call := jen.Id(impl).Dot(p.Name).Call(callArgs(ctx, p.Params, params, streams)...)
	switch {
	case returnsStream(p.Procedure):
		body = append(body, f.streamResult(p, ctx, call, b.inner()))
	case len(p.Results) == 0:
		body = append(body, jen.Return(call))
	default:
		body = append(body,
			jen.List(append(ids(results.of(p.Results)), jen.Id(failure))...).Op(":=").Add(call),
			jen.If(jen.Id(failure).Op("!=").Nil()).Block(jen.Return(jen.Id(failure))),
		)
		body = append(body, f.send(out, message{values: p.Results, form: p.ResultForm}, results, b)...)
		body = append(body, jen.Return(jen.Nil()))
	}
	return jen.Func().Params(
		jen.Id(ctx).Id(f.context()).Dot("Context"),
		jen.Id(in).Op("*").Id(f.runtime()).Dot("Values"),
		jen.Id(out).Op("*").Id(f.runtime()).Dot("Args"),
	).Error().Block(body...)
}

// checkRead writes the check that everything was read and nothing is left.
func checkRead(in, failure string) jen.Code {
	return jen.If(jen.Id(failure).Op(":=").Id(in).Dot("Err").Call(), jen.Id(failure).Op("!=").Nil()).Block(jen.Return(jen.Id(failure)))
}

func (f *file) unimplemented(s *serviceNames) {
	f.add(
		says("%s implements every method of %s by failing with [%s.ErrNoSuchProcedure]. A type that embeds it still implements %s when that gets another method.", s.unimplemented, s.Interface, f.wamp(), s.Interface),
		jen.Type().Id(s.unimplemented).Struct(),
	)
	f.add(jen.Var().Id("_").Id(s.Interface).Op("=").Id(s.unimplemented).Values())
	for _, p := range s.procedures {
		f.add(
			says("%s fails: it is not implemented.", p.Name),
			f.unimplementedMethod(s, p),
		)
	}
	for _, m := range s.Skipped {
		f.add(
			says("%s fails: it is not implemented.", m.Name),
			f.skippedMethod("u", s.unimplemented, *m, s.Interface+"."+m.Name+" is not implemented"),
		)
	}
}

func (f *file) unimplementedMethod(s *serviceNames, p *procedureNames) jen.Code {
	if returnsStream(p.Procedure) {
		return f.unimplementedStream(s, p)
	}
	b := f.newBlock(f.wamp())
	ctx := b.local(contextName(p.Method), "ctx")
	params, results := b.params(p.Params), b.values(p.Results)
	failure := ""
	if len(results) > 0 {
		failure = b.local(errorName(p.Method), "err")
	}
	values := append(ids(results.of(p.Results)), f.notServed(s.Interface+"."+p.Name+" is not implemented"))
	return jen.Func().Params(jen.Id(s.unimplemented)).Id(p.Name).
		Params(f.params(ctx, p.Params, params)...).Params(f.results(p.Results, results, failure)...).
		Block(jen.Return(values...))
}
