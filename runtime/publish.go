package runtime

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// PublishTopic implements [Publisher]. Unless the publication is acknowledged, it
// returns as soon as the event is queued for sending, which waits only while
// the connection is congested; what the broker thinks of the event is not known then.
func (s *Session) PublishTopic(ctx context.Context, t *Topic, args *Args, opts ...PublishOption) error {
	var o publishOptions
	o.Acknowledge, o.Retain, o.IncludeMe, o.DiscloseMe = t.Acknowledge, t.Retain, t.IncludeMe, t.DiscloseMe
	for _, opt := range opts {
		opt.applyPublish(&o)
	}
	info := publishInfoFrom(ctx)
	if info != nil {
		for _, opt := range info.options {
			opt.applyPublish(&o)
		}
	}
	for name, value := range o.keywords {
		args.Keyword(name, value)
	}
	id, err := s.publish(ctx, t.URI, args, &o.PublishOptions)
	args.release()
	if err == nil && info != nil {
		info.published(id)
	}
	return requestError("publish", t.URI, err)
}

// publish sends the event and returns the publication, 0 if that is not acknowledged.
func (s *Session) publish(ctx context.Context, topic wamp.URI, args *Args, o *wamp.PublishOptions) (wamp.ID, error) {
	payload, err := args.payloadFor(s.format)
	if err != nil {
		return 0, err
	}
	if o.Acknowledge {
		r := newRequest(wamp.TypePublish, nil)
		return s.request(ctx, r, func(id wamp.ID) wamp.Message {
			return &wamp.Publish{Request: id, Options: *o, Topic: topic, Payload: payload}
		})
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

func (s *Session) tryPublish(topic wamp.URI, payload wamp.Payload, o *wamp.PublishOptions) error {
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
