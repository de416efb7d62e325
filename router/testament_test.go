package router_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

const (
	addTestament    = "wamp.session.add_testament"
	flushTestaments = "wamp.session.flush_testaments"
)

func TestW190_TestamentsArePublishedHoweverTheSessionEnds(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		if r.announced(t, "dealer")["testament_meta_api"] != true {
			t.Error("not announced")
		}
		heir := r.join()
		heir.subscribe(`{}`, "com.testament")
		for name, end := range map[string]func(p *peer){
			"GOODBYE": func(p *peer) {
				p.say(`[6,{},"wamp.close.close_realm"]`)
				p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			},
			"ABORT":          func(p *peer) { p.say(`[3,{},"com.abort"]`) },
			"violation":      func(p *peer) { p.say(`[16,1]`) },
			"transport loss": func(p *peer) { p.conn.Close() },
		} {
			p := r.join()
			p.call(addTestament, fmt.Sprintf(`,["com.testament",[%q,-1,["ü"],"\u0000AAEC"],{"k":{"l":1.5}}]`, name))
			heir.quiet()
			end(p)
			heir.hear(`[36,"*","*",{},[%q,-1,["ü"],"\u0000AAEC"],{"k":{"l":1.5}}]`, name)
			heir.quiet()
		}
	})
}

func TestW190_BucketsAndOrder(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		heir := r.join()
		heir.subscribe(`{}`, "com.testament")
		// Each ends a session with six testaments, after some were flushed.
		for _, test := range []struct {
			flush []string
			want  string
		}{
			{nil, "3 5 6 1 2 4"}, // detached before destroyed
			{[]string{``}, "3 5 6"},
			{[]string{`,[],{"scope":"destroyed"}`}, "3 5 6"},
			{[]string{`,[],{"scope":"detached"}`}, "1 2 4"},
			{[]string{``, `,[],{"scope":"detached"}`}, ""},
		} {
			p := r.join()
			for i, scope := range []string{``, `,{"scope":"destroyed"}`, `,{"scope":"detached"}`, `,{"scope":null}`, `,{"scope":"detached"}`, `,{"scope":"detached"}`} {
				args, kwargs := p.call(addTestament, fmt.Sprintf(`,["com.testament",[%d],{}]%s`, i+1, scope))
				if args != nil || kwargs != nil {
					t.Errorf("add_testament returned %v, %v", args, kwargs)
				}
			}
			for _, arguments := range test.flush {
				p.call(flushTestaments, arguments)
			}
			p.say(`[6,{},"wamp.close.close_realm"]`)
			p.hear(`[6,{},"*"]`)
			for _, n := range strings.Fields(test.want) {
				heir.hear(`[36,"*","*",{},[%s]]`, n)
			}
			heir.quiet()
		}
	})
}

func TestW190_PublishOptions(t *testing.T) {
	config := remembering(router.HistoryConfig{URI: "com.testament"})
	config.Realms[0].Disclose.Publisher = true
	config.Realms[0].TrustLevel = func(router.Identity, wamp.URI) int64 { return 3 }
	r := start(t, config, links[0])
	heir, other := r.joinWith(trusting), r.joinWith(trusting)
	for _, p := range []*peer{heir, other} {
		p.subscribe(`{}`, "com.testament")
	}
	p := r.join()
	p.subscribe(`{}`, "com.testament")
	p.call(addTestament, fmt.Sprintf(
		`,["com.testament",["x"]],{"publish_options":{"acknowledge":true,"disclose_me":true,"exclude":[%d],"exclude_me":false,"retain":true}}`, other.id))
	p.call(addTestament, `,["com.testament",null,null],{"publish_options":null}`)
	p.say(`[6,{},"wamp.close.close_realm"]`)
	p.hear(`[6,{},"*"]`) // not its own event, nor PUBLISHED
	heir.hear(`[36,"*","*",{"publisher":%d,"publisher_authid":"*","publisher_authrole":"anonymous","trustlevel":3},["x"]]`, p.id)
	heir.hear(`[36,"*","*",{"trustlevel":3}]`)
	other.hear(`[36,"*","*",{"trustlevel":3}]`)
	other.quiet()

	late := r.join()
	subscription := late.subscribe(`{"get_retained":true}`, "com.testament")
	late.hear(`[36,"*","*",{"retained":true,"publisher":%d,"publisher_authid":"*","publisher_authrole":"anonymous"},["x"]]`, p.id)
	if events := late.events(subscription, `{}`); len(events) != 1 { // the other one had a list of sessions
		t.Errorf("the history has %v", events)
	}
}

func TestW191_TestamentsThatTheSessionMayNotPublish(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.join()
	for _, test := range []struct {
		arguments string
		want      wamp.ErrorURI
	}{
		{`,["wamp.session.on_leave",[],{}]`, wamp.ErrInvalidURI},
		{`,["wamp",[],{}]`, wamp.ErrInvalidURI},
		{`,["com..x",[],{}]`, wamp.ErrInvalidURI},
		{`,["",[],{}]`, wamp.ErrInvalidURI},
		{`,["com.x",[],{}],{"publish_options":{"disclose_me":true}}`, wamp.ErrDiscloseMeDisallowed},
		{`,["com.x",[],{}],{"publish_options":{"disclose_me":1}}`, wamp.ErrInvalidArgument},
		{`,["com.x",[],{}],{"publish_options":{"eligible":[0]}}`, wamp.ErrInvalidArgument},
		{`,["com.x",[],{}],{"publish_options":[]}`, wamp.ErrInvalidArgument},
		{`,["com.x",[],{}],{"scope":"later"}`, wamp.ErrInvalidArgument},
		{`,["com.x",[],{}],{"scope":1}`, wamp.ErrInvalidArgument},
		{`,["com.x",{},{}]`, wamp.ErrInvalidArgument},
		{`,["com.x",[],[]]`, wamp.ErrInvalidArgument},
		{`,["com.x",[],{},1]`, wamp.ErrInvalidArgument},
		{`,[1,[],{}]`, wamp.ErrInvalidArgument},
		{``, wamp.ErrInvalidArgument},
	} {
		p.refused(wamp.TypeCall, test.want, `{},%q%s`, addTestament, test.arguments)
	}
	p.refused(wamp.TypeCall, wamp.ErrInvalidArgument, `{},%q,[],{"scope":"all"}`, flushTestaments)
	heir := r.join()
	heir.subscribe(`{"match":"prefix"}`, "com")
	p.say(`[6,{},"wamp.close.close_realm"]`)
	p.hear(`[6,{},"*"]`)
	heir.quiet()
}

func TestTestamentsAreBounded(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.join()
	for range 64 {
		p.call(addTestament, `,["com.x"]`)
	}
	p.refused(wamp.TypeCall, wamp.ErrUnavailable, `{},%q,["com.x"]`, addTestament)
	p.call(flushTestaments, "")
	large := strings.Repeat("x", 60<<10)
	for range 4 {
		p.call(addTestament, `,["com.x",["`+large+`"]],{"scope":"detached"}`)
	}
	p.refused(wamp.TypeCall, wamp.ErrUnavailable, `{},%q,["com.x",[%q]]`, addTestament, large)
	p.call(flushTestaments, `,[],{"scope":"detached"}`)
	p.call(addTestament, `,["com.x",["`+large+`"]]`)
}

func TestTestamentsAreNotPublishedWhenTheRouterShutsDown(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	heir, p := r.join(), r.join()
	heir.subscribe(`{}`, "com.testament")
	p.call(addTestament, `,["com.testament"]`)
	go r.Shutdown(t.Context())
	heir.hear(`[6,"*","wamp.close.system_shutdown"]`)
}

func TestAPanicWhileTestamentsArePublishedLeavesNothingBehind(t *testing.T) {
	r := start(t, router.Config{Realms: []router.RealmConfig{{
		Name: "realm1", TrustLevel: func(router.Identity, wamp.URI) int64 { panic("trust") },
	}}}, links[0])
	p := r.join()
	p.register(`{}`, "com.procedure")
	p.call(addTestament, `,["com.testament"]`)
	p.say(`[6,{},"wamp.close.close_realm"]`)
	p.hear(`[6,{},"*"]`)
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 0 })
	r.join().register(`{}`, "com.procedure")
}

func TestW183_W190_TestamentsOfKilledSessions(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		killer, heir := r.join(), r.join()
		heir.subscribe(`{}`, "com.testament")
		heir.subscribe(`{}`, "wamp.session.on_leave")
		victim := r.join()
		victim.call(addTestament, `,["com.testament",["killed"]]`)
		killer.call("wamp.session.kill", fmt.Sprintf(`,[%d]`, victim.id))
		heir.hear(`[36,"*","*",{},["killed"]]`) // while it is going to be destroyed, so before it has left
		heir.hear(`[36,"*","*",{},[%d,"*","anonymous"]]`, victim.id)

		killer.subscribe(`{}`, "com.testament")
		victim = r.join()
		victim.call(addTestament, `,["com.testament",["killed with all others"]]`)
		killer.call("wamp.session.kill_all", "")
		victim.hear(`[6,{},"wamp.close.killed"]`)
		killer.quiet()
	})
}

func TestPayloadsThatArePassedThroughAreKeptSo(t *testing.T) {
	r := start(t, remembering(router.HistoryConfig{URI: "com.sealed"}), links[0])
	sealing := `{"roles":{"caller":{},"publisher":{"features":{"payload_passthru_mode":true}},"subscriber":{"features":{"payload_passthru_mode":true}}}}`
	const ppt = `"ppt_scheme":"x_custom","ppt_serializer":"cbor","ppt_cipher":"c","ppt_keyid":"k"`
	p := r.joinWith(sealing)
	p.call(addTestament, `,["com.sealed",["\u0000AAEC"]],{"publish_options":{"retain":true,`+ppt+`}}`)
	p.refused(wamp.TypeCall, wamp.ErrInvalidArgument, `{},%q,["com.sealed",["open"]],{"publish_options":{%s}}`, addTestament, ppt)
	r.join().refused(wamp.TypeCall, wamp.ErrFeatureNotSupported, `{},%q,["com.sealed",["\u0000AAEC"]],{"publish_options":{%s}}`, addTestament, ppt)
	p.say(`[6,{},"wamp.close.close_realm"]`)
	p.hear(`[6,{},"*"]`)

	heir := r.joinWith(sealing)
	subscription := heir.subscribe(`{"get_retained":true}`, "com.sealed")
	heir.hear(`[36,%d,"*",{"retained":true,%s},["\u0000AAEC"]]`, subscription, ppt)
	events := heir.events(subscription, `{}`)
	if want := parse(t, `[{`+ppt+`},["\u0000AAEC"]]`); len(events) != 1 || !matchValue(want, []any{events[0]["details"], events[0]["args"]}) {
		t.Errorf("the history is %v", events)
	}
}
