package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// checkOrigin refuses a request from a page that may not connect. It reports
// false if it has answered.
func (s *Server) checkOrigin(w http.ResponseWriter, r *http.Request) bool {
	if s.originAllowed(r) {
		return true
	}
	http.Error(w, fmt.Sprintf("Pages from %s may not connect: the origin is not among those the router allows.",
		r.Header.Get("Origin")), http.StatusForbidden)
	return false
}

// originAllowed applies ServerOptions.CheckOrigin or Origins.
func (s *Server) originAllowed(r *http.Request) bool {
	if s.options.CheckOrigin != nil {
		return s.options.CheckOrigin(r)
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if s.options.Origins == nil {
		u, err := url.Parse(origin)
		return err == nil && strings.EqualFold(u.Host, r.Host)
	}
	return slices.ContainsFunc(s.options.Origins, func(allowed string) bool {
		return allowed == "*" || strings.EqualFold(allowed, origin)
	})
}
