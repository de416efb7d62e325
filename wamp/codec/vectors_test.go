package codec

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/wamp"
)

// vectors are the samples of the specification's own conformance suite.
const vectors = "../../../shared/vectors/singlemessage"

// sample is one message of a vector file.
type sample struct {
	Description string
	Serializers map[string][]struct {
		Hex string `json:"bytes_hex"`
	}
	Attributes map[string]json.RawMessage `json:"expected_attributes"`
	Message    json.RawMessage            `json:"wmsg"`
	Error      *struct{ Contains string } `json:"expected_error"`
}

func loadSamples(t *testing.T) []sample {
	t.Helper()
	if _, err := os.Stat(vectors); err != nil {
		t.Skipf("the specification's vectors are not at %s", vectors)
	}
	var samples []sample
	err := filepath.WalkDir(vectors, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file struct{ Samples []sample }
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		samples = append(samples, file.Samples...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// elementNames names the elements of each message as the vectors do.
var elementNames = map[wamp.MessageType][]string{
	wamp.TypeHello:        {"message_type", "realm", "details"},
	wamp.TypeWelcome:      {"message_type", "session_id", "details"},
	wamp.TypeAbort:        {"message_type", "details", "reason"},
	wamp.TypeChallenge:    {"message_type", "method", "extra"},
	wamp.TypeAuthenticate: {"message_type", "signature", "extra"},
	wamp.TypeGoodbye:      {"message_type", "details", "reason"},
	wamp.TypeError:        {"message_type", "request_type", "request_id", "details", "error"},
	wamp.TypePublish:      {"message_type", "request_id", "options", "topic", "args", "kwargs"},
	wamp.TypePublished:    {"message_type", "request_id", "publication_id"},
	wamp.TypeSubscribe:    {"message_type", "request_id", "options", "topic"},
	wamp.TypeSubscribed:   {"message_type", "request_id", "subscription_id"},
	wamp.TypeUnsubscribe:  {"message_type", "request_id", "subscription_id"},
	wamp.TypeUnsubscribed: {"message_type", "request_id"},
	wamp.TypeEvent:        {"message_type", "subscription", "publication", "details", "args", "kwargs"},
	wamp.TypeCall:         {"message_type", "request_id", "options", "procedure", "args", "kwargs"},
	wamp.TypeCancel:       {"message_type", "request_id", "options"},
	wamp.TypeResult:       {"message_type", "request_id", "details", "args", "kwargs"},
	wamp.TypeRegister:     {"message_type", "request_id", "options", "procedure"},
	wamp.TypeRegistered:   {"message_type", "request_id", "registration_id"},
	wamp.TypeUnregister:   {"message_type", "request_id", "registration_id"},
	wamp.TypeUnregistered: {"message_type", "request_id"},
	wamp.TypeInvocation:   {"message_type", "request_id", "registration_id", "details", "args", "kwargs"},
	wamp.TypeInterrupt:    {"message_type", "request_id", "options"},
	wamp.TypeYield:        {"message_type", "request_id", "options", "args", "kwargs"},
}

// attributesOf lists what a message says, by the vectors' names.
func attributesOf(t *testing.T, m wamp.Message) map[string]any {
	t.Helper()
	text, err := Append(nil, wamp.JSON, m)
	if err != nil {
		t.Fatal(err)
	}
	v, err := DecodeValue(wamp.JSON, text)
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]any{}
	for i, element := range v.([]any) {
		attributes[elementNames[m.Type()][i]] = element
	}
	if details, ok := attributes["details"].(wamp.Dict); ok {
		attributes["roles"] = details["roles"]
	}
	return attributes
}

// outsideTheSpecification tells the five samples that the specification's
// text knows nothing of: EVENT_RECEIVED, and a byte string where the argument
// list belongs ("transparent payload", an older passthru).
func (s sample) outsideTheSpecification() bool {
	if string(s.Attributes["message_type"]) == "337" {
		return true
	}
	payload, ok := s.Attributes["payload"]
	return ok && string(payload) != "null"
}

func TestW032VectorsDecodeToTheirAttributesAndEncodeToAVariant(t *testing.T) {
	inside, outside := 0, 0
	for _, s := range loadSamples(t) {
		if s.Serializers == nil {
			continue
		}
		t.Run(s.Description, func(t *testing.T) {
			if s.outsideTheSpecification() {
				outside++
				s.testRefused(t)
				return
			}
			inside++
			for _, f := range wamp.Formats() {
				t.Run(f.String(), func(t *testing.T) { s.testFormat(t, f) })
			}
		})
	}
	if inside+outside != 35 || outside != 5 {
		t.Errorf("%d samples inside and %d outside of the specification, want 30 and 5", inside, outside)
	}
}

func (s sample) variants(t *testing.T, f wamp.Format) [][]byte {
	t.Helper()
	var variants [][]byte
	for _, v := range s.Serializers[f.String()] {
		frame, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		variants = append(variants, frame)
	}
	if len(variants) == 0 {
		t.Fatalf("no variants in %s", f)
	}
	return variants
}

func (s sample) testRefused(t *testing.T) {
	for _, f := range wamp.Formats() {
		for _, frame := range s.variants(t, f) {
			if m, err := NewDecoder(f, Options{}).Decode(frame); err == nil {
				t.Errorf("%s: decoded to %v, want a violation", f, m)
			}
		}
	}
}

func (s sample) testFormat(t *testing.T, f wamp.Format) {
	variants := s.variants(t, f)
	for _, frame := range variants {
		m, err := NewDecoder(f, Options{KeepExtra: true}).Decode(frame)
		if err != nil {
			t.Errorf("decode %x: %v", frame, err)
			continue
		}
		got := attributesOf(t, m)
		for name, text := range s.Attributes {
			want, err := DecodeValue(wamp.JSON, text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got[name]); diff != "" {
				t.Errorf("decode %x: %s differs (-want +got):\n%s", frame, name, diff)
			}
		}
		encoded, err := Append(nil, f, m)
		if err != nil {
			t.Errorf("encode: %v", err)
		}
		if !isVariant(t, f, encoded, variants) {
			t.Errorf("encodes to %x, want one of %x", encoded, variants)
		}
	}
}

// isVariant allows another order of keys: a Dict has none.
func isVariant(t *testing.T, f wamp.Format, encoded []byte, variants [][]byte) bool {
	for _, v := range variants {
		if bytes.Equal(encoded, v) || len(encoded) == len(v) && cmp.Equal(mustDecodeValue(t, f, encoded), mustDecodeValue(t, f, v)) {
			return true
		}
	}
	return false
}

func mustDecodeValue(t *testing.T, f wamp.Format, value []byte) any {
	t.Helper()
	v, err := DecodeValue(f, value)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The vectors also say which attributes of EVENT, PUBLISH and SUBSCRIBE are
// valid, among them some that the specification does not have.
func TestVectorsOfOptionsAndDetails(t *testing.T) {
	tested := 0
	for _, s := range loadSamples(t) {
		if s.Message == nil {
			continue
		}
		tested++
		t.Run(s.Description, func(t *testing.T) {
			inEveryFormat(t, func(t *testing.T, f wamp.Format) {
				_, err := decodeText(t, f, string(s.Message))
				switch {
				case mentions(s, "transaction_hash", "x_acknowledged_delivery", "forward_for"):
					if err != nil {
						t.Errorf("an attribute we do not know must be ignored: %v", err)
					}
				case mentions(s, `"enc_algo"`):
					if err == nil || !strings.Contains(err.Error(), "Arguments") {
						t.Errorf("a string in place of the argument list must be refused, got %v", err)
					}
				case mentions(s, `"invalid"`):
					if err != nil {
						t.Errorf("an unknown policy is for the router to answer with an ERROR: %v", err)
					}
				case s.Error == nil:
					if err != nil {
						t.Error(err)
					}
				case err == nil || !strings.Contains(err.Error(), s.Error.Contains):
					t.Errorf("got %v, want a violation that names %s", err, s.Error.Contains)
				}
			})
		})
	}
	if tested == 0 {
		t.Error("no samples")
	}
}

func mentions(s sample, names ...string) bool {
	for _, name := range names {
		if bytes.Contains(s.Message, []byte(name)) {
			return true
		}
	}
	return false
}
