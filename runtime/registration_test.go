package runtime_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func nothing(context.Context, *runtime.Values, *runtime.Args) error { return nil }

func TestUnregister(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, caller := p.session(), p.session()
		handle := func(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, nil }
		for range 2 { // it can be registered again
			reg := register(t, callee, "com.test.procedure", handle)
			if _, err := caller.Call(t.Context(), "com.test.procedure"); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time has no effect
				if err := reg.Unregister(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := caller.Call(t.Context(), "com.test.procedure")
			remote(t, err, wamp.ErrNoSuchProcedure)
		}
		reg := register(t, callee, "com.test.procedure", handle)
		callee.Close()
		if err := reg.Unregister(t.Context()); err != nil {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestUnregisterWithAnEndedContext(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee := p.session()
		reg := register(t, callee, "com.test.procedure", nil)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := reg.Unregister(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		_, err := callee.Call(t.Context(), "com.test.procedure") // by the same session, hence behind the UNREGISTER
		remote(t, err, wamp.ErrNoSuchProcedure)
	})
}

func TestSeveralProceduresUnderOneHandle(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		callee, other, caller := p.session(), p.session(), p.session()
		procedures := []runtime.ProcedureHandler{
			{Procedure: &runtime.Procedure{URI: "com.test.a"}, Handle: nothing},
			{Procedure: &runtime.Procedure{URI: "com.test.b"}, Handle: nothing},
			{Procedure: &runtime.Procedure{URI: "com.test.c"}, Handle: nothing},
		}
		register(t, other, "com.test.b", nil)
		_, err := callee.RegisterProcedures(t.Context(), procedures)
		remote(t, err, wamp.ErrProcedureAlreadyExists)
		if !strings.Contains(err.Error(), "register com.test.b: ") {
			t.Errorf("%v does not say which", err)
		}
		for _, uri := range []wamp.URI{"com.test.a", "com.test.c"} { // were undone
			_, err := callee.Call(t.Context(), uri) // by the same session, hence behind the UNREGISTER
			remote(t, err, wamp.ErrNoSuchProcedure)
		}
		other.Close()
		<-other.Done()
		reg, err := callee.RegisterProcedures(t.Context(), procedures)
		if err != nil {
			t.Fatal(err)
		}
		for _, uri := range []wamp.URI{"com.test.a", "com.test.b", "com.test.c"} {
			if _, err := caller.Call(t.Context(), uri); err != nil {
				t.Error(err)
			}
		}
		if err := reg.Unregister(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, uri := range []wamp.URI{"com.test.a", "com.test.b", "com.test.c"} {
			_, err := caller.Call(t.Context(), uri)
			remote(t, err, wamp.ErrNoSuchProcedure)
		}
	})
}

func TestRegistrationOptions(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	for _, c := range []struct {
		procedure runtime.Procedure
		opts      []runtime.RegisterOption
		want      wamp.RegisterOptions
	}{
		{runtime.Procedure{}, nil, wamp.RegisterOptions{}},
		{runtime.Procedure{Match: wamp.MatchWildcard, Invoke: wamp.InvokeFirst, Concurrency: 3}, nil,
			wamp.RegisterOptions{Match: "wildcard", Invoke: "first", Concurrency: 3}},
		{runtime.Procedure{Match: wamp.MatchWildcard, Invoke: wamp.InvokeFirst, Concurrency: 3},
			[]runtime.RegisterOption{runtime.WithMatch(wamp.MatchExact), runtime.WithInvoke(wamp.InvokeLast), runtime.WithConcurrency(4)},
			wamp.RegisterOptions{Invoke: "last", Concurrency: 4}},
		{runtime.Procedure{}, []runtime.RegisterOption{runtime.WithDiscloseCaller(), runtime.WithForwardTimeout(), runtime.WithForceReregister()},
			wamp.RegisterOptions{DiscloseCaller: true, ForwardTimeout: true, ForceReregister: true}},
	} {
		registered := make(chan error, 1)
		go func() {
			_, err := s.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{{Procedure: &c.procedure, Handle: nothing}}, c.opts...)
			registered <- err
		}()
		m := router.expect(wamp.TypeRegister).(*wamp.Register)
		if got := m.Options; got.Match != c.want.Match || got.Invoke != c.want.Invoke || got.Concurrency != c.want.Concurrency ||
			got.DiscloseCaller != c.want.DiscloseCaller || got.ForwardTimeout != c.want.ForwardTimeout || got.ForceReregister != c.want.ForceReregister {
			t.Errorf("REGISTER.Options = %+v, want %+v", got, c.want)
		}
		router.send(&wamp.Registered{Request: m.Request, Registration: m.Request})
		if err := await(t, registered); err != nil {
			t.Fatal(err)
		}
	}
}

// An INVOCATION may arrive right behind REGISTERED.
func TestInvocationRightBehindRegistered(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	go func() { register(t, s, "com.test.procedure", nothingUntyped) }()
	m := router.expect(wamp.TypeRegister).(*wamp.Register)
	router.send(&wamp.Registered{Request: m.Request, Registration: 9}, &wamp.Invocation{Request: 1, Registration: 9})
	router.expect(wamp.TypeYield)
}

func nothingUntyped(context.Context, *runtime.Result) (*runtime.Result, error) { return nil, nil }

func TestInvocationOfAnUnknownRegistration(t *testing.T) {
	_, router := joinPeer(t, wamp.CBOR, allFeatures)
	router.send(&wamp.Invocation{Request: 1, Registration: 9})
	if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.URI != wamp.ErrNoSuchRegistration || m.RequestType != wamp.TypeInvocation {
		t.Errorf("got %+v", m)
	}
}

// Whoever gives up on a registration must not leave one behind.
func TestAbandonedRegistrationIsUndone(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { _, err := s.Register(ctx, "com.test.procedure", nothingUntyped); failed <- err }()
	m := router.expect(wamp.TypeRegister).(*wamp.Register)
	cancel()
	if err := await(t, failed); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	router.send(&wamp.Registered{Request: m.Request, Registration: 9})
	if m := router.expect(wamp.TypeUnregister).(*wamp.Unregister); m.Registration != 9 {
		t.Errorf("unregistered %d, want 9", m.Registration)
	}
}

func TestRevokedRegistration(t *testing.T) {
	var logged log
	s, router := joinPeer(t, wamp.CBOR, allFeatures, logged.option())
	made := make(chan *runtime.Registration, 1)
	go func() { made <- register(t, s, "com.test.procedure", nothingUntyped) }()
	router.expect(wamp.TypeRegister)
	router.send(&wamp.Registered{Request: 1, Registration: 9})
	reg := await(t, made)
	router.send(&wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: 9, Reason: "com.test.reason"}},
		&wamp.Invocation{Request: 1, Registration: 9})
	if m := router.expect(wamp.TypeError).(*wamp.ErrorMessage); m.URI != wamp.ErrNoSuchRegistration {
		t.Errorf("got %+v", m)
	}
	if err := reg.Unregister(t.Context()); err != nil { // which has nothing left to do
		t.Error(err)
	}
	if !logged.has("com.test.reason") {
		t.Error("the revocation was not logged")
	}
}

// The same session twice in a shared registration would take calls for one handler to the other.
func TestSameRegistrationTwice(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	results := make(chan error, 1)
	for i := range wamp.ID(2) {
		go func() {
			_, err := s.Register(t.Context(), "com.test.shared", nothingUntyped, runtime.WithInvoke(wamp.InvokeRoundRobin))
			results <- err
		}()
		router.expect(wamp.TypeRegister)
		router.send(&wamp.Registered{Request: i + 1, Registration: 9})
		if err := await(t, results); (err == nil) != (i == 0) {
			t.Errorf("registration %d: %v", i+1, err)
		} else if i == 1 && !errors.Is(err, wamp.ErrProcedureAlreadyExists) {
			t.Errorf("got %v", err)
		}
	}
	router.send(&wamp.Invocation{Request: 1, Registration: 9}) // the first one is still there
	router.expect(wamp.TypeYield)
}

func TestInvocationIDTwiceIsAViolation(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ended := make(chan struct{})
	go func() {
		register(t, s, "com.test.procedure", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
			<-ctx.Done()
			close(ended)
			return nil, nil
		})
	}()
	router.expect(wamp.TypeRegister)
	router.send(&wamp.Registered{Request: 1, Registration: 9}, &wamp.Invocation{Request: 1, Registration: 9},
		&wamp.Invocation{Request: 1, Registration: 9})
	router.expect(wamp.TypeAbort)
	await(t, ended)
	<-s.Done()
}
