package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// streaming is HELLO.Details of a client that sends and takes calls in chunks.
const streaming = `{"roles":{
	"caller":{"features":{"progressive_call_invocations":true}},
	"callee":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true}}}}`

func TestW114_ChunksMustBeAnnounced(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller := r.join()
		caller.say(`[48,1,{"progress":true},"com.any"]`)
		caller.hearViolation()
	})
}

func TestW115_TheCalleeMustTakeChunks(t *testing.T) {
	for _, test := range []struct {
		strict   bool
		features []wamp.Feature
		taken    bool
	}{
		{false, nil, false},
		{false, []wamp.Feature{wamp.FeatureCallCanceling}, false},
		{false, []wamp.Feature{wamp.FeatureProgressiveCallInvocations}, false},
		{false, []wamp.Feature{wamp.FeatureProgressiveCallInvocations, wamp.FeatureCallCanceling}, true},
		{true, []wamp.Feature{wamp.FeatureProgressiveCallInvocations}, false},
		{true, []wamp.Feature{wamp.FeatureProgressiveCallInvocations, wamp.FeatureCallCanceling}, true},
	} {
		r := start(t, router.Config{Realms: []router.RealmConfig{
			{Name: "realm1", Strict: router.Strict{Features: test.strict}},
		}}, links[0])
		callee, caller := r.joinWith(progressing(test.features...)), r.joinWith(streaming)
		callee.register(`{}`, "com.procedure")
		caller.say(`[48,1,{"progress":true},"com.procedure"]`)
		if test.taken {
			callee.hear(`[68,1,"*",{"progress":true}]`)
			continue
		}
		caller.hear(`[8,48,1,{},"wamp.error.feature_not_supported",["*"]]`)
		caller.say(`[48,1,{},"com.procedure"]`)
		caller.last = 1
		caller.quiet()
		callee.quiet()
	}
}

func TestACallInChunksGoesToACalleeThatTakesThem(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	unable, able, caller := r.join(), r.joinWith(streaming), r.joinWith(streaming)
	unable.register(`{"invoke":"first"}`, "com.procedure")
	able.register(`{"invoke":"first"}`, "com.procedure")
	caller.say(`[48,1,{"progress":true},"com.procedure"]`)
	able.hear(`[68,1,"*",{"progress":true}]`)
	unable.quiet()
}

func TestW116_W117_W118_W123_Chunks(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller, callee, other := r.joinWith(streaming), r.joinWith(streaming), r.joinWith(streaming)
		for _, p := range []*peer{callee, other} {
			p.register(`{"invoke":"roundrobin","match":"prefix"}`, "com")
		}
		caller.say(`[48,1,{"progress":true,"receive_progress":true},"com.a",[1]]`)
		callee.hear(`[68,1,"*",{"progress":true,"receive_progress":true,"procedure":"com.a"},[1]]`)
		caller.say(`[48,2,{"progress":true},"com.b",["b"]]`)
		other.hear(`[68,1,"*",{"progress":true,"procedure":"com.b"},["b"]]`)
		caller.say(`[48,1,{"progress":true,"timeout":1,"rkey":"x","_mine":3},"com.a",[],{"two":2}]`)
		callee.hear(`[68,1,"*",{"progress":true,"receive_progress":true,"procedure":"com.a"},[],{"two":2}]`)
		caller.say(`[48,1,{"progress":false},"com.a",[3]]`)
		callee.hear(`[68,1,"*",{"receive_progress":true,"procedure":"com.a"},[3]]`)
		caller.say(`[48,2,{},"com.b"]`)
		other.hear(`[68,1,"*",{"procedure":"com.b"}]`)
		callee.say(`[70,1,{},["done"]]`)
		caller.hear(`[50,1,{},["done"]]`)
		other.say(`[70,1,{}]`)
		caller.hear(`[50,2,{}]`)
	})
}

func TestW119_NewCallsCountOn(t *testing.T) {
	strict := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Strict: router.Strict{RequestIDs: true}}}}
	r := start(t, strict, links[1])
	callee := r.joinWith(streaming)
	callee.register(`{}`, "com.procedure")
	open := func() *peer {
		caller := r.joinWith(streaming)
		caller.say(`[48,1,{"progress":true},"com.procedure"]`)
		callee.hear(`[68,"*","*",{"progress":true}]`)
		caller.say(`[64,2,{},"com.bad uri"]`)
		caller.hear(`[8,64,2,{},"*","*"]`)
		caller.say(`[48,1,{"progress":true},"com.procedure"]`)
		callee.hear(`[68,"*","*",{"progress":true}]`)
		caller.say(`[48,3,{},"com.procedure"]`)
		callee.hear(`[68,"*","*",{}]`)
		return caller
	}
	for _, violation := range []string{
		`[48,5,{},"com.procedure"]`,                // a gap
		`[48,2,{"progress":true},"com.procedure"]`, // of something else
		`[48,3,{"progress":true},"com.procedure"]`, // of a call in one piece
	} {
		caller := open()
		caller.say("%s", violation)
		caller.hearViolation()
		callee.hear(`[69,"*","*"]`)
		callee.hear(`[69,"*","*"]`)
	}
	caller := open()
	caller.say(`[49,1,{"mode":"skip"}]`)
	caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
	caller.say(`[48,1,{"progress":true},"com.procedure"]`) // late
	caller.say(`[48,4,{},"com.procedure"]`)
	callee.hear(`[68,"*","*",{}]`)
}

func TestW119_LenientCallsCountUpward(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	caller, callee := r.joinWith(streaming), r.joinWith(streaming)
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,7,{"progress":true},"com.procedure"]`)
	callee.hear(`[68,1,"*",{"progress":true}]`)
	caller.say(`[48,100,{},"com.procedure"]`)
	callee.hear(`[68,2,"*",{}]`)
	caller.say(`[48,50,{},"com.procedure",["never a new call"]]`)
	caller.say(`[48,7,{},"com.procedure"]`)
	callee.hear(`[68,1,"*",{}]`)
	// Who has not announced chunks may use any id that is free.
	plain := r.join()
	for i, request := range []int{9, 3, 5} {
		plain.say(`[48,%d,{},"com.procedure"]`, request)
		callee.hear(`[68,%d,"*",{}]`, i+3)
	}
}

func TestW120_ACallInOnePieceIsNotContinued(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee := r.joinWith(streaming)
	callee.register(`{}`, "com.procedure")
	for i, again := range []string{
		`[48,1,{},"com.procedure"]`, `[48,1,{"progress":true},"com.procedure"]`, `[48,1,{},"com.other"]`,
	} {
		caller := r.joinWith(streaming)
		caller.say(`[48,1,{},"com.procedure"]`)
		callee.hear(`[68,%d,"*",{}]`, i+1)
		caller.say("%s", again)
		caller.hearViolation()
		callee.hear(`[69,%d,"*"]`, i+1)
	}
	caller := r.joinWith(streaming)
	caller.say(`[48,1,{"progress":true},"com.procedure"]`)
	callee.hear(`[68,4,"*",{"progress":true}]`)
	caller.say(`[48,1,{},"com.procedure"]`)
	callee.hear(`[68,4,"*",{}]`)
	caller.say(`[48,1,{},"com.procedure"]`) // beyond the last chunk
	caller.hearViolation()
}

func TestW121_W122_LateAndMisdirectedChunksAreDropped(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller, callee := r.joinWith(streaming), r.joinWith(streaming)
		callee.register(`{}`, "com.procedure")
		callee.register(`{}`, "com.other")
		caller.say(`[48,1,{"progress":true},"com.procedure"]`)
		callee.hear(`[68,1,"*",{"progress":true}]`)
		caller.say(`[48,1,{"progress":true},"com.other"]`)
		caller.say(`[48,1,{},"com.unknown"]`)
		callee.quiet()
		callee.say(`[8,68,1,{},"com.enough"]`)
		caller.hear(`[8,48,1,{},"com.enough"]`)
		caller.say(`[48,1,{"progress":true},"com.procedure"]`)
		caller.say(`[48,1,{},"com.procedure"]`)
		caller.last = 1
		caller.quiet()
		callee.quiet()
		caller.say(`[48,3,{"progress":true},"com.nobody"]`)
		caller.hear(`[8,48,3,{},"wamp.error.no_such_procedure","*"]`)
		caller.say(`[48,3,{},"com.nobody"]`)
		caller.last = 3
		caller.quiet()
	})
}

func TestW124_LeavingBetweenChunks(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	caller, callee := r.joinWith(streaming), r.joinWith(streaming)
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,1,{"progress":true},"com.procedure"]`)
	callee.hear(`[68,1,"*",{"progress":true}]`)
	caller.conn.Close()
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)

	caller = r.joinWith(streaming)
	caller.say(`[48,1,{"progress":true},"com.procedure"]`)
	callee.hear(`[68,2,"*",{"progress":true}]`)
	callee.conn.Close()
	caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
	caller.say(`[48,1,{},"com.procedure"]`)
	caller.last = 1
	caller.quiet()
}

func TestW125_TwoWayStream(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		caller, callee := r.joinWith(streaming), r.joinWith(streaming)
		callee.register(`{}`, "com.procedure")
		caller.say(`[48,1,{"progress":true,"receive_progress":true},"com.procedure",[0]]`)
		callee.hear(`[68,1,"*",{"progress":true,"receive_progress":true},[0]]`)
		for i := range 5 {
			callee.say(`[70,1,{"progress":true},[%d]]`, i)
			caller.hear(`[50,1,{"progress":true},[%d]]`, i)
			caller.say(`[48,1,{"progress":true},"com.procedure",[%d]]`, i)
			callee.hear(`[68,1,"*",{"progress":true,"receive_progress":true},[%d]]`, i)
		}
		callee.say(`[70,1,{},["enough"]]`)
		caller.hear(`[50,1,{},["enough"]]`)
		caller.say(`[48,1,{},"com.procedure"]`)
		callee.quiet()
	})
}

func TestAChunkTooLargeForTheCalleeEndsTheCall(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.CBOR})
	callee, caller := r.dialSmall(wamp.CBOR, 512).hello("realm1", streaming), r.joinWith(streaming)
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,1,{"progress":true},"com.procedure"]`)
	callee.hear(`[68,1,"*",{"progress":true}]`)
	caller.say(`[48,1,{"progress":true},"com.procedure"%s]`, filler)
	caller.hear(`[8,48,1,{},"wamp.error.payload_size_exceeded",["*"]]`)
	callee.hear(`[69,1,{"mode":"killnowait","reason":"wamp.error.canceled"}]`)
	caller.say(`[48,1,{},"com.procedure"]`)
	caller.last = 1
	caller.quiet()
	callee.quiet()
}
