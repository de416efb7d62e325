package router

import (
	"fmt"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// Invocations is how many invocations a session has not answered, for tests that
// have to know how far the router is; -1 if there is no such session.
func (r *Router) Invocations(realm wamp.URI, id wamp.ID) int {
	s := r.sessionForTest(realm, id)
	if s == nil {
		return -1
	}
	s.callee.mu.Lock()
	defer s.callee.mu.Unlock()
	return len(s.callee.invocations)
}

// Residue describes what a realm holds on to although every call has been answered:
// open calls and invocations, and whatever they keep. It also compares who serves
// what, as the registrations and as the callees have it.
func (r *Router) Residue(name wamp.URI) (residue []string) {
	realm := r.realmForTest(name)
	if realm == nil {
		return nil
	}
	note := func(format string, args ...any) { residue = append(residue, fmt.Sprintf(format, args...)) }
	realm.mu.RLock()
	sessions := make(map[*session]bool)
	for _, s := range realm.sessions {
		sessions[s] = true
	}
	realm.mu.RUnlock()

	d := &realm.dealer
	d.mu.RLock()
	defer d.mu.RUnlock()
	for id, reg := range d.byID {
		if listed, found := d.registrations.get(reg.match, reg.uri); !found || listed != reg {
			note("registration %d of %q is not in the table", id, reg.uri)
		}
		if len(reg.callees) == 0 {
			note("registration %d of %q has no callee", id, reg.uri)
		}
		for _, callee := range reg.callees {
			if !sessions[callee] {
				note("registration %d of %q has callee %d, which has left", id, reg.uri, callee.id)
			}
		}
	}
	for s := range sessions {
		s.callee.mu.Lock()
		for id, service := range s.callee.registrations {
			if reg := d.byID[id]; reg != service.registration || !slices.Contains(reg.callees, s) {
				note("session %d serves registration %d, which does not know", s.id, id)
			}
			if service.running != 0 {
				note("session %d is counted to work on %d invocations of registration %d", s.id, service.running, id)
			}
		}
		if n := len(s.callee.invocations); n != 0 {
			note("session %d has %d invocations: %v", s.id, n, s.callee.invocations)
		}
		if s.callee.kept != 0 {
			note("session %d keeps %d octets of calls", s.id, s.callee.kept)
		}
		s.callee.mu.Unlock()
		s.caller.mu.Lock()
		if n := len(s.caller.calls); n != 0 {
			note("session %d has %d open calls: %v", s.id, n, s.caller.calls)
		}
		s.caller.mu.Unlock()
	}
	for _, reg := range d.byID {
		for _, callee := range reg.callees {
			callee.callee.mu.Lock()
			if callee.callee.registrations[reg.id].registration != reg {
				note("registration %d of %q has callee %d, which does not know", reg.id, reg.uri, callee.id)
			}
			callee.callee.mu.Unlock()
		}
	}
	return residue
}

func (r *Router) realmForTest(name wamp.URI) *realm {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.realms[name]
}

func (r *Router) sessionForTest(name wamp.URI, id wamp.ID) *session {
	realm := r.realmForTest(name)
	if realm == nil {
		return nil
	}
	realm.mu.RLock()
	defer realm.mu.RUnlock()
	return realm.sessions[id]
}
