package router_test

import (
	"testing"

	"github.com/wampkit/wampkit/router"
)

const traced = `{"_traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","_n":1,"_ab":1,"plain":1,"_list":[1],"_num":7%s}`

// Attributes that implementations may add travel with calls and events, so that, for
// example, a trace goes on at the callee. What is neither theirs nor known does not.
func TestCustomAttributesTravel(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{{Name: "realm1"}}}
	const told = `"_traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","_num":7`
	onEachLink(t, config, func(t *testing.T, r *place) {
		a, b := r.join(), r.join()
		b.register(`{"match":"prefix"}`, "com.test.")
		a.say(`[48,%d,`+traced+`,"com.test.x",[1]]`, a.next(), ``)
		b.hear(`[68,1,"*",{` + told + `,"procedure":"com.test.x"},[1]]`)
		a.say(`[48,%d,{},"com.test.x",[1]]`, a.next())
		b.hear(`[68,2,"*",{"procedure":"com.test.x"},[1]]`)

		b.subscribe(`{}`, "com.test.topic")
		a.say(`[16,%d,`+traced+`,"com.test.topic",[1]]`, a.next(), ``)
		b.hear(`[36,"*","*",{` + told + `},[1]]`)
		a.say(`[16,%d,`+traced+`,"com.test.retained",[1]]`, a.next(), `,"retain":true,"acknowledge":true`)
		a.hear(`[17,"*","*"]`)
		b.subscribe(`{"get_retained":true}`, "com.test.retained")
		b.hear(`[36,"*","*",{"retained":true},[1]]`)
	})
}

func TestCustomAttributesOfChunksAreToldOnce(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	const chunked = `{"roles":{"caller":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true}},"callee":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true}}}}`
	a, b := r.joinWith(chunked), r.joinWith(chunked)
	b.register(`{}`, "com.test.x")
	id := a.next()
	a.say(`[48,%d,{"progress":true,"_trace":"x"},"com.test.x",[1]]`, id)
	b.hear(`[68,1,"*",{"progress":true,"_trace":"x"},[1]]`)
	a.say(`[48,%d,{"progress":true},"com.test.x",[2]]`, id)
	b.hear(`[68,1,"*",{"progress":true},[2]]`)
}
