package wamp

import (
	"bytes"
	"fmt"
	"strings"
)

// Format is a serialization of WAMP messages (section "Serializations").
type Format uint8

// The serializers. The zero Format belongs to an empty [Payload] only.
const (
	JSON Format = iota + 1
	MsgPack
	CBOR
)

// Formats lists every serializer in the order in which they are preferred.
func Formats() []Format { return []Format{CBOR, MsgPack, JSON} }

// String is the name used in WebSocket subprotocols: "json", "msgpack" or "cbor".
func (f Format) String() string {
	switch f {
	case JSON:
		return "json"
	case MsgPack:
		return "msgpack"
	case CBOR:
		return "cbor"
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// ParseFormat is the inverse of [Format.String]; it ignores case.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if strings.EqualFold(name, f.String()) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("unknown serializer %q: want cbor, msgpack or json", name)
}

// Payload is the application payload of a message, still encoded: Args is one
// encoded list and Kwargs one encoded dictionary, each in Format. A nil slice
// means that the part is absent, which for a receiver is the same as empty.
//
// A Payload that a decoder returned aliases the decoder's input.
type Payload struct {
	Format Format
	Args   []byte
	Kwargs []byte
}

// Empty reports whether p has neither part.
func (p Payload) Empty() bool { return p.Args == nil && p.Kwargs == nil }

// Size is the number of encoded bytes.
func (p Payload) Size() int { return len(p.Args) + len(p.Kwargs) }

// Clone copies p, so that the copy outlives the buffer p aliases.
func (p Payload) Clone() Payload {
	return Payload{Format: p.Format, Args: bytes.Clone(p.Args), Kwargs: bytes.Clone(p.Kwargs)}
}
