package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// publish publishes and waits until the broker has taken the event.
func publish(t testing.TB, s *runtime.Session, topic wamp.URI, args ...any) wamp.ID {
	t.Helper()
	ctx, info := runtime.NewPublishContext(context.Background(), runtime.WithAcknowledge(true))
	if err := s.Publish(ctx, topic, args...); err != nil {
		t.Fatal(err)
	}
	return info.Publication()
}

func TestEventsArriveUnchangedAndInOrder(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		subscriber, publisher := p.session(), p.session()
		_, events := subscribe(t, subscriber, "com.test.topic")
		for i := range 100 {
			ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithKeywords(map[string]any{"i": i}))
			if err := publisher.Publish(ctx, "com.test.topic", i, "text"); err != nil {
				t.Fatal(err)
			}
		}
		for i := range int64(100) {
			e := await(t, events)
			if diff := cmp.Diff([]any{i, "text"}, e.Args); diff != "" {
				t.Fatalf("arguments (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wamp.Dict{"i": i}, e.Kwargs); diff != "" {
				t.Fatalf("keywords (-want +got):\n%s", diff)
			}
			if e.details.Topic != "com.test.topic" || e.details.Publication == 0 || e.details.Subscription == 0 || e.details.Publisher != 0 {
				t.Fatalf("details: %+v", e.details)
			}
		}
	})
}

func TestEventDetails(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		subscriber, publisher := p.session(), p.session()
		_, events := subscribe(t, subscriber, "com.test..status", runtime.WithMatch(wamp.MatchWildcard))
		ctx, info := runtime.NewPublishContext(t.Context(), runtime.WithDiscloseMe(true), runtime.WithAcknowledge(true))
		if err := publisher.Publish(ctx, "com.test.x.status"); err != nil {
			t.Fatal(err)
		}
		e := await(t, events)
		if e.details.Topic != "com.test.x.status" || e.details.Publisher != publisher.ID() || e.details.Publication != info.Publication() {
			t.Errorf("got %+v, want publication %d of %d", e.details, info.Publication(), publisher.ID())
		}
	})
}

func TestPublishOptionsOnTheWire(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	topic := &runtime.Topic{URI: "com.test.topic", Retain: true, DiscloseMe: true}
	client := runtime.NewEventClient(s, runtime.WithExclude(1, 2), runtime.WithExcludeAuthID("joe"), runtime.WithExcludeAuthRole("guest"))
	client = client.With(runtime.WithEligible(), runtime.WithEligibleAuthID("ann"), runtime.WithEligibleAuthRole("admin"), runtime.WithExcludeMe(false))
	ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithRetain(false))
	if err := client.Publish(ctx, topic, runtime.NewArgs()); err != nil {
		t.Fatal(err)
	}
	want := wamp.PublishOptions{
		IncludeMe: true, DiscloseMe: true,
		Exclude: []wamp.ID{1, 2}, ExcludeAuthID: []string{"joe"}, ExcludeAuthRole: []string{"guest"},
		Eligible: []wamp.ID{}, EligibleAuthID: []string{"ann"}, EligibleAuthRole: []string{"admin"},
	}
	if diff := cmp.Diff(want, router.expect(wamp.TypePublish).(*wamp.Publish).Options); diff != "" {
		t.Errorf("PUBLISH.Options (-want +got):\n%s", diff)
	}
	if err := s.Publish(t.Context(), "com.test.topic"); err != nil { // nothing of before is left
		t.Fatal(err)
	}
	if diff := cmp.Diff(wamp.PublishOptions{}, router.expect(wamp.TypePublish).(*wamp.Publish).Options); diff != "" {
		t.Errorf("PUBLISH.Options (-want +got):\n%s", diff)
	}
}

// Several listeners of a session share the router's subscription: each gets every event
// once, and only the last one to leave ends it.
func TestListenersShareASubscription(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		subscriber, publisher := p.session(), p.session()
		first, firstEvents := subscribe(t, subscriber, "com.test.topic")
		second, secondEvents := subscribe(t, subscriber, "com.test.topic")
		publish(t, publisher, "com.test.topic", 1)
		a, b := await(t, firstEvents), await(t, secondEvents)
		if a.details.Publication != b.details.Publication || a.details.Subscription != b.details.Subscription {
			t.Errorf("got %+v and %+v", a.details, b.details)
		}
		if err := first.Unsubscribe(t.Context()); err != nil {
			t.Fatal(err)
		}
		publish(t, publisher, "com.test.topic", 2)
		if e := await(t, secondEvents); e.Args[0] != int64(2) {
			t.Errorf("got %v", e.Args)
		}
		for range 2 { // the second time has no effect
			if err := second.Unsubscribe(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		publish(t, publisher, "com.test.topic", 3)
		_, thirdEvents := subscribe(t, subscriber, "com.test.topic")
		publish(t, publisher, "com.test.topic", 4)
		if e := await(t, thirdEvents); e.Args[0] != int64(4) {
			t.Errorf("got %v", e.Args)
		}
		if len(firstEvents) != 0 || len(secondEvents) != 0 {
			t.Error("an event came after Unsubscribe")
		}
	})
}

func TestListenersComeAndGo(t *testing.T) {
	p := newPlace(t, link{"tcp", wamp.CBOR})
	subscriber, publisher := p.session(), p.session()
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			for range 30 {
				got := make(chan struct{}, 1)
				sub, err := subscriber.Subscribe(t.Context(), "com.test.topic", func(context.Context, *runtime.Result) error {
					select {
					case got <- struct{}{}:
					default:
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				if err := publisher.Publish(t.Context(), "com.test.topic"); err != nil {
					t.Error(err)
				}
				await(t, got) // it is a subscription in force, whatever the others do
				if err := sub.Unsubscribe(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	users.Wait()
}

func TestOneHandleForSeveralTopicsKeepsTheOrder(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		subscriber, publisher := p.session(), p.session()
		got := make(chan string, 100)
		var topics []runtime.TopicHandler
		for i := range 5 {
			topics = append(topics, runtime.TopicHandler{
				Topic: &runtime.Topic{URI: wamp.URI(fmt.Sprintf("com.test.topic%d", i))},
				Handle: func(_ context.Context, in *runtime.Values) error {
					got <- fmt.Sprintf("%d:%d", i, in.Int("n", 0))
					return in.Err()
				},
			})
		}
		sub, err := subscriber.SubscribeTopics(t.Context(), topics)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 50 {
			if err := publisher.Publish(t.Context(), wamp.URI(fmt.Sprintf("com.test.topic%d", n%5)), n); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 50 {
			if e, want := await(t, got), fmt.Sprintf("%d:%d", n%5, n); e != want {
				t.Fatalf("got %s, want %s", e, want)
			}
		}
		if err := sub.Unsubscribe(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFailedSubscriptionIsUndone(t *testing.T) {
	p := newPlace(t, links[0])
	s := p.session()
	handle := func(context.Context, *runtime.Values) error { return nil }
	_, err := s.SubscribeTopics(t.Context(), []runtime.TopicHandler{
		{Topic: &runtime.Topic{URI: "com.test.a"}, Handle: handle},
		{Topic: &runtime.Topic{URI: "com..bad"}, Handle: handle},
		{Topic: &runtime.Topic{URI: "com.test.c"}, Handle: handle},
	})
	remote(t, err, wamp.ErrInvalidURI)
}

// An EVENT may arrive right behind SUBSCRIBED.
func TestEventRightBehindSubscribed(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	got := make(chan chan event, 1)
	go func() { _, events := subscribe(t, s, "com.test.topic"); got <- events }()
	router.expect(wamp.TypeSubscribe)
	router.send(&wamp.Subscribed{Request: 1, Subscription: 9}, &wamp.Event{Subscription: 9, Publication: 1})
	if e := await(t, await(t, got)); e.details.Publication != 1 {
		t.Errorf("got %+v", e.details)
	}
}

func TestAbandonedSubscriptionIsUndone(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Subscribe(ctx, "com.test.topic", func(context.Context, *runtime.Result) error { return nil })
		failed <- err
	}()
	router.expect(wamp.TypeSubscribe)
	cancel()
	if err := await(t, failed); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	router.send(&wamp.Subscribed{Request: 1, Subscription: 9})
	if m := router.expect(wamp.TypeUnsubscribe).(*wamp.Unsubscribe); m.Subscription != 9 {
		t.Errorf("unsubscribed %d, want 9", m.Subscription)
	}
}

// The last listener leaves while another SUBSCRIBE for the topic is under way: the router's subscription stays.
func TestLeavingWhileAnotherJoins(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	firsts := make(chan *runtime.Subscription, 1)
	go func() { sub, _ := subscribe(t, s, "com.test.topic"); firsts <- sub }()
	router.expect(wamp.TypeSubscribe)
	router.send(&wamp.Subscribed{Request: 1, Subscription: 9})
	first := await(t, firsts)

	for _, granted := range []bool{true, false} {
		result := make(chan error, 1)
		got := make(chan struct{}, 1)
		var second *runtime.Subscription
		go func() {
			var err error
			second, err = s.Subscribe(context.Background(), "com.test.topic", func(context.Context, *runtime.Result) error {
				got <- struct{}{}
				return nil
			})
			result <- err
		}()
		request := router.expect(wamp.TypeSubscribe).(*wamp.Subscribe).Request
		if err := first.Unsubscribe(t.Context()); err != nil { // which sends nothing
			t.Fatal(err)
		}
		if granted {
			router.send(&wamp.Subscribed{Request: request, Subscription: 9}, &wamp.Event{Subscription: 9, Publication: 1})
			await(t, got)
		} else {
			router.send(&wamp.ErrorMessage{RequestType: wamp.TypeSubscribe, Request: request, URI: wamp.ErrNotAuthorized})
			if m := router.expect(wamp.TypeUnsubscribe).(*wamp.Unsubscribe); m.Subscription != 9 {
				t.Errorf("unsubscribed %d, want 9", m.Subscription)
			}
		}
		if err := await(t, result); (err == nil) != granted {
			t.Errorf("granted %v: %v", granted, err)
		}
		first = second
	}
}

func TestRetainedEventsGoToWhoAskedForThem(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	joined := make(chan chan event, 1)
	for i, opts := range [][]runtime.SubscribeOption{nil, {runtime.WithRetained()}} {
		go func() { _, events := subscribe(t, s, "com.test.topic", opts...); joined <- events }()
		if m := router.expect(wamp.TypeSubscribe).(*wamp.Subscribe); m.Options.GetRetained != (i == 1) {
			t.Errorf("get_retained is %v", m.Options.GetRetained)
		}
		id := wamp.ID(i + 1)
		router.send(&wamp.Subscribed{Request: id, Subscription: 9})
		if i == 0 {
			defer func(events chan event) {
				if e := await(t, events); e.details.Publication != 2 {
					t.Errorf("who did not ask gets %+v", e.details)
				}
			}(await(t, joined))
		}
	}
	router.send(&wamp.Event{Subscription: 9, Publication: 1, Details: wamp.EventDetails{Retained: true}},
		&wamp.Event{Subscription: 9, Publication: 2})
	events := await(t, joined)
	if e := await(t, events); e.details.Publication != 1 || !e.details.Retained {
		t.Errorf("who asked gets %+v", e.details)
	}
}

func TestRevokedSubscription(t *testing.T) {
	var logged log
	s, router := joinPeer(t, wamp.CBOR, allFeatures, logged.option())
	made := make(chan *runtime.Subscription, 1)
	go func() { sub, _ := subscribe(t, s, "com.test.topic"); made <- sub }()
	router.expect(wamp.TypeSubscribe)
	router.send(&wamp.Subscribed{Request: 1, Subscription: 9})
	sub := await(t, made)
	called := make(chan error, 1)
	router.send(&wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: 9, Reason: "com.test.reason"}})
	go func() { _, err := s.Call(context.Background(), "com.test.procedure"); called <- err }()
	router.expect(wamp.TypeCall)
	router.send(&wamp.Result{Request: 2}) // behind the revocation
	if err := await(t, called); err != nil {
		t.Fatal(err)
	}
	if err := sub.Unsubscribe(t.Context()); err != nil { // which has nothing left to do
		t.Error(err)
	}
	if !logged.has("com.test.reason") {
		t.Error("the revocation was not logged")
	}
}

func TestEventHandlersThatFailArePassedOver(t *testing.T) {
	var logged log
	p := newPlace(t, links[0])
	subscriber, publisher := p.session(logged.option()), p.session()
	got := make(chan int64, 3)
	_, err := subscriber.Subscribe(t.Context(), "com.test.topic", func(_ context.Context, in *runtime.Result) error {
		n := in.Args[0].(int64)
		got <- n
		switch n {
		case 0:
			return errors.New("out of cheese")
		case 1:
			panic("out of wine")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		publish(t, publisher, "com.test.topic", n)
	}
	for n := range int64(3) {
		if e := await(t, got); e != n {
			t.Errorf("got %d, want %d", e, n)
		}
	}
	if !logged.has("out of cheese") || !logged.has("out of wine") {
		t.Error("the failures were not logged")
	}
}

func TestUnsubscribeInTheHandler(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		subscriber, publisher := p.session(), p.session()
		subs := make(chan *runtime.Subscription, 1)
		done := make(chan error, 10)
		sub, err := subscriber.Subscribe(t.Context(), "com.test.topic", func(ctx context.Context, _ *runtime.Result) error {
			done <- (<-subs).Unsubscribe(ctx)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			publish(t, publisher, "com.test.topic")
		}
		subs <- sub
		if err := await(t, done); err != nil {
			t.Error(err)
		}
		publish(t, publisher, "com.test.topic")
		if len(done) != 0 {
			t.Error("the handler was called after Unsubscribe")
		}
	})
}
