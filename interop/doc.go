// Package interop tests wampkit against WAMP clients that other people wrote:
// they call a generated Go callee, and serve procedures that a generated Go
// client calls, through wampkit's router over real sockets.
//
// The JavaScript clients are installed with npm in the folder js (npm install),
// the Python ones from Debian (python3-autobahn, python3-twisted, python3-cbor2,
// python3-msgpack).
// Where they are missing the tests are skipped, except in CI.
package interop
