package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// shard is everyRole of a callee that can be one of several shards, and takes INTERRUPT.
const shard = `{"roles":{"caller":{},"callee":{"features":{"sharded_registration":true,"call_canceling":true}},"publisher":{},"subscriber":{}}}`

// shards lets some callees share com.sharded.
func (r *place) shards(n int, options string) []*peer {
	callees := make([]*peer, n)
	for i := range callees {
		callees[i] = r.joinWith(shard)
		callees[i].register(options, "com.sharded")
	}
	return callees
}

func TestW161_PartitionedCallsStayWithTheirKey(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		if r.announced(t, "dealer")["sharded_registration"] != true {
			t.Error("not announced")
		}
		callees, caller := r.shards(3, `{"invoke":"roundrobin"}`), r.join()
		r.join().register(`{"match":"prefix"}`, "com") // not that of the best match
		owner := map[string]int{}
		ask := func(options, key string) int { return askShard(t, caller, callees, options, key) }
		const keys = 60
		got := make([]int, len(callees))
		for i := range keys {
			key := fmt.Sprintf("sn%d", i)
			owner[key] = ask(fmt.Sprintf(`{"runmode":"partition","rkey":%q}`, key), key)
			got[owner[key]]++
		}
		for i, n := range got {
			if n < keys/10 {
				t.Errorf("callee %d got %d of %d keys", i, n, keys)
			}
		}
		for key, was := range owner { // a key alone will do
			if now := ask(fmt.Sprintf(`{"rkey":%q}`, key), key); now != was {
				t.Errorf("%s went to callee %d, and then to %d", key, was, now)
			}
		}
		// Of the keys of others nothing moves when one leaves.
		callees[1].say(`[6,{},"wamp.close.close_realm"]`)
		callees[1].hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		callees[1].conn.Close()
		callees[1] = nil
		for key, was := range owner {
			if now := ask(fmt.Sprintf(`{"rkey":%q}`, key), key); now != was && was != 1 {
				t.Errorf("%s went from callee %d to %d", key, was, now)
			}
		}
	})
}

// askShard makes a call, finds out which of the callees gets it, and has that
// answer.
func askShard(t *testing.T, caller *peer, callees []*peer, options, key string) (at int) {
	t.Helper()
	call := caller.next()
	caller.say(`[48,%d,%s,"com.sharded",[%q]]`, call, options, key)
	caller.quiet() // the call has been handled
	at = -1
	for i, callee := range callees {
		if callee == nil {
			continue
		}
		request := callee.next()
		callee.say(`[34,%d,%d]`, request, uint64(wamp.MaxID))
		for {
			m, err := callee.receive()
			if err != nil {
				t.Fatal(err)
			}
			if m.items[0] == int64(8) {
				break
			}
			if at >= 0 || !matches(t, fmt.Sprintf(`[68,"*","*",{},[%q]]`, key), m.items) {
				t.Fatalf("callee %d, after %d, got %s", i, at, m.text)
			}
			at = i
			callee.say(`[70,%d,{},[%d]]`, m.id(1), at)
			caller.hear(`[50,%d,{},[%d]]`, call, at)
		}
	}
	if at < 0 {
		t.Fatal("nobody was asked")
	}
	return at
}

func TestW161_AShardKeepsItsKeysByItsName(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	caller := r.join()
	owners := func(callees []*peer) (owners []int) {
		for i := range 30 {
			key := fmt.Sprintf("sn%d", i)
			owners = append(owners, askShard(t, caller, callees, fmt.Sprintf(`{"rkey":%q}`, key), key))
		}
		return owners
	}
	join := func(name string) *peer {
		p := r.joinWith(shard)
		p.register(fmt.Sprintf(`{"invoke":"first","runmode":"partition","rkey":%q}`, name), "com.sharded")
		return p
	}
	callees := []*peer{join("north"), join("south"), join("east")}
	before := owners(callees)
	if at := askShard(t, caller, callees, `{"rkey":"south"}`, "south"); at != 1 {
		t.Errorf("the key south went to callee %d", at)
	}
	for i, name := range []string{"north", "south", "east"} { // all of them reconnect, in another order
		callees[i].conn.Close()
		awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 3 })
		callees[i] = join(name)
	}
	if after := owners(callees); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("keys went to\n%d, and then to\n%d", before, after)
	}
}

func TestW161_RefusedRunModes(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	for _, test := range []struct {
		options string
		uri     wamp.ErrorURI
	}{
		{`{"runmode":"partition"}`, wamp.ErrInvalidArgument},
		{`{"runmode":"some","rkey":"x"}`, wamp.ErrInvalidArgument},
		{`{"runmode":"all"}`, wamp.ErrInvalidArgument}, // without receive_progress
		// The callee has not announced the feature.
		{`{"runmode":"partition","rkey":"x"}`, wamp.ErrFeatureNotSupported},
		{`{"runmode":"all","receive_progress":true}`, wamp.ErrFeatureNotSupported},
	} {
		caller.refused(wamp.TypeCall, test.uri, `%s,"com.procedure",[1]`, test.options)
	}
	caller.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{"rkey":"x"},"com.nobody"`)
	caller.refused(wamp.TypeCall, wamp.ErrInvalidURI, `{"rkey":"x"},"com..nobody"`)
	caller.say(`[48,%d,{"rkey":"x"},"wamp.session.count"]`, caller.next())
	caller.hear(`[50,"*",{},[2]]`)
	callee.refused(wamp.TypeRegister, wamp.ErrInvalidArgument, `{"runmode":"some"},"com.sharded"`)
	callee.quiet()
	caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
	callee.hear(`[68,1,"*",{}]`)
}

func TestW161_ACallOfAllShardsHasAResultOfEach(t *testing.T) {
	onEachLink(t, router.Config{Realms: disclosingRealm}, func(t *testing.T, r *place) {
		callees, caller := r.shards(3, `{"invoke":"roundrobin"}`), r.join()
		other := r.join() // not announced: no shard
		other.register(`{"invoke":"roundrobin"}`, "com.sharded")
		request := caller.next()
		caller.say(`[48,%d,{"runmode":"all","receive_progress":true,"disclose_me":true},"com.sharded",[7],{"k":1}]`, request)
		for i, callee := range []*peer{callees[1], callees[2], callees[0]} {
			details := callee.hear(`[68,1,"*","*",[7],{"k":1}]`).dict(3)
			if len(details) != 3 || details["caller"] != int64(caller.id) {
				t.Errorf("details are %v", details)
			}
			callee.say(`[70,1,{"progress":true},["not asked for"]]`)
			callee.say(`[70,1,{},[%d],{"x":null}]`, i)
			if i < 2 {
				caller.hear(`[50,%d,{"progress":true},[%d],{"x":null}]`, request, i)
			} else {
				caller.hear(`[50,%d,{},[%d],{"x":null}]`, request, i)
			}
			callee.say(`[70,1,{},["once more"]]`)
			callee.quiet()
		}
		caller.quiet()
		other.quiet()
	})
}

// disclosingRealm is realm1 where callers may disclose themselves.
var disclosingRealm = []router.RealmConfig{{Name: "realm1", Disclose: router.Disclosure{Caller: true}}}

func TestW161_HowACallOfAllShardsEnds(t *testing.T) {
	interrupted := func(callees ...*peer) {
		t.Helper()
		for _, callee := range callees {
			callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
		}
	}
	for _, test := range []struct {
		name string
		// end ends the call, of which the first of three shards has answered.
		end func(caller *peer, callees []*peer, request wamp.ID)
	}{
		{"with an error", func(caller *peer, callees []*peer, request wamp.ID) {
			callees[1].say(`[8,68,1,{},"com.error",["x"]]`)
			caller.hear(`[8,48,%d,{},"com.error",["x"]]`, request)
			interrupted(callees[2])
		}},
		{"when a shard leaves", func(caller *peer, callees []*peer, request wamp.ID) {
			callees[2].say(`[6,{},"wamp.close.close_realm"]`)
			callees[2].hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			callees[2].conn.Close()
			caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, request)
			interrupted(callees[1])
			callees[2] = callees[1]
		}},
		{"when a shard is unavailable", func(caller *peer, callees []*peer, request wamp.ID) {
			callees[1].say(`[8,68,1,{},"wamp.error.unavailable"]`)
			caller.hear(`[8,48,%d,{},"wamp.error.unavailable"]`, request)
			interrupted(callees[2])
		}},
		{"with the last result", func(caller *peer, callees []*peer, request wamp.ID) {
			callees[2].say(`[70,1,{},["b"]]`)
			caller.hear(`[50,%d,{"progress":true},["b"]]`, request)
			callees[1].say(`[70,1,{}]`)
			caller.hear(`[50,%d,{}]`, request)
		}},
		{"by kill", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[49,%d,{"mode":"kill"}]`, request)
			caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, request)
			interrupted(callees[1:]...)
		}},
		{"by killnowait", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[49,%d,{}]`, request)
			caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, request)
			interrupted(callees[1:]...)
		}},
		{"by skip", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[49,%d,{"mode":"skip"}]`, request)
			caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, request)
		}},
		{"by an unknown mode", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[49,%d,{"mode":"x"}]`, request)
			caller.hear(`[8,48,%d,{},"wamp.error.invalid_argument","*"]`, request)
			interrupted(callees[1:]...)
		}},
		{"with its caller", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[6,{},"wamp.close.close_realm"]`)
			caller.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			interrupted(callees[1:]...)
			caller.hello("realm1", everyRole)
		}},
		{"by a violation", func(caller *peer, callees []*peer, request wamp.ID) {
			caller.say(`[48,%d,{},"com.sharded"]`, request)
			caller.hearViolation()
			interrupted(callees[1:]...)
			*caller = *callees[0] // for what comes below
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
				callees, caller := r.shards(3, `{"invoke":"first"}`), r.join()
				request := caller.next()
				caller.say(`[48,%d,{"runmode":"all","receive_progress":true},"com.sharded"]`, request)
				for _, callee := range callees {
					callee.hear(`[68,1,"*",{}]`)
				}
				callees[0].say(`[70,1,{},["done"]]`)
				caller.hear(`[50,%d,{"progress":true},["done"]]`, request)
				test.end(caller, callees, request)
				for _, callee := range callees { // what they say now is too late
					callee.say(`[70,1,{},["late"]]`)
					callee.quiet()
				}
				caller.quiet()
			})
		})
	}
}

func TestW161_ACallOfAllShardsTimesOut(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callees, caller := r.shards(2, `{"invoke":"first"}`), r.join()
		request := caller.next()
		caller.say(`[48,%d,{"runmode":"all","receive_progress":true,"timeout":1},"com.sharded"]`, request)
		caller.hear(`[8,48,%d,{},"wamp.error.timeout","*"]`, request)
		caller.quiet()
		for _, callee := range callees { // each has a clock of its own, or is told of the other's
			callee.hear(`[68,1,"*",{}]`)
			callee.hear(`[69,1,{"mode":"killnowait","reason":"*"}]`)
			callee.say(`[70,1,{},["late"]]`)
			callee.quiet()
		}
		caller.quiet()
	})
}

// A caller that serves its own call of all shards, and answers it, is not in its
// own way.
func TestW161_ACallerMayBeAShardItself(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callees := r.shards(2, `{"invoke":"last"}`)
		caller := callees[0]
		request := caller.next()
		caller.say(`[48,%d,{"runmode":"all","receive_progress":true},"com.sharded"]`, request)
		caller.hear(`[68,1,"*",{}]`)
		caller.say(`[70,1,{},["own"]]`)
		caller.hear(`[50,%d,{"progress":true},["own"]]`, request)
		callees[1].hear(`[68,1,"*",{}]`)
		callees[1].say(`[70,1,{},["other"]]`)
		caller.hear(`[50,%d,{},["other"]]`, request)
	})
}

func TestW161_AResultThatIsTooLargeEndsACallOfAllShards(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.CBOR})
	callees, caller := r.shards(2, `{"invoke":"last"}`), r.dialSmall(wamp.CBOR, 512).hello("realm1", everyRole)
	request := caller.next()
	caller.say(`[48,%d,{"runmode":"all","receive_progress":true},"com.sharded"]`, request)
	callees[0].hear(`[68,1,"*",{}]`)
	callees[0].say(`[70,1,{},[%q]]`, strings.Repeat("x", 600))
	caller.hear(`[8,48,%d,{},"wamp.error.payload_size_exceeded","*"]`, request)
	callees[1].hear(`[68,1,"*",{}]`)
	callees[1].hear(`[69,1,"*"]`)
	caller.quiet()
}

// Shards that do not keep up hold their caller back no longer than one of them.
func TestW161_ACallOfAllShardsFailsWithTheFirstThatDoesNotKeepUp(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	callees, caller, publisher := r.shards(3, `{"invoke":"first"}`), r.join(), r.join()
	for _, callee := range callees[:2] {
		callee.subscribe(`{}`, "com.topic")
	}
	for range 20 {
		publisher.publish("com.topic", filler)
	}
	request := caller.next()
	caller.say(`[48,%d,{"runmode":"all","receive_progress":true},"com.sharded"%s]`, request, filler)
	caller.hear(`[8,48,%d,{},"wamp.error.network_failure","*"]`, request)
	caller.quiet()
	callees[2].quiet() // was not asked
	awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == 1 && s.Sessions == 4 })
}
