package conformance

import "slices"

// The features that routers announce, as the specification's chapters spell
// them. Sharded subscriptions are spelled in two ways, see the choices.
var (
	brokerFeatures = []string{
		"subscriber_blackwhite_listing", "publisher_exclusion", "publisher_identification", "publication_trustlevels",
		"subscription_meta_api", "session_meta_api", "pattern_based_subscription", "event_history", "event_retention",
		"subscription_revocation", "sharded_subscription", "shareded_subscriptions", "payload_passthru_mode", "topic_reflection",
	}
	dealerFeatures = []string{
		"progressive_call_results", "progressive_call_invocations", "call_timeout", "call_canceling", "caller_identification",
		"call_trustlevels", "registration_meta_api", "session_meta_api", "pattern_based_registration", "shared_registration",
		"sharded_registration", "registration_revocation", "testament_meta_api", "call_reroute", "payload_passthru_mode", "procedure_reflection",
	}
)

var features = Chapter{Title: "Feature announcement", Cases: []Case{
	{
		ID: "W102", Level: Must, Spec: "a/features",
		Rule: "A feature that a peer has not announced, with the value `true`, is not used towards it.",
		Test: func(t *T) {
			for _, callee := range []*Peer{
				t.Peer(),
				t.Peer(announcing("caller.call_canceling", "caller.progressive_call_results")), // of another role
				t.Peer(saying(d{"roles": d{"callee": d{"features": d{"call_canceling": false, "progressive_call_results": false}}}})),
				t.Peer(saying(d{"roles": d{"callee": d{"call_canceling": true, "progressive_call_results": true}}})), // in the wrong place
			} {
				caller := t.Peer(complete)
				registration := callee.Register("com.procedure")
				caller.Send(48, next, d{"receive_progress": true}, "com.procedure")
				invocation := callee.Expect(68, anID, anID, d{}).ID(1)
				caller.Send(49, last, d{"mode": "kill"})
				caller.ExpectError(48, last, "wamp.error.canceled")
				callee.Yield(invocation)
				callee.ExpectNothing()
				callee.Unregister(registration)
			}
		},
	},
	{
		ID: "W103", Level: Must, Spec: "a/features",
		Rule: "What the dealer announces is spelled as in the specification. (That it works is what the cases of the feature are for.)",
		Test: func(t *T) { t.known("dealer", dealerFeatures) },
	},
	{
		ID: "W104", Level: Must, Spec: "a/features",
		Rule: "What the broker announces is spelled as in the specification. (That it works is what the cases of the feature are for.)",
		Test: func(t *T) { t.known("broker", brokerFeatures) },
	},
	{
		ID: "W105", Level: Must, Spec: "a/meta_api_sessions",
		Rule:  "`session_meta_api` is announced on both the broker and the dealer.",
		Needs: anyOf(announced("broker.session_meta_api"), announced("dealer.session_meta_api")),
		Test: func(t *T) {
			if !t.Announces("broker.session_meta_api") || !t.Announces("dealer.session_meta_api") {
				t.Errorf("it is announced on one of them only")
			}
		},
	},
	{
		ID: "W106", Level: Ambiguous, Spec: "a/rpc_progressive_call_invocations, a/rpc_call_canceling",
		Rule: "Call canceling is spelled in two ways: `call_canceling` is announced, and `call_cancelling` accepted too.",
		Test: func(t *T) {
			if !t.Announces("dealer.call_canceling") {
				t.Errorf("call_canceling is not announced")
			}
			for _, spelling := range []string{"call_canceling", "call_cancelling"} {
				callee, caller := t.Peer(announcing("callee."+spelling)), t.Peer()
				registration := callee.Register("com.procedure")
				caller.Send(48, next, d{}, "com.procedure")
				invocation := callee.Invoked()
				caller.Send(49, last, d{})
				callee.Expect(69, invocation, aDict)
				caller.ExpectError(48, last, "wamp.error.canceled")
				callee.Unregister(registration)
			}
		},
	},
}}

// known checks that a role announces nothing that is not in the list.
func (t *T) known(role string, list []string) {
	announced, _ := dig(t.Peer().Welcome, "roles", role, "features").(d)
	for name := range announced {
		if !slices.Contains(list, name) {
			t.Errorf("the %s announces %q", role, name)
		}
	}
}

// anyOf is met when one of the needs is.
func anyOf(needs ...Need) Need {
	any := Need{Met: func(t *T) bool {
		return slices.ContainsFunc(needs, func(n Need) bool { return n.Met(t) })
	}}
	for i, n := range needs {
		if i > 0 {
			any.What += " or "
		}
		any.What += n.What
	}
	return any
}
