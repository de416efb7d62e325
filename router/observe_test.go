package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// statsOf finds a realm's.
func (r *place) statsOf(name wamp.URI) router.RealmStats {
	r.t.Helper()
	for _, s := range r.Realms() {
		if s.Realm == name {
			return s
		}
	}
	r.t.Fatalf("no stats of realm %q", name)
	return router.RealmStats{}
}

func TestObservedRealmsAreCounted(t *testing.T) {
	onEachLink(t, router.Config{Observe: true}, func(t *testing.T, r *place) {
		caller, callee := r.join(), r.joinWith(cancelable)
		registration := callee.register(`{}`, "com.p")
		callee.subscribe(`{}`, "com.t")

		call := func(answer string) {
			id := caller.next()
			caller.say(`[48,%d,{},"com.p"]`, id)
			invocation := callee.hear(`[68,"*",%d,{}]`, registration).id(1)
			callee.say(answer, invocation)
			caller.receive()
		}
		call(`[70,%d,{}]`)
		call(`[70,%d,{}]`)
		call(`[8,68,%d,{},"com.broken"]`)
		canceled := caller.next()
		caller.say(`[48,%d,{},"com.p"]`, canceled)
		callee.hear(`[68,"*",%d,{}]`, registration)
		caller.say(`[49,%d,{"mode":"killnowait"}]`, canceled)
		caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, canceled)
		callee.hear(`[69,"*","*"]`)
		unserved := caller.next()
		caller.say(`[48,%d,{},"com.nobody"]`, unserved)
		caller.hear(`[8,48,%d,{},"wamp.error.no_such_procedure","*"]`, unserved)
		own := caller.next()
		caller.say(`[48,%d,{},"wamp.session.count"]`, own)
		caller.hear(`[50,%d,{},[2]]`, own)
		caller.publish("com.t", `,[1]`)
		callee.hear(`[36,"*","*",{},[1]]`)
		callee.quiet()
		caller.quiet() // both have finished counting

		s := r.statsOf("realm1")
		for kind, want := range map[wamp.MessageType]uint64{wamp.TypeCall: 6, wamp.TypeYield: 2, wamp.TypeCancel: 1, wamp.TypePublish: 1, wamp.TypeError: 1} {
			if got := s.Received[kind]; got != want {
				t.Errorf("received %d %s, want %d", got, kind, want)
			}
		}
		for kind, want := range map[wamp.MessageType]uint64{wamp.TypeWelcome: 2, wamp.TypeInvocation: 4, wamp.TypeResult: 3, wamp.TypeInterrupt: 1, wamp.TypeEvent: 1, wamp.TypeRegistered: 1} {
			if got := s.Sent[kind]; got != want {
				t.Errorf("sent %d %s, want %d", got, kind, want)
			}
		}
		for outcome, want := range map[router.CallOutcome]uint64{router.CallAnswered: 3, router.CallFailed: 1, router.CallCanceled: 1, router.CallRefused: 1, router.CallTimedOut: 0} {
			if got := s.Calls[outcome]; got != want {
				t.Errorf("%d calls ended with %s, want %d", got, outcome, want)
			}
		}
		taken := uint64(0)
		for _, n := range s.Latency[router.CallAnswered].Buckets {
			taken += n
		}
		if taken != 2 || s.Latency[router.CallAnswered].Sum <= 0 {
			t.Errorf("latency of %d calls, %v in all, want 2", taken, s.Latency[router.CallAnswered].Sum)
		}
		if s.Sessions != 2 || s.Registrations != 1 || s.Subscriptions != 1 {
			t.Errorf("gauges: %+v", s)
		}
		if s.ReceivedOctets == 0 || s.SentOctets == 0 {
			t.Errorf("octets: received %d, sent %d", s.ReceivedOctets, s.SentOctets)
		}
		caller.say(`[6,{},"wamp.close.close_realm"]`)
		caller.hear(`[6,{},"*"]`)
		if after := r.statsOf("realm1"); after.SentOctets < s.SentOctets {
			t.Errorf("octets went from %d to %d when a session left", s.SentOctets, after.SentOctets)
		}
	})
}

func TestRealmsOfAutoRealmAreObservedTogether(t *testing.T) {
	r := start(t, router.Config{Observe: true, AutoRealm: &router.RealmConfig{}}, link{"pipe", wamp.CBOR})
	for _, name := range []string{"com.a", "com.b", "com.c"} {
		r.dial().hello(name, everyRole).quiet()
	}
	if all := r.Realms(); len(all) != 1 {
		t.Errorf("%d realms are told of: %v", len(all), all)
	}
	if s := r.statsOf(router.AutoRealms); s.Sessions != 3 || s.Sent[wamp.TypeWelcome] != 3 || s.SentOctets == 0 {
		t.Errorf("got %+v", s)
	}
}

func TestNothingIsCountedUnlessObserved(t *testing.T) {
	r := start(t, router.Config{}, link{"pipe", wamp.CBOR})
	r.join().quiet()
	if s := r.statsOf("realm1"); s.Received != nil || s.SentOctets != 0 || s.Sessions != 1 {
		t.Errorf("got %+v", s)
	}
}
