package router

import (
	"github.com/wampkit/wampkit/wamp"
)

// registrationProcedures are the procedures of the registration meta API
// (Advanced Profile, section "Registration Meta API"), and remove_callee, which
// revokes.
func registrationProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.registration.list":          listRegistrations,
		"wamp.registration.lookup":        lookUpRegistration,
		"wamp.registration.match":         matchRegistration,
		"wamp.registration.get":           getRegistration,
		"wamp.registration.list_callees":  listCallees,
		"wamp.registration.count_callees": countCallees,
		"wamp.registration.remove_callee": removeCallee,
	}
}

func listRegistrations(c *routerCall) (wamp.Payload, error) {
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	d := &c.realm.dealer
	var found idsByMatch
	d.mu.RLock()
	for id, reg := range d.byID {
		found.add(reg.match, id)
	}
	d.mu.RUnlock()
	return c.result(found.dict())
}

// lookUpRegistration finds the registration of exactly a URI or pattern.
func lookUpRegistration(c *routerCall) (wamp.Payload, error) {
	uri, match, err := c.pattern("procedure")
	if err != nil {
		return wamp.Payload{}, err
	}
	d := &c.realm.dealer
	d.mu.RLock()
	reg, found := d.registrations.get(match, uri)
	d.mu.RUnlock()
	if !found {
		return c.result(nil)
	}
	return c.result(reg.id)
}

// matchRegistration finds the registration that a call would be routed to.
func matchRegistration(c *routerCall) (wamp.Payload, error) {
	procedure := wamp.URI(c.text("procedure"))
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	reg, _ := c.realm.dealer.serving(procedure)
	if reg == nil {
		return c.result(nil)
	}
	return c.result(reg.id)
}

func getRegistration(c *routerCall) (wamp.Payload, error) {
	reg, _, err := c.registration()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(reg.describe())
}

func listCallees(c *routerCall) (wamp.Payload, error) {
	_, callees, err := c.registration()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(idsOf(callees))
}

func countCallees(c *routerCall) (wamp.Payload, error) {
	_, callees, err := c.registration()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(len(callees))
}

// registration takes the only argument, the id of a registration, and finds it
// and its callees.
func (c *routerCall) registration() (*registration, []*session, error) {
	id := c.id("registration")
	if err := c.end(); err != nil {
		return nil, nil, err
	}
	d := &c.realm.dealer
	d.mu.RLock()
	defer d.mu.RUnlock()
	reg := d.byID[id]
	if reg == nil {
		return nil, nil, noSuchRegistration(id)
	}
	return reg, reg.callees, nil
}

func noSuchRegistration(id wamp.ID) error {
	return wamp.NewError(wamp.ErrNoSuchRegistration, "there is no registration %d in this realm", id)
}

// removeCallee revokes a registration from one of its callees.
func removeCallee(c *routerCall) (wamp.Payload, error) {
	id, callee := c.id("registration"), c.id("callee")
	reason, err := c.reason()
	if err != nil {
		return wamp.Payload{}, err
	}
	s, err := c.realm.dealer.revoke(c.out, id, callee, reason)
	if err != nil {
		return wamp.Payload{}, err
	}
	c.affected = append(c.affected, s)
	return c.result()
}

// identify and describe are what the meta API tells about a registration.
func (r *registration) identify() wamp.ID { return r.id }

func (r *registration) describe() wamp.Dict {
	return wamp.Dict{
		"id": r.id, "created": timestamp(r.created), "uri": r.uri, "match": r.match.String(), "invoke": r.policy.String(),
	}
}

// noteServed notes that a callee was added. dealer.mu is held.
func (r *registration) noteServed(s *session) {
	meta := &s.realm.meta
	if len(r.callees) == 1 { // a registration that lost its last callee gets none any more
		meta.note(metaEvent{topic: registrationOnCreate, session: s, subject: r})
	}
	meta.note(metaEvent{topic: registrationOnRegister, session: s, subject: r})
}

// noteWithdrawn notes that a callee was removed. dealer.mu is held.
func (r *registration) noteWithdrawn(s *session, revoked bool) {
	meta := &s.realm.meta
	meta.note(metaEvent{topic: registrationOnUnregister, session: s, subject: r, revoked: revoked})
	if len(r.callees) == 0 {
		meta.note(metaEvent{topic: registrationOnDelete, session: s, subject: r, revoked: revoked})
	}
}
