package wamptest

import (
	"context"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// As lets a session of [Router.Session] join as somebody, with a role, without proving it: to test
// what a service makes of its callers. The routers of this package believe it, others do not.
func As(authid, role string) runtime.DialOption { return runtime.WithAuth(claim{authid, role}) }

// method is the name of the authentication method by which [As] joins.
const method = "wamptest"

// claim is the client's side of it.
type claim struct{ authid, role string }

// Method implements [runtime.Authenticator].
func (claim) Method() string { return method }

// Begin implements [runtime.Authenticator].
func (c claim) Begin(transport.Info) (runtime.Login, error) { return c, nil }

// AuthID implements [runtime.Login].
func (c claim) AuthID() string { return c.authid }

// Extra implements [runtime.Login].
func (c claim) Extra() wamp.Dict { return wamp.Dict{"role": c.role} }

// Answer implements [runtime.Login]: nobody challenges it.
func (claim) Answer(context.Context, *wamp.Challenge) (*wamp.Authenticate, error) {
	return nil, wamp.NewError(wamp.ErrNoMatchingAuthMethod, "a claim cannot be proved")
}

// Welcomed implements [runtime.Login].
func (claim) Welcomed(wamp.Dict) error { return nil }

// believer is the router's side.
type believer struct{}

// Method implements [router.Authenticator].
func (believer) Method() string { return method }

// Authenticate implements [router.Authenticator].
func (believer) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	role, _ := a.Extra["role"].(string)
	return router.Identity{AuthID: a.AuthID, Role: role}, nil
}

// believing adds the method to all realms, which keep their own.
func believing(config router.Config) router.Config {
	if len(config.Realms) == 0 {
		config.Realms = []router.RealmConfig{{Name: router.DefaultRealm}}
	}
	realms := make([]router.RealmConfig, len(config.Realms))
	for i, realm := range config.Realms {
		realms[i] = believe(realm)
	}
	config.Realms = realms
	if config.AutoRealm != nil {
		realm := believe(*config.AutoRealm)
		config.AutoRealm = &realm
	}
	return config
}

func believe(realm router.RealmConfig) router.RealmConfig {
	own := realm.Authenticators
	if len(own) == 0 {
		own = []router.Authenticator{router.Anonymous{}}
	}
	realm.Authenticators = append(own[:len(own):len(own)], believer{})
	return realm
}
