package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// OutgoingCall is a call as its interceptors see it, on the caller's side. It ends with the
// return of the interceptor that got it.
type OutgoingCall struct {
	// Spec is what the annotation says about the procedure; calls by URI have one
	// with nothing else. It must not be changed.
	Spec *Procedure
	// URI is what is called: where Spec.URI is a pattern, with the parameters in their places.
	URI wamp.URI

	session *Session
	options callOptions
	info    *CallInfo
	args    *Args
	values  *Values
}

// Stream reports whether arguments or results come one by one.
func (c *OutgoingCall) Stream() bool { return c.options.streams() }

// Payload are the arguments, encoded in CBOR. They must not be changed, nor held on to.
func (c *OutgoingCall) Payload() wamp.Payload { return encoded(c.args) }

// Attribute is one that [WithAttribute] has set, empty if there is none.
func (c *OutgoingCall) Attribute(name string) string { return attributeOf(c.options.attributes, name) }

// With adds options, which win over all others. [WithKeywords] adds to the arguments that there
// are; interceptors come too late.
func (c *OutgoingCall) With(opts ...CallOption) {
	c.options.keywords = nil
	for _, opt := range opts {
		opt.applyCall(&c.options)
	}
	for name, value := range c.options.keywords {
		c.args.Keyword(name, value)
	}
}

// invokeIntercepted is the way of a call through its interceptors. It consumes c and args.
func (s *Session) invokeIntercepted(ctx context.Context, p *Procedure, uri wamp.URI, c *call, info *CallInfo, args *Args) (*Values, error) {
	defer args.release()
	out := &OutgoingCall{Spec: p, URI: uri, session: s, options: c.opts, info: info, args: args}
	c.release()
	call := s.calls
	if own := out.options.interceptors; own != nil {
		call = chain(s.options.chains.calls, chain(own, performCall))
	}
	if err := call(ctx, out); err != nil {
		out.drop()
		return nil, err
	}
	if out.values == nil { // an interceptor has answered in the callee's place
		c := s.newCall()
		c.values.open(uri, results)
		out.values = &c.values
	}
	return out.values, nil
}

// performCall is the innermost [CallFunc].
func performCall(ctx context.Context, out *OutgoingCall) error {
	out.drop()
	if out.options.invalid != nil {
		return requestError("call", out.URI, out.options.invalid)
	}
	c := out.session.newCall()
	c.opts = out.options
	in, err := out.session.perform(ctx, out.Spec, out.URI, c, out.info, out.args)
	out.values = in
	return err
}

// drop gives results back that nobody reads.
func (c *OutgoingCall) drop() {
	if c.values != nil {
		c.values.Close()
		c.values = nil
	}
}

// OutgoingEvent is a publication as its interceptors see it. It ends with the return of the
// interceptor that got it.
type OutgoingEvent struct {
	// Spec is what the annotation says about the topic; publications by URI have one
	// with nothing else. It must not be changed.
	Spec *Topic
	// URI is what is published to: where Spec.URI is a pattern, with the parameters in their places.
	URI wamp.URI

	session     *Session
	options     publishOptions
	args        *Args
	publication wamp.ID
}

// Payload are the arguments, encoded in CBOR. They must not be changed, nor held on to.
func (e *OutgoingEvent) Payload() wamp.Payload { return encoded(e.args) }

// Attribute is one that [WithAttribute] has set, empty if there is none.
func (e *OutgoingEvent) Attribute(name string) string { return attributeOf(e.options.Extra, name) }

// Acknowledged reports whether the broker is asked to acknowledge the event.
func (e *OutgoingEvent) Acknowledged() bool { return e.options.Acknowledge }

// Publication is the broker's id of the event when it has acknowledged it, else 0.
func (e *OutgoingEvent) Publication() wamp.ID { return e.publication }

// With adds options, which win over all others. [WithKeywords] adds to the arguments that there
// are; interceptors come too late.
func (e *OutgoingEvent) With(opts ...PublishOption) {
	e.options.keywords = nil
	for _, opt := range opts {
		opt.applyPublish(&e.options)
	}
	for name, value := range e.options.keywords {
		e.args.Keyword(name, value)
	}
}

// publishIntercepted is the way of an event through its interceptors.
func (s *Session) publishIntercepted(ctx context.Context, t *Topic, uri wamp.URI, args *Args, o publishOptions) (wamp.ID, error) {
	out := &OutgoingEvent{Spec: t, URI: uri, session: s, options: o, args: args}
	publish := s.publishes
	if o.interceptors != nil {
		publish = chain(s.options.chains.publishes, chain(o.interceptors, performPublish))
	}
	err := publish(ctx, out)
	return out.publication, err
}

// performPublish is the innermost [PublishFunc].
func performPublish(ctx context.Context, out *OutgoingEvent) error {
	err := out.options.invalid
	if err == nil {
		out.publication, err = out.session.publish(ctx, out.URI, out.args, &out.options.PublishOptions)
	}
	return requestError("publish", out.URI, err)
}

// encoded is what args hold so far, nothing if that could not be encoded.
func encoded(args *Args) wamp.Payload {
	if args.err != nil {
		return wamp.Payload{}
	}
	return args.payload()
}
