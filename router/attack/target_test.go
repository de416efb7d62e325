package attack

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long an attack may take; none that is fended off takes so long.
const patience = 30 * time.Second

// The limits of the target. They are small so that attacks are short.
const (
	maxMessage       = 64 << 10
	handshakeTimeout = 400 * time.Millisecond
)

// target is a router that is attacked, as somebody would run it: with roles, with
// passwords, and with pages from one origin.
type target struct {
	*testing.T
	router  *router.Router
	address string
}

var all = []router.Action{router.ActionCall, router.ActionRegister, router.ActionPublish, router.ActionSubscribe}

func newTarget(t *testing.T) *target {
	t.Helper()
	tickets, err := auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {Ticket: "secret!!!", Role: "user"}})
	if err != nil {
		t.Fatal(err)
	}
	cra, err := auth.NewCRA(auth.Static[auth.CRAUser]{"peter": {Secret: "secret1", Role: "user"}})
	if err != nil {
		t.Fatal(err)
	}
	exactly := func(uri wamp.URI) router.Rule {
		return router.Rule{URI: uri, Allow: []router.Action{router.ActionCall}}
	}
	r := router.New(router.Config{
		Logger:  slog.New(slog.DiscardHandler),
		Origins: []string{"https://app.example.com"},
		Limits: router.Limits{
			MaxMessage: maxMessage, MaxOptions: 4 << 10, PayloadDepth: 16, HandshakeTimeout: handshakeTimeout,
			Linger: 200 * time.Millisecond, AuthenticationFailures: -1,
		},
		Realms: []router.RealmConfig{
			{Name: "realm1", Roles: map[string]router.Role{"anonymous": {
				{URI: "com.open.", Match: wamp.MatchPrefix, Allow: all},
				exactly("wamp.session.add_testament"), exactly("wamp.session.count"),
			}}},
			{Name: "closed", Authenticators: []router.Authenticator{tickets, cra}},
		},
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		<-served
	})
	return &target{t, r, listener.Addr().String()}
}

func (t *target) dial() net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", t.address)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { conn.Close() })
	return conn
}

// raw speaks WAMP in JSON over RawSocket.
type raw struct {
	t    *target
	conn net.Conn
}

func (t *target) raw() *raw {
	t.Helper()
	conn := t.dial()
	var reply [4]byte
	conn.Write([]byte{0x7F, 0xF1, 0, 0})
	if _, err := io.ReadFull(conn, reply[:]); err != nil || reply[0] != 0x7F || reply[1]&0xF != 1 {
		t.Fatalf("handshake: % x, %v", reply, err)
	}
	return &raw{t, conn}
}

// join opens a session in realm1 and returns its id.
func (p *raw) join() (session int64) {
	p.t.Helper()
	p.say(`[1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}]`)
	return p.hear(2).id(1)
}

func (p *raw) say(format string, args ...any) {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(message)))
	p.conn.Write(append(frame, message...)) // an error shows when something is to be heard
}

// message is what a peer hears; nil is the end of the connection.
type message []any

func (p *raw) receive() message {
	var head [4]byte
	for {
		if _, err := io.ReadFull(p.conn, head[:]); err != nil {
			return nil
		}
		body := make([]byte, binary.BigEndian.Uint32(head[:])&(1<<24-1))
		if _, err := io.ReadFull(p.conn, body); err != nil {
			return nil
		}
		if head[0] != 0 { // PING or PONG
			continue
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			p.t.Fatalf("the router sends %q", body)
		}
		return m
	}
}

// hear waits for a message of a type.
func (p *raw) hear(kind int) message {
	p.t.Helper()
	m := p.receive()
	if m == nil || m[0] != float64(kind) {
		p.t.Fatalf("want a message of type %d, got %v", kind, m)
	}
	return m
}

func (m message) id(i int) int64 { return int64(m[i].(float64)) }

// got is the next message in a few words.
func (p *raw) got() string { return p.receive().String() }

func (m message) String() string {
	if m == nil {
		return "closed"
	}
	names := map[float64]string{2: "WELCOME", 4: "CHALLENGE", 17: "PUBLISHED", 33: "SUBSCRIBED", 36: "EVENT", 50: "RESULT", 65: "REGISTERED", 68: "INVOCATION"}
	switch m[0] {
	case 3.0:
		return fmt.Sprintf("ABORT %s", m[2])
	case 6.0:
		return fmt.Sprintf("GOODBYE %s", m[2])
	case 8.0:
		return fmt.Sprintf("ERROR %s", m[4])
	}
	return names[m[0].(float64)]
}

// nothing reports whether the next that is heard is the answer to something harmless.
func (p *raw) nothing() bool {
	p.say(`[34,999,9007199254740992]`)
	m := p.receive()
	return m != nil && m[0] == 8.0 && m[2] == 999.0
}

// http sends octets and returns the status of each response until the end or a pause.
func (t *target) http(request string) string {
	t.Helper()
	conn := t.dial()
	go io.WriteString(conn, request)
	return statuses(conn)
}

// statuses reads status lines until the connection ends, or one that switches protocols.
func statuses(conn net.Conn) string {
	var got []string
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if status, found := strings.CutPrefix(lines.Text(), "HTTP/1.1 "); found {
			got = append(got, status[:min(3, len(status))])
			if got[len(got)-1] == "101" {
				break
			}
			conn.SetReadDeadline(time.Now().Add(2 * handshakeTimeout)) // for what else it answers
		}
	}
	if len(got) == 0 {
		return "closed"
	}
	return "HTTP " + strings.Join(got, ", ")
}

// upgrade is a request to upgrade, with more header lines.
func upgrade(more ...string) string {
	lines := append([]string{
		"GET /ws HTTP/1.1", "Host: router.example.com", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: wamp.2.json",
	}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// webSocket upgrades a connection and returns it, and the header of the response.
func (t *target) webSocket(more ...string) (net.Conn, *bufio.Reader, string) {
	t.Helper()
	conn := t.dial()
	io.WriteString(conn, upgrade(more...))
	reader := bufio.NewReader(conn)
	header := ""
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("upgrade: %v after %q", err, header)
		}
		if line == "\r\n" {
			return conn, reader, header
		}
		header += line
	}
}

// frame is a WebSocket frame of a client, with a mask of zeros.
func frame(head byte, payload string) string {
	length := string([]byte{byte(len(payload)) | 0x80})
	if len(payload) > 125 {
		length = string(binary.BigEndian.AppendUint16([]byte{126 | 0x80}, uint16(len(payload))))
	}
	return string([]byte{head}) + length + "\x00\x00\x00\x00" + payload
}

// afterFrames is what becomes of a WebSocket connection after octets.
func (t *target) afterFrames(octets string, more ...string) string {
	conn, reader, _ := t.webSocket(more...)
	go io.WriteString(conn, octets)
	for {
		var head [2]byte
		if _, err := io.ReadFull(reader, head[:]); err != nil {
			return "closed"
		}
		length := int(head[1])
		if length == 126 {
			var more [2]byte
			io.ReadFull(reader, more[:])
			length = int(binary.BigEndian.Uint16(more[:]))
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(reader, body); err != nil {
			return "closed"
		}
		switch head[0] & 0xF {
		case 8:
			if len(body) < 2 {
				return "closed"
			}
			return fmt.Sprintf("WebSocket close %d", binary.BigEndian.Uint16(body))
		case 1:
			var m message
			json.Unmarshal(body, &m)
			return m.String()
		}
	}
}
