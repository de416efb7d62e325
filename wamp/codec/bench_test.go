package codec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

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

// BenchmarkCheck walks payloads of several shapes: how fast a router looks at
// what it only passes on.
func BenchmarkCheck(b *testing.B) {
	text := strings.Repeat("The quick brown fox. ", 50)
	numbers, records, texts := []any{}, []any{}, []any{}
	for i := range 1000 {
		numbers = append(numbers, i*i)
		texts = append(texts, text)
		records = append(records, wamp.Dict{"id": i, "name": "Jane Doe", "active": true, "score": 1.5})
	}
	for _, f := range wamp.Formats() {
		for name, v := range map[string]any{"numbers": numbers, "records": records, "texts": texts, "bytes": make([]byte, 64<<10)} {
			b.Run(f.String()+"/"+name, func(b *testing.B) {
				value, err := AppendValue(nil, f, v)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(value)))
				for b.Loop() {
					if err := Check(f, value, 0); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkTranscode is what a small payload costs between two serializers.
func BenchmarkTranscode(b *testing.B) {
	for _, from := range wamp.Formats() {
		value := frameIn(b, from, `["0123456789abcdef",42,{"name":"Jane Doe","active":true,"score":1.5}]`)
		for _, to := range wamp.Formats() {
			b.Run(from.String()+"_to_"+to.String(), func(b *testing.B) {
				dst := make([]byte, 0, 256)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Transcode(dst, from, to, value); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkJSONScanners is why the JSON scanner is our own: jsontext takes about
// twice as long for the same small message, copies it into a buffer of its own
// first, and has no way to go on from a position in a frame.
func BenchmarkJSONScanners(b *testing.B) {
	frame := []byte(benchMessages[0].json)
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Check(wamp.JSON, frame, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("jsontext", func(b *testing.B) {
		var in bytes.Reader
		d := jsontext.NewDecoder(&in, jsontext.AllowDuplicateNames(true))
		b.ReportAllocs()
		for b.Loop() {
			in.Reset(frame)
			d.Reset(&in, jsontext.AllowDuplicateNames(true))
			if err := d.SkipValue(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
