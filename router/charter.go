package router

import "github.com/wampkit/wampkit/wamp"

// charter is what can change about a realm while it has sessions: see
// [Router.Reload]. A charter itself never changes; whoever carries out a message
// reads it once.
type charter struct {
	authenticators []Authenticator
	rulebooks      map[string]*rulebook // by authrole; nil if there are no roles
	authorizer     Authorizer           // nil for none
	disclose       Disclosure
	trustLevel     func(Identity, wamp.URI) int64 // nil for none
	maxSessions    int                            // 0 is any number
}

func newCharter(config RealmConfig) *charter {
	c := &charter{
		authenticators: config.Authenticators,
		authorizer:     config.Authorizer,
		disclose:       config.Disclose,
		trustLevel:     config.TrustLevel,
		maxSessions:    config.MaxSessions,
	}
	if len(c.authenticators) == 0 {
		c.authenticators = []Authenticator{Anonymous{}}
	}
	if config.Roles != nil {
		c.rulebooks = newRulebooks(config.Roles)
	}
	return c
}

// open reports whether everybody may do everything.
func (c *charter) open() bool { return c.rulebooks == nil && c.authorizer == nil }

// knows reports whether sessions of a role may be let in.
func (c *charter) knows(role string) bool {
	return c.rulebooks == nil || c.authorizer != nil || c.rulebooks[role] != nil
}

func noSuchRole(role string) error {
	return wamp.NewError(wamp.ErrNoSuchRole, "there is no role %q in this realm", role)
}

// charter is what holds in the realm now.
func (r *realm) charter() *charter { return r.current.Load() }
