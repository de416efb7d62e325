package router

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// register carries out REGISTER.
func (d *dealer) register(o *outbox, s *session, m *wamp.Register) *violation {
	match, matchKnown := wamp.ParseMatch(m.Options.Match)
	policy, policyKnown := policies[m.Options.Invoke]
	refuse := func(uri wamp.ErrorURI, format string, args ...any) *violation {
		s.refuse(o, wamp.TypeRegister, m.Request, uri, fmt.Sprintf(format, args...))
		return nil
	}
	switch {
	case !matchKnown:
		return refuse(wamp.ErrInvalidArgument, "REGISTER with the unknown matching policy %q", m.Options.Match)
	case !policyKnown:
		return refuse(wamp.ErrInvalidArgument, "REGISTER with the unknown invocation policy %q", m.Options.Invoke)
	case !d.realm.takesPattern(match, m.Procedure):
		return refuse(wamp.ErrInvalidURI, "%q is no valid procedure URI for %s matching", m.Procedure, match)
	case m.Procedure.Reserved():
		return refuse(wamp.ErrInvalidURI, "%q is reserved for the router", m.Procedure)
	}
	g := s.authorize(o, ActionRegister, match, m.Procedure, m)
	if g.verdict != allowed {
		s.refuseUnauthorized(o, m, m.Request, g, ActionRegister, match, m.Procedure)
		return nil
	}
	switch {
	case m.Options.DiscloseCaller && !d.realm.charter().disclose.Caller:
		return refuse(wamp.ErrDiscloseMeDisallowed, "this realm does not disclose callers")
	case !wamp.KnownRunMode(m.Options.RunMode):
		return refuse(wamp.ErrInvalidArgument, "REGISTER with the unknown run mode %q", m.Options.RunMode)
	}
	for {
		err := d.serve(s, m, match, policy)
		if err == errTaken && m.Options.ForceReregister && d.takeOver(o, s, m, match) {
			continue
		}
		if err == errTooMany {
			return refuse(wamp.ErrUnavailable, "this session has as many registrations as it may have")
		}
		if err == errTaken {
			return refuse(wamp.ErrProcedureAlreadyExists, "%q is registered already", m.Procedure)
		}
		switch fateOf(err) {
		case queued:
			o.sent(s, wamp.TypeRegistered)
			s.recheck(o, g)
			return nil
		case full:
			if !o.awaitRoom(s) {
				s.endStalled()
				return nil
			}
		default:
			return nil
		}
	}
}

// errTaken means that a procedure has a registration that cannot be shared.
var errTaken = errors.New("procedure is registered already")

// serve makes s a callee of the registration that m asks for, and queues
// REGISTERED in the same step, so that it precedes every INVOCATION.
func (d *dealer) serve(s *session, m *wamp.Register, match wamp.Match, p policy) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	reg, exists := d.registrations.get(match, m.Procedure)
	if exists && !reg.admits(s, p) {
		return errTaken
	}
	if !exists {
		reg = &registration{
			id: d.realm.router.ids.next(), uri: m.Procedure, match: match, policy: p, created: time.Now(),
		}
	}
	registered := wamp.Registered{Request: m.Request, Registration: reg.id}
	if err := s.callee.serve(s, &registered, serving{
		registration: reg,
		disclosing:   m.Options.DiscloseCaller,
		limit:        m.Options.Concurrency,
		timing:       m.Options.ForwardTimeout && s.roles.Supports(wamp.RoleCallee, wamp.FeatureCallTimeout),
	}); err != nil {
		return err
	}
	reg.callees = reg.with(s)
	reg.nameShard(s, m.Options.RKey)
	if !exists {
		d.registrations.put(match, m.Procedure, reg)
		d.byID[reg.id] = reg
	}
	reg.noteServed(s)
	return nil
}

// replaced is the reason of a revocation that makes room for force_reregister.
const replaced wamp.URI = "wampkit.registration.replaced"

// takeOver revokes a registration of a single callee, so that s can have the
// procedure, and reports whether another attempt makes sense. It ends the part of
// a callee that takes nothing any more, too: that is whom it is made for.
func (d *dealer) takeOver(o *outbox, s *session, m *wamp.Register, match wamp.Match) bool {
	d.mu.RLock()
	reg, exists := d.registrations.get(match, m.Procedure)
	var callees []*session
	if exists {
		callees = reg.callees
	}
	d.mu.RUnlock()
	switch {
	case !exists:
		return true // it has gone in the meantime
	case reg.policy != single || slices.Contains(callees, s):
		return false
	}
	for _, callee := range callees {
		_, _ = d.revoke(o, reg.id, callee.id, replaced) // what is not there any more is as good
		if callee.callee.give(reg.id) != nil {
			d.withdraw(reg, callee)
		}
		d.realm.tell(o, callee)
	}
	return true
}

// unregister carries out UNREGISTER. Invocations that are under way go on.
func (d *dealer) unregister(o *outbox, s *session, m *wamp.Unregister) *violation {
	reg := s.callee.give(m.Registration)
	if reg == nil {
		s.refuse(o, wamp.TypeUnregister, m.Request, wamp.ErrNoSuchRegistration,
			fmt.Sprintf("this session holds no registration %d", m.Registration))
		return nil
	}
	d.withdraw(reg, s)
	o.deliver(s, &wamp.Unregistered{Request: m.Request})
	return nil
}

// withdraw takes a callee from a registration, which ends with its last one.
func (d *dealer) withdraw(reg *registration, s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remove(reg, s, false)
}

// remove is withdraw with mu held. Revoked tells that it is not the callee's will.
func (d *dealer) remove(reg *registration, s *session, revoked bool) {
	reg.callees = reg.without(s)
	delete(reg.names, s)
	if len(reg.callees) == 0 {
		d.registrations.remove(reg.match, reg.uri)
		delete(d.byID, reg.id)
	}
	reg.noteWithdrawn(s, revoked)
}
