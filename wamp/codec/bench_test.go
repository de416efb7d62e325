package codec

import (
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// benchMessages are the frames of the hot path: 16 octets of payload, small
// options where the router really adds them.
var benchMessages = []struct{ name, json string }{
	{"CALL", `[48,4711,{},"com.example.inventory.reserve",["0123456789abcdef"]]`},
	{"CALL_options", `[48,4711,{"timeout":5000,"receive_progress":true},"com.example.inventory.reserve",["0123456789abcdef",42],{"dry_run":true}]`},
	{"INVOCATION", `[68,4711,15,{},["0123456789abcdef"]]`},
	{"YIELD", `[70,4711,{},["0123456789abcdef"]]`},
	{"RESULT", `[50,4711,{},["0123456789abcdef"]]`},
	{"PUBLISH", `[16,4711,{"acknowledge":true},"com.example.inventory.changed",["0123456789abcdef"]]`},
	{"EVENT", `[36,15,4503599627370496,{"publisher":2251799813685248},["0123456789abcdef"]]`},
}

func BenchmarkDecode(b *testing.B) {
	for _, f := range wamp.Formats() {
		for _, m := range benchMessages {
			b.Run(f.String()+"/"+m.name, func(b *testing.B) {
				frame := frameIn(b, f, m.json)
				d := NewDecoder(f, Options{})
				b.ReportAllocs()
				for b.Loop() {
					if _, err := d.Decode(frame); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, f := range wamp.Formats() {
		for _, m := range benchMessages {
			b.Run(f.String()+"/"+m.name, func(b *testing.B) {
				msg, err := NewDecoder(f, Options{}).Decode(frameIn(b, f, m.json))
				if err != nil {
					b.Fatal(err)
				}
				dst := make([]byte, 0, SizeHint(msg))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Append(dst, f, msg); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
