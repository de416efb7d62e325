package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// trusting is everyRole of a subscriber that takes trust levels.
const trusting = `{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{"features":{"publication_trustlevels":true}}}}`

func TestW147_TrustLevelsOfPublications(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{{
		Name:    "realm1",
		History: []router.HistoryConfig{{URI: "com.trusted"}},
		TrustLevel: func(publisher router.Identity, topic wamp.URI) int64 {
			if publisher.Role == "anonymous" && topic == "com.trusted" {
				return 2
			}
			return 0
		},
	}}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		if r.announced(t, "broker")["publication_trustlevels"] != true {
			t.Error("not announced")
		}
		publisher := r.join()
		told, alsoTold, other, another := r.joinWith(trusting), r.joinWith(trusting), r.join(), r.join()
		for _, p := range []*peer{other, told, another, alsoTold} {
			p.subscribe(`{}`, "com.trusted")
			p.subscribe(`{"match":"prefix"}`, "com.plain")
		}
		publisher.retain("", "com.trusted", `,["x"]`)
		publisher.publish("com.plain", `,["y"]`)
		for _, p := range []*peer{told, alsoTold} {
			p.hear(`[36,"*","*",{"trustlevel":2},["x"]]`)
			p.hear(`[36,"*","*",{"trustlevel":0,"topic":"com.plain"},["y"]]`)
		}
		for _, p := range []*peer{other, another} {
			p.hear(`[36,"*","*",{},["x"]]`)
			p.hear(`[36,"*","*",{"topic":"com.plain"},["y"]]`)
		}

		// What is kept tells the same, to the same peers.
		subscription := told.subscribe(`{"get_retained":true}`, "com.trusted")
		told.hear(`[36,"*","*",{"retained":true,"trustlevel":2},["x"]]`)
		other.subscribe(`{"get_retained":true}`, "com.trusted")
		other.hear(`[36,"*","*",{"retained":true},["x"]]`)
		for p, want := range map[*peer]wamp.Dict{told: {"trustlevel": int64(2)}, other: {}} {
			if details := p.events(subscription, `{"reverse":true,"limit":1}`)[0]["details"]; !matchValue(want, details) {
				t.Errorf("the history tells %v, want %v", details, want)
			}
		}
	})
}

func TestW147_TrustLevelsOfCalls(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{{
		Name: "realm1",
		TrustLevel: func(caller router.Identity, procedure wamp.URI) int64 {
			return int64(len(caller.Role) + len(procedure))
		},
	}}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		if r.announced(t, "dealer")["call_trustlevels"] != true {
			t.Error("not announced")
		}
		caller, other := r.join(), r.join()
		told := r.joinWith(`{"roles":{"callee":{"features":{"call_trustlevels":true}}}}`)
		told.register(`{"match":"prefix"}`, "com.told")
		other.register(`{}`, "com.untold")
		caller.say(`[48,%d,{},"com.told.more"]`, caller.next())
		told.hear(`[68,1,"*",{"trustlevel":%d,"procedure":"com.told.more"}]`, len("anonymous"+"com.told.more"))
		caller.say(`[48,%d,{},"com.untold"]`, caller.next())
		other.hear(`[68,1,"*",{}]`)
	})
}

func TestW147_NoTrustLevelsUnlessConfigured(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	if r.announced(t, "broker")["publication_trustlevels"] != nil {
		t.Error("announced")
	}
	subscriber := r.joinWith(trusting)
	subscriber.subscribe(`{}`, "com.topic")
	r.join().publish("com.topic", "")
	subscriber.hear(`[36,"*","*",{}]`)
}
