package codec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
)

func TestKeepCustom(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			sent := wamp.Dict{
				"_text": "x", "_number": int64(-1), "_float": 1.5, "_flag": true, "_octets": []byte{1},
				"_list": []any{"x"}, "_dict": wamp.Dict{"a": "b"}, "_null": nil, "_ab": "too short", "_UPPER": "x", "plain": "x",
				"_large": strings.Repeat("x", MaxCustom+1),
			}
			frame, err := Append(nil, f, &wamp.Call{Request: 1, Procedure: "a.b", Options: wamp.CallOptions{Timeout: 5, Extra: sent}})
			if err != nil {
				t.Fatal(err)
			}
			m, err := NewDecoder(f, Options{KeepCustom: true}).Decode(frame)
			if err != nil {
				t.Fatal(err)
			}
			want := wamp.Dict{"_text": "x", "_number": int64(-1), "_float": 1.5, "_flag": true, "_octets": []byte{1}}
			o := m.(*wamp.Call).Options
			if diff := cmp.Diff(want, o.Extra); diff != "" || o.Timeout != 5 {
				t.Errorf("timeout %d, and (-want +got):\n%s", o.Timeout, diff)
			}
		})
	}
}

func TestKeepCustomIsBounded(t *testing.T) {
	sent := wamp.Dict{}
	for _, c := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		sent["_number_"+c] = int64(1)
	}
	frame, err := Append(nil, wamp.CBOR, &wamp.Publish{Request: 1, Topic: "a.b", Options: wamp.PublishOptions{Extra: sent}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewDecoder(wamp.CBOR, Options{KeepCustom: true}).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	if kept := len(m.(*wamp.Publish).Options.Extra); kept != mostCustom {
		t.Errorf("kept %d", kept)
	}
}
