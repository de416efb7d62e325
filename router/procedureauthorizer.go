package router

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// AuthorizerOptions are the options of [ProcedureAuthorizer]. The zero value is
// ready to use.
type AuthorizerOptions struct {
	// Cache is how long a decision is kept, as with Decision.Cache, whose answer says
	// nothing about it. The default is not at all.
	Cache time.Duration
	// MaxCache bounds what an answer may ask for; the default is one hour.
	MaxCache time.Duration
}

// ProcedureAuthorizer lets a procedure decide that a session registered in the
// same realm, as the dynamic authorizers of Crossbar.io do. It is called with
//
//	[{"realm", "session", "authid", "authrole", "authmethod", "authprovider", "authextra", "transport"}, uri, action, options]
//
// where action is "call", "register", "publish" or "subscribe" and options are
// Request.Options, and answers true, false, or a dictionary:
//
//	{"allow": bool, "disclose": bool | {"caller": bool, "publisher": bool}, "cache": bool | seconds}
//
// A cache of true is AuthorizerOptions.MaxCache. Any other answer is a failure, as
// is an ERROR, and a procedure that nobody serves: then nothing is allowed.
//
// The session that serves the procedure has to be able to register it: give its
// role a rule for that. What else it asks for and its role does not allow, its own
// procedure is asked about; it can answer while its request waits.
func ProcedureAuthorizer(procedure wamp.URI, o AuthorizerOptions) Authorizer {
	defaultTo(&o.MaxCache, time.Hour)
	return &procedureAuthorizer{procedure: procedure, options: o}
}

type procedureAuthorizer struct {
	procedure wamp.URI
	options   AuthorizerOptions
}

// validateAuthorizer reports what is wrong with an authorizer, as far as it can be known.
func validateAuthorizer(a Authorizer, rule wamp.URIRule) error {
	p, ok := a.(*procedureAuthorizer)
	if ok && (!p.procedure.Valid(rule) || p.procedure.Reserved()) {
		return fmt.Errorf("authorizer: %q is no URI of a procedure that a session can register", p.procedure)
	}
	return nil
}

// Authorize implements [Authorizer].
func (p *procedureAuthorizer) Authorize(ctx context.Context, r Request) (Decision, error) {
	if r.realm == nil {
		return Decision{}, fmt.Errorf("%s decides only about requests that come from a router", p.procedure)
	}
	args, _, err := r.realm.call(ctx, p.procedure, []any{r.details(), string(r.URI), r.Action.String(), r.Options}, nil)
	if err != nil {
		return Decision{}, fmt.Errorf("%s: %w", p.procedure, err)
	}
	if len(args) == 0 {
		return Decision{}, fmt.Errorf("%s: answered without a decision", p.procedure)
	}
	d, err := p.read(args[0])
	if err != nil {
		return Decision{}, fmt.Errorf("%s: %w", p.procedure, err)
	}
	return d, nil
}

// details are what the procedure is told about the session.
func (r *Request) details() wamp.Dict {
	d := wamp.Dict{
		"realm":        string(r.Realm),
		"session":      r.Session,
		"authid":       r.Identity.AuthID,
		"authrole":     r.Identity.Role,
		"authmethod":   r.Identity.Method,
		"authprovider": r.Identity.Provider,
		"transport":    wamp.Dict{"type": r.Connection.Transport, "secure": r.Connection.TLS != nil},
	}
	if r.Identity.Extra != nil {
		d["authextra"] = r.Identity.Extra
	}
	return d
}

// read reads the procedure's answer.
func (p *procedureAuthorizer) read(v any) (Decision, error) {
	if allow, ok := v.(bool); ok {
		return Decision{Allow: allow, Cache: p.options.Cache}, nil
	}
	answer, ok := v.(wamp.Dict)
	if !ok {
		return Decision{}, fmt.Errorf("answered with %T in place of a bool or a dictionary", v)
	}
	d := Decision{Cache: p.options.Cache}
	if d.Allow, ok = answer["allow"].(bool); !ok {
		return Decision{}, fmt.Errorf("answered without a bool for allow")
	}
	var err error
	if d.Disclose, err = readDisclosure(answer["disclose"]); err != nil {
		return Decision{}, err
	}
	if cache := answer["cache"]; cache != nil {
		d.Cache, err = p.readCache(cache)
	}
	return d, err
}

func readDisclosure(v any) (d Disclosure, err error) {
	switch v := v.(type) {
	case nil:
		return d, nil
	case bool:
		return Disclosure{Caller: v, Publisher: v}, nil
	case wamp.Dict:
		for name, field := range map[string]*bool{"caller": &d.Caller, "publisher": &d.Publisher} {
			on, ok := v[name].(bool)
			if !ok && v[name] != nil {
				return Disclosure{}, fmt.Errorf("answered with %T for disclose.%s", v[name], name)
			}
			*field = on
		}
		return d, nil
	}
	return d, fmt.Errorf("answered with %T for disclose", v)
}

// readCache reads how long an answer is to be kept.
func (p *procedureAuthorizer) readCache(v any) (time.Duration, error) {
	seconds := math.NaN()
	switch v := v.(type) {
	case bool:
		if v {
			return p.options.MaxCache, nil
		}
		return 0, nil
	case int64:
		seconds = float64(v)
	case uint64:
		seconds = float64(v)
	case float64:
		seconds = v
	}
	if !(seconds >= 0) {
		return 0, fmt.Errorf("answered with %v for cache", v)
	}
	return time.Duration(min(seconds, p.options.MaxCache.Seconds()) * float64(time.Second)), nil
}
