package codec

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
)

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ name, message, reason string }{
		{"W014 empty list", `[]`, "message type: missing"},
		{"W014 dict", `{}`, "want a list, got a dict"},
		{"W014 string", `"x"`, "want a list, got a string"},
		{"W014 null", `null`, "want a list, got null"},
		{"W014 type is a bool", `[true]`, "message type: want an integer, got a bool"},
		{"W014 type is a string", `["1"]`, "message type: want an integer, got a string"},
		{"W014 type is a float", `[48.0,1,{},"p"]`, "message type: want an integer, got a float"},
		{"W014 type is negative", `[-1]`, "message type: want an integer, got a negative integer"},
		{"W015 type 0", `[0]`, "unknown message type 0"},
		{"W015 type 7", `[7]`, "unknown message type 7"},
		{"W015 type 99", `[99]`, "unknown message type 99"},
		{"W015 type 255", `[255]`, "unknown message type 255"},
		{"W016 extension type", `[300,{}]`, "unknown message type 300"},
		{"W015 type beyond the range", `[65584,1,{},"p"]`, "unknown message type 65584"},

		{"W017 nothing behind the type", `[32]`, "SUBSCRIBE.Request: missing"},
		{"W017 no options", `[32,1]`, "SUBSCRIBE.Options: missing"},
		{"W017 no topic", `[32,1,{}]`, "SUBSCRIBE.Topic: missing"},
		{"W017 options are a string", `[32,1,"x","a"]`, "SUBSCRIBE.Options: want a dict, got a string"},
		{"W017 options are null", `[32,1,null,"a"]`, "SUBSCRIBE.Options: want a dict, got null"},
		{"W017 topic is an integer", `[32,1,{},5]`, "SUBSCRIBE.Topic: want a string, got an integer"},
		{"W017 topic is a byte string", `[32,1,{},"\u0000AAEC"]`, "SUBSCRIBE.Topic: want a string, got a byte string"},
		{"W017 an element too many", `[32,1,{},"a",[]]`, "SUBSCRIBE: too many elements"},
		{"W018 arguments are a dict", `[48,1,{},"p",{}]`, "CALL.Arguments: want a list"},
		{"W018 arguments are null", `[48,1,{},"p",null]`, "CALL.Arguments: want a list"},
		{"W018 keyword arguments are a list", `[48,1,{},"p",[],[]]`, "CALL.ArgumentsKw: want a dict"},
		{"W018 keyword arguments are null", `[48,1,{},"p",[],null]`, "CALL.ArgumentsKw: want a dict"},
		{"W017 an element behind the payload", `[48,1,{},"p",[],{},1]`, "CALL: too many elements"},
		{"W017 RESULT without details", `[50,1]`, "RESULT.Details: missing"},
		{"W017 options of UNSUBSCRIBE are a list", `[34,1,2,[]]`, "UNSUBSCRIBE.Options: want a dict"},
		{"W017 HELLO without details", `[1,"realm1"]`, "HELLO.Details: missing"},
		{"W017 HELLO with a list as details", `[1,"realm1",[]]`, "HELLO.Details: want a dict, got a list"},
		{"W017 AUTHENTICATE with a list as signature", `[5,[],{}]`, "AUTHENTICATE.Signature: want a string, got a list"},
		{"W017 ERROR of something that is no request", `[8,36,1,{},"e"]`, "ERROR.REQUEST.Type: want the type of a request"},
		{"W017 ERROR of a type that wraps around", `[8,65584,1,{},"e"]`, "ERROR.REQUEST.Type: want the type of a request"},
		{"W017 revocation without details", `[35,0]`, "UNSUBSCRIBED.Details: missing"},
		{"W017 revocation without a subscription", `[35,0,{}]`, "UNSUBSCRIBED.Details: want a subscription"},
		{"W017 revocation without a registration", `[67,0,{}]`, "UNREGISTERED.Details: want a registration"},

		{"W007 id 0", `[32,0,{},"a"]`, "SUBSCRIBE.Request: want an identifier"},
		{"W007 id is negative", `[32,-1,{},"a"]`, "SUBSCRIBE.Request: want an integer, got a negative integer"},
		{"W007 id is a fraction", `[32,1.5,{},"a"]`, "SUBSCRIBE.Request: want an integer, got a float"},
		{"W007 id is an integral float", `[32,1.0,{},"a"]`, "SUBSCRIBE.Request: want an integer, got a float"},
		{"W007 id is a string", `[32,"1",{},"a"]`, "SUBSCRIBE.Request: want an integer, got a string"},
		{"W007 id beyond 2^53", `[32,9007199254740993,{},"a"]`, "SUBSCRIBE.Request: want an identifier"},
		{"W007 id of 2^64-1", `[32,18446744073709551615,{},"a"]`, "SUBSCRIBE.Request: want an identifier"},
		{"W007 id in details", `[36,1,2,{"publisher":0}]`, "EVENT.Details.publisher: want an identifier"},
		{"W007 id in a list", `[16,1,{"exclude":[0]},"a"]`, "PUBLISH.Options.exclude: want a list of identifiers"},
		{"W007 float in a list of ids", `[16,1,{"eligible":[1.5]},"a"]`, "PUBLISH.Options.eligible: want a list of identifiers"},

		{"W019 acknowledge is an integer", `[16,1,{"acknowledge":1},"a"]`, "PUBLISH.Options.acknowledge: want a bool, got an integer"},
		{"W019 timeout is negative", `[48,1,{"timeout":-1},"p"]`, "CALL.Options.timeout: want an integer, got a negative integer"},
		{"W019 timeout is a string", `[48,1,{"timeout":"1"},"p"]`, "CALL.Options.timeout: want an integer, got a string"},
		{"W019 match is a list", `[64,1,{"match":[]},"p"]`, "REGISTER.Options.match: want a string, got a list"},
		{"W019 mode is an integer", `[49,1,{"mode":2}]`, "CANCEL.Options.mode: want a string, got an integer"},
		{"W019 trustlevel is a string", `[68,1,2,{"trustlevel":"x"}]`, "INVOCATION.Details.trustlevel: want an integer, got a string"},
		{"W019 trustlevel beyond int64", `[68,1,2,{"trustlevel":18446744073709551615}]`, "INVOCATION.Details.trustlevel: want an integer"},
		{"W019 list of strings has an integer", `[16,1,{"eligible_authid":["a",1]},"a"]`, "PUBLISH.Options.eligible_authid: want a string, got an integer"},
		{"W019 the first of two equal keys", `[16,1,{"acknowledge":1,"acknowledge":true},"a"]`, "PUBLISH.Options.acknowledge: want a bool"},
		{"W230 ppt_serializer in YIELD", `[70,1,{"ppt_scheme":"x","ppt_serializer":5}]`, "YIELD.Options.ppt_serializer: want a string, got an integer"},
		{"W230 ppt_scheme in ERROR", `[8,68,1,{"ppt_scheme":[]},"e"]`, "ERROR.Details.ppt_scheme: want a string, got a list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inEveryFormat(t, func(t *testing.T, f wamp.Format) {
				m, err := decodeText(t, f, test.message)
				if err == nil {
					t.Fatalf("decoded to %+v", m)
				}
				if !strings.HasPrefix(err.Error(), "protocol violation: "+test.reason) {
					t.Errorf("got %q, want %q", err, test.reason)
				}
			})
		})
	}
}

func TestDecodeAccepts(t *testing.T) {
	for _, test := range []struct {
		name, message string
		want          wamp.Message
	}{
		{"W007 largest id", `[49,9007199254740992,{}]`, &wamp.Cancel{Request: wamp.MaxID}},
		{"W024 no arguments", `[48,1,{},"p"]`, &wamp.Call{Request: 1, Procedure: "p"}},
		{"W021 unknown attributes", `[49,1,{"foo":1,"_mine_x":{"a":[1]},"mode":"kill"}]`,
			&wamp.Cancel{Request: 1, Options: wamp.CancelOptions{Mode: "kill", Extra: wamp.Dict{"foo": int64(1), "_mine_x": wamp.Dict{"a": []any{int64(1)}}}}}},
		{"null attributes are absent", `[16,1,{"exclude_me":null,"eligible":null,"retain":true},"a"]`,
			&wamp.Publish{Request: 1, Options: wamp.PublishOptions{Retain: true}, Topic: "a"}},
		{"W020 last of two equal keys", `[49,1,{"mode":"kill","mode":"skip"}]`, &wamp.Cancel{Request: 1, Options: wamp.CancelOptions{Mode: "skip"}}},
		{"HELLO", `[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"]}]`,
			&wamp.Hello{Realm: "realm1", Details: wamp.Dict{"roles": wamp.Dict{"caller": wamp.Dict{}}, "authmethods": []any{"ticket"}}}},
		{"WELCOME", `[2,7,{}]`, &wamp.Welcome{Session: 7, Details: wamp.Dict{}}},
		{"CHALLENGE", `[4,"ticket",{}]`, &wamp.Challenge{AuthMethod: "ticket", Extra: wamp.Dict{}}},
		{"AUTHENTICATE", `[5,"secret",{"a":null}]`, &wamp.Authenticate{Signature: "secret", Extra: wamp.Dict{"a": nil}}},
		{"GOODBYE", `[6,{"message":"bye"},"wamp.close.normal"]`, &wamp.Goodbye{Details: wamp.Dict{"message": "bye"}, Reason: wamp.CloseNormal}},
		{"PUBLISHED", `[17,1,2]`, &wamp.Published{Request: 1, Publication: 2}},
		{"PUBLISH with every option", `[16,1,{"acknowledge":true,"exclude_me":false,"disclose_me":true,"retain":true,"exclude":[],"exclude_authid":["a"],
			"exclude_authrole":[],"eligible":[9007199254740992],"eligible_authid":[],"eligible_authrole":["r"],"rkey":"k",
			"ppt_scheme":"wamp","ppt_serializer":"cbor","ppt_cipher":"c","ppt_keyid":"i"},"t"]`,
			&wamp.Publish{Request: 1, Topic: "t", Options: wamp.PublishOptions{
				Acknowledge: true, IncludeMe: true, DiscloseMe: true, Retain: true, Exclude: []wamp.ID{}, ExcludeAuthID: []string{"a"},
				ExcludeAuthRole: []string{}, Eligible: []wamp.ID{wamp.MaxID}, EligibleAuthID: []string{}, EligibleAuthRole: []string{"r"}, RKey: "k",
				Passthru: wamp.Passthru{Scheme: "wamp", Serializer: "cbor", Cipher: "c", KeyID: "i"}}}},
		{"SUBSCRIBE", `[32,1,{"match":"prefix","get_retained":true,"rkey":"r","nkey":"n"},"a."]`,
			&wamp.Subscribe{Request: 1, Topic: "a.", Options: wamp.SubscribeOptions{Match: "prefix", GetRetained: true, RKey: "r", NKey: "n"}}},
		{"SUBSCRIBED", `[33,1,2]`, &wamp.Subscribed{Request: 1, Subscription: 2}},
		{"UNSUBSCRIBE", `[34,1,2]`, &wamp.Unsubscribe{Request: 1, Subscription: 2}},
		{"UNSUBSCRIBE with options", `[34,1,2,{"a":[1]}]`, &wamp.Unsubscribe{Request: 1, Subscription: 2}},
		{"UNSUBSCRIBED", `[35,1]`, &wamp.Unsubscribed{Request: 1}},
		{"UNSUBSCRIBED that revokes", `[35,0,{"subscription":5,"reason":"r","x":1}]`,
			&wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: 5, Reason: "r"}}},
		{"EVENT", `[36,1,2,{"publisher":3,"publisher_authid":"a","publisher_authrole":"r","topic":"t","retained":true,"trustlevel":0}]`,
			&wamp.Event{Subscription: 1, Publication: 2, Details: wamp.EventDetails{Publisher: 3, PublisherAuthID: "a", PublisherAuthRole: "r",
				Topic: "t", Retained: true, HasTrustLevel: true}}},
		{"CALL with every option", `[48,1,{"timeout":5,"receive_progress":true,"progress":true,"disclose_me":true,"rkey":"k","runmode":"all"},"p"]`,
			&wamp.Call{Request: 1, Procedure: "p", Options: wamp.CallOptions{Timeout: 5, ReceiveProgress: true, Progress: true, DiscloseMe: true, RKey: "k", RunMode: "all"}}},
		{"RESULT", `[50,1,{"progress":true}]`, &wamp.Result{Request: 1, Details: wamp.ResultDetails{Progress: true}}},
		{"REGISTER", `[64,1,{"match":"wildcard","invoke":"last","concurrency":4,"disclose_caller":true,"forward_timeout":true,"force_reregister":true,"runmode":"all","rkey":"k"},"p"]`,
			&wamp.Register{Request: 1, Procedure: "p", Options: wamp.RegisterOptions{Match: "wildcard", Invoke: "last", Concurrency: 4,
				DiscloseCaller: true, ForwardTimeout: true, ForceReregister: true, RunMode: "all", RKey: "k"}}},
		{"REGISTERED", `[65,1,2]`, &wamp.Registered{Request: 1, Registration: 2}},
		{"UNREGISTER", `[66,1,2]`, &wamp.Unregister{Request: 1, Registration: 2}},
		{"UNREGISTER with options", `[66,1,2,{}]`, &wamp.Unregister{Request: 1, Registration: 2}},
		{"UNREGISTERED", `[67,1]`, &wamp.Unregistered{Request: 1}},
		{"UNREGISTERED that revokes", `[67,0,{"registration":5,"reason":"r"}]`,
			&wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: 5, Reason: "r"}}},
		{"INVOCATION", `[68,1,2,{"timeout":5,"receive_progress":true,"progress":true,"caller":3,"caller_authid":"a","caller_authrole":"r","procedure":"p","trustlevel":-1}]`,
			&wamp.Invocation{Request: 1, Registration: 2, Details: wamp.InvocationDetails{Timeout: 5, ReceiveProgress: true, Progress: true, Caller: 3,
				CallerAuthID: "a", CallerAuthRole: "r", Procedure: "p", TrustLevel: -1, HasTrustLevel: true}}},
		{"INTERRUPT", `[69,1,{"mode":"kill","reason":"wamp.error.canceled"}]`,
			&wamp.Interrupt{Request: 1, Options: wamp.InterruptOptions{Mode: "kill", Reason: wamp.ErrCanceled}}},
		{"YIELD", `[70,1,{"progress":true,"ppt_scheme":"x"}]`,
			&wamp.Yield{Request: 1, Options: wamp.YieldOptions{Progress: true, Passthru: wamp.Passthru{Scheme: "x"}}}},
		{"ERROR", `[8,48,1,{"ppt_scheme":"x","y":1},"e"]`,
			&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 1, URI: "e", Details: wamp.ErrorDetails{Passthru: wamp.Passthru{Scheme: "x"}, Extra: wamp.Dict{"y": int64(1)}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inEveryFormat(t, func(t *testing.T, f wamp.Format) {
				got, err := decodeText(t, f, test.message)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				testEncodesBack(t, f, got)
			})
		})
	}
}

// testEncodesBack writes a message in every format and reads it again.
func testEncodesBack(t *testing.T, f wamp.Format, m wamp.Message) {
	t.Helper()
	for _, to := range wamp.Formats() {
		frame, err := Append(nil, to, m)
		if err != nil {
			t.Fatalf("append in %s: %v", to, err)
		}
		if hint := SizeHint(m); to == f && len(frame) > hint {
			t.Errorf("SizeHint is %d for %d octets", hint, len(frame))
		}
		back, err := NewDecoder(to, Options{KeepExtra: true}).Decode(frame)
		if err != nil {
			t.Fatalf("decode %x in %s: %v", frame, to, err)
		}
		if diff := cmp.Diff(m, back, ignorePayload); diff != "" {
			t.Errorf("through %s (-want +got):\n%s", to, diff)
		}
	}
}

var ignorePayload = cmp.Comparer(func(wamp.Payload, wamp.Payload) bool { return true })

func TestDecodePayloadParts(t *testing.T) {
	for _, test := range []struct {
		name, message string
		args          []any
		kwargs        wamp.Dict
	}{
		{"W024 absent", `[70,1,{}]`, nil, nil},
		{"W024 empty list", `[70,1,{},[]]`, []any{}, nil},
		{"W024 empty list and dict", `[70,1,{},[],{}]`, []any{}, wamp.Dict{}},
		{"both", `[70,1,{},[1,[2]],{"a":{"b":null}}]`, []any{int64(1), []any{int64(2)}}, wamp.Dict{"a": wamp.Dict{"b": nil}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inEveryFormat(t, func(t *testing.T, f wamp.Format) {
				m, err := decodeText(t, f, test.message)
				if err != nil {
					t.Fatal(err)
				}
				args, kwargs, err := DecodePayload(m.(*wamp.Yield).Payload)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]any{test.args, test.kwargs}, []any{args, kwargs}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestPayloadAliasesTheFrameAndCannotGrowIntoIt(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		frame := frameIn(t, f, `[70,1,{},[7],{"a":1}]`)
		m, err := NewDecoder(f, Options{}).Decode(frame)
		if err != nil {
			t.Fatal(err)
		}
		p := m.(*wamp.Yield).Payload
		if cap(p.Args) != len(p.Args) || cap(p.Kwargs) != len(p.Kwargs) {
			t.Error("an append to the payload would write into the frame")
		}
		if p.Format != f {
			t.Errorf("format is %v", p.Format)
		}
	})
}

func TestW025EveryTruncationIsRefused(t *testing.T) {
	const message = `[16,4711,{"acknowledge":true,"exclude":[1,300,70000,5000000000],"x":[1.5,-1,null,"\u0000AAEC"]},"com.example.topic",` +
		`["a\n€😀",-70000,1e300,true,{"b":[[]]}],{"key":"value","other":{}}]`
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		frame := frameIn(t, f, message)
		d := NewDecoder(f, Options{KeepExtra: true})
		if _, err := d.Decode(frame); err != nil {
			t.Fatal(err)
		}
		for n := range len(frame) {
			if m, err := d.Decode(frame[:n:n]); err == nil {
				t.Errorf("%x, cut at %d, decodes to %v", frame, n, m)
			}
		}
		if _, err := d.Decode(append(frame[:len(frame):len(frame)], frame...)); err == nil {
			t.Error("two messages in one frame are accepted")
		}
	})
}

func TestDepthIsLimited(t *testing.T) {
	nested := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		for _, test := range []struct {
			name, message string
			depth         int
			ok            bool
		}{
			{"arguments at the limit", `[70,1,{},` + nested(4) + `]`, 5, true},
			{"arguments beyond the limit", `[70,1,{},` + nested(5) + `]`, 5, false},
			{"unknown attribute at the limit", `[70,1,{"x":` + nested(3) + `}]`, 5, true},
			{"unknown attribute beyond the limit", `[70,1,{"x":` + nested(4) + `}]`, 5, false},
			{"details at the limit", `[1,"r",{"x":` + nested(3) + `}]`, 5, true},
			{"details beyond the limit", `[1,"r",{"x":` + nested(4) + `}]`, 5, false},
			{"default", `[70,1,{},` + nested(DefaultDepth-1) + `]`, 0, true},
			{"beyond the default", `[70,1,{},` + nested(DefaultDepth) + `]`, 0, false},
			{"beyond what can be asked for", `[70,1,{},` + nested(maxDepth) + `]`, 1 << 30, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				frame := frameIn(t, wamp.JSON, test.message)
				if f != wamp.JSON && test.depth < 1<<30 {
					frame = frameIn(t, f, test.message)
				} else if f != wamp.JSON {
					t.Skip("cannot be transcoded")
				}
				_, err := NewDecoder(f, Options{Depth: test.depth, KeepExtra: true}).Decode(frame)
				if (err == nil) != test.ok {
					t.Errorf("got %v", err)
				}
			})
		}
	})
}

// JavaScript encoders write integers beyond 32 bits as doubles.
func TestSessionListsTakeIntegralFloatsOfBinaryFormats(t *testing.T) {
	for _, test := range []struct {
		id string
		ok bool
	}{
		{"5512315355.0", true}, {"9007199254740992.0", true},
		{"5512315355.5", false}, {"4294967295.0", false}, {"7.0", false}, {"1.8e16", false}, {"-5512315355.0", false},
	} {
		inEveryFormat(t, func(t *testing.T, f wamp.Format) {
			_, err := decodeText(t, f, `[16,1,{"exclude":[`+test.id+`]},"a"]`)
			if want := test.ok && f != wamp.JSON; (err == nil) != want {
				t.Errorf("%s: got %v", test.id, err)
			}
		})
	}
}

// Clients in the field send options that were not set as undefined.
func TestUndefinedAttributesAreAbsent(t *testing.T) {
	for format, undefined := range map[wamp.Format]string{wamp.CBOR: "\xf7", wamp.MsgPack: "\xd4\x00\x00"} {
		frame, err := Append(nil, format, &wamp.Subscribe{Request: 1, Topic: "a", Options: wamp.SubscribeOptions{Match: "?"}})
		if err != nil {
			t.Fatal(err)
		}
		question, _ := AppendValue(nil, format, "?")
		frame = bytes.Replace(frame, question, []byte(undefined), 1)
		got, err := NewDecoder(format, Options{}).Decode(frame)
		if err != nil {
			t.Errorf("%v: %v", format, err)
			continue
		}
		if diff := cmp.Diff(&wamp.Subscribe{Request: 1, Topic: "a"}, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", format, diff)
		}
	}
}

func TestDetailsAreLimitedInNumber(t *testing.T) {
	values := func(n int) string { return strings.TrimSuffix(strings.Repeat("{},", n), ",") }
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		if _, err := decodeText(t, f, `[1,"r",{"x":[`+values(maxDetails-1)+`]}]`); err != nil {
			t.Error(err)
		}
		if _, err := decodeText(t, f, `[1,"r",{"x":[`+values(maxDetails)+`]}]`); err == nil {
			t.Error("too many details are accepted")
		}
		m, err := decodeText(t, f, `[70,1,{"x":[`+values(maxDetails)+`]},[`+values(maxDetails)+`]]`)
		if err != nil {
			t.Fatal(err)
		}
		if _, kept := m.(*wamp.Yield).Options.Extra["x"]; kept {
			t.Error("an extra attribute of too many values is kept")
		}
	})
}

func TestDecoderForgetsTheMessageBefore(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		d := NewDecoder(f, Options{KeepExtra: true})
		if _, err := d.Decode(frameIn(t, f, `[48,1,{"timeout":5,"progress":true,"rkey":"a","x":1},"p",[1],{"a":1}]`)); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Decode(frameIn(t, f, `[48,"x"]`)); err == nil {
			t.Fatal("want a violation")
		}
		m, err := d.Decode(frameIn(t, f, `[48,2,{},"q"]`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&wamp.Call{Request: 2, Procedure: "q"}, m); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestUnknownAttributesAreDroppedUnlessAskedFor(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		m, err := NewDecoder(f, Options{}).Decode(frameIn(t, f, `[70,1,{"x":{"y":[1]},"progress":true}]`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&wamp.Yield{Request: 1, Options: wamp.YieldOptions{Progress: true}}, m); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestHotMessagesDecodeAndAppendWithoutAllocation(t *testing.T) {
	inEveryFormat(t, func(t *testing.T, f wamp.Format) {
		for _, test := range benchMessages {
			frame := frameIn(t, f, test.json)
			d := NewDecoder(f, Options{})
			m, err := d.Decode(frame)
			if err != nil {
				t.Fatal(err)
			}
			dst := make([]byte, 0, SizeHint(m))
			if n := testing.AllocsPerRun(100, func() { m, err = d.Decode(frame) }); n != 0 {
				t.Errorf("Decode of %s: %v allocations", test.name, n)
			}
			if n := testing.AllocsPerRun(100, func() { _, err = Append(dst, f, m) }); n != 0 {
				t.Errorf("Append of %s: %v allocations", test.name, n)
			}
		}
	})
}

func TestDecoderRetainsNeitherFrameNorLargeScratchSpace(t *testing.T) {
	d := NewDecoder(wamp.JSON, Options{KeepExtra: true})
	frame := []byte(`[70,1,{"x":"` + strings.Repeat(`\n`, 1<<20) + `"}]`)
	if _, err := d.Decode(frame); err != nil {
		t.Fatal(err)
	}
	if cap(d.scan.scratch) > scratchLimit {
		t.Errorf("%d octets of scratch space are kept", cap(d.scan.scratch))
	}
	if d.scan.data != nil || d.scan.tok.text != nil || d.attribute != nil {
		t.Error("the frame is kept")
	}
}

func TestReasonsQuoteWhatThePeerSent(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, key := range []string{`a\nb`, `<script>`, long, ``} {
		_, err := decodeText(t, wamp.CBOR, `[70,1,{"`+key+`":1,"progress":2}]`)
		if err == nil || !strings.Contains(err.Error(), "YIELD.Options.progress") {
			t.Errorf("got %v", err)
		}
		_, err = NewDecoder(wamp.JSON, Options{}).Decode([]byte(`[70,1,{"` + key + `":!}]`))
		if err == nil || len(err.Error()) > 200 || strings.ContainsAny(err.Error(), "\n") {
			t.Errorf("got %q", err)
		}
	}
}

func TestViolationNamesTheType(t *testing.T) {
	_, err := decodeText(t, wamp.CBOR, `[48,1]`)
	var v *Violation
	if !errors.As(err, &v) || v.Type != wamp.TypeCall {
		t.Errorf("got %#v", err)
	}
	if _, err = decodeText(t, wamp.CBOR, `{}`); !errors.As(err, &v) || v.Type != 0 {
		t.Errorf("got %#v", err)
	}
}
