package conformance

import (
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

var messages = Chapter{Title: "Messages and serialization", Cases: []Case{
	{
		ID: "W014", Level: Must, Spec: "b/messages, b/building_blocks", Links: everyRawSocket,
		Rule: "A message is a list that begins with an integer, its type.",
		Test: func(t *T) {
			for _, value := range []any{l{}, d{}, "x", 17, nil, true, 1.5, l{true}, l{"1"}, l{nil}, l{l{32}}, l{d{}}, l{32.5}, l{-32, 1, d{}, "a"}, l{"SUBSCRIBE", 1, d{}, "a"}} {
				t.ViolatesBy(t.encoded(value))
			}
		},
	},
	{
		ID: "W015", Level: Must, Spec: "b/building_blocks", Links: everyRawSocket,
		Rule: "A type that is not defined is a protocol violation.",
		Test: func(t *T) {
			for _, code := range []any{0, 7, 9, 15, 18, 31, 37, 47, 51, 63, 71, 99, 255, 1024, 65536 + 32, int64(1) << 40, uint64(1) << 63} {
				t.Violates(code)
				t.Violates(code, 1, d{}, "com.topic")
			}
		},
	},
	{
		ID: "W016", Level: Ambiguous, Spec: "b/messages",
		Rule: "The types 256 to 1023 are for extensions, of which we define none: they are a protocol violation too.",
		Test: func(t *T) {
			for _, code := range []int{256, 300, 337, 1023} {
				t.Violates(code)
				t.Violates(code, d{})
			}
		},
	},
	{
		ID: "W017", Level: Must, Spec: "b/building_blocks, b/messages", Links: everyLink,
		Rule: "A message with too few or too many elements, or with one of a wrong type, is a protocol violation: no panic, no silence, and nobody else notices.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, message := range wrongForms() {
				t.Violates(message...)
				canary.Sing()
			}
			roles := d{"roles": d{"caller": d{}}}
			for _, hello := range []l{{1}, {1, "realm1"}, {1, 5, roles}, {1, nil, roles}, {1, "realm1", l{}}, {1, "realm1", "x"}, {1, roles, "realm1"}, {1, "realm1", roles, 1}} {
				early := t.Connect()
				early.Send(hello...)
				early.ExpectViolation()
				canary.Sing()
			}
			p := t.Peer() // what some clients append, and nothing else
			p.Send(34, next, p.Subscribe("com.topic"), d{"_mine": 1})
			p.Expect(35, last)
			p.Send(66, next, p.Register("com.procedure"), d{})
			p.Expect(67, last)
		},
	},
	{
		ID: "W018", Level: Must, Spec: "b/messages",
		Rule: "What type an element has depends on the message's type and length alone: an argument list is not moved up for options that are left out.",
		Test: func(t *T) {
			for _, message := range []l{
				{48, 1, "com.procedure"}, {48, 1, "com.procedure", l{1}}, {48, 1, d{}, l{1}}, {48, 1, d{}, "com.procedure", d{"a": 1}},
				{16, 1, "com.topic"}, {16, 1, "com.topic", l{1}}, {16, 1, d{}, "com.topic", d{"a": 1}},
				{32, 1, "com.topic"}, {32, "com.topic"}, {64, 1, "com.procedure"}, {64, "com.procedure"}, {66, "com.procedure"}, {34, 1, "com.topic"},
				{6, "wamp.close.close_realm"}, {6, "wamp.close.close_realm", d{}}, {3, "com.reason"},
			} {
				t.Violates(message...)
			}
		},
	},
	{
		ID: "W019", Level: Must, Spec: "b/messages", Links: everyRawSocket,
		Rule: "An option has its own type: an integer is no bool, a string no list. What else is there is a protocol violation; null alone counts as absent.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, message := range wrongOptions() {
				t.Violates(message...)
			}
			t.takesNulls()
			for _, details := range []d{
				{"roles": d{"callee": d{"features": d{"call_canceling": 1}}}}, {"roles": d{"callee": d{"features": true}}}, {"agent": 5}, {"authid": 5},
				{"authmethods": "anonymous"}, {"authmethods": l{5}}, {"authextra": l{}},
			} {
				p := t.Connect()
				p.Send(1, "realm1", merged([]d{{"roles": d{"caller": d{}}}, details}))
				p.ExpectViolation()
			}
			canary.Sing()
		},
	},
	{
		ID: "W020", Level: Must, Spec: "b/messages", Links: everyRawSocket,
		Rule: "Keys of dictionaries are strings: any other is a protocol violation. Keys are unique: of one that comes twice the last counts, and nothing breaks.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, frame := range oddKeys[t.link.Format] {
				t.ViolatesBy([]byte(frame))
				canary.Sing()
			}
			p, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("com.topic")
			p.SendFrame([]byte(doubleKeys[t.link.Format])) // PUBLISH with acknowledge false and true, and kwargs a 1 and 2
			p.Expect(17, 1, anID)
			subscriber.Expect(36, anID, anID, d{}, l{}, containing(d{"a": 2}))
			canary.Sing()
		},
	},
	{
		ID: "W021", Level: Must, Spec: "b/messages", Links: everyLink,
		Rule: "Attributes that are not known are ignored, in the options and details of every message.",
		Test: func(t *T) {
			unknown := d{"foo": 1, "_mine_x": d{"a": l{1, d{"b": nil}}}, "x_cb_y": "z", "ü": l{}}
			with := func(options d) d { return merged([]d{unknown, options}) }
			p := t.Connect()
			p.Send(1, "realm1", with(d{"roles": d{"wizard": d{}, "caller": with(d{"features": with(d{"flying": true})})}}))
			p.Expect(2, anID, aDict)
			callee := t.Peer(interruptible)
			callee.Send(64, next, with(d{}), "com.procedure")
			callee.Expect(65, last, anID)
			p.Send(32, next, with(d{}), "com.topic")
			subscription := p.Expect(33, last, anID).ID(2)
			p.Send(16, next, with(d{"acknowledge": true, "exclude_me": false}), "com.topic")
			p.Expect(36, subscription, anID, d{})
			p.Expect(17, last, anID)

			p.Send(48, next, with(d{}), "com.procedure")
			invocation := callee.Expect(68, anID, anID, d{}).ID(1)
			callee.Send(70, invocation, with(d{}))
			p.Expect(50, last, d{})
			p.Send(48, next, with(d{}), "com.procedure")
			invocation = callee.Expect(68, anID, anID, d{}).ID(1)
			p.Send(49, last, with(d{"mode": "kill"}))
			callee.Expect(69, invocation, aDict)
			callee.Send(8, 68, invocation, with(d{}), "com.error")
			p.Expect(8, 48, last, d{}, "com.error")
			p.Send(6, with(d{}), "wamp.close.close_realm")
			p.Expect(6, aDict, "wamp.close.goodbye_and_out")
		},
	},
	{
		ID: "W022", Level: Must, Spec: "b/messages",
		Rule: "Attributes that the router sends match `[a-z][a-z0-9_]{2,}`, or `_[a-z0-9_]{3,}` if they are its own. (Checked on everything the suite ever hears.)",
		Test: func(t *T) {
			for key, allowed := range map[string]bool{
				"progress": true, "caller_authid": true, "a1_": true, "_abc": true, "_x_y": true,
				"x-y": false, "ab": false, "_ab": false, "Caller": false, "1ab": false, "": false,
			} {
				_, err := Inspect(wamp.JSON, []byte(`[50,1,{"`+key+`":1}]`))
				if (err == nil) != allowed {
					t.Errorf("%q: %v", key, err)
				}
			}
			welcome := t.Peer(complete).Welcome
			if err := checkAttributes(welcome); err != nil || len(welcome) == 0 {
				t.Errorf("WELCOME.Details %s: %v", written(welcome), err)
			}
		},
	},
	{
		ID: "W023", Level: Should, Spec: "b/messages", Links: everyLink,
		Rule: "The router sends no empty arguments; keyword arguments have an argument list before them, even an empty one.",
		Test: func(t *T) { t.payloads(payloadForms...) },
	},
	{
		ID: "W024", Level: Derived, Spec: "b/messages",
		Rule: "Absent and empty arguments are the same: a peer may send either.",
		Test: func(t *T) {
			t.payloads(payloadForms[:3]...)
			p := t.Peer()
			for _, tail := range []l{{}, {l{}}, {l{}, d{}}} {
				p.Send(append(l{48, next, d{}, "com.unknown"}, tail...)...)
				p.ExpectError(48, last, "wamp.error.no_such_procedure")
			}
		},
	},
	{
		ID: "W025", Level: Must, Spec: "b/building_blocks", Links: everyRawSocket,
		Rule: "Octets that cannot be decoded are a protocol violation: truncated, trailing, too deeply nested, of giant declared lengths, no UTF-8.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, frame := range undecodable[t.link.Format] {
				t.ViolatesBy([]byte(frame))
				canary.Sing()
			}
		},
	},
	{
		ID: "W026", Level: Must, Spec: "b/building_blocks", Links: everyWebSocket,
		Rule: "JSON travels in text frames, MsgPack and CBOR in binary frames: the other kind ends the connection. (That the router keeps to it is checked on every frame.)",
		Test: func(t *T) {
			wrong := map[byte]byte{opText: opBinary, opBinary: opText}
			first := t.Connect()
			web := first.wire.(*WebWire)
			web.sendFrame(WebFrame{opcode: wrong[web.opcode], payload: first.encode(l{1, "realm1", d{"roles": d{"caller": d{}}}})})
			first.ExpectFault(1003, 1007)
			later := t.Peer()
			web = later.wire.(*WebWire)
			web.sendFrame(WebFrame{opcode: wrong[web.opcode], payload: later.encode(l{32, 1, d{}, "com.topic"})})
			later.ExpectFault(1003, 1007)
		},
	},
	{
		ID: "W027", Level: Must, Spec: "b/building_blocks", Links: msgpackLinks,
		Rule: "MsgPack is that of version 5, in which strings and byte strings differ: each stays what it is.",
		Test: func(t *T) {
			t.echoes(l{[]byte{0, 1, 2, 0xff}, "\x00\x01\x02", []byte{}, "", d{"b": []byte("text"), "s": "text"}})
		},
	},
	{
		ID: "W028", Level: Must, Spec: "a/serialization_binary_json", Links: everyLink,
		Rule: "A byte string in JSON is a string of U+0000 and base64, on the way in and on the way out.",
		Test: func(t *T) {
			octets := []byte{0x10, 0xe3, 0xff, 0x90, 0x53, 0x07, 0x5c, 0x52, 0x6f, 0x5f, 0xc0, 0x6d, 0x4f, 0xe3, 0x7c, 0xdb}
			const inJSON = `"\u0000EOP/kFMHXFJvX8BtT+N82w=="` // the specification's example
			p, web := t.Peer(), t.Peer(over(Link{WebSocket, wamp.JSON}))
			binary := []*Peer{t.Peer(over(Link{RawSocket, wamp.MsgPack})), t.Peer(over(Link{WebSocket, wamp.CBOR}))}
			for _, subscriber := range append(binary, web) {
				subscriber.Subscribe("com.octets")
			}
			hear := func() {
				for _, subscriber := range binary {
					subscriber.Expect(36, anID, anID, d{}, l{octets})
				}
				if event := web.Expect(36, anID, anID, d{}, l{octets}); !strings.HasSuffix(event.text, "["+inJSON+"]]") {
					t.Errorf("the JSON subscriber heard %s", event.text)
				}
			}
			p.Publish("com.octets", octets)
			hear()
			other := t.Peer(over(Link{WebSocket, wamp.JSON}))
			other.SendFrame([]byte(`[16,1,{},"com.octets",[` + inJSON + `]]`))
			hear()
		},
	},
	{
		ID: "W029", Level: Derived, Spec: "b/building_blocks", Links: everyLink,
		Rule: "Payloads arrive as they were sent, whatever the serializers of the two ends; JSON with a lone surrogate is refused.",
		Test: func(t *T) {
			t.echoes(valuesOfEveryKind)
			if t.link.Format == wamp.JSON {
				t.ViolatesBy([]byte(`[48,1,{},"com.procedure",["\ud800"]]`))
				t.ViolatesBy([]byte(`[48,1,{},"com.procedure",["\udc00\ud800"]]`))
			}
		},
	},
	{
		ID: "W030", Level: Should, Spec: "b/building_blocks", Links: everyLink,
		Rule: "The router speaks JSON, MsgPack and CBOR over WebSocket and RawSocket, and peers on different ones reach each other.",
		Test: func(t *T) {
			p := t.Peer()
			subscription := p.Subscribe("com.topic")
			for _, link := range everyLink {
				t.Peer(over(link)).Publish("com.topic", link.String())
				p.Expect(36, subscription, anID, d{}, l{link.String()})
			}
		},
	},
	{
		ID: "W031", Level: Derived, Spec: "interoperability", Links: append(msgpackLinks[:2:2], cborLinks...),
		Rule: "The router writes integers in their shortest form: clients in the field take wider ones for something else.",
		Test: func(t *T) {
			for _, test := range []struct {
				request int64
				inside  map[wamp.Format]string // SUBSCRIBED, up to the subscription's id
			}{
				{7, map[wamp.Format]string{wamp.MsgPack: "\x93\x21\x07", wamp.CBOR: "\x83\x18\x21\x07"}},
				{200, map[wamp.Format]string{wamp.MsgPack: "\x93\x21\xcc\xc8", wamp.CBOR: "\x83\x18\x21\x18\xc8"}},
				{1 << 15, map[wamp.Format]string{wamp.MsgPack: "\x93\x21\xcd\x80\x00", wamp.CBOR: "\x83\x18\x21\x19\x80\x00"}},
				{1 << 31, map[wamp.Format]string{wamp.MsgPack: "\x93\x21\xce\x80\x00\x00\x00", wamp.CBOR: "\x83\x18\x21\x1a\x80\x00\x00\x00"}},
				{1 << 40, map[wamp.Format]string{wamp.MsgPack: "\x93\x21\xcf\x00\x00\x01\x00\x00\x00\x00\x00", wamp.CBOR: "\x83\x18\x21\x1b\x00\x00\x01\x00\x00\x00\x00\x00"}},
			} {
				p := t.Peer()
				p.Send(32, test.request, d{}, "com.topic")
				frame, err := p.wire.receive()
				t.must(err)
				if want := test.inside[t.link.Format]; !strings.HasPrefix(string(frame), want) {
					t.Errorf("SUBSCRIBED is % x, want it to begin with % x", frame, want)
				}
			}
		},
	},
	{
		ID: "W032", Level: Derived, Spec: "testsuite of wamp-proto", Links: everyRawSocket,
		Rule: "However a peer's serializer writes a message, it means the same. (The specification's own vectors are run by the tests of wamp/codec.)",
		Test: func(t *T) {
			for _, frame := range sameSubscribe[t.link.Format] {
				p := t.Peer()
				p.SendFrame([]byte(frame))
				p.Expect(33, 7, anID)
				p.Publish("com.topic") // nothing comes of it: the publisher is excluded
				t.Peer().Publish("com.topic", "x")
				p.Expect(36, anID, anID, d{}, l{"x"})
			}
		},
	},
}}
