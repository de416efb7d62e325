package metrics_test

import (
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/metrics"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, config router.Config) *router.Router {
	t.Helper()
	config.Logger = slog.New(slog.DiscardHandler)
	r := router.New(config)
	t.Cleanup(func() {
		if err := r.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return r
}

// join opens a session whose every message is answered when the test goes on.
func join(t *testing.T, r *router.Router, realm wamp.URI) func(wamp.Message) wamp.Message {
	t.Helper()
	conn := r.Connect(wamp.CBOR)
	t.Cleanup(func() { conn.Close() })
	decoder := codec.NewDecoder(wamp.CBOR, codec.Options{})
	exchange := func(m wamp.Message) wamp.Message {
		t.Helper()
		if err := conn.Send(m); err != nil {
			t.Fatal(err)
		}
		conn.Flush()
		frame, err := conn.Receive()
		if err != nil {
			t.Fatal(err)
		}
		answer, err := decoder.Decode(frame)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	roles := wamp.Roles{}.With(wamp.RoleCaller).With(wamp.RoleSubscriber)
	if m := exchange(&wamp.Hello{Realm: realm, Details: wamp.Dict{"roles": roles.Dict()}}); m.Type() != wamp.TypeWelcome {
		t.Fatalf("got %v", m)
	}
	return exchange
}

func TestCountsAreExposed(t *testing.T) {
	r := start(t, router.Config{Observe: true})
	ask := join(t, r, "realm1")
	ask(&wamp.Subscribe{Request: 1, Topic: "com.t"})
	ask(&wamp.Call{Request: 2, Procedure: "com.nobody"})
	ask(&wamp.Call{Request: 3, Procedure: "wamp.session.count"})
	ask(&wamp.Unsubscribe{Request: 4, Subscription: 5}) // what came before it has been counted

	err := testutil.CollectAndCompare(metrics.NewCollector(r), strings.NewReader(`
# HELP wampkit_calls_total Calls that ended, by outcome: result, error, canceled, timeout or refused.
# TYPE wampkit_calls_total counter
wampkit_calls_total{outcome="canceled",realm="realm1"} 0
wampkit_calls_total{outcome="error",realm="realm1"} 0
wampkit_calls_total{outcome="refused",realm="realm1"} 1
wampkit_calls_total{outcome="result",realm="realm1"} 1
wampkit_calls_total{outcome="timeout",realm="realm1"} 0
# HELP wampkit_messages_received_total Messages from clients, by type.
# TYPE wampkit_messages_received_total counter
wampkit_messages_received_total{realm="realm1",type="CALL"} 2
wampkit_messages_received_total{realm="realm1",type="SUBSCRIBE"} 1
wampkit_messages_received_total{realm="realm1",type="UNSUBSCRIBE"} 1
# HELP wampkit_sessions Open sessions; realm * is all realms that clients made.
# TYPE wampkit_sessions gauge
wampkit_sessions{realm="realm1"} 1
# HELP wampkit_sessions_opened_total Sessions that were welcomed.
# TYPE wampkit_sessions_opened_total counter
wampkit_sessions_opened_total 1
# HELP wampkit_subscriptions Open subscriptions, that is topics and patterns with subscribers.
# TYPE wampkit_subscriptions gauge
wampkit_subscriptions{realm="realm1"} 1
`), "wampkit_calls_total", "wampkit_messages_received_total", "wampkit_sessions", "wampkit_sessions_opened_total", "wampkit_subscriptions")
	if err != nil {
		t.Error(err)
	}
}

func TestTheCollectorIsConsistent(t *testing.T) {
	r := start(t, router.Config{Observe: true, AutoRealm: &router.RealmConfig{}})
	join(t, r, "com.made.up")
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics.NewCollector(r))
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// TestClientsCannotMakeTimeSeries lets clients make up realms.
func TestClientsCannotMakeTimeSeries(t *testing.T) {
	r := start(t, router.Config{Observe: true, AutoRealm: &router.RealmConfig{}})
	join(t, r, "com.one")
	c := metrics.NewCollector(r)
	before := testutil.CollectAndCount(c)
	for _, name := range []wamp.URI{"com.two", "com.three", "com.four"} {
		join(t, r, name)
	}
	if after := testutil.CollectAndCount(c); after != before {
		t.Errorf("%d time series became %d", before, after)
	}
}

// TestEveryCounterOfTheRouterIsExposed finds counters that were added to Stats.
func TestEveryCounterOfTheRouterIsExposed(t *testing.T) {
	exposed := map[string]bool{"Sessions": true, "EventsDroppedByTopic": true, "LimitsReached": true} // per realm, and with labels
	for _, field := range metrics.Fields() {
		exposed[field] = true
	}
	stats := reflect.TypeFor[router.Stats]()
	for i := range stats.NumField() {
		if name := stats.Field(i).Name; !exposed[name] {
			t.Errorf("Stats.%s is no metric", name)
		}
	}
}
