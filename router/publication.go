package router

import (
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// publication is an event on its way to the subscribers. It need not stem from
// a session of this router: then publisher is nil.
type publication struct {
	id      wamp.ID
	topic   wamp.URI
	payload wamp.Payload
	// details are what every receiver is told alike.
	details wamp.EventDetails

	publisher *session // who published, nil for nobody in this realm
	includeMe bool     // whether the publisher may get its own event
	// audience restricts who may get the event, nil for nobody in particular
	// (Advanced Profile, section "Subscriber Black- and Whitelisting").
	audience *wamp.PublishOptions
}

// reaches reports whether a subscriber may get the event: all conditions that
// are present must hold. An eligible list that is present but empty names nobody.
func (p *publication) reaches(s *session) bool {
	if s == p.publisher && !p.includeMe {
		return false
	}
	a := p.audience
	if a == nil {
		return true
	}
	return !slices.Contains(a.Exclude, s.id) &&
		!slices.Contains(a.ExcludeAuthID, s.identity.AuthID) &&
		!slices.Contains(a.ExcludeAuthRole, s.identity.Role) &&
		(a.Eligible == nil || slices.Contains(a.Eligible, s.id)) &&
		(a.EligibleAuthID == nil || slices.Contains(a.EligibleAuthID, s.identity.AuthID)) &&
		(a.EligibleAuthRole == nil || slices.Contains(a.EligibleAuthRole, s.identity.Role))
}

// restricts reports whether options name an audience.
func restricts(o *wamp.PublishOptions) bool {
	return o.Exclude != nil || o.ExcludeAuthID != nil || o.ExcludeAuthRole != nil ||
		o.Eligible != nil || o.EligibleAuthID != nil || o.EligibleAuthRole != nil
}
