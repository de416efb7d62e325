package router

import (
	"math"
	"slices"
	"time"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// historyProcedures are the procedures of the event history (Advanced Profile,
// section "Event History").
func historyProcedures() map[wamp.URI]routerProcedure {
	return map[wamp.URI]routerProcedure{
		"wamp.subscription.get_events": subscriptionGetEvents,
	}
}

// subscriptionGetEvents returns what is remembered of a subscription: one
// dictionary for each event.
//
// The subscription need not be the caller's, nor one that a history was
// configured for: what counts is which of the remembered topics it matches.
func subscriptionGetEvents(c *routerCall) (wamp.Payload, error) {
	history := c.realm.broker.history
	if history == nil {
		return wamp.Payload{}, wamp.NewError(wamp.ErrNoSuchProcedure, "this realm keeps no event history")
	}
	id := c.id("subscription")
	query := c.historyQuery()
	if err := c.end(); err != nil {
		return wamp.Payload{}, err
	}
	sub := c.realm.broker.subscriptionByID(id)
	if sub == nil {
		return wamp.Payload{}, noSuchSubscription(id)
	}
	if err := c.maySubscribe(sub); err != nil {
		return wamp.Payload{}, err
	}
	return c.pastEvents(sub, query.choose(history.of(sub, c.caller)))
}

// maySubscribe reports why the caller may not subscribe to the topic or pattern of
// a subscription, and so not be told of its past; nil if it may.
func (c *routerCall) maySubscribe(sub *subscription) error {
	g := c.caller.authorize(c.out, ActionSubscribe, sub.match, sub.uri, nil)
	if g.verdict == allowed {
		return nil
	}
	uri, message := g.refusal(ActionSubscribe, sub.match, sub.uri)
	return wamp.NewError(uri, "%s", message)
}

// historyQuery says which events are wanted: those that meet all conditions. A
// zero field is no condition.
type historyQuery struct {
	reverse bool // newest first
	limit   int

	fromTime, afterTime, beforeTime, untilTime *time.Time

	topic wamp.URI

	fromPublication, afterPublication, beforePublication, untilPublication wamp.ID
}

// historyQuery takes the keyword arguments of a query.
func (c *routerCall) historyQuery() historyQuery {
	topic, _ := c.keywordText("topic")
	return historyQuery{
		reverse:           c.keywordBool("reverse"),
		limit:             int(min(c.keywordPositive("limit"), math.MaxInt32)),
		fromTime:          c.keywordTime("from_time"),
		afterTime:         c.keywordTime("after_time"),
		beforeTime:        c.keywordTime("before_time"),
		untilTime:         c.keywordTime("until_time"),
		topic:             wamp.URI(topic),
		fromPublication:   wamp.ID(c.keywordPositive("from_publication")),
		afterPublication:  wamp.ID(c.keywordPositive("after_publication")),
		beforePublication: wamp.ID(c.keywordPositive("before_publication")),
		untilPublication:  wamp.ID(c.keywordPositive("until_publication")),
	}
}

// choose returns the events that are wanted, in the order in which they are.
func (q *historyQuery) choose(events []pastEvent) []pastEvent {
	events = slices.DeleteFunc(q.between(events), func(e pastEvent) bool { return !q.wants(e) })
	if q.reverse {
		slices.Reverse(events)
	}
	if q.limit > 0 && q.limit < len(events) {
		events = events[:q.limit]
	}
	return events
}

// between cuts events down to those between the publications that the query
// names. Nothing follows or precedes a publication that is not among them.
func (q *historyQuery) between(events []pastEvent) []pastEvent {
	first, end := 0, len(events)
	for _, bound := range []struct {
		publication wamp.ID
		set         func(at int)
	}{
		{q.fromPublication, func(at int) { first = max(first, at) }},
		{q.afterPublication, func(at int) { first = max(first, at+1) }},
		{q.beforePublication, func(at int) { end = min(end, at) }},
		{q.untilPublication, func(at int) { end = min(end, at+1) }},
	} {
		if bound.publication == 0 {
			continue
		}
		at := slices.IndexFunc(events, func(e pastEvent) bool { return e.id == bound.publication })
		if at < 0 {
			return nil
		}
		bound.set(at)
	}
	return events[first:max(first, end)]
}

// wants reports whether an event meets the conditions on time and topic.
func (q *historyQuery) wants(e pastEvent) bool {
	return (q.fromTime == nil || !e.at.Before(*q.fromTime)) &&
		(q.afterTime == nil || e.at.After(*q.afterTime)) &&
		(q.beforeTime == nil || e.at.Before(*q.beforeTime)) &&
		(q.untilTime == nil || !e.at.After(*q.untilTime)) &&
		(q.topic == "" || e.topic == q.topic)
}

// pastEvents is the result that tells of events: one argument for each. An event
// that the caller's serializer cannot carry is left out and counted.
func (c *routerCall) pastEvents(sub *subscription, events []pastEvent) (wamp.Payload, error) {
	most, size := c.realm.router.limits().MaxMessage, 0
	for _, e := range events {
		if size += e.payload.Size(); size > most {
			return wamp.Payload{}, wamp.NewError(wamp.ErrPayloadSizeExceeded,
				"%d events are too much for one result: ask for fewer with limit, and for more with after_publication", len(events))
		}
	}
	format := c.caller.conn.Format()
	told := make([]any, 0, len(events))
	for _, e := range events {
		payload, err := codec.TranscodePayload(e.payload, format)
		if err != nil {
			c.realm.router.counters.eventsUndeliverable.Add(1)
			continue
		}
		told = append(told, e.dict(sub, c.caller, payload))
	}
	return c.result(told...)
}

// dict is how the history tells a session of an event.
func (e pastEvent) dict(sub *subscription, to *session, payload wamp.Payload) wamp.Dict {
	m := e.event(sub, to)
	dict := wamp.Dict{
		"timestamp":    e.at.Format("2006-01-02T15:04:05.000Z07:00"),
		"subscription": m.Subscription,
		"publication":  m.Publication,
		"details":      detailsDict(&m.Details),
	}
	if payload.Args != nil {
		dict["args"] = codec.Encoded{Format: payload.Format, Value: payload.Args}
	}
	if payload.Kwargs != nil {
		dict["kwargs"] = codec.Encoded{Format: payload.Format, Value: payload.Kwargs}
	}
	return dict
}

// detailsDict are the details of an event as they stand in EVENT.Details.
func detailsDict(d *wamp.EventDetails) wamp.Dict {
	dict := wamp.Dict{}
	for name, text := range map[string]string{
		"publisher_authid":   d.PublisherAuthID,
		"publisher_authrole": d.PublisherAuthRole,
		"topic":              string(d.Topic),
		"ppt_scheme":         d.Passthru.Scheme,
		"ppt_serializer":     d.Passthru.Serializer,
		"ppt_cipher":         d.Passthru.Cipher,
		"ppt_keyid":          d.Passthru.KeyID,
	} {
		if text != "" {
			dict[name] = text
		}
	}
	if d.Publisher != 0 {
		dict["publisher"] = d.Publisher
	}
	if d.HasTrustLevel {
		dict["trustlevel"] = d.TrustLevel
	}
	return dict
}
