package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

var malformed = []string{"", "a..b", ".a", "a.", "a b", "a.#.b", "a\tb", "a.\u00a0.b"}

func TestW001_MalformedURIsAreRefused(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.register(`{"match":"prefix"}`, "") // must not catch malformed calls
		for _, uri := range malformed {
			p.refused(wamp.TypeSubscribe, wamp.ErrInvalidURI, `{},%q`, uri)
			p.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{},%q`, uri)
			p.refused(wamp.TypeCall, wamp.ErrInvalidURI, `{},%q`, uri)
		}
		p.quiet()
	})
}

func TestW002_PublishToAMalformedURIIsAnsweredOnlyIfAcknowledged(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		for _, uri := range malformed {
			p.say(`[16,%d,{},%q]`, p.next(), uri)
			p.refused(wamp.TypePublish, wamp.ErrInvalidURI, `{"acknowledge":true},%q`, uri)
		}
		p.quiet()
	})
}

func TestW003_EmptyComponentsBelongToPatterns(t *testing.T) {
	tests := []struct {
		match, uri string
		valid      bool
	}{
		{"exact", "a..b", false},
		{"exact", "a.b.", false},
		{"wildcard", "a..b", true},
		{"wildcard", ".", true},
		{"wildcard", "a b..c", false},
		{"prefix", "a.", true},
		{"prefix", "a", true},
		{"prefix", "", true},
		{"prefix", "a..b", false},
		{"prefix", ".a", false},
	}
	r := start(t, router.Config{}, links[0])
	p := r.join()
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %q", test.match, test.uri), func(t *testing.T) {
			p.t = t
			options := fmt.Sprintf(`{"match":%q}`, test.match)
			if test.valid {
				p.subscribe(options, test.uri)
				p.register(options, test.uri)
			} else {
				p.refused(wamp.TypeSubscribe, wamp.ErrInvalidURI, `%s,%q`, options, test.uri)
				p.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `%s,%q`, options, test.uri)
			}
		})
	}
}

func TestW004_StrictURIsAreASettingOfTheRealm(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{
		{Name: "realm1"},
		{Name: "strict", Strict: router.Strict{URIs: true}},
	}}
	r := start(t, config, links[0])
	for _, uri := range []string{"com.Foo-bar.ü", "com.UPPER", "com.a-b"} {
		r.join().subscribe(`{}`, uri)
		p := r.dial().hello("strict", everyRole)
		p.refused(wamp.TypeSubscribe, wamp.ErrInvalidURI, `{},%q`, uri)
		p.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{},%q`, uri)
		p.refused(wamp.TypeCall, wamp.ErrInvalidURI, `{},%q`, uri)
		p.refused(wamp.TypePublish, wamp.ErrInvalidURI, `{"acknowledge":true},%q`, uri)
		p.subscribe(`{}`, "com.foo_bar.9")
	}
}

func TestW005_ReservedURIs(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		for _, uri := range []string{"wamp", "wamp.x", "wamp.error.canceled"} {
			p.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{},%q`, uri)
			p.refused(wamp.TypePublish, wamp.ErrInvalidURI, `{"acknowledge":true},%q`, uri)
			p.subscribe(`{}`, uri)
			p.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},%q`, uri)
		}
		p.register(`{}`, "wampx.y")
		p.publish("wampx.y", "")
	})
}

func TestW006_PatternsAreNoWayAroundReservedURIs(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	thief := r.join()
	thief.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{"match":"prefix"},"wamp."`)
	thief.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{"match":"prefix"},"wamp"`)
	thief.refused(wamp.TypeRegister, wamp.ErrInvalidURI, `{"match":"wildcard"},"wamp.."`)
	thief.register(`{"match":"prefix"}`, "wam")
	thief.register(`{"match":"prefix"}`, "")
	thief.register(`{"match":"wildcard"}`, "..")
	thief.register(`{"match":"wildcard"}`, ".session.count")

	r.join().refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"wamp.session.nothing"`)
	thief.quiet()
}
