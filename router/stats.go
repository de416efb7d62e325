package router

import "sync/atomic"

// Stats are counters of a router since it was made. Gauges say so.
type Stats struct {
	// Sessions is how many sessions are open now.
	Sessions int64
	// SessionsOpened counts sessions that were welcomed.
	SessionsOpened uint64
	// SessionsRefused counts HELLOs that were answered with ABORT.
	SessionsRefused uint64
	// AuthenticationsFailed counts those of them that a method of authentication
	// refused, for a wrong secret for instance. AuthenticationsLimited counts those that
	// Limits.AuthenticationFailures refused.
	AuthenticationsFailed, AuthenticationsLimited uint64
	// Violations counts sessions and connections ended for a protocol violation.
	Violations uint64
	// Denied counts requests, and testaments, that were refused because the session
	// has no right to them. Publications that nobody acknowledges are among them.
	Denied uint64
	// AuthorizationsFailed counts requests that were refused because
	// RealmConfig.Authorizer could not decide.
	AuthorizationsFailed uint64
	// LimitsReached counts what was refused or held back because a limit was reached, by
	// its name: "connections", "sessions", "realm_sessions", "listener_sessions", "address_sessions",
	// "calls", "registrations", "subscriptions", "rate" and "authorization_queue". See also
	// Violations, for messages that are too long, too deep or have too long options, and
	// EventsDropped.
	LimitsReached map[string]uint64
	// Stalled counts sessions ended because they did not keep up.
	Stalled uint64
	// EventsDropped counts events that were not delivered because a
	// subscriber's queue stayed full.
	EventsDropped uint64
	// EventsDroppedByTopic is EventsDropped per topic root, which is the first two
	// components of the topic that was published to. Roots beyond the first 1024
	// are counted under "*".
	EventsDroppedByTopic map[string]uint64
	// EventsUndeliverable counts events that a subscriber's transport or
	// serializer cannot carry.
	EventsUndeliverable uint64
	// RetainedEvicted counts topics, and events too large to retain, that a bound
	// of RealmConfig.Retention took.
	RetainedEvicted uint64
	// Waits counts how often a sender was held back by a full queue.
	Waits uint64
}

// counters are the live values behind [Stats].
type counters struct {
	limits                 [limitCount]atomic.Uint64
	sessions               atomic.Int64
	sessionsOpened         atomic.Uint64
	sessionsRefused        atomic.Uint64
	authenticationsFailed  atomic.Uint64
	authenticationsLimited atomic.Uint64
	violations             atomic.Uint64
	stalled                atomic.Uint64
	eventsDropped          atomic.Uint64
	eventsUndeliverable    atomic.Uint64
	retainedEvicted        atomic.Uint64
	waits                  atomic.Uint64
	denied                 atomic.Uint64
	authorizationsFailed   atomic.Uint64
}

func (c *counters) snapshot() Stats {
	return Stats{
		LimitsReached:          snapshotLimits(&c.limits),
		Sessions:               c.sessions.Load(),
		SessionsOpened:         c.sessionsOpened.Load(),
		SessionsRefused:        c.sessionsRefused.Load(),
		AuthenticationsFailed:  c.authenticationsFailed.Load(),
		AuthenticationsLimited: c.authenticationsLimited.Load(),
		Violations:             c.violations.Load(),
		Stalled:                c.stalled.Load(),
		EventsDropped:          c.eventsDropped.Load(),
		EventsUndeliverable:    c.eventsUndeliverable.Load(),
		RetainedEvicted:        c.retainedEvicted.Load(),
		Waits:                  c.waits.Load(),
		Denied:                 c.denied.Load(),
		AuthorizationsFailed:   c.authorizationsFailed.Load(),
	}
}
