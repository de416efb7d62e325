package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// Subscription is one or more topics that a session listens to under one handle.
// Its events are handled one after the other, in the order in which they
// arrived, also across its topics.
type Subscription struct {
	session *session
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
// [ErrRevoked] or [ErrSessionClosed] otherwise.
func (sub *Subscription) Err() error { return sub.ending.why() }

// subscribed is one topic of a Subscription.
type subscribed struct {
	topic       *Topic
	template    *template // nil without captures
	key         topicKey
	handle      func(ctx context.Context, in *Values) error
	getRetained bool
	inbox       *inbox
	ending      *ending // of the handle
	id          wamp.ID // guarded by subscriptions.mu, 0 until granted
}

// SubscribeTopics implements [Subscriber]. An error that the router answered is a [*wamp.Error].
func (s *Session) SubscribeTopics(ctx context.Context, topics []TopicHandler, opts ...SubscribeOption) (*Subscription, error) {
	current := s.current.Load()
	sub := &Subscription{session: current}
	sub.ending.init()
	requests := make([]*request, 0, len(topics))
	for i, t := range topics {
		o := subscribeOptions{limit: DefaultQueue}
		o.Match = matchOption(t.Topic.Match)
		for _, opt := range opts {
			opt.applySubscribe(&o)
		}
		if i == 0 {
			sub.inbox.init(current, o)
		}
		member := &subscribed{
			topic: t.Topic, template: newTemplate(t.Topic.URI, o.Match, t.Topic.Captures), key: topicKey{t.Topic.URI, o.Match}, handle: t.Handle,
			getRetained: o.GetRetained, inbox: &sub.inbox, ending: &sub.ending,
		}
		req, err := current.sendSubscribe(ctx, member, o.SubscribeOptions)
		if err != nil {
			sub.undo()
			return nil, requestError("subscribe", t.Topic.URI, err)
		}
		sub.members = append(sub.members, member)
		requests = append(requests, req)
	}
	for i, req := range requests {
		if _, err := current.awaitGrant(ctx, req); err != nil {
			sub.undo()
			return nil, requestError("subscribe", topics[i].Topic.URI, err)
		}
	}
	return sub, nil
}

func (s *session) sendSubscribe(ctx context.Context, member *subscribed, o wamp.SubscribeOptions) (*request, error) {
	req := newRequest(wamp.TypeSubscribe, func(id wamp.ID, err error) error { return s.subscribed(member, id, err) })
	s.topics.join(member.key)
	err := s.sendRequest(ctx, req, func(id wamp.ID) wamp.Message {
		return &wamp.Subscribe{Request: id, Options: o, Topic: member.topic.URI}
	})
	if err != nil {
		s.drop(s.topics.joined(member, 0))
	}
	return req, err
}

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
		member.ending.end(&RevokedError{URI: member.topic.URI, Reason: details.Reason})
		s.logger.Warn("subscription revoked by the router", "topic", member.topic.URI, "reason", details.Reason)
	}
}

// Unsubscribe ends the subscription: no further event is handled, those that wait
// are dropped, and the one that is being handled is not waited for, so that a
// handler may call it. Once it was called, calling it again has no effect; neither has it when the
// session has ended.
func (sub *Subscription) Unsubscribe(ctx context.Context) error {
	s := sub.session
	sub.ending.end(nil)
	if !sub.inbox.close() {
		return nil
	}
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
	if errors.Is(failed, ErrSessionClosed) {
		return nil
	}
	return failed
}

// Dropped is how many events were lost because the handler was too slow for them.
func (sub *Subscription) Dropped() uint64 { return sub.inbox.dropped.Load() }

// undo gives up what was asked for so far, without waiting.
func (sub *Subscription) undo() {
	sub.inbox.close()
	for _, member := range sub.members {
		sub.session.drop(sub.session.topics.leave(member))
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
