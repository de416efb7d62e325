package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// PublishTopic implements [Publisher]. Unless the publication is acknowledged, it
// returns as soon as the event is queued for sending, which waits only while
// the connection is congested; what the broker thinks of the event is not known then.
func (s *Session) PublishTopic(ctx context.Context, t *Topic, args *Args, opts ...PublishOption) error {
	o := publishOptions{PublishOptions: wamp.PublishOptions{Acknowledge: t.Acknowledge, Retain: t.Retain, IncludeMe: t.IncludeMe, DiscloseMe: t.DiscloseMe}}
	info := publishInfoFrom(ctx)
	if len(opts) > 0 || info != nil {
		o = combine(o, opts, info)
		for name, value := range o.keywords {
			args.Keyword(name, value)
		}
	}
	uri, err := args.expand(t.URI, t.Match, t.Captures)
	var id wamp.ID
	switch {
	case err != nil:
	case o.invalid != nil:
		err = o.invalid
	case s.publishes != nil || o.interceptors != nil:
		id, err = s.publishIntercepted(ctx, t, uri, args, o)
		args.release()
		if err == nil && info != nil {
			info.published(id)
		}
		return err
	default:
		id, err = s.publish(ctx, uri, args, &o.PublishOptions)
	}
	args.release()
	if err == nil && info != nil {
		info.published(id)
	}
	return requestError("publish", uri, err)
}

// publish sends the event on the membership that there is.
func (s *Session) publish(ctx context.Context, topic wamp.URI, args *Args, o *wamp.PublishOptions) (wamp.ID, error) {
	for {
		m, err := s.member(ctx, 0)
		if err != nil {
			return 0, err
		}
		id, err := m.publish(ctx, topic, args, o)
		if !isUnsent(err) {
			return id, err
		}
	}
}

// combine applies the options of the caller, and then those of the context.
func combine(o publishOptions, opts []PublishOption, info *PublishInfo) publishOptions {
	for _, opt := range opts {
		opt.applyPublish(&o)
	}
	if info != nil {
		for _, opt := range info.options {
			opt.applyPublish(&o)
		}
	}
	return o
}

// publish sends the event and returns the publication, 0 if that is not acknowledged.
func (s *session) publish(ctx context.Context, topic wamp.URI, args *Args, o *wamp.PublishOptions) (wamp.ID, error) {
	if err := s.checkSealed(&o.Passthru, args, wamp.RoleBroker); err != nil {
		return 0, err
	}
	payload, err := args.payloadFor(s.format)
	if err != nil {
		return 0, err
	}
	if o.Acknowledge {
		return s.publishAcknowledged(ctx, wamp.Publish{Options: *o, Topic: topic, Payload: payload})
	}
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		err := s.tryPublish(topic, payload, o)
		if err == nil {
			s.conn.FlushSoon()
			return 0, nil
		}
		if err := s.awaitRoom(ctx, err); err != nil {
			return 0, err
		}
	}
}

func (s *session) publishAcknowledged(ctx context.Context, m wamp.Publish) (wamp.ID, error) {
	return s.request(ctx, newRequest(wamp.TypePublish, nil), func(id wamp.ID) wamp.Message {
		m.Request = id
		return &m
	})
}

func (s *session) tryPublish(topic wamp.URI, payload wamp.Payload, o *wamp.PublishOptions) error {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	id, err := s.nextID()
	if err != nil {
		return err
	}
	m := &s.publishing
	m.Request, m.Topic, m.Options, m.Payload = id, topic, *o, payload
	err = s.conn.Send(m)
	m.Payload = wamp.Payload{}
	if err != nil {
		s.unsend(id)
		return err
	}
	return nil
}
