// Package attack tries on a router what an adversary would, over real sockets, and
// states what each attack got. Its tests are all there is to it; the table in
// docs/security.md is written by
//
//	go test ./router/attack -update
package attack
