package conformance

import (
	"bytes"
	"slices"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// passedThru is what most cases of this chapter need.
var passedThru = announced("dealer.payload_passthru_mode", "broker.payload_passthru_mode")

// sealed are the options of a payload that is none of the router's business.
var sealed = d{"ppt_scheme": "wamp", "ppt_serializer": "cbor", "ppt_cipher": "xsalsa20poly1305", "ppt_keyid": "GTtQ37XGJO2O4R8Dvx4AUo8pe61D9evIWpKGQAPdOh0="}

// secret is the payload: octets that are no value in any serializer.
var secret = []byte{0xC1, 0xFF, 0x00, 0x1C, 0x7B}

var passthru = Chapter{Title: "Payload passthru", Cases: []Case{
	{
		ID: "W227", Level: Must, Spec: "a/payload_passthru_mode", Links: everyLink,
		Rule:  "A payload that is marked by a `ppt_scheme` is one byte string, else the request is refused. The `ppt_*` options go with it: from CALL to INVOCATION, YIELD to RESULT, ERROR to ERROR and PUBLISH to EVENT.",
		Needs: passedThru,
		Test: func(t *T) {
			caller, callee := t.Peer(complete), t.Peer(complete)
			callee.Register("com.procedure")
			callee.Subscribe("com.topic")
			for _, options := range []d{sealed, {"ppt_scheme": "mqtt"}, {"ppt_scheme": "x_my_ppt", "ppt_serializer": "native"}} {
				caller.Send(48, next, options, "com.procedure", l{secret})
				invocation := callee.Expect(68, anID, anID, options, l{secret}).ID(1)
				callee.Send(70, invocation, options, l{secret})
				caller.Expect(50, last, options, l{secret})
				caller.Send(48, next, options, "com.procedure", l{secret})
				callee.Send(8, 68, callee.Invoked(secret), options, "com.error", l{secret})
				caller.Expect(8, 48, last, options, "com.error", l{secret})
				caller.Send(16, next, options, "com.topic", l{secret})
				callee.Expect(36, anID, anID, options, l{secret})
			}
			for _, payload := range []l{{}, {l{}}, {l{"text"}}, {l{secret, secret}}, {l{secret}, d{"a": 1}}, {l{l{secret}}}} {
				caller.Refused("wamp.error.invalid_argument", 48, append(l{sealed, "com.procedure"}, payload...)...)
				caller.Refused("wamp.error.invalid_argument", 16, append(l{merged([]d{sealed, {"acknowledge": true}}), "com.topic"}, payload...)...)
			}
			callee.ExpectNothing()
			caller.Send(48, next, d{"ppt_scheme": ""}, "com.procedure", l{"plain", 1}, d{"a": 1})
			callee.Yield(callee.Expect(68, anID, anID, d{}, l{"plain", 1}, d{"a": 1}).ID(1))
			caller.Expect(50, last, d{})
		},
	},
	{
		ID: "W228", Level: Must, Spec: "a/payload_passthru_mode",
		Rule:  "A caller, publisher or callee that uses passthru without having announced it breaks the protocol.",
		Needs: passedThru,
		Test: func(t *T) {
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			callee.Subscribe("com.topic")
			t.Violates(48, 1, sealed, "com.procedure", l{secret})
			t.Violates(16, 1, sealed, "com.topic", l{secret})
			t.Violates(16, 1, merged([]d{sealed, {"acknowledge": true}}), "com.topic", l{secret})
			callee.ExpectNothing()
			plain, caller := t.Peer(), t.Peer(complete)
			plain.Register("com.plain")
			caller.Send(48, next, d{}, "com.plain")
			plain.Send(70, plain.Invoked(), sealed, l{secret})
			plain.ExpectViolation()
			caller.ExpectError(48, last, "wamp.error.canceled")
		},
	},
	{
		ID: "W229", Level: Must, Spec: "a/payload_passthru_mode",
		Rule:  "Where the other end of the call has not announced it, passthru fails with `wamp.error.feature_not_supported`: for the caller, and for the callee, whose caller gets an ERROR too.",
		Needs: passedThru,
		Test: func(t *T) {
			caller, plain := t.Peer(complete), t.Peer()
			plain.Register("com.plain")
			caller.Refused("wamp.error.feature_not_supported", 48, sealed, "com.plain", l{secret})
			plain.ExpectNothing()
			callee := t.Peer(complete)
			callee.Register("com.procedure")
			plain.Send(48, next, d{}, "com.procedure")
			invocation := callee.Invoked()
			callee.Send(70, invocation, sealed, l{secret})
			callee.Expect(8, 68, invocation, aDict, "wamp.error.feature_not_supported", rest)
			plain.ExpectError(48, last, aString)
			plain.ExpectNothing()
		},
	},
	{
		ID: "W230", Level: Derived, Spec: "a/payload_passthru_mode", Links: everyRawSocket,
		Rule: "Options of passthru that are no strings are a protocol violation, in every message, and harm nobody else.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, option := range []string{"ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"} {
				for _, value := range []any{5, true, l{}, d{}, []byte{1}} {
					options := merged([]d{{"ppt_scheme": "x"}, {option: value}})
					if octets, ok := value.([]byte); ok && t.link.Format == wamp.JSON && len(octets) > 0 {
						continue // is a string in JSON
					}
					for _, message := range []l{{48, 1, options, "com.procedure", l{secret}}, {16, 1, options, "com.topic", l{secret}}, {70, 1, options, l{secret}}, {8, 68, 1, options, "com.error", l{secret}}} {
						p := t.Peer(complete)
						p.Send(message...)
						p.ExpectViolation()
					}
				}
			}
			canary.Sing()
		},
	},
	{
		ID: "W231", Level: Must, Spec: "a/payload_passthru_mode, a/serialization_binary_json", Links: everyLink,
		Rule:  "The router does not look into the payload: the octets arrive as they are, at JSON peers as U+0000 and base64.",
		Needs: passedThru,
		Test: func(t *T) {
			p := t.Peer(complete)
			all := make([]byte, 256)
			for i := range all {
				all[i] = byte(i)
			}
			for _, link := range everyRawSocket {
				other := t.Peer(complete, over(link))
				other.Register("com.procedure")
				for _, octets := range [][]byte{secret, all, {}, []byte(`{"args":[1]}`), bytes.Repeat([]byte{0}, 100_000)} {
					p.Send(48, next, sealed, "com.procedure", l{octets})
					other.Send(70, other.Expect(68, anID, anID, sealed, l{octets}).ID(1), sealed, l{octets})
					p.Expect(50, last, sealed, l{octets})
				}
				other.Leave()
			}
		},
	},
}}

var reflectionLimits = Chapter{Title: "Reflection, limits and failures", Cases: []Case{
	{
		ID: "W232", Level: Optional, Spec: "a/interface_reflection",
		Rule:  "`wamp.reflection.*` describes topics, procedures and errors.",
		Later: "reflection is a later issue",
	},
	{
		ID: "W233", Level: Must, Spec: "b/uri_reference", Links: everyRawSocket,
		Rule: "What is too long for its receiver fails with `wamp.error.payload_size_exceeded` where there is somebody to tell: the caller of a call that its callee cannot take, or whose result it cannot take itself.",
		Test: func(t *T) {
			small, large := t.Peer(taking(0)), t.Peer()
			long := bytes.Repeat([]byte("x"), 600)
			small.Register("com.small")
			large.Register("com.large")
			large.Refused("wamp.error.payload_size_exceeded", 48, d{}, "com.small", l{long})
			small.ExpectNothing()
			small.Serves(large, "com.small")

			for _, answer := range []func(invocation int64){
				func(i int64) { large.Yield(i, long) },
				func(i int64) { large.Send(8, 68, i, d{}, "com.error", l{long}) },
			} {
				small.Send(48, next, d{}, "com.large")
				answer(large.Invoked())
				small.ExpectError(48, last, "wamp.error.payload_size_exceeded")
			}
			progressive := t.Peer(taking(0), announcing("caller.progressive_call_results"))
			able := t.Peer(progressing)
			able.Register("com.able")
			progressive.Send(48, next, d{"receive_progress": true}, "com.able")
			invocation := able.Invoked()
			able.Send(70, invocation, d{"progress": true}, l{long})
			progressive.ExpectError(48, last, "wamp.error.payload_size_exceeded")
			able.Yield(invocation)
			progressive.ExpectNothing()
		},
	},
	{
		ID: "W234", Level: Must, Spec: "a/uris", Links: everyRawSocket,
		Router: []Option{limited(func(l *router.Limits) {
			l.OutboundQueue, l.StallTimeout, l.Linger = 64<<10, 20*time.Millisecond, 20*time.Millisecond
		})},
		Rule: "A call whose callee takes nothing any more fails with `wamp.error.network_failure`.",
		Test: func(t *T) {
			callee, caller := t.Peer(), t.Peer()
			callee.Register("com.procedure")
			ballast := bytes.Repeat([]byte("x"), 16<<10)
			for !slices.ContainsFunc(caller.inbox, isNetworkFailure) {
				for range 20 {
					caller.Send(48, next, d{}, "com.procedure", l{ballast})
				}
				caller.RoundTrip()
				if caller.sequence > 50_000 {
					t.Fatalf("after %d calls, %d of them answered, there is no failure", caller.sequence, len(caller.inbox))
				}
			}
			caller.inbox = nil
			t.Peer().ExpectNothing()
		},
	},
}}

func isNetworkFailure(m Message) bool {
	return match(l{8, 48, anID, aDict, "wamp.error.network_failure", rest}, m.items) == ""
}
