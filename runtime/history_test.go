package runtime_test

import (
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestPastEvents(t *testing.T) {
	for _, format := range []wamp.Format{wamp.CBOR, wamp.MsgPack, wamp.JSON} {
		t.Run(format.String(), func(t *testing.T) {
			place := wamptest.New(t, wamptest.WithSerializer(format), wamptest.WithConfig(router.Config{Realms: []router.RealmConfig{{
				Name:     router.DefaultRealm,
				History:  []router.HistoryConfig{{URI: "com.test.topic"}},
				Disclose: router.Disclosure{Publisher: true},
			}}}))
			s := place.Session(t)
			before := time.Now().Add(-time.Minute)
			subscribe(t, s, "com.test.topic")
			found, err := s.Call(t.Context(), "wamp.subscription.lookup", "com.test.topic")
			if err != nil {
				t.Fatal(err)
			}
			subscription := wamp.ID(found.Args[0].(int64))
			var publications []wamp.ID
			for i := range 3 {
				ctx, info := runtime.NewPublishContext(t.Context(), runtime.WithAcknowledge(true), runtime.WithDiscloseMe(true),
					runtime.WithKeywords(map[string]any{"n": i}))
				if err := s.Publish(ctx, "com.test.topic", i); err != nil {
					t.Fatal(err)
				}
				publications = append(publications, info.Publication())
			}
			for _, c := range []struct {
				name  string
				query runtime.HistoryQuery
				want  []int64
			}{
				{"all", runtime.HistoryQuery{}, []int64{0, 1, 2}},
				{"limit and order", runtime.HistoryQuery{Limit: 2, Reverse: true}, []int64{2, 1}},
				{"publications", runtime.HistoryQuery{AfterPublication: publications[0], UntilPublication: publications[1]}, []int64{1}},
				{"topic", runtime.HistoryQuery{Topic: "com.test.other"}, nil},
				{"since", runtime.HistoryQuery{From: before}, []int64{0, 1, 2}},
				{"until", runtime.HistoryQuery{Until: before}, nil},
			} {
				events, err := s.GetEvents(t.Context(), subscription, c.query)
				if err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				if len(events) != len(c.want) {
					t.Fatalf("%s: got %d events, want %d", c.name, len(events), len(c.want))
				}
				for i, e := range events {
					n := c.want[i]
					if e.Content.Args[0] != n || e.Content.Kwargs["n"] != n || e.Publication != publications[n] ||
						e.Subscription != subscription || e.Publisher != s.ID() || e.Time.Before(before) {
						t.Errorf("%s: got %+v with %+v, want %d", c.name, e, e.Content, n)
					}
				}
			}
			_, err = s.GetEvents(t.Context(), subscription+1, runtime.HistoryQuery{})
			remote(t, err, wamp.ErrNoSuchSubscription)
		})
	}
}
