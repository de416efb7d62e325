package transport

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func TestUnbatch(t *testing.T) { // W038
	cases := []struct {
		name   string
		format wamp.Format
		batch  string
		want   []string
		err    error
	}{
		{"one of JSON", wamp.JSON, "[1]\x1e", []string{"[1]"}, nil},
		{"three of JSON", wamp.JSON, "[1]\x1e[22]\x1e[3]\x1e", []string{"[1]", "[22]", "[3]"}, nil},
		{"an empty one of JSON", wamp.JSON, "\x1e[1]\x1e", []string{"", "[1]"}, nil},
		{"none of JSON", wamp.JSON, "", nil, errEmptyBatch},
		{"JSON without separator", wamp.JSON, "[1]", nil, errNoSeparator},
		{"JSON without the last separator", wamp.JSON, "[1]\x1e[2]", []string{"[1]"}, errNoSeparator},
		{"one of CBOR", wamp.CBOR, "\x00\x00\x00\x01a", []string{"a"}, nil},
		{"three of MsgPack", wamp.MsgPack, "\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x02bc", []string{"a", "", "bc"}, nil},
		{"none of CBOR", wamp.CBOR, "", nil, errEmptyBatch},
		{"less than a length", wamp.CBOR, "\x00\x00\x00", nil, errNoLength},
		{"less than a second length", wamp.CBOR, "\x00\x00\x00\x01a\x00", []string{"a"}, errNoLength},
		{"less than a message", wamp.MsgPack, "\x00\x00\x00\x02a", nil, errShortMessage},
		{"a length of 32 bits", wamp.MsgPack, "\xFF\xFF\xFF\xFFa", nil, errShortMessage},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			batch := []byte(c.batch)
			for {
				message, rest, err := unbatch(c.format, batch, 100)
				if err != nil {
					if err != c.err {
						t.Errorf("got %v, want %v", err, c.err)
					}
					break
				}
				got = append(got, string(message))
				if batch = rest; len(batch) == 0 {
					break
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
	if _, _, err := unbatch(wamp.CBOR, append([]byte{0, 0, 0, 101}, make([]byte, 101)...), 100); err == nil {
		t.Error("a message of 101 octets passed a limit of 100")
	}
}

// FuzzUnbatch takes batches apart. What comes out, put together again, has to
// be what went in.
func FuzzUnbatch(f *testing.F) {
	for _, seed := range []string{
		"", "[1]\x1e", "[1]\x1e[2]\x1e", "[1]", "\x1e", "\x1e\x1e",
		"\x00\x00\x00\x01a", "\x00\x00\x00\x01a\x00\x00\x00\x00", "\x00\x00\x00", "\x00\x00\x00\x02a", "\xFF\xFF\xFF\xFFa",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, asText bool) {
		const limit = 100
		format := wamp.CBOR
		if asText {
			format = wamp.JSON
		}
		var again []byte
		for batch := data; ; {
			message, rest, err := unbatch(format, batch, limit)
			if err != nil {
				if message != nil || rest != nil {
					t.Errorf("got %q and %q with %v", message, rest, err)
				}
				if !bytes.HasPrefix(data, again) {
					t.Errorf("%q became %q", data, again)
				}
				return
			}
			if len(message) > limit || cap(message) != len(message) {
				t.Errorf("message of %d octets with room for %d", len(message), cap(message))
			}
			if asText {
				again = append(append(again, message...), recordSeparator)
			} else {
				again = append(binary.BigEndian.AppendUint32(again, uint32(len(message))), message...)
			}
			if batch = rest; len(batch) == 0 {
				break
			}
		}
		if !bytes.Equal(again, data) {
			t.Errorf("%q became %q", data, again)
		}
	})
}
