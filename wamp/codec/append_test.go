package codec

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
)

func TestAppendShapes(t *testing.T) {
	list := func(s string) wamp.Payload { return wamp.Payload{Format: wamp.JSON, Args: []byte(s)} }
	both := func(args, kwargs string) wamp.Payload {
		p := wamp.Payload{Format: wamp.JSON, Kwargs: []byte(kwargs)}
		if args != "" {
			p.Args = []byte(args)
		}
		return p
	}
	for _, test := range []struct {
		name string
		m    wamp.Message
		want string
	}{
		{"W023 no payload", &wamp.Event{Subscription: 1, Publication: 2}, `[36,1,2,{}]`},
		{"W023 empty arguments", &wamp.Event{Subscription: 1, Publication: 2, Payload: list(`[]`)}, `[36,1,2,{}]`},
		{"W023 empty arguments with whitespace", &wamp.Event{Subscription: 1, Publication: 2, Payload: list(" [\n] ")}, `[36,1,2,{}]`},
		{"W023 both empty", &wamp.Event{Subscription: 1, Publication: 2, Payload: both(`[]`, `{}`)}, `[36,1,2,{}]`},
		{"W023 empty keyword arguments", &wamp.Event{Subscription: 1, Publication: 2, Payload: both(`[1]`, `{ }`)}, `[36,1,2,{},[1]]`},
		{"W023 keyword arguments only", &wamp.Event{Subscription: 1, Publication: 2, Payload: both(``, `{"a":1}`)}, `[36,1,2,{},[],{"a":1}]`},
		{"W023 keyword arguments behind an empty list", &wamp.Event{Subscription: 1, Publication: 2, Payload: both(`[]`, `{"a":1}`)}, `[36,1,2,{},[],{"a":1}]`},
		{"no details", &wamp.Welcome{Session: 1}, `[2,1,{}]`},
		{"exclude_me is inverted", &wamp.Publish{Request: 1, Topic: "t", Options: wamp.PublishOptions{IncludeMe: true}}, `[16,1,{"exclude_me":false},"t"]`},
		{"empty lists differ from absent ones", &wamp.Publish{Request: 1, Topic: "t", Options: wamp.PublishOptions{Eligible: []wamp.ID{}, ExcludeAuthID: []string{}}},
			`[16,1,{"exclude_authid":[],"eligible":[]},"t"]`},
		{"trust level 0", &wamp.Event{Subscription: 1, Publication: 2, Details: wamp.EventDetails{HasTrustLevel: true}}, `[36,1,2,{"trustlevel":0}]`},
		{"extra attributes are sorted", &wamp.Yield{Request: 1, Options: wamp.YieldOptions{Progress: true, Extra: wamp.Dict{"_c": 1, "_a": nil, "_b": []any{}}}},
			`[70,1,{"progress":true,"_a":null,"_b":[],"_c":1}]`},
		{"ABORT with a payload", &wamp.Abort{Reason: wamp.ErrNoSuchRealm, Payload: list(`["x"]`)}, `[3,{},"wamp.error.no_such_realm",["x"]]`},
		{"ABORT without", &wamp.Abort{Details: wamp.Dict{"message": "x"}, Reason: wamp.ErrNoSuchRealm}, `[3,{"message":"x"},"wamp.error.no_such_realm"]`},
		{"revoked subscription", &wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: 5, Reason: "r"}}, `[35,0,{"subscription":5,"reason":"r"}]`},
		{"revoked registration", &wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: 5, Reason: "r"}}, `[67,0,{"registration":5,"reason":"r"}]`},
		{"more attributes than fit a short head", &wamp.Yield{Request: 1, Options: wamp.YieldOptions{Extra: manyAttributes(30)}},
			`[70,1,{` + strings.TrimSuffix(manyJSON(30), ",") + `}]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			inEveryFormat(t, func(t *testing.T, f wamp.Format) {
				got, err := Append([]byte("before:"), f, test.m)
				if err != nil {
					t.Fatal(err)
				}
				if want := "before:" + string(frameIn(t, f, test.want)); string(got) != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			})
		})
	}
}

func attributeName(i int) string { return string([]byte{'a' + byte(i/26), 'a' + byte(i%26)}) }

func manyAttributes(n int) wamp.Dict {
	d := wamp.Dict{}
	for i := range n {
		d[attributeName(i)] = true
	}
	return d
}

func manyJSON(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(`"` + attributeName(i) + `":true,`)
	}
	return s.String()
}

func TestW031IntegersAreWrittenInTheirShortestForm(t *testing.T) {
	for _, test := range []struct {
		v             any
		cbor, msgpack string
	}{
		{uint64(0), "00", "00"}, {uint64(23), "17", "17"}, {uint64(24), "1818", "18"}, {uint64(127), "187f", "7f"},
		{uint64(128), "1880", "cc80"}, {uint64(255), "18ff", "ccff"}, {uint64(256), "190100", "cd0100"},
		{uint64(65535), "19ffff", "cdffff"}, {uint64(65536), "1a00010000", "ce00010000"},
		{uint64(math.MaxUint32), "1affffffff", "ceffffffff"}, {uint64(math.MaxUint32 + 1), "1b0000000100000000", "cf0000000100000000"},
		{uint64(math.MaxUint64), "1bffffffffffffffff", "cfffffffffffffffff"},
		{-1, "20", "ff"}, {-24, "37", "e8"}, {-25, "3818", "e7"}, {-32, "381f", "e0"}, {-33, "3820", "d0df"},
		{-128, "387f", "d080"}, {-129, "3880", "d1ff7f"}, {-256, "38ff", "d1ff00"}, {-32768, "397fff", "d18000"},
		{-32769, "398000", "d2ffff7fff"}, {math.MinInt32, "3a7fffffff", "d280000000"},
		{int64(math.MinInt32 - 1), "3a80000000", "d3ffffffff7fffffff"}, {int64(math.MinInt64), "3b7fffffffffffffff", "d38000000000000000"},
		{int64(200), "18c8", "ccc8"}, {int16(300), "19012c", "cd012c"},
	} {
		for f, want := range map[wamp.Format]string{wamp.CBOR: test.cbor, wamp.MsgPack: test.msgpack} {
			got, err := AppendValue(nil, f, test.v)
			if err != nil || hex.EncodeToString(got) != want {
				t.Errorf("%v in %s is %x (%v), want %s", test.v, f, got, err, want)
			}
		}
	}
}

func TestW031HeadOfAMessageHasShortIntegers(t *testing.T) {
	m := &wamp.Published{Request: 200, Publication: 70000}
	for f, want := range map[wamp.Format]string{wamp.CBOR: "831118c81a00011170", wamp.MsgPack: "9311ccc8ce00011170"} {
		if got, err := Append(nil, f, m); err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%s: %x (%v), want %s", f, got, err, want)
		}
	}
}

func TestAppendSplicesThePayloadAsItIs(t *testing.T) {
	indefinite := []byte{0x9f, 0x18, 0x01, 0xff} // neither definite nor shortest
	got, err := Append(nil, wamp.CBOR, &wamp.Yield{Request: 1, Payload: wamp.Payload{Format: wamp.CBOR, Args: indefinite}})
	if want := "84184601a09f1801ff"; err != nil || hex.EncodeToString(got) != want {
		t.Errorf("%x (%v), want %s", got, err, want)
	}
	for _, empty := range []string{"80", "9fff", "9800", "9b0000000000000000"} {
		args, _ := hex.DecodeString(empty)
		got, err := Append(nil, wamp.CBOR, &wamp.Yield{Request: 1, Payload: wamp.Payload{Format: wamp.CBOR, Args: args}})
		if want := "83184601a0"; err != nil || hex.EncodeToString(got) != want {
			t.Errorf("empty arguments %s: %x (%v), want %s", empty, got, err, want)
		}
	}
}

type foreignMessage struct{}

func (foreignMessage) Type() wamp.MessageType { return 1 }

func TestAppendFailsAndLeavesTheBufferAsItWas(t *testing.T) {
	args := func(f wamp.Format, octets ...byte) wamp.Payload { return wamp.Payload{Format: f, Args: octets} }
	for _, test := range []struct {
		name          string
		f             wamp.Format
		m             wamp.Message
		unrepresented bool
		violation     bool
	}{
		{"unknown format", 9, &wamp.Yield{Request: 1}, false, false},
		{"payload in no format", wamp.CBOR, &wamp.Yield{Request: 1, Payload: args(0, 0x81, 1)}, false, false},
		{"message of another package", wamp.CBOR, foreignMessage{}, false, false},
		{"nil", wamp.CBOR, nil, false, false},
		{"URI that is not UTF-8", wamp.CBOR, &wamp.Call{Request: 1, Procedure: "\xff"}, true, false},
		{"attribute that is not UTF-8", wamp.JSON, &wamp.Call{Request: 1, Options: wamp.CallOptions{RKey: "\xff"}}, true, false},
		{"NaN in JSON", wamp.JSON, &wamp.Yield{Request: 1, Payload: args(wamp.CBOR, 0x81, 0xf9, 0x7e, 0)}, true, false},
		{"CBOR tag", wamp.MsgPack, &wamp.Yield{Request: 1, Payload: args(wamp.CBOR, 0x81, 0xc2, 0x41, 1)}, true, false},
		{"truncated payload", wamp.MsgPack, &wamp.Yield{Request: 1, Payload: args(wamp.CBOR, 0x82, 1)}, false, true},
		{"value in extra", wamp.CBOR, &wamp.Yield{Request: 1, Options: wamp.YieldOptions{Extra: wamp.Dict{"x": make(chan int)}}}, true, false},
		{"details", wamp.CBOR, &wamp.Welcome{Session: 1, Details: wamp.Dict{"x": struct{}{}}}, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Append([]byte("before"), test.f, test.m)
			if err == nil || string(got) != "before" {
				t.Fatalf("got %q, %v", got, err)
			}
			var v *Violation
			if errors.Is(err, ErrUnrepresentable) != test.unrepresented || errors.As(err, &v) != test.violation {
				t.Errorf("got %v", err)
			}
		})
	}
}

// everyMessage is one message of each type, empty.
func everyMessage() []wamp.Message {
	return []wamp.Message{
		new(wamp.Hello), new(wamp.Welcome), new(wamp.Abort), new(wamp.Challenge), new(wamp.Authenticate), new(wamp.Goodbye), new(wamp.ErrorMessage),
		new(wamp.Publish), new(wamp.Published), new(wamp.Subscribe), new(wamp.Subscribed), new(wamp.Unsubscribe), new(wamp.Unsubscribed), new(wamp.Event),
		new(wamp.Call), new(wamp.Cancel), new(wamp.Result), new(wamp.Register), new(wamp.Registered), new(wamp.Unregister), new(wamp.Unregistered),
		new(wamp.Invocation), new(wamp.Interrupt), new(wamp.Yield),
	}
}

// fill sets every field to the value that takes the most room.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(math.MinInt64)
	case reflect.Uint16:
		v.SetUint(uint64(wamp.TypeInvocation))
	case reflect.Uint64:
		v.SetUint(math.MaxUint64)
		if v.Type() == reflect.TypeFor[wamp.ID]() {
			v.SetUint(uint64(wamp.MaxID))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		list := []any{text, []byte(text), wamp.Dict{text: -1e-300}, []string{text}, []wamp.ID{wamp.MaxID}, nil, int64(math.MinInt64)}
		v.Set(reflect.ValueOf(wamp.Dict{"x" + text: list}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[wamp.Payload]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	default:
		panic(v.Kind())
	}
}

func TestSizeHintIsEnough(t *testing.T) {
	for _, text := range []string{"", "x", strings.Repeat("\x01", 300)} {
		for _, m := range everyMessage() {
			fill(reflect.ValueOf(m).Elem(), text)
			if u, ok := m.(*wamp.Unsubscribed); ok {
				u.Request = 0
			}
			if u, ok := m.(*wamp.Unregistered); ok {
				u.Request = 0
			}
			for _, f := range wamp.Formats() {
				frame, err := Append(nil, f, m)
				if err != nil {
					t.Fatal(err)
				}
				if hint := SizeHint(m); len(frame) > hint {
					t.Errorf("%s in %s: %d octets, SizeHint %d", m.Type(), f, len(frame), hint)
				}
			}
		}
	}
}

// Every attribute that the message structs have comes back.
func TestEveryFieldRoundTrips(t *testing.T) {
	for _, m := range everyMessage() {
		fill(reflect.ValueOf(m).Elem(), "text")
		switch m := m.(type) { // what is not sent
		case *wamp.Unsubscribed:
			m.Request = 0
		case *wamp.Unregistered:
			m.Request = 0
		}
		for _, f := range wamp.Formats() {
			frame, err := Append(nil, f, m)
			if err != nil {
				t.Fatal(err)
			}
			back, err := NewDecoder(f, Options{KeepExtra: true}).Decode(frame)
			if err != nil {
				t.Fatalf("%s in %s: %v", m.Type(), f, err)
			}
			if diff := cmp.Diff(m, back, cmp.FilterPath(isDict, cmp.Comparer(sameInJSON))); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", m.Type(), f, diff)
			}
		}
	}
}

func isDict(p cmp.Path) bool { return p.Last().Type() == reflect.TypeFor[wamp.Dict]() }

// sameInJSON compares dictionaries whose Go types differ, as []string and []any do.
func sameInJSON(a, b any) bool {
	x, errX := AppendValue(nil, wamp.JSON, a)
	y, errY := AppendValue(nil, wamp.JSON, b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func TestDictsAreWrittenSortedByKey(t *testing.T) {
	m := &wamp.Hello{Realm: "r", Details: wamp.Dict{"b": 1, "a": wamp.Dict{"z": 1, "y": 2}, "c": map[string]int{"k": 1, "j": 2}}}
	got, err := Append(nil, wamp.JSON, m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`[1,"r",{"a":{"y":2,"z":1},"b":1,"c":{"j":2,"k":1}}]`, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
