package runtime

import (
	"bytes"
	"io"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// The one mapping between Go values and the WAMP data profile: CBOR without
// tags, tuned so that a struct means the same as it does to encoding/json.
// Sessions in JSON and MsgPack transcode from and to it.
var (
	encoding = must(cbor.EncOptions{
		Time:            cbor.TimeRFC3339NanoUTC,
		TimeTag:         cbor.EncTagNone,
		NilContainers:   cbor.NilContainerAsEmpty,
		OmitEmpty:       cbor.OmitEmptyGoValue,
		BigIntConvert:   cbor.BigIntConvertShortest,
		TagsMd:          cbor.TagsForbidden,
		IndefLength:     cbor.IndefLengthForbidden,
		BinaryMarshaler: cbor.BinaryMarshalerNone,
		TextMarshaler:   cbor.TextMarshalerTextString,
		JSONMarshalerTranscoder: transcoder(func(dst io.Writer, src []byte) error {
			return transcode(dst, wamp.JSON, wamp.CBOR, src)
		}),
	}.UserBufferEncMode())

	decoding = must(cbor.DecOptions{
		DefaultMapType:    reflect.TypeFor[map[string]any](),
		IntDec:            cbor.IntDecConvertSignedOrBigInt,
		MaxNestedLevels:   codec.DefaultDepth,
		MaxArrayElements:  1<<31 - 1, // the message's size is the limit
		MaxMapPairs:       1<<31 - 1,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		BinaryUnmarshaler: cbor.BinaryUnmarshalerNone,
		TextUnmarshaler:   cbor.TextUnmarshalerTextString,
		JSONUnmarshalerTranscoder: transcoder(func(dst io.Writer, src []byte) error {
			return transcode(dst, wamp.CBOR, wamp.JSON, src)
		}),
	}.DecMode())
)

func must[M any](mode M, err error) M {
	if err != nil {
		panic(err) // the options above contradict each other
	}
	return mode
}

// transcoder lets types that implement only json.Marshaler or json.Unmarshaler
// keep their form.
type transcoder func(dst io.Writer, src []byte) error

// Transcode implements cbor.Transcoder.
func (t transcoder) Transcode(dst io.Writer, src io.Reader) error {
	value, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	return t(dst, value)
}

func transcode(dst io.Writer, from, to wamp.Format, value []byte) error {
	out, err := codec.Transcode(nil, from, to, value)
	if err != nil {
		return err
	}
	_, err = dst.Write(out)
	return err
}

// appendMapped appends the encoding of any value of the data profile. scratch
// is overwritten.
func appendMapped(dst []byte, v any, scratch *bytes.Buffer) ([]byte, error) {
	scratch.Reset()
	if err := encoding.MarshalToBuffer(v, scratch); err != nil {
		return dst, err
	}
	// The library is more generous than the data profile: it lets integer keys
	// and invalid UTF-8 through, for which a router ends the session.
	if err := codec.Check(wamp.CBOR, scratch.Bytes(), codec.DefaultDepth); err != nil {
		return dst, err
	}
	return append(dst, scratch.Bytes()...), nil
}

// decodeMapped decodes one encoded value into the pointer into. Its errors say
// in terms of the wire what was expected.
func decodeMapped(item []byte, into any) error {
	err := decoding.Unmarshal(item, into)
	if err == nil {
		return nil
	}
	if err = decodeIntegral(item, into, err); err == nil {
		return nil
	}
	return misfitError(item, into, err)
}
