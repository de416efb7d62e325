package router

import (
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// sessionProcedures are the procedures of the session meta API (Advanced
// Profile, section "Session Meta API").
func sessionProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.session.count":            countSessions,
		"wamp.session.list":             listSessions,
		"wamp.session.get":              getSession,
		"wamp.session.kill":             killSession,
		"wamp.session.kill_by_authid":   killByAuthID,
		"wamp.session.kill_by_authrole": killByAuthRole,
		"wamp.session.kill_all":         killAll,
	}
}

func countSessions(c *routerCall) (wamp.Payload, error) {
	sessions, err := c.sessionsByRole()
	if err != nil {
		return wamp.Payload{}, err
	}
	return c.result(len(sessions))
}

func listSessions(c *routerCall) (wamp.Payload, error) {
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

func getSession(c *routerCall) (wamp.Payload, error) {
	id := c.id("session")
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	s := c.realm.session(id)
	if s == nil {
		return wamp.Payload{}, noSuchSession(id)
	}
	return c.result(s.describe())
}

// killSession ends one session, which is not the caller's.
func killSession(c *routerCall) (wamp.Payload, error) {
	id := c.id("session")
	d, err := c.dismissal()
	if err != nil {
		return wamp.Payload{}, err
	}
	s := c.realm.session(id)
	if s == nil || s == c.caller || !s.dismiss(d) {
		return wamp.Payload{}, noSuchSession(id)
	}
	c.affected = append(c.affected, s)
	return c.result()
}

func noSuchSession(id wamp.ID) error {
	return wamp.NewError(wamp.ErrNoSuchSession, "there is no other session %d in this realm", id)
}

func killByAuthID(c *routerCall) (wamp.Payload, error) {
	authID := c.text("authid")
	d, err := c.dismissal()
	if err != nil {
		return wamp.Payload{}, err
	}
	killed := c.dismissOthers(d, func(s *session) bool { return s.identity.AuthID == authID })
	return c.result(idsOf(killed))
}

func killByAuthRole(c *routerCall) (wamp.Payload, error) {
	role := c.text("authrole")
	d, err := c.dismissal()
	if err != nil {
		return wamp.Payload{}, err
	}
	killed := c.dismissOthers(d, func(s *session) bool { return s.identity.Role == role })
	return c.result(len(killed))
}

// killAll ends all sessions but the caller's, in silence.
func killAll(c *routerCall) (wamp.Payload, error) {
	d, err := c.dismissal()
	if err != nil {
		return wamp.Payload{}, err
	}
	d.silent = true
	killed := c.dismissOthers(d, func(*session) bool { return true })
	return c.result(len(killed))
}

// dismissal is how the keyword arguments of a call say that sessions are to
// end. It ends the arguments.
func (c *routerCall) dismissal() (dismissal, error) {
	d := dismissal{reason: wamp.CloseKilled}
	d.message, _ = c.keywordText("message")
	if err := c.end(); err != nil {
		return d, err
	}
	if reason := c.kwargs["reason"]; reason != nil {
		text, _ := reason.(string)
		d.reason = wamp.URI(text)
		if !d.reason.Valid(c.realm.rule) {
			return d, wamp.NewError(wamp.ErrInvalidURI, "%s wants the keyword argument reason to be a URI", c.procedure)
		}
	}
	return d, nil
}

// dismissOthers ends the sessions that meet a condition, but not the caller's,
// and returns those that were still open.
func (c *routerCall) dismissOthers(d dismissal, condition func(*session) bool) []*session {
	sessions := c.realm.sessionsWith(func(s *session) bool { return s != c.caller && condition(s) })
	sessions = slices.DeleteFunc(sessions, func(s *session) bool { return !s.dismiss(d) })
	c.affected = append(c.affected, sessions...)
	return sessions
}

// describe is what the meta API tells about a session.
func (s *session) describe() wamp.Dict {
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
	if dropped := s.dropped.Load(); dropped > 0 {
		details["_events_dropped"] = dropped
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
