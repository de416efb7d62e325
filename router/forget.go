package router

import "github.com/wampkit/wampkit/wamp"

// ForgetDecisions forgets what the Authorizer of a realm decided, and is deciding,
// about the sessions that meet a condition, so that it is asked again: when rights
// have changed, for instance. A nil condition is met by all. It returns how many
// sessions there are. What they hold already, they keep; see [Router.EndSessions].
func (r *Router) ForgetDecisions(realm wamp.URI, condition func(session wamp.ID, who Identity) bool) int {
	sessions := r.sessionsOf(realm, condition)
	for _, s := range sessions {
		s.decisions.forget()
	}
	return len(sessions)
}

// EndSessions ends the sessions of a realm that meet a condition, with GOODBYE; a
// nil condition is met by all. Empty, the reason is wamp.close.killed; the message,
// for people, may be empty. It returns how many were ended.
func (r *Router) EndSessions(realm wamp.URI, condition func(session wamp.ID, who Identity) bool, reason wamp.URI, message string) int {
	if reason == "" {
		reason = wamp.CloseKilled
	}
	ended := 0
	o := r.outbox()
	defer o.release()
	for _, s := range r.sessionsOf(realm, condition) {
		if s.dismiss(dismissal{reason: reason, message: message}) {
			ended++
			s.realm.tell(o, s)
		}
	}
	return ended
}

// sessionsOf are the open sessions of a realm that meet a condition.
func (r *Router) sessionsOf(name wamp.URI, condition func(wamp.ID, Identity) bool) []*session {
	r.mu.Lock()
	realm := r.realms[name]
	r.mu.Unlock()
	if realm == nil {
		return nil
	}
	return realm.sessionsWith(func(s *session) bool { return condition == nil || condition(s.id, s.identity) })
}

// authorizationProcedures are procedures about what an [Authorizer] decided. They
// are our own: the specification has none.
func authorizationProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.authorization.forget": forgetDecisions,
	}
}

// forgetDecisions forgets what was decided for the sessions of an authid, or of all
// if there is none, and returns how many sessions there are.
func forgetDecisions(c *routerCall) (wamp.Payload, error) {
	authID := ""
	if len(c.args) > 0 {
		authID = c.text("authid")
	}
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	sessions := c.realm.sessionsWith(func(s *session) bool { return authID == "" || s.identity.AuthID == authID })
	for _, s := range sessions {
		s.decisions.forget()
	}
	return c.result(len(sessions))
}
