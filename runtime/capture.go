package runtime

import (
	stdencoding "encoding"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// Captures are parameters that travel in the URI rather than in the arguments: a
// procedure com.acme.device.{id}.reset is registered with a wildcard in place of
// the parameter, as com.acme.device..reset, and called as com.acme.device.d7.reset.
//
// The side that calls or publishes appends them to its [Args], in the order of
// their places in the URI; the other side reads them from its [Values] by name. See
// [Procedure.Captures] and [Topic.Captures].

// captures are the values for the places of a pattern, one behind the other.
type captures struct {
	text []byte
	ends []int
}

func (c *captures) reset() { c.text, c.ends = c.text[:0], c.ends[:0] }

// CaptureString appends a part of the URI. It must not be empty nor contain a dot,
// '#' or white space; a value that cannot stand in a URI sticks as an error that is
// [wamp.ErrInvalidURI] and names the parameter.
func (a *Args) CaptureString(name, value string) {
	if strings.Contains(value, ".") {
		a.failCapture(name, value)
		return
	}
	a.CaptureRest(name, value)
}

// CaptureInt appends a part of the URI, like [Args.CaptureString].
func (a *Args) CaptureInt(_ string, v int64) {
	a.captures.text = strconv.AppendInt(a.captures.text, v, 10)
	a.captures.end()
}

// CaptureUint appends a part of the URI, like [Args.CaptureString].
func (a *Args) CaptureUint(_ string, v uint64) {
	a.captures.text = strconv.AppendUint(a.captures.text, v, 10)
	a.captures.end()
}

// CaptureBool appends "true" or "false" as a part of the URI.
func (a *Args) CaptureBool(_ string, v bool) {
	a.captures.text = strconv.AppendBool(a.captures.text, v)
	a.captures.end()
}

// CaptureText appends the text of v as a part of the URI, like [Args.CaptureString].
func (a *Args) CaptureText(name string, v stdencoding.TextMarshaler) {
	text, err := v.MarshalText()
	if err != nil {
		a.fail(fmt.Sprintf("parameter %q", name), err)
		return
	}
	a.CaptureString(name, string(text))
}

// CaptureRest appends the rest of a URI whose beginning is registered as a prefix: one part
// or more, joined by dots.
func (a *Args) CaptureRest(name, value string) {
	if !wamp.URI(value).Valid(wamp.LooseURIs) {
		a.failCapture(name, value)
		return
	}
	a.captures.text = append(a.captures.text, value...)
	a.captures.end()
}

func (c *captures) end() { c.ends = append(c.ends, len(c.text)) }

func (a *Args) failCapture(name, value string) {
	if a.err == nil {
		a.err = &localFailure{code: wamp.ErrInvalidURI, text: fmt.Sprintf("parameter %q: %q cannot be a part of a URI", name, value)}
	}
}

// expand puts the captures into the places of a pattern. Without names the
// pattern is the URI itself.
func (a *Args) expand(pattern wamp.URI, match wamp.Match, names []string) (wamp.URI, error) {
	if len(names) == 0 {
		return pattern, nil
	}
	if a.err != nil {
		return pattern, a.err
	}
	c := &a.captures
	if len(c.ends) != len(names) {
		return pattern, &localFailure{code: wamp.ErrInvalidURI, text: fmt.Sprintf("%d values for the parameters %q of the URI", len(c.ends), names)}
	}
	uri := make([]byte, 0, len(pattern)+len(c.text))
	if match == wamp.MatchPrefix {
		return wamp.URI(append(append(uri, pattern...), c.text...)), nil
	}
	used, start := 0, 0
	for part := range strings.SplitSeq(string(pattern), ".") {
		if len(uri) > 0 {
			uri = append(uri, '.')
		}
		if part == "" && used < len(c.ends) {
			uri = append(uri, c.text[start:c.ends[used]]...)
			start = c.ends[used]
			used++
			continue
		}
		uri = append(uri, part...)
	}
	if used < len(c.ends) {
		return pattern, &localFailure{code: wamp.ErrInvalidURI, text: fmt.Sprintf("the pattern has no place for the parameter %q", names[used])}
	}
	return wamp.URI(uri), nil
}

// template is a pattern with named places, of a registration or a subscription.
type template struct {
	pattern wamp.URI
	match   wamp.Match
	names   []string
}

// newTemplate is nil for a pattern without names. match is the policy as it stands on the wire.
func newTemplate(pattern wamp.URI, match string, names []string) *template {
	if len(names) == 0 {
		return nil
	}
	policy, _ := wamp.ParseMatch(match)
	return &template{pattern: pattern, match: policy, names: names}
}

// find returns what stands in the concrete URI in the place of the name.
func (t *template) find(name string, concrete wamp.URI) (string, bool) {
	place := slices.Index(t.names, name)
	if place < 0 {
		return "", false
	}
	if t.match == wamp.MatchPrefix {
		rest, found := strings.CutPrefix(string(concrete), string(t.pattern))
		return rest, found && rest != ""
	}
	pattern, uri := string(t.pattern), string(concrete)
	for {
		p, pRest, pMore := strings.Cut(pattern, ".")
		u, uRest, uMore := strings.Cut(uri, ".")
		if p == "" {
			if place == 0 {
				return u, u != ""
			}
			place--
		}
		if !pMore || !uMore {
			return "", false
		}
		pattern, uri = pRest, uRest
	}
}

// CaptureString reads a part of the URI that was called or published to.
func (v *Values) CaptureString(name string) string {
	text, _ := v.capture(name)
	return text
}

// CaptureRest reads what follows the prefix in the URI that was called or published to.
func (v *Values) CaptureRest(name string) string { return v.CaptureString(name) }

// CaptureInt reads a part of the URI as an integer of so many bits: 8, 16, 32, 64,
// or 0 for those of an int.
func (v *Values) CaptureInt(name string, bits int) int64 {
	text, ok := v.capture(name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		v.misfitCapture(name, "an integer", text, bits, err)
		return 0
	}
	return n
}

// CaptureUint is [Values.CaptureInt] for an unsigned integer.
func (v *Values) CaptureUint(name string, bits int) uint64 {
	text, ok := v.capture(name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		v.misfitCapture(name, "an unsigned integer", text, bits, err)
		return 0
	}
	return n
}

// CaptureBool reads a part of the URI that is "true" or "false".
func (v *Values) CaptureBool(name string) bool {
	text, ok := v.capture(name)
	if ok && text != "true" && text != "false" {
		v.failf(name, "want true or false in the URI, got %q", text)
	}
	return text == "true"
}

// CaptureText reads a part of the URI with the method of into.
func (v *Values) CaptureText(name string, into stdencoding.TextUnmarshaler) {
	text, ok := v.capture(name)
	if !ok {
		return
	}
	if err := into.UnmarshalText([]byte(text)); err != nil {
		v.failf(name, "%q in the URI: %v", text, err)
	}
}

// capture finds a part of the URI. It is not there only if the router did not
// say which URI of the pattern it was.
func (v *Values) capture(name string) (string, bool) {
	if v.err != nil {
		return "", false
	}
	if v.template != nil {
		if text, found := v.template.find(name, v.of); found {
			return text, true
		}
	}
	v.failf(name, "missing in the URI")
	return "", false
}

func (v *Values) misfitCapture(name, want, text string, bits int, err error) {
	if err.(*strconv.NumError).Err == strconv.ErrRange {
		if bits == 0 {
			bits = strconv.IntSize
		}
		v.failf(name, "integer in the URI does not fit into %d bits", bits)
		return
	}
	v.failf(name, "want %s in the URI, got %q", want, text)
}
