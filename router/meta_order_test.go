package router_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// TestMetaEventsKeepTheirOrder lets sessions share subscriptions and
// registrations, and checks that what watchers hear is a life that can be lived:
// nobody joins what does not exist, and what everybody left is deleted.
func TestMetaEventsKeepTheirOrder(t *testing.T) {
	const actors, rounds = 6, 60
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	last := r.join() // whose leaving ends the watching
	watchers := make([]*peer, 3)
	for i := range watchers {
		watchers[i] = r.join()
	}
	watch := wamp.ID(0)
	for _, w := range watchers { // after all have joined
		watch = w.subscribe(`{"match":"prefix"}`, "wamp.")
	}
	var watching, acting sync.WaitGroup
	for _, w := range watchers {
		watching.Go(func() { followLives(t, w, watch, last.id) })
	}
	for n := range actors {
		acting.Go(func() {
			for round := range rounds {
				p := r.join()
				topic := fmt.Sprintf("com.topic%d", round%3)
				p.say(`[32,1,{},%q]`, topic)
				p.say(`[64,2,{"invoke":"roundrobin"},%q]`, topic)
				p.say(`[32,3,{"match":"prefix"},"com."]`)
				first, _ := p.receive()
				if n%2 == 0 {
					p.say(`[34,4,%d]`, first.id(2))
				}
				for range 2 + (n+1)%2 {
					p.receive()
				}
				if n%3 == 0 {
					p.say(`[6,{},"wamp.close.close_realm"]`)
					p.receive()
				}
				p.conn.Close()
			}
		})
	}
	acting.Wait()
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == int64(1+len(watchers)) })
	last.leaveInGoodOrder()
	watching.Wait()
	if got := r.Stats(); got.EventsDropped != 0 || got.Violations != 0 {
		t.Errorf("%+v", got)
	}
}

// followLives hears meta events until a session leaves, and checks their order.
// What is about the subscription by which it watches does not count.
func followLives(t *testing.T, watcher *peer, watch, last wamp.ID) {
	l := lives{present: make(map[int64]bool), members: make(map[int64]map[int64]bool)}
	for {
		m, err := watcher.receive()
		if err != nil {
			t.Errorf("watcher: %v", err)
			return
		}
		kind, session, subject := readMeta(m)
		switch {
		case wamp.ID(subject) == watch:
		case kind == "on_leave" && wamp.ID(session) == last:
			for id, members := range l.members {
				t.Errorf("%d was not deleted and has members %v", id, members)
			}
			return
		case !l.follow(kind, session, subject):
			t.Errorf("unexpected %s", m.text)
		}
	}
}

// readMeta reads a meta event: the last component of its topic, the session, and
// the registration or subscription, 0 for none.
func readMeta(m heard) (kind string, session, subject int64) {
	id := func(v any, key string) int64 {
		if details, ok := v.(wamp.Dict); ok {
			v = details[key]
		}
		return v.(int64)
	}
	args := m.items[4].([]any)
	session = id(args[0], "session")
	if len(args) == 2 {
		subject = id(args[1], "id")
	}
	topic := m.dict(3)["topic"].(string)
	return topic[strings.LastIndex(topic, ".")+1:], session, subject
}

// lives is what a watcher knows.
type lives struct {
	present map[int64]bool           // sessions
	members map[int64]map[int64]bool // of registrations and subscriptions
}

// follow reports whether an event is possible now.
func (l *lives) follow(kind string, session, subject int64) bool {
	members, exists := l.members[subject]
	switch kind {
	case "on_join":
		was := l.present[session]
		l.present[session] = true
		return !was
	case "on_leave":
		was := l.present[session]
		delete(l.present, session)
		for _, members := range l.members {
			was = was && !members[session]
		}
		return was
	case "on_create":
		l.members[subject] = make(map[int64]bool)
		return !exists && l.present[session]
	case "on_subscribe", "on_register":
		if !exists || members[session] {
			return false
		}
		members[session] = true
		return true
	case "on_unsubscribe", "on_unregister":
		was := members[session]
		delete(members, session)
		return was
	case "on_delete":
		delete(l.members, subject)
		return exists && len(members) == 0
	}
	return false
}

func TestWhatASessionDoesNextComesAfterTheEventsOfWhatItDid(t *testing.T) {
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	watcher := r.join()
	watcher.subscribe(`{}`, "wamp.subscription.on_subscribe")
	watcher.subscribe(`{}`, "com.said")
	const actors, rounds = 4, 50
	var acting sync.WaitGroup
	for range actors {
		p := r.join()
		acting.Go(func() {
			for range rounds {
				id := p.subscribe(`{}`, "com.topic")
				p.publish("com.said", fmt.Sprintf(`,[%d]`, p.id))
				p.say(`[34,%d,%d]`, p.next(), id)
				p.hear(`[35,%d]`, p.last)
			}
		})
	}
	subscribed := make(map[int64]int)
	for range actors * rounds * 2 {
		m := watcher.hearAny()
		args := m.items[4].([]any)
		session := args[0].(int64)
		if len(args) == 2 {
			subscribed[session]++
		} else if subscribed[session]--; subscribed[session] != 0 {
			t.Fatalf("session %d: an event is %d on_subscribe too early", session, subscribed[session])
		}
	}
	acting.Wait()
}

// hearAny waits for the next message, whatever it is.
func (p *peer) hearAny() heard {
	p.t.Helper()
	m, err := p.receive()
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func TestAStalledWatcherHoldsNobodyBackForLong(t *testing.T) {
	const stall = 50 * time.Millisecond
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = stall })
	stalled, healthy := r.join(), r.join()
	stalled.subscribe(`{"match":"prefix"}`, "wamp.session.")
	hear := healthy.watch("wamp.session.", "on_join", "on_leave")
	began := time.Now()
	const sessions = 200 // several times what the queue holds
	for range sessions {
		p := r.join()
		hear("on_join", `["*"]`)
		p.leaveInGoodOrder()
		hear("on_leave", fmt.Sprintf(`[%d,"*","anonymous"]`, p.id))
	}
	if took := time.Since(began); took > 40*stall {
		t.Errorf("%d sessions took %v with a stall timeout of %v", sessions, took, stall)
	}
	if r.Stats().EventsDropped == 0 {
		t.Error("no events were dropped, so that this tested nothing")
	}
}

func TestRevocationUnderContention(t *testing.T) {
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	admin := r.join()
	const callees, rounds = 4, 100
	var acting sync.WaitGroup
	stop := make(chan struct{})
	for range callees {
		p := r.joinWith(revocable)
		acting.Go(func() { p.registerOverAndOver(stop) })
	}
	for range rounds {
		list := admin.answers(`,["*"]`, "wamp.registration.list", ``).items[3].([]any)[0].(wamp.Dict)["exact"].([]any)
		for _, id := range list {
			admin.say(`[48,%d,{},"wamp.registration.list_callees",[%d]]`, admin.next(), id)
			answer := admin.hearAny()
			if answer.items[0] != int64(50) {
				continue
			}
			for _, callee := range answer.items[3].([]any)[0].([]any) {
				admin.say(`[48,%d,{},"wamp.registration.remove_callee",[%d,%d]]`, admin.next(), id, callee)
				admin.hearAny()
			}
		}
	}
	close(stop)
	acting.Wait()
	admin.answers(`,[{"exact":[],"prefix":[],"wildcard":[]}]`, "wamp.registration.list", ``)
}

// registerOverAndOver registers and unregisters, and counts on being told of
// every registration that is taken from it: each ends exactly once.
func (p *peer) registerOverAndOver(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		id := p.register(`{"invoke":"roundrobin"}`, "com.procedure")
		request := p.next()
		p.say(`[66,%d,%d]`, request, id)
		switch m := p.hearAny(); {
		case matches(p.t, fmt.Sprintf(`[67,%d]`, request), m.items):
		case matches(p.t, fmt.Sprintf(`[67,0,{"registration":%d}]`, id), m.items):
			p.hear(`[8,66,%d,{},"wamp.error.no_such_registration","*"]`, request)
		default:
			p.t.Errorf("got %s", m.text)
		}
	}
}
