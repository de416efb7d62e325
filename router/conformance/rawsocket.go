package conformance

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

var rawSocket = Chapter{Title: "RawSocket", Cases: []Case{
	{
		ID: "W213", Level: Must, Spec: "a/transport_rawsocket", Links: everyRawSocket,
		Rule: "A client begins with `7F LS 00 00`; the router answers with four octets of the same form, in which S is the client's and L its own.",
		Test: func(t *T) {
			for length := range 16 {
				reply := t.rawReply(rawHandshake(length, t.link.Format))
				if reply[0] != 0x7F || reply[1]&0xF != rawSerializers[t.link.Format] || reply[2] != 0 || reply[3] != 0 {
					t.Errorf("LENGTH %d is answered with % x", length, reply)
				}
				if reply[1]>>4 != 15 { // 16 MiB, the router's default
					t.Errorf("the router takes messages of 2^%d octets", 9+reply[1]>>4)
				}
			}
			small := t.Start(limited(func(l *router.Limits) { l.MaxMessage = 4096 }))
			if reply, err := newRawWire(small.netConn()).handshake(rawHandshake(15, t.link.Format)); err != nil || reply[1]>>4 != 3 {
				t.Errorf("with a limit of 4096 octets the answer is % x, %v", reply, err)
			}
		},
	},
	{
		ID: "W214", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "A connection that begins with another octet than 7F, and not with HTTP, fails.",
		Test: func(t *T) {
			for _, octets := range []string{"\x00\xf3\x00\x00", "\x80\xf3\x00\x00", "\x16\x03\x01\x02\x00", "\xff\xff\xff\xff", "[1,\"realm1\",{}]", "\n"} {
				t.endsAfter([]byte(octets))
			}
		},
	},
	{
		ID: "W215", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "A serializer that does not exist, or that the router does not speak, is refused with `7F 10 00 00`.",
		Test: func(t *T) {
			for serializer := range byte(16) {
				if serializer == 0 || serializer > 3 {
					t.refuses([]byte{0x7F, 0xF0 | serializer, 0, 0}, 0x10)
				}
			}
		},
	},
	{
		ID: "W216", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "A handshake that uses reserved octets is refused with `7F 30 00 00`.",
		Test: func(t *T) {
			t.refuses([]byte{0x7F, 0xF1, 0, 1}, 0x30)
			t.refuses([]byte{0x7F, 0xF2, 1, 0}, 0x30)
			t.refuses([]byte{0x7F, 0xF3, 0xFF, 0xFF}, 0x30)
		},
	},
	{
		ID: "W217", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR, Router: []Option{limited(func(l *router.Limits) { l.MaxConnections = 2 })},
		Rule: "A router that takes no more connections says so: `7F 40 00 00`. Decided: it accepts every maximum length, also 512 octets.",
		Test: func(t *T) {
			first, _ := t.Peer(), t.Peer(taking(0))
			t.refuses(rawHandshake(15, wamp.CBOR), 0x40)
			t.refuses(rawHandshake(15, wamp.JSON), 0x40)
			first.Leave()
			for {
				w := newRawWire(t.Node().netConn()) // the place is free a moment later
				reply, err := w.handshake(rawHandshake(15, wamp.CBOR))
				t.must(err)
				if reply[1]&0xF != 0 {
					return
				}
			}
		},
	},
	{
		ID: "W218", Level: Must, Spec: "a/transport_rawsocket", Links: everyRawSocket,
		Rule: "The router sends nothing that is longer than the client takes: such an event is dropped and counted, and the connection stays.",
		Test: func(t *T) {
			small, large, publisher := t.Peer(taking(0)), t.Peer(), t.Peer()
			for _, p := range []*Peer{small, large} {
				p.Subscribe("com.topic")
			}
			publisher.Publish("com.topic", bytes.Repeat([]byte("x"), 600))
			publisher.Publish("com.topic", "short")
			large.Expect(36, anID, anID, d{}, aList)
			large.Expect(36, anID, anID, d{}, l{"short"})
			small.Expect(36, anID, anID, d{}, l{"short"})
			small.ExpectNothing()
			if n := t.Node().Stats().EventsUndeliverable; n != 1 {
				t.Errorf("%d events are counted as undeliverable", n)
			}
		},
	},
	{
		ID: "W219", Level: Must, Spec: "a/transport_rawsocket", Links: everyRawSocket, Router: []Option{limited(func(l *router.Limits) { l.MaxMessage = 1024 })},
		Rule: "A message that is longer than the router has announced to take fails the connection, before it is read.",
		Test: func(t *T) {
			p := t.Peer()
			p.SendFrame(p.encode(l{16, next, d{}, "com.topic", l{bytes.Repeat([]byte("x"), 600)}})[:1]) // not a message, and not too long
			p.ExpectViolation()
			for _, octets := range [][]byte{{0, 0, 4, 1}, {0, 0xFF, 0xFF, 0xFF}, {8, 0, 0, 0}} {
				p := t.Peer()
				p.SendOctets(octets)
				p.ExpectFault()
			}
		},
	},
	{
		ID: "W220", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "A frame is prefixed with `0000XTTT` and its length in 24 bits; X is set, with no other length, for exactly 2^24 octets.",
		Test: func(t *T) {
			publisher, subscriber := t.Peer(), t.Peer()
			subscriber.Subscribe("t")
			publisher.Send(16, 1, d{}, "t", l{make([]byte, 1<<16)})
			probe, err := subscriber.wire.receive()
			t.must(err)
			publisher.Send(16, 2, d{}, "t", l{make([]byte, maxRaw-(len(probe)-1<<16))})
			if event, err := subscriber.wire.receive(); err != nil || len(event) != maxRaw {
				t.Errorf("an event of 2^24 octets arrives as %d, %v", len(event), err)
			}
			head := len(publisher.encode(l{16, 300, d{"acknowledge": true}, "com.topic", l{make([]byte, 1<<16)}})) - 1<<16
			publisher.Send(16, 300, d{"acknowledge": true}, "com.topic", l{make([]byte, maxRaw-head)}) // exactly 2^24 octets
			publisher.Expect(17, 300, anID)
			broken := t.Peer()
			broken.SendOctets([]byte{8, 0, 0, 1, 0})
			broken.ExpectFault()
		},
	},
	{
		ID: "W221", Level: Must, Spec: "a/transport_rawsocket", Links: everyRawSocket,
		Rule: "PING is answered with one PONG of the same content, never inside another frame.",
		Test: func(t *T) {
			p, publisher := t.Peer(), t.Peer()
			p.Subscribe("com.topic")
			raw := p.wire.(*RawWire)
			pings := [][]byte{{}, []byte("ping"), bytes.Repeat([]byte{0xAA}, 100_000)}
			ballast := make([]byte, 1<<20)
			for _, ping := range pings {
				publisher.Publish("com.topic", ballast)
				t.must(raw.octets(rawFrame(RawPing, ping)))
			}
			events, pongs := 0, [][]byte{}
			for events+len(pongs) < 2*len(pings) {
				kind, content, err := raw.readFrame()
				t.must(err)
				switch kind {
				case RawPong:
					pongs = append(pongs, content)
				case RawMessage:
					events++
					if _, err := Inspect(t.link.Format, content); err != nil {
						t.Errorf("event %d: %v", events, err)
					}
				}
			}
			if !slices.EqualFunc(pings, pongs, bytes.Equal) {
				t.Errorf("the pongs differ from the pings: %d of them", len(pongs))
			}
			t.must(raw.octets(rawFrame(RawPong, []byte("unasked"))))
			p.ExpectNothing()
		},
	},
	{
		ID: "W222", Level: Must, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "A frame with reserved bits, or of a reserved type, fails the connection.",
		Test: func(t *T) {
			canary := t.Canary()
			for _, first := range []byte{3, 4, 5, 6, 7, 0x10, 0x20, 0x40, 0x80, 0xF0, 0x11} {
				p := t.Peer()
				p.SendOctets([]byte{first, 0, 0, 0})
				p.ExpectFault()
				canary.Sing()
			}
		},
	},
	{
		ID: "W223", Level: Derived, Spec: "a/transport_rawsocket", Links: everyRawSocket,
		Rule: "Handshakes and frames may come in any pieces, octet by octet too.",
		Test: func(t *T) {
			w := newRawWire(t.Node().netConn())
			for _, octet := range rawHandshake(15, t.link.Format) {
				t.must(w.octets([]byte{octet}))
			}
			var reply [4]byte
			t.must(w.read(reply[:]))
			p := t.Node().newPeer(&entry{link: t.link}, w)
			for _, octet := range w.framed(p.encode(l{1, "realm1", d{"roles": d{"publisher": d{}}}})) {
				t.must(w.octets([]byte{octet}))
			}
			p.Expect(2, anID, aDict)
			p.ExpectNothing()
		},
	},
	{
		ID: "W224", Level: Optional, Spec: "a/transport_rawsocket", Links: rawCBOR,
		Rule: "One port serves WebSocket and RawSocket, told apart by the first octet.",
		Test: func(t *T) {
			subscriber := t.Peer()
			subscriber.Subscribe("com.topic")
			for _, link := range everyLink {
				t.Peer(over(link)).Publish("com.topic", link.String())
				subscriber.Expect(36, anID, anID, d{}, l{link.String()})
			}
		},
	},
	{
		ID: "W225", Level: Derived, Spec: "a/transport_rawsocket", Links: everyRawSocket,
		Rule: "RawSocket runs over Unix sockets and TLS as well.",
		Test: func(t *T) {
			dialers := map[string]func() net.Conn{"unix": t.unixSocket(), "TLS": t.tlsSocket()}
			subscriber := t.Peer()
			subscriber.Subscribe("com.topic")
			for name, dial := range dialers {
				conn := dial()
				t.Cleanup(func() { conn.Close() })
				w := newRawWire(conn)
				_, err := w.handshake(rawHandshake(15, t.link.Format))
				t.must(err)
				p := t.Node().newPeer(&entry{link: t.link, realm: "realm1", roles: d{"publisher": d{}}}, w).Join()
				p.Publish("com.topic", name)
				subscriber.Expect(36, anID, anID, d{}, l{name})
			}
		},
	},
}}

// rawReply sends a handshake on a new connection and returns the answer.
func (t *T) rawReply(hello []byte) [4]byte {
	reply, err := newRawWire(t.Node().netConn()).handshake(hello)
	t.must(err)
	return reply
}

// refuses sends a handshake that is to be refused with a code.
func (t *T) refuses(hello []byte, code byte) {
	w := newRawWire(t.Node().netConn())
	reply, err := w.handshake(hello)
	if want := [4]byte{0x7F, code, 0, 0}; err != nil || reply != want {
		t.Fatalf("% x is answered with % x, %v, want % x", hello, reply, err, want)
	}
	var octet [1]byte
	if _, ok := w.read(octet[:]).(*closed); !ok {
		t.Errorf("after % x was refused the connection is not closed", hello)
	}
}

// unixSocket lets the router serve a Unix socket.
func (t *T) unixSocket() (dial func() net.Conn) {
	folder, err := os.MkdirTemp("", "wamp")
	t.must(err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	path := filepath.Join(folder, "s")
	listener, err := transport.Listen("unix://" + path)
	t.must(err)
	t.Node().serve(listener)
	return func() net.Conn {
		conn, err := net.Dial("unix", path)
		t.must(err)
		return conn
	}
}

// tlsSocket lets the router serve TLS, with a certificate made for the occasion.
func (t *T) tlsSocket() (dial func() net.Conn) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	t.must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"router"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	t.must(err)
	listener, err := transport.ListenTLS("tcps://127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}})
	t.must(err)
	t.Node().serve(listener)
	trusted := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(certificate)
	t.must(err)
	trusted.AddCert(parsed)
	return func() net.Conn {
		conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: trusted, ServerName: "router"})
		t.must(err)
		return conn
	}
}
