package router_test

import (
	"bytes"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW014_W020_MalformedMessagesAreViolations(t *testing.T) {
	messages := []string{
		`[]`, `{}`, `"x"`, `[true]`, `["1"]`, `17`, `null`, `[null]`, `[[32]]`, `[1.5]`, `[-32,1,{},"a"]`, // W014
		`[0]`, `[7]`, `[99]`, `[255]`, // W015
		`[300,{}]`, `[256]`, `[1023,1]`, `[70000]`, // W016
		`[32]`, `[32,1]`, `[32,1,{}]`, `[32,1,"x","a"]`, `[32,1,[],"a"]`, `[32,1,{},5]`, `[32,1,{},null]`, `[32,1,{},"a",[]]`, // W017
		`[48,1,{},"p",{}]`, `[48,1,{},"p",[],[]]`, `[48,1,{},"p",[],{},1]`, `[48,1,{},"p","x"]`, `[48,1,{},"p",null]`,
		`[16,1,{}]`, `[16,1,{},"t",5]`, `[64,1,{}]`, `[34,1]`, `[34,1,"x"]`, `[66,1,{}]`, `[70,1]`, `[8,68,1,{}]`, `[8,68,1,{},5]`,
		`[8,"68",1,{},"a.b"]`, `[49,1]`, `[6,{}]`, `[6]`, `[3]`,
		`[16,1,{"acknowledge":1},"com.topic"]`, `[16,1,{"acknowledge":"true"},"com.topic"]`, `[16,1,{"exclude":5},"com.topic"]`, // W019
		`[16,1,{"eligible":["x"]},"com.topic"]`, `[32,1,{"match":1},"com.topic"]`, `[64,1,{"invoke":false},"com.procedure"]`,
		`[48,1,{"disclose_me":0},"com.procedure"]`, `[48,1,{"timeout":"1"},"com.procedure"]`, `[48,1,{"ppt_scheme":"x","ppt_serializer":5},"p"]`,
	}
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		witness := r.join()
		witness.subscribe(`{"match":"prefix"}`, "com")
		for _, message := range messages {
			t.Run(message, func(t *testing.T) {
				p := r.join()
				p.t = t
				p.say("%s", message)
				p.hearViolation()
			})
		}
		witness.quiet()
	})
}

func TestW020_DictionaryKeysAreStrings(t *testing.T) {
	for _, test := range []struct {
		name   string
		format wamp.Format
		frame  []byte
	}{
		{"msgpack", wamp.MsgPack, []byte("\x94\x20\x01\x81\x01\x01\xa9com.topic")},
		{"cbor", wamp.CBOR, []byte("\x84\x18\x20\x01\xa1\x01\x01\x69com.topic")},
		{"msgpack payload", wamp.MsgPack, []byte("\x96\x10\x01\x80\xa9com.topic\x90\x81\x01\x01")},
		{"cbor payload", wamp.CBOR, []byte("\x86\x10\x01\xa0\x69com.topic\x80\xa1\x01\x01")},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, router.Config{}, link{"tcp", test.format})
			p := r.join()
			p.sayOctets(test.frame)
			p.hearViolation()
		})
	}
}

func TestW021_UnknownAttributesAreIgnored(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		const unknown = `"foo":1,"_mine_x":{"a":[1,{"b":null}]}`
		callee, p := r.join(), r.dial()
		p.hello("realm1", `{`+unknown+`,"roles":{"caller":{"features":{"foo":1},"bar":2},"wizard":{}}}`)
		callee.register(`{`+unknown+`}`, "com.procedure")
		p.subscribe(`{`+unknown+`}`, "com.topic")
		p.say(`[16,%d,{%s,"acknowledge":true},"com.topic"]`, p.next(), unknown)
		p.hear(`[17,%d,"*"]`, p.last)
		p.say(`[48,%d,{%s},"com.procedure"]`, p.next(), unknown)
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[70,1,{%s}]`, unknown)
		p.hear(`[50,%d,{}]`, p.last)
		p.say(`[48,%d,{},"com.procedure"]`, p.next())
		callee.hear(`[68,2,"*",{}]`)
		callee.say(`[8,68,2,{%s},"com.error"]`, unknown)
		p.hear(`[8,48,%d,{},"com.error"]`, p.last)
		p.say(`[6,{%s},"wamp.close.close_realm"]`, unknown)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	})
}

func TestW023_W024_EmptyArguments(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		subscriber, p := r.join(), r.join()
		subscriber.subscribe(`{}`, "com.topic")
		subscriber.register(`{}`, "com.procedure")
		for _, test := range []struct{ sent, delivered string }{
			{``, ``}, {`,[]`, ``}, {`,[],{}`, ``}, {`,[1],{}`, `,[1]`}, {`,[],{"a":1}`, `,[],{"a":1}`},
		} {
			p.publish("com.topic", test.sent)
			subscriber.hear(`[36,"*","*",{}%s]`, test.delivered)
			p.say(`[48,%d,{},"com.procedure"%s]`, p.next(), test.sent)
			invocation := subscriber.hear(`[68,"*","*",{}%s]`, test.delivered).id(1)
			subscriber.say(`[70,%d,{}%s]`, invocation, test.sent)
			p.hear(`[50,%d,{}%s]`, p.last, test.delivered)
		}
	})
}

func TestW025_UndecodableOctetsAreViolations(t *testing.T) {
	for f, frames := range map[wamp.Format][]string{
		wamp.JSON:    {`{{{`, `[32,1,{},"com.topic"`, `[32,1,{},"com.topic"]]`, `[32,1,{},"\ud800"]`, `[32,01,{},"a"]`, ``, "[32,1,{},\"\xff\"]"},
		wamp.MsgPack: {"\xc1", "\x94\x20\x01\x80", "\x94\x20\x01\x80\xa1a\x00", "\xdd\xff\xff\xff\xff", ""},
		wamp.CBOR:    {"\xff", "\x84\x18\x20\x01\xa0", "\x84\x18\x20\x01\xa0\x61a\x00", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\x84\x18\x20\x01\xa0\x61\xff", ""},
	} {
		t.Run(f.String(), func(t *testing.T) {
			r := start(t, router.Config{}, link{"tcp", f})
			for _, frame := range frames {
				p := r.join()
				p.sayOctets([]byte(frame))
				p.hearViolation()
			}
		})
	}
}

func TestW025_DeepNestingIsAViolation(t *testing.T) {
	for _, f := range wamp.Formats() {
		r := start(t, router.Config{Limits: router.Limits{PayloadDepth: 16}}, link{"tcp", f})
		witness := r.join()
		witness.subscribe(`{}`, "com.topic")
		p := r.join()
		p.publish("com.topic", `,[[[[[[[[1]]]]]]]]`)
		witness.hear(`[36,"*","*",{},[[[[[[[[1]]]]]]]]]`)
		nested := `,` + string(bytes.Repeat([]byte("["), 40)) + string(bytes.Repeat([]byte("]"), 40))
		p.say(`[16,99,{},"com.topic"%s]`, nested)
		p.hearViolation()
		witness.quiet()
	}
}

func TestW027_W028_BinaryStaysBinary(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	// [36, subscription, publication, {}, [h'000102', "\x01"]]: the tail of an EVENT.
	cborTail, msgpackTail := []byte("\x82\x43\x00\x01\x02\x61\x01"), []byte("\x92\xc4\x03\x00\x01\x02\xa1\x01")
	jsonPeer, cborPeer, msgpackPeer := r.join(), r.joinBy(link{"ws", wamp.CBOR}), r.joinBy(link{"tcp", wamp.MsgPack})
	for _, p := range []*peer{jsonPeer, cborPeer, msgpackPeer} {
		p.subscribe(`{}`, "com.topic")
	}
	jsonPeer.say(`[16,%d,{"exclude_me":false},"com.topic",["\u0000AAEC","\u0001"]]`, jsonPeer.next())
	jsonPeer.hear(`[36,"*","*",{},["\u0000AAEC","\u0001"]]`)
	for p, want := range map[*peer][]byte{cborPeer: cborTail, msgpackPeer: msgpackTail} {
		frame, err := p.conn.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(frame, want) {
			t.Errorf("%s got %x, want it to end in %x", p.conn.Format(), frame, want)
		}
	}
}

func TestW031_IntegersAreWrittenInTheirShortestForm(t *testing.T) {
	for f, want := range map[wamp.Format]string{
		wamp.MsgPack: "\x93\x21\x07\x01",     // [33, 7, 1]
		wamp.CBOR:    "\x83\x18\x21\x07\x01", // [33, 7, 1]
	} {
		r := start(t, router.Config{}, link{"tcp", f})
		p := r.join()
		p.say(`[32,7,{},"com.topic"]`)
		frame, err := p.conn.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if string(frame) != want {
			t.Errorf("%s: SUBSCRIBED is %x, want %x", f, frame, want)
		}
	}
}

func TestW030_EverySerializerOnEveryTransport(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	subscriber := r.join()
	subscriber.subscribe(`{}`, "com.topic")
	for _, transport := range []string{"ws", "tcp", "pipe"} {
		for _, f := range wamp.Formats() {
			p := r.joinBy(link{transport, f})
			p.publish("com.topic", `,["hello"]`)
			subscriber.hear(`[36,"*","*",{},["hello"]]`)
		}
	}
}
