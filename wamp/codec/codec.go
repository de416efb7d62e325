package codec

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// Format is a serializer; see [wamp.Format].
type Format = wamp.Format

// DefaultDepth is how deep lists and dictionaries of one message may nest.
const DefaultDepth = 64

// ErrUnrepresentable means that a payload has a value which the receiver's
// serializer, or the WAMP data profile, cannot carry: a CBOR tag without
// meaning elsewhere, a dictionary key that is no string, an integer beyond 64 bits.
var ErrUnrepresentable = errors.New("value cannot be represented in the receiver's serializer")

// Violation is why a frame is no valid message. The session that sent it ends
// with wamp.error.protocol_violation (section "Protocol Violations").
type Violation struct {
	// Type is the message's type, 0 if that could not be read or is unknown.
	Type wamp.MessageType
	// Reason says what was wrong and where, such as "CALL.Options.timeout: want an unsigned integer".
	Reason string
}

// Error implements error.
func (v *Violation) Error() string { return "protocol violation: " + v.Reason }
