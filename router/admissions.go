package router

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// admissions counts open sessions by where they came to and where they came from.
type admissions struct {
	mu         sync.Mutex // guards the fields below
	byListener map[listenerKey]int
	byNetwork  map[netip.Prefix]int
}

// listenerKey is an address of this machine: a port or a Unix socket.
type listenerKey struct {
	port int
	path string
}

// keysOf is what a connection counts for. A zero key stands for nothing.
func keysOf(info transport.Info) (listenerKey, netip.Prefix) {
	from, _ := networkOf(info.Remote)
	switch local := info.Local.(type) {
	case *net.TCPAddr:
		return listenerKey{port: local.Port}, from
	case *net.UnixAddr:
		return listenerKey{path: local.Name}, from
	}
	return listenerKey{}, from
}

// admit counts a session in, or says which limit keeps it out.
func (a *admissions) admit(info transport.Info, l *Limits) (full limit, ok bool) {
	to, from := keysOf(info)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case to != listenerKey{} && l.MaxSessionsPerListener > 0 && a.byListener[to] >= l.MaxSessionsPerListener:
		return limitListenerSessions, false
	case from.IsValid() && l.MaxSessionsPerAddress > 0 && a.byNetwork[from] >= l.MaxSessionsPerAddress:
		return limitAddressSessions, false
	}
	if a.byListener == nil {
		a.byListener, a.byNetwork = make(map[listenerKey]int), make(map[netip.Prefix]int)
	}
	if to != (listenerKey{}) {
		a.byListener[to]++
	}
	if from.IsValid() {
		a.byNetwork[from]++
	}
	return 0, true
}

// leave counts a session out.
func (a *admissions) leave(info transport.Info) {
	to, from := keysOf(info)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byListener[to]--; a.byListener[to] <= 0 {
		delete(a.byListener, to)
	}
	if a.byNetwork[from]--; a.byNetwork[from] <= 0 {
		delete(a.byNetwork, from)
	}
}

// countSession counts a session in, or says why it is one too many: a *wamp.Error.
// The realm's mu is held.
func (r *realm) countSession(s *session) error {
	limits := r.router.limits()
	if most := r.charter().maxSessions; most > 0 && len(r.sessions) >= most {
		return r.router.tooManySessions(limitRealmSessions)
	}
	open := r.router.counters.sessions.Add(1)
	if most := int64(limits.MaxSessions); most > 0 && open > most {
		r.router.counters.sessions.Add(-1)
		return r.router.tooManySessions(limitSessions)
	}
	if full, ok := r.router.admissions.admit(s.conn.Info(), limits); !ok {
		r.router.counters.sessions.Add(-1)
		return r.router.tooManySessions(full)
	}
	return nil
}

// discountSession counts a session out.
func (r *Router) discountSession(s *session) {
	r.counters.sessions.Add(-1)
	r.admissions.leave(s.conn.Info())
}

func (r *Router) tooManySessions(reached limit) error {
	r.reached(reached)
	where := map[limit]string{
		limitSessions: "the router", limitRealmSessions: "the realm", limitListenerSessions: "this address", limitAddressSessions: "your network",
	}[reached]
	return wamp.NewError(wamp.ErrUnavailable, "%s has as many sessions as it may have", where)
}

// limit is one that sessions can reach.
type limit uint8

const (
	limitSessions limit = iota
	limitRealmSessions
	limitListenerSessions
	limitAddressSessions
	limitCalls
	limitRegistrations
	limitSubscriptions
	limitRate
	limitAuthorizationQueue
	limitCount
)

// limitNames are the names in [Stats.LimitsReached].
var limitNames = [limitCount]string{
	"sessions", "realm_sessions", "listener_sessions", "address_sessions",
	"calls", "registrations", "subscriptions", "rate", "authorization_queue",
}

// reached counts that somebody met a limit.
func (r *Router) reached(l limit) { r.counters.limits[l].Add(1) }

// snapshotLimits is [Stats.LimitsReached].
func snapshotLimits(counters *[limitCount]atomic.Uint64) map[string]uint64 {
	reached := make(map[string]uint64, limitCount)
	for l := range counters {
		reached[limitNames[l]] = counters[l].Load()
	}
	return reached
}
