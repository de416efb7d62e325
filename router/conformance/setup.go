package conformance

import (
	"context"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Options of routers under test. Those of a realm apply to every realm that is
// configured before them.

func eachRealm(change func(*router.RealmConfig)) Option {
	return func(c *router.Config) {
		for i := range c.Realms {
			change(&c.Realms[i])
		}
	}
}

// strictURIs, strictRequestIDs and strictFeatures turn the rules on that are
// lenient by default.
var (
	strictURIs       = eachRealm(func(r *router.RealmConfig) { r.Strict.URIs = true })
	strictRequestIDs = eachRealm(func(r *router.RealmConfig) { r.Strict.RequestIDs = true })
	strictFeatures   = eachRealm(func(r *router.RealmConfig) { r.Strict.Features = true })
)

// disclosing lets callers and publishers disclose themselves.
var disclosing = eachRealm(func(r *router.RealmConfig) {
	r.Disclose = router.Disclosure{Caller: true, Publisher: true}
})

// autoRealm makes realms as they are asked for.
func autoRealm(c *router.Config) { c.AutoRealm = &router.RealmConfig{Authenticators: everybody} }

// anotherRealm adds a realm.
func anotherRealm(name wamp.URI) Option {
	return func(c *router.Config) {
		c.Realms = append(c.Realms, router.RealmConfig{Name: name, Authenticators: everybody})
	}
}

// limited changes the router's limits.
func limited(change func(*router.Limits)) Option {
	return func(c *router.Config) { change(&c.Limits) }
}

// hurried makes the router wait shortly for handshakes, and curt for the answer
// to its GOODBYE.
var (
	hurried = limited(func(l *router.Limits) { l.HandshakeTimeout, l.Linger = 100*time.Millisecond, 100*time.Millisecond })
	curt    = limited(func(l *router.Limits) { l.GoodbyeTimeout = 50 * time.Millisecond })
)

// everybody lets anybody in, under the authid and role that they claim.
var everybody = []router.Authenticator{router.Anonymous{}, claimed{}}

// claimed believes what a peer says about itself. A client offers it as the
// authmethod "claimed", with HELLO.Details.authid and authextra.role.
type claimed struct{}

func (claimed) Method() string { return "claimed" }

func (claimed) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	role, _ := a.Extra["role"].(string)
	return router.Identity{AuthID: a.AuthID, Role: role}, nil
}

// riddle asks every peer a question, and takes any answer.
type riddle struct{}

func (riddle) Method() string { return "riddle" }

func (riddle) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	_, err := a.Challenge("riddle", wamp.Dict{"question": "what walks on four legs in the morning"})
	return router.Identity{AuthID: "oedipus", Role: "user"}, err
}

// asking makes the realms ask a riddle of whoever joins.
var asking = eachRealm(func(r *router.RealmConfig) { r.Authenticators = []router.Authenticator{riddle{}} })

// trusting gives the role "trusted" the trust level 2, and others 0.
var trusting = eachRealm(func(r *router.RealmConfig) {
	r.TrustLevel = func(of router.Identity, _ wamp.URI) int64 {
		if of.Role == "trusted" {
			return 2
		}
		return 0
	}
})

// remembering keeps the history of what is published below com.history.
var remembering = eachRealm(func(r *router.RealmConfig) {
	r.History = []router.HistoryConfig{{URI: "com.history.", Match: wamp.MatchPrefix}}
})

// everyAction are all actions that there are.
var everyAction = []router.Action{router.ActionCall, router.ActionRegister, router.ActionPublish, router.ActionSubscribe}

// governed lets the role "admin" do everything, and "user" what its rules say: what
// is below com.open, and reading com.read. Both may leave testaments and ask for
// history, and be told of sessions that join.
var governed = eachRealm(func(r *router.RealmConfig) {
	exactly := func(uri wamp.URI, action router.Action) router.Rule {
		return router.Rule{URI: uri, Allow: []router.Action{action}}
	}
	r.Roles = map[string]router.Role{
		"anonymous": {},
		"admin":     {{Match: wamp.MatchPrefix, Allow: everyAction}},
		"user": {
			{URI: "com.open.", Match: wamp.MatchPrefix, Allow: everyAction},
			{URI: "com.open.secret.", Match: wamp.MatchPrefix},
			{URI: "com.read.", Match: wamp.MatchPrefix, Allow: []router.Action{router.ActionSubscribe}},
			{URI: "com.one", Allow: everyAction},
			{URI: "net..status", Match: wamp.MatchWildcard, Allow: everyAction},
			exactly("wamp.session.count", router.ActionCall),
			exactly("wamp.session.add_testament", router.ActionCall),
			exactly("wamp.subscription.get_events", router.ActionCall),
			exactly("wamp.session.on_join", router.ActionSubscribe),
		},
	}
})

// asked lets a procedure decide what the roles do not allow; "authorizer" is the
// role that may register it.
var asked = eachRealm(func(r *router.RealmConfig) {
	r.Roles = map[string]router.Role{
		"anonymous":  {},
		"authorizer": {{URI: "com.authorize", Allow: []router.Action{router.ActionRegister}}},
		"admin":      {{Match: wamp.MatchPrefix, Allow: everyAction}},
	}
	r.Authorizer = router.ProcedureAuthorizer("com.authorize", router.AuthorizerOptions{})
})

// impatient gives an authorizer little time.
var impatient = limited(func(l *router.Limits) { l.AuthorizationTimeout = 100 * time.Millisecond })
