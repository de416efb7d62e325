package wamptest

import (
	"context"
	"slices"
	"sync"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// Recorder is a [runtime.Publisher] that keeps what is published, for code that only publishes: a
// test needs no router then. Events are encoded and decoded as on a network.
//
//	events := wamptest.NewRecorder()
//	service := NewService(thermostat.NewEventsPublisher(events))
//	…
//	for _, e := range events.On("com.acme.thermostat.changed") { … e.Args … }
//
// It may be used from many goroutines.
type Recorder struct {
	mu        sync.Mutex
	published []Published // guarded by mu
	err       error       // guarded by mu
}

// Published is an event that was published to a [Recorder].
type Published struct {
	// Topic is the URI, with the parameters of a pattern in their places.
	Topic wamp.URI
	// Result are the arguments: Args, Kwargs, and Decode into typed variables.
	*runtime.Result
	// Spec is what the annotation says about the topic.
	Spec *runtime.Topic
	// Options are those of the annotation, the client and the context.
	Options wamp.PublishOptions
}

// NewRecorder returns an empty recorder.
func NewRecorder() *Recorder { return new(Recorder) }

// PublishTopic implements [runtime.Publisher]. It fails like a session if the event could not be encoded.
func (r *Recorder) PublishTopic(ctx context.Context, t *runtime.Topic, args *runtime.Args, opts ...runtime.PublishOption) error {
	sent, err := runtime.ReadPublication(ctx, t, args, opts...)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	r.published = append(r.published, Published{Topic: sent.URI, Result: sent.Content, Spec: t, Options: sent.Options})
	return nil
}

// Fail lets further publications fail with err, and keeps none of them, until err is nil.
func (r *Recorder) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// All are the events so far, in order.
func (r *Recorder) All() []Published {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.published)
}

// On are the events on one topic so far, in order.
func (r *Recorder) On(topic wamp.URI) []Published {
	return slices.DeleteFunc(r.All(), func(p Published) bool { return p.Topic != topic })
}

// Reset forgets the events so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.published = nil
}

// EventsOn are the events on a topic, each decoded into a T: its first positional argument, or
// all keyword arguments if T is a struct and there is none. It fails the test if one is something else.
func EventsOn[T any](t interface {
	Helper()
	Fatalf(format string, args ...any)
}, r *Recorder, topic wamp.URI) []T {
	t.Helper()
	var events []T
	for i, p := range r.On(topic) {
		var event T
		if err := p.Decode(&event); err != nil {
			t.Fatalf("wamptest: event %d on %s: %v", i+1, topic, err)
		}
		events = append(events, event)
	}
	return events
}
