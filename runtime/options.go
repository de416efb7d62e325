package runtime

import (
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// CallOption changes how a call is made. Options given later win: those of a
// procedure's annotation come first, then those of the client, then those of
// [NewCallContext].
type CallOption interface{ applyCall(*callOptions) }

// PublishOption changes how an event is published. Options given later win, in
// the same order as with a [CallOption]; those of [NewPublishContext] come last.
type PublishOption interface{ applyPublish(*publishOptions) }

// RegisterOption changes how procedures are registered. Options win over annotations.
type RegisterOption interface{ applyRegister(*registerOptions) }

// SubscribeOption changes how topics are subscribed to. Options win over annotations.
type SubscribeOption interface{ applySubscribe(*subscribeOptions) }

type callOptions struct {
	idempotent   bool
	retry        RetryPolicy
	attributes   wamp.Dict // replaced rather than changed
	interceptors []CallInterceptor
	invalid      error // an option that the call fails for
	timeout      time.Duration
	discloseMe   bool
	strict       bool
	cancelMode   string
	// progressQueue is 0 for the default, and so is progressPatience then.
	progressQueue    int
	progressPatience time.Duration
	runMode, rkey    string
	keywords         map[string]any
	// progress is called with each progressive result, nil if none are wanted.
	progress func(in *Values) error
	input    Input // its each is nil without input
	passthru wamp.Passthru
}

func withProgress(progress func(in *Values) error) CallOption {
	return callOption(func(o *callOptions) { o.progress = progress })
}

func withInput(input Input) CallOption {
	return callOption(func(o *callOptions) { o.input = input })
}

// streams reports whether something of the call has been seen by the caller's code before its
// end, so that it must not be made a second time.
func (o *callOptions) streams() bool { return o.progress != nil || o.input.each != nil }

type publishOptions struct {
	wamp.PublishOptions
	keywords     map[string]any
	interceptors []PublishInterceptor
	invalid      error // an option that the publication fails for
}

type registerOptions struct {
	wamp.RegisterOptions
	interceptors  []InvocationInterceptor
	inputQueue    int
	inputPatience time.Duration
	backlog       int // 0 for the default
}

type subscribeOptions struct {
	wamp.SubscribeOptions
	interceptors []EventInterceptor
	limit        int
	overflow     Overflow
}

type callOption func(*callOptions)

func (f callOption) applyCall(o *callOptions) { f(o) }

type publishOption func(*publishOptions)

func (f publishOption) applyPublish(o *publishOptions) { f(o) }

type registerOption func(*registerOptions)

func (f registerOption) applyRegister(o *registerOptions) { f(o) }

type subscribeOption func(*subscribeOptions)

func (f subscribeOption) applySubscribe(o *subscribeOptions) { f(o) }

// WithTimeout limits how long a call may take, in addition to the deadline of
// its context. 0 is no limit.
func WithTimeout(d time.Duration) CallOption {
	return callOption(func(o *callOptions) { o.timeout = d })
}

// WithCancelMode sets what becomes of the invocation when the call is given up
// because its context or its timeout has ended: [wamp.CancelSkip] lets the callee go on,
// [wamp.CancelKillNoWait], which is the default, and [wamp.CancelKill] interrupt it; with the
// latter the router counts the call as open until the callee has answered. Whatever the
// mode, the caller does not wait.
func WithCancelMode(mode string) CallOption {
	return callOption(func(o *callOptions) { o.cancelMode = mode })
}

// WithProgressQueue sets how many octets of progressive results may wait to be taken,
// and for how long the session may stop reading from its connection if more come; see
// [Session.CallProgress]. The defaults are [DefaultProgressQueue] and one second, which
// is what a router may be expected to bear. 0 octets stand for both defaults.
func WithProgressQueue(octets int, patience time.Duration) CallOption {
	return callOption(func(o *callOptions) { o.progressQueue, o.progressPatience = octets, patience })
}

// WithStrictResults makes results fit the expected types exactly: all of them
// there, in order, and no more. Without it the habits of other clients are
// tolerated, see [Values].
func WithStrictResults() CallOption {
	return callOption(func(o *callOptions) { o.strict = true })
}

// CallOrPublishOption is an option of both calls and publications.
type CallOrPublishOption interface {
	CallOption
	PublishOption
}

type discloseMe bool

func (on discloseMe) applyCall(o *callOptions)       { o.discloseMe = bool(on) }
func (on discloseMe) applyPublish(o *publishOptions) { o.DiscloseMe = bool(on) }

// WithDiscloseMe asks the router to tell the callee, or the subscribers, who calls or publishes.
func WithDiscloseMe(on bool) CallOrPublishOption { return discloseMe(on) }

type keywords map[string]any

func (k keywords) applyCall(o *callOptions)       { o.keywords = k }
func (k keywords) applyPublish(o *publishOptions) { o.keywords = k }

// WithKeywords adds keyword arguments, for [Session.Call] and [Session.Publish].
func WithKeywords(args map[string]any) CallOrPublishOption { return keywords(args) }

// WithRunMode makes a call one of a sharded registration (Advanced Profile, section
// "Sharded Registration"): [wamp.RunModePartition] of the one callee that the key of
// [WithShardKey] belongs to, [wamp.RunModeAll] of all of them. The latter has a result
// for each callee, and is for calls that take progressive results: other ones are
// refused by the router with wamp.error.invalid_argument.
func WithRunMode(mode string) CallOption {
	return callOption(func(o *callOptions) { o.runMode = mode })
}

type shardKey string

func (k shardKey) applyCall(o *callOptions)       { o.rkey = string(k) }
func (k shardKey) applyPublish(o *publishOptions) { o.RKey = string(k) }

// WithShardKey names the resource that a call or an event is about (rkey), say by the
// serial number of a device. Calls with the same key go to the same one of the callees
// that share a procedure, and events to the same one of the nodes that subscribe: see
// [WithNodeKey].
func WithShardKey(key string) CallOrPublishOption { return shardKey(key) }

// WithAcknowledge makes publishing wait until the broker has accepted the event,
// and fail if it does not.
func WithAcknowledge(on bool) PublishOption {
	return publishOption(func(o *publishOptions) { o.Acknowledge = on })
}

// WithExcludeMe tells whether the publishing session is left out even if it
// subscribed to the topic, which is the default.
func WithExcludeMe(on bool) PublishOption {
	return publishOption(func(o *publishOptions) { o.IncludeMe = !on })
}

// WithRetain makes the broker keep the event for later subscribers that ask for it
// with [WithRetained].
func WithRetain(on bool) PublishOption {
	return publishOption(func(o *publishOptions) { o.Retain = on })
}

// WithExclude names sessions that do not get the event.
func WithExclude(sessions ...wamp.ID) PublishOption {
	return publishOption(func(o *publishOptions) { o.Exclude = sessions })
}

// WithExcludeAuthID names users whose sessions do not get the event.
func WithExcludeAuthID(authids ...string) PublishOption {
	return publishOption(func(o *publishOptions) { o.ExcludeAuthID = authids })
}

// WithExcludeAuthRole names roles whose sessions do not get the event.
func WithExcludeAuthRole(roles ...string) PublishOption {
	return publishOption(func(o *publishOptions) { o.ExcludeAuthRole = roles })
}

// WithEligible names the only sessions that may get the event. Without any, nobody gets it.
func WithEligible(sessions ...wamp.ID) PublishOption {
	return publishOption(func(o *publishOptions) { o.Eligible = append([]wamp.ID{}, sessions...) })
}

// WithEligibleAuthID names the only users whose sessions may get the event.
// Without any, nobody gets it.
func WithEligibleAuthID(authids ...string) PublishOption {
	return publishOption(func(o *publishOptions) { o.EligibleAuthID = append([]string{}, authids...) })
}

// WithEligibleAuthRole names the only roles whose sessions may get the event.
// Without any, nobody gets it.
func WithEligibleAuthRole(roles ...string) PublishOption {
	return publishOption(func(o *publishOptions) { o.EligibleAuthRole = append([]string{}, roles...) })
}

// RegisterOrSubscribeOption is an option of both registrations and subscriptions.
type RegisterOrSubscribeOption interface {
	RegisterOption
	SubscribeOption
}

type match wamp.Match

func (m match) applyRegister(o *registerOptions)   { o.Match = matchOption(wamp.Match(m)) }
func (m match) applySubscribe(o *subscribeOptions) { o.Match = matchOption(wamp.Match(m)) }

// WithMatch sets how the URI is matched: exactly, as a prefix, or with wildcards.
func WithMatch(m wamp.Match) RegisterOrSubscribeOption { return match(m) }

// matchOption is a policy as it stands on the wire, where exact is left out.
func matchOption(m wamp.Match) string {
	if m == wamp.MatchExact {
		return ""
	}
	return m.String()
}

type nodeKey string

func (k nodeKey) applyRegister(o *registerOptions)   { o.RKey = string(k) }
func (k nodeKey) applySubscribe(o *subscribeOptions) { o.NKey = string(k) }

// WithNodeKey names the node that serves or listens (rkey of REGISTER, nkey of
// SUBSCRIBE). Of the events with a [WithShardKey] it gets its share; without a node key
// a subscriber gets them all. A callee of a shared registration needs none to get a
// share of the calls, but keeps its share by its name when it comes back.
func WithNodeKey(key string) RegisterOrSubscribeOption { return nodeKey(key) }

// WithInvoke sets which of several callees of a procedure gets a call:
// [wamp.InvokeSingle], [wamp.InvokeRoundRobin], [wamp.InvokeRandom],
// [wamp.InvokeFirst] or [wamp.InvokeLast].
func WithInvoke(policy string) RegisterOption {
	return registerOption(func(o *registerOptions) { o.Invoke = policy })
}

// WithConcurrency limits how many invocations of one procedure run at the same
// time; the others wait their turn, in order, as far as [WithBacklog] lets them. 0 is no limit.
func WithConcurrency(n int) RegisterOption {
	return registerOption(func(o *registerOptions) { o.Concurrency = uint64(max(n, 0)) })
}

// WithBacklog sets how many invocations of one procedure may wait for their turn under
// [WithConcurrency]. Those that come beyond are answered with [wamp.ErrUnavailable], which makes
// a router try another callee of a shared registration, or tell the caller [wamp.ErrNoAvailableCallee]; so are
// those whose arguments together exceed 64 MiB. One that is canceled while it waits is dropped
// at once. 0 is the default, [DefaultBacklog].
func WithBacklog(invocations int) RegisterOption {
	return registerOption(func(o *registerOptions) { o.backlog = max(invocations, 0) })
}

// WithInputQueue sets how many octets of a call's input may wait to be taken by the handler, and
// for how long the session may stop reading from its connection if more come; see [InputFrom]. The
// defaults are [DefaultProgressQueue] and one second. 0 octets stand for both defaults.
func WithInputQueue(octets int, patience time.Duration) RegisterOption {
	return registerOption(func(o *registerOptions) { o.inputQueue, o.inputPatience = octets, patience })
}

// WithDiscloseCaller asks the router to tell who calls, with every invocation.
func WithDiscloseCaller() RegisterOption {
	return registerOption(func(o *registerOptions) { o.DiscloseCaller = true })
}

// WithForwardTimeout makes the handler's context carry the timeout of the call,
// which the router then does not watch itself.
func WithForwardTimeout() RegisterOption {
	return registerOption(func(o *registerOptions) { o.ForwardTimeout = true })
}

// WithForceReregister takes a procedure over that another session has registered,
// for example one whose connection is dead.
func WithForceReregister() RegisterOption {
	return registerOption(func(o *registerOptions) { o.ForceReregister = true })
}

// WithRetained asks for the event that the broker retains for the topic, if any. It is
// delivered first, with [Event.Retained] set.
func WithRetained() SubscribeOption {
	return subscribeOption(func(o *subscribeOptions) { o.GetRetained = true })
}

// WithQueue sets how many events may wait for the handler before overflow is
// dealt with. The default is [DefaultQueue] and [Block].
func WithQueue(events int, overflow Overflow) SubscribeOption {
	return subscribeOption(func(o *subscribeOptions) { o.limit, o.overflow = max(events, 1), overflow })
}
