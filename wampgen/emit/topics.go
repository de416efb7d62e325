package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

// topicSet emits everything of one topics interface.
func (f *file) topicSet(t *topicsNames) {
	f.topicURIs(t)
	f.topicVars(t)
	f.publisher(t)
	for _, topic := range t.topics {
		f.publisherMethod(t, topic)
	}
	for _, m := range t.Skipped {
		f.add(
			says("%s is not a topic: %s has it for in-process use only.", m.Name, t.Interface),
			f.skippedMethod("p", "*"+t.publisher, *m, t.Interface+"."+m.Name+" does not travel over WAMP"),
		)
	}
	f.subscribeAll(t)
	for _, topic := range t.topics {
		f.subscribeOne(t, topic)
		f.topicHandler(topic)
	}
	f.catalog(t.Interface, t.catalog, t.catalogHash)
}

func (f *file) topicURIs(t *topicsNames) {
	var consts []jen.Code
	for _, topic := range t.topics {
		consts = append(consts, f.uri(topic.uri, topic.URI, topic.Template))
	}
	f.add(says("Topics of %s.", t.Interface), jen.Const().Defs(consts...))
}

func (f *file) topicVars(t *topicsNames) {
	var vars []jen.Code
	for _, topic := range t.topics {
		fields := fieldList{}
		fields.set("URI", jen.Id(topic.uri))
		f.setPattern(&fields, topic.Match, topic.Captures)
		fields.flag("Acknowledge", topic.Ack)
		fields.flag("Retain", topic.Retain)
		fields.flag("IncludeMe", !topic.ExcludeMe)
		fields.flag("DiscloseMe", topic.Disclose)
		vars = append(vars, jen.Id(topic.variable).Op("=").Id(f.runtime()).Dot("Topic").Values(fields...))
	}
	f.add(jen.Var().Defs(vars...))
}

func (f *file) publisher(t *topicsNames) {
	b := f.newBlock(f.runtime(), t.publisher)
	receiver, session, opts := b.scope.Take("p"), b.scope.Take("s", "session"), b.scope.Take("opts", "options")
	field := t.field()
	pointer := jen.Op("*").Id(t.publisher)
	options := jen.Id(opts).Op("...").Id(f.runtime()).Dot("PublishOption")

	f.add(
		doc(paragraphs(wrap(fmt.Sprintf("%s publishes %s over WAMP. It is safe for concurrent use.", t.publisher, t.Interface)), t.Doc)),
		jen.Type().Id(t.publisher).Struct(jen.Id(field).Id(f.runtime()).Dot("EventClient")),
	)
	f.add(jen.Var().Id("_").Id(t.Interface).Op("=").Parens(pointer.Clone()).Call(jen.Nil()))
	f.add(
		says("%s returns a publisher that publishes through s, with opts for every event.", t.newPublisher),
		jen.Func().Id(t.newPublisher).Params(jen.Id(session).Id(f.runtime()).Dot("Publisher"), options.Clone()).Add(pointer.Clone()).Block(
			jen.Return(jen.Op("&").Id(t.publisher).Values(jen.Id(field).Op(":").Id(f.runtime()).Dot("NewEventClient").Call(jen.Id(session), jen.Id(opts).Op("...")))),
		),
	)
	f.add(
		says("With returns a publisher that also has opts, which win over those it was made with."),
		jen.Func().Params(jen.Id(receiver).Add(pointer.Clone())).Id("With").Params(options.Clone()).Add(pointer.Clone()).Block(
			jen.Return(jen.Op("&").Id(t.publisher).Values(jen.Id(field).Op(":").Id(receiver).Dot(field).Dot("With").Call(jen.Id(opts).Op("...")))),
		),
	)
}

// field is what the publisher calls its only field: no method may have the name.
func (t *topicsNames) field() string {
	var methods []*model.Method
	for _, topic := range t.Topics {
		methods = append(methods, &topic.Method)
	}
	return fieldName(nil, append(methods, t.Skipped...))
}

func (f *file) publisherMethod(t *topicsNames, topic *topicNames) {
	b := f.newBlock(f.runtime(), topic.variable)
	b.sends(topic.Args)
	b.captures(topic.Captures)
	ctx := b.local(contextName(topic.Method), "ctx")
	params := b.params(topic.Params)
	receiver, args := b.scope.Take("p", "publisher"), b.scope.Take("args", "list")

	var body []jen.Code
	list := jen.Id(f.runtime()).Dot("NewArgs").Call()
	if m := event(topic); !m.empty() {
		body = append(body, jen.Id(args).Op(":=").Add(list))
		body = append(body, f.send(args, m, params, b)...)
		list = jen.Id(args)
	}
	body = append(body, jen.Return(jen.Id(receiver).Dot(t.field()).Dot("Publish").Call(jen.Id(ctx), jen.Op("&").Id(topic.variable), list)))
	f.add(
		doc(methodDoc(topic.Method, fmt.Sprintf("%s publishes to the topic %s.", topic.Name, topic.Template), topic.Deprecated, "")),
		jen.Func().Params(jen.Id(receiver).Op("*").Id(t.publisher)).Id(topic.Name).
			Params(f.params(ctx, topic.Params, params)...).Error().Block(body...),
	)
}

// event is the message of a topic.
func event(t *topicNames) message {
	return message{captures: t.Captures, values: t.Args, form: t.ArgsForm}
}

// subscription is the signature that all subscribing functions share, but for the handler.
func (f *file) subscription(b *block, name string, handlerName string, handlerType, topics jen.Code) jen.Code {
	ctx, session, handle, opts := b.scope.Take("ctx"), b.scope.Take("s", "session"), handlerName, b.scope.Take("opts", "options")
	return jen.Func().Id(name).Params(
		jen.Id(ctx).Id(f.context()).Dot("Context"),
		jen.Id(session).Id(f.runtime()).Dot("Subscriber"),
		jen.Id(handle).Add(handlerType),
		jen.Id(opts).Op("...").Id(f.runtime()).Dot("SubscribeOption"),
	).Params(jen.Op("*").Id(f.runtime()).Dot("Subscription"), jen.Error()).Block(
		jen.Return(jen.Id(session).Dot("SubscribeTopics").Call(
			jen.Id(ctx),
			jen.Index().Id(f.runtime()).Dot("TopicHandler").Add(topics),
			jen.Id(opts).Op("..."),
		)),
	)
}

func (f *file) subscribeAll(t *topicsNames) {
	b := f.newBlock(f.context(), f.runtime(), t.Interface)
	for _, topic := range t.topics {
		b.scope.Reserve(topic.handler)
	}
	handle := b.scope.Take("h", "handler")
	var handlers []jen.Code
	for _, topic := range t.topics {
		handlers = append(handlers, jen.Id(topic.handler).Call(jen.Id(handle).Dot(topic.Name)))
	}
	f.add(
		says("%s subscribes to every topic of %s: events run h's methods. A failure undoes what it did.", t.subscribe, t.Interface),
		f.subscription(b, t.subscribe, handle, jen.Id(t.Interface), multiline(handlers)),
	)
}

func (f *file) subscribeOne(t *topicsNames, topic *topicNames) {
	b := f.newBlock(f.context(), f.runtime(), topic.handler)
	handle := b.scope.Take("handle", "handler")
	f.add(
		doc(paragraphs(wrap(fmt.Sprintf("%s subscribes to the topic %s alone.", topic.subscribe, topic.Template)), topic.Doc)),
		f.subscription(b, topic.subscribe, handle, f.handleType(topic), jen.Values(jen.Id(topic.handler).Call(jen.Id(handle)))),
	)
}

// handleType is the type of a function that takes a topic's events.
func (f *file) handleType(topic *topicNames) jen.Code {
	b := f.newBlock()
	ctx := b.local(contextName(topic.Method), "ctx")
	return jen.Func().Params(f.params(ctx, topic.Params, b.params(topic.Params))...).Error()
}

// topicHandler emits the function that makes a handler of a typed function.
func (f *file) topicHandler(topic *topicNames) {
	b := f.newBlock(f.context(), f.runtime(), topic.variable, "error")
	b.mentions(topic.Params)
	b.reads(topic.Args)
	ctx, in, handle, failure := b.scope.Take("ctx"), b.scope.Take("in", "values"), b.scope.Take("handle", "handler"), b.scope.Take("err", "failure")
	params := b.params(topic.Params)

	body := f.declare(in, event(topic), params)
	body = append(body, checkRead(in, failure))
	body = append(body, jen.Return(jen.Id(handle).Call(callArgs(ctx, topic.Params, params, nil)...)))
	serve := jen.Func().Params(
		jen.Id(ctx).Id(f.context()).Dot("Context"),
		jen.Id(in).Op("*").Id(f.runtime()).Dot("Values"),
	).Error().Block(body...)
	f.add(
		jen.Func().Id(topic.handler).Params(jen.Id(handle).Add(f.handleType(topic))).Id(f.runtime()).Dot("TopicHandler").Block(
			jen.Return(jen.Id(f.runtime()).Dot("TopicHandler").Values(
				jen.Id("Topic").Op(":").Op("&").Id(topic.variable),
				jen.Id("Handle").Op(":").Add(serve),
			)),
		),
	)
}
