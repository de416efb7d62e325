// Package router routes calls and events between WAMP peers.
//
// A [Router] holds realms. Peers reach it over any [transport.Conn]: sockets
// that [Router.ListenAndServe] or [Router.Serve] accept, a [Router.Handler]
// mounted in a program's own HTTP mux, or an in-process [Router.Connect].
//
//	r := router.New(router.Config{})
//	go r.ListenAndServe(ctx, "ws://127.0.0.1:8080/ws")
//	…
//	r.Shutdown(ctx)
//
// # Invariants
//
//   - A message is routed on the goroutine that received it. Nothing is handed
//     to a central loop, and no goroutine waits for another session while it
//     holds a lock.
//   - The order of what one session sends to another is kept: events of one
//     publisher, invocations of one caller. SUBSCRIBED and REGISTERED are queued
//     before the first EVENT and INVOCATION that they make possible; after
//     UNSUBSCRIBED and UNREGISTERED there are none.
//   - Meta events tell what happens in a realm in the order in which it happens.
//     They cost nothing as long as nobody subscribes to them.
//   - A call gets exactly one final RESULT or ERROR while its caller lives.
//   - A receiver that does not keep up slows its senders down for a bounded
//     time. Then events to it are dropped and counted, or its session is ended,
//     as configured; results, errors, invocations and acknowledgements are never
//     dropped while the session lives.
//   - After a protocol violation nothing more of that peer is processed.
//   - A feature is announced in WELCOME only if it works.
package router
