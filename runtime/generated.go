package runtime

import (
	"context"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// The levels of generated code that this runtime can run. Generated files hold
// constants that compile only within this range, so that the two never meet unawares.
const (
	// MinGenerated is the oldest level that still runs.
	MinGenerated = 1
	// MaxGenerated is the newest level that runs. A file states the level of what it uses.
	//
	// Level 1 has calls and events. Level 2 has streams in both directions, and parameters in URIs.
	MaxGenerated = 2
)

// Procedure is what an annotation says about one procedure. Generated code has one
// as a package variable, for its client and its registration.
type Procedure struct {
	// URI is the procedure, or the pattern as it is registered if Match says so or there are Captures.
	URI   wamp.URI
	Match wamp.Match
	// Invoke is the invocation policy, such as [wamp.InvokeRoundRobin]; empty is single.
	Invoke string
	// Timeout limits every call, 0 does not.
	Timeout time.Duration
	// Idempotent says that calling twice does no more than calling once.
	Idempotent bool
	// DiscloseMe asks the router to tell the callee who calls.
	DiscloseMe bool
	// Concurrency limits how many invocations run at the same time, 0 does not.
	Concurrency int
	// Captures are the names of the parameters in the URI, in the order of their
	// places: the empty components of a wildcard pattern, or what follows a prefix.
	Captures []string
	// Progressive says that the results come one by one, with [SendResults].
	Progressive bool
	// Input says that arguments come one by one, to [InputFrom].
	Input bool
	// Errors are the declared errors.
	Errors []ErrorType
}

// Topic is what an annotation says about one topic.
type Topic struct {
	URI   wamp.URI
	Match wamp.Match
	// Acknowledge makes publishing wait for the broker.
	Acknowledge bool
	// Retain makes the broker keep the latest event.
	Retain bool
	// IncludeMe delivers an event to its publisher too, if that subscribed.
	IncludeMe bool
	// DiscloseMe asks the router to tell subscribers who publishes.
	DiscloseMe bool
	// Captures are the names of the parameters in the URI, as in [Procedure].
	Captures []string
}

// Caller makes calls. [*Session] is one.
type Caller interface {
	// Invoke calls p and waits for its results, which must be read to their end
	// with [Values.Err], or dropped with [Values.Close]. It consumes args.
	Invoke(ctx context.Context, p *Procedure, args *Args, opts ...CallOption) (*Values, error)
}

// Callee registers procedures. [*Session] is one.
type Callee interface {
	// RegisterProcedures registers all procedures under one handle. If one fails,
	// those before it are unregistered again.
	RegisterProcedures(ctx context.Context, procs []ProcedureHandler, opts ...RegisterOption) (*Registration, error)
}

// ProcedureHandler is a procedure with the function that runs it: it reads
// arguments from in and writes results to out, which both end with its return.
type ProcedureHandler struct {
	Procedure *Procedure
	Handle    func(ctx context.Context, in *Values, out *Args) error

	untyped bool // the handler decides itself whether it takes input
}

// Publisher publishes events. [*Session] is one.
type Publisher interface {
	// PublishTopic publishes an event. It consumes args.
	PublishTopic(ctx context.Context, t *Topic, args *Args, opts ...PublishOption) error
}

// Subscriber subscribes to topics. [*Session] is one.
type Subscriber interface {
	// SubscribeTopics subscribes to all topics under one handle. If one fails, those
	// before it are unsubscribed again.
	SubscribeTopics(ctx context.Context, topics []TopicHandler, opts ...SubscribeOption) (*Subscription, error)
}

// TopicHandler is a topic with the function that handles its events. The
// arguments in end with its return.
type TopicHandler struct {
	Topic  *Topic
	Handle func(ctx context.Context, in *Values) error
}

var (
	_ Caller     = (*Session)(nil)
	_ Callee     = (*Session)(nil)
	_ Publisher  = (*Session)(nil)
	_ Subscriber = (*Session)(nil)
)

// Client is a [Caller] with options of its own. Generated clients hold one.
type Client struct {
	caller  Caller
	options []CallOption
}

// NewClient binds options to a caller.
func NewClient(c Caller, opts ...CallOption) Client { return Client{caller: c, options: opts} }

// With returns a client with further options, which win over those of c.
func (c Client) With(opts ...CallOption) Client {
	c.options = append(c.options[:len(c.options):len(c.options)], opts...)
	return c
}

// Call calls p with the client's options; see [Caller].
func (c Client) Call(ctx context.Context, p *Procedure, args *Args) (*Values, error) {
	return c.caller.Invoke(ctx, p, args, c.options...)
}

// EventClient is a [Publisher] with options of its own. Generated publishers hold one.
type EventClient struct {
	publisher Publisher
	options   []PublishOption
}

// NewEventClient binds options to a publisher.
func NewEventClient(p Publisher, opts ...PublishOption) EventClient {
	return EventClient{publisher: p, options: opts}
}

// With returns a client with further options, which win over those of c.
func (c EventClient) With(opts ...PublishOption) EventClient {
	c.options = append(c.options[:len(c.options):len(c.options)], opts...)
	return c
}

// Publish publishes to t with the client's options; see [Publisher].
func (c EventClient) Publish(ctx context.Context, t *Topic, args *Args) error {
	return c.publisher.PublishTopic(ctx, t, args, c.options...)
}
