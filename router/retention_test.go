package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// retain publishes with retain and further options, and returns the
// publication's id.
func (p *peer) retain(options, topic, payload string) wamp.ID {
	p.t.Helper()
	request := p.next()
	p.say(`[16,%d,{"acknowledge":true,"retain":true%s},%q%s]`, request, options, topic, payload)
	return p.hear(`[17,%d,"*"]`, request).id(2)
}

func TestW169_RetainedEvents(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		publisher, early, late := r.join(), r.join(), r.join()
		subscription := early.subscribe(`{"get_retained":true}`, "com.topic")
		early.quiet() // nothing is retained yet
		publisher.retain("", "com.topic", `,["first"]`)
		newest := publisher.retain("", "com.topic", `,["second",-1,1.5],{"k":"\u0000AAEC"}`)
		publisher.publish("com.topic", `,["third, not retained"]`)
		for _, want := range []string{`["first"]`, `["second",-1,1.5],{"k":"\u0000AAEC"}`, `["third, not retained"]`} {
			early.hear(`[36,%d,"*",{},%s]`, subscription, want)
		}
		late.subscribe(`{"get_retained":true}`, "com.topic")
		late.hear(`[36,%d,%d,{"retained":true},["second",-1,1.5],{"k":"\u0000AAEC"}]`, subscription, newest)
		late.quiet()
		publisher.publish("com.topic", `,["live"]`)
		late.hear(`[36,%d,"*",{},["live"]]`, subscription)
	})
}

func TestW169_AskingAgain(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	publisher, subscriber := r.join(), r.join()
	publisher.retain("", "com.topic", `,["kept"]`)
	subscriber.subscribe(`{}`, "com.topic")
	subscriber.subscribe(`{"get_retained":true}`, "com.topic")
	subscriber.hear(`[36,"*","*",{"retained":true},["kept"]]`)
	subscriber.quiet()
}

func TestW169_RetainedEventsOutliveTheirPublisherAndCrossSerializers(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	for _, from := range links {
		publisher := r.joinBy(from)
		topic := "com.topic." + from.format.String()
		publisher.retain("", topic, `,["ü",-7,18446744073709551615,"\u0000AAEC",null]`)
		publisher.say(`[6,{},"wamp.close.close_realm"]`)
		publisher.hear(`[6,{},"*"]`)
		for _, to := range links {
			subscriber := r.joinBy(to)
			subscriber.subscribe(`{"get_retained":true}`, topic)
			subscriber.hear(`[36,"*","*",{"retained":true},["ü",-7,18446744073709551615,"\u0000AAEC",null]]`)
		}
	}
}

func TestW169_PatternSubscriptionsGetEveryMatchingTopic(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		publisher := r.join()
		for _, topic := range []string{"com.a.x", "com.b", "com.a.y", "org.a.x", "com.a.x"} {
			publisher.retain("", topic, fmt.Sprintf(`,[%q]`, topic))
		}
		for _, test := range []struct {
			match, pattern string
			topics         []string // in the order of publication
		}{
			{"prefix", "com.a", []string{"com.a.y", "com.a.x"}},
			{"prefix", "com", []string{"com.b", "com.a.y", "com.a.x"}},
			{"prefix", "", []string{"com.b", "com.a.y", "org.a.x", "com.a.x"}},
			{"prefix", "net", nil},
			{"wildcard", ".a.x", []string{"org.a.x", "com.a.x"}},
			{"wildcard", "com..y", []string{"com.a.y"}},
			{"exact", "com.b", []string{"com.b"}},
			{"exact", "com", nil},
		} {
			subscriber := r.join()
			subscriber.subscribe(`{"get_retained":true,"match":"`+test.match+`"}`, test.pattern)
			for _, topic := range test.topics {
				details := `{"retained":true}`
				if test.match != "exact" {
					details = `{"retained":true,"topic":"` + topic + `"}`
				}
				subscriber.hear(`[36,"*","*",%s,[%q]]`, details, topic)
			}
			subscriber.quiet()
		}
	})
}

func TestW170_TheNewestEventThatTheSubscriberMayGet(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{
		Name: "realm1", Authenticators: []router.Authenticator{named{}},
	}}}, links[0])
	join := func(authid, role string) *peer {
		return r.dial().hello("realm1", `{"authmethods":["named"],"authid":"`+authid+`","authextra":{"role":"`+role+`"},`+everyRole[1:])
	}
	publisher := join("pub", "publisher")
	joe := join("joe", "user")
	ids := func(p *peer) string { return fmt.Sprint(p.id) }
	for i, test := range []struct {
		name   string
		events []string // further options of PUBLISH, in order
		// what everybody gets: the index of an event, or -1
		joe, ann, sue, pub int
	}{
		{"for everybody", []string{``}, 0, 0, 0, -1},
		{"the publisher, too", []string{`,"exclude_me":false`}, 0, 0, 0, 0},
		{"eligible_authrole", []string{``, `,"eligible_authrole":["admin"]`}, 0, 0, 1, -1},
		{"eligible_authid", []string{``, `,"eligible_authid":["joe"]`}, 1, 0, 0, -1},
		{"exclude_authrole", []string{``, `,"exclude_authrole":["user"]`}, 0, 0, 1, -1},
		{"exclude_authid", []string{``, `,"exclude_authid":["joe"]`}, 0, 1, 1, -1},
		{"eligible", []string{``, `,"eligible":[` + ids(joe) + `]`}, 1, 0, 0, -1},
		{"exclude", []string{``, `,"exclude":[` + ids(joe) + `]`}, 0, 1, 1, -1},
		{"nobody", []string{``, `,"eligible":[]`}, 0, 0, 0, -1},
		{"nobody at all", []string{`,"eligible_authid":[]`}, -1, -1, -1, -1},
		{"several", []string{``, `,"eligible_authid":["joe"]`, `,"eligible_authid":["ann"]`, `,"eligible_authid":["joe"]`}, 3, 2, 0, -1},
		{"one for everybody replaces all", []string{`,"eligible_authid":["joe"]`, `,"eligible_authid":["ann"]`, ``}, 2, 2, 2, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			topic := fmt.Sprintf("com.topic%d", i)
			for j, options := range test.events {
				publisher.retain(options, topic, fmt.Sprintf(`,[%d]`, j))
			}
			for _, one := range []struct {
				p    *peer
				want int
			}{{joe, test.joe}, {join("ann", "user"), test.ann}, {join("sue", "admin"), test.sue}, {publisher, test.pub}} {
				one.p.t = t
				one.p.subscribe(`{"get_retained":true}`, topic)
				if one.want >= 0 {
					one.p.hear(`[36,"*","*",{"retained":true},[%d]]`, one.want)
				}
				one.p.quiet()
			}
		})
	}
}

func TestW171_NothingIsRetainedOrDeliveredUnlessAskedFor(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	publisher := r.join()
	publisher.publish("com.plain", `,["x"]`)
	publisher.say(`[16,%d,{"retain":false},"com.plain",["y"]]`, publisher.next())
	publisher.retain("", "com.kept", `,["z"]`)
	for _, test := range []struct{ options, topic string }{
		{`{"get_retained":true}`, "com.plain"}, {`{}`, "com.kept"}, {`{"get_retained":false}`, "com.kept"},
	} {
		p := r.join()
		p.subscribe(test.options, test.topic)
		p.quiet()
	}
}

func TestRetainedEventsTellThePublisherAsTheyDid(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{Name: "realm1", Disclose: router.Disclosure{Publisher: true}}}}, links[0])
	publisher, subscriber := r.join(), r.join()
	publisher.retain(`,"disclose_me":true`, "com.told", "")
	publisher.retain("", "com.untold", "")
	publisher.say(`[6,{},"wamp.close.close_realm"]`)
	publisher.hear(`[6,{},"*"]`)
	subscriber.subscribe(`{"get_retained":true}`, "com.told")
	subscriber.hear(`[36,"*","*",{"retained":true,"publisher":%d,"publisher_authid":"*","publisher_authrole":"anonymous"}]`, publisher.id)
	subscriber.subscribe(`{"get_retained":true}`, "com.untold")
	subscriber.hear(`[36,"*","*",{"retained":true}]`)
}

func TestRetentionIsBounded(t *testing.T) {
	get := func(t *testing.T, r *place) (kept []string) {
		p := r.join()
		p.subscribe(`{"get_retained":true,"match":"prefix"}`, "")
		p.say(`[34,%d,%d]`, p.next(), uint64(wamp.MaxID))
		for {
			m, err := p.receive()
			if err != nil {
				t.Fatal(err)
			}
			if m.items[0] != int64(36) {
				return kept
			}
			kept = append(kept, m.dict(3)["topic"].(string))
		}
	}
	check := func(t *testing.T, r *place, want ...string) {
		t.Helper()
		if got := get(t, r); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("retained are %q, want %q", got, want)
		}
	}
	realm := func(bounds router.Retention) router.Config {
		return router.Config{Realms: []router.RealmConfig{{Name: "realm1", Retention: bounds}}}
	}
	t.Run("topics", func(t *testing.T) {
		r := start(t, realm(router.Retention{MaxTopics: 3}), links[0])
		p := r.join()
		for _, topic := range []string{"a", "b", "c", "a", "d", "e"} {
			p.retain("", topic, "")
		}
		check(t, r, "a", "d", "e")
		if stats := r.Stats(); stats.RetainedEvicted != 2 {
			t.Errorf("%+v", stats)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		r := start(t, realm(router.Retention{MaxBytes: 10_000}), links[0])
		p := r.join()
		large := `,["` + strings.Repeat("x", 3500) + `"]`
		for _, topic := range []string{"a", "b", "c"} {
			p.retain("", topic, large)
		}
		check(t, r, "b", "c")
		p.retain("", "b", `,["`+strings.Repeat("x", 20_000)+`"]`) // and what was kept of b is out of date
		check(t, r, "c")
		for i := range 10 {
			p.retain(fmt.Sprintf(`,"eligible_authid":["%d"]`, i), "d", large)
		}
		p.retain("", "d", "")
		check(t, r, "d")
	})
	t.Run("audiences of a topic", func(t *testing.T) {
		r := start(t, realm(router.Retention{}), links[0])
		p := r.join()
		p.retain("", "a", "")
		for i := range 1000 {
			p.retain(fmt.Sprintf(`,"exclude":[%d]`, i+1), "a", "")
		}
		check(t, r, "a")
	})
	t.Run("nothing", func(t *testing.T) {
		r := start(t, realm(router.Retention{MaxTopics: -1}), links[0])
		r.join().retain("", "a", "")
		check(t, r)
		if features := r.announced(t, "broker"); features["event_retention"] != nil {
			t.Error("a realm that retains nothing announces event_retention")
		}
	})
}

// announced are the features that WELCOME lists for a role.
func (r *place) announced(t *testing.T, role string) wamp.Dict {
	t.Helper()
	p := r.dial()
	p.say(`[1,"realm1",%s]`, everyRole)
	roles := p.hear(`[2,"*","*"]`).dict(2)["roles"].(wamp.Dict)
	features, _ := roles[role].(wamp.Dict)["features"].(wamp.Dict)
	return features
}

func TestW094_RetainedEventsFollowSubscribedAndPrecedeLiveOnes(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const rounds, burst = 50, 20
		publisher := r.join()
		stop := make(chan struct{})
		stopped := make(chan struct{})
		go func() { // an ever higher number, always retained
			defer close(stopped)
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				publisher.retain("", "com.counter", fmt.Sprintf(`,[%d]`, n))
			}
		}()
		for range rounds {
			p := r.join()
			subscription := p.subscribe(`{"get_retained":true}`, "com.counter") // fails on an event before SUBSCRIBED
			last := int64(0)
			for i := range burst {
				event := p.hear(`[36,%d,"*","*",["*"]]`, subscription)
				number := event.items[4].([]any)[0].(int64)
				retained := event.dict(3)["retained"] == true
				if retained && i > 0 {
					t.Fatalf("retained event %d after %d live ones", number, i)
				}
				if last != 0 && number != last+1 {
					t.Fatalf("event %d follows event %d: some were lost or came twice", number, last)
				}
				last = number
			}
			p.conn.Close()
		}
		close(stop)
		<-stopped
	})
}

func TestMoreIsRetainedThanTheQueueHolds(t *testing.T) {
	const topics = 200 // 12 times what the queue holds
	retainAll := func(r *place) *peer {
		publisher := r.join()
		for i := range topics {
			publisher.retain("", fmt.Sprintf("com.t%d", i), filler)
		}
		return publisher
	}
	t.Run("the subscriber keeps up", func(t *testing.T) {
		r := narrow(t, nil)
		publisher, subscriber := retainAll(r), r.join()
		subscriber.say(`[32,1,{"get_retained":true,"match":"prefix"},"com"]`)
		subscriber.hear(`[33,1,"*"]`)
		// What is published now waits its turn.
		published := make(chan struct{})
		go func() {
			defer close(published)
			publisher.publish("com.t0", `,["live"]`)
		}()
		for i := range topics {
			subscriber.hear(`[36,"*","*",{"retained":true,"topic":"com.t%d"},"*"]`, i)
		}
		subscriber.hear(`[36,"*","*",{"topic":"com.t0"},["live"]]`)
		<-published
		if stats := r.Stats(); stats.EventsDropped != 0 {
			t.Errorf("%+v", stats)
		}
	})
	t.Run("the subscriber stalls", func(t *testing.T) {
		r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
		publisher, subscriber := retainAll(r), r.join()
		subscriber.say(`[32,1,{"get_retained":true,"match":"prefix"},"com"]`)
		awaitStats(t, r, func(s router.Stats) bool { return s.EventsDropped > 0 })
		subscriber.hear(`[33,1,"*"]`)
		for i := range topics - int(r.Stats().EventsDropped) {
			subscriber.hear(`[36,"*","*",{"retained":true,"topic":"com.t%d"},"*"]`, i)
		}
		subscriber.last = 1
		subscriber.quiet()
		publisher.publish("com.t0", `,["live"]`)
		subscriber.hear(`[36,"*","*",{"topic":"com.t0"},["live"]]`)
	})
	t.Run("the subscriber leaves", func(t *testing.T) {
		r := narrow(t, nil)
		publisher, subscriber := retainAll(r), r.join()
		subscriber.say(`[32,1,{"get_retained":true,"match":"prefix"},"com"]`)
		subscriber.hear(`[33,1,"*"]`)
		subscriber.conn.Close()
		publisher.publish("com.t0", "") // nobody holds it back
		awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 1 })
	})
}

func TestLargeRetainedEventsCrossSerializers(t *testing.T) {
	config := remembering(router.HistoryConfig{URI: "com", Match: wamp.MatchPrefix})
	config.Realms[0].Retention.MaxTopics = 3
	r := start(t, config, links[0])
	publisher, subscriber := r.joinBy(link{"tcp", wamp.CBOR}), r.join()
	for i := range 5 {
		publisher.retain("", fmt.Sprintf("com.t%d", i), fmt.Sprintf(`,[%d,%q]`, i, strings.Repeat("x", 300<<10)))
	}
	// [16, 6, {"acknowledge": true, "retain": true}, "com.t3", [h'…' * 20000, NaN]], which JSON cannot carry
	frame := append([]byte{0x85, 0x10, 0x06, 0xa2, 0x6b}, "acknowledge\xf5\x66retain\xf5\x66com.t3\x82\x59\x4e\x20"...)
	frame = append(append(frame, make([]byte, 20000)...), 0xf9, 0x7e, 0x00)
	publisher.sayOctets(frame)
	publisher.hear(`[17,6,"*"]`)

	subscription := subscriber.subscribe(`{"get_retained":true,"match":"prefix"}`, "com")
	for _, i := range []int{2, 4} {
		subscriber.hear(`[36,%d,"*",{"retained":true,"topic":"com.t%d"},[%d,"*"]]`, subscription, i, i)
	}
	subscriber.quiet()
	if got := numbers(subscriber.events(subscription, `{}`)); got != "0 1 2 3 4" {
		t.Errorf("the history is %q", got)
	}
	if got := r.Stats().EventsUndeliverable; got != 2 { // one retained, one of the history
		t.Errorf("%d events were counted as undeliverable, want 2", got)
	}
}

func TestLiveEventsWaitForWhatWasRetained(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const topics = 40 // 1 MiB in all, several steps
		publisher := r.join()
		payload := fmt.Sprintf(`,[0,%q]`, strings.Repeat("x", 25<<10))
		for i := range topics {
			publisher.retain("", fmt.Sprintf("com.t%d", i), payload)
		}
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				publisher.publish(fmt.Sprintf("com.t%d", n%topics), fmt.Sprintf(`,[%d,""]`, n))
			}
		}()
		for range 10 {
			p := r.join()
			p.subscribe(`{"get_retained":true,"match":"prefix"}`, "com")
			for i := range topics {
				p.hear(`[36,"*","*",{"retained":true,"topic":"com.t%d"},[0,"*"]]`, i)
			}
			last := p.hear(`[36,"*","*",{"topic":"*"},["*",""]]`).items[4].([]any)[0].(int64)
			for range 10 {
				number := p.hear(`[36,"*","*",{"topic":"*"},["*",""]]`).items[4].([]any)[0].(int64)
				if number != last+1 {
					t.Fatalf("event %d follows event %d", number, last)
				}
				last = number
			}
			p.conn.Close()
		}
		close(stop)
		<-stopped
		if got := r.Stats().EventsDropped; got != 0 {
			t.Errorf("%d events were dropped", got)
		}
	})
}
