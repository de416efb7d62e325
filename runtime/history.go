package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// HistoryQuery says which past events are wanted: those that meet all conditions. A
// zero field is no condition.
type HistoryQuery struct {
	// Limit is how many events are wanted, Reverse that the newest come first.
	Limit   int
	Reverse bool
	// Topic is the URI that was published to.
	Topic wamp.URI
	// From and Until include the moment they name, After and Before do not.
	From, After, Before, Until time.Time
	// FromPublication and UntilPublication include the event they name,
	// AfterPublication and BeforePublication do not.
	FromPublication, AfterPublication, BeforePublication, UntilPublication wamp.ID
}

// PastEvent is an event that a router remembers.
type PastEvent struct {
	// Event is what the router tells of it: without a Topic unless the subscription is to a pattern.
	Event
	// Content are the event's arguments.
	Content *Result
	// Time is when the router got it.
	Time time.Time
}

// GetEvents asks the router for the past events of a subscription (Advanced
// Profile, section "Event History"), which need not be one of the session's: its id is told by
// [Event] and by the procedure wamp.subscription.lookup.
//
// The errors are those of [Session.Call]; a router that keeps no history answers
// [wamp.ErrNoSuchProcedure].
func (s *Session) GetEvents(ctx context.Context, subscription wamp.ID, q HistoryQuery) ([]PastEvent, error) {
	const procedure = "wamp.subscription.get_events"
	args := NewArgs()
	args.Uint(uint64(subscription))
	q.appendTo(args)
	values, err := s.Invoke(ctx, &Procedure{URI: procedure}, args)
	if err != nil {
		return nil, err
	}
	defer values.Close()
	result, err := decodeResult(values.payload)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w: %w", procedure, ErrInvalidResult, err)
	}
	events := make([]PastEvent, 0, len(result.Args))
	for _, told := range result.Args {
		dict, ok := told.(wamp.Dict)
		if !ok {
			return nil, fmt.Errorf("call %s: %w: an event is a %T", procedure, ErrInvalidResult, told)
		}
		events = append(events, pastEvent(dict))
	}
	return events, nil
}

// appendTo writes the conditions as keyword arguments.
func (q *HistoryQuery) appendTo(args *Args) {
	if q.Limit > 0 {
		args.Keyword("limit", q.Limit)
	}
	if q.Reverse {
		args.Keyword("reverse", true)
	}
	if q.Topic != "" {
		args.Keyword("topic", q.Topic)
	}
	for name, at := range map[string]time.Time{
		"from_time": q.From, "after_time": q.After, "before_time": q.Before, "until_time": q.Until,
	} {
		if !at.IsZero() {
			args.Keyword(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	for name, id := range map[string]wamp.ID{
		"from_publication": q.FromPublication, "after_publication": q.AfterPublication,
		"before_publication": q.BeforePublication, "until_publication": q.UntilPublication,
	} {
		if id != 0 {
			args.Keyword(name, id)
		}
	}
}

// pastEvent reads what a router tells of an event. What is absent or of another
// type is left out.
func pastEvent(dict wamp.Dict) PastEvent {
	details, _ := dict["details"].(wamp.Dict)
	e := PastEvent{
		Event: Event{
			Topic:             wamp.URI(stringDetail(details, "topic")),
			Publication:       idDetail(dict, "publication"),
			Subscription:      idDetail(dict, "subscription"),
			Publisher:         idDetail(details, "publisher"),
			PublisherAuthID:   stringDetail(details, "publisher_authid"),
			PublisherAuthRole: stringDetail(details, "publisher_authrole"),
		},
		Content: new(Result),
	}
	e.TrustLevel, e.HasTrustLevel = details["trustlevel"].(int64)
	e.Content.Args, _ = dict["args"].([]any)
	e.Content.Kwargs, _ = dict["kwargs"].(wamp.Dict)
	e.Time, _ = time.Parse(time.RFC3339Nano, stringDetail(dict, "timestamp"))
	return e
}

func idDetail(details wamp.Dict, name string) wamp.ID {
	id, _ := details[name].(int64)
	return wamp.ID(max(id, 0))
}
