package codec

import (
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// Append writes m in format f behind dst and returns the extended slice. If
// dst has room (see [SizeHint]) and the payload is in f already, it allocates nothing.
//
// The payload is spliced as it is if its format is f, and transcoded otherwise.
// Empty arguments without keyword arguments are left out; keyword arguments
// have an argument list before them, empty if need be. Dictionaries are
// written sorted by key.
//
// It does not judge identifiers and URIs, and trusts the payload to be
// well-formed. On error, which wraps [ErrUnrepresentable] or is a [*Violation]
// of the payload, it returns dst as it was.
func Append(dst []byte, f wamp.Format, m wamp.Message) ([]byte, error) {
	e := newEncoder(dst, f)
	switch m := m.(type) {
	case *wamp.Call:
		e.call(m)
	case *wamp.Invocation:
		e.invocation(m)
	case *wamp.Yield:
		e.yield(m)
	case *wamp.Result:
		e.result(m)
	case *wamp.Publish:
		e.publish(m)
	case *wamp.Event:
		e.event(m)
	case *wamp.ErrorMessage:
		e.errorMessage(m)
	case *wamp.Hello:
		e.hello(m)
	case *wamp.Welcome:
		e.welcome(m)
	case *wamp.Abort:
		e.abort(m)
	case *wamp.Challenge:
		e.challenge(m)
	case *wamp.Authenticate:
		e.authenticate(m)
	case *wamp.Goodbye:
		e.goodbye(m)
	case *wamp.Published:
		e.acknowledge(wamp.TypePublished, m.Request, m.Publication)
	case *wamp.Subscribe:
		e.subscribe(m)
	case *wamp.Subscribed:
		e.acknowledge(wamp.TypeSubscribed, m.Request, m.Subscription)
	case *wamp.Unsubscribe:
		e.acknowledge(wamp.TypeUnsubscribe, m.Request, m.Subscription)
	case *wamp.Unsubscribed:
		e.unsubscribed(m)
	case *wamp.Cancel:
		e.cancel(m)
	case *wamp.Register:
		e.register(m)
	case *wamp.Registered:
		e.acknowledge(wamp.TypeRegistered, m.Request, m.Registration)
	case *wamp.Unregister:
		e.acknowledge(wamp.TypeUnregister, m.Request, m.Registration)
	case *wamp.Unregistered:
		e.unregistered(m)
	case *wamp.Interrupt:
		e.interrupt(m)
	default:
		e.fail(fmt.Errorf("codec: cannot encode %T", m))
	}
	return e.finish()
}

// message starts a message with so many elements behind the type.
func (e *encoder) message(t wamp.MessageType, elements int) {
	e.open(false, elements+1)
	e.uint(uint64(t))
}

// messageWith starts a message with a payload, and returns how many elements
// that has: see [encoder.payload].
func (e *encoder) messageWith(t wamp.MessageType, elements int, p *wamp.Payload) (parts int) {
	parts = e.parts(p)
	e.message(t, elements+parts)
	return parts
}

func (e *encoder) end() { e.close(false, -1, 0) }

// acknowledge writes a message that is nothing but identifiers.
func (e *encoder) acknowledge(t wamp.MessageType, ids ...wamp.ID) {
	e.message(t, len(ids))
	for _, id := range ids {
		e.uint(uint64(id))
	}
	e.end()
}

func (e *encoder) details(d wamp.Dict) { e.dictValue(d, maxDepth) }

// parts is how many elements a payload needs: none, Arguments, or ArgumentsKw too.
func (e *encoder) parts(p *wamp.Payload) int {
	if p.Empty() || e.err != nil {
		return 0
	}
	from := e.to
	if e.format != p.Format {
		from = syntaxOf(p.Format)
	}
	switch {
	case from == nil:
		e.fail(errNoFormat)
		return 0
	case len(p.Kwargs) > 0 && !from.empty(p.Kwargs):
		return 2
	case len(p.Args) > 0 && !from.empty(p.Args):
		return 1
	}
	return 0
}

// payload writes the first parts of p.
func (e *encoder) payload(p *wamp.Payload, parts int) {
	if parts > 0 {
		if len(p.Args) > 0 {
			e.transplant(p.Format, p.Args)
		} else {
			e.open(false, 0)
			e.close(false, -1, 0)
		}
	}
	if parts > 1 {
		e.transplant(p.Format, p.Kwargs)
	}
}

// transplant splices or transcodes a value.
func (e *encoder) transplant(from wamp.Format, value []byte) {
	if from == e.format {
		e.raw(value)
	} else {
		e.transcode(from, value)
	}
}
