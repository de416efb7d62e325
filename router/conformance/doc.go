// Package conformance is the WAMP specification as a suite of tests that read
// like it: one [Case] for every requirement, W001 to W234, grouped by chapter.
//
// A case talks to a running router as clients do: over real sockets, WebSocket
// and RawSocket, in JSON, MsgPack and CBOR. Its peers say and hear messages as
// they stand in the specification, as arrays, and can therefore say every wrong
// thing too:
//
//	Test: func(t *T) {
//		publisher, subscriber := t.Peer(), t.Peer()
//		subscriber.Send(32, 1, d{}, "com.topic")
//		id := subscriber.Expect(33, 1, anID).ID(2)
//		publisher.Send(16, 1, d{}, "com.topic", l{"hello"})
//		subscriber.Expect(36, id, anID, d{}, l{"hello"})
//		publisher.ExpectNothing()
//	}
//
// The suite is run by
//
//	go test ./router/conformance                               every case, on one link each or, where that matters, on all six
//	go test ./router/conformance -run 'TestConformance/W071'   one requirement
//	go test ./router/conformance -everything                   every case on every link
//
// # Invariants
//
//   - A case has a router of its own, and leaves nothing behind.
//   - A case that needs a feature waits for the router to announce it: until
//     then it is skipped, saying so, and it starts to run by itself.
//   - Everything that a router under test sends is checked, in whatever case:
//     see [Inspect].
//   - What docs/conformance.md says was found out by running the suite.
package conformance

//go:generate go test -count=1 -run ^TestConformance$ . -update
