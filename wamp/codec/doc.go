// Package codec turns WAMP messages into bytes and back, in JSON, MsgPack and
// CBOR.
//
// A [Decoder] parses only the header of a message: type, identifiers, options
// and URI. The application payload stays encoded, as a [wamp.Payload] that
// aliases the frame; it is walked once, to find its end and to make sure that
// whoever receives it can decode it. [Append] writes a header and splices the
// payload bytes behind it, and transcodes them only where the two ends speak
// different serializers.
//
// # Invariants
//
//   - No input panics, recurses deeper than the decoder's limit, or makes the
//     decoder allocate more than a small multiple of the input's length.
//   - Integers are written in their shortest form.
//   - What [Decoder.Decode] accepts, [Append] can write for every receiver, or
//     says why not ([ErrUnrepresentable]).
package codec
