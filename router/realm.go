package router

import (
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
)

// realm is a routing domain: sessions of one realm never reach another's.
//
// Locks are taken in this order, and never one of one line while one of another
// line is held:
//
//	Router.mu
//	realm.mu
//	broker.mu
//	subscription.mu → subscriber.mu
//	subscription.mu → retention.mu
//	history.mu
//	dealer.mu → callee.mu → caller.mu
//
// No two of the same name are ever held together, and metaEvents.mu comes after
// all of them. Under any of them messages may be queued, which never waits;
// waiting for room never happens under a lock. What happens under one and is to be
// told is noted, and told afterwards: see metaEvents.
type realm struct {
	name     wamp.URI
	router   *Router
	rule     wamp.URIRule
	config   RealmConfig // that it was made of; see charter for what has changed since
	strict   Strict
	current  atomic.Pointer[charter] // see charter
	broker   broker
	dealer   dealer
	meta     metaEvents
	traffic  *traffic       // nil if nobody observes; shared among passing realms
	departed *atomic.Uint64 // octets sent to sessions that left; shared like traffic

	mu       sync.RWMutex // guards the fields below
	sessions map[wamp.ID]*session
	closed   bool // no session may join any more

	// holders counts the sessions, and the peers that are joining. A passing
	// realm, which Config.AutoRealm made, ends with its last holder.
	holders int // guarded by Router.mu
	passing bool

	announcement atomic.Pointer[announcement] // see announcedDict
}

func newRealm(r *Router, config RealmConfig) *realm {
	realm := &realm{
		name:     config.Name,
		config:   config,
		router:   r,
		rule:     config.Strict.rule(),
		strict:   config.Strict,
		sessions: make(map[wamp.ID]*session),
		departed: new(atomic.Uint64),
	}
	realm.current.Store(newCharter(config))
	if r.config.Observe {
		realm.traffic = new(traffic)
	}
	realm.broker.realm = realm
	realm.broker.retention = newRetention(config.Retention, &r.counters)
	realm.broker.remember(config.History)
	realm.dealer.realm = realm
	realm.dealer.byID = make(map[wamp.ID]*registration)
	return realm
}

// maxPattern is the longest URI, in octets, that may be subscribed to or
// registered. It bounds how deep the trees of patterns grow.
const maxPattern = 16 << 10

// takesPattern reports whether a URI may be subscribed to or registered.
func (r *realm) takesPattern(match wamp.Match, uri wamp.URI) bool {
	return len(uri) <= maxPattern && uri.ValidPattern(match, r.rule)
}

// errDraining refuses a HELLO while the router shuts down.
var errDraining = wamp.NewError(wamp.ErrSystemShutdown, "the router is shutting down")

// join welcomes a session. Whoever finds the session in the realm can rely on
// WELCOME being queued.
func (r *realm) join(s *session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed && !r.router.draining() {
		return wamp.NewError(wamp.ErrNoSuchRealm, "the realm %q is closed", r.name)
	}
	if r.closed {
		return errDraining
	}
	if !r.charter().knows(s.identity.Role) { // it may have gone since the session was authenticated
		return noSuchRole(s.identity.Role)
	}
	if r.sessions[s.id] != nil {
		return wamp.NewError(wamp.ErrAuthenticationFailed, "session id is taken, try again")
	}
	if err := r.countSession(s); err != nil {
		return err
	}
	s.peer.idle.Store(false)
	if err := s.sendWelcome(); err != nil {
		r.router.discountSession(s)
		return err
	}
	r.router.counters.sessionsOpened.Add(1)
	r.sessions[s.id] = s
	r.meta.note(metaEvent{topic: sessionOnJoin, session: s})
	return nil
}

// leave forgets a session.
func (r *realm) leave(s *session) {
	r.mu.Lock()
	r.depart(s)
	delete(r.sessions, s.id)
	r.meta.note(metaEvent{topic: sessionOnLeave, session: s})
	r.mu.Unlock()
	r.router.discountSession(s)
	r.router.releaseRealm(r)
}

// close lets nobody join any more and dismisses every session.
func (r *realm) close(reason wamp.URI, message string) {
	r.mu.Lock()
	r.closed = true
	sessions := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		sessions = append(sessions, s)
	}
	r.mu.Unlock()
	for _, s := range sessions {
		s.dismiss(dismissal{reason: reason, message: message, silent: true})
	}
}
