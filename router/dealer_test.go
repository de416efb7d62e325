package router_test

import (
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW076_W077_W079_RegisterAndUnregister(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, other := r.join(), r.join()
		registration := callee.register(`{}`, "com.procedure")
		callee.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{},"com.procedure"`)
		other.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{"invoke":"single","match":"exact"},"com.procedure"`)
		callee.say(`[66,%d,%d]`, callee.next(), registration)
		callee.hear(`[67,%d]`, callee.last)
		other.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"com.procedure"`)
		other.register(`{}`, "com.procedure")
	})
}

func TestW078_TheSameURIWithEveryMatchingPolicy(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee := r.join()
		exact := callee.register(`{}`, "com.procedure")
		prefix := callee.register(`{"match":"prefix"}`, "com.procedure")
		wildcard := callee.register(`{"match":"wildcard"}`, "com.procedure")
		if exact == prefix || prefix == wildcard || exact == wildcard {
			t.Errorf("ids %d, %d and %d are not distinct", exact, prefix, wildcard)
		}
	})
}

func TestW080_UnregisteringWhatIsNotHeld(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, other := r.join(), r.join()
		registration := callee.register(`{}`, "com.procedure")
		other.refused(wamp.TypeUnregister, wamp.ErrNoSuchRegistration, `%d`, registration)
		other.refused(wamp.TypeUnregister, wamp.ErrNoSuchRegistration, `12345`)
		other.say(`[48,%d,{},"com.procedure"]`, other.next())
		callee.hear(`[68,1,%d,{}]`, registration)
	})
}

func TestW081_NoSuchProcedure(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		r.join().refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"com.unknown",[1],{"a":2}`)
	})
}

func TestW082_W084_CallResultError(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		registration := callee.register(`{}`, "com.procedure")
		payloads := []string{``, `,["Hello",-1,1.5,null,[true],{"a":[]}]`, `,[],{"userid":123,"karma":10}`, `,[1],{"k":"v"}`}
		for i, payload := range payloads {
			caller.say(`[48,%d,{},"com.procedure"%s]`, caller.next(), payload)
			callee.hear(`[68,%d,%d,{}%s]`, 2*i+1, registration, payload)
			callee.say(`[70,%d,{}%s]`, 2*i+1, payload)
			caller.hear(`[50,%d,{}%s]`, caller.last, payload)

			caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
			callee.hear(`[68,%d,%d,{}]`, 2*i+2, registration)
			callee.say(`[8,68,%d,{},"com.myapp.error"%s]`, 2*i+2, payload)
			caller.hear(`[8,48,%d,{},"com.myapp.error"%s]`, caller.last, payload)
		}
		caller.quiet()
		callee.quiet()
	})
}

func TestW083_CallingOneself(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.register(`{}`, "com.procedure")
		p.say(`[48,%d,{},"com.procedure",["x"]]`, p.next())
		p.hear(`[68,1,"*",{},["x"]]`)
		p.say(`[70,1,{},["y"]]`)
		p.hear(`[50,%d,{},["y"]]`, p.last)
		p.say(`[48,%d,{},"com.procedure"]`, p.next())
		p.hear(`[68,2,"*",{}]`)
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, p.last)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	})
}

func TestW085_W091_TheCalleeLeavesDuringACall(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		ways := map[string]func(*peer){
			"transport loss": func(p *peer) { p.conn.Close() },
			"GOODBYE": func(p *peer) {
				p.say(`[6,{},"wamp.close.close_realm"]`)
				p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
			},
			"ABORT":     func(p *peer) { p.say(`[3,{},"com.had.enough"]`) },
			"violation": func(p *peer) { p.say(`[99]`) },
		}
		for name, leave := range ways {
			t.Run(name, func(t *testing.T) {
				callee, one, two := r.join(), r.join(), r.join()
				callee.register(`{}`, "com.procedure")
				one.say(`[48,%d,{},"com.procedure"]`, one.next())
				callee.hear(`[68,1,"*",{}]`)
				two.say(`[48,%d,{},"com.procedure"]`, two.next())
				callee.hear(`[68,2,"*",{}]`)
				leave(callee)
				one.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
				two.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
				one.quiet()
				two.quiet()
				one.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"com.procedure"`)
			})
		}
	})
}

func TestW086_W087_TheCallerLeavesDuringACall(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		told, untold := r.joinWith(cancelable), r.join()
		told.register(`{}`, "com.told")
		untold.register(`{}`, "com.untold")
		for i, leave := range []func(*peer){
			func(p *peer) { p.conn.Close() },
			func(p *peer) { p.say(`[6,{},"wamp.close.close_realm"]`) },
			func(p *peer) { p.say(`[3,{},"com.had.enough"]`) },
		} {
			caller := r.join()
			caller.say(`[48,1,{},"com.untold"]`)
			untold.hear(`[68,%d,"*",{}]`, i+1)
			caller.say(`[48,2,{},"com.told"]`)
			told.hear(`[68,%d,"*",{}]`, i+1)
			leave(caller)
			told.hear(`[69,%d,{"mode":"killnowait","reason":"wamp.error.canceled"}]`, i+1)
			told.say(`[8,68,%d,{},"wamp.error.canceled"]`, i+1)
			told.quiet()
			untold.quiet()
		}
	})
}

func TestW089_OnlyTheCalleeAnswers(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller, spoof := r.join(), r.join(), r.join()
		callee.register(`{}`, "com.procedure")
		spoof.register(`{}`, "com.spoof")
		caller.say(`[48,%d,{},"com.spoof"]`, caller.next()) // spoof was issued an invocation 1, too
		spoof.hear(`[68,1,"*",{}]`)
		spoof.say(`[70,1,{}]`)
		caller.hear(`[50,%d,{}]`, caller.last)

		caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
		callee.hear(`[68,1,"*",{}]`)
		spoof.say(`[70,1,{},["spoof"]]`)
		spoof.quiet()
		caller.quiet()
		callee.say(`[70,1,{},["genuine"]]`)
		caller.hear(`[50,%d,{},["genuine"]]`, caller.last-1)
	})
}

func TestW090_UnregisteringDoesNotCancel(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		registration := callee.register(`{}`, "com.procedure")
		caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[66,%d,%d]`, callee.next(), registration)
		callee.hear(`[67,%d]`, callee.last)
		callee.say(`[70,1,{},["done"]]`)
		caller.hear(`[50,%d,{},["done"]]`, caller.last)
	})
}

func TestMalformedErrorURIOfACallee(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
	callee.hear(`[68,1,"*",{}]`)
	callee.say(`[8,68,1,{},"something went wrong"]`)
	caller.hear(`[8,48,%d,{},"wamp.error.invalid_uri",["*"]]`, caller.last)
	callee.quiet()
}

func TestW127_W136_Cancel(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller, other := r.joinWith(cancelable), r.join(), r.join()
		callee.register(`{}`, "com.slow")
		var invocation wamp.ID
		call := func() {
			caller.say(`[48,%d,{},"com.slow"]`, caller.next())
			invocation = callee.hear(`[68,"*","*",{}]`).id(1)
		}
		canceled := func() { caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, caller.last) }

		call() // W127
		caller.say(`[49,%d,{"mode":"skip"}]`, caller.last)
		canceled()
		callee.quiet()

		call() // W128, answered by ERROR
		caller.say(`[49,%d,{"mode":"kill"}]`, caller.last)
		caller.say(`[49,%d,{"mode":"kill"}]`, caller.last)
		callee.hear(`[69,%d,{"mode":"kill","reason":"wamp.error.canceled"}]`, invocation)
		callee.say(`[8,68,%d,{},"wamp.error.canceled",["as you like"]]`, invocation)
		caller.hear(`[8,48,%d,{},"wamp.error.canceled",["as you like"]]`, caller.last)

		call() // W128, answered by YIELD
		caller.say(`[49,%d,{"mode":"kill"}]`, caller.last)
		callee.hear(`[69,%d,{"mode":"kill","reason":"wamp.error.canceled"}]`, invocation)
		callee.say(`[70,%d,{},["done anyway"]]`, invocation)
		caller.hear(`[50,%d,{},["done anyway"]]`, caller.last)

		for _, options := range []string{`{"mode":"killnowait"}`, `{}`} { // W129, W131
			call()
			caller.say(`[49,%d,%s]`, caller.last, options)
			canceled()
			callee.hear(`[69,%d,{"mode":"killnowait","reason":"wamp.error.canceled"}]`, invocation)
			callee.say(`[8,68,%d,{},"wamp.error.canceled"]`, invocation)
		}

		call() // W132
		caller.say(`[49,%d,{"mode":"x"}]`, caller.last)
		caller.hear(`[8,48,%d,{},"wamp.error.invalid_argument","*"]`, caller.last)
		callee.hear(`[69,%d,{"mode":"killnowait","reason":"wamp.error.canceled"}]`, invocation)

		call() // W133
		other.say(`[49,%d,{}]`, caller.last)
		other.say(`[49,4711,{"mode":"x"}]`)
		other.quiet()
		caller.say(`[49,%d,{}]`, caller.last-1)
		caller.quiet()
		callee.quiet()
		callee.say(`[70,%d,{}]`, invocation)
		caller.hear(`[50,%d,{}]`, caller.last-1)
	})
}

func TestW130_CancelWithoutInterruptIsSkip(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.slow")
	for _, mode := range []string{"skip", "kill", "killnowait"} {
		caller.say(`[48,%d,{},"com.slow"]`, caller.next())
		callee.hear(`[68,"*","*",{}]`)
		caller.say(`[49,%d,{"mode":%q}]`, caller.last, mode)
		caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, caller.last)
		callee.quiet()
	}
}

func TestW143_W146_DisclosingTheCaller(t *testing.T) {
	t.Run("allowed", func(t *testing.T) {
		config := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Disclose: router.Disclosure{Caller: true}}}}
		onEachLink(t, config, func(t *testing.T, r *place) {
			callee, caller := r.join(), r.join()
			callee.register(`{}`, "com.procedure")
			callee.register(`{"disclose_caller":true}`, "com.curious")
			caller.say(`[48,%d,{"disclose_me":true},"com.procedure"]`, caller.next())
			callee.hear(`[68,"*","*",{"caller":%d,"caller_authid":"*","caller_authrole":"anonymous"}]`, caller.id)
			caller.say(`[48,%d,{},"com.procedure"]`, caller.next())
			callee.hear(`[68,"*","*",{}]`)
			caller.say(`[48,%d,{},"com.curious"]`, caller.next())
			callee.hear(`[68,"*","*",{"caller":%d,"caller_authid":"*","caller_authrole":"anonymous"}]`, caller.id)
		})
	})
	t.Run("denied", func(t *testing.T) {
		r := start(t, router.Config{}, links[0])
		callee, caller := r.join(), r.join()
		callee.register(`{}`, "com.procedure")
		caller.refused(wamp.TypeCall, wamp.ErrDiscloseMeDisallowed, `{"disclose_me":true},"com.procedure"`)
		callee.refused(wamp.TypeRegister, wamp.ErrDiscloseMeDisallowed, `{"disclose_caller":true},"com.curious"`)
		callee.quiet()
	})
}

func TestW150_W151_W152_TheBestRegistrationIsCalled(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		var ids []wamp.ID
		for _, reg := range []struct{ match, uri string }{
			{"exact", "a1.b2.c3.d4.e55"},
			{"prefix", "a1.b2.c3"},
			{"prefix", "a1.b2.c3.d4"},
			{"wildcard", "a1.b2..d4.e5"},
			{"wildcard", "a1.b2.c33..e5"},
			{"wildcard", "a1.b2..d4.e5..g7"},
			{"wildcard", "a1.b2..d4..f6.g7"},
		} {
			ids = append(ids, callee.register(`{"match":"`+reg.match+`"}`, reg.uri))
		}
		for _, test := range []struct {
			uri  string
			want int
		}{
			{"a1.b2.c3.d4.e55", 1},
			{"a1.b2.c3.d98.e74", 2},
			{"a1.b2.c3.d4.e325", 3},
			{"a1.b2.c55.d4.e5", 4},
			{"a1.b2.c33.d4.e5", 5},
			{"a1.b2.c88.d4.e5.f6.g7", 6},
			{"a1.b2.c3x.whatever", 2}, // W148: a prefix is a plain string
		} {
			caller.say(`[48,%d,{},%q]`, caller.next(), test.uri)
			details := `{"procedure":"` + test.uri + `"}`
			if test.want == 1 {
				details = `{}`
			}
			callee.hear(`[68,"*",%d,%s]`, ids[test.want-1], details)
		}
		caller.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"a2.b2.c2.d2.e2"`)
		caller.refused(wamp.TypeCall, wamp.ErrInvalidURI, `{},"a1.b2.c3..x"`)
	})
}

func TestW153_W157_SharedRegistrations(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, test := range []struct {
			policy string
			want   []int // callee of each call, while all three serve
		}{
			{"roundrobin", []int{0, 1, 2, 0, 1}},
			{"first", []int{0, 0, 0}},
			{"last", []int{2, 2, 2}},
		} {
			t.Run(test.policy, func(t *testing.T) {
				uri := "com." + test.policy
				options := `{"invoke":"` + test.policy + `"}`
				caller := r.join()
				callees := []*peer{r.join(), r.join(), r.join()}
				var registration wamp.ID
				for i, callee := range callees {
					id := callee.register(options, uri)
					if i > 0 && id != registration {
						t.Errorf("W155: callee %d got registration %d, want %d", i, id, registration)
					}
					registration = id
				}
				callees[0].refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `%s,%q`, options, uri) // W157
				for _, other := range []string{`{}`, `{"invoke":"single"}`, `{"invoke":"random"}`} {         // W154
					caller.refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `%s,%q`, other, uri)
				}
				for _, want := range test.want {
					caller.say(`[48,%d,{},%q]`, caller.next(), uri)
					callees[want].hear(`[68,"*",%d,{}]`, registration)
				}
				for _, leaving := range []int{2, 0} { // W156: the rest takes over
					callees[leaving].say(`[66,%d,%d]`, callees[leaving].next(), registration)
					callees[leaving].hear(`[67,%d]`, callees[leaving].last)
				}
				caller.say(`[48,%d,{},%q]`, caller.next(), uri)
				callees[1].hear(`[68,"*",%d,{}]`, registration)
			})
		}
	})
}

func TestW156_RandomReachesEverybody(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	caller := r.join()
	callees := map[string]*peer{"a": r.join(), "b": r.join(), "c": r.join()}
	for _, callee := range callees {
		callee.register(`{"invoke":"random"}`, "com.random")
	}
	const calls = 300
	for range calls {
		caller.say(`[48,%d,{},"com.random"]`, caller.next())
	}
	caller.quiet()
	for name, callee := range callees {
		got := 0
		callee.say(`[34,1,1]`)
		for {
			m, err := callee.receive()
			if err != nil {
				t.Fatal(err)
			}
			if m.items[0] == int64(8) {
				break
			}
			got++
		}
		if got < calls/6 || got > calls/2 { // 7 standard deviations
			t.Errorf("callee %s got %d of %d calls", name, got, calls)
		}
	}
}

func TestW029_CallsCrossSerializers(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	payloads := []string{
		`,[0,-1,9223372036854775807,-9223372036854775808,18446744073709551615]`,
		`,[1.5,-2.25e-10,1e300,null,true,false]`,
		`,["","ü","a\u0000b","\ud83d\ude00","\u0000AAEC"]`,
		`,[[],{},[[[]]],{"a":{"b":[{"c":null}]}}],{"k":"v","empty":{}}`,
	}
	for _, calleeLink := range links {
		callee := r.joinBy(calleeLink)
		uri := "com.echo." + calleeLink.format.String()
		callee.register(`{}`, uri)
		for _, callerLink := range links {
			caller := r.joinBy(callerLink)
			for _, payload := range payloads {
				caller.say(`[48,%d,{},%q%s]`, caller.next(), uri, payload)
				invocation := callee.hear(`[68,"*","*",{}%s]`, payload).id(1)
				callee.say(`[70,%d,{}%s]`, invocation, payload)
				caller.hear(`[50,%d,{}%s]`, caller.last, payload)
			}
		}
	}
}

func TestLargePayloadsCrossSerializers(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	large := `,["` + strings.Repeat("x", 300<<10) + `",[` + strings.Repeat("1,", 10_000) + `2]]`
	callee, caller, subscriber := r.joinBy(link{"tcp", wamp.CBOR}), r.joinBy(link{"ws", wamp.JSON}), r.joinBy(link{"tcp", wamp.MsgPack})
	callee.register(`{}`, "com.large")
	subscriber.subscribe(`{}`, "com.topic")
	caller.say(`[48,1,{},"com.large"%s]`, large)
	callee.hear(`[68,1,"*",{}%s]`, large)
	callee.say(`[70,1,{}%s]`, large)
	caller.hear(`[50,1,{}%s]`, large)
	caller.say(`[48,2,{},"com.large"]`)
	callee.hear(`[68,2,"*",{}]`)
	callee.say(`[8,68,2,{},"com.error"%s]`, large)
	caller.hear(`[8,48,2,{},"com.error"%s]`, large)
	caller.publish("com.topic", large)
	subscriber.hear(`[36,"*","*",{}%s]`, large)
}
