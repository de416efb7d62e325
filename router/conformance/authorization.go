package conformance

// Why chapter 18 of the requirements waits.
const noAuthorization = "authorization is a later issue"

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
