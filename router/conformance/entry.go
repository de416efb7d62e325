package conformance

import (
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// Entry changes how a peer comes to the router and what it says in HELLO.
type Entry func(*entry)

type entry struct {
	link        Link
	subprotocol string // of WebSocket; that of the link's serializer if empty
	length      int    // the LENGTH of the RawSocket handshake
	realm       string
	roles       d
	details     d           // of HELLO, beside roles
	header      http.Header // of the opening handshake of WebSocket
	secured     string      // the address of a TLS port; empty for none
	secure      *tls.Config
	tls         *tls.Conn // once connected to it
}

// over takes another link than the case's.
func over(link Link) Entry { return func(e *entry) { e.link = link } }

// taking announces that the peer takes RawSocket messages of up to 2^(9+length) octets.
func taking(length int) Entry {
	return func(e *entry) { e.link.Transport, e.length = RawSocket, length }
}

// batched asks for batched WebSocket.
func batched(e *entry) {
	e.link.Transport = WebSocket
	e.subprotocol = "wamp.2." + e.link.Format.String() + ".batched"
}

// into joins another realm than realm1.
func into(realm string) Entry { return func(e *entry) { e.realm = realm } }

// announcing announces features, such as "callee.call_canceling".
func announcing(features ...string) Entry {
	return func(e *entry) {
		for _, f := range features {
			role, name, _ := strings.Cut(f, ".")
			one, _ := e.roles[role].(d)
			had, _ := one["features"].(d)
			with := d{name: true}
			maps.Copy(with, had)
			e.roles[role] = d{"features": with}
		}
	}
}

// playing announces these roles only.
func playing(roles ...string) Entry {
	return func(e *entry) {
		e.roles = d{}
		for _, role := range roles {
			e.roles[role] = d{}
		}
	}
}

// claiming joins under an authid and a role.
func claiming(authid, role string) Entry {
	return saying(d{"authmethods": l{"claimed"}, "authid": authid, "authextra": d{"role": role}})
}

// saying adds to HELLO.Details.
func saying(details d) Entry { return func(e *entry) { maps.Copy(e.details, details) } }

// complete announces every feature of every role, as a full client does.
var complete = announcing(
	"caller.progressive_call_results", "caller.progressive_call_invocations", "caller.call_timeout", "caller.call_canceling",
	"caller.caller_identification", "caller.sharded_registration", "caller.payload_passthru_mode",
	"callee.progressive_call_results", "callee.progressive_call_invocations", "callee.call_timeout", "callee.call_canceling",
	"callee.caller_identification", "callee.call_trustlevels", "callee.pattern_based_registration", "callee.shared_registration",
	"callee.sharded_registration", "callee.registration_revocation", "callee.call_reroute", "callee.payload_passthru_mode",
	"publisher.subscriber_blackwhite_listing", "publisher.publisher_exclusion", "publisher.publisher_identification",
	"publisher.sharded_subscription", "publisher.payload_passthru_mode",
	"subscriber.publisher_identification", "subscriber.publication_trustlevels", "subscriber.pattern_based_subscription",
	"subscriber.sharded_subscription", "subscriber.subscription_revocation", "subscriber.payload_passthru_mode",
)

// interruptible announces what a callee needs to take INTERRUPT.
var interruptible = announcing("callee.call_canceling")

// dial connects as the options say.
func (n *Node) dial(options ...Entry) (*Peer, error) {
	e := &entry{
		link: n.t.link, length: 15, realm: "realm1", details: d{},
		roles: d{"caller": d{}, "callee": d{}, "publisher": d{}, "subscriber": d{}},
	}
	for _, option := range options {
		option(e)
	}
	conn, err := e.reach(n.address)
	if err != nil {
		return nil, err
	}
	w, err := e.connect(conn, n.address)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return n.newPeer(e, w), nil
}

// reach makes the network connection.
func (e *entry) reach(address string) (net.Conn, error) {
	if e.secured == "" {
		return net.Dial("tcp", address)
	}
	var err error
	e.tls, err = tls.Dial("tcp", e.secured, e.secure)
	if err != nil {
		return nil, err
	}
	return e.tls, nil
}

// connect does the transport's handshake.
func (e *entry) connect(conn net.Conn, address string) (wire, error) {
	if e.link.Transport == RawSocket {
		w := newRawWire(conn)
		hello := rawHandshake(e.length, e.link.Format)
		reply, err := w.handshake(hello)
		if err == nil && (reply[0] != 0x7F || reply[1]&0xF != hello[1]&0xF || reply[2]|reply[3] != 0) {
			err = fmt.Errorf("the router answered % x to % x", reply, hello)
		}
		return w, err
	}
	if e.subprotocol == "" {
		e.subprotocol = subprotocol(e.link.Format)
	}
	w, refusal, err := webHandshake{path: "/ws", subprotocols: []string{e.subprotocol}, header: e.header}.upgrade(conn, address)
	switch {
	case err != nil:
		return nil, err
	case refusal != nil:
		text, _ := io.ReadAll(io.LimitReader(refusal.Body, 200))
		return nil, fmt.Errorf("the router refused %s with %s: %s", e.subprotocol, refusal.Status, text)
	case w.subprotocol != e.subprotocol:
		return nil, fmt.Errorf("the router answered with the subprotocol %q to %q", w.subprotocol, e.subprotocol)
	}
	return w, nil
}

func subprotocol(f wamp.Format) string { return "wamp.2." + f.String() }
