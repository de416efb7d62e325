// Package auth holds the ways to join a realm that need more than asking: by
// ticket, WAMP-CRA, WAMP-SCRAM, cryptosign, TLS client certificate, cookie, and by
// what a registered procedure says. Each is a [router.Authenticator] for
// [router.RealmConfig]:
//
//	cra, err := auth.NewCRA(auth.Static[auth.CRAUser]{"peter": {Key: key, Salt: salt, Role: "user"}})
//	…
//	realm := router.RealmConfig{Name: "realm1", Authenticators: []router.Authenticator{cra}}
//
// What every method keeps to:
//
//   - A principal that does not exist gets the same challenges, the same refusal
//     (wamp.error.authentication_denied with the same text) and the same work as a
//     wrong secret. Challenges that contain something of a user's own, such as a
//     salt, are made up for those who do not exist, always the same for the same authid.
//   - A challenge is answered once, in time, and is never used again.
//   - Secrets are compared in constant time, and are in no log and no error.
//   - What could not be found out, because a database or a procedure failed, denies:
//     wamp.error.authentication_failed, without the reason, which is logged.
//
// [DeriveCRA], [DeriveSCRAM], [HashTicket] and [NewCryptosignKey] make what is stored in place
// of passwords.
package auth
