package router

import (
	"fmt"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// broker routes events in a realm. Its methods run on the goroutine of the
// session that sent the message.
//
// Who is interested in what stands in subscriptions; where an event comes from
// is told by its publication alone. Neither assumes that the other end is a
// client of this machine.
type broker struct {
	realm     *realm
	retention *retention // nil if nothing is retained
	history   *history   // nil if nothing is remembered

	mu            sync.RWMutex // guards the fields below, which have the same subscriptions
	subscriptions uriTable[*subscription]
	byID          map[wamp.ID]*subscription
}

// publish carries out PUBLISH. Unless it is acknowledged, nobody is told how it
// went.
func (b *broker) publish(o *outbox, s *session, m *wamp.Publish) *violation {
	if m.Options.Passthru.Scheme != "" && !s.passesThrough(wamp.RolePublisher) {
		return unannouncedPassthru("PUBLISH")
	}
	g, uri, message := b.judge(o, s, m)
	switch {
	case g.verdict == undecided:
		s.wait(m, true)
		return nil
	case g.verdict == withdrawn, uri != "" && !m.Options.Acknowledge:
		return nil
	case uri != "":
		s.refuse(o, wamp.TypePublish, m.Request, uri, message)
		return nil
	}
	p := o.publish(s, m, g.disclose)
	b.dispatch(o, p)
	if m.Options.Acknowledge {
		o.published = wamp.Published{Request: m.Request, Publication: p.id}
		o.deliver(s, &o.published)
	}
	return nil
}

// publish makes the publication that m asks for, on behalf of s. The publisher is
// disclosed if it wants that, or is to be.
func (o *outbox) publish(s *session, m *wamp.Publish, disclose Disclosure) *publication {
	p := &o.publication
	*p = publication{
		id: wamp.RandomID(), topic: m.Topic, payload: m.Payload, retain: m.Options.Retain,
		publisher: s, includeMe: m.Options.IncludeMe, rkey: m.Options.RKey,
	}
	p.restrict(&m.Options)
	if m.Options.Passthru.Scheme != "" {
		p.details.Passthru = m.Options.Passthru
	}
	p.details.Extra = m.Options.Extra
	if m.Options.DiscloseMe || disclose.Publisher {
		p.details.Publisher = s.id
		p.details.PublisherAuthID = s.identity.AuthID
		p.details.PublisherAuthRole = s.identity.Role
	}
	if level := s.realm.charter().trustLevel; level != nil {
		p.details.TrustLevel, p.details.HasTrustLevel = level(s.identity, m.Topic), true
	}
	return p
}

// judge decides whether s may make a publication. If the authorizer has to be
// asked, the verdict may be undecided; see session.authorize. The URI is that of
// the ERROR for a publication that is refused, and empty otherwise.
func (b *broker) judge(o *outbox, s *session, m *wamp.Publish) (grant, wamp.ErrorURI, string) {
	if uri, message := b.invalid(m); uri != "" {
		return grant{verdict: malformed}, uri, message
	}
	g := s.authorize(o, ActionPublish, wamp.MatchExact, m.Topic, m)
	switch g.verdict {
	case denied, failed:
		uri, message := g.refusal(ActionPublish, wamp.MatchExact, m.Topic)
		return g, uri, message
	case allowed:
		uri, message := b.forbids(m, g.disclose)
		return g, uri, message
	}
	return g, "", ""
}

// invalid says why nobody may publish to a topic, or nothing.
func (b *broker) invalid(m *wamp.Publish) (wamp.ErrorURI, string) {
	switch {
	case !m.Topic.Valid(b.realm.rule):
		return wamp.ErrInvalidURI, fmt.Sprintf("%q is no valid topic URI", m.Topic)
	case m.Topic.Reserved():
		return wamp.ErrInvalidURI, fmt.Sprintf("%q is reserved for the router", m.Topic)
	}
	return "", ""
}

// forbids says why a publication is refused whose publisher may publish to the
// topic, or nothing.
func (b *broker) forbids(m *wamp.Publish, disclose Disclosure) (wamp.ErrorURI, string) {
	switch {
	case m.Options.DiscloseMe && !disclose.Publisher && !b.realm.charter().disclose.Publisher:
		return wamp.ErrDiscloseMeDisallowed, "this realm does not disclose publishers"
	case m.Options.Passthru.Scheme != "" && !sealed(m.Payload):
		return wamp.ErrInvalidArgument, unsealed
	}
	return "", ""
}

// dispatch delivers a publication to every subscription that matches: one event
// per subscription and session. It is kept first, where it is to be kept, so that
// whoever subscribes meanwhile gets it one way or the other.
func (b *broker) dispatch(o *outbox, p *publication) {
	if p.retain || b.history != nil {
		b.keep(p)
	}
	b.mu.RLock()
	matches := b.subscriptions.appendAll(o.matches[:0], p.topic)
	b.mu.RUnlock()
	for _, sub := range matches {
		b.fanOut(o, sub, p)
	}
	clear(matches)
	o.matches = matches[:0]
}

// keep keeps a publication for those who come later.
func (b *broker) keep(p *publication) {
	retain := p.retain && b.retention != nil
	logs := b.history.logsFor(p)
	if !retain && len(logs) == 0 {
		return
	}
	e := p.kept()
	if retain {
		p.number = b.retention.keep(e)
	}
	if len(logs) > 0 {
		b.history.record(logs, e)
	}
}

// subscribe carries out SUBSCRIBE.
func (b *broker) subscribe(o *outbox, s *session, m *wamp.Subscribe) *violation {
	match, known := wamp.ParseMatch(m.Options.Match)
	if !known {
		s.refuse(o, wamp.TypeSubscribe, m.Request, wamp.ErrInvalidArgument,
			fmt.Sprintf("SUBSCRIBE with the unknown matching policy %q", m.Options.Match))
		return nil
	}
	if !b.realm.takesPattern(match, m.Topic) {
		s.refuse(o, wamp.TypeSubscribe, m.Request, wamp.ErrInvalidURI,
			fmt.Sprintf("%q is no valid topic URI for %s matching", m.Topic, match))
		return nil
	}
	g := s.authorize(o, ActionSubscribe, match, m.Topic, m)
	if g.verdict != allowed {
		s.refuseUnauthorized(o, m, m.Request, g, ActionSubscribe, match, m.Topic)
		return nil
	}
	for {
		member, err := b.admit(s, m, match)
		if err == errTooMany {
			s.refuse(o, wamp.TypeSubscribe, m.Request, wamp.ErrUnavailable, "this session has as many subscriptions as it may have")
			return nil
		}
		switch fateOf(err) {
		case queued:
			o.sent(s, wamp.TypeSubscribed)
			b.deliverRest(o, member)
			s.recheck(o, g)
			return nil
		case full:
			if !o.awaitRoom(s) {
				s.endStalled()
				return nil
			}
		default:
			return nil
		}
	}
}

// admit makes s a member of the subscription that m asks for, and queues
// SUBSCRIBED in the same step, so that it precedes every EVENT.
func (b *broker) admit(s *session, m *wamp.Subscribe, match wamp.Match) (*membership, error) {
	var retention *retention
	if m.Options.GetRetained {
		retention = b.retention
	}
	for {
		sub := b.subscription(match, m.Topic)
		member, err := sub.admit(s, &wamp.Subscribed{Request: m.Request, Subscription: sub.id}, m.Options.NKey, retention)
		if err != nil {
			b.forgetIfEnded(sub)
		}
		if err != errEnded {
			return member, err
		}
	}
}

// subscription finds the subscription of a topic, or makes it.
func (b *broker) subscription(match wamp.Match, topic wamp.URI) *subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	sub, exists := b.subscriptions.get(match, topic)
	if !exists {
		sub = b.create(match, topic)
	}
	return sub
}

// create makes a subscription. mu is held, unless the realm is being made.
func (b *broker) create(match wamp.Match, topic wamp.URI) *subscription {
	sub := &subscription{id: b.realm.router.ids.next(), uri: topic, match: match, created: time.Now()}
	b.subscriptions.put(match, topic, sub)
	if b.byID == nil {
		b.byID = make(map[wamp.ID]*subscription)
	}
	b.byID[sub.id] = sub
	b.realm.meta.watch(sub, 1)
	return sub
}

// subscriptionByID finds a subscription, or nil.
func (b *broker) subscriptionByID(id wamp.ID) *subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.byID[id]
}

// unsubscribe carries out UNSUBSCRIBE.
func (b *broker) unsubscribe(o *outbox, s *session, m *wamp.Unsubscribe) *violation {
	membership := s.subscriber.give(m.Subscription)
	if membership == nil {
		s.refuse(o, wamp.TypeUnsubscribe, m.Request, wamp.ErrNoSuchSubscription,
			fmt.Sprintf("this session holds no subscription %d", m.Subscription))
		return nil
	}
	b.expel(membership)
	o.deliver(s, &wamp.Unsubscribed{Request: m.Request})
	return nil
}

// leave ends a session's subscriptions.
func (b *broker) leave(s *session) {
	for _, m := range s.subscriber.leave() {
		b.expel(m)
	}
}

// expel ends a membership, and the subscription with its last one.
func (b *broker) expel(m *membership) {
	if m.subscription.expel(m) {
		b.forget(m.subscription)
	}
}

// forget takes a subscription that has ended from the table.
func (b *broker) forget(sub *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if listed, _ := b.subscriptions.get(sub.match, sub.uri); listed == sub {
		b.subscriptions.remove(sub.match, sub.uri)
		delete(b.byID, sub.id)
		b.realm.meta.watch(sub, -1)
	}
}

func (b *broker) forgetIfEnded(sub *subscription) {
	sub.mu.RLock()
	ended := sub.ended
	sub.mu.RUnlock()
	if ended {
		b.forget(sub)
	}
}
