// Command bench measures wampkit over real sockets, beside its floors.
//
//	go run ./bench            # every row, as a table
//	go run ./bench --json     # the same for machines
//	go run ./bench --rows rpc # only the rows whose name matches
//
// With WAMPKIT_BENCH_PROFILES=DIR in the environment every process writes a CPU
// profile to that folder, named for its stack and role.
//
// Router, callee and driver run as separate processes that share the machine,
// as they would in the field. Each row is run on four stacks in turn, several
// rounds, so that a machine whose speed drifts does not tilt the comparison:
//
//   - tcp-relay: frames with a length prefix over TCP, forwarded by a relay that
//     knows no protocol: buffered reads, coalesced writes. This is the floor.
//   - rawsocket: a generated client and callee and the wampkit router, CBOR over RawSocket.
//   - ws-relay: the same relay over WebSocket, with coalesced writes.
//   - websocket: a generated client and callee and the router, CBOR over WebSocket.
//
// What travels well between machines are the ratios, not the absolute numbers.
package main
