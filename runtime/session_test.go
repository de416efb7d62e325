package runtime_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestJoinTellsWhoOneIs(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		s := p.session(runtime.WithAgent("test/1"))
		if !s.ID().Valid() || s.Realm() != wamp.URI(wamptest.Realm) {
			t.Errorf("session %d in realm %q", s.ID(), s.Realm())
		}
		w := s.Details()
		if w.Session != s.ID() || w.AuthMethod != "anonymous" || w.AuthRole == "" || w.AuthID == "" || w.Agent == "" {
			t.Errorf("got %+v", w)
		}
		if !w.Roles.Supports(wamp.RoleDealer, wamp.FeatureCallCanceling) {
			t.Error("the dealer does not cancel calls")
		}
		if s.Err() != nil {
			t.Errorf("Err() = %v", s.Err())
		}
	})
}

func TestHelloAnnouncesExactlyWhatWorks(t *testing.T) {
	client, server := transport.Pipe(wamp.JSON)
	defer server.Close()
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.JSON, codec.Options{})}
	joined := make(chan error, 1)
	go func() {
		_, err := runtime.Join(context.Background(), client, "realm1", runtime.WithAgent("test/1"))
		joined <- err
	}()
	hello := p.expect(wamp.TypeHello).(*wamp.Hello)
	roles, err := wamp.ParseRoles(hello.Details["roles"])
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []wamp.Role{wamp.RoleCaller, wamp.RoleCallee, wamp.RolePublisher, wamp.RoleSubscriber} {
		if !roles.Has(role) {
			t.Errorf("%s is not announced", role)
		}
		if !roles.Supports(role, wamp.FeaturePayloadPassthruMode) {
			t.Errorf("%s does not announce payload passthru mode", role)
		}
	}
	for _, role := range []wamp.Role{wamp.RoleCaller, wamp.RoleCallee} {
		for _, f := range []wamp.Feature{wamp.FeatureProgressiveCallResults, wamp.FeatureProgressiveCallInvocations} {
			if !roles.Supports(role, f) {
				t.Errorf("%s does not announce %s", role, f)
			}
		}
	}
	if !roles.Supports(wamp.RoleCallee, wamp.FeatureCallCanceling) { // a condition for streams
		t.Error("the callee does not announce call canceling")
	}
	if hello.Realm != "realm1" || hello.Details["agent"] != "test/1" {
		t.Errorf("got %+v", hello)
	}
	p.send(&wamp.Abort{Reason: wamp.ErrNotAuthorized, Details: wamp.Dict{"message": "go away"}})
	if e := remote(t, await(t, joined), wamp.ErrNotAuthorized); e.Message() != "go away" {
		t.Errorf("got %+v", e)
	}
}

func TestJoinHonoursItsContext(t *testing.T) {
	client, server := transport.Pipe(wamp.CBOR)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.CBOR, codec.Options{})}
	go func() {
		p.expect(wamp.TypeHello)
		cancel()
	}()
	if _, err := runtime.Join(ctx, client, "realm1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

func TestDialHonoursItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // which accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for _, scheme := range []string{"tcp://", "ws://"} {
		if _, err := runtime.Dial(ctx, scheme+l.Addr().String(), "realm1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want the end of the context", scheme, err)
		}
	}
}

func TestJoinRefusesWhatIsNoWelcome(t *testing.T) {
	for name, answer := range map[string]wamp.Message{
		"another message":    &wamp.Result{Request: 1},
		"unknown challenge":  &wamp.Challenge{AuthMethod: "ticket"},
		"challenge":          &wamp.Challenge{AuthMethod: "anonymous"},
		"roles of bad shape": &wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": 5}},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := transport.Pipe(wamp.CBOR)
			defer server.Close()
			p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.CBOR, codec.Options{})}
			aborted := make(chan wamp.ErrorURI, 1)
			go func() {
				p.expect(wamp.TypeHello)
				p.send(answer)
				aborted <- p.expect(wamp.TypeAbort).(*wamp.Abort).Reason
			}()
			if _, err := runtime.Join(t.Context(), client, "realm1"); err == nil {
				t.Error("it joined")
			}
			await(t, aborted)
		})
	}
}

// answering is an authenticator by a made-up method.
type answering struct {
	method, answer string
	welcomed       error
}

func (a answering) Method() string                              { return a.method }
func (a answering) Begin(transport.Info) (runtime.Login, error) { return a, nil }
func (a answering) AuthID() string                              { return "joe" }
func (a answering) Extra() wamp.Dict                            { return nil }
func (a answering) Answer(_ context.Context, c *wamp.Challenge) (*wamp.Authenticate, error) {
	return &wamp.Authenticate{Signature: c.Extra["ask"].(string) + a.answer}, nil
}
func (a answering) Welcomed(wamp.Dict) error { return a.welcomed }

func TestAuthenticatorsAreOfferedInOrder(t *testing.T) {
	client, server := transport.Pipe(wamp.JSON)
	defer server.Close()
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.JSON, codec.Options{})}
	go func() {
		hello := p.expect(wamp.TypeHello).(*wamp.Hello)
		if methods := hello.Details["authmethods"].([]any); len(methods) != 2 || methods[0] != "first" || methods[1] != "second" {
			t.Errorf("authmethods: %v", methods)
		}
		if hello.Details["authid"] != "joe" {
			t.Errorf("authid: %v", hello.Details["authid"])
		}
		p.send(&wamp.Challenge{AuthMethod: "second", Extra: wamp.Dict{"ask": "x"}})
		if a := p.expect(wamp.TypeAuthenticate).(*wamp.Authenticate); a.Signature != "x2" {
			t.Errorf("signature %q, want x2", a.Signature)
		}
		p.send(&wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict(), "authid": "joe"}})
	}()
	s, err := runtime.Join(t.Context(), client, "realm1", runtime.WithAuth(answering{"first", "1", nil}, answering{"second", "2", nil}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Details().AuthID != "joe" {
		t.Errorf("got %+v", s.Details())
	}
	server.Close()
	<-s.Done()
}

func TestRouterThatDoesNotProveItself(t *testing.T) {
	client, server := transport.Pipe(wamp.JSON)
	defer server.Close()
	p := &peer{t: t, conn: server, decoder: codec.NewDecoder(wamp.JSON, codec.Options{})}
	aborted := make(chan wamp.ErrorURI, 1)
	go func() {
		p.expect(wamp.TypeHello)
		p.send(&wamp.Challenge{AuthMethod: "first", Extra: wamp.Dict{"ask": "x"}})
		p.expect(wamp.TypeAuthenticate)
		p.send(&wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict()}})
		aborted <- p.expect(wamp.TypeAbort).(*wamp.Abort).Reason
	}()
	forged := errors.New("forged")
	if _, err := runtime.Join(t.Context(), client, "realm1", runtime.WithAuth(answering{"first", "1", forged})); !errors.Is(err, forged) {
		t.Errorf("got %v", err)
	}
	if reason := await(t, aborted); reason != wamp.ErrAuthenticationFailed {
		t.Errorf("aborted with %s", reason)
	}
}

func TestTLS(t *testing.T) {
	certificate, pool := selfSigned(t)
	r := wamptest.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.ServeListener(t, tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	for _, scheme := range []string{"tcps", "wss"} {
		url := scheme + "://" + l.Addr().String()
		s, err := runtime.Dial(t.Context(), url, wamptest.Realm, runtime.WithTLS(&tls.Config{RootCAs: pool}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Call(t.Context(), "com.test.nowhere"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("%s: %v", scheme, err)
		}
		s.Close()
		if _, err := runtime.Dial(t.Context(), url, wamptest.Realm); !errors.As(err, new(*tls.CertificateVerificationError)) {
			t.Errorf("%s without trust: %v", scheme, err)
		}
	}
}

func TestCloseSaysGoodbyeAndIsIdempotent(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	waiting := make(chan error, 1)
	go func() { _, err := s.Call(context.Background(), "com.test.slow"); waiting <- err }()
	router.expect(wamp.TypeCall)
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if m := router.expect(wamp.TypeGoodbye).(*wamp.Goodbye); m.Reason != wamp.CloseRealm {
		t.Errorf("got %s", m.Reason)
	}
	router.send(&wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut})
	closers.Wait()
	err := await(t, waiting)
	var closed *runtime.ClosedError
	if !errors.As(err, &closed) || closed.Cause != nil {
		t.Errorf("the call that waited: %v", err)
	}
	if s.Err() != nil {
		t.Errorf("Err() = %v", s.Err())
	}
	if _, err := s.Call(t.Context(), "com.test.late"); !errors.Is(err, runtime.ErrSessionClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestCloseDoesNotWaitForASilentRouter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := joinPeer(t, wamp.CBOR, allFeatures)
		start := time.Now()
		s.Close()
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestRouterEndsTheSession(t *testing.T) {
	for name, farewell := range map[string]wamp.Message{
		"goodbye": &wamp.Goodbye{Reason: wamp.CloseSystemShutdown, Details: wamp.Dict{"message": "upgrade"}},
		"abort":   &wamp.Abort{Reason: wamp.ErrSystemShutdown, Details: wamp.Dict{"message": "upgrade"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, router := joinPeer(t, wamp.CBOR, allFeatures)
			failed := make(chan error, 1)
			go func() { _, err := s.Call(context.Background(), "com.test.slow"); failed <- err }()
			router.expect(wamp.TypeCall)
			router.send(farewell)
			if name == "goodbye" {
				if m := router.expect(wamp.TypeGoodbye).(*wamp.Goodbye); m.Reason != wamp.CloseGoodbyeAndOut {
					t.Errorf("answered with %s", m.Reason)
				}
			}
			err := await(t, failed)
			if !errors.Is(err, runtime.ErrSessionClosed) || !errors.Is(err, wamp.ErrSystemShutdown) {
				t.Errorf("the call that waited: %v", err)
			}
			<-s.Done()
			if e := remote(t, s.Err(), wamp.ErrSystemShutdown); e.Message() != "upgrade" {
				t.Errorf("Err() = %v", s.Err())
			}
		})
	}
}

func TestViolationsEndTheSession(t *testing.T) {
	for name, m := range map[string]wamp.Message{
		"message of a client":            &wamp.Call{Request: 1, Procedure: "com.test"},
		"second welcome":                 &wamp.Welcome{Session: 1, Details: wamp.Dict{}},
		"answer to no call":              &wamp.Result{Request: 1},
		"error for no call":              &wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 1, URI: wamp.ErrCanceled},
		"answer to no subscribe":         &wamp.Subscribed{Request: 1, Subscription: 1},
		"error for something impossible": &wamp.ErrorMessage{RequestType: wamp.TypeYield, Request: 1, URI: wamp.ErrCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			s, router := joinPeer(t, wamp.CBOR, allFeatures)
			router.send(m)
			if m := router.expect(wamp.TypeAbort).(*wamp.Abort); m.Reason != wamp.ErrProtocolViolation {
				t.Errorf("aborted with %s", m.Reason)
			}
			<-s.Done()
			if !errors.Is(s.Err(), wamp.ErrProtocolViolation) {
				t.Errorf("Err() = %v", s.Err())
			}
		})
	}
}

func TestAnswerOfAnotherKindEndsTheSession(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	failed := make(chan error, 1)
	go func() {
		_, err := s.Register(context.Background(), "com.test.procedure", nothingUntyped)
		failed <- err
	}()
	router.expect(wamp.TypeRegister)
	router.send(&wamp.Subscribed{Request: 1, Subscription: 1})
	router.expect(wamp.TypeAbort)
	if err := await(t, failed); !errors.Is(err, runtime.ErrSessionClosed) || !errors.Is(err, wamp.ErrProtocolViolation) {
		t.Errorf("got %v", err)
	}
	<-s.Done()
}

func TestRubbishEndsTheSession(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	if err := router.conn.SendFrame([]byte{0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	router.conn.Flush()
	router.expect(wamp.TypeAbort)
	<-s.Done()
	if !errors.Is(s.Err(), wamp.ErrProtocolViolation) {
		t.Errorf("Err() = %v", s.Err())
	}
}
