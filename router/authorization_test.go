package router_test

import (
	"context"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

var everything = []router.Action{router.ActionCall, router.ActionRegister, router.ActionPublish, router.ActionSubscribe}

// ruled is a router whose only realm has one role, that of anonymous sessions.
func ruled(rules ...router.Rule) router.Config {
	return router.Config{Realms: []router.RealmConfig{{Name: "realm1", Roles: map[string]router.Role{"anonymous": rules}}}}
}

func below(prefix wamp.URI, allow ...router.Action) router.Rule {
	return router.Rule{URI: prefix, Match: wamp.MatchPrefix, Allow: allow}
}

func TestW207_WhatIsDeniedIsRefused(t *testing.T) {
	config := ruled(below("com.open.", everything...), below("com.open.taken.back."), below("com.read.", router.ActionSubscribe))
	onEachLink(t, config, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		other.register(`{}`, "com.open.served")
		for _, uri := range []string{"com.secret", "com.open.taken.back.x"} {
			p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},%q`, uri)
			p.refused(wamp.TypeRegister, "wamp.error.not_authorized", `{},%q`, uri)
			p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{},%q`, uri)
			p.refused(wamp.TypePublish, "wamp.error.not_authorized", `{"acknowledge":true},%q`, uri)
		}
		p.subscribe(`{}`, "com.read.x")
		p.refused(wamp.TypePublish, "wamp.error.not_authorized", `{"acknowledge":true},"com.read.x"`)
		p.say(`[48,%d,{},"com.open.served"]`, p.next())
		other.hear(`[68,1,"*",{}]`)
		other.say(`[70,1,{}]`)
		p.hear(`[50,%d,{}]`, p.last)
		p.quiet()
	})
}

func TestW209_AnUnacknowledgedPublicationIsDeniedInSilence(t *testing.T) {
	r := start(t, ruled(below("com.read.", router.ActionSubscribe)), link{"ws", wamp.JSON})
	p, watcher := r.join(), r.join()
	watcher.subscribe(`{"match":"prefix"}`, "com.read.")
	p.say(`[16,%d,{},"com.read.x"]`, p.next())
	p.quiet()
	watcher.quiet()
	if got := r.Stats().Denied; got != 1 {
		t.Errorf("%d requests were denied", got)
	}
}

// Who may not call, learns nothing of what there is to call.
func TestW211_DeniedRequestsTellNothing(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{
		Name:           "realm1",
		Authenticators: []router.Authenticator{router.Anonymous{}, namesItsRole{}},
		Roles:          map[string]router.Role{"anonymous": {}, "user": {below("", everything...)}},
	}}}, link{"ws", wamp.JSON})
	p, insider := r.join(), r.dial().hello("realm1", asRole("user"))
	insider.register(`{}`, "com.exists")
	answer := func(kind int, uri string) string {
		p.say(`[%d,%d,{"acknowledge":true},%q]`, kind, p.next(), uri)
		got, err := p.receive()
		if err != nil {
			t.Fatal(err)
		}
		got.items[2] = nil
		return jsonText(t, got.items[:5])
	}
	for _, kind := range []int{48, 64, 32, 16} {
		for _, missing := range []string{"com.missing", "com.", "wamp.nothing"} {
			if missing == "com." { // is no URI, whoever asks
				if got := answer(kind, "com."); got != answer(kind, "com..") {
					t.Errorf("%d: %s", kind, got)
				}
				continue
			}
			existing := map[string]string{"com.missing": "com.exists", "wamp.nothing": "wamp.session.count"}[missing]
			if a, b := answer(kind, existing), answer(kind, missing); a != b {
				t.Errorf("%d: %s is answered by %s, %s by %s", kind, existing, a, missing, b)
			}
		}
	}
	for _, option := range []string{`{"disclose_me":true}`, `{"runmode":"x"}`, `{"timeout":1}`, `{"rkey":"x"}`} {
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `%s,"com.exists"`, option)
	}
}

// namesItsRole believes the role that a peer claims; for tests.
type namesItsRole struct{}

func (namesItsRole) Method() string { return "names_its_role" }

func (namesItsRole) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	return router.Identity{AuthID: a.AuthID + "!", Role: a.AuthID}, nil
}

func asRole(role string) string {
	return `{"authmethods":["names_its_role"],"authid":"` + role + `",` + everyRole[1:]
}

func TestW189_TheMetaAPIIsAuthorizedLikeAnythingElse(t *testing.T) {
	config := ruled(below("com.", everything...),
		router.Rule{URI: "wamp.session.count", Allow: []router.Action{router.ActionCall}},
		router.Rule{URI: "wamp.session.on_join", Allow: []router.Action{router.ActionSubscribe}})
	onEachLink(t, config, func(t *testing.T, r *place) {
		p, victim := r.join(), r.join()
		registration := victim.register(`{}`, "com.served")
		subscription := victim.subscribe(`{}`, "com.topic")
		p.say(`[48,%d,{},"wamp.session.count"]`, p.next())
		p.hear(`[50,%d,{},[2]]`, p.last)
		for call, arguments := range map[string][]any{
			"wamp.session.kill": {victim.id}, "wamp.session.kill_all": {}, "wamp.session.kill_by_authrole": {"anonymous"},
			"wamp.session.kill_by_authid": {"x"}, "wamp.session.list": {}, "wamp.session.get": {victim.id},
			"wamp.registration.remove_callee": {registration, victim.id}, "wamp.subscription.remove_subscriber": {subscription, victim.id},
			"wamp.registration.list": {}, "wamp.subscription.get_events": {subscription}, "wamp.authorization.forget": {},
			"wamp.session.add_testament": {"com.topic", []any{}, wamp.Dict{}}, "wamp.session.flush_testaments": {},
		} {
			p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},%q,%s`, call, jsonText(t, arguments))
		}
		p.subscribe(`{}`, "wamp.session.on_join")
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{},"wamp.session.on_leave"`)
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{"match":"prefix"},"wamp.session.on_join"`)
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{"match":"wildcard"},"wamp.session."`)
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{"match":"prefix"},""`)
		p.refused(wamp.TypeSubscribe, "wamp.error.not_authorized", `{"match":"wildcard"},".."`)
		victim.quiet()
	})
}

func TestW191_TestamentsHaveTheRightsOfWhoLeft(t *testing.T) {
	config := ruled(below("com.open.", everything...), below("com.all.", router.ActionSubscribe),
		router.Rule{URI: "wamp.session.add_testament", Allow: []router.Action{router.ActionCall}})
	onEachLink(t, config, func(t *testing.T, r *place) {
		p, watcher := r.join(), r.join()
		watcher.subscribe(`{"match":"prefix"}`, "com.open.")
		watcher.subscribe(`{"match":"prefix"}`, "com.all.")
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"wamp.session.add_testament",["com.all.x",[],{}]`)
		p.refused(wamp.TypeCall, "wamp.error.invalid_uri", `{},"wamp.session.add_testament",["wamp.x",[],{}]`)
		p.say(`[48,%d,{},"wamp.session.add_testament",["com.open.x",[1],{}]]`, p.next())
		p.hear(`[50,%d,{}]`, p.last)
		p.conn.Close()
		watcher.hear(`[36,"*","*",{"topic":"com.open.x"},[1]]`)
		watcher.quiet()
	})
}

func TestW191_ADynamicAuthorizerIsAskedAboutTestamentsTwice(t *testing.T) {
	asked := make(chan router.Request, 20)
	answers := make(chan bool, 20)
	r := start(t, judged(func(_ context.Context, r router.Request) (router.Decision, error) {
		if r.Action != router.ActionPublish {
			return yes, nil
		}
		asked <- r
		return router.Decision{Allow: <-answers}, nil
	}), link{"ws", wamp.JSON})
	p, watcher := r.join(), r.join()
	watcher.subscribe(`{"match":"prefix"}`, "com.")
	for i, allow := range []bool{true, true, true, false} {
		answers <- allow
		p.say(`[48,%d,{},"wamp.session.add_testament",["com.x",[%d],{}],{"publish_options":{"retain":true}}]`, p.next(), i)
		if got := <-asked; got.URI != "com.x" || got.Options["retain"] != true || got.Session != p.id {
			t.Errorf("%+v", got)
		}
		if allow {
			p.hear(`[50,%d,{}]`, p.last)
		} else {
			p.hear(`[8,48,%d,{},"wamp.error.not_authorized","*"]`, p.last)
		}
	}
	for _, allow := range []bool{true, false, true} {
		answers <- allow
	}
	p.conn.Close()
	watcher.hear(`[36,"*","*",{"topic":"com.x"},[0]]`)
	watcher.hear(`[36,"*","*",{"topic":"com.x"},[2]]`)
	if len(asked) != 3 {
		t.Errorf("asked %d times", len(asked))
	}
}

func TestW174_HistoryIsForThoseWhoMaySubscribe(t *testing.T) {
	config := ruled(below("com.open.", everything...), below("com.write.", router.ActionPublish),
		router.Rule{URI: "wamp.subscription.get_events", Allow: []router.Action{router.ActionCall}},
		router.Rule{URI: "wamp.subscription.lookup", Allow: []router.Action{router.ActionCall}})
	config.Realms[0].History = []router.HistoryConfig{{URI: "com.", Match: wamp.MatchPrefix}, {URI: "com.open.", Match: wamp.MatchPrefix}, {URI: "com.write.x"}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		p := r.join()
		p.publish("com.open.x", `,[1]`)
		p.publish("com.write.x", `,[2]`)
		lookup := func(options, uri string) wamp.ID {
			p.say(`[48,%d,{},"wamp.subscription.lookup",[%q,%s]]`, p.next(), uri, options)
			list, _ := p.hear(`[50,%d,{},["*"]]`, p.last).items[3].([]any)
			id, _ := list[0].(int64)
			return wamp.ID(id)
		}
		open := lookup(`{"match":"prefix"}`, "com.open.")
		p.say(`[48,%d,{},"wamp.subscription.get_events",[%d]]`, p.next(), open)
		p.hear(`[50,%d,{},["*"]]`, p.last)
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"wamp.subscription.get_events",[%d]`, lookup(`{"match":"prefix"}`, "com."))
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"wamp.subscription.get_events",[%d]`, lookup(`{}`, "com.write.x"))
	})
}

func TestRulesDisclose(t *testing.T) {
	told := router.Rule{URI: "com.told.", Match: wamp.MatchPrefix, Allow: everything, Disclose: router.Disclosure{Caller: true, Publisher: true}}
	onEachLink(t, ruled(told, below("com.", everything...)), func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		for _, uri := range []string{"com.told.x", "com.untold"} {
			other.register(`{}`, uri)
			other.subscribe(`{}`, uri)
		}
		identity := func(role string) string {
			return jsonText(t, wamp.Dict{role: p.id, role + "_authid": "*", role + "_authrole": "anonymous"})
		}
		p.publish("com.told.x", "")
		other.hear(`[36,"*","*",%s]`, identity("publisher"))
		p.publish("com.untold", "")
		other.hear(`[36,"*","*",{}]`)
		for i, uri := range []string{"com.told.x", "com.untold"} {
			p.say(`[48,%d,{},%q]`, p.next(), uri)
			other.hear(`[68,%d,"*",%s]`, i+1, []string{identity("caller"), "{}"}[i])
		}
		p.say(`[48,%d,{"disclose_me":true},"com.told.x"]`, p.next())
		other.hear(`[68,3,"*",%s]`, identity("caller"))
		p.refused(wamp.TypeCall, "wamp.error.option_disallowed.disclose_me", `{"disclose_me":true},"com.untold"`)
		p.refused(wamp.TypePublish, "wamp.error.option_disallowed.disclose_me", `{"disclose_me":true,"acknowledge":true},"com.untold"`)
	})
}
