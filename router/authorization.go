package router

import (
	"context"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// verdict is what becomes of a request.
type verdict uint8

const (
	allowed verdict = iota
	denied
	failed    // the authorizer could not decide
	malformed // the URI of a call is no URI: there is nothing to decide
	undecided // the authorizer has to be asked, which the goroutine must not wait for
	withdrawn // the request was canceled, or its session left, while the authorizer was asked
)

// grant is a verdict, and what is disclosed of the session if it allows.
type grant struct {
	verdict  verdict
	disclose Disclosure
	by       *charter
}

// refusal is the ERROR for a request that is denied, or failed to be authorized.
func (g grant) refusal(a Action, match wamp.Match, uri wamp.URI) (wamp.ErrorURI, string) {
	what := string(uri)
	if match != wamp.MatchExact {
		what = fmt.Sprintf("%s with %s matching", uri, match)
	}
	do := map[Action]string{ActionCall: "call", ActionRegister: "register", ActionPublish: "publish to", ActionSubscribe: "subscribe to"}[a]
	if g.verdict == failed {
		return wamp.ErrAuthorizationFailed, fmt.Sprintf("it could not be decided whether this session may %s %s", do, what)
	}
	return wamp.ErrNotAuthorized, fmt.Sprintf("this session may not %s %s", do, what)
}

// authorize decides whether the session may do what m, whose URI is valid unless
// it is a call, asks for. Only a goroutine whose outbox has patience waits for the
// authorizer, if need be; for others the verdict may be undecided. Then the
// message is to be given to session.wait, and nothing else is to be done.
func (s *session) authorize(o *outbox, a Action, match wamp.Match, uri wamp.URI, m wamp.Message) grant {
	c := s.realm.charter()
	if c.open() && o.patience == nil {
		return grant{by: c}
	}
	g := s.decide(o, c, a, match, uri, m)
	g.by = c
	if o.patience != nil && !s.line.commit() {
		return grant{verdict: withdrawn}
	}
	s.count(g)
	return g
}

// count counts what is refused.
func (s *session) count(g grant) {
	switch counters := &s.realm.router.counters; g.verdict {
	case denied:
		counters.denied.Add(1)
	case failed:
		counters.authorizationsFailed.Add(1)
	}
}

// decide is authorize by a charter. Roles come first, so that a session which
// serves the authorizer's procedure can be given what it needs for that.
func (s *session) decide(o *outbox, c *charter, a Action, match wamp.Match, uri wamp.URI, m wamp.Message) grant {
	if c.open() {
		return grant{}
	}
	if a == ActionCall && !uri.Valid(s.realm.rule) {
		return grant{verdict: malformed}
	}
	if disclose, ok := c.rulebooks[s.identity.Role].allows(a, match, uri); ok {
		return grant{verdict: allowed, disclose: disclose}
	}
	if c.authorizer == nil {
		return grant{verdict: denied}
	}
	question := question{a, match, uri}
	if d, known := s.decisions.recall(question, s.realm.router.sinceStart()); known {
		return grantOf(d)
	}
	if o.patience == nil {
		return grant{verdict: undecided}
	}
	o.flush() // nobody waits for us while we wait for the authorizer
	return s.ask(o.patience, c.authorizer, question, m)
}

func grantOf(d Decision) grant {
	if !d.Allow {
		return grant{verdict: denied}
	}
	return grant{verdict: allowed, disclose: d.Disclose}
}

// ask asks the authorizer, and keeps its decision for as long as that says.
func (s *session) ask(patience context.Context, authorizer Authorizer, q question, m wamp.Message) grant {
	if patience.Err() != nil {
		return grant{verdict: failed}
	}
	r := s.realm.router
	ctx, stop := context.WithTimeout(patience, r.limits().AuthorizationTimeout)
	defer stop()
	since := s.decisions.age()
	d, err := consult(ctx, authorizer, Request{
		Realm: s.realm.name, Session: s.id, Identity: s.identity, Connection: s.conn.Info(),
		Action: q.action, URI: q.uri, Match: q.match, Options: optionsOf(m), realm: s.realm,
	})
	if err != nil {
		if patience.Err() == nil {
			r.config.Logger.Warn("authorizer failed", "session", s.id, "realm", s.realm.name,
				"action", q.action.String(), "uri", q.uri, "error", err)
		}
		if patience.Err() == nil && ctx.Err() != nil {
			s.line.despair()
		}
		return grant{verdict: failed}
	}
	if d.Cache > 0 {
		s.decisions.keep(q, d, since, r.sinceStart())
	}
	return grantOf(d)
}

// consult is Authorizer.Authorize, for authorizers that panic, or do not notice
// that their time is over, too.
func consult(ctx context.Context, authorizer Authorizer, request Request) (Decision, error) {
	type outcome struct {
		decision Decision
		err      error
	}
	decided := make(chan outcome, 1)
	go func() {
		var out outcome
		defer func() {
			if v := recover(); v != nil {
				out = outcome{err: fmt.Errorf("panic: %v", v)}
			}
			decided <- out
		}()
		out.decision, out.err = authorizer.Authorize(ctx, request)
	}()
	select {
	case out := <-decided:
		return out.decision, out.err
	case <-ctx.Done():
		return Decision{}, ctx.Err()
	}
}

// refuseUnauthorized does what is to be done about a request that is not allowed,
// as g says: it is refused, or put in line if it is undecided.
func (s *session) refuseUnauthorized(o *outbox, m wamp.Message, request wamp.ID, g grant, a Action, match wamp.Match, uri wamp.URI) {
	switch g.verdict {
	case undecided:
		s.wait(m, true)
	case denied, failed:
		reason, message := g.refusal(a, match, uri)
		s.refuse(o, m.Type(), request, reason, message)
	}
}

// optionsOf are the options of a request, as they stand in the specification.
func optionsOf(m wamp.Message) wamp.Dict {
	switch request := m.(type) {
	case *wamp.Call:
		m = &wamp.Call{Request: request.Request, Options: request.Options, Procedure: request.Procedure}
	case *wamp.Publish:
		m = &wamp.Publish{Request: request.Request, Options: request.Options, Topic: request.Topic}
	case nil:
		return wamp.Dict{}
	}
	frame, err := codec.Append(nil, wamp.CBOR, m)
	if err != nil {
		return wamp.Dict{}
	}
	value, _ := codec.DecodeValue(wamp.CBOR, frame)
	items, _ := value.([]any)
	if len(items) < 3 {
		return wamp.Dict{}
	}
	options, _ := items[2].(wamp.Dict) // in all four requests
	return options
}
