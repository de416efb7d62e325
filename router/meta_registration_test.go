package router_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// watch subscribes to meta topics and returns a function that hears the next
// event, which must be the one it names.
func (p *peer) watch(prefix string, topics ...string) (hear func(topic, arguments string) heard) {
	p.t.Helper()
	ids := make(map[string]wamp.ID)
	for _, topic := range topics {
		ids[topic] = p.subscribe(`{}`, prefix+topic)
	}
	return func(topic, arguments string) heard {
		p.t.Helper()
		return p.hear(`[36,%d,"*",{},%s]`, ids[topic], arguments)
	}
}

// checkCreated checks that a description says when its subject was made.
func checkCreated(t *testing.T, description any) {
	t.Helper()
	text, _ := description.(wamp.Dict)["created"].(string)
	created, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	if age := time.Since(created); err != nil || age < -time.Second || age > time.Minute {
		t.Errorf("created %q, %v", text, err)
	}
}

// ends are ways in which a registration or subscription of a peer may end with
// its session.
var ends = map[string]func(p *peer){
	"GOODBYE":   (*peer).leaveInGoodOrder,
	"violation": func(p *peer) { p.say(`[16,1]`) },
	"loss":      func(p *peer) { p.conn.Close() },
}

func TestW184_TheLifeOfARegistration(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		watcher := r.join()
		hear := watcher.watch("wamp.registration.", "on_create", "on_register", "on_unregister", "on_delete")
		one := r.join()
		for match, uri := range map[string]string{"exact": "com.procedure", "prefix": "com.", "wildcard": "com..procedure"} {
			id := one.register(fmt.Sprintf(`{"match":%q}`, match), uri)
			event := hear("on_create", fmt.Sprintf(`[%d,{"id":%d,"created":"*","uri":%q,"match":%q,"invoke":"single"}]`, one.id, id, uri, match))
			checkCreated(t, event.items[4].([]any)[1])
			hear("on_register", fmt.Sprintf(`[%d,%d]`, one.id, id))
			one.say(`[66,%d,%d]`, one.next(), id)
			one.hear(`[67,%d]`, one.last)
			hear("on_unregister", fmt.Sprintf(`[%d,%d]`, one.id, id))
			hear("on_delete", fmt.Sprintf(`[%d,%d]`, one.id, id))
		}
		for name, end := range ends {
			two := r.join()
			id := one.register(`{"invoke":"roundrobin"}`, "com.shared")
			hear("on_create", fmt.Sprintf(`[%d,{"id":%d,"created":"*","uri":"com.shared","match":"exact","invoke":"roundrobin"}]`, one.id, id))
			hear("on_register", fmt.Sprintf(`[%d,%d]`, one.id, id))
			two.register(`{"invoke":"roundrobin"}`, "com.shared")
			hear("on_register", fmt.Sprintf(`[%d,%d]`, two.id, id))
			one.say(`[66,%d,%d]`, one.next(), id)
			one.hear(`[67,%d]`, one.last)
			hear("on_unregister", fmt.Sprintf(`[%d,%d]`, one.id, id))
			end(two)
			hear("on_unregister", fmt.Sprintf(`[%d,%d]`, two.id, id))
			hear("on_delete", fmt.Sprintf(`[%d,%d]`, two.id, id))
			watcher.quiet()
			if t.Failed() {
				t.Fatal(name)
			}
		}
		one.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{},"wamp.procedure"`)
		one.refused(wamp.TypeUnregister, wamp.ErrNoSuchRegistration, `12345`)
		watcher.quiet()
	})
}

func TestW185_W186_RegistrationsAreFoundAndDescribed(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		p.answers(`,[{"exact":[],"prefix":[],"wildcard":[]}]`, "wamp.registration.list", ``)
		shared := p.register(`{"invoke":"first"}`, "com.shared")
		other.register(`{"invoke":"first"}`, "com.shared")
		prefix := p.register(`{"match":"prefix"}`, "com")
		wildcard := p.register(`{"match":"wildcard"}`, "org..x")
		p.answers(fmt.Sprintf(`,[{"exact":[%d],"prefix":[%d],"wildcard":[%d]}]`, shared, prefix, wildcard), "wamp.registration.list", `,[],{}`)

		for arguments, id := range map[string]wamp.ID{
			`"com.shared"`: shared, `"com.shared",{"match":"exact"}`: shared, `"com.shared",{"match":null}`: shared,
			`"com",{"match":"prefix"}`: prefix, `"org..x",{"match":"wildcard","invoke":"first"}`: wildcard,
			`"com.shared",{"match":"prefix"}`: 0, `"com"`: 0, `"com.other",null`: 0, `"org.a.x",{"match":"wildcard"}`: 0, `""`: 0,
		} {
			p.answers(fmt.Sprintf(`,[%s]`, orNull(id)), "wamp.registration.lookup", `,[`+arguments+`]`)
		}
		for procedure, id := range map[string]wamp.ID{
			"com.shared": shared, "com.other": prefix, "org.a.x": wildcard, "org.a.b.x": 0, "org": 0, "wamp.session.count": 0, "": 0,
		} {
			p.answers(fmt.Sprintf(`,[%s]`, orNull(id)), "wamp.registration.match", fmt.Sprintf(`,[%q]`, procedure))
		}

		get := p.answers(fmt.Sprintf(`,[{"id":%d,"created":"*","uri":"com.shared","match":"exact","invoke":"first"}]`, shared),
			"wamp.registration.get", fmt.Sprintf(`,[%d]`, shared))
		checkCreated(t, get.items[3].([]any)[0])
		p.answers(fmt.Sprintf(`,[{"id":%d,"created":"*","uri":"com","match":"prefix","invoke":"single"}]`, prefix),
			"wamp.registration.get", fmt.Sprintf(`,[%d]`, prefix))
		p.answers(fmt.Sprintf(`,[[%d,%d]]`, p.id, other.id), "wamp.registration.list_callees", fmt.Sprintf(`,[%d]`, shared))
		p.answers(`,[2]`, "wamp.registration.count_callees", fmt.Sprintf(`,[%d]`, shared))
		other.leaveInGoodOrder()
		p.answers(`,[1]`, "wamp.registration.count_callees", fmt.Sprintf(`,[%d]`, shared))

		p.say(`[66,%d,%d]`, p.next(), shared)
		p.hear(`[67,%d]`, p.last)
		for _, id := range []wamp.ID{shared, 12345} {
			for _, procedure := range []string{"get", "list_callees", "count_callees"} {
				p.fails(wamp.ErrNoSuchRegistration, "wamp.registration."+procedure, fmt.Sprintf(`,[%d]`, id))
			}
		}
	})
}

// orNull is an id as JSON, and null for none.
func orNull(id wamp.ID) string {
	if id == 0 {
		return "null"
	}
	return fmt.Sprint(id)
}

func TestInvocationPoliciesAreSpeltOut(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.join()
	for _, policy := range []string{"single", "roundrobin", "random", "first", "last"} {
		id := p.register(fmt.Sprintf(`{"invoke":%q}`, policy), "com."+policy)
		p.answers(fmt.Sprintf(`,[{"id":%d,"created":"*","uri":"com.%s","match":"exact","invoke":%q}]`, id, policy, policy),
			"wamp.registration.get", fmt.Sprintf(`,[%d]`, id))
	}
}
