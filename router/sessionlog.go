package router

import (
	"context"
	"log/slog"

	"github.com/wampkit/wampkit/wamp"
)

// What the router logs about sessions: at debug that they come and go, at info that
// somebody was not let in, at warn that one was ended for what it did. Never what a
// session sends, and no secrets.

// logOpened notes that a session was welcomed.
func (s *session) logOpened() { s.logAtDebug("session opened", "method", s.identity.Method) }

// logClosed notes that a session is over, for whatever reason.
func (s *session) logClosed() { s.logAtDebug("session closed", "events_dropped", s.dropped.Load()) }

// logAtDebug spends nothing when nobody reads it.
func (s *session) logAtDebug(message, key string, value any) {
	logger := s.realm.router.config.Logger
	if !logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	logger.Debug(message, "session", s.id, "realm", s.realm.name, "authid", s.identity.AuthID,
		"authrole", s.identity.Role, "peer", s.peer.address(), key, value)
}

// maxLoggedReason is how much of what may quote a peer is logged, in octets.
const maxLoggedReason = 256

// logRefusal notes that a HELLO was answered with ABORT. A failed authentication was
// noted already, with its method.
func (p *peer) logRefusal(e *wamp.Error) {
	switch e.URI {
	case wamp.ErrAuthenticationDenied, wamp.ErrAuthenticationFailed, wamp.ErrNoSuchPrincipal:
		return
	}
	message := e.Message()
	p.router.config.Logger.Info("session refused", "peer", p.address(), "reason", e.URI, "message", message[:min(len(message), maxLoggedReason)])
}
