package codec

import (
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// EncodePayload encodes dynamic arguments, as [AppendValue] does. Empty
// arguments and keyword arguments are absent from the payload.
func EncodePayload(f wamp.Format, args []any, kwargs wamp.Dict) (wamp.Payload, error) {
	p := wamp.Payload{}
	var err error
	if len(args) > 0 {
		p.Format = f
		if p.Args, err = AppendValue(nil, f, args); err != nil {
			return wamp.Payload{}, fmt.Errorf("arguments: %w", err)
		}
	}
	if len(kwargs) > 0 {
		p.Format = f
		if p.Kwargs, err = AppendValue(nil, f, kwargs); err != nil {
			return wamp.Payload{}, fmt.Errorf("keyword arguments: %w", err)
		}
	}
	return p, nil
}

// DecodePayload decodes arguments into the types that [wamp.Dict] documents.
// Absent parts are nil. It fails like [Transcode].
func DecodePayload(p wamp.Payload) (args []any, kwargs wamp.Dict, err error) {
	if p.Args != nil {
		v, err := DecodeValue(p.Format, p.Args)
		if err != nil {
			return nil, nil, fmt.Errorf("arguments: %w", err)
		}
		var ok bool
		if args, ok = v.([]any); !ok {
			return nil, nil, &Violation{Reason: "arguments: want a list"}
		}
	}
	if p.Kwargs != nil {
		v, err := DecodeValue(p.Format, p.Kwargs)
		if err != nil {
			return nil, nil, fmt.Errorf("keyword arguments: %w", err)
		}
		var ok bool
		if kwargs, ok = v.(wamp.Dict); !ok {
			return nil, nil, &Violation{Reason: "keyword arguments: want a dict"}
		}
	}
	return args, kwargs, nil
}
