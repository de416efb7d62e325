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

// charter is what holds in the realm now.
func (r *realm) charter() *charter { return r.current.Load() }
