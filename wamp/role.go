package wamp

import "fmt"

// Role is a part that a peer plays in a session (section "Peers and Roles").
type Role uint8

// The roles of clients and of routers.
const (
	RolePublisher Role = iota
	RoleSubscriber
	RoleCaller
	RoleCallee
	RoleBroker
	RoleDealer
	roleCount
)

var roleNames = [roleCount]string{"publisher", "subscriber", "caller", "callee", "broker", "dealer"}

// String is the role's name on the wire.
func (r Role) String() string {
	if r < roleCount {
		return roleNames[r]
	}
	return fmt.Sprintf("Role(%d)", uint8(r))
}

// Feature is an Advanced Profile feature that a peer announces for a role.
type Feature uint8

// The features, in the order of the specification's chapter on features.
const (
	FeatureProgressiveCallResults Feature = iota
	FeatureProgressiveCallInvocations
	FeatureCallTimeout
	FeatureCallCanceling
	FeatureCallerIdentification
	FeatureCallTrustLevels
	FeatureRegistrationMetaAPI
	FeaturePatternBasedRegistration
	FeatureSharedRegistration
	FeatureShardedRegistration
	FeatureRegistrationRevocation
	FeatureCallReroute
	FeatureSubscriberBlackWhiteListing
	FeaturePublisherExclusion
	FeaturePublisherIdentification
	FeaturePublicationTrustLevels
	FeatureSubscriptionMetaAPI
	FeaturePatternBasedSubscription
	FeatureShardedSubscription
	FeatureEventHistory
	FeatureEventRetention
	FeatureSubscriptionRevocation
	FeatureSessionMetaAPI
	FeatureTestamentMetaAPI
	FeaturePayloadPassthruMode
	featureCount
)

var featureNames = [featureCount]string{
	"progressive_call_results", "progressive_call_invocations", "call_timeout", "call_canceling",
	"caller_identification", "call_trustlevels", "registration_meta_api", "pattern_based_registration",
	"shared_registration", "sharded_registration", "registration_revocation", "call_reroute",
	"subscriber_blackwhite_listing", "publisher_exclusion", "publisher_identification",
	"publication_trustlevels", "subscription_meta_api", "pattern_based_subscription",
	"sharded_subscription", "event_history", "event_retention", "subscription_revocation",
	"session_meta_api", "testament_meta_api", "payload_passthru_mode",
}

// featureAliases are spellings found in the specification's text and in
// deployed clients, beside the canonical ones.
var featureAliases = map[string]Feature{
	"call_cancelling":        FeatureCallCanceling,
	"shareded_subscriptions": FeatureShardedSubscription,
	"sharded_subscriptions":  FeatureShardedSubscription,
}

// String is the feature's name on the wire.
func (f Feature) String() string {
	if f < featureCount {
		return featureNames[f]
	}
	return fmt.Sprintf("Feature(%d)", uint8(f))
}

// Roles is what a peer announced: its roles and, for each, the features. The
// zero value announces nothing. It is a value: copies are independent.
type Roles struct {
	announced uint8
	features  [roleCount]uint32
}

// With adds a role and features to the announcement.
func (r Roles) With(role Role, features ...Feature) Roles {
	r.announced |= 1 << role
	for _, f := range features {
		r.features[role] |= 1 << f
	}
	return r
}

// Has reports whether the role was announced.
func (r Roles) Has(role Role) bool { return r.announced&(1<<role) != 0 }

// Supports reports whether the feature was announced for the role.
func (r Roles) Supports(role Role, f Feature) bool { return r.features[role]&(1<<f) != 0 }

// None reports whether no role at all was announced.
func (r Roles) None() bool { return r.announced == 0 }

// Dict is the announcement as it stands in HELLO.Details.roles and
// WELCOME.Details.roles.
func (r Roles) Dict() Dict {
	roles := Dict{}
	for role := range roleCount {
		if !r.Has(role) {
			continue
		}
		one := Dict{}
		if r.features[role] != 0 {
			features := Dict{}
			for f := range featureCount {
				if r.Supports(role, f) {
					features[f.String()] = true
				}
			}
			one["features"] = features
		}
		roles[role.String()] = one
	}
	return roles
}

// ParseRoles reads HELLO.Details.roles or WELCOME.Details.roles. Unknown roles
// and features are ignored; a value of the wrong type is an error.
func ParseRoles(v any) (Roles, error) {
	var r Roles
	roles, ok := v.(Dict)
	if !ok {
		return r, fmt.Errorf("roles: want a dict, got %T", v)
	}
	for role := range roleCount {
		one, present := roles[role.String()]
		if !present {
			continue
		}
		details, ok := one.(Dict)
		if !ok {
			return r, fmt.Errorf("roles.%s: want a dict, got %T", role, one)
		}
		r = r.With(role)
		announced, present := details["features"]
		if !present || announced == nil {
			continue
		}
		features, ok := announced.(Dict)
		if !ok {
			return r, fmt.Errorf("roles.%s.features: want a dict, got %T", role, announced)
		}
		for name, value := range features {
			on, ok := value.(bool)
			if !ok {
				if f, known := parseFeature(name); known {
					return r, fmt.Errorf("roles.%s.features.%s: want a bool, got %T", role, f, value)
				}
				continue
			}
			if f, known := parseFeature(name); known && on {
				r = r.With(role, f)
			}
		}
	}
	return r, nil
}

func parseFeature(name string) (Feature, bool) {
	for f := range featureCount {
		if featureNames[f] == name {
			return f, true
		}
	}
	f, ok := featureAliases[name]
	return f, ok
}
