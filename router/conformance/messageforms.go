package conformance

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// ViolatesBy sends a frame in a session of its own, which has to end for it.
func (t *T) ViolatesBy(frame []byte) {
	p := t.Peer()
	p.SendFrame(frame)
	p.ExpectViolation()
}

// ExpectFault waits for what a frame brings that the transport can already
// refuse: a protocol violation, the end of a RawSocket connection, or a WebSocket
// close with one of the codes.
func (p *Peer) ExpectFault(codes ...int) {
	got, err := p.hear()
	if err == nil {
		if why := p.matches(l{3, aDict, "wamp.error.protocol_violation", rest}, got); why != "" {
			p.t.Fatalf("%s: want a violation or a close, got %s", p.name, got.text)
		}
		p.ExpectEnd()
		return
	}
	end, ok := err.(*closed)
	if !ok {
		p.t.Fatalf("%s: want a violation or a close, but %v", p.name, err)
	}
	if p.e.link.Transport == WebSocket && !slices.Contains(codes, end.code) {
		p.t.Fatalf("%s: want a close with one of %v, but %v", p.name, codes, end)
	}
}

// encoded is a value in the serializer of the case's link.
func (t *T) encoded(value any) []byte {
	frame, err := appendValue(t.link.Format, value)
	t.must(err)
	return frame
}

// wrongForms are messages of every type that clients send with too few or too
// many elements, or an element of a wrong type.
func wrongForms() (wrong []l) {
	right := []struct {
		message l
		payload bool
	}{
		{l{6, d{}, "wamp.close.close_realm"}, false},
		{l{3, d{}, "com.reason"}, true},
		{l{8, 68, 1, d{}, "com.error"}, true},
		{l{16, 1, d{}, "com.topic"}, true},
		{l{32, 1, d{}, "com.topic"}, false},
		{l{34, 1, 1}, false},
		{l{48, 1, d{}, "com.procedure"}, true},
		{l{49, 1, d{}}, false},
		{l{64, 1, d{}, "com.procedure"}, false},
		{l{66, 1, 1}, false},
		{l{70, 1, d{}}, true},
	}
	others := l{nil, true, 1.5, "x", l{}, l{1}, d{}, -1}
	for _, one := range right {
		m := one.message
		for n := 1; n < len(m); n++ {
			wrong = append(wrong, m[:n:n])
		}
		for i := 1; i < len(m); i++ {
			for _, other := range others {
				if sameKind(m[i], other) {
					continue
				}
				bad := append(l{}, m...)
				bad[i] = other
				wrong = append(wrong, bad)
			}
		}
		if one.payload {
			for _, tail := range []l{{nil}, {5}, {"x"}, {d{}}, {true}, {l{}, nil}, {l{}, l{}}, {l{}, 5}, {l{}, "x"}, {l{}, d{}, nil}, {l{}, d{}, l{}}, {l{}, d{}, d{}, 1}} {
				wrong = append(wrong, append(m[:len(m):len(m)], tail...))
			}
		} else {
			wrong = append(wrong, append(m[:len(m):len(m)], l{1}), append(m[:len(m):len(m)], d{}, 1))
		}
	}
	return append(wrong, l{8, "68", 1, d{}, "com.error"}, l{8, 68, "1", d{}, "com.error"})
}

func sameKind(a, b any) bool {
	switch b := b.(type) {
	case string:
		_, ok := a.(string)
		return ok
	case d:
		_, ok := a.(d)
		return ok
	case int:
		_, ok := a.(int)
		return ok && b > 0
	}
	return false
}

// wrongOptions are messages with each option that the specification knows, in
// every type but its own. Null counts as absent (see the choices).
func wrongOptions() (wrong []l) {
	values := map[string]l{
		"bool":    {0, 1, "true", "", 1.0, l{}, d{}},
		"integer": {true, -1, "1", 1.5, l{1}, d{}},
		"string":  {true, 5, 1.5, l{"x"}, d{}},
		"ids":     {true, 5, "x", d{}, l{"x"}, l{0}, l{-1}, l{1, true}, l{nil}, l{l{1}}},
		"strings": {true, 5, "x", d{}, l{5}, l{"x", nil}, l{l{"x"}}},
	}
	passthru := map[string]string{"ppt_scheme": "string", "ppt_serializer": "string", "ppt_cipher": "string", "ppt_keyid": "string"}
	for _, one := range []struct {
		message func(options d) l
		options map[string]string
	}{
		{func(o d) l { return l{16, 1, o, "com.topic"} }, map[string]string{
			"acknowledge": "bool", "exclude_me": "bool", "disclose_me": "bool", "retain": "bool", "rkey": "string",
			"exclude": "ids", "exclude_authid": "strings", "exclude_authrole": "strings",
			"eligible": "ids", "eligible_authid": "strings", "eligible_authrole": "strings",
		}},
		{func(o d) l { return l{32, 1, o, "com.topic"} }, map[string]string{"match": "string", "get_retained": "bool", "nkey": "string"}},
		{func(o d) l { return l{48, 1, o, "com.procedure"} }, map[string]string{
			"timeout": "integer", "receive_progress": "bool", "progress": "bool", "disclose_me": "bool", "runmode": "string", "rkey": "string",
		}},
		{func(o d) l { return l{49, 1, o} }, map[string]string{"mode": "string"}},
		{func(o d) l { return l{64, 1, o, "com.procedure"} }, map[string]string{
			"match": "string", "invoke": "string", "disclose_caller": "bool", "forward_timeout": "bool",
			"concurrency": "integer", "force_reregister": "bool", "runmode": "string", "rkey": "string",
		}},
		{func(o d) l { return l{70, 1, o} }, map[string]string{"progress": "bool"}},
		{func(o d) l { return l{16, 1, o, "com.topic"} }, passthru},
		{func(o d) l { return l{48, 1, o, "com.procedure"} }, passthru},
		{func(o d) l { return l{70, 1, o} }, passthru},
		{func(o d) l { return l{8, 68, 1, o, "com.error"} }, passthru},
	} {
		for name, kind := range one.options {
			for _, value := range values[kind] {
				wrong = append(wrong, one.message(d{name: value}))
			}
		}
	}
	return wrong
}

// takesNulls makes every request with every option of it null.
func (t *T) takesNulls() {
	null := func(names ...string) d {
		options := d{}
		for _, name := range names {
			options[name] = nil
		}
		return options
	}
	callee, p := t.Peer(interruptible), t.Connect()
	p.Send(1, "realm1", merged([]d{null("agent", "authid", "authmethods", "authextra"), {"roles": d{"caller": d{"features": nil}, "subscriber": d{}}}}))
	p.Expect(2, anID, aDict)
	p.Subscribe("com.null", null("match", "get_retained", "nkey"))
	publish := null("exclude_me", "disclose_me", "retain", "exclude", "exclude_authid", "exclude_authrole", "eligible", "eligible_authid", "eligible_authrole", "rkey", "ppt_scheme")
	callee.PublishWith(publish, "com.null")
	p.Expect(36, anID, anID, d{})
	p.Send(16, next, null("acknowledge"), "com.null")
	callee.Register("com.null", null("match", "invoke", "disclose_caller", "forward_timeout", "concurrency"))
	p.Send(48, next, null("timeout", "receive_progress", "progress", "disclose_me", "runmode", "rkey", "ppt_scheme", "ppt_serializer"), "com.null")
	callee.Send(70, callee.Expect(68, anID, anID, d{}).ID(1), null("progress", "ppt_scheme"))
	p.Expect(50, last, d{})
	p.Send(48, next, d{}, "com.null")
	invocation := callee.Invoked()
	p.Send(49, last, null("mode"))
	p.ExpectError(48, last, "wamp.error.canceled")
	callee.Expect(69, invocation, containing(d{"mode": "killnowait"}))
	p.ExpectNothing()
}

// oddKeys are messages with a dictionary key that is no string.
var oddKeys = map[wamp.Format][]string{
	wamp.JSON: {`[32,1,{1:1},"com.topic"]`, `[32,1,{null:1},"com.topic"]`, `[16,1,{},"com.topic",[],{true:1}]`, `[32,1,{a:1},"com.topic"]`},
	wamp.MsgPack: {
		"\x94\x20\x01\x81\x01\x01\xa9com.topic", "\x94\x20\x01\x81\xc0\x01\xa9com.topic", "\x94\x20\x01\x81\xc4\x03foo\x01\xa9com.topic",
		"\x96\x10\x01\x80\xa9com.topic\x90\x81\x01\x01", "\x96\x10\x01\x80\xa9com.topic\x90\x81\x90\x01", "\x95\x10\x01\x80\xa9com.topic\x91\x81\xc3\x01",
	},
	wamp.CBOR: {
		"\x84\x18\x20\x01\xa1\x01\x01\x69com.topic", "\x84\x18\x20\x01\xa1\xf6\x01\x69com.topic", "\x84\x18\x20\x01\xa1\x43foo\x01\x69com.topic",
		"\x86\x10\x01\xa0\x69com.topic\x80\xa1\x01\x01", "\x86\x10\x01\xa0\x69com.topic\x80\xa1\x80\x01", "\x85\x10\x01\xa0\x69com.topic\x81\xa1\xf5\x01",
	},
}

// doubleKeys is [16, 1, {"acknowledge": false, "acknowledge": true}, "com.topic", [], {"a": 1, "a": 2}].
var doubleKeys = map[wamp.Format]string{
	wamp.JSON:    `[16,1,{"acknowledge":false,"acknowledge":true},"com.topic",[],{"a":1,"a":2}]`,
	wamp.MsgPack: "\x96\x10\x01\x82\xabacknowledge\xc2\xabacknowledge\xc3\xa9com.topic\x90\x82\xa1a\x01\xa1a\x02",
	wamp.CBOR:    "\x86\x10\x01\xa2\x6backnowledge\xf4\x6backnowledge\xf5\x69com.topic\x80\xa2\x61a\x01\x61a\x02",
}

// undecodable are frames that no decoder may take.
var undecodable = map[wamp.Format][]string{
	wamp.JSON: {
		``, ` `, `{{{`, `[`, `]`, `[32,1,{},"com.topic"`, `[32,1,{},"com.topic"]]`, `[32,1,{},"com.topic"] x`, `[32,1,{},"com.topic",]`,
		`[32,01,{},"a"]`, `[32,+1,{},"a"]`, `[32,1,{},'a']`, `[32,1,{},"\ud800"]`, `[32,1,{},"\x41"]`, "[32,1,{},\"a\nb\"]", `[32,1,{"a" 1},"a"]`,
		`[16,1,{},"com.topic",[NaN]]`, `[16,1,{},"com.topic",[tru]]`, `[16,1,{},"com.topic",[1 2]]`, `[16,1,{},"com.topic",["]]`,
		nested(`[16,1,{},"com.topic",`, `[`, `]`, `]`), nested(`[16,1,{},"com.topic",[],{"a":`, `{"a":`, `}`, `}]`, `1`),
		nested(`[32,1,{"a":`, `[`, `]`, `},"com.topic"]`), strings.Repeat(`[`, 100_000),
		`[16,1,{},"com.topic",[1` + strings.Repeat(`0`, 100_000) + `x]]`,
	},
	wamp.MsgPack: {
		"", "\xc1", "\x94", "\x94\x20\x01\x80", "\x94\x20\x01\x80\xa1a\x00", "\x94\x20\x01\x80\xa9com.to", "\xdd\xff\xff\xff\xff", "\xdc\xff\xff", "\xdf\xff\xff\xff\xff",
		"\x94\x20\x01\x80\xdb\xff\xff\xff\xff", "\x94\x20\x01\xdf\xff\xff\xff\xff\xa1a\x01", "\x95\x10\x01\x80\xa9com.topic\xdd\xff\xff\xff\xff\x01",
		"\x95\x10\x01\x80\xa9com.topic\x91\xc6\xff\xff\xff\xff", "\x95\x10\x01\x80\xa9com.topic\x91\xc1", "\x94\x20\x01\x80\xa1\xff", "\x95\x10\x01\x80\xa9com.topic\x91\xa2\xff\xfe",
		nested("\x95\x10\x01\x80\xa9com.topic", "\x91", "", ""), nested("\x94\x20\x01\x81\xa1a", "\x91", "", "\xa9com.topic", "\x01"), strings.Repeat("\x91", 100_000),
	},
	wamp.CBOR: {
		"", "\xff", "\x84", "\x84\x18\x20\x01\xa0", "\x84\x18\x20\x01\xa0\x61a\x00", "\x84\x18\x20\x01\xa0\x69com.to", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\x9f\x18\x20", "\x1c",
		"\x84\x18\x20\x01\xa0\x7b\xff\xff\xff\xff\xff\xff\xff\xff", "\x84\x18\x20\x01\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x61a\x01", "\x84\x18\x20\x01\xa0\x61\xff",
		"\x85\x10\x01\xa0\x69com.topic\x81\x5b\xff\xff\xff\xff\xff\xff\xff\xff", "\x85\x10\x01\xa0\x69com.topic\x81\xff", "\x85\x10\x01\xa0\x69com.topic\x81\x62\xff\xfe",
		"\x85\x10\x01\xa0\x69com.topic\x81\x9f\x01", "\x85\x10\x01\xa0\x69com.topic\x81\x7f\x41a\xff", "\x85\x10\x01\xa0\x69com.topic\x81\xbf\x61a\xff",
		nested("\x85\x10\x01\xa0\x69com.topic", "\x81", "", ""), nested("\x84\x18\x20\x01\xa1\x61a", "\x9f", "\xff", "\x69com.topic", "\x01"), strings.Repeat("\x81", 100_000),
	},
}

// nested opens and closes something far more often than anybody needs.
func nested(before, open, shut, after string, inside ...string) string {
	const depth = 10_000
	return before + strings.Repeat(open, depth) + strings.Join(inside, "") + strings.Repeat(shut, depth) + after
}

// sameSubscribe is [32, 7, {}, "com.topic"] as different serializers write it.
var sameSubscribe = map[wamp.Format][]string{
	wamp.JSON: {`[32,7,{},"com.topic"]`, " [ 32 , 7 , { } , \"com.topic\" ] \r\n\t", `[32,7,{},"\u0063om\u002etopic"]`, `[32,7,{"match":"exact"},"com.topic"]`},
	wamp.MsgPack: {
		"\x94\x20\x07\x80\xa9com.topic", "\xdc\x00\x04\xcc\x20\xcd\x00\x07\xde\x00\x00\xd9\x09com.topic", "\xdd\x00\x00\x00\x04\xcf\x00\x00\x00\x00\x00\x00\x00\x20\xce\x00\x00\x00\x07\xdf\x00\x00\x00\x00\xda\x00\x09com.topic",
		"\x94\xd0\x20\xd3\x00\x00\x00\x00\x00\x00\x00\x07\x80\xdb\x00\x00\x00\x09com.topic",
	},
	wamp.CBOR: {
		"\x84\x18\x20\x07\xa0\x69com.topic", "\x9f\x18\x20\x07\xbf\xff\x7f\x64com.\x65topic\xff\xff", "\x98\x04\x19\x00\x20\x1b\x00\x00\x00\x00\x00\x00\x00\x07\xb8\x00\x78\x09com.topic",
		"\x9b\x00\x00\x00\x00\x00\x00\x00\x04\x1a\x00\x00\x00\x20\x18\x07\xba\x00\x00\x00\x00\x79\x00\x09com.topic",
	},
}

// payloadForms are the ways to send arguments, and how they have to arrive.
var payloadForms = []struct{ sent, heard l }{
	{l{}, l{}}, {l{l{}}, l{}}, {l{l{}, d{}}, l{}},
	{l{l{1}}, l{l{1}}}, {l{l{1}, d{}}, l{l{1}}},
	{l{l{}, d{"a": 1}}, l{l{}, d{"a": 1}}}, {l{l{1, "x"}, d{"a": 1}}, l{l{1, "x"}, d{"a": 1}}},
}

// payloads sends arguments in these forms on every way through the router.
func (t *T) payloads(forms ...struct{ sent, heard l }) {
	p, other := t.Peer(), t.Peer()
	other.Subscribe("com.topic")
	other.Register("com.procedure")
	message := func(head l, tail l) l { return append(head[:len(head):len(head)], tail...) }
	for _, form := range forms {
		p.Send(message(l{16, next, d{}, "com.topic"}, form.sent)...)
		other.Expect(message(l{36, anID, anID, d{}}, form.heard)...)

		p.Send(message(l{48, next, d{}, "com.procedure"}, form.sent)...)
		invocation := other.Expect(message(l{68, anID, anID, d{}}, form.heard)...).ID(1)
		other.Send(message(l{70, invocation, d{}}, form.sent)...)
		p.Expect(message(l{50, last, d{}}, form.heard)...)

		p.Send(48, next, d{}, "com.procedure")
		other.Send(message(l{8, 68, other.Invoked(), d{}, "com.error"}, form.sent)...)
		p.Expect(message(l{8, 48, last, d{}, "com.error"}, form.heard)...)
	}
}

// valuesOfEveryKind are values that every serializer can carry.
var valuesOfEveryKind = l{
	0, 1, -1, 23, 24, 127, 128, 255, 256, 65535, 65536, math.MaxInt32, math.MinInt32, int64(math.MaxUint32), int64(1) << 53,
	int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxInt64) + 1, uint64(math.MaxUint64),
	0.5, -1.5e300, 1e-7, math.Pi, 1.0, float64(1 << 60), math.SmallestNonzeroFloat64, math.MaxFloat64,
	nil, true, false, "", "x", "ü", "日本", "😀", "a\x00b", "\u007f\u0080\u2028\ufeff\uffff", "\"\\/\b\f\n\r\t", strings.Repeat("long ", 20_000),
	l{}, d{}, l{l{l{}}}, d{"": nil, "a.b": d{"ü": l{1, d{}}}}, []byte{}, []byte{0}, bytes.Repeat([]byte{0xa5}, 70_000),
}

// echoes sends values to a callee of every serializer, and back.
func (t *T) echoes(values l) {
	p := t.Peer()
	for _, link := range everyRawSocket {
		callee := t.Peer(over(link))
		callee.Register("com.echo")
		for i := range values {
			p.Send(48, next, d{}, "com.echo", values[i:i+1], d{"v": values[i]})
			invocation := callee.Expect(68, anID, anID, d{}, values[i:i+1], d{"v": values[i]})
			callee.Send(70, invocation.ID(1), d{}, invocation.At(4), invocation.At(5))
			p.Expect(50, last, d{}, values[i:i+1], d{"v": values[i]})
		}
		callee.Leave()
	}
}
