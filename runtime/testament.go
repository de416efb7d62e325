package runtime

import (
	"context"
	"maps"

	"github.com/wampkit/wampkit/wamp"
)

// TestamentScope is the end of a session after which its testaments are published.
type TestamentScope string

const (
	// WhenDetached publishes when the connection is lost or closed.
	WhenDetached TestamentScope = "detached"
	// WhenDestroyed publishes when the session has ended for good, which for routers
	// that do not resume sessions is the same moment.
	WhenDestroyed TestamentScope = "destroyed"
)

// AddTestament has the router publish an event when the session has ended, however
// that comes about (Advanced Profile, section "Session Testament"). content may be
// nil. Of the options, [WithAcknowledge] has no effect.
//
// The errors are those of [Session.Call]; a router that does not know testaments
// answers [wamp.ErrNoSuchProcedure].
func (s *Session) AddTestament(ctx context.Context, scope TestamentScope, topic wamp.URI, content *Result, opts ...PublishOption) error {
	o := combine(publishOptions{}, opts, publishInfoFrom(ctx))
	if o.invalid != nil {
		return requestError("testament", topic, o.invalid)
	}
	positional, named := []any{}, wamp.Dict{}
	if content != nil {
		positional = append(positional, content.Args...)
		for name, value := range content.Kwargs {
			named[name] = value
		}
	}
	for name, value := range o.keywords {
		named[name] = value
	}
	args := NewArgs()
	args.Value(topic)
	args.Value(positional)
	args.Value(named)
	args.Keyword("scope", string(scope))
	args.Keyword("publish_options", publishOptionsDict(&o.PublishOptions))
	return s.callVoid(ctx, "wamp.session.add_testament", args)
}

// FlushTestaments takes the session's testaments of a scope back.
func (s *Session) FlushTestaments(ctx context.Context, scope TestamentScope) error {
	args := NewArgs()
	args.Keyword("scope", string(scope))
	return s.callVoid(ctx, "wamp.session.flush_testaments", args)
}

// callVoid calls a procedure whose results do not matter. It consumes args.
func (s *Session) callVoid(ctx context.Context, procedure wamp.URI, args *Args) error {
	values, err := s.Invoke(ctx, &Procedure{URI: procedure}, args)
	if err == nil {
		values.Close()
	}
	return err
}

// publishOptionsDict are options as they stand in PUBLISH.Options.
func publishOptionsDict(o *wamp.PublishOptions) wamp.Dict {
	dict := wamp.Dict{}
	maps.Copy(dict, o.Extra)
	for name, on := range map[string]bool{"disclose_me": o.DiscloseMe, "retain": o.Retain} {
		if on {
			dict[name] = true
		}
	}
	if o.IncludeMe {
		dict["exclude_me"] = false
	}
	for name, sessions := range map[string][]wamp.ID{"exclude": o.Exclude, "eligible": o.Eligible} {
		if sessions != nil {
			dict[name] = sessions
		}
	}
	for name, names := range map[string][]string{
		"exclude_authid": o.ExcludeAuthID, "exclude_authrole": o.ExcludeAuthRole,
		"eligible_authid": o.EligibleAuthID, "eligible_authrole": o.EligibleAuthRole,
	} {
		if names != nil {
			dict[name] = names
		}
	}
	return dict
}
