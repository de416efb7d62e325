package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// sealing is HELLO.Details of a client that uses payload passthru mode.
const sealing = `{"roles":{
	"caller":{"features":{"payload_passthru_mode":true,"progressive_call_invocations":true}},
	"callee":{"features":{"payload_passthru_mode":true,"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true}},
	"publisher":{"features":{"payload_passthru_mode":true}},
	"subscriber":{"features":{"payload_passthru_mode":true}}}}`

const sealed = `"ppt_scheme":"wamp","ppt_serializer":"cbor","ppt_cipher":"aes256gcm","ppt_keyid":"key"`

func TestW227_W231_PayloadsPassThrough(t *testing.T) {
	for _, others := range []link{{"tcp", wamp.JSON}, {"tcp", wamp.CBOR}, {"ws", wamp.MsgPack}} {
		onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
			caller, callee := r.joinWith(sealing), r.dialBy(others).hello("realm1", sealing)
			callee.register(`{}`, "com.procedure")
			callee.subscribe(`{}`, "com.topic")
			caller.say(`[48,%d,{%s},"com.procedure",["\u0000/wDB"]]`, caller.next(), sealed)
			callee.hear(`[68,1,"*",{%s},["\u0000/wDB"]]`, sealed)
			callee.say(`[70,1,{%s},["\u0000"]]`, sealed)
			caller.hear(`[50,%d,{%s},["\u0000"]]`, caller.last, sealed)
			caller.say(`[48,%d,{"ppt_scheme":"mqtt"},"com.procedure",["\u0000/wDB"],{}]`, caller.next())
			callee.hear(`[68,2,"*",{"ppt_scheme":"mqtt"},["\u0000/wDB"]]`)
			callee.say(`[8,68,2,{%s},"com.error",["\u0000/wDB"]]`, sealed)
			caller.hear(`[8,48,%d,{%s},"com.error",["\u0000/wDB"]]`, caller.last, sealed)
			caller.say(`[16,%d,{%s},"com.topic",["\u0000/wDB"]]`, caller.next(), sealed)
			callee.hear(`[36,"*","*",{%s},["\u0000/wDB"]]`, sealed)

			// Without a scheme the other attributes mean nothing.
			caller.say(`[48,%d,{"ppt_scheme":"","ppt_keyid":"x"},"com.procedure",[1,2]]`, caller.next())
			callee.hear(`[68,3,"*",{},[1,2]]`)
			callee.say(`[70,3,{"ppt_keyid":"x"},[1]]`)
			caller.hear(`[50,%d,{},[1]]`, caller.last)
		})
	}
}

func TestW228_UnannouncedPassthruIsAViolation(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	caller, callee := r.joinWith(sealing), r.join()
	for _, message := range []string{
		`[48,1,{"ppt_scheme":"x"},"com.procedure",["\u0000"]]`, `[16,1,{"ppt_scheme":"x"},"com.topic",["\u0000"]]`,
		`[70,1,{"ppt_scheme":"x"},["\u0000"]]`, `[8,68,1,{"ppt_scheme":"x"},"com.error",["\u0000"]]`,
	} {
		p := r.join()
		p.say("%s", message)
		p.hearViolation()
	}
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
	callee.hear(`[68,1,"*",{}]`)
	callee.say(`[70,1,{"ppt_scheme":"x"},["\u0000"]]`)
	callee.hearViolation()
	caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, caller.last)
}

func TestW229_PassthruToPeersWithoutIt(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		able, plain := r.joinWith(sealing), r.join()
		plain.register(`{}`, "com.plain")
		able.refused(wamp.TypeCall, wamp.ErrFeatureNotSupported, `{"ppt_scheme":"x"},"com.plain",["\u0000"]`)
		plain.quiet()
		able.register(`{}`, "com.able")
		for i, options := range []string{`{"ppt_scheme":"x"}`, `{"ppt_scheme":"x","progress":true}`} {
			plain.say(`[48,%d,{"receive_progress":true},"com.able"]`, plain.next())
			able.hear(`[68,%d,"*",{"receive_progress":true}]`, i+1)
			able.say(`[70,%d,%s,["\u0000"]]`, i+1, options)
			able.hear(`[8,68,%d,{},"wamp.error.feature_not_supported",["*"]]`, i+1)
			plain.hear(`[8,48,%d,{},"wamp.error.feature_not_supported",["*"]]`, plain.last)
		}
		plain.say(`[48,%d,{},"com.able"]`, plain.next())
		able.hear(`[68,3,"*",{}]`)
		able.say(`[8,68,3,{"ppt_scheme":"x"},"com.error",["\u0000"]]`)
		plain.hear(`[8,48,%d,{},"com.error"]`, plain.last)
		plain.quiet()
		able.quiet()
	})
}

func TestASealedPayloadIsOneByteString(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, callee := r.joinWith(sealing), r.joinWith(sealing)
		callee.register(`{}`, "com.procedure")
		for _, payload := range []string{
			``, `,[]`, `,["text"]`, `,[1]`, `,["\u0000","\u0000"]`, `,["\u0000",1]`, `,["\u0000"],{"a":1}`, `,[["\u0000"]]`, `,[null]`,
		} {
			p.refused(wamp.TypeCall, wamp.ErrInvalidArgument, `{"ppt_scheme":"x"},"com.procedure"%s`, payload)
			p.refused(wamp.TypePublish, wamp.ErrInvalidArgument, `{"ppt_scheme":"x","acknowledge":true},"com.topic"%s`, payload)
		}
		callee.quiet()
		p.say(`[48,%d,{},"com.procedure"]`, p.next())
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[70,1,{"ppt_scheme":"x"},[1]]`)
		p.hear(`[8,48,%d,{},"wamp.error.invalid_argument",["*"]]`, p.last)

		p.say(`[48,%d,{"ppt_scheme":"x","progress":true},"com.procedure",["\u0000"]]`, p.next())
		callee.hear(`[68,2,"*",{"ppt_scheme":"x","progress":true},["\u0000"]]`)
		p.say(`[48,%d,{},"com.procedure",[1]]`, p.last)
		p.hear(`[8,48,%d,{},"wamp.error.invalid_argument",["*"]]`, p.last)
		callee.hear(`[69,2,"*"]`)
	})
}
