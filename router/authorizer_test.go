package router_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// judge is an authorizer that a test decides for.
type judge func(ctx context.Context, r router.Request) (router.Decision, error)

func (j judge) Authorize(ctx context.Context, r router.Request) (router.Decision, error) {
	return j(ctx, r)
}

var yes = router.Decision{Allow: true}

// judged is a router whose only realm asks an authorizer about everything.
func judged(j judge) router.Config {
	return router.Config{Realms: []router.RealmConfig{{Name: "realm1", Authorizer: j}}}
}

// hesitant lets everything pass but what is called, or published to, at a URI: that
// waits until the test lets it pass.
type hesitant struct {
	uri   wamp.URI
	asked chan router.Request
	say   chan router.Decision
}

func hesitate(uri wamp.URI) *hesitant {
	return &hesitant{uri: uri, asked: make(chan router.Request, 100), say: make(chan router.Decision)}
}

func (h *hesitant) judge(ctx context.Context, r router.Request) (router.Decision, error) {
	if r.URI != h.uri || r.Action != router.ActionCall && r.Action != router.ActionPublish {
		return yes, nil
	}
	h.asked <- r
	select {
	case d := <-h.say:
		return d, nil
	case <-ctx.Done():
		return router.Decision{}, ctx.Err()
	}
}

func TestAnAuthorizerIsToldWhatItDecidesAbout(t *testing.T) {
	asked := make(chan router.Request, 1)
	config := judged(func(_ context.Context, r router.Request) (router.Decision, error) {
		asked <- r
		return router.Decision{}, nil
	})
	onEachLink(t, config, func(t *testing.T, r *place) {
		p := r.join()
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{"match":"prefix","get_retained":true},"com."`)
		got := <-asked
		if got.Realm != "realm1" || got.Session != p.id || got.Identity.Role != "anonymous" || got.Action != router.ActionSubscribe ||
			got.URI != "com." || got.Match != wamp.MatchPrefix || got.Options["match"] != "prefix" || got.Options["get_retained"] != true {
			t.Errorf("%+v", got)
		}
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{"timeout":5},"com.x",[1]`)
		if got = <-asked; got.Options["timeout"] != int64(5) && got.Options["timeout"] != uint64(5) || len(got.Options) != 1 {
			t.Errorf("%+v", got)
		}
		for _, invalid := range []string{`48,%d,{},"com..x"`, `32,%d,{},"com..x"`, `64,%d,{},"wamp.x"`, `16,%d,{"acknowledge":true},"wamp.x"`} {
			p.say("["+invalid+"]", p.next())
			p.hear(`[8,"*",%d,{},"wamp.error.invalid_uri","*"]`, p.last)
		}
		select {
		case got := <-asked:
			t.Errorf("asked about %s", got.URI)
		default:
		}
	})
}

func TestW208_WhatCannotBeDecidedIsNotDone(t *testing.T) {
	for name, j := range map[string]judge{
		"error": func(context.Context, router.Request) (router.Decision, error) {
			return yes, errors.New("database is down")
		},
		"panic": func(context.Context, router.Request) (router.Decision, error) { panic("database is down") },
		"too late": func(ctx context.Context, _ router.Request) (router.Decision, error) {
			<-ctx.Done()
			return yes, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := judged(func(ctx context.Context, r router.Request) (router.Decision, error) {
				if r.URI != "com.x" {
					return yes, nil
				}
				return j(ctx, r)
			})
			config.Limits.AuthorizationTimeout = 50 * time.Millisecond
			r := start(t, config, link{"ws", wamp.JSON})
			watcher, p := r.join(), r.join()
			watcher.subscribe(`{"match":"prefix"}`, "com.")
			for _, request := range []string{`48,%d,{},"com.x"`, `32,%d,{},"com.x"`, `64,%d,{},"com.x"`, `16,%d,{"acknowledge":true},"com.x"`} {
				p.say("["+request+"]", p.next())
				p.hear(`[8,"*",%d,{},"wamp.error.authorization_failed","*"]`, p.last)
			}
			p.say(`[16,%d,{},"com.x"]`, p.next())
			p.quiet()
			p.publish("com.watched", "")
			watcher.hear(`[36,"*","*",{"topic":"com.watched"}]`)
			if got := r.Stats(); got.AuthorizationsFailed != 5 || got.Denied != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestW212_RequestsKeepTheirOrderWhileOneIsDecided(t *testing.T) {
	h := hesitate("com.first")
	onEachLink(t, judged(h.judge), func(t *testing.T, r *place) {
		watcher, p, other := r.join(), r.join(), r.join()
		watcher.subscribe(`{"match":"prefix"}`, "com.")
		p.say(`[16,%d,{"acknowledge":true},"com.first",[1]]`, p.next())
		first := p.last
		p.say(`[16,%d,{"acknowledge":true},"com.second",[2]]`, p.next())
		p.say(`[32,%d,{},"com.third"]`, p.next())
		p.say(`[48,%d,{},"com.nobody"]`, p.next())
		<-h.asked
		other.publish("com.other", `,[0]`) // is not held back
		watcher.hear(`[36,"*","*",{"topic":"com.other"},[0]]`)
		h.say <- yes
		watcher.hear(`[36,"*","*",{"topic":"com.first"},[1]]`)
		watcher.hear(`[36,"*","*",{"topic":"com.second"},[2]]`)
		p.hear(`[17,%d,"*"]`, first)
		p.hear(`[17,%d,"*"]`, first+1)
		p.hear(`[33,%d,"*"]`, first+2)
		p.hear(`[8,48,%d,{},"wamp.error.no_such_procedure","*"]`, first+3)
		p.quiet()
	})
}

func TestASessionAnswersInvocationsWhileItsRequestIsDecided(t *testing.T) {
	h := hesitate("com.first")
	onEachLink(t, judged(h.judge), func(t *testing.T, r *place) {
		callee, caller := r.joinWith(cancelable), r.join()
		callee.register(`{}`, "com.served")
		callee.say(`[48,%d,{},"com.first"]`, callee.next())
		<-h.asked
		for i := 1; i < 5; i += 2 {
			caller.say(`[48,%d,{},"com.served"]`, caller.next())
			callee.hear(`[68,%d,"*",{}]`, i)
			callee.say(`[70,%d,{},[7]]`, i)
			caller.hear(`[50,%d,{},[7]]`, caller.last)
			caller.say(`[48,%d,{},"com.served"]`, caller.next())
			callee.hear(`[68,%d,"*",{}]`, i+1)
			callee.say(`[8,68,%d,{},"com.error"]`, i+1)
			caller.hear(`[8,48,%d,{},"com.error"]`, caller.last)
		}
		h.say <- router.Decision{}
		callee.hear(`[8,48,%d,{},"wamp.error.not_authorized","*"]`, callee.last)
	})
}

func TestACallIsCanceledWhileItIsDecided(t *testing.T) {
	h := hesitate("com.first")
	onEachLink(t, judged(h.judge), func(t *testing.T, r *place) {
		callee, p := r.join(), r.join()
		callee.register(`{}`, "com.first")
		callee.register(`{}`, "com.second")
		p.say(`[48,%d,{},"com.first"]`, p.next())
		p.say(`[48,%d,{},"com.second",["canceled"]]`, p.next())
		p.say(`[48,%d,{},"com.second",["kept"]]`, p.next())
		<-h.asked
		p.say(`[49,%d,{}]`, p.last-1)
		p.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, p.last-1)
		p.say(`[49,%d,{"mode":"kill"}]`, p.last-2) // which the authorizer is being asked about
		p.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, p.last-2)
		callee.hear(`[68,1,"*",{},["kept"]]`)
		callee.say(`[70,1,{}]`)
		p.hear(`[50,%d,{}]`, p.last)
		p.quiet()
		callee.quiet()
	})
}

func TestWhatWaitsGoesWithItsSession(t *testing.T) {
	ends := map[string]func(r *place, p *peer){
		"GOODBYE": func(_ *place, p *peer) {
			p.say(`[6,{},"wamp.close.normal"]`)
			p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			p.hello("realm1", everyRole) // in which nothing of the last session is heard
			p.quiet()
		},
		"loss": func(_ *place, p *peer) { p.conn.Close() },
		"kill": func(r *place, p *peer) {
			if n := r.EndSessions("realm1", func(id wamp.ID, _ router.Identity) bool { return id == p.id }, "", ""); n != 1 {
				p.t.Errorf("%d sessions were ended", n)
			}
			p.hear(`[6,{},"wamp.close.killed"]`)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			h := hesitate("com.first")
			r := start(t, judged(h.judge), link{"tcp", wamp.CBOR})
			watcher, p := r.join(), r.join()
			watcher.subscribe(`{"match":"prefix"}`, "com.")
			watcher.subscribe(`{}`, "wamp.session.on_leave")
			for range 3 {
				p.say(`[16,%d,{"acknowledge":true},"com.first"]`, p.next())
			}
			<-h.asked
			end(r, p)
			watcher.hear(`[36,"*","*","*","*"]`) // on_leave, or com.first if that came through
			watcher.quiet()
		})
	}
}

func TestWaitingRequestsAreBoundedByBackPressure(t *testing.T) {
	h := hesitate("com.first")
	config := judged(h.judge)
	config.Limits.AuthorizationQueue = 10 << 10
	r := start(t, config, link{"pipe", wamp.CBOR})
	watcher, p := r.join(), r.join()
	watcher.subscribe(`{"match":"prefix"}`, "com.")
	p.say(`[16,%d,{},"com.first",[0]]`, p.next())
	<-h.asked
	const events = 50
	for i := 1; i <= events; i++ {
		p.say(`[16,%d,{},"com.more",[%d]]`, p.next(), i)
	}
	for r.Stats().LimitsReached["authorization_queue"] == 0 {
		select {
		case <-t.Context().Done():
			return
		case <-time.After(time.Millisecond): // polls for what another goroutine counts
		}
	}
	h.say <- yes
	for i := 0; i <= events; i++ {
		watcher.hear(`[36,"*","*","*",[%d]]`, i)
	}
}

// Nobody who floods an authorizer that hangs has his connection held for longer
// than it takes to find that out once.
func TestOneTimeoutFailsAllThatWaits(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	config := judged(func(ctx context.Context, _ router.Request) (router.Decision, error) {
		mu.Lock()
		asked++
		mu.Unlock()
		<-ctx.Done()
		return yes, ctx.Err()
	})
	config.Limits.AuthorizationTimeout = 300 * time.Millisecond
	r := start(t, config, link{"pipe", wamp.CBOR})
	p := r.join()
	for range 100 {
		p.say(`[48,%d,{},"com.x"]`, p.next())
	}
	for i := range 100 {
		p.hear(`[8,48,%d,{},"wamp.error.authorization_failed","*"]`, i+1)
	}
	mu.Lock()
	defer mu.Unlock()
	if asked > 50 {
		t.Errorf("asked %d times", asked)
	}
}

func TestDecisionsAreKeptForAsLongAsTheySay(t *testing.T) {
	asked := make(chan string, 100)
	config := judged(func(_ context.Context, r router.Request) (router.Decision, error) {
		asked <- fmt.Sprint(r.Action, " ", r.URI)
		d := router.Decision{Allow: r.URI != "com.no"}
		if r.URI != "com.each" {
			d.Cache = time.Hour
		}
		return d, nil
	})
	r := start(t, config, link{"ws", wamp.MsgPack})
	p := r.join()
	publish := func(topic string) { p.publish(topic, "") }
	expect := func(want ...string) {
		t.Helper()
		for _, w := range want {
			if got := <-asked; got != w {
				t.Errorf("asked %s, want %s", got, w)
			}
		}
		select {
		case got := <-asked:
			t.Errorf("asked %s", got)
		default:
		}
	}
	publish("com.kept")
	publish("com.kept")
	publish("com.each")
	publish("com.each")
	p.subscribe(`{}`, "com.kept")
	p.subscribe(`{"match":"prefix"}`, "com.kept")
	for range 2 {
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"com.no"`)
	}
	expect("publish com.kept", "publish com.each", "publish com.each", "subscribe com.kept", "subscribe com.kept", "call com.no")
	if n := r.ForgetDecisions("realm1", func(id wamp.ID, who router.Identity) bool { return id == p.id && who.Role == "anonymous" }); n != 1 {
		t.Errorf("forgot the decisions of %d sessions", n)
	}
	publish("com.kept")
	expect("publish com.kept")
	for i := range 3000 { // of which not all are kept
		publish(fmt.Sprint("com.flood.", i))
		<-asked
	}
	p.say(`[48,%d,{},"wamp.authorization.forget"]`, p.next())
	p.hear(`[50,%d,{},[1]]`, p.last)
	expect("call wamp.authorization.forget")
	publish("com.kept")
	expect("publish com.kept")
}

// A decision that was made before the rights changed is not kept after.
func TestADecisionThatIsForgottenWhileItIsMadeIsNotKept(t *testing.T) {
	h := hesitate("com.first")
	r := start(t, judged(h.judge), link{"pipe", wamp.CBOR})
	p := r.join()
	p.say(`[16,%d,{"acknowledge":true},"com.first"]`, p.next())
	<-h.asked
	r.ForgetDecisions("realm1", nil)
	h.say <- router.Decision{Allow: true, Cache: time.Hour}
	p.hear(`[17,%d,"*"]`, p.last)
	p.say(`[16,%d,{"acknowledge":true},"com.first"]`, p.next())
	<-h.asked
	h.say <- router.Decision{}
	p.hear(`[8,16,%d,{},"wamp.error.not_authorized","*"]`, p.last)
}

func TestRolesComeBeforeTheAuthorizer(t *testing.T) {
	asked := make(chan wamp.URI, 10)
	r := start(t, router.Config{Realms: []router.RealmConfig{{
		Name:  "realm1",
		Roles: map[string]router.Role{"anonymous": {{URI: "com.open.", Match: wamp.MatchPrefix, Allow: []router.Action{router.ActionPublish}}}},
		Authorizer: judge(func(_ context.Context, r router.Request) (router.Decision, error) {
			asked <- r.URI
			return yes, nil
		}),
	}}}, link{"tcp", wamp.JSON})
	p := r.join()
	p.publish("com.open.x", "")
	p.publish("com.other", "")
	if got := <-asked; got != "com.other" || len(asked) > 0 {
		t.Errorf("asked about %s, and %d more", got, len(asked))
	}
}
