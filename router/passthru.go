package router

import (
	"bytes"
	"errors"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Payload passthru mode (Advanced Profile, section of that name): the payload is
// one byte string, which is none of the router's business.

// passesThrough reports whether the session uses payload passthru mode in a role.
func (s *session) passesThrough(role wamp.Role) bool {
	return s.roles.Supports(role, wamp.FeaturePayloadPassthruMode)
}

func unannouncedPassthru(message string) *violation {
	return violationf("%s with ppt_scheme by a peer that has not announced payload_passthru_mode", message)
}

// unsealed is what is told about a payload that is not one byte string.
const unsealed = "with ppt_scheme the payload has to be one byte string, without keyword arguments"

var errUnsealed = errors.New(unsealed)

// refusesPassthru answers a call whose result cannot be passed through to its
// caller, and tells the callee if that is for want of the caller's feature. It
// reports false, and does nothing, if the result can be.
func (d *dealer) refusesPassthru(o *outbox, s *session, m *wamp.Yield, inv invocation) bool {
	format := inv.caller.conn.Format()
	switch {
	case !inv.caller.passesThrough(wamp.RoleCaller):
		const message = "the caller has not announced payload_passthru_mode"
		o.answer(inv, openCall{s, m.Request}, o.failed(format, wamp.TypeCall, inv.request, wamp.ErrFeatureNotSupported, message))
		s.refuse(o, wamp.TypeInvocation, m.Request, wamp.ErrFeatureNotSupported, message)
	case !sealed(m.Payload):
		o.answer(inv, openCall{s, m.Request}, o.failed(format, wamp.TypeCall, inv.request, wamp.ErrInvalidArgument, unsealed))
	default:
		return false
	}
	return true
}

// passErrorThrough adds what a callee's ERROR says about its payload, or takes the
// payload away if the caller could make nothing of it: the URI is what matters.
func passErrorThrough(to, from *wamp.ErrorMessage, caller *session) {
	if caller.passesThrough(wamp.RoleCaller) && sealed(from.Payload) {
		to.Details.Passthru = from.Details.Passthru
	} else {
		to.Payload = wamp.Payload{}
	}
}

// sealed reports whether a payload is exactly one byte string. It looks at the
// first octets, unless they are written in an unusual way.
func sealed(p wamp.Payload) bool {
	if p.Kwargs != nil || len(p.Args) < 2 {
		return emptyDict(p) && sealedSlow(p)
	}
	a := p.Args
	switch p.Format {
	case wamp.CBOR:
		if a[0] == 0x81 {
			return a[1]>>5 == 2
		}
	case wamp.MsgPack:
		if a[0] == 0x91 {
			return 0xc4 <= a[1] && a[1] <= 0xc6
		}
	case wamp.JSON:
		if octets, ok := bytes.CutPrefix(a, []byte(`["\u0000`)); ok {
			return bytes.IndexByte(octets, '"') == len(octets)-2 || sealedSlow(p)
		}
	}
	return sealedSlow(p)
}

// emptyDict reports whether there are no keyword arguments, though perhaps an
// empty dictionary of them.
func emptyDict(p wamp.Payload) bool {
	return len(p.Kwargs) < 16 // enough for an empty one with some white space
}

func sealedSlow(p wamp.Payload) bool {
	args, kwargs, err := codec.DecodePayload(p)
	if err != nil || len(args) != 1 || len(kwargs) > 0 {
		return false
	}
	_, octets := args[0].([]byte)
	return octets
}
