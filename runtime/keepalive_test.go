package runtime_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// A router that stops answering, while its host still acknowledges every
// segment, is asked whether it is there.
func TestSilentRouterIsPinged(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pinged := make(chan error, 1)
	go func() { pinged <- welcomeAndHearPing(l) }()

	session, err := runtime.Dial(t.Context(), "tcp://"+l.Addr().String(), "realm1", runtime.WithKeepalive(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-pinged; err != nil {
		t.Error(err)
	}
	session.Close()
}

// welcomeAndHearPing accepts one RawSocket session and then says nothing until
// a PING arrives.
func welcomeAndHearPing(l net.Listener) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	var handshake [4]byte
	if _, err := io.ReadFull(conn, handshake[:]); err != nil {
		return err
	}
	if _, err := conn.Write(handshake[:]); err != nil { // the same limit and serializer
		return err
	}
	if _, _, err := rawFrame(conn); err != nil { // HELLO
		return err
	}
	roles := wamp.Roles{}.With(wamp.RoleBroker).With(wamp.RoleDealer)
	welcome, err := codec.Append(nil, wamp.CBOR, &wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": roles.Dict()}})
	if err != nil {
		return err
	}
	if _, err := conn.Write(append([]byte{0, 0, 0, byte(len(welcome))}, welcome...)); err != nil {
		return err
	}
	kind, _, err := rawFrame(conn)
	if err == nil && kind != 1 {
		err = errors.New("want a PING")
	}
	return err
}

func rawFrame(r io.Reader) (kind byte, payload []byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, int(head[1])<<16|int(head[2])<<8|int(head[3]))
	_, err = io.ReadFull(r, payload)
	return head[0], payload, err
}
