// Package wamp is the vocabulary of the Web Application Messaging Protocol:
// messages, identifiers, URIs and patterns, roles and features, predefined
// error URIs, and the raw [Payload] that travels from one typed end to the
// other without being decoded in between.
//
// It does no I/O, starts no goroutines and knows no serializer; package
// wamp/codec turns a [Message] into bytes and back.
//
// # Invariants
//
//   - A [Message] is plain data. Its payload is still encoded.
//   - An [ErrorURI] is an error by itself, so that errors.Is(err, wamp.ErrNoSuchProcedure)
//     holds for every [Error] that carries that URI.
//
// Section names in the comments are those of the WAMP specification
// (draft-oberstet-hybi-tavendo-wamp), Basic Profile unless said otherwise.
package wamp
