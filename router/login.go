package router

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/wampkit/wampkit/wamp"
)

// authenticate finds out who the peer is, by a method that both sides know.
func (p *peer) authenticate(h *hello, session wamp.ID, inTime *handshakeTime) (Identity, error) {
	charter := h.realm.charter()
	attempt := &Attempt{
		Realm: h.realm.name, AuthID: h.authID, Extra: h.authExtra, Session: session, Connection: p.conn.Info(),
		exchange: func(c *wamp.Challenge) (*wamp.Authenticate, error) { return p.challenge(c, inTime) },
		router:   p.router,
	}
	authenticator, err := p.router.choose(inTime.context, charter.authenticators, h.authMethods, attempt)
	if err != nil {
		return Identity{}, err
	}
	identity, err := authenticator.Authenticate(inTime.context, attempt)
	if err != nil {
		p.noteFailure(attempt, authenticator.Method(), err)
		return Identity{}, err
	}
	if identity.Method == "" {
		identity.Method = authenticator.Method()
	}
	if identity.Provider == "" {
		identity.Provider = "static"
	}
	if !charter.knows(identity.Role) {
		return Identity{}, noSuchRole(identity.Role)
	}
	for _, other := range charter.authenticators {
		if witness, ok := other.(Witness); ok && other != authenticator {
			witness.Witness(attempt, identity)
		}
	}
	return identity, nil
}

// choose finds the authenticator for an attempt of a peer that offers methods; no
// offers are those of a peer that knows nothing of authentication.
func (r *Router) choose(ctx context.Context, authenticators []Authenticator, offered []string, a *Attempt) (Authenticator, error) {
	var candidates []Authenticator
	for _, candidate := range authenticators {
		if slices.Contains(offered, candidate.Method()) || len(offered) == 0 && candidate.Method() == "anonymous" {
			candidates = append(candidates, candidate)
		}
	}
	if len(candidates) == 0 {
		return nil, unmatched(authenticators, offered)
	}
	var ignorant []Recognizer // those to whom the principal is unknown
	for _, candidate := range candidates {
		recognizer, ok := candidate.(Recognizer)
		if !ok && len(ignorant) == 0 {
			return candidate, nil
		}
		if !ok { // what asks for nobody in particular must not tell that somebody is unknown
			continue
		}
		recognition, err := recognizer.Recognize(ctx, a)
		switch {
		case err != nil:
			return nil, err
		case recognition == Known:
			return candidate, nil
		case recognition == Unknown:
			ignorant = append(ignorant, recognizer)
		}
	}
	if len(ignorant) == 0 {
		return nil, wamp.NewError(wamp.ErrNoMatchingAuthMethod, "none of the methods %q applies to this connection", offered)
	}
	return ignorant[r.lot(a)%uint64(len(ignorant))], nil
}

// lot is a number that is always the same for the same principal, and that nobody
// else can know.
func (r *Router) lot(a *Attempt) uint64 {
	var hash maphash.Hash
	hash.SetSeed(r.seed)
	hash.WriteString(string(a.Realm))
	hash.WriteByte(0)
	hash.WriteString(a.AuthID)
	return hash.Sum64()
}

// unmatched refuses a peer that offers none of the methods that there are.
func unmatched(authenticators []Authenticator, offered []string) error {
	methods := make([]string, len(authenticators))
	for i, a := range authenticators {
		methods[i] = a.Method()
	}
	if len(offered) == 0 {
		return wamp.NewError(wamp.ErrAuthenticationRequired, "this realm asks for authentication by one of %q", methods)
	}
	return wamp.NewError(wamp.ErrNoMatchingAuthMethod, "this realm authenticates by %q, not by any of %q", methods, offered)
}

// challenge sends CHALLENGE and waits for AUTHENTICATE; the peer gets the whole
// handshake timeout again for that. Whoever has guessed wrong too often is told
// nothing about another guess.
func (p *peer) challenge(c *wamp.Challenge, inTime *handshakeTime) (*wamp.Authenticate, error) {
	if err := p.mayGuess(); err != nil {
		return nil, err
	}
	if !inTime.restart() {
		return nil, errOver
	}
	if err := p.send(c); err != nil {
		return nil, fmt.Errorf("send CHALLENGE: %w", err)
	}
	m, err := p.receive()
	if err != nil {
		p.lost(err)
		return nil, errOver
	}
	switch m := m.(type) {
	case *wamp.Authenticate:
		return m, p.mayGuess()
	case *wamp.Abort:
		p.hangUp()
		return nil, errOver
	}
	return nil, wamp.NewError(wamp.ErrProtocolViolation, "received %s in place of AUTHENTICATE", m.Type())
}

// errGuessedTooOften refuses to look at another answer.
var errGuessedTooOften = wamp.NewError(wamp.ErrAuthenticationFailed,
	"too many attempts to authenticate from this address have failed: try again later")

func (p *peer) mayGuess() error {
	if p.router.guesses.exhausted(p.conn.Info().Remote, p.router.limits().AuthenticationFailures) {
		p.router.counters.authenticationsLimited.Add(1)
		return errGuessedTooOften
	}
	return nil
}

// maxLoggedAuthID is how much of an authid, which anybody can choose, is logged.
const maxLoggedAuthID = 64

// noteFailure counts and logs an attempt that did not succeed. It counts as a guess if
// the peer was found not to be who it claims to be.
func (p *peer) noteFailure(a *Attempt, method string, err error) {
	var refusal *wamp.Error
	if errors.Is(err, errOver) || !errors.As(err, &refusal) || refusal == errGuessedTooOften {
		return
	}
	p.router.counters.authenticationsFailed.Add(1)
	if refusal.URI == wamp.ErrAuthenticationDenied || refusal.URI == wamp.ErrNoSuchPrincipal {
		p.router.guesses.failed(p.conn.Info().Remote, p.router.limits().AuthenticationFailures)
	}
	p.router.config.Logger.Info("authentication failed", "peer", p.address(), "realm", a.Realm, "method", method,
		"authid", a.AuthID[:min(len(a.AuthID), maxLoggedAuthID)], "reason", refusal.URI)
}
