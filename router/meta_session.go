package router

import (
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// sessionProcedures are the procedures of the session meta API (Advanced
// Profile, section "Session Meta API").
func sessionProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.session.count": sessionCount,
		"wamp.session.list":  sessionList,
		"wamp.session.get":   sessionGet,
	}
}

func sessionCount(c *routerCall) (wamp.Payload, error) {
	sessions, err := c.sessionsByRole()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(len(sessions))
}

func sessionList(c *routerCall) (wamp.Payload, error) {
	sessions, err := c.sessionsByRole()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(idsOf(sessions))
}

// sessionsByRole are the sessions with one of the authroles that the call names,
// or all if it names none.
func (c *routerCall) sessionsByRole() ([]*session, error) {
	roles := c.optionalTexts("filter_authroles")
	if err := c.end(); err != nil {
		return nil, err
	}
	return c.realm.sessionsWith(func(s *session) bool {
		return roles == nil || slices.Contains(roles, s.identity.Role)
	}), nil
}

func sessionGet(c *routerCall) (wamp.Payload, error) {
	id := c.id("session")
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	s := c.realm.session(id)
	if s == nil {
		return wamp.Payload{}, noSuchSession(id)
	}
	return c.result(s.details())
}

func noSuchSession(id wamp.ID) error {
	return wamp.NewError(wamp.ErrNoSuchSession, "there is no other session %d in this realm", id)
}

// details are what the meta API tells about a session.
func (s *session) details() wamp.Dict {
	info := s.conn.Info()
	details := wamp.Dict{
		"session":      s.id,
		"authid":       s.identity.AuthID,
		"authrole":     s.identity.Role,
		"authmethod":   s.identity.Method,
		"authprovider": s.identity.Provider,
		"transport": wamp.Dict{
			"type":       info.Transport,
			"serializer": s.conn.Format().String(),
			"secure":     info.TLS != nil,
		},
	}
	if s.agent != "" {
		details["agent"] = s.agent
	}
	return details
}

// session finds an open session of the realm, or nil.
func (r *realm) session(id wamp.ID) *session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.sessions[id]
}

// sessionsWith are the open sessions of the realm that meet a condition.
func (r *realm) sessionsWith(condition func(*session) bool) []*session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var found []*session
	for _, s := range r.sessions {
		if condition(s) {
			found = append(found, s)
		}
	}
	return found
}

// idsOf are the ids of sessions.
func idsOf(sessions []*session) []wamp.ID {
	ids := make([]wamp.ID, len(sessions))
	for i, s := range sessions {
		ids[i] = s.id
	}
	return ids
}
