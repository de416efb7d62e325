package router

import "github.com/wampkit/wampkit/wamp"

// takesTrustLevels reports whether the session may be told how much an event is
// trusted (Advanced Profile, section "Publication Trust Levels").
func (s *session) takesTrustLevels() bool {
	return s.roles.Supports(wamp.RoleSubscriber, wamp.FeaturePublicationTrustLevels)
}

// callTrust is how much a call of s is trusted, if its callee is to be told
// (Advanced Profile, section "Call Trust Levels").
func (s *session) callTrust(callee *session, procedure wamp.URI) (level int64, told bool) {
	trustLevel := s.realm.charter().trustLevel
	if trustLevel == nil || !callee.roles.Supports(wamp.RoleCallee, wamp.FeatureCallTrustLevels) {
		return 0, false
	}
	return trustLevel(s.identity, procedure), true
}

// withoutTrustLevel is what is told to sessions that take no trust levels.
func withoutTrustLevel(d wamp.EventDetails) wamp.EventDetails {
	d.TrustLevel, d.HasTrustLevel = 0, false
	return d
}

// part is a part of a subscription's members, to whom an event is told alike.
type part uint8

const (
	everybody part = iota
	trustLevelTakers
	otherThanTakers
)

// has reports whether s belongs to the part.
func (p part) has(s *session) bool {
	return p == everybody || (p == trustLevelTakers) == s.takesTrustLevels()
}
