package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Subscription is one or more topics that a session listens to under one handle.
// Its events are handled one after the other, in the order in which they
// arrived, also across its topics.
type Subscription struct {
	home    *Session
	session atomic.Pointer[session] // on which it was asked for last
	inbox   inbox
	members []*subscribed
	ending  ending
}

// Done is closed when the subscription has ended: after Unsubscribe, when the session
// has ended, or when the router has revoked it; what came before may still be
// handled then. Of a subscription to several topics, it tells that the first was revoked;
// the events of the others still come until Unsubscribe.
func (sub *Subscription) Done() <-chan struct{} { return sub.ending.done }

// Err is why the subscription ended: nil while it has not, and after Unsubscribe; an
// [ErrRevoked], an [ErrSessionClosed], an [ErrOverflow], or, of a session that has reconnected, a
// [*RestoreError] otherwise.
func (sub *Subscription) Err() error { return sub.ending.why() }

// subscribed is one topic of a Subscription.
type subscribed struct {
	topic       *Topic
	template    *template // nil without captures
	key         topicKey
	handle      func(ctx context.Context, in *Values) error
	intercepted EventFunc // the handler with its interceptors, nil without
	options     wamp.SubscribeOptions
	owner       *Subscription
	over        atomic.Bool // the router has taken the subscription away, or refused it
	seen        recent      // owned by the reader
}

// SubscribeTopics implements [Subscriber]. An error that the router answered is a [*wamp.Error].
func (s *Session) SubscribeTopics(ctx context.Context, topics []TopicHandler, opts ...SubscribeOption) (*Subscription, error) {
	sub := &Subscription{home: s}
	sub.ending.init()
	for i, t := range topics {
		o := subscribeOptions{limit: DefaultQueue}
		o.Match = matchOption(t.Topic.Match)
		for _, opt := range opts {
			opt.applySubscribe(&o)
		}
		if i == 0 {
			sub.inbox.init(s, o)
		}
		member := &subscribed{
			topic: t.Topic, template: newTemplate(t.Topic.URI, o.Match, t.Topic.Captures),
			key: topicKey{t.Topic.URI, o.Match}, handle: t.Handle, options: o.SubscribeOptions, owner: sub,
		}
		if all := append(clip(s.options.chains.events), o.interceptors...); len(all) > 0 {
			member.intercepted = chain(all, performEvent)
		}
		sub.members = append(sub.members, member)
	}
	for {
		m, err := s.member(ctx, 0)
		if err != nil {
			return nil, requestError("subscribe", firstURI(sub), err)
		}
		switch uri, err := sub.ask(ctx, m); {
		case isLost(err): // and another is to come
		case err != nil:
			sub.undo()
			return nil, requestError("subscribe", uri, err)
		case s.keep(m, sub):
			return sub, nil
		}
	}
}

// ask subscribes to all topics, and names the one that fails.
func (sub *Subscription) ask(ctx context.Context, m *session) (wamp.URI, error) {
	requests := make([]*request, len(sub.members))
	var err error
	for i, member := range sub.members {
		if requests[i], err = member.ask(ctx, m); err != nil {
			return member.uri(), err
		}
	}
	for i, member := range sub.members {
		if requests[i] == nil {
			continue
		}
		if _, err := m.awaitGrant(ctx, requests[i]); err != nil {
			return member.uri(), err
		}
	}
	return "", nil
}

// wants implements handle.
func (sub *Subscription) wants() []want {
	wants := make([]want, len(sub.members))
	for i, member := range sub.members {
		wants[i] = member
	}
	return wants
}

// end implements handle.
func (sub *Subscription) end(why error) {
	sub.ending.end(why)
	sub.inbox.end()
}

// ask implements want.
func (member *subscribed) ask(ctx context.Context, s *session) (*request, error) {
	if member.over.Load() || member.owner.inbox.isClosed() {
		return nil, nil
	}
	member.owner.session.Store(s)
	req := newRequest(wamp.TypeSubscribe, func(id wamp.ID, err error) error { return s.subscribed(member, id, err) })
	s.topics.join(member.key)
	err := s.sendRequest(ctx, req, func(id wamp.ID) wamp.Message {
		return &wamp.Subscribe{Request: id, Options: member.options, Topic: member.topic.URI}
	})
	if err != nil {
		s.drop(s.topics.joined(member, 0))
	}
	return req, err
}

// refused implements want.
func (member *subscribed) refused(why *RestoreError) {
	member.over.Store(true)
	member.owner.ending.end(why)
}

// uri implements want.
func (member *subscribed) uri() wamp.URI { return member.topic.URI }

// subscribed handles the answer to a SUBSCRIBE. It runs on the reader, so that an
// EVENT right behind it finds its listener.
func (s *session) subscribed(member *subscribed, id wamp.ID, err error) error {
	if err != nil {
		id = 0
	}
	s.drop(s.topics.joined(member, id))
	return err
}

// unsubscribed handles a revocation. It runs on the reader.
func (s *session) unsubscribed(details wamp.UnsubscribedDetails) {
	for _, member := range s.topics.remove(details.Subscription) {
		member.over.Store(true)
		member.owner.ending.end(&RevokedError{URI: member.topic.URI, Reason: details.Reason})
		s.logger.Warn("subscription revoked by the router", "topic", member.topic.URI, "reason", details.Reason)
	}
}

// Unsubscribe ends the subscription: no further event is handled, those that wait
// are dropped, and the one that is being handled is not waited for, so that a
// handler may call it. Once it was called, calling it again has no effect; neither has it when the
// session has ended.
func (sub *Subscription) Unsubscribe(ctx context.Context) error {
	sub.ending.end(nil)
	if !sub.inbox.close() {
		return nil
	}
	sub.home.forget(sub)
	s := sub.session.Load()
	var failed error
	var requests []*request
	for _, member := range sub.members {
		id := s.topics.leave(member)
		req, err := s.leave(ctx, id)
		if err != nil {
			s.drop(id) // nobody else would ever tell the router
			failed = errors.Join(failed, requestError("unsubscribe", member.topic.URI, err))
		}
		if req != nil {
			requests = append(requests, req)
		}
	}
	for _, req := range requests {
		if _, err := s.awaitGrant(ctx, req); err != nil {
			failed = errors.Join(failed, fmt.Errorf("unsubscribe: %w", err))
		}
	}
	if errors.Is(failed, ErrSessionClosed) || errors.Is(failed, ErrSessionLost) {
		return nil
	}
	return failed
}

// overflow ends the subscription because of an event too many. It runs on the reader.
func (sub *Subscription) overflow(s *session) {
	for _, member := range sub.members {
		member.over.Store(true)
		s.drop(s.topics.leave(member))
	}
	sub.ending.end(ErrOverflow)
	sub.home.forget(sub)
}

// Dropped is how many events were lost because the handler was too slow for them.
func (sub *Subscription) Dropped() uint64 { return sub.inbox.dropped.Load() }

// undo gives up what was asked for so far, without waiting.
func (sub *Subscription) undo() {
	sub.inbox.close()
	s := sub.session.Load()
	if s == nil {
		return
	}
	for _, member := range sub.members {
		s.drop(s.topics.leave(member))
	}
}

// leave ends the router's subscription if nobody listens any more. It returns the
// request, nil if there was nothing to do.
func (s *session) leave(ctx context.Context, id wamp.ID) (*request, error) {
	for {
		req, err := s.tryLeave(id)
		if err == nil {
			s.conn.Flush()
			return req, nil
		}
		if err := s.awaitRoom(ctx, err); err != nil {
			return nil, err
		}
	}
}

// drop is leave without waiting for anything.
func (s *session) drop(id wamp.ID) {
	_, err := s.tryLeave(id)
	switch {
	case err == nil:
		s.conn.FlushSoon()
	case errors.Is(err, transport.ErrQueueFull):
		go func() { _, _ = s.leave(context.Background(), id) }()
	}
}

// tryLeave decides and sends in one step: a SUBSCRIBE that would rely on the
// subscription is either known by then, or follows the UNSUBSCRIBE on the wire.
func (s *session) tryLeave(id wamp.ID) (*request, error) {
	s.topics.mu.Lock()
	defer s.topics.mu.Unlock()
	if !s.topics.deserted(id) {
		return nil, nil
	}
	req := newRequest(wamp.TypeUnsubscribe, func(_ wamp.ID, err error) error {
		if errors.Is(err, wamp.ErrNoSuchSubscription) {
			return nil // it was revoked meanwhile
		}
		return err
	})
	err := s.trySendRequest(req, func(request wamp.ID) wamp.Message {
		return &wamp.Unsubscribe{Request: request, Subscription: id}
	})
	if err == nil {
		s.topics.forget(id)
	}
	return req, err
}

// recent are the publications that a subscription has seen lately, in order not to
// take one for new that the broker retains and delivers again after a reconnect.
type recent struct {
	ids  []wamp.ID
	next int
}

// mostRecent is how many publications are remembered.
const mostRecent = 64

// again notes an event, and reports whether it is a retained one that was seen before.
func (r *recent) again(m *wamp.Event) bool {
	if slices.Contains(r.ids, m.Publication) {
		return m.Details.Retained
	}
	if len(r.ids) < mostRecent {
		r.ids = append(r.ids, m.Publication)
		return false
	}
	r.ids[r.next] = m.Publication
	r.next = (r.next + 1) % mostRecent
	return false
}
