package codec

import (
	"errors"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// frameIn writes JSON text as a frame in any format, so that one test table
// covers all of them.
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

// inEveryFormat runs a test once for each format.
func inEveryFormat(t *testing.T, test func(t *testing.T, f wamp.Format)) {
	t.Helper()
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) { test(t, f) })
	}
}

// decodeText decodes a message that is given as JSON text.
func decodeText(t testing.TB, f wamp.Format, text string) (wamp.Message, error) {
	t.Helper()
	m, err := NewDecoder(f, Options{KeepExtra: true}).Decode(frameIn(t, f, text))
	var v *Violation
	if err != nil && !errors.As(err, &v) {
		t.Errorf("error of Decode is a %T, want a *Violation", err)
	}
	return m, err
}
