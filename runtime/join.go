package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// Welcome is what a router said when it let a session in.
type Welcome struct {
	// Session is the session's identifier.
	Session wamp.ID
	// AuthID, AuthRole, AuthMethod and AuthProvider are who the client is to the
	// router, and how that was found out.
	AuthID, AuthRole, AuthMethod, AuthProvider string
	// Agent is what the router calls itself.
	Agent string
	// Roles are the router's roles and features.
	Roles wamp.Roles
	// Details is WELCOME.Details as a whole.
	Details wamp.Dict
}

// roles is what this client announces: exactly what works.
var roles = wamp.Roles{}.
	With(wamp.RoleCaller, wamp.FeaturePayloadPassthruMode, wamp.FeatureProgressiveCallResults, wamp.FeatureProgressiveCallInvocations, wamp.FeatureCallTimeout,
		wamp.FeatureCallCanceling, wamp.FeatureCallerIdentification, wamp.FeatureShardedRegistration).
	With(wamp.RoleCallee, wamp.FeaturePayloadPassthruMode, wamp.FeatureProgressiveCallResults, wamp.FeatureProgressiveCallInvocations, wamp.FeatureCallTimeout,
		wamp.FeatureCallCanceling, wamp.FeatureCallerIdentification,
		wamp.FeatureCallTrustLevels, wamp.FeaturePatternBasedRegistration, wamp.FeatureSharedRegistration, wamp.FeatureShardedRegistration,
		wamp.FeatureRegistrationRevocation, wamp.FeatureCallReroute).
	With(wamp.RolePublisher, wamp.FeaturePayloadPassthruMode, wamp.FeaturePublisherIdentification, wamp.FeaturePublisherExclusion,
		wamp.FeatureSubscriberBlackWhiteListing, wamp.FeatureShardedSubscription).
	With(wamp.RoleSubscriber, wamp.FeaturePayloadPassthruMode, wamp.FeaturePublisherIdentification, wamp.FeaturePublicationTrustLevels,
		wamp.FeaturePatternBasedSubscription, wamp.FeatureShardedSubscription, wamp.FeatureSubscriptionRevocation)

// Join joins a realm over a connection that already stands, for example one end
// of [transport.Pipe]. The connection belongs to the session from then on, also
// if joining fails.
//
// The context bounds joining, not the session. If the router refuses, the error is a
// [*wamp.Error] with its reason, for example [wamp.ErrNoSuchRealm]; if the connection
// is lost meanwhile, it wraps the cause.
func Join(ctx context.Context, conn transport.Conn, realm string, opts ...DialOption) (*Session, error) {
	o := newDialOptions(opts)
	if o.reconnect != nil && o.reconnect.Connect == nil {
		_ = conn.Close()
		return nil, errNoConnect
	}
	return start(ctx, conn, wamp.URI(realm), o)
}

// start joins a realm for the first time.
func start(ctx context.Context, conn transport.Conn, realm wamp.URI, o *dialOptions) (*Session, error) {
	s := &Session{realm: realm, options: o, done: make(chan struct{})}
	m, err := s.join(ctx, conn)
	if err != nil {
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.states.handler, s.states.logger = o.stateHandler, o.logger
	if o.chains.calls != nil {
		s.calls = chain(o.chains.calls, performCall)
	}
	if o.chains.publishes != nil {
		s.publishes = chain(o.chains.publishes, performPublish)
	}
	s.connected = time.Now()
	s.latest.Store(m)
	s.current.Store(m)
	s.tell(StateChange{State: StateConnected})
	go s.run()
	return s, nil
}

// join makes a membership on a connection. ctx bounds joining.
func (s *Session) join(ctx context.Context, conn transport.Conn) (*session, error) {
	h := &handshake{ctx: ctx, conn: conn, decoder: codec.NewDecoder(conn.Format(), codec.Options{KeepCustom: true}), options: s.options}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	welcome, err := h.run(s.realm)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("join realm %q: %w", s.realm, err)
	}
	return s.newMembership(h, welcome), nil
}

func (s *Session) newMembership(h *handshake, welcome *Welcome) *session {
	m := &session{
		home:          s,
		conn:          h.conn,
		decoder:       h.decoder,
		format:        h.conn.Format(),
		welcome:       *welcome,
		logger:        s.options.logger,
		errorDetail:   s.options.errorDetail,
		crew:          &s.crew,
		registrations: make(map[wamp.ID]*registered),
		topics:        newSubscriptions(),
		nudge:         make(chan struct{}, 1),
		leaving:       make(chan struct{}),
		done:          make(chan struct{}),
	}
	m.dealer.callTimeout = welcome.Roles.Supports(wamp.RoleDealer, wamp.FeatureCallTimeout)
	m.dealer.callCanceling = welcome.Roles.Supports(wamp.RoleDealer, wamp.FeatureCallCanceling)
	m.dealer.progressiveInvocations = welcome.Roles.Supports(wamp.RoleDealer, wamp.FeatureProgressiveCallInvocations)
	m.dealer.progressiveResults = welcome.Roles.Supports(wamp.RoleDealer, wamp.FeatureProgressiveCallResults)
	return m
}

// handshake opens a session: HELLO, perhaps CHALLENGE and AUTHENTICATE, WELCOME.
type handshake struct {
	ctx     context.Context
	conn    transport.Conn
	decoder *codec.Decoder
	options *dialOptions
	login   logins
}

// challenges is how many times a router may challenge a client.
const challenges = 8

func (h *handshake) run(realm wamp.URI) (*Welcome, error) {
	details := wamp.Dict{"roles": roles.Dict(), "agent": h.options.agent}
	var err error
	if h.login, err = beginLogins(h.options.authenticators, h.conn.Info(), details); err != nil {
		return nil, err
	}
	if err := h.send(&wamp.Hello{Realm: realm, Details: details}); err != nil {
		return nil, err
	}
	for range challenges {
		m, err := h.receive()
		if err != nil {
			return nil, h.abort(wamp.ErrProtocolViolation, err)
		}
		switch m := m.(type) {
		case *wamp.Welcome:
			return h.welcomed(m)
		case *wamp.Abort:
			return nil, abortError(m)
		case *wamp.Challenge:
			answer, err := h.login.answer(h.ctx, m)
			if err != nil {
				return nil, h.abort(wamp.ErrAuthenticationFailed, err)
			}
			if err := h.send(answer); err != nil {
				return nil, err
			}
		default:
			return nil, h.abort(wamp.ErrProtocolViolation, violation("%s in place of WELCOME", m.Type()))
		}
	}
	return nil, h.abort(wamp.ErrAuthenticationFailed, errors.New("the router does not stop to challenge"))
}

func (h *handshake) welcomed(m *wamp.Welcome) (*Welcome, error) {
	details := m.Details
	announced, err := wamp.ParseRoles(details["roles"])
	if err != nil {
		return nil, h.abort(wamp.ErrProtocolViolation, violation("WELCOME.Details.%v", err))
	}
	if err := h.login.welcomed(details); err != nil {
		return nil, h.abort(wamp.ErrAuthenticationFailed, err)
	}
	return &Welcome{
		Session:      m.Session,
		AuthID:       stringDetail(details, "authid"),
		AuthRole:     stringDetail(details, "authrole"),
		AuthMethod:   stringDetail(details, "authmethod"),
		AuthProvider: stringDetail(details, "authprovider"),
		Agent:        stringDetail(details, "agent"),
		Roles:        announced,
		Details:      details,
	}, nil
}

func stringDetail(details wamp.Dict, name string) string {
	s, _ := details[name].(string)
	return s
}

func (h *handshake) send(m wamp.Message) error {
	if err := h.conn.Send(m); err != nil {
		return err
	}
	h.conn.Flush()
	return nil
}

func (h *handshake) receive() (wamp.Message, error) {
	frame, err := h.conn.Receive()
	if err != nil {
		return nil, lost(err)
	}
	return h.decoder.Decode(frame)
}

// farewell is how long the ABORT of a handshake that failed may take to be written.
const farewell = time.Second

// abort tells the router why the client does not join, unless the connection is gone.
func (h *handshake) abort(reason wamp.ErrorURI, err error) error {
	var v *codec.Violation
	if reason == wamp.ErrProtocolViolation && !errors.As(err, &v) {
		return err
	}
	_ = h.conn.Shutdown(&wamp.Abort{Details: wamp.Dict{"message": err.Error()}, Reason: reason}, farewell)
	return err
}
