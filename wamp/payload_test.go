package wamp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormatNames(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(f.String()); err != nil || got != f {
			t.Errorf("%s parses as %v, %v", f, got, err)
		}
	}
	if got, err := ParseFormat("MsgPack"); err != nil || got != MsgPack {
		t.Errorf("got %v, %v", got, err)
	}
	for _, name := range []string{"", "ubjson", "Format(0)"} {
		if got, err := ParseFormat(name); err == nil {
			t.Errorf("%q parses as %v", name, got)
		}
	}
	if name := Format(9).String(); name != "Format(9)" {
		t.Errorf("got %q", name)
	}
}

func TestPayloadClonesOutliveTheirBuffer(t *testing.T) {
	p := Payload{Format: JSON, Args: []byte(`[1]`), Kwargs: []byte(`{"a":1}`)}
	clone := p.Clone()
	p.Args[1], p.Kwargs[5] = '2', '2'
	if diff := cmp.Diff(Payload{Format: JSON, Args: []byte(`[1]`), Kwargs: []byte(`{"a":1}`)}, clone); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Size() != 10 || p.Empty() {
		t.Errorf("size %d, empty %v", p.Size(), p.Empty())
	}
	if empty := (Payload{}); !empty.Empty() || !empty.Clone().Empty() || empty.Size() != 0 {
		t.Error("the zero payload is not empty")
	}
}

func TestMessageTypeNames(t *testing.T) {
	for code, want := range map[MessageType]string{TypeHello: "HELLO", TypeYield: "YIELD", TypeUnsubscribed: "UNSUBSCRIBED", 7: "MessageType(7)"} {
		if got := code.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, m := range []Message{
		&Hello{}, &Welcome{}, &Abort{}, &Challenge{}, &Authenticate{}, &Goodbye{}, &ErrorMessage{}, &Publish{}, &Published{}, &Subscribe{}, &Subscribed{},
		&Unsubscribe{}, &Unsubscribed{}, &Event{}, &Call{}, &Cancel{}, &Result{}, &Register{}, &Registered{}, &Unregister{}, &Unregistered{},
		&Invocation{}, &Interrupt{}, &Yield{},
	} {
		if _, named := messageNames[m.Type()]; !named {
			t.Errorf("%T has no name", m)
		}
	}
}
