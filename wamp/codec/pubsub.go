package codec

import "github.com/wampkit/wampkit/wamp"

// Messages of publish and subscribe.

func (d *Decoder) publish() wamp.Message {
	m := reuse(&d.hot.publish)
	m.Request = d.id("Request")
	d.publishOptions(&m.Options)
	m.Topic = wamp.URI(d.uri("Topic"))
	m.Payload = d.payload()
	return m
}

func (e *encoder) publish(m *wamp.Publish) {
	parts := e.messageWith(wamp.TypePublish, 3, &m.Payload)
	e.uint(uint64(m.Request))
	e.publishOptions(&m.Options)
	e.text(string(m.Topic))
	e.payload(&m.Payload, parts)
	e.end()
}

func (d *Decoder) published() wamp.Message {
	m := reuse(&d.hot.published)
	m.Request = d.id("PUBLISH.Request")
	m.Publication = d.id("Publication")
	return m
}

func (d *Decoder) subscribe() wamp.Message {
	m := new(wamp.Subscribe)
	m.Request = d.id("Request")
	d.subscribeOptions(&m.Options)
	m.Topic = wamp.URI(d.uri("Topic"))
	return m
}

func (e *encoder) subscribe(m *wamp.Subscribe) {
	e.message(wamp.TypeSubscribe, 3)
	e.uint(uint64(m.Request))
	e.subscribeOptions(&m.Options)
	e.text(string(m.Topic))
	e.end()
}

func (d *Decoder) subscribed() wamp.Message {
	return &wamp.Subscribed{Request: d.id("SUBSCRIBE.Request"), Subscription: d.id("Subscription")}
}

func (d *Decoder) unsubscribe() wamp.Message {
	m := &wamp.Unsubscribe{Request: d.id("Request"), Subscription: d.id("SUBSCRIBED.Subscription")}
	d.ignoredDict("Options")
	return m
}

func (d *Decoder) unsubscribed() wamp.Message {
	m := new(wamp.Unsubscribed)
	if m.Request = d.idOrZero("UNSUBSCRIBE.Request"); m.Request != 0 {
		d.ignoredDict("Details")
		return m
	}
	d.unsubscribedDetails(&m.Details)
	if m.Details.Subscription == 0 {
		d.violate("want a subscription")
	}
	return m
}

func (e *encoder) unsubscribed(m *wamp.Unsubscribed) {
	if m.Request != 0 {
		e.acknowledge(wamp.TypeUnsubscribed, m.Request)
		return
	}
	e.message(wamp.TypeUnsubscribed, 2)
	e.uint(0)
	e.unsubscribedDetails(&m.Details)
	e.end()
}

func (d *Decoder) event() wamp.Message {
	m := reuse(&d.hot.event)
	m.Subscription = d.id("SUBSCRIBED.Subscription")
	m.Publication = d.id("PUBLISHED.Publication")
	d.eventDetails(&m.Details)
	m.Payload = d.payload()
	return m
}

func (e *encoder) event(m *wamp.Event) {
	parts := e.messageWith(wamp.TypeEvent, 3, &m.Payload)
	e.uint(uint64(m.Subscription))
	e.uint(uint64(m.Publication))
	e.eventDetails(&m.Details)
	e.payload(&m.Payload, parts)
	e.end()
}
