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
	allowedOrigins := s.bounds.Load().Origins
	if allowedOrigins == nil {
		u, err := url.Parse(origin)
		return err == nil && strings.EqualFold(u.Host, r.Host)
	}
	return slices.ContainsFunc(allowedOrigins, func(allowed string) bool {
		return allowed == "*" || strings.EqualFold(allowed, origin)
	})
}

// shareWithOrigin lets the page that makes a request, whose origin has been
// checked, read the answer. WebSocket needs nothing like that: browsers leave
// the decision to the server there.
func shareWithOrigin(header http.Header, r *http.Request) {
	header.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true") // Autobahn|JS sends its requests with them
	}
}

// isPreflight reports whether a browser asks if a page may make a request.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight tells it that the page may.
func answerPreflight(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	w.Header().Set("Access-Control-Max-Age", "600") // seconds
	w.WriteHeader(http.StatusNoContent)
}
