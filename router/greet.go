package router

import (
	"net/http"
	"slices"
)

// setGreeters notes which authenticators of a configuration take part in HTTP requests.
func (r *Router) setGreeters(config Config) {
	var greeters []Greeter
	realms := config.Realms
	if config.AutoRealm != nil {
		realms = append(slices.Clip(realms), *config.AutoRealm)
	}
	for _, realm := range realms {
		for _, a := range realm.Authenticators {
			if g, ok := a.(Greeter); ok && !slices.Contains(greeters, g) {
				greeters = append(greeters, g)
			}
		}
	}
	r.greeters.Store(&greeters)
}

// greet lets the authenticators take part in an HTTP request that is about to
// become a connection. It reports whether there are any.
func (r *Router) greet(request *http.Request, response http.Header) bool {
	greeters := *r.greeters.Load()
	for _, g := range greeters {
		g.Greet(request, response)
	}
	return len(greeters) > 0
}
