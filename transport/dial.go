package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wampkit/wampkit/wamp"
)

// DialOptions are the options of [Dial]. The zero value is ready to use.
type DialOptions struct {
	// Config applies to the connection.
	Config Config
	// Formats are the serializers to offer, the preferred one first; nil is
	// wamp.Formats(). RawSocket offers one at a time: if the router does not
	// speak it, the next one is tried on a new connection.
	Formats []wamp.Format
	// Batched offers WebSocket servers each serializer with message batching
	// first: messages that wait for the same write then share one WebSocket
	// message. Servers without batching take the serializer as it is.
	Batched bool
	// TLS is used for wss and tcps. ServerName defaults to the URL's host.
	TLS *tls.Config
	// Header is added to the request of a WebSocket handshake, for cookies or an Origin.
	Header http.Header
	// NetDial makes the network connection, for proxies and tests; nil is a
	// net.Dialer. It is given "tcp" or "unix" and the address.
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Dial connects to a router. The URL selects the transport:
//
//	ws://host:port/path    WebSocket, port 80 unless given
//	wss://host:port/path   WebSocket over TLS, port 443 unless given
//	tcp://host:port        RawSocket
//	tcps://host:port       RawSocket over TLS
//	unix:///path           RawSocket over a Unix socket
//
// The context bounds and cancels connecting and the transport's handshake, not
// the connection that Dial returns; Config.HandshakeTimeout bounds it too.
// Errors say what was wrong and where, and wrap their cause.
func Dial(ctx context.Context, rawURL string, o DialOptions) (Conn, error) {
	at, err := parseURL(rawURL)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	o.Config = o.Config.withDefaults()
	if o.Formats == nil {
		o.Formats = wamp.Formats()
	}
	if len(o.Formats) == 0 {
		return nil, errors.New("connect: DialOptions.Formats offers no serializer")
	}
	if o.Config.HandshakeTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Config.HandshakeTimeout,
			fmt.Errorf("no connection within the handshake timeout of %v: %w", o.Config.HandshakeTimeout, context.DeadlineExceeded))
		defer cancel()
	}
	d := &dialer{at: at, o: o}
	conn, err := d.dial(ctx)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w (%w)", cause, err)
		}
		return nil, fmt.Errorf("connect to %s: %w", at.url.Redacted(), err)
	}
	return conn, nil
}

// dialer is one Dial.
type dialer struct {
	at *endpoint
	o  DialOptions
}

func (d *dialer) dial(ctx context.Context) (Conn, error) {
	if d.at.webSocket {
		return d.withConn(ctx, d.dialWebSocket)
	}
	var refused error
	for _, format := range d.o.Formats {
		conn, err := d.withConn(ctx, func(ctx context.Context, conn net.Conn) (Conn, error) {
			return d.dialRawSocket(conn, format)
		})
		if !errors.Is(err, errSerializerRefused) {
			return conn, err
		}
		refused = errors.Join(refused, err)
	}
	return nil, refused
}

// withConn makes the network connection and lets handshake go on with it. When
// the context ends, whatever handshake waits for fails.
func (d *dialer) withConn(ctx context.Context, handshake func(context.Context, net.Conn) (Conn, error)) (Conn, error) {
	conn, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c, err := handshake(ctx, conn)
	if !stop() && err == nil {
		c.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// connect makes the network connection, with TLS where the URL says so.
func (d *dialer) connect(ctx context.Context) (net.Conn, error) {
	netDial := d.o.NetDial
	if netDial == nil {
		netDial = new(net.Dialer).DialContext
	}
	conn, err := netDial(ctx, d.at.network, d.at.address)
	if err != nil || !d.at.tls {
		return conn, err
	}
	config := &tls.Config{}
	if d.o.TLS != nil {
		config = d.o.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = d.at.host
	}
	if d.at.webSocket {
		config.NextProtos = []string{"http/1.1"}
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secure, nil
}

func (d *dialer) dialRawSocket(conn net.Conn, format wamp.Format) (Conn, error) {
	if _, err := conn.Write(rawHello(format, d.o.Config)); err != nil {
		return nil, err
	}
	maxSend, err := readRawReply(conn, format)
	if err != nil {
		return nil, err
	}
	config := d.o.Config
	c := newRawSocket(conn, format, maxSend, &config)
	c.start(time.Time{})
	return c, nil
}

func (d *dialer) dialWebSocket(ctx context.Context, conn net.Conn) (Conn, error) {
	under := &stream{conn: conn}
	upgrade := websocket.Dialer{
		// The connection is made already, with TLS where that is due.
		NetDialContext:  func(context.Context, string, string) (net.Conn, error) { return under, nil },
		ReadBufferSize:  wsReadBuffer,
		WriteBufferPool: unusedWriteBuffers,
		Subprotocols:    offers(d.o.Formats, d.o.Batched),
	}
	plain := *d.at.url
	plain.Scheme, plain.Fragment, plain.RawFragment = "ws", "", ""
	// withConn sees to the context. gorilla's own way, a deadline on the
	// connection, would compete with it.
	ws, response, err := upgrade.DialContext(context.WithoutCancel(ctx), plain.String(), d.o.Header)
	if err != nil {
		return nil, upgradeError(err, response)
	}
	if agreed, ok := findSubprotocol(ws.Subprotocol(), d.o.Formats); ok && (d.o.Batched || !agreed.batched) {
		config := d.o.Config
		c := newWebSocket(under, ws, agreed, clientFraming, &config)
		c.start(time.Time{})
		return c, nil
	}
	return nil, fmt.Errorf("the server did not agree to a WAMP subprotocol: offered %s, answered %q",
		strings.Join(upgrade.Subprotocols, ", "), ws.Subprotocol())
}

// upgradeError explains why a server did not answer with 101.
func upgradeError(err error, response *http.Response) error {
	if response == nil {
		if strings.Contains(err.Error(), "malformed HTTP") {
			return fmt.Errorf("the server does not speak HTTP: for RawSocket use a tcp://, tcps:// or unix:// URL: %w", err)
		}
		return err
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 256))
	text := strings.TrimSpace(string(body))
	if text != "" {
		text = ": " + text
	}
	advice := ""
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusOK:
		advice = " (is the path right?)"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		advice = fmt.Sprintf(" (it redirects to %s)", response.Header.Get("Location"))
	}
	return fmt.Errorf("the server refused WebSocket with %s%s%s: %w", response.Status, advice, text, err)
}
