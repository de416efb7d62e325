package codec_test

import (
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// A message is written with its payload as it is, and parsed without decoding
// the payload.
func Example() {
	payload, err := codec.EncodePayload(wamp.JSON, []any{"sku-1", 3}, wamp.Dict{"dry_run": true})
	if err != nil {
		panic(err)
	}
	call := &wamp.Call{Request: 1, Procedure: "com.acme.reserve", Payload: payload}
	frame, err := codec.Append(nil, wamp.JSON, call)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", frame)

	decoder := codec.NewDecoder(wamp.JSON, codec.Options{})
	m, err := decoder.Decode(frame)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %s\n", m.(*wamp.Call).Procedure, m.(*wamp.Call).Payload.Args)
	// Output:
	// [48,1,{},"com.acme.reserve",["sku-1",3],{"dry_run":true}]
	// com.acme.reserve ["sku-1",3]
}

// Whatever is wrong with a frame, the reason says where.
func ExampleDecoder_Decode_violation() {
	decoder := codec.NewDecoder(wamp.JSON, codec.Options{})
	_, err := decoder.Decode([]byte(`[16,1,{"acknowledge":1},"com.acme.changed"]`))
	var violation *codec.Violation
	if errors.As(err, &violation) {
		fmt.Println(violation.Type, "|", violation.Reason)
	}
	// Output: PUBLISH | PUBLISH.Options.acknowledge: want a bool, got an integer
}

// A byte string has a spelling in JSON, and comes back as one.
func ExampleTranscode() {
	inCBOR, err := codec.AppendValue(nil, wamp.CBOR, []any{[]byte{0, 1, 2}, 1.0})
	if err != nil {
		panic(err)
	}
	inJSON, err := codec.Transcode(nil, wamp.CBOR, wamp.JSON, inCBOR)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", inJSON)
	// Output: ["\u0000AAEC",1.0]
}

// Dynamic values are for what has no Go type of its own.
func ExampleDecodeValue() {
	v, err := codec.DecodeValue(wamp.JSON, []byte(`{"big":18446744073709551615,"small":-1,"real":1.0}`))
	if err != nil {
		panic(err)
	}
	d := v.(wamp.Dict)
	fmt.Printf("%T %T %T\n", d["big"], d["small"], d["real"])
	// Output: uint64 int64 float64
}
