package conformance

import (
	"slices"
	"strconv"

	"github.com/wampkit/wampkit/wamp"
)

// Link is a way to reach a router: a transport and a serializer.
type Link struct {
	Transport Transport
	Format    wamp.Format
}

// Transport is how frames travel.
type Transport string

// The transports on which everything can be run.
const (
	WebSocket Transport = "websocket"
	RawSocket Transport = "rawsocket"
)

// String is the link's name in the names of tests, such as "websocket+json".
func (l Link) String() string { return string(l.Transport) + "+" + l.Format.String() }

// everyLink is the full matrix.
var everyLink = slices.Concat(everyFormat(WebSocket), everyFormat(RawSocket))

// everyWebSocket and everyRawSocket are the links of one transport.
var (
	everyWebSocket = everyFormat(WebSocket)
	everyRawSocket = everyFormat(RawSocket)
)

// Links of one serializer, or of one serializer and one transport.
var (
	msgpackLinks = []Link{{WebSocket, wamp.MsgPack}, {RawSocket, wamp.MsgPack}}
	cborLinks    = []Link{{WebSocket, wamp.CBOR}, {RawSocket, wamp.CBOR}}
	rawCBOR      = []Link{{RawSocket, wamp.CBOR}}
	webJSON      = []Link{{WebSocket, wamp.JSON}}
)

func everyFormat(transport Transport) []Link {
	return []Link{{transport, wamp.JSON}, {transport, wamp.MsgPack}, {transport, wamp.CBOR}}
}

// links are the links that a case runs on. Cases that may run anywhere take
// turns, so that the suite as a whole is spread over all links.
func (c *Case) links(everything bool) []Link {
	switch {
	case c.Links != nil:
		return c.Links
	case everything:
		return everyLink
	}
	number, _ := strconv.Atoi(c.ID[1:])
	return everyLink[number%len(everyLink):][:1]
}
