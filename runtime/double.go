package runtime

import (
	"context"
	"time"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// SentCall is a call as a [Caller] gets it, in plain sight: for doubles that take the place of a
// [Session] in tests.
type SentCall struct {
	// URI is what is called, with the parameters of a pattern in their places.
	URI wamp.URI
	// Content are the arguments.
	Content *Result
	// Timeout is that of the options, 0 for none; the context may have a deadline beside it.
	Timeout time.Duration
	// DiscloseMe, Idempotent and Attributes are what the options say.
	DiscloseMe, Idempotent bool
	Attributes             wamp.Dict
}

// ReadCall reads what [Caller.Invoke] was given, with the options of the annotation, the client and the
// context. It consumes args. The error is that with which a session would fail before sending anything.
func ReadCall(ctx context.Context, p *Procedure, args *Args, opts ...CallOption) (*SentCall, error) {
	defer args.release()
	c := new(call)
	c.prepare(ctx, p, args, opts)
	uri, err := args.expand(p.URI, p.Match, p.Captures)
	if err == nil {
		err = c.opts.invalid
	}
	sent := &SentCall{URI: uri, Timeout: c.opts.timeout, DiscloseMe: c.opts.discloseMe, Idempotent: c.opts.idempotent, Attributes: c.opts.attributes}
	if err == nil {
		sent.Content, err = args.content()
	}
	if err != nil {
		return nil, requestError("call", uri, err)
	}
	return sent, nil
}

// ReadPublication is [ReadCall] for [Publisher.PublishTopic].
func ReadPublication(ctx context.Context, t *Topic, args *Args, opts ...PublishOption) (*SentPublication, error) {
	defer args.release()
	base := wamp.PublishOptions{Acknowledge: t.Acknowledge, Retain: t.Retain, IncludeMe: t.IncludeMe, DiscloseMe: t.DiscloseMe}
	o := combine(publishOptions{PublishOptions: base}, opts, publishInfoFrom(ctx))
	for name, value := range o.keywords {
		args.Keyword(name, value)
	}
	uri, err := args.expand(t.URI, t.Match, t.Captures)
	if err == nil {
		err = o.invalid
	}
	sent := &SentPublication{URI: uri, Options: o.PublishOptions}
	if err == nil {
		sent.Content, err = args.content()
	}
	if err != nil {
		return nil, requestError("publish", uri, err)
	}
	return sent, nil
}

// SentPublication is a publication as a [Publisher] gets it; see [SentCall].
type SentPublication struct {
	// URI is what is published to, with the parameters of a pattern in their places.
	URI wamp.URI
	// Content are the arguments.
	Content *Result
	// Options are those of the annotation, the client and the context. Extra are the attributes.
	Options wamp.PublishOptions
}

// content is what was built, decoded, with memory of its own.
func (a *Args) content() (*Result, error) {
	if a.err != nil {
		return nil, a.err
	}
	p := a.payload()
	if p.Empty() {
		p = wamp.Payload{Format: wamp.CBOR, Args: []byte{majorList}}
	}
	return decodeResult(p)
}

// AnswerCall is what [Caller.Invoke] returns when the callee has answered with a result, which may be nil.
func AnswerCall(p *Procedure, result *Result) (*Values, error) {
	if result == nil {
		result = new(Result)
	}
	args, err := result.encode()
	if err != nil {
		return nil, requestError("call", p.URI, err)
	}
	defer args.release()
	values := new(Values)
	values.store(args.payload())
	values.open(p.URI, results)
	return values, nil
}

// RefuseCall is the error that [Caller.Invoke] returns when the callee's handler has returned err: what the caller
// gets of it, as it comes over the wire, with the typed error that the annotation declares for its URI.
func RefuseCall(p *Procedure, err error) error {
	args := NewArgs()
	defer args.release()
	e := &wamp.Error{URI: describe(err, p.Errors, args), Remote: true}
	if e.URI == "" {
		e.URI = wamp.ErrRuntimeError
		args.String("internal error")
	}
	values := new(Values)
	values.store(args.payload())
	e.Args, e.Kwargs, _ = codec.DecodePayload(values.payload)
	for i := range p.Errors {
		if p.Errors[i].URI == e.URI {
			e.Cause = p.Errors[i].rebuild(values)
		}
	}
	return e
}
