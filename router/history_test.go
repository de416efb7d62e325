package router_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// remembering is a realm with histories.
func remembering(configs ...router.HistoryConfig) router.Config {
	return router.Config{Realms: []router.RealmConfig{{Name: "realm1", History: configs}}}
}

// call calls a procedure and returns the arguments and keyword arguments of
// RESULT.
func (p *peer) call(procedure, arguments string) (args []any, kwargs wamp.Dict) {
	p.t.Helper()
	request := p.next()
	p.say(`[48,%d,{},%q%s]`, request, procedure, arguments)
	result, err := p.receive()
	if err != nil {
		p.t.Fatal(err)
	}
	if result.items[0] != int64(50) || result.items[1] != int64(request) {
		p.t.Fatalf("%s: got %s", procedure, result.text)
	}
	if len(result.items) > 3 {
		args = result.items[3].([]any)
	}
	if len(result.items) > 4 {
		kwargs = result.items[4].(wamp.Dict)
	}
	return args, kwargs
}

// events asks for the history of a subscription, with a query as a JSON dictionary.
func (p *peer) events(subscription wamp.ID, query string) []wamp.Dict {
	p.t.Helper()
	args, kwargs := p.call("wamp.subscription.get_events", fmt.Sprintf(`,[%d],%s`, subscription, query))
	if len(kwargs) > 0 {
		p.t.Errorf("unexpected keyword arguments %v", kwargs)
	}
	events := []wamp.Dict{}
	for _, a := range args {
		events = append(events, a.(wamp.Dict))
	}
	return events
}

// numbers are the first arguments of events.
func numbers(events []wamp.Dict) string {
	var list []string
	for _, e := range events {
		list = append(list, fmt.Sprint(e["args"].([]any)[0]))
	}
	return strings.Join(list, " ")
}

func TestW173_TheHistoryTellsOfEventsAsTheyWere(t *testing.T) {
	config := remembering(router.HistoryConfig{URI: "com.kept", Match: wamp.MatchPrefix})
	config.Realms[0].Disclose.Publisher = true
	onEachLink(t, config, func(t *testing.T, r *place) {
		publisher, reader := r.join(), r.join()
		before := time.Now().Add(-time.Millisecond)
		first := publisher.publish("com.kept", `,["ü",-1,1.5,18446744073709551615,"\u0000AAEC",[]],{"k":[null]}`)
		publisher.say(`[16,%d,{"acknowledge":true,"disclose_me":true},"com.kept.more"]`, publisher.next())
		second := publisher.hear(`[17,"*","*"]`).id(2)
		publisher.publish("com.other", `,["not kept"]`)

		subscription := reader.subscribe(`{"match":"prefix"}`, "com.kept")
		events := reader.events(subscription, `{}`)
		if len(events) != 2 {
			t.Fatalf("got %v", events)
		}
		for _, e := range events {
			at, err := time.Parse("2006-01-02T15:04:05.000Z", e["timestamp"].(string))
			if err != nil || at.Before(before) || at.After(time.Now()) {
				t.Errorf("timestamp %v: %v", e["timestamp"], err)
			}
			e["timestamp"] = "*"
		}
		if !matchValue(parse(t, fmt.Sprintf(`[
			{"timestamp":"*","subscription":%[1]d,"publication":%[2]d,"details":{"topic":"com.kept"},
				"args":["ü",-1,1.5,18446744073709551615,"\u0000AAEC",[]],"kwargs":{"k":[null]}},
			{"timestamp":"*","subscription":%[1]d,"publication":%[3]d,
				"details":{"topic":"com.kept.more","publisher":%[4]d,"publisher_authid":"*","publisher_authrole":"anonymous"}}
		]`, subscription, first, second, publisher.id)), []any{events[0], events[1]}) {
			t.Errorf("got %v", events)
		}

		// A subscription to one of the topics has its own view of them.
		exact := reader.subscribe(`{}`, "com.kept")
		events = reader.events(exact, `{}`)
		if len(events) != 1 || events[0]["subscription"] != int64(exact) || len(events[0]["details"].(wamp.Dict)) != 0 {
			t.Errorf("got %v", events)
		}
		if events = reader.events(reader.subscribe(`{}`, "com.other"), `{}`); len(events) != 0 {
			t.Errorf("got %v", events)
		}
	})
}

func TestHistoriesCrossSerializers(t *testing.T) {
	r := start(t, remembering(router.HistoryConfig{URI: "com.kept"}), links[0])
	payload := `,[[{"a":["ü",-7,18446744073709551615,"\u0000AAEC",null]}],{}],{"k":{"l":1.5}}`
	want := parse(t, "["+payload[1:]+"]")
	for _, from := range links {
		r.joinBy(from).publish("com.kept", payload)
	}
	for _, to := range links {
		reader := r.joinBy(to)
		events := reader.events(reader.subscribe(`{}`, "com.kept"), `{}`)
		if len(events) != len(links) {
			t.Fatalf("got %v", events)
		}
		for _, e := range events {
			if !matchValue(want, []any{e["args"], e["kwargs"]}) {
				t.Errorf("%s: got %v", to, e)
			}
		}
	}
}

func TestW172_QueryingTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, remembering(router.HistoryConfig{URI: "com", Match: wamp.MatchPrefix}), link{"pipe", wamp.JSON})
		publisher, reader := r.join(), r.join()
		begin := time.Now()
		var ids []wamp.ID
		// Events 0 to 9 come 0.4 ms after one whole second after the other, in turn to two topics.
		for i := range 10 {
			time.Sleep(time.Until(begin.Add(time.Duration(i)*time.Second + 400*time.Microsecond)))
			ids = append(ids, publisher.publish([]string{"com.a", "com.b"}[i%2], fmt.Sprintf(`,[%d]`, i)))
		}
		subscription := reader.subscribe(`{"match":"prefix"}`, "com")
		at := func(seconds float64) string {
			return begin.Add(time.Duration(seconds * float64(time.Second))).UTC().Format(time.RFC3339Nano)
		}
		for _, test := range []struct{ name, query, want string }{
			{"all", `{}`, "0 1 2 3 4 5 6 7 8 9"},
			{"reverse", `{"reverse":true}`, "9 8 7 6 5 4 3 2 1 0"},
			{"reverse false", `{"reverse":false}`, "0 1 2 3 4 5 6 7 8 9"},
			{"limit", `{"limit":3}`, "0 1 2"},
			{"limit in reverse", `{"limit":3,"reverse":true}`, "9 8 7"},
			{"limit beyond the end", `{"limit":30}`, "0 1 2 3 4 5 6 7 8 9"},
			{"limit as a float, of clients that have nothing else", `{"limit":3.0}`, "0 1 2"},
			{"null is absent", `{"limit":null,"topic":null,"from_time":null,"reverse":null,"from_publication":null}`, "0 1 2 3 4 5 6 7 8 9"},
			{"topic", `{"topic":"com.b"}`, "1 3 5 7 9"},
			{"topic that is none", `{"topic":"com"}`, ""},
			{"from_time", `{"from_time":"` + at(7) + `"}`, "7 8 9"},
			{"after_time", `{"after_time":"` + at(7) + `"}`, "8 9"},
			{"before_time", `{"before_time":"` + at(2) + `"}`, "0 1"},
			{"until_time", `{"until_time":"` + at(2) + `"}`, "0 1 2"},
			{"what is printed is compared", `{"from_time":"` + at(7.0002) + `"}`, "8 9"},
			{"whole seconds", `{"from_time":"` + begin.Add(7*time.Second).UTC().Format(time.RFC3339) + `"}`, "7 8 9"},
			{"another time zone", `{"from_time":"` + begin.Add(7*time.Second).In(time.FixedZone("", 5400)).Format(time.RFC3339) + `"}`, "7 8 9"},
			{"the beginning of time", `{"before_time":"0001-01-01T00:00:00Z"}`, ""},
			{"between times", `{"after_time":"` + at(2) + `","until_time":"` + at(5) + `"}`, "3 4 5"},
			{"times that exclude each other", `{"after_time":"` + at(5) + `","before_time":"` + at(5) + `"}`, ""},
			{"from_publication", fmt.Sprintf(`{"from_publication":%d}`, ids[7]), "7 8 9"},
			{"after_publication", fmt.Sprintf(`{"after_publication":%d}`, ids[7]), "8 9"},
			{"after the last publication", fmt.Sprintf(`{"after_publication":%d}`, ids[9]), ""},
			{"before_publication", fmt.Sprintf(`{"before_publication":%d}`, ids[2]), "0 1"},
			{"before the first publication", fmt.Sprintf(`{"before_publication":%d}`, ids[0]), ""},
			{"until_publication", fmt.Sprintf(`{"until_publication":%d}`, ids[2]), "0 1 2"},
			{"publication that is not there", `{"from_publication":1}`, ""},
			{"publications that exclude each other", fmt.Sprintf(`{"from_publication":%d,"until_publication":%d}`, ids[5], ids[4]), ""},
			{"publication that another condition excludes", fmt.Sprintf(`{"from_publication":%d,"topic":"com.a"}`, ids[7]), "8"},
			{"paging", fmt.Sprintf(`{"after_publication":%d,"limit":2}`, ids[3]), "4 5"},
			{"paging in reverse", fmt.Sprintf(`{"before_publication":%d,"limit":2,"reverse":true}`, ids[3]), "2 1"},
			{"everything at once", fmt.Sprintf(`{"from_time":%q,"before_time":%q,"after_publication":%d,"until_publication":%d,"topic":"com.b","reverse":true,"limit":2}`,
				at(1), at(8), ids[1], ids[8]), "7 5"},
		} {
			if got := numbers(reader.events(subscription, test.query)); got != test.want {
				t.Errorf("%s %s: got %q, want %q", test.name, test.query, got, test.want)
			}
		}

		// A timestamp that the history told finds its event again.
		event := reader.events(subscription, `{"limit":1}`)[0]
		query := fmt.Sprintf(`{"from_time":%q,"until_time":%q}`, event["timestamp"], event["timestamp"])
		if got := numbers(reader.events(subscription, query)); got != "0" {
			t.Errorf("%s: got %q", query, got)
		}
	})
}

func TestW172_QueriesThatMakeNoSense(t *testing.T) {
	r := start(t, remembering(router.HistoryConfig{URI: "com"}), links[0])
	p := r.join()
	subscription := p.subscribe(`{}`, "com")
	for _, arguments := range []string{
		``, `,[]`, `,["x"]`, `,[1.5]`, `,[%d,1]`, `,[%d],{"limit":0}`, `,[%d],{"limit":-1}`, `,[%d],{"limit":1.5}`, `,[%d],{"limit":"1"}`,
		`,[%d],{"reverse":1}`, `,[%d],{"topic":1}`, `,[%d],{"from_time":1}`, `,[%d],{"until_time":"yesterday"}`, `,[%d],{"before_time":"2026-01-01"}`,
		`,[%d],{"from_publication":0}`, `,[%d],{"after_publication":"1"}`,
	} {
		arguments = strings.ReplaceAll(arguments, "%d", fmt.Sprint(subscription))
		p.refused(wamp.TypeCall, wamp.ErrInvalidArgument, `{},"wamp.subscription.get_events"%s`, arguments)
	}
	p.refused(wamp.TypeCall, wamp.ErrNoSuchSubscription, `{},"wamp.subscription.get_events",[12345]`)
	p.refused(wamp.TypeCall, wamp.ErrNoSuchSubscription, `{},"wamp.subscription.get_events",[0]`)
	p.events(subscription, `{"unknown":1}`)
}

func TestW175_TheHistoryIsToldToThoseWhoMayKnow(t *testing.T) {
	config := remembering(router.HistoryConfig{URI: "com.kept"})
	config.Realms[0].Authenticators = []router.Authenticator{named{}}
	r := start(t, config, links[0])
	join := func(authid, role string) *peer {
		return r.dial().hello("realm1", `{"authmethods":["named"],"authid":"`+authid+`","authextra":{"role":"`+role+`"},`+everyRole[1:])
	}
	publisher := join("pub", "publisher")
	readers := map[string]*peer{"joe": join("joe", "user"), "ann": join("ann", "user"), "sue": join("sue", "admin"), "pub": publisher}
	for i, options := range []string{
		``, // 0
		`,"eligible_authid":["joe","sue"]`,
		`,"eligible_authrole":["user"]`,
		`,"exclude_authid":["joe"]`,
		`,"exclude_authrole":["user"]`,
		`,"eligible_authrole":["user"],"exclude_authid":["joe"]`, // 5
		`,"eligible_authid":[]`,
		fmt.Sprintf(`,"exclude":[%d]`, readers["joe"].id), // not stored at all, 7
		fmt.Sprintf(`,"eligible":[%d]`, readers["joe"].id),
		`,"exclude":[]`,
		`,"eligible":[]`,
		`,"exclude_me":false`, // 11
	} {
		publisher.say(`[16,%d,{"acknowledge":true%s},"com.kept",[%d]]`, publisher.next(), options, i)
		publisher.hear(`[17,"*","*"]`)
	}
	for name, want := range map[string]string{"joe": "0 1 2 11", "ann": "0 2 3 5 11", "sue": "0 1 3 4 11", "pub": "0 3 4 11"} {
		reader := readers[name]
		subscription := reader.subscribe(`{}`, "com.kept")
		if got := numbers(reader.events(subscription, `{}`)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestW176_TheHistoryOutlivesItsSubscribers(t *testing.T) {
	r := start(t, remembering(
		router.HistoryConfig{URI: "com.kept"}, router.HistoryConfig{URI: "org", Match: wamp.MatchPrefix},
	), links[0])
	publisher, reader := r.join(), r.join()
	publisher.publish("com.kept", `,["before anybody subscribed"]`)
	for _, topic := range []string{"com.kept", "org.kept"} {
		subscription := reader.subscribe(`{}`, topic)
		publisher.publish(topic, `,["live"]`)
		reader.hear(`[36,%d,"*",{},["live"]]`, subscription)
		reader.say(`[34,%d,%d]`, reader.next(), subscription)
		reader.hear(`[35,%d]`, reader.last)
		publisher.publish(topic, `,["after the last left"]`)
		again := reader.subscribe(`{}`, topic)
		events := reader.events(again, `{}`)
		want := "live after the last left"
		if topic == "com.kept" {
			want = "before anybody subscribed " + want
			if again != subscription {
				t.Errorf("the subscription with a history has id %d and then %d", subscription, again)
			}
		}
		if got := numbers(events); got != want {
			t.Errorf("%s: got %q, want %q", topic, got, want)
		}
	}
}

func TestHistoriesAreBounded(t *testing.T) {
	r := start(t, remembering(
		router.HistoryConfig{URI: "com", Match: wamp.MatchPrefix, Limit: 5},
		router.HistoryConfig{URI: ".b", Match: wamp.MatchWildcard, Limit: 2},
		router.HistoryConfig{URI: "org.large", MaxBytes: 10_000},
	), links[0])
	p := r.join()
	for i := range 100 {
		p.publish([]string{"com.a", "com.b", "net.b", "net.c"}[i%4], fmt.Sprintf(`,[%d]`, i))
	}
	large := strings.Repeat("x", 3500)
	for i := range 10 {
		p.publish("org.large", fmt.Sprintf(`,[%d,%q]`, i, large))
	}
	p.publish("org.large", fmt.Sprintf(`,[10,%q]`, strings.Repeat(large, 4)))
	for _, test := range []struct{ options, topic, want string }{
		{`{"match":"prefix"}`, "com", "89 92 93 96 97"},
		{`{"match":"wildcard"}`, ".b", "89 93 97 98"}, // from both
		{`{}`, "com.b", "89 93 97"},
		{`{}`, "net.c", ""},
		{`{"match":"prefix"}`, "", "89 92 93 96 97 98 8 9"},
		{`{}`, "org.large", "8 9"},
	} {
		if got := numbers(p.events(p.subscribe(test.options, test.topic), `{}`)); got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.options, test.topic, got, test.want)
		}
	}
}

func TestHistoryThatIsTooLargeForOneResult(t *testing.T) {
	config := remembering(router.HistoryConfig{URI: "com"})
	config.Limits.MaxMessage = 16 << 10
	r := start(t, config, links[0])
	p := r.join()
	for range 20 {
		p.publish("com", filler)
	}
	subscription := p.subscribe(`{}`, "com")
	p.refused(wamp.TypeCall, wamp.ErrPayloadSizeExceeded, `{},"wamp.subscription.get_events",[%d]`, subscription)
	if got := len(p.events(subscription, `{"limit":5}`)); got != 5 {
		t.Errorf("got %d events", got)
	}
}

func TestMetaEventsCanBeRemembered(t *testing.T) {
	r := start(t, remembering(router.HistoryConfig{URI: "wamp.session.on_join"}), links[0])
	reader, later := r.join(), r.join()
	later.quiet() // by then its coming has been told
	args, _ := reader.call("wamp.subscription.lookup", `,["wamp.session.on_join"]`)
	var joined []wamp.ID
	for _, e := range reader.events(wamp.ID(args[0].(int64)), `{}`) {
		joined = append(joined, wamp.ID(e["args"].([]any)[0].(wamp.Dict)["session"].(int64)))
	}
	if !slices.Equal(joined, []wamp.ID{reader.id, later.id}) {
		t.Errorf("the history tells of %v, want %d and %d", joined, reader.id, later.id)
	}
}

func TestEventHistoryIsAnnouncedWhereThereIsOne(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{Name: "realm1"}}}, links[0])
	if r.announced(t, "broker")["event_history"] != nil {
		t.Error("announced without a history")
	}
	p := r.join()
	p.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"wamp.subscription.get_events",[%d]`, p.subscribe(`{}`, "com"))
	r = start(t, remembering(router.HistoryConfig{URI: "com"}), links[0])
	if r.announced(t, "broker")["event_history"] != true {
		t.Error("not announced")
	}
}

func TestConfigurationOfHistories(t *testing.T) {
	for _, configs := range [][]router.HistoryConfig{
		{{URI: ""}}, {{URI: "com..x"}}, {{URI: "com x", Match: wamp.MatchPrefix}}, {{URI: "com", Limit: -1}}, {{URI: "com", MaxBytes: -1}},
		{{URI: "com"}, {URI: "com", Limit: 5}},
	} {
		if err := remembering(configs...).Validate(); err == nil {
			t.Errorf("%v passes", configs)
		}
	}
	fine := []router.HistoryConfig{{URI: "com"}, {URI: "com", Match: wamp.MatchPrefix}, {URI: "com..x", Match: wamp.MatchWildcard}, {Match: wamp.MatchPrefix}}
	if err := remembering(fine...).Validate(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsPublishedWhileSubscribingIsInTheHistoryOrLive(t *testing.T) {
	onEachLink(t, remembering(router.HistoryConfig{URI: "com.counter"}), func(t *testing.T, r *place) {
		publisher := r.join()
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				publisher.publish("com.counter", fmt.Sprintf(`,[%d]`, n))
			}
		}()
		for range 20 {
			p := r.join()
			subscription := p.subscribe(`{}`, "com.counter")
			p.say(`[48,%d,{},"wamp.subscription.get_events",[%d],{"limit":1,"reverse":true}]`, p.next(), subscription)
			var live []int64
			newest := int64(0)
			for newest == 0 || len(live) == 0 {
				m, err := p.receive()
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case m.items[0] == int64(36):
					live = append(live, m.items[4].([]any)[0].(int64))
				case len(m.items) == 4:
					newest = m.items[3].([]any)[0].(wamp.Dict)["args"].([]any)[0].(int64)
				default:
					newest = -1 // nothing was published yet
				}
			}
			if newest > 0 && live[0] > newest+1 && !slices.Contains(live, newest+1) {
				t.Errorf("the history ends with %d, and live events begin with %d", newest, live[0])
			}
			p.conn.Close()
		}
		close(stop)
		<-stopped
	})
}
