package codec

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func FuzzDecodeCBOR(f *testing.F)    { fuzzDecode(f, wamp.CBOR) }
func FuzzDecodeMsgPack(f *testing.F) { fuzzDecode(f, wamp.MsgPack) }
func FuzzDecodeJSON(f *testing.F)    { fuzzDecode(f, wamp.JSON) }

// fuzzDecode holds the package's promise: what Decode accepts is well-formed in
// the eyes of others, Append can write it for every receiver, or says that it
// is unrepresentable, and what it wrote is the same message again.
func fuzzDecode(f *testing.F, format wamp.Format) {
	for _, m := range benchMessages {
		f.Add(frameIn(f, format, m.json))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := NewDecoder(format, Options{KeepExtra: true}).Decode(frame)
		var v *Violation
		if err != nil {
			if !errors.As(err, &v) {
				t.Fatalf("error is a %T: %v", err, err)
			}
			return
		}
		if err := oracle(format, frame); err != nil {
			t.Fatalf("accepted, but %v", err)
		}
		for _, to := range wamp.Formats() {
			again, err := Append(nil, to, m)
			if errors.Is(err, ErrUnrepresentable) && to != format {
				continue
			}
			if err != nil {
				t.Fatalf("append in %s: %v", to, err)
			}
			if size := SizeHint(m); to == format && len(again) > size {
				t.Fatalf("SizeHint is %d for %d octets", size, len(again))
			}
			if err := oracle(to, again); err != nil {
				t.Fatalf("appended %x in %s, but %v", again, to, err)
			}
			back, err := NewDecoder(to, Options{KeepExtra: true}).Decode(again)
			if err != nil {
				t.Fatalf("appended %x in %s, which is refused: %v", again, to, err)
			}
			compareMessages(t, m, back)
		}
	})
}

func compareMessages(t *testing.T, a, b wamp.Message) {
	t.Helper()
	headA, payloadA := split(t, a)
	headB, payloadB := split(t, b)
	if !bytes.Equal(headA, headB) {
		t.Fatalf("%+v became %+v", a, b)
	}
	argsA, kwargsA, err := DecodePayload(payloadA)
	if err != nil {
		if !errors.Is(err, ErrUnrepresentable) {
			t.Fatalf("payload was accepted, but %v", err)
		}
		return
	}
	argsB, kwargsB, err := DecodePayload(payloadB)
	if err != nil {
		t.Fatal(err)
	}
	if len(argsA)+len(argsB) > 0 && !same(argsA, argsB) || len(kwargsA)+len(kwargsB) > 0 && !same(kwargsA, kwargsB) {
		t.Fatalf("payload %v %v became %v %v", argsA, kwargsA, argsB, kwargsB)
	}
}

// split returns a message without its payload, in a form that can be compared,
// and the payload.
func split(t *testing.T, m wamp.Message) ([]byte, wamp.Payload) {
	t.Helper()
	head := reflect.New(reflect.TypeOf(m).Elem())
	head.Elem().Set(reflect.ValueOf(m).Elem())
	var p wamp.Payload
	if field := head.Elem().FieldByName("Payload"); field.IsValid() {
		p = field.Interface().(wamp.Payload)
		field.SetZero()
	}
	octets, err := Append(nil, wamp.CBOR, head.Interface().(wamp.Message))
	if err != nil {
		t.Fatal(err)
	}
	return octets, p
}

// addValues seeds a target whose arguments are a format's number and a value.
func addValues(f *testing.F) {
	for _, m := range benchMessages {
		for _, format := range wamp.Formats() {
			f.Add(uint8(format), frameIn(f, format, m.json))
		}
	}
}

// pick makes a format of a fuzzed number.
func pick(n uint8) wamp.Format { return wamp.Formats()[int(n)%len(wamp.Formats())] }

// FuzzDecodeValue holds that the walk that only checks a value and the one that
// decodes it agree, and that values come back as they were.
func FuzzDecodeValue(f *testing.F) {
	addValues(f)
	f.Fuzz(func(t *testing.T, n uint8, octets []byte) {
		format := pick(n)
		checked := Check(format, octets, maxDepth)
		v, err := DecodeValue(format, octets)
		switch {
		case checked != nil && err == nil:
			t.Fatalf("decoded to %v, but Check says %v", v, checked)
		case checked != nil || errors.Is(err, ErrUnrepresentable):
			return
		case err != nil:
			t.Fatalf("Check passes, but %v", err)
		}
		if err := oracle(format, octets); err != nil {
			t.Fatalf("accepted, but %v", err)
		}
		for _, to := range wamp.Formats() {
			again, err := AppendValue(nil, to, v)
			if errors.Is(err, ErrUnrepresentable) && to != format {
				continue
			}
			if err != nil {
				t.Fatalf("append in %s: %v", to, err)
			}
			back, err := DecodeValue(to, again)
			if err != nil || !same(v, back) {
				t.Fatalf("%v became %v through %s (%v)", v, back, to, err)
			}
		}
	})
}

// FuzzTranscode holds that a transcoded value means the same.
func FuzzTranscode(f *testing.F) {
	addValues(f)
	f.Fuzz(func(t *testing.T, n uint8, octets []byte) {
		from, to := pick(n), pick(n/8)
		checked := Check(from, octets, maxDepth)
		got, err := Transcode(nil, from, to, octets)
		switch {
		case checked != nil && err == nil:
			t.Fatalf("transcoded to %x, but Check says %v", got, checked)
		case checked != nil || errors.Is(err, ErrUnrepresentable):
			return
		case err != nil:
			t.Fatalf("Check passes, but %v", err)
		}
		if err := Check(to, got, maxDepth); err != nil {
			t.Fatalf("transcoded to %x, but %v", got, err)
		}
		if err := oracle(to, got); err != nil {
			t.Fatalf("transcoded to %x, but %v", got, err)
		}
		want, err := DecodeValue(from, octets)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeValue(to, got); err != nil || !same(want, back) {
			t.Fatalf("%v became %v (%v)", want, back, err)
		}
	})
}
