// Package proof is what the two ends of an authentication both compute: the
// signatures of WAMP-CRA, the keys and proofs of WAMP-SCRAM, the signatures of
// cryptosign, and the identifier of a TLS channel that a proof may be bound to
// (Advanced Profile, section "Authentication Methods").
//
//	key := proof.CRAKey("secret1", "salt123", 1000, 32)
//	signature := proof.CRASignature(key, challenge)
//
// Nothing here talks to anybody or decides anything: who may join is for package
// router/auth to say, and how a client answers a challenge for package runtime.
// Comparisons with what a peer sent take the same time wherever the two differ.
package proof
