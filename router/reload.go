package router

import (
	"errors"
	"reflect"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// ErrClosed means that the router is shutting down.
var ErrClosed = errors.New("router is shutting down")

// Reload lets another configuration hold from now on, without ending what goes on
// under it. If it is not valid, the error is that of [Config.Validate] and nothing
// changes.
//
//   - Realms that are new can be joined. Realms that are no longer named end: their
//     sessions get GOODBYE with wamp.close.close_realm.
//   - Roles, authorizers, authenticators, disclosure and trust levels hold at once,
//     for all sessions. What an authorizer decided is forgotten. A session whose role
//     is gone, unless an authorizer may have a say, gets GOODBYE with
//     wamp.close.killed. Subscriptions and registrations that a role does not allow
//     any more are revoked, unless an authorizer may have allowed them.
//   - A session stays who it was found to be, even if it could not log in any
//     more: see [Router.EndSessions].
//   - Limits and origins hold for what comes from now on. The longest message, the
//     outbound queue and the pings of a connection stay as they were when it came.
//   - Strict, Retention and History of a realm that goes on, and Observe, do not
//     change; that they would have to is logged. Neither does Logger.
func (r *Router) Reload(config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	config = config.withDefaults()
	r.reloading.Lock()
	defer r.reloading.Unlock()
	if config.Observe != r.config.Observe {
		r.config.Logger.Warn("whether realms are observed changes when the router starts")
	}

	closed, err := r.replaceRealms(config)
	if err != nil {
		return err
	}
	r.bounds.Store(&config.Limits)
	r.server.SetBounds(transport.Bounds{
		Config: config.Limits.transport(), MaxConns: config.Limits.MaxConnections, Origins: config.Origins,
	})
	r.setGreeters(config)
	for _, realm := range closed {
		realm.close(wamp.CloseRealm, "the realm is closed")
	}
	r.enforceCharters()
	return nil
}

// replaceRealms makes the realms those of another configuration, and returns those
// that are to be closed. Nobody can join them any more.
func (r *Router) replaceRealms(config Config) (closed []*realm, err error) {
	named := make(map[wamp.URI]RealmConfig, len(config.Realms))
	for _, rc := range config.Realms {
		named[rc.Name] = rc
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining() {
		return nil, ErrClosed
	}
	for name, realm := range r.realms {
		rc, stays := named[name]
		switch {
		case stays && !realm.passing:
			realm.recharter(rc)
		case !stays && realm.passing && config.AutoRealm != nil:
			realm.recharter(*config.AutoRealm)
		default: // it ends, or what was made for sessions gives way to what is configured
			delete(r.realms, name)
			closed = append(closed, realm)
		}
	}
	for name, rc := range named {
		if r.realms[name] == nil {
			r.realms[name] = newRealm(r, rc)
		}
	}
	r.autoRealm = config.AutoRealm
	return closed, nil
}

// recharter lets the configuration hold, as far as it can change. It does not look
// at what the sessions have: see enforceCharters.
func (r *realm) recharter(config RealmConfig) {
	config.Name = r.name
	if config.Strict != r.strict || config.Retention != r.config.Retention || !reflect.DeepEqual(config.History, r.config.History) {
		r.router.config.Logger.Warn("strict, retention and history of a realm change when the router starts", "realm", r.name)
	}
	r.current.Store(newCharter(config))
}

// enforceCharters takes from sessions what they may not have any more.
func (r *Router) enforceCharters() {
	r.mu.Lock()
	realms := make([]*realm, 0, len(r.realms))
	for _, realm := range r.realms {
		realms = append(realms, realm)
	}
	r.mu.Unlock()
	o := r.outbox()
	defer o.release()
	for _, realm := range realms {
		for _, s := range realm.sessionsWith(func(*session) bool { return true }) {
			s.decisions.forget()
			s.enforce(o)
			realm.tell(o, s)
		}
	}
}

// enforce takes from the session what its realm's charter does not allow, or ends
// it. It leaves telling (see realm.tell) to the caller.
func (s *session) enforce(o *outbox) {
	c := s.realm.charter()
	if c.open() || c.authorizer != nil {
		return
	}
	book := c.rulebooks[s.identity.Role]
	if book == nil {
		s.dismiss(dismissal{reason: wamp.CloseKilled, message: "the role " + s.identity.Role + " is gone"})
		return
	}
	const reason = wamp.URI(wamp.ErrNotAuthorized)
	for _, sub := range s.subscriber.subscriptions() {
		if _, ok := book.allows(ActionSubscribe, sub.match, sub.uri); !ok {
			_, _ = s.realm.broker.revoke(o, sub.id, s.id, reason) // what is not there any more is as good
		}
	}
	for _, reg := range s.callee.served() {
		if _, ok := book.allows(ActionRegister, reg.match, reg.uri); !ok {
			_, _ = s.realm.dealer.revoke(o, reg.id, s.id, reason)
		}
	}
}

// recheck takes back what the session was just given under a charter that does not
// hold any more: whoever enforces the new one may have looked before.
func (s *session) recheck(o *outbox, g grant) {
	if g.by != s.realm.charter() {
		s.enforce(o)
	}
}

// subscriptions are those that the session is a member of.
func (r *subscriber) subscriptions() []*subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*subscription, 0, len(r.memberships))
	for _, m := range r.memberships {
		list = append(list, m.subscription)
	}
	return list
}

// served are the registrations that the session is a callee of.
func (c *callee) served() []*registration {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]*registration, 0, len(c.registrations))
	for _, service := range c.registrations {
		list = append(list, service.registration)
	}
	return list
}
