package wamp

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestErrorIsItsURI(t *testing.T) {
	err := fmt.Errorf("reserve: %w", NewError(ErrNoSuchProcedure, "no %s", "com.acme.reserve"))
	if !errors.Is(err, ErrNoSuchProcedure) || errors.Is(err, ErrTimeout) {
		t.Error("errors.Is does not compare the URI")
	}
	if !errors.Is(err, &Error{URI: ErrNoSuchProcedure}) || errors.Is(err, &Error{URI: ErrTimeout}) {
		t.Error("errors.Is does not compare errors by their URI")
	}
	if errors.Is(err, io.EOF) {
		t.Error("errors.Is finds what is not there")
	}
	var e *Error
	if !errors.As(err, &e) || e.Message() != "no com.acme.reserve" {
		t.Errorf("got %v", e)
	}
}

func TestErrorWrapsItsCause(t *testing.T) {
	if err := (&Error{URI: ErrCanceled, Cause: io.EOF}); !errors.Is(err, io.EOF) {
		t.Error("the cause is not found")
	}
}

func TestErrorText(t *testing.T) {
	for want, e := range map[string]*Error{
		"a.b":    {URI: "a.b"},
		"a.b: c": {URI: "a.b", Args: []any{"c", 1}},
		"a.c":    {URI: "a.c", Args: []any{1, "c"}},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := ErrTimeout.Error(); got != "wamp.error.timeout" {
		t.Errorf("got %q", got)
	}
}

func TestPredefinedURIsAreStrictlyValid(t *testing.T) {
	for _, u := range []ErrorURI{
		ErrInvalidURI, ErrNoSuchProcedure, ErrProcedureAlreadyExists, ErrNoSuchRegistration, ErrNoSuchSubscription, ErrNoSuchSession,
		ErrInvalidArgument, ErrProtocolViolation, ErrNotAuthorized, ErrAuthorizationFailed, ErrAuthorizationDenied, ErrAuthenticationFailed,
		ErrAuthenticationDenied, ErrAuthenticationRequired, ErrNoMatchingAuthMethod, ErrNoSuchRealm, ErrNoSuchRole, ErrNoSuchPrincipal,
		ErrCanceled, ErrTimeout, ErrNoAvailableCallee, ErrUnavailable, ErrFeatureNotSupported, ErrOptionNotAllowed, ErrDiscloseMeDisallowed,
		ErrPayloadSizeExceeded, ErrNetworkFailure, ErrRuntimeError, ErrSystemShutdown,
		ErrorURI(CloseNormal), ErrorURI(CloseGoodbyeAndOut), ErrorURI(CloseRealm), ErrorURI(CloseSystemShutdown), ErrorURI(CloseKilled),
	} {
		if !URI(u).Valid(StrictURIs) || !URI(u).Reserved() {
			t.Errorf("%q", u)
		}
	}
}
