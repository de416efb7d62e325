package router

import (
	"cmp"
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

	// retain keeps the event for later subscribers. number is then that of the
	// retained event, 0 if it was not kept.
	retain bool
	number uint64

	publisher *session // who published, nil for nobody in this realm
	includeMe bool     // whether the publisher may get its own event
	// audience restricts who may get the event, nil for nobody in particular
	// (Advanced Profile, section "Subscriber Black- and Whitelisting"). See restrict.
	audience *wamp.PublishOptions
	// rkey gives the event to one node of each sharded subscription, see nodes;
	// empty for all.
	rkey string
}

// reaches reports whether a subscriber may get the event: all conditions that
// are present must hold. An eligible list that is present but empty names nobody.
func (p *publication) reaches(s *session) bool {
	if s == p.publisher && !p.includeMe {
		return false
	}
	return p.audience == nil || admits(p.audience, s)
}

// admits reports whether a session belongs to an audience.
func admits(a *wamp.PublishOptions, s *session) bool {
	return !names(a.Exclude, s.id) &&
		!names(a.ExcludeAuthID, s.identity.AuthID) &&
		!names(a.ExcludeAuthRole, s.identity.Role) &&
		(a.Eligible == nil || names(a.Eligible, s.id)) &&
		(a.EligibleAuthID == nil || names(a.EligibleAuthID, s.identity.AuthID)) &&
		(a.EligibleAuthRole == nil || names(a.EligibleAuthRole, s.identity.Role))
}

// restrict makes the audience of a publication from its options, or leaves it
// open if they name none.
func (p *publication) restrict(o *wamp.PublishOptions) {
	if o.Exclude == nil && o.ExcludeAuthID == nil && o.ExcludeAuthRole == nil &&
		o.Eligible == nil && o.EligibleAuthID == nil && o.EligibleAuthRole == nil {
		return
	}
	sortLong(o.Exclude)
	sortLong(o.ExcludeAuthID)
	sortLong(o.ExcludeAuthRole)
	sortLong(o.Eligible)
	sortLong(o.EligibleAuthID)
	sortLong(o.EligibleAuthRole)
	p.audience = o
}

// longList is the length from which a list is sorted once, since it is searched
// for every subscriber.
const longList = 12

func sortLong[T cmp.Ordered](list []T) {
	if len(list) >= longList {
		slices.Sort(list)
	}
}

// names reports whether a list that went through sortLong has an item.
func names[T cmp.Ordered](list []T, item T) bool {
	if len(list) < longList {
		return slices.Contains(list, item)
	}
	_, found := slices.BinarySearch(list, item)
	return found
}
