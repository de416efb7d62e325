package runtime

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// Payload passthru mode (Advanced Profile, section of that name) moves payloads that are none of
// the router's business, because they are encrypted or of another protocol: each is a
// single byte string, with attributes that say how it came about. This package neither seals
// payloads nor opens them.

// WithPassthru says that the arguments are sealed as told, which must have a Scheme: the arguments are then
// one byte string and no keywords, for which [Session.Call] and [Session.Publish] get
//
//	ctx, _ := runtime.NewCallContext(ctx, runtime.WithPassthru(how))
//	result, err := session.Call(ctx, procedure, sealed)
//
// With input, each item is sealed too. What the peer has sealed is told by [Result.Passthru] and, for
// errors, by [wamp.Error]. If the router does not know payload passthru mode, the error is
// [wamp.ErrFeatureNotSupported], and nothing is sent; if the callee does not, the router says so.
// Subscribers that do not know it get a byte string.
func WithPassthru(how wamp.Passthru) CallOrPublishOption { return passthruOption(how) }

type passthruOption wamp.Passthru

func (p passthruOption) applyCall(o *callOptions)       { o.passthru = wamp.Passthru(p) }
func (p passthruOption) applyPublish(o *publishOptions) { o.Passthru = wamp.Passthru(p) }

// NewSealed is a result, or an item of an input, that is sealed as told.
func NewSealed(how wamp.Passthru, payload []byte) *Result {
	return &Result{Args: []any{payload}, Passthru: &how}
}

var errUnsealed = errors.New("want one byte string, and no keywords, in payload passthru mode")

// checkSealed says why args cannot be sent in payload passthru mode, if they are to be.
func (s *session) checkSealed(how *wamp.Passthru, args *Args, router wamp.Role) error {
	switch {
	case how == nil || how.Scheme == "" || args.err != nil:
		return nil
	case !s.welcome.Roles.Supports(router, wamp.FeaturePayloadPassthruMode):
		return &localFailure{code: wamp.ErrFeatureNotSupported, text: "the router does not announce " + wamp.FeaturePayloadPassthruMode.String()}
	case args.items != 1 || args.pairs != 0 || args.list[maxHead]&majorMask != majorBytes:
		return &EncodeError{Where: "arguments", Err: errUnsealed}
	}
	return nil
}

// sealed notes how a received payload is sealed.
func (v *Values) sealed(how wamp.Passthru) {
	if how.Scheme != "" {
		kept := how // so that nothing is allocated otherwise
		v.passthru = &kept
	}
}

// Passthru is how the payload is sealed, nil if it is not. One that is sealed is a
// single byte string.
func (v *Values) Passthru() *wamp.Passthru { return v.passthru }
