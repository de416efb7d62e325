package transport

import (
	"net/http"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

const (
	// subprotocolPrefix begins the name of every subprotocol.
	subprotocolPrefix = "wamp.2."
	// batchedSuffix ends the names of those with message batching.
	batchedSuffix = ".batched"
)

// subprotocol is what the two ends of a WebSocket or of an HTTP long-poll
// connection agree on. Its name is that of a WebSocket subprotocol.
type subprotocol struct {
	format  wamp.Format
	batched bool // section "Message Batching"
}

// String returns the name, such as "wamp.2.cbor.batched".
func (p subprotocol) String() string {
	name := subprotocolPrefix + p.format.String()
	if p.batched {
		name += batchedSuffix
	}
	return name
}

// findSubprotocol is the inverse of String, for the formats given.
func findSubprotocol(name string, formats []wamp.Format) (subprotocol, bool) {
	name, ok := strings.CutPrefix(name, subprotocolPrefix)
	if !ok {
		return subprotocol{}, false
	}
	name, batched := strings.CutSuffix(name, batchedSuffix)
	for _, f := range formats {
		if name == f.String() {
			return subprotocol{format: f, batched: batched}, true
		}
	}
	return subprotocol{}, false
}

// offers are the names that a client offers, the preferred one first.
func offers(formats []wamp.Format, batched bool) []string {
	var names []string
	for _, f := range formats {
		if batched {
			names = append(names, subprotocol{f, true}.String())
		}
		names = append(names, subprotocol{f, false}.String())
	}
	return names
}

// negotiate picks the first of the subprotocols in a WebSocket request that is served.
func (s *Server) negotiate(header http.Header) (subprotocol, bool) {
	for _, line := range header.Values("Sec-Websocket-Protocol") {
		for offered := range strings.SplitSeq(line, ",") {
			if p, ok := findSubprotocol(strings.TrimSpace(offered), s.options.Formats); ok {
				return p, true
			}
		}
	}
	return subprotocol{}, false
}

// served names what a client may ask for, for a client that asked for something else.
func (s *Server) served() string {
	return strings.Join(offers(s.options.Formats, false), ", ") + ", or one of these with " + batchedSuffix + " behind it"
}
