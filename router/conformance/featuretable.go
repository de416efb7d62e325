package conformance

// FeatureRow is a line of the specification's chapter on features.
type FeatureRow struct {
	Name   string
	Status string // in the specification
	// Announced is where WELCOME tells it, such as "dealer.call_timeout"; empty for
	// what is not announced.
	Announced []string
	Cases     []string
}

// FeatureTable is the specification's list of advanced features, in its order,
// with those that it announces but does not list behind.
func FeatureTable() []FeatureRow {
	return []FeatureRow{
		{"Progressive Call Results", "stable", l1("dealer.progressive_call_results"), l1("W107", "W108", "W109", "W110", "W111", "W112", "W113")},
		{"Progressive Call Invocations", "alpha", l1("dealer.progressive_call_invocations"),
			l1("W114", "W115", "W116", "W117", "W118", "W119", "W120", "W121", "W122", "W123", "W124", "W125")},
		{"Call Timeout", "alpha", l1("dealer.call_timeout"), l1("W137", "W138", "W139")},
		{"Call Canceling", "alpha", l1("dealer.call_canceling"), l1("W127", "W128", "W129", "W130", "W131", "W132", "W133", "W134", "W135", "W136")},
		{"Caller Identification", "stable", l1("dealer.caller_identification"), l1("W143", "W144", "W145", "W146")},
		{"Call Trustlevels", "alpha", l1("dealer.call_trustlevels"), l1("W147")},
		{"Registration Meta API", "beta", l1("dealer.registration_meta_api"), l1("W184", "W185", "W186")},
		{"Pattern-based Registration", "stable", l1("dealer.pattern_based_registration"), l1("W148", "W149", "W150", "W151", "W152")},
		{"Shared Registration", "beta", l1("dealer.shared_registration"), l1("W153", "W154", "W155", "W156", "W157")},
		{"Sharded Registration", "alpha", l1("dealer.sharded_registration"), l1("W161")},
		{"Registration Revocation", "alpha", l1("dealer.registration_revocation"), l1("W159")},
		{"(Interface) Procedure Reflection", "sketch", l1("dealer.procedure_reflection"), l1("W232")},

		{"Subscriber Blackwhite Listing", "stable", l1("broker.subscriber_blackwhite_listing"), l1("W163", "W164", "W165")},
		{"Publisher Exclusion", "stable", l1("broker.publisher_exclusion"), l1("W071", "W162")},
		{"Publisher Identification", "stable", l1("broker.publisher_identification"), l1("W166", "W146")},
		{"Publication Trustlevels", "alpha", l1("broker.publication_trustlevels"), l1("W147")},
		{"Subscription Meta API", "beta", l1("broker.subscription_meta_api"), l1("W187", "W188")},
		{"Pattern-based Subscription", "stable", l1("broker.pattern_based_subscription"), l1("W066", "W148", "W149", "W167", "W168")},
		{"Sharded Subscription", "alpha", l1("broker.sharded_subscription"), l1("W161")},
		{"Event History", "beta", l1("broker.event_history"), l1("W172", "W173", "W175", "W176")},
		{"(Interface) Topic Reflection", "sketch", l1("broker.topic_reflection"), l1("W232")},

		{"Challenge-response Authentication", "stable", nil, l1("W197", "W198", "W199")},
		{"Ticket authentication", "beta", nil, l1("W196")},
		{"Cryptosign authentication", "beta", nil, l1("W201", "W202", "W203", "W204", "W205")},
		{"RawSocket transport", "stable", nil, l1("W213", "W214", "W215", "W216", "W217", "W218", "W219", "W220", "W221", "W222", "W223", "W224", "W225")},
		{"Batched WebSocket transport", "sketch", nil, l1("W038")},
		{"HTTP Longpoll transport", "beta", nil, l1("W226")},
		{"Session Meta API", "beta", l1("broker.session_meta_api", "dealer.session_meta_api"), l1("W177", "W178", "W179", "W180", "W181", "W182", "W183")},
		{"Call Rerouting", "sketch", l1("dealer.call_reroute"), l1("W140", "W141", "W142")},
		{"Payload Passthru Mode", "sketch", l1("broker.payload_passthru_mode", "dealer.payload_passthru_mode"), l1("W227", "W228", "W229", "W230", "W231")},

		{"Event Retention", "not listed", l1("broker.event_retention"), l1("W169", "W170", "W171")},
		{"Subscription Revocation", "not listed", l1("broker.subscription_revocation"), l1("W160")},
		{"Session Testament", "not listed", l1("dealer.testament_meta_api"), l1("W190", "W191")},
	}
}

func l1(items ...string) []string { return items }
