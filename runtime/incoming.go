package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// IncomingCall is a call as its interceptors see it, on the callee's side. It ends with the
// return of the interceptor that got it.
type IncomingCall struct {
	// Spec is what the annotation says about the procedure; procedures that are registered
	// by URI have one with nothing else. It must not be changed.
	Spec *Procedure
	// URI is what was called, which for a pattern-based registration is not Spec.URI.
	URI wamp.URI
	// Invocation is what [InvocationFrom] returns to the handler.
	Invocation *Invocation
	// Attributes are the attributes that implementations may add, whose names begin
	// with '_', as the router has forwarded them. They must not be changed.
	Attributes wamp.Dict

	invocation *invocation
}

// Payload are the arguments, in the session's serializer. They must not be changed, nor held on to.
func (c *IncomingCall) Payload() wamp.Payload { return c.invocation.in.payload }

// Attribute is one of the Attributes that is text, empty if there is none.
func (c *IncomingCall) Attribute(name string) string { return attributeOf(c.Attributes, name) }

// intercepted serves an invocation through interceptors.
func (inv *invocation) intercepted() error {
	inv.out.reset() // which nobody may fill
	return inv.reg.serve(inv.ctx, &IncomingCall{
		Spec: inv.reg.procedure, URI: inv.ctx.info.Procedure, Invocation: &inv.ctx.info, Attributes: inv.attributes,
		invocation: inv,
	})
}

// performInvocation is the innermost [InvocationFunc].
func performInvocation(ctx context.Context, in *IncomingCall) error {
	return in.invocation.handle(ctx)
}

// IncomingEvent is an event as its interceptors see it, on the subscriber's side. It ends
// with the return of the interceptor that got it.
type IncomingEvent struct {
	// Spec is what the annotation says about the topic; topics that are subscribed to
	// by URI have one with nothing else. It must not be changed.
	Spec *Topic
	// URI is what was published to, which for a pattern-based subscription is not Spec.URI.
	URI wamp.URI
	// Event is what [EventFrom] returns to the handler.
	Event *Event
	// Attributes are the attributes that implementations may add, whose names begin
	// with '_', as the router has forwarded them. They must not be changed.
	Attributes wamp.Dict

	delivery *delivery
}

// Payload are the arguments, in the session's serializer. They must not be changed, nor held on to.
func (e *IncomingEvent) Payload() wamp.Payload { return e.delivery.in.payload }

// Attribute is one of the Attributes that is text, empty if there is none.
func (e *IncomingEvent) Attribute(name string) string { return attributeOf(e.Attributes, name) }

// intercepted handles an event through interceptors.
func (d *delivery) intercepted() error {
	return d.member.intercepted(d.ctx, &IncomingEvent{
		Spec: d.member.topic, URI: d.ctx.info.Topic, Event: &d.ctx.info, Attributes: d.attributes, delivery: d,
	})
}

// performEvent is the innermost [EventFunc].
func performEvent(ctx context.Context, in *IncomingEvent) error {
	return in.delivery.handle(ctx)
}
