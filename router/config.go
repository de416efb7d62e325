package router

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Agent is how the router names itself in WELCOME.Details.agent.
const Agent = "wampkit"

// DefaultRealm is the realm of a router that is configured with none.
const DefaultRealm wamp.URI = "realm1"

// Config is everything that can be said about a [Router]. The zero Config is
// one realm, [DefaultRealm], that anybody may join anonymously.
type Config struct {
	// Realms are the realms that sessions can join; none means [DefaultRealm].
	Realms []RealmConfig
	// AutoRealm, if set, is the model after which a realm that Realms does not
	// name is made when the first session asks for it. It ends with its last
	// session. Its Name is ignored.
	AutoRealm *RealmConfig
	// Limits bound what peers can make the router hold and wait for.
	Limits Limits
	// Origins are the origins, such as "https://app.example.com", whose pages
	// may connect by WebSocket or long-poll; "*" is any, nil only pages from the same host.
	Origins []string
	// Observe counts messages, octets and calls per realm, and takes the time that
	// calls take, for [Router.Realms]. It costs some dozen nanoseconds per message.
	Observe bool
	// Logger gets violations and other ends of sessions; nil is slog.Default().
	Logger *slog.Logger
}

// RealmConfig describes a realm.
type RealmConfig struct {
	// Name is what HELLO asks for.
	Name wamp.URI
	// Authenticators are the ways to join, in order of preference; none means
	// [Anonymous] with its default role.
	Authenticators []Authenticator
	// Strict turns rules on which deployed clients are known to break.
	Strict Strict
	// Roles say what sessions may do, by authrole. A session whose role is not
	// among them may do nothing. Nil, and without an Authorizer, everybody may do
	// everything, which includes ending other sessions: such a realm is for those
	// who trust each other.
	Roles map[string]Role
	// Authorizer is asked for what Roles do not allow; with Roles nil, for
	// everything. Nil denies that.
	Authorizer Authorizer
	// MaxSessions is how many sessions the realm may have; 0 is any number.
	MaxSessions int
	// Disclose says which identities may be told to other sessions that ask for it.
	Disclose Disclosure
	// TrustLevel says how much a call or an event is trusted, by who makes it and
	// by the procedure or topic: 0 or more, the higher the more. Callees that announce
	// call_trustlevels and subscribers that announce publication_trustlevels are
	// told. It runs on the goroutine of the caller's or publisher's connection and
	// is not to wait. Nil tells nobody anything.
	TrustLevel func(of Identity, uri wamp.URI) int64
	// Retention bounds the events that are retained for later subscribers.
	Retention Retention
	// History lists the topics and patterns of topics whose events are remembered.
	// A realm without any does not announce event_history.
	History []HistoryConfig
}

// Strict selects rules of the specification that are lenient by default. The
// zero value is what most deployments need.
type Strict struct {
	// URIs accepts only lower-case ASCII letters, digits and '_' in components.
	URIs bool
	// RequestIDs demands that a client counts its requests 1, 2, 3, … and ends
	// sessions that do not.
	RequestIDs bool
	// Features demands every feature that a combination of features needs: then
	// progressive results are for callees that announce call_canceling too.
	Features bool
}

// rule is the URI rule that s selects.
func (s Strict) rule() wamp.URIRule {
	if s.URIs {
		return wamp.StrictURIs
	}
	return wamp.LooseURIs
}

// Disclosure says what a session may be told about another one. The zero value
// discloses nothing, and requests with disclose_me fail.
type Disclosure struct {
	// Caller lets a caller, or a callee with disclose_caller, disclose the caller.
	Caller bool
	// Publisher lets a publisher disclose itself.
	Publisher bool
}

// Retention bounds the events that a realm retains in memory for subscribers that
// come later. What is beyond a bound is given up: first the topics that have not
// been published to, with retain, for the longest time. The zero value is a
// sensible bound.
type Retention struct {
	// MaxTopics is how many topics have a retained event. Default 10,000; negative
	// retains nothing.
	MaxTopics int
	// MaxBytes is how much memory they take in all, in octets. Default 64 MiB.
	MaxBytes int
}

// QueuePolicy is what happens to events for a session whose outbound queue
// stays full.
type QueuePolicy uint8

const (
	// DropEvents drops events, and counts them, until the session catches up.
	DropEvents QueuePolicy = iota
	// CloseSession ends the session.
	CloseSession
)

// Limits bound what peers can make the router hold and wait for. A zero field
// stands for its default.
type Limits struct {
	// MaxMessage is the longest message the router takes, in octets. Default 16 MiB.
	MaxMessage int
	// OutboundQueue is how many octets may wait for one session. Default 8 MiB.
	OutboundQueue int
	// OnFullQueue is what happens to events when that limit is reached and
	// StallTimeout has passed.
	OnFullQueue QueuePolicy
	// StallTimeout is how long a session with a full queue may keep others
	// waiting without taking at least a sixteenth of OutboundQueue. Beyond it
	// events are treated as OnFullQueue says, and a message that must not be lost
	// ends the session. Default 1 s.
	StallTimeout time.Duration
	// HandshakeTimeout is how long a connection may take to say HELLO, and to
	// answer a CHALLENGE. Default 5 s.
	HandshakeTimeout time.Duration
	// AuthenticationFailures is how many attempts to authenticate from the same remote
	// address may fail in a minute. Beyond it, no answer to a CHALLENGE from there is
	// looked at before some of the minute has passed. Addresses of IPv6 count by their
	// first 64 bits; Unix sockets and in-process connections do not count. Everybody
	// behind the same proxy counts as one: raise it there. Default 20; negative is any number.
	AuthenticationFailures int
	// GoodbyeTimeout is how long the router waits for the answer to its GOODBYE.
	// Default 2 s.
	GoodbyeTimeout time.Duration
	// Linger is how long a last message, such as ABORT, may take to be written.
	// Default 1 s.
	Linger time.Duration
	// MaxSessions is how many sessions may be open; 0 is any number. See
	// RealmConfig.MaxSessions for those of one realm.
	MaxSessions int
	// MaxSessionsPerListener is how many of them may have come to the same address of
	// this machine: to one port, or one Unix socket. 0 is any number.
	MaxSessionsPerListener int
	// MaxSessionsPerAddress is how many of them may come from the same remote
	// address; those of IPv6 count by their first 64 bits. It does not apply to Unix
	// sockets and in-process connections. 0 is any number.
	MaxSessionsPerAddress int
	// MaxCalls, MaxRegistrations and MaxSubscriptions are how many open calls,
	// registrations and subscriptions a session may have. Default 65,536 calls and
	// 131,072 of each of the others.
	MaxCalls, MaxRegistrations, MaxSubscriptions int
	// MaxConnections is how many connections may be open; 0 is any number.
	MaxConnections int
	// PingInterval is how long a peer may be silent before the router finds out
	// whether it is still there. Default 30 s, negative never.
	PingInterval time.Duration
	// RerouteBytes is how many octets of arguments may be kept for each callee that
	// announces call_reroute, so that another callee can get the calls that it gives
	// back. Calls beyond it are not rerouted. Default 4 MiB.
	RerouteBytes int
	// PayloadDepth is how deep lists and dictionaries may nest. Default [codec.DefaultDepth].
	PayloadDepth int
	// MaxOptions is how many octets the options or details of a message may take.
	// More is a protocol violation. Default 64 KiB.
	MaxOptions int
	// MessageRate is how many messages a session may send in a second, on average,
	// and MessageBurst how many at once: default as many as in a second, but 1 at
	// least. ByteRate is how many octets it may send in a second, and ByteBurst how
	// many at once: default as many as in a second. A rate of 0 is no limit.
	MessageRate, MessageBurst, ByteRate, ByteBurst int
	// OnRate is what happens to a session that sends more.
	OnRate RatePolicy
	// AuthorizationTimeout is how long RealmConfig.Authorizer may take for one
	// decision. Default 5 s.
	AuthorizationTimeout time.Duration
	// AuthorizationQueue is how many octets of a session's requests may wait for
	// RealmConfig.Authorizer. Beyond it nothing more is read from the session until
	// there is room. Default 1 MiB.
	AuthorizationQueue int
}

// RatePolicy is what happens to a session that sends more than
// Limits.MessageRate or Limits.ByteRate.
type RatePolicy uint8

const (
	// SlowDown reads no faster from the session than it may send.
	SlowDown RatePolicy = iota
	// AbortSession ends the session with wamp.error.unavailable.
	AbortSession
)

// withDefaults fills zero fields.
func (l Limits) withDefaults() Limits {
	defaultTo(&l.MaxMessage, 16<<20)
	defaultTo(&l.OutboundQueue, 8<<20)
	defaultTo(&l.StallTimeout, time.Second)
	defaultTo(&l.HandshakeTimeout, 5*time.Second)
	defaultTo(&l.AuthenticationFailures, 20)
	defaultTo(&l.GoodbyeTimeout, 2*time.Second)
	defaultTo(&l.Linger, time.Second)
	defaultTo(&l.PingInterval, 30*time.Second)
	defaultTo(&l.MaxCalls, 1<<16)
	defaultTo(&l.MaxRegistrations, 1<<17)
	defaultTo(&l.MaxSubscriptions, 1<<17)
	defaultTo(&l.RerouteBytes, 4<<20)
	defaultTo(&l.PayloadDepth, codec.DefaultDepth)
	defaultTo(&l.MaxOptions, 64<<10)
	defaultTo(&l.MessageBurst, max(1, l.MessageRate))
	defaultTo(&l.ByteBurst, l.ByteRate)
	defaultTo(&l.AuthorizationTimeout, 5*time.Second)
	defaultTo(&l.AuthorizationQueue, 1<<20)
	return l
}

func defaultTo[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// withDefaults fills in what was left open.
func (c Config) withDefaults() Config {
	if len(c.Realms) == 0 && c.AutoRealm == nil {
		c.Realms = []RealmConfig{{Name: DefaultRealm}}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	c.Limits = c.Limits.withDefaults()
	return c
}

// Validate reports what is wrong with c, and where; nil if nothing is. Several
// faults are joined.
func (c Config) Validate() error {
	var faults []error
	if err := c.Limits.validate(); err != nil {
		faults = append(faults, err)
	}
	names := make(map[wamp.URI]bool)
	for i, realm := range c.Realms {
		if !realm.Name.Valid(realm.Strict.rule()) {
			faults = append(faults, fmt.Errorf("realm %d: %q is no valid realm name", i+1, realm.Name))
		} else if names[realm.Name] {
			faults = append(faults, fmt.Errorf("realm %q is configured twice", realm.Name))
		}
		names[realm.Name] = true
		if err := realm.validate(); err != nil {
			faults = append(faults, prefixed(fmt.Sprintf("realm %q", realm.Name), err))
		}
	}
	if c.AutoRealm != nil {
		if err := c.AutoRealm.validate(); err != nil {
			faults = append(faults, prefixed("automatic realm", err))
		}
	}
	return errors.Join(faults...)
}

// validate reports what is wrong with a realm but for its name, or nil.
func (c RealmConfig) validate() error {
	var faults []error
	if c.MaxSessions < 0 {
		faults = append(faults, fmt.Errorf("max sessions: %d is negative", c.MaxSessions))
	}
	return errors.Join(append(faults,
		validateRoles(c.Roles, c.Strict.rule()),
		validateAuthorizer(c.Authorizer, c.Strict.rule()),
		validateHistory(c.History, c.Strict.rule()))...)
}

// prefixed puts the place of a fault before it, line by line.
func prefixed(place string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s: %w", place, err)
	}
	var faults []error
	for _, err := range joined.Unwrap() {
		faults = append(faults, prefixed(place, err))
	}
	return errors.Join(faults...)
}

// validate reports limits that make no sense, or nil.
func (l Limits) validate() error {
	var faults []error
	for name, value := range map[string]int64{
		"max message": int64(l.MaxMessage), "outbound queue": int64(l.OutboundQueue), "max sessions": int64(l.MaxSessions),
		"max sessions per listener": int64(l.MaxSessionsPerListener), "max sessions per address": int64(l.MaxSessionsPerAddress),
		"max calls": int64(l.MaxCalls), "max registrations": int64(l.MaxRegistrations), "max subscriptions": int64(l.MaxSubscriptions),
		"max connections": int64(l.MaxConnections), "reroute bytes": int64(l.RerouteBytes), "payload depth": int64(l.PayloadDepth),
		"max options": int64(l.MaxOptions), "message rate": int64(l.MessageRate), "message burst": int64(l.MessageBurst),
		"byte rate": int64(l.ByteRate), "byte burst": int64(l.ByteBurst), "authorization queue": int64(l.AuthorizationQueue),
		"stall timeout": int64(l.StallTimeout), "handshake timeout": int64(l.HandshakeTimeout),
		"goodbye timeout": int64(l.GoodbyeTimeout), "linger": int64(l.Linger), "authorization timeout": int64(l.AuthorizationTimeout),
	} {
		if value < 0 {
			faults = append(faults, fmt.Errorf("limits: %s is negative", name))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}

// transport is the part of the limits that connections keep to. They get more
// time for their handshake than sessions do, so that it is the router that ends
// a peer which says nothing, and can say why.
func (l Limits) transport() transport.Config {
	return transport.Config{
		MaxMessage:       l.MaxMessage,
		QueueBytes:       l.OutboundQueue,
		HandshakeTimeout: l.HandshakeTimeout + l.Linger,
		PingInterval:     max(0, l.PingInterval),
	}
}
