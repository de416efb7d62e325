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
//	decoder := codec.NewDecoder(wamp.CBOR, codec.Options{})
//	m, err := decoder.Decode(frame) // a *Violation ends the session
//	…
//	frame, err = codec.Append(make([]byte, 0, codec.SizeHint(m)), wamp.CBOR, m)
//
// # Invariants
//
//   - No input panics, recurses deeper than the decoder's limit, or makes the
//     decoder allocate more than a small multiple of the input's length.
//   - Integers are written in their shortest form.
//   - What [Decoder.Decode] accepts, [Append] can write for every receiver, or
//     says why not ([ErrUnrepresentable]).
//
// # Where the specification leaves a choice
//
//   - Of a dictionary key that comes twice, the last one counts.
//   - An attribute of options or details that is null, or undefined as
//     JavaScript knows it, is absent. Any other wrong type is a violation.
//   - A number in JSON is an integer unless it has a fraction or an exponent.
//     A float is written with one of them, so that it stays a float.
//   - A JSON string of U+0000 and base64 is a byte string. One that starts with
//     U+0000 and goes on otherwise is a string. A string of another serializer
//     that would become a byte string on this way is unrepresentable in JSON.
//   - The CBOR tags 0, 1 and 55799 are dropped in transcoding and undefined
//     becomes null. Other tags and simple values, MsgPack extensions, and
//     integers beyond 64 bits pass between sessions of the same serializer
//     only.
//   - In lists of session identifiers an integral float above 2^32 counts as the
//     integer, except in JSON: encoders for JavaScript write it that way.
package codec
