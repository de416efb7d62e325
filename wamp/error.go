package wamp

import "fmt"

// ErrorURI is the URI of an ERROR or of an ABORT. It is itself an error, so
// that it can stand as the target of errors.Is:
//
//	if errors.Is(err, wamp.ErrNoSuchProcedure) { … }
type ErrorURI string

// Error implements error.
func (u ErrorURI) Error() string { return string(u) }

// Predefined errors (sections "Predefined URIs" of both profiles).
const (
	ErrInvalidURI             ErrorURI = "wamp.error.invalid_uri"
	ErrNoSuchProcedure        ErrorURI = "wamp.error.no_such_procedure"
	ErrProcedureAlreadyExists ErrorURI = "wamp.error.procedure_already_exists"
	ErrNoSuchRegistration     ErrorURI = "wamp.error.no_such_registration"
	ErrNoSuchSubscription     ErrorURI = "wamp.error.no_such_subscription"
	ErrNoSuchSession          ErrorURI = "wamp.error.no_such_session"
	ErrInvalidArgument        ErrorURI = "wamp.error.invalid_argument"
	ErrProtocolViolation      ErrorURI = "wamp.error.protocol_violation"
	ErrNotAuthorized          ErrorURI = "wamp.error.not_authorized"
	ErrAuthorizationFailed    ErrorURI = "wamp.error.authorization_failed"
	ErrAuthorizationDenied    ErrorURI = "wamp.error.authorization_denied"
	ErrAuthenticationFailed   ErrorURI = "wamp.error.authentication_failed"
	ErrAuthenticationDenied   ErrorURI = "wamp.error.authentication_denied"
	ErrAuthenticationRequired ErrorURI = "wamp.error.authentication_required"
	ErrNoMatchingAuthMethod   ErrorURI = "wamp.error.no_matching_auth_method"
	ErrNoSuchRealm            ErrorURI = "wamp.error.no_such_realm"
	ErrNoSuchRole             ErrorURI = "wamp.error.no_such_role"
	ErrNoSuchPrincipal        ErrorURI = "wamp.error.no_such_principal"
	ErrCanceled               ErrorURI = "wamp.error.canceled"
	ErrTimeout                ErrorURI = "wamp.error.timeout"
	ErrNoAvailableCallee      ErrorURI = "wamp.error.no_available_callee"
	ErrUnavailable            ErrorURI = "wamp.error.unavailable"
	ErrFeatureNotSupported    ErrorURI = "wamp.error.feature_not_supported"
	ErrOptionNotAllowed       ErrorURI = "wamp.error.option_not_allowed"
	ErrDiscloseMeDisallowed   ErrorURI = "wamp.error.option_disallowed.disclose_me"
	ErrPayloadSizeExceeded    ErrorURI = "wamp.error.payload_size_exceeded"
	ErrNetworkFailure         ErrorURI = "wamp.error.network_failure"
	ErrRuntimeError           ErrorURI = "wamp.error.runtime_error"
	ErrSystemShutdown         ErrorURI = "wamp.close.system_shutdown"
)

// Predefined reasons of GOODBYE.
const (
	CloseNormal         URI = "wamp.close.normal"
	CloseGoodbyeAndOut  URI = "wamp.close.goodbye_and_out"
	CloseRealm          URI = "wamp.close.close_realm"
	CloseSystemShutdown URI = "wamp.close.system_shutdown"
	CloseKilled         URI = "wamp.close.killed"
)

// Error is an ERROR or ABORT as a Go error: a URI with the application's
// payload, decoded.
//
// Handlers return one to choose what the caller gets. Callers receive one for
// every failure that a peer reported; errors.Is compares its URI with an
// [ErrorURI], and a typed error that was declared for the URI is wrapped, so
// that errors.As finds it.
type Error struct {
	URI    ErrorURI
	Args   []any
	Kwargs map[string]any
	// Passthru is how the payload is sealed, nil if it is not: in payload passthru
	// mode Args is one byte string, and Kwargs is empty.
	Passthru *Passthru

	// Remote tells that a peer sent the error, rather than this process making it.
	Remote bool
	// Cause is what the error wraps: the reconstructed typed error of a
	// remote one, or a local reason. It does not travel.
	Cause error
}

// NewError makes an error whose first argument is a formatted message.
func NewError(uri ErrorURI, format string, args ...any) *Error {
	return &Error{URI: uri, Args: []any{fmt.Sprintf(format, args...)}}
}

// Error is the URI, followed by the first argument where that is a string.
func (e *Error) Error() string {
	if message := e.Message(); message != "" {
		return string(e.URI) + ": " + message
	}
	return string(e.URI)
}

// Message is the first argument where that is a string, else empty.
func (e *Error) Message() string {
	if len(e.Args) == 0 {
		return ""
	}
	message, _ := e.Args[0].(string)
	return message
}

// Is reports whether target is e's URI, or another [Error] with the same URI.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case ErrorURI:
		return t == e.URI
	case *Error:
		return t.URI == e.URI
	}
	return false
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }
