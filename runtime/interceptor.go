package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// CallFunc makes a call, and returns when it is over: with progressive results, after the
// last one was taken, or the range over them was left.
type CallFunc func(ctx context.Context, call *OutgoingCall) error

// InvocationFunc serves a call, and returns when the handler has: what is sent of
// progressive results, and taken of input, lies in between.
type InvocationFunc func(ctx context.Context, call *IncomingCall) error

// PublishFunc publishes an event, and returns when the broker has accepted it if
// that is acknowledged, else when it is on its way.
type PublishFunc func(ctx context.Context, event *OutgoingEvent) error

// EventFunc handles an event.
type EventFunc func(ctx context.Context, event *IncomingEvent) error

// Interceptor is code around calls, invocations, publications or events: a [CallInterceptor], an
// [InvocationInterceptor], a [PublishInterceptor], an [EventInterceptor], or several as
// [Interceptors]. Each gets the next step and returns one that takes its place: it may look at
// what comes by, refuse it with an error of its own, derive a context, measure, and look at
// the error that comes back. Of several, the first is the outermost.
//
// They are made into a chain once where that is possible, and called from many goroutines
// at the same time.
type Interceptor interface{ addTo(*chains) }

// CallInterceptor is an [Interceptor] of the calls that are made. With retries, it sees one call.
type CallInterceptor func(next CallFunc) CallFunc

// InvocationInterceptor is an [Interceptor] of the calls that are served. It runs before arguments
// are decoded, so that what it refuses costs little, and where the handler does: within
// its limit of concurrency, and its panics are answered and logged like the handler's. Its errors
// reach the caller like those of a handler.
type InvocationInterceptor func(next InvocationFunc) InvocationFunc

// PublishInterceptor is an [Interceptor] of the events that are published.
type PublishInterceptor func(next PublishFunc) PublishFunc

// EventInterceptor is an [Interceptor] of the events that are handled. It runs where the
// handler does, and its errors are logged like those of a handler.
type EventInterceptor func(next EventFunc) EventFunc

// Interceptors are several as one, the first outermost.
type Interceptors []Interceptor

// chains are the interceptors of each kind, the first outermost.
type chains struct {
	calls       []CallInterceptor
	invocations []InvocationInterceptor
	publishes   []PublishInterceptor
	events      []EventInterceptor
}

func (i CallInterceptor) addTo(c *chains)       { c.calls = append(c.calls, i) }
func (i InvocationInterceptor) addTo(c *chains) { c.invocations = append(c.invocations, i) }
func (i PublishInterceptor) addTo(c *chains)    { c.publishes = append(c.publishes, i) }
func (i EventInterceptor) addTo(c *chains)      { c.events = append(c.events, i) }

func (is Interceptors) addTo(c *chains) {
	for _, i := range is {
		i.addTo(c)
	}
}

// clip lets append make a copy, because others may hold the slice.
func clip[T any](s []T) []T { return s[:len(s):len(s)] }

// WithInterceptors puts code around everything that goes through the session. Those of
// several such options follow each other. See [Intercept] for one client or registration alone.
func WithInterceptors(interceptors ...Interceptor) DialOption {
	return func(o *dialOptions) { Interceptors(interceptors).addTo(&o.chains) }
}

// InterceptOption is an option of everything that goes through a session.
type InterceptOption interface {
	CallOption
	PublishOption
	RegisterOption
	SubscribeOption
}

type intercept struct{ chains }

func (i intercept) applyCall(o *callOptions) {
	o.interceptors = append(clip(o.interceptors), i.calls...)
}
func (i intercept) applyPublish(o *publishOptions) {
	o.interceptors = append(clip(o.interceptors), i.publishes...)
}
func (i intercept) applyRegister(o *registerOptions) {
	o.interceptors = append(clip(o.interceptors), i.invocations...)
}
func (i intercept) applySubscribe(o *subscribeOptions) {
	o.interceptors = append(clip(o.interceptors), i.events...)
}

// Intercept puts code around the calls, publications, invocations or events of one client, one
// registration or one subscription: each of them takes the interceptors of its kind. They come within
// those of the session, and add to those of earlier options.
func Intercept(interceptors ...Interceptor) InterceptOption {
	var i intercept
	Interceptors(interceptors).addTo(&i.chains)
	return i
}

// chain puts interceptors around the last step.
func chain[I ~func(F) F, F any](interceptors []I, last F) F {
	for i := len(interceptors) - 1; i >= 0; i-- {
		last = interceptors[i](last)
	}
	return last
}

// attributeOf is a text attribute, empty if there is none.
func attributeOf(attributes wamp.Dict, name string) string {
	text, _ := attributes[name].(string)
	return text
}
