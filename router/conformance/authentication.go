package conformance

// Why chapters 17 and 18 of the requirements wait.
const (
	noAuthentication = "authentication is a later issue"
	noAuthorization  = "authorization is a later issue"
)

var authentication = Chapter{Title: "Authentication", Cases: []Case{
	{ID: "W192", Level: Must, Spec: "a/authentication, a/uris", Later: noAuthentication,
		Rule: "The router picks one of the client's `authmethods`, else ABORT `wamp.error.no_matching_auth_method`; CHALLENGE names the one it picked."},
	{ID: "W193", Level: Must, Spec: "a/uris", Later: noAuthentication,
		Rule: "Every failure to authenticate has its own URI in the ABORT."},
	{ID: "W194", Level: Must, Spec: "a/authentication_ticket", Later: noAuthentication,
		Rule: "WELCOME tells authid, authrole, authmethod and authprovider."},
	{ID: "W195", Level: Derived, Spec: "a/authentication", Later: noAuthentication,
		Rule: "A CHALLENGE is answered once: after a wrong answer the session is over."},
	{ID: "W196", Level: Must, Spec: "a/authentication_ticket", Later: noAuthentication,
		Rule: "By `ticket`, the signature is the ticket."},
	{ID: "W197", Level: Must, Spec: "a/authentication_cra", Later: noAuthentication,
		Rule: "The challenge of `wampcra` is JSON with the identity, a nonce, the time, and the session id of the later WELCOME."},
	{ID: "W198", Level: Must, Spec: "a/authentication_cra", Later: noAuthentication,
		Rule: "The signature of `wampcra` is the base64 of an HMAC-SHA256 of the challenge, by a secret that may be salted."},
	{ID: "W199", Level: Derived, Spec: "a/authentication_cra", Later: noAuthentication,
		Rule: "The answer to a challenge has to come in time, and its nonce counts once."},
	{ID: "W200", Level: Must, Spec: "a/authentication_scram", Later: noAuthentication,
		Rule: "`wamp-scram` proves that both sides know the secret, and does not tell which users exist."},
	{ID: "W201", Level: Must, Spec: "a/authentication_cryptosign", Later: noAuthentication,
		Rule: "By `cryptosign` the client signs the router's own challenge: an answer to another one is refused."},
	{ID: "W202", Level: Must, Spec: "a/authentication_cryptosign", Later: noAuthentication,
		Rule: "`cryptosign` needs a public key; without an authid the router assigns one."},
	{ID: "W203", Level: Optional, Spec: "a/authentication_cryptosign", Later: noAuthentication,
		Rule: "By `cryptosign` the router can prove who it is, too."},
	{ID: "W204", Level: Optional, Spec: "a/authentication_cryptosign", Later: noAuthentication,
		Rule: "Channel binding ties the proof to the TLS connection."},
	{ID: "W205", Level: Must, Spec: "a/authentication_cryptosign", Later: noAuthentication,
		Rule: "The test vectors of the chapter hold."},
	{ID: "W206", Level: Optional, Spec: "a/authentication", Later: noAuthentication,
		Rule: "Cookies and TLS client certificates can authenticate; who is anonymous is configured."},
}}

var authorization = Chapter{Title: "Authorization", Cases: []Case{
	{ID: "W207", Level: Must, Spec: "b/uri_reference, a/uris", Later: noAuthorization,
		Rule: "What is denied fails with `wamp.error.not_authorized`."},
	{ID: "W208", Level: Must, Spec: "b/uri_reference", Later: noAuthorization,
		Rule: "If the authorizer itself fails, nothing is done: `wamp.error.authorization_failed`."},
	{ID: "W209", Level: Derived, Spec: "b/publish_subscribe", Later: noAuthorization,
		Rule: "A publication that is denied and not acknowledged is dropped without a word."},
	{ID: "W210", Level: Derived, Spec: "a/authorization", Later: noAuthorization,
		Rule: "A pattern is authorized as a pattern: a right on `a.b` is none on the prefix `a`."},
	{ID: "W211", Level: Derived, Spec: "security", Later: noAuthorization,
		Rule: "Validity is checked before authorization, and that before existence, so that nobody learns what exists."},
	{ID: "W212", Level: Derived, Spec: "b/security_model", Later: noAuthorization,
		Rule: "An authorizer that takes long neither changes the order of events and calls nor blocks other sessions."},
}}
