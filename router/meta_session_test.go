package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// answers makes a call of a router procedure and checks what comes back, the
// part of RESULT behind its details.
func (p *peer) answers(want, procedure, arguments string) heard {
	p.t.Helper()
	request := p.next()
	p.say(`[48,%d,{},%q%s]`, request, procedure, arguments)
	return p.hear(`[50,%d,{}%s]`, request, want)
}

// fails makes a call of a router procedure and hears its ERROR.
func (p *peer) fails(uri wamp.ErrorURI, procedure, arguments string) {
	p.t.Helper()
	p.refused(wamp.TypeCall, uri, `{},%q%s`, procedure, arguments)
}

// claiming are realms in which everybody is who they say they are.
var claiming = router.Config{Realms: []router.RealmConfig{
	{Name: "realm1", Authenticators: []router.Authenticator{named{}, router.Anonymous{}}},
	{Name: "realm2"},
}}

// joinAs joins realm1 under a name and a role.
func (r *place) joinAs(authID, role string) *peer {
	r.t.Helper()
	return r.joinWith(fmt.Sprintf(`{"agent":"tester-1","authid":%q,"authmethods":["named"],"authextra":{"role":%q},%s`, authID, role, everyRole[1:]))
}

func (p *peer) leaveInGoodOrder() {
	p.t.Helper()
	p.say(`[6,{},"wamp.close.close_realm"]`)
	p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	p.conn.Close()
}

var transports = map[string]string{"ws": "websocket", "tcp": "rawsocket", "pipe": "pipe"}

func TestW105_MetaAPIsAreAnnounced(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	broker, dealer := r.announced(t, "broker"), r.announced(t, "dealer")
	for _, feature := range []string{"session_meta_api", "subscription_meta_api", "subscription_revocation"} {
		if broker[feature] != true {
			t.Errorf("the broker does not announce %s", feature)
		}
	}
	for _, feature := range []string{"session_meta_api", "registration_meta_api", "registration_revocation"} {
		if dealer[feature] != true {
			t.Errorf("the dealer does not announce %s", feature)
		}
	}
}

func TestW177_W178_SessionsComeAndGo(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		watcher := r.join()
		joins, leaves := watcher.subscribe(`{}`, "wamp.session.on_join"), watcher.subscribe(`{}`, "wamp.session.on_leave")
		elsewhere := r.dial().hello("realm2", everyRole)
		elsewhere.subscribe(`{"match":"prefix"}`, "wamp.session.")
		for name, end := range map[string]func(p *peer){
			"GOODBYE":   (*peer).leaveInGoodOrder,
			"ABORT":     func(p *peer) { p.say(`[3,{},"com.abort"]`) },
			"violation": func(p *peer) { p.say(`[16,1]`) },
			"loss":      func(p *peer) { p.conn.Close() },
		} {
			p := r.joinAs(name, "user")
			watcher.hear(`[36,%d,"*",{},[{"session":%d,"authid":%q,"authrole":"user","authmethod":"named","authprovider":"test",
				"agent":"tester-1","transport":{"type":%q,"serializer":%q,"secure":false}}]]`,
				joins, p.id, name, transports[r.link.transport], r.link.format)
			end(p)
			watcher.hear(`[36,%d,"*",{},[%d,%q,"user"]]`, leaves, p.id, name)
			watcher.quiet()
		}
		again := r.joinAs("twice", "user")
		watcher.hear(`[36,%d,"*",{},["*"]]`, joins)
		again.say(`[6,{},"wamp.close.close_realm"]`)
		again.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		watcher.hear(`[36,%d,"*",{},[%d,"twice","user"]]`, leaves, again.id)
		again.hello("realm1", everyRole) // over the same connection
		watcher.hear(`[36,%d,"*",{},["*"]]`, joins)
		elsewhere.quiet()
	})
}

func TestPatternsOfMetaTopicsMatch(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		watcher := r.join()
		prefix := watcher.subscribe(`{"match":"prefix"}`, "wamp.session.")
		wildcard := watcher.subscribe(`{"match":"wildcard"}`, "wamp..on_leave")
		p := r.join()
		watcher.hear(`[36,%d,"*",{"topic":"wamp.session.on_join"},["*"]]`, prefix)
		p.conn.Close()
		for range 2 {
			event := watcher.hear(`[36,"*","*",{"topic":"wamp.session.on_leave"},[%d,"*","anonymous"]]`, p.id)
			if id := event.id(1); id != prefix && id != wildcard {
				t.Errorf("%s", event.text)
			}
		}
		watcher.quiet()
	})
}

func TestW179_SessionsAreCountedAndListed(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		p, one, two := r.joinAs("p", "admin"), r.joinAs("one", "user"), r.joinAs("two", "user")
		r.dial().hello("realm2", everyRole)
		for _, test := range []struct {
			arguments string
			want      []*peer
		}{
			{``, []*peer{p, one, two}},
			{`,[]`, []*peer{p, one, two}},
			{`,[null]`, []*peer{p, one, two}},
			{`,[[]]`, nil},
			{`,[["user"]]`, []*peer{one, two}},
			{`,[["user","admin","user"]]`, []*peer{p, one, two}},
			{`,[["nobody"]]`, nil},
		} {
			p.answers(fmt.Sprintf(`,[%d]`, len(test.want)), "wamp.session.count", test.arguments)
			list := p.answers(`,["*"]`, "wamp.session.list", test.arguments).items[3].([]any)[0].([]any)
			missing := make(map[int64]bool)
			for _, peer := range test.want {
				missing[int64(peer.id)] = true
			}
			for _, id := range list {
				if !missing[id.(int64)] {
					t.Errorf("list%s: unexpected %v", test.arguments, id)
				}
				delete(missing, id.(int64))
			}
			if len(missing) > 0 {
				t.Errorf("list%s: missing %v", test.arguments, missing)
			}
		}
		two.leaveInGoodOrder()
		p.answers(`,[2]`, "wamp.session.count", ``)
	})
}

func TestW180_ASessionIsDescribed(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		p, other := r.joinAs("joe", "user"), r.join()
		for _, asking := range []*peer{p, other} {
			asking.answers(fmt.Sprintf(`,[{"session":%d,"authid":"joe","authrole":"user","authmethod":"named","authprovider":"test",
				"agent":"tester-1","transport":"*"}]`, p.id), "wamp.session.get", fmt.Sprintf(`,[%d]`, p.id))
		}
		for _, id := range []string{"12345", "0", "-1", "9007199254740993", "18446744073709551615", "12345.0", "1e300"} {
			p.fails(wamp.ErrNoSuchSession, "wamp.session.get", `,[`+id+`]`)
		}
		elsewhere := r.dial().hello("realm2", everyRole)
		elsewhere.fails(wamp.ErrNoSuchSession, "wamp.session.get", fmt.Sprintf(`,[%d]`, p.id))
	})
}

func TestW181_ASessionIsKilled(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		killer, watcher := r.join(), r.join()
		leaves := watcher.subscribe(`{}`, "wamp.session.on_leave")
		for _, test := range []struct{ kwargs, details, reason string }{
			{``, `{}`, "wamp.close.killed"},
			{`,{}`, `{}`, "wamp.close.killed"},
			{`,{"reason":null,"message":null}`, `{}`, "wamp.close.killed"},
			{`,{"reason":"com.reason"}`, `{}`, "com.reason"},
			{`,{"message":"enough"}`, `{"message":"enough"}`, "wamp.close.killed"},
			{`,{"reason":"wamp.close.normal","message":"enough","more":1}`, `{"message":"enough"}`, "wamp.close.normal"},
		} {
			victim := r.joinAs("victim", "user")
			victim.register(`{}`, "com.procedure")
			killer.answers(``, "wamp.session.kill", fmt.Sprintf(`,[%d]%s`, victim.id, test.kwargs))
			killer.fails(wamp.ErrNoSuchSession, "wamp.session.get", fmt.Sprintf(`,[%d]`, victim.id))
			killer.fails(wamp.ErrNoSuchSession, "wamp.session.kill", fmt.Sprintf(`,[%d]`, victim.id))
			killer.fails(wamp.ErrNoSuchProcedure, "com.procedure", ``)
			victim.hear(`[6,%s,%q]`, test.details, test.reason)
			victim.say(`[6,{},"wamp.close.goodbye_and_out"]`)
			victim.hearEnd()
			watcher.hear(`[36,%d,"*",{},[%d,"victim","user"]]`, leaves, victim.id)
		}
		for _, reason := range []string{`""`, `"com..reason"`, `"a b"`, `5`, `["com.reason"]`} {
			for procedure, arguments := range map[string]string{
				"kill": fmt.Sprintf(`,[%d]`, watcher.id), "kill_by_authid": `,["x"]`, "kill_by_authrole": `,["x"]`, "kill_all": `,[]`,
			} {
				killer.fails(wamp.ErrInvalidURI, "wamp.session."+procedure, fmt.Sprintf(`%s,{"reason":%s}`, arguments, reason))
			}
		}
		killer.fails(wamp.ErrNoSuchSession, "wamp.session.kill", fmt.Sprintf(`,[%d]`, killer.id))
		killer.fails(wamp.ErrNoSuchSession, "wamp.session.kill", `,[12345]`)
		killer.fails(wamp.ErrInvalidArgument, "wamp.session.kill", fmt.Sprintf(`,[%d],{"message":5}`, watcher.id))
		elsewhere := r.dial().hello("realm2", everyRole)
		elsewhere.fails(wamp.ErrNoSuchSession, "wamp.session.kill", fmt.Sprintf(`,[%d]`, killer.id))
		killer.quiet()
		watcher.quiet()
	})
}

// killed checks that each of the peers has been sent away.
func killed(peers ...*peer) {
	for _, p := range peers {
		p.t.Helper()
		p.hear(`[6,{},"wamp.close.killed"]`)
		p.say(`[6,{},"wamp.close.goodbye_and_out"]`)
		p.hearEnd()
	}
}

func TestW182_SessionsAreKilledByAuthID(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		killer, one, two, other := r.joinAs("joe", "user"), r.joinAs("joe", "user"), r.joinAs("joe", "admin"), r.joinAs("ann", "user")
		killer.answers(`,[[]]`, "wamp.session.kill_by_authid", `,["nobody"]`)
		ids := killer.answers(`,[["*","*"]]`, "wamp.session.kill_by_authid", `,["joe"]`).items[3].([]any)[0].([]any)
		if a, b := wamp.ID(ids[0].(int64)), wamp.ID(ids[1].(int64)); !(a == one.id && b == two.id || a == two.id && b == one.id) {
			t.Errorf("killed %v, want %d and %d", ids, one.id, two.id)
		}
		killed(one, two)
		killer.answers(`,[[]]`, "wamp.session.kill_by_authid", `,["joe"]`)
		killer.answers(`,[2]`, "wamp.session.count", ``)
		other.quiet()
	})
}

func TestW183_SessionsAreKilledByRole(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		killer, one, two, other := r.joinAs("joe", "user"), r.joinAs("ann", "user"), r.joinAs("bob", "user"), r.joinAs("eve", "admin")
		killer.answers(`,[0]`, "wamp.session.kill_by_authrole", `,["nobody"]`)
		killer.answers(`,[2]`, "wamp.session.kill_by_authrole", `,["user"]`)
		killed(one, two)
		killer.answers(`,[0]`, "wamp.session.kill_by_authrole", `,["user"]`)
		other.quiet()
	})
}

func TestW183_AllSessionsAreKilledInSilence(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		killer, elsewhere := r.join(), r.dial().hello("realm2", everyRole)
		victims := []*peer{r.join(), r.join(), r.joinAs("joe", "admin")}
		for i, p := range victims {
			p.register(`{}`, fmt.Sprintf("com.procedure%d", i))
			p.subscribe(`{}`, "com.topic")
			p.call(addTestament, `,["com.testament",[],{}]`)
		}
		killer.subscribe(`{}`, "com.testament")
		killer.subscribe(`{"match":"prefix"}`, "wamp.")
		killer.answers(`,[3]`, "wamp.session.kill_all", ``)
		killer.quiet()
		killed(victims...)
		killer.quiet()
		killer.answers(`,[1]`, "wamp.session.count", ``)
		killer.answers(`,[0]`, "wamp.session.kill_all", ``)
		late := r.join()
		killer.hear(`[36,"*","*",{"topic":"wamp.session.on_join"},["*"]]`)
		late.conn.Close()
		killer.hear(`[36,"*","*",{"topic":"wamp.session.on_leave"},[%d,"*","anonymous"]]`, late.id)
		elsewhere.quiet()
	})
}

func TestASessionThatKillsHasItsAnswerBeforeTheEvents(t *testing.T) {
	onEachLink(t, claiming, func(t *testing.T, r *place) {
		killer, victim := r.join(), r.join()
		killer.subscribe(`{"match":"prefix"}`, "wamp.session.")
		victim.subscribe(`{}`, "com.topic")
		killer.answers(``, "wamp.session.kill", fmt.Sprintf(`,[%d]`, victim.id))
		killer.hear(`[36,"*","*",{"topic":"wamp.session.on_leave"},[%d,"*","anonymous"]]`, victim.id)
	})
}

func TestSessionsThatKillEachOther(t *testing.T) {
	const crowd = 8
	r := start(t, claiming, link{"pipe", wamp.CBOR})
	watcher := r.join()
	leaves := watcher.subscribe(`{}`, "wamp.session.on_leave")
	peers := make([]*peer, crowd)
	for i := range peers {
		peers[i] = r.join()
	}
	for _, p := range peers {
		p.say(`[48,1,{},"wamp.session.kill_by_authrole",["anonymous"]]`)
		if p == peers[crowd/2] {
			peers[0].say(`[48,2,{},"wamp.session.kill_all"]`)
		}
	}
	// Those who are killed while they kill end too; the watcher is one of them.
	left := make(map[wamp.ID]int)
	for {
		m, err := watcher.receive()
		if err != nil || m.items[0] == int64(6) {
			break
		}
		if m.id(1) == leaves {
			left[wamp.ID(m.items[4].([]any)[0].(int64))]++
		}
	}
	for id, times := range left {
		if times != 1 {
			t.Errorf("session %d left %d times", id, times)
		}
	}
	for _, p := range append(peers, watcher) {
		p.conn.Close()
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 0 })
}
