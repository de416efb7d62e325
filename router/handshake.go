package router

import (
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// clientRoles are those of which a HELLO must announce at least one.
var clientRoles = [...]wamp.Role{wamp.RolePublisher, wamp.RoleSubscriber, wamp.RoleCaller, wamp.RoleCallee}

// announced is what the router says about itself in WELCOME: what works in every
// realm. See realm.announced for what is a matter of configuration.
var announced = wamp.Roles{}.
	With(wamp.RoleBroker,
		wamp.FeaturePublisherExclusion,
		wamp.FeatureSubscriberBlackWhiteListing,
		wamp.FeaturePublisherIdentification,
		wamp.FeaturePayloadPassthruMode,
		wamp.FeaturePatternBasedSubscription,
		wamp.FeatureShardedSubscription,
		wamp.FeatureSubscriptionRevocation,
		wamp.FeatureSubscriptionMetaAPI,
		wamp.FeatureSessionMetaAPI,
	).
	With(wamp.RoleDealer,
		wamp.FeatureProgressiveCallResults,
		wamp.FeatureProgressiveCallInvocations,
		wamp.FeatureCallCanceling,
		wamp.FeatureCallTimeout,
		wamp.FeatureCallReroute,
		wamp.FeaturePayloadPassthruMode,
		wamp.FeatureCallerIdentification,
		wamp.FeaturePatternBasedRegistration,
		wamp.FeatureSharedRegistration,
		wamp.FeatureShardedRegistration,
		wamp.FeatureTestamentMetaAPI,
		wamp.FeatureRegistrationRevocation,
		wamp.FeatureRegistrationMetaAPI,
		wamp.FeatureSessionMetaAPI,
	)

// announced is what the router says about itself in WELCOME to sessions of r.
func (r *realm) announced() wamp.Roles {
	roles := announced
	if r.broker.retention != nil {
		roles = roles.With(wamp.RoleBroker, wamp.FeatureEventRetention)
	}
	if r.charter().trustLevel != nil {
		roles = roles.With(wamp.RoleBroker, wamp.FeaturePublicationTrustLevels).
			With(wamp.RoleDealer, wamp.FeatureCallTrustLevels)
	}
	if r.broker.history != nil {
		roles = roles.With(wamp.RoleBroker, wamp.FeatureEventHistory)
	}
	return roles
}

// announcement is what is announced, as WELCOME has it. It is not to be changed.
type announcement struct {
	roles wamp.Roles
	dict  wamp.Dict
}

// announcedDict is announced for WELCOME. It is made once, as long as nothing
// changes, since it is more than all else that a session takes to be welcomed.
func (r *realm) announcedDict() wamp.Dict {
	roles := r.announced()
	a := r.announcement.Load()
	if a == nil || a.roles != roles {
		a = &announcement{roles, roles.Dict()}
		r.announcement.Store(a)
	}
	return a.dict
}

// hello is what HELLO said, checked.
type hello struct {
	realm       *realm
	roles       wamp.Roles
	agent       string
	authMethods []string
	authID      string
	authExtra   wamp.Dict
}

// establish waits for HELLO and opens the session that it asks for. It returns
// nil when the connection is over; the peer has been told why.
func (p *peer) establish() *session {
	if p.router.draining() {
		p.refuse(errDraining)
		return nil
	}
	inTime := p.startHandshake()
	defer inTime.end()

	m, err := p.receive()
	if err != nil {
		p.lost(err)
		return nil
	}
	switch m := m.(type) {
	case *wamp.Hello:
		s, refusal := p.welcome(m, inTime)
		if refusal != nil {
			p.refuse(refusal)
			return nil
		}
		return s
	case *wamp.Abort: // never answered
		p.hangUp()
		return nil
	}
	p.abortViolation(violationf("received %s before HELLO", m.Type()))
	return nil
}

// errOver means that the connection is over and nobody is left to be told.
var errOver = errors.New("connection is over")

// refuse answers a HELLO that was not accepted.
func (p *peer) refuse(refusal error) {
	p.router.counters.sessionsRefused.Add(1)
	var e *wamp.Error
	switch {
	case errors.Is(refusal, errOver):
	case errors.As(refusal, &e) && e.Remote: // what somebody told the authenticator is not for the peer
		p.failAuthentication(refusal)
	case e != nil && e.URI == wamp.ErrProtocolViolation:
		p.abortViolation(&violation{message: e.Message()})
	case e != nil:
		p.logRefusal(e)
		p.abort(e.URI, e.Message())
	default:
		p.failAuthentication(refusal)
	}
}

// failAuthentication refuses a peer that the authenticator could not decide about.
func (p *peer) failAuthentication(cause error) {
	p.router.config.Logger.Error("authenticator failed", "peer", p.address(), "error", cause)
	p.abort(wamp.ErrAuthenticationFailed, "authentication could not be carried out")
}

// welcome opens the session that HELLO asks for, or says why not.
func (p *peer) welcome(m *wamp.Hello, inTime *handshakeTime) (*session, error) {
	h, err := p.read(m)
	if err != nil {
		return nil, err
	}
	realm, err := p.router.holdRealm(m.Realm)
	if err != nil {
		return nil, err
	}
	h.realm = realm
	s, err := p.join(h, inTime)
	if err != nil {
		p.router.releaseRealm(realm)
		return nil, err
	}
	return s, nil
}

// join opens a session in the realm that was found.
func (p *peer) join(h *hello, inTime *handshakeTime) (*session, error) {
	id := wamp.RandomID()
	identity, err := p.authenticate(h, id, inTime)
	if err != nil {
		return nil, err
	}
	s := newSession(p, h, id, identity)
	return s, h.realm.join(s)
}

// read checks HELLO.
func (p *peer) read(m *wamp.Hello) (*hello, error) {
	if p.router.draining() {
		return nil, errDraining
	}
	if !m.Realm.Valid(wamp.LooseURIs) {
		return nil, wamp.NewError(wamp.ErrInvalidURI, "%q is no valid realm name", m.Realm)
	}
	roles, err := wamp.ParseRoles(m.Details["roles"])
	if err != nil {
		return nil, wamp.NewError(wamp.ErrProtocolViolation, "HELLO.Details.%v", err)
	}
	if !playsAny(roles, clientRoles[:]) {
		return nil, wamp.NewError(wamp.ErrProtocolViolation, "HELLO.Details.roles announces no role of a client")
	}
	h := &hello{roles: roles}
	var methods []any
	err = errors.Join(
		detail(m.Details, "agent", &h.agent),
		detail(m.Details, "authid", &h.authID),
		detail(m.Details, "authextra", &h.authExtra),
		detail(m.Details, "authmethods", &methods),
	)
	for _, method := range methods {
		name, ok := method.(string)
		if !ok {
			err = errors.Join(err, errors.New("authmethods: want a list of strings"))
		}
		h.authMethods = append(h.authMethods, name)
	}
	if err != nil {
		return nil, wamp.NewError(wamp.ErrProtocolViolation, "HELLO.Details: %v", err)
	}
	return h, nil
}

// detail reads an attribute of HELLO.Details, if it is there. As in options,
// null counts as absent, and a value of another type breaks the protocol.
func detail[T any](details wamp.Dict, name string, value *T) error {
	v := details[name]
	if v == nil {
		return nil
	}
	typed, ok := v.(T)
	if !ok {
		return fmt.Errorf("%s: %T is no %T", name, v, *value)
	}
	*value = typed
	return nil
}

func playsAny(announced wamp.Roles, roles []wamp.Role) bool {
	for _, role := range roles {
		if announced.Has(role) {
			return true
		}
	}
	return false
}

// sendWelcome queues WELCOME. To a peer that takes only small messages it is
// sent without what the peer can do without. It fails like an authenticator.
func (s *session) sendWelcome() error {
	details := wamp.Dict{
		"roles":        s.realm.announcedDict(),
		"agent":        Agent,
		"realm":        string(s.realm.name),
		"authid":       s.identity.AuthID,
		"authrole":     s.identity.Role,
		"authmethod":   s.identity.Method,
		"authprovider": s.identity.Provider,
	}
	if s.identity.Extra != nil {
		details["authextra"] = s.identity.Extra
	}
	err := s.conn.Send(&wamp.Welcome{Session: s.id, Details: details})
	if fateOf(err) == unfit {
		details["roles"] = wamp.Roles{}.With(wamp.RoleBroker).With(wamp.RoleDealer).Dict()
		err = s.conn.Send(&wamp.Welcome{Session: s.id, Details: details})
	}
	switch fateOf(err) {
	case queued:
		return nil
	case unfit:
		uri, message := unfitFor("WELCOME", err)
		return wamp.NewError(uri, "%s", message)
	}
	return errOver
}
