package router

import (
	"fmt"
	"log/slog"
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
	// Disclose says which identities may be told to other sessions.
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
	// progressive results and progressive invocations are for callees that announce
	// call_canceling too.
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
	// GoodbyeTimeout is how long the router waits for the answer to its GOODBYE.
	// Default 2 s.
	GoodbyeTimeout time.Duration
	// Linger is how long a last message, such as ABORT, may take to be written.
	// Default 1 s.
	Linger time.Duration
	// MaxSessions is how many sessions may be open; 0 is any number.
	MaxSessions int
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
}

// withDefaults fills zero fields.
func (l Limits) withDefaults() Limits {
	defaultTo(&l.MaxMessage, 16<<20)
	defaultTo(&l.OutboundQueue, 8<<20)
	defaultTo(&l.StallTimeout, time.Second)
	defaultTo(&l.HandshakeTimeout, 5*time.Second)
	defaultTo(&l.GoodbyeTimeout, 2*time.Second)
	defaultTo(&l.Linger, time.Second)
	defaultTo(&l.PingInterval, 30*time.Second)
	defaultTo(&l.MaxCalls, 1<<16)
	defaultTo(&l.MaxRegistrations, 1<<17)
	defaultTo(&l.MaxSubscriptions, 1<<17)
	defaultTo(&l.RerouteBytes, 4<<20)
	defaultTo(&l.PayloadDepth, codec.DefaultDepth)
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

// Validate reports what is wrong with c, or nil.
func (c Config) Validate() error {
	names := make(map[wamp.URI]bool)
	for i, realm := range c.Realms {
		switch {
		case !realm.Name.Valid(realm.Strict.rule()):
			return fmt.Errorf("realm %d: %q is no valid realm name", i+1, realm.Name)
		case names[realm.Name]:
			return fmt.Errorf("realm %q is configured twice", realm.Name)
		}
		if err := validateHistory(realm.History, realm.Strict.rule()); err != nil {
			return fmt.Errorf("realm %q: %w", realm.Name, err)
		}
		names[realm.Name] = true
	}
	return nil
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
