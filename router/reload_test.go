package router_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestReloadChangesWhatSessionsMayDo(t *testing.T) {
	onEachLink(t, ruled(below("com.", everything...)), func(t *testing.T, r *place) {
		revocable := `{"roles":{"caller":{},"callee":{"features":{"registration_revocation":true}},"publisher":{},"subscriber":{"features":{"subscription_revocation":true}}}}`
		p, plain := r.joinWith(revocable), r.join()
		kept := p.subscribe(`{}`, "com.new.x")
		lost := p.subscribe(`{"match":"prefix"}`, "com.")
		served := p.register(`{}`, "com.old.x")
		plain.subscribe(`{}`, "com.old.y")
		reload := func(config router.Config) {
			t.Helper()
			if err := r.Reload(config); err != nil {
				t.Fatal(err)
			}
		}
		reload(ruled(below("com.new.", everything...)))
		p.hear(`[35,0,{"subscription":%d,"reason":"wamp.error.not_authorized"}]`, lost)
		p.hear(`[67,0,{"registration":%d,"reason":"wamp.error.not_authorized"}]`, served)
		p.refused(wamp.TypePublish, "wamp.error.not_authorized", `{"acknowledge":true},"com.old.y"`)
		plain.publish("com.new.x", "")
		p.hear(`[36,%d,"*",{}]`, kept)
		reload(ruled(below("com.", everything...)))
		p.publish("com.old.y", "") // which plain lost, and is told nothing of
		plain.quiet()
		p.quiet()
	})
}

func TestABadConfigurationChangesNothing(t *testing.T) {
	config := ruled(below("com.", everything...))
	r := start(t, config, link{"ws", wamp.JSON})
	p := r.join()
	bad := ruled(router.Rule{URI: "com..x"})
	bad.Realms = append(bad.Realms, router.RealmConfig{Name: "realm2"})
	if err := r.Reload(bad); err == nil || err.Error() != `realm "realm1": role "anonymous": rule 1: "com..x" is no valid URI for exact matching` {
		t.Errorf("%v", err)
	}
	p.publish("com.x", "")
	other := r.dial()
	other.say(`[1,"realm2",%s]`, everyRole)
	other.hear(`[3,"*","wamp.error.no_such_realm"]`)
}

func TestReloadEndsSessionsWhoseRoleIsGone(t *testing.T) {
	config := ruled(below("com.", everything...))
	r := start(t, config, link{"tcp", wamp.CBOR})
	p := r.join()
	if err := r.Reload(router.Config{Realms: []router.RealmConfig{{Name: "realm1", Roles: map[string]router.Role{"user": nil}}}}); err != nil {
		t.Fatal(err)
	}
	p.hear(`[6,{"message":"*"},"wamp.close.killed"]`)
	late := r.dial()
	late.say(`[1,"realm1",%s]`, everyRole)
	late.hear(`[3,"*","wamp.error.no_such_role"]`)
}

func TestReloadAddsAndRemovesRealms(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{Name: "realm1"}, {Name: "realm2"}}, AutoRealm: &router.RealmConfig{}}, link{"ws", wamp.MsgPack})
	stays, goes := r.dial().hello("realm1", everyRole), r.dial().hello("realm2", everyRole)
	auto, named := r.dial().hello("realm.auto", everyRole), r.dial().hello("realm3", everyRole)
	if err := r.Reload(router.Config{
		Realms:    []router.RealmConfig{{Name: "realm1"}, {Name: "realm3"}},
		AutoRealm: &router.RealmConfig{Roles: map[string]router.Role{"anonymous": {}}},
	}); err != nil {
		t.Fatal(err)
	}
	goes.hear(`[6,{"message":"*"},"wamp.close.close_realm"]`)
	named.hear(`[6,{"message":"*"},"wamp.close.close_realm"]`) // a realm of that name is configured now
	stays.quiet()
	auto.refused(wamp.TypePublish, "wamp.error.not_authorized", `{"acknowledge":true},"com.x"`)
	r.dial().hello("realm3", everyRole).quiet()
	if err := r.Reload(router.Config{Realms: []router.RealmConfig{{Name: "realm1"}}}); err != nil {
		t.Fatal(err)
	}
	auto.hear(`[6,{"message":"*"},"wamp.close.close_realm"]`)
	late := r.dial()
	late.say(`[1,"realm.auto",%s]`, everyRole)
	late.hear(`[3,"*","wamp.error.no_such_realm"]`)
	stays.quiet()
}

func TestReloadChangesLimits(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.JSON})
	p := r.join()
	if err := r.Reload(router.Config{Limits: router.Limits{MaxSubscriptions: 1, MaxSessions: 2}}); err != nil {
		t.Fatal(err)
	}
	p.subscribe(`{}`, "com.one")
	p.refused(wamp.TypeSubscribe, "wamp.error.unavailable", `{},"com.two"`)
	r.join()
	third := r.dial()
	third.say(`[1,"realm1",%s]`, everyRole)
	third.hear(`[3,"*","wamp.error.unavailable"]`)
}

func TestReloadForgetsDecisions(t *testing.T) {
	asked := make(chan wamp.URI, 10)
	config := judged(func(_ context.Context, r router.Request) (router.Decision, error) {
		asked <- r.URI
		return router.Decision{Allow: true, Cache: time.Hour}, nil
	})
	r := start(t, config, link{"ws", wamp.JSON})
	p := r.join()
	for range 2 {
		p.publish("com.x", "")
		p.publish("com.x", "")
		if err := r.Reload(config); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != 2 {
		t.Errorf("asked %d times", len(asked))
	}
}

func TestReloadOfARouterThatShutsDown(t *testing.T) {
	r := router.New(router.Config{})
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(router.Config{}); !errors.Is(err, router.ErrClosed) {
		t.Errorf("%v", err)
	}
}

// While roles come and go, nobody holds a subscription, in the end, that the last
// configuration does not allow.
func TestReloadAmongTraffic(t *testing.T) {
	narrow, wide := ruled(below("com.always.", everything...)), ruled(below("com.", everything...))
	meta := below("wamp.subscription.", router.ActionCall)
	narrow.Realms[0].Roles["anonymous"] = append(narrow.Realms[0].Roles["anonymous"], meta)
	wide.Realms[0].Roles["anonymous"] = append(wide.Realms[0].Roles["anonymous"], meta)
	r := start(t, wide, link{"pipe", wamp.CBOR})
	done := make(chan struct{})
	var busy sync.WaitGroup
	for range 4 {
		p := r.join()
		busy.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				p.say(`[32,%d,{},"com.sometimes.x"]`, p.next())
				p.say(`[64,%d,{"invoke":"roundrobin"},"com.sometimes.y"]`, p.next())
				p.say(`[16,%d,{"acknowledge":true},"com.always.z"]`, p.next())
				for {
					got, err := p.receive()
					if err != nil {
						t.Error(err)
						return
					}
					if got.items[0] == int64(17) && got.id(1) == p.last {
						break
					}
				}
			}
		})
	}
	for i := range 100 {
		if err := r.Reload([]router.Config{narrow, wide}[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Reload(narrow); err != nil {
		t.Fatal(err)
	}
	close(done)
	busy.Wait()
	p := r.join()
	p.say(`[48,%d,{},"wamp.subscription.lookup",["com.sometimes.x"]]`, p.next())
	p.hear(`[50,%d,{},[null]]`, p.last)
}

func TestReloadSaysWhatItDoesNotChange(t *testing.T) {
	var log bytes.Buffer
	config := router.Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Realms: []router.RealmConfig{{Name: "realm1"}}}
	r := router.New(config)
	t.Cleanup(func() { _ = r.Shutdown(context.Background()) })
	if err := r.Reload(config); err != nil || log.Len() > 0 {
		t.Fatalf("reloading the same: %v, %s", err, &log)
	}
	config.Observe = true
	config.Realms = []router.RealmConfig{{Name: "realm1", Strict: router.Strict{URIs: true}}}
	if err := r.Reload(config); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"observed", "strict"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("nothing about %q in the log: %s", want, &log)
		}
	}
}
