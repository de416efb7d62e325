package codec

import (
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// toCBOR writes JSON text as a frame in another format.
func frameIn(t testing.TB, f wamp.Format, text string) []byte {
	t.Helper()
	if f == wamp.JSON {
		return []byte(text)
	}
	frame, err := Transcode(nil, wamp.JSON, f, []byte(text))
	if err != nil {
		t.Fatalf("transcode %s to %s: %v", text, f, err)
	}
	return frame
}

func TestSmoke(t *testing.T) {
	for _, f := range wamp.Formats() {
		for _, text := range []string{
			`[48,1,{},"com.a"]`, `[48,1,{"timeout":5,"progress":true,"x":[1,2]},"com.a",[1,"x",1.5,null,true,{"a":[]}],{"k":-5}]`,
			`[68,1,2,{"caller":7},[],{"a":1}]`, `[70,1,{}]`, `[16,1,{"acknowledge":true,"exclude":[1,2]},"a",[1]]`,
		} {
			d := NewDecoder(f, Options{KeepExtra: true})
			frame := frameIn(t, f, text)
			m, err := d.Decode(frame)
			if err != nil {
				t.Errorf("%s %s: %v", f, text, err)
				continue
			}
			out, err := Append(nil, wamp.JSON, m)
			if err != nil || string(out) != text {
				t.Errorf("%s: %s -> %s %v", f, text, out, err)
			}
		}
	}
}
