// Package runtime is what programs use to take part in a WAMP realm: sessions,
// remote procedure calls, publications and subscriptions. It is what generated
// code runs on, and it has an untyped face for URIs known only at run time.
//
//	session, err := runtime.Dial(ctx, "ws://127.0.0.1:8080/ws", "realm1")
//	if err != nil { … }
//	defer session.Close()
//	sum, err := session.Call(ctx, "com.acme.add", 2, 3)
//
// # Streams
//
// Results may come one by one ([Session.CallProgress], [Progress]), arguments too
// ([Session.CallInput], [ReadInput]), and both at once ([Session.CallInputProgress]). Whoever
// sends waits while the receiver is behind; while one is, its session receives nothing else for a
// bounded time, so that large streams with slow receivers deserve a session of their own. Generated
// code has the same in types: [CallResults], [Client.CallInput], [CallInputResults],
// [SendResults], [InputFrom]. docs/streams.md tells the conventions, and how streams end.
//
// # Invariants
//
//   - Whatever waits takes a context and honours it. When a session ends, everything
//     that waits on it returns promptly with [ErrSessionClosed]; when it loses its connection and
//     is to get another ([WithReconnect]), with [ErrSessionLost].
//   - Handlers may call, publish, subscribe, register and leave on the session that runs them.
//   - Arguments are encoded once, in CBOR, where they are made, and decoded once, where
//     they are used; only sessions that speak another serializer transcode them in between.
//   - What waits in memory is bounded: what a slow receiver leaves waiting slows the sender
//     down, and where that cannot go on, something ends and says so; see [Overflow] and [ErrOverrun].
//   - No goroutine outlives its session, save handlers that do not return although their
//     context has ended, and inputs of calls whose sequence does not ([InputOf]).
//   - Nothing is global: a process may hold any number of sessions.
//   - Nothing that a router sends makes the client panic.
package runtime
