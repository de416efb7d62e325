package runtime

import (
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// TransportOf is what options say about the connection, and the serializer that they prefer.
func TransportOf(opts ...DialOption) (transport.Config, wamp.Format) {
	t := newDialOptions(opts).transport
	if len(t.Formats) == 0 {
		return t.Config, 0
	}
	return t.Config, t.Formats[0]
}
