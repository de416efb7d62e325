// Package wamptest runs a WAMP router inside a test, so that clients and services
// are tested against the real thing without a socket.
//
//	func TestAdd(t *testing.T) {
//		router := wamptest.New(t)
//		service, client := router.Session(t), router.Session(t)
//		… register with service, call with client …
//	}
//
// Sessions join as somebody with [As]. Code that only publishes or only calls can be tested with less: a
// [Recorder] stands in for its session, or a [Caller].
//
// Messages take the same way through codec and router as on a network. The router and
// its sessions are closed when the test ends.
package wamptest
