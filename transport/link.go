package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// failLinger bounds how long Receive waits for the peer to read why its
// connection failed.
const failLinger = 500 * time.Millisecond

// closeAlertTime bounds how long closing TLS may take.
const closeAlertTime = 100 * time.Millisecond

// link is a connection over the network, without the framing of what is
// received: the part that RawSocket and WebSocket have in common.
type link struct {
	conn   net.Conn
	name   string  // see Info.Transport
	config *Config // the server's or the dialer's; not to be changed
	limit  int     // octets of the longest message that is received

	queue queue
	flush flusher
	src   source

	idle      func()     // see Conn.OnIdle
	idled     bool       // it was called for the message that is waited for
	dirty     bool       // the receiving goroutine queued control frames
	handshake bool       // the deadline of the handshake is still set
	ending    sync.Mutex // held by whoever shuts down
	closed    atomic.Bool
	pulse     *keepalive // nil without pings
}

// init makes l ready to use: conn has been dialed or accepted, and whatever
// precedes the frames of WAMP has been read from it.
func (l *link) init(conn net.Conn, name string, format wamp.Format, framing framing, config *Config) {
	raw := rawConn(conn)
	l.conn, l.name, l.config, l.limit = conn, name, config, config.MaxMessage
	l.queue.format, l.queue.framing, l.queue.limit = format, framing, config.QueueBytes
	l.queue.share = raw != nil && framing != clientFraming
	l.flush.init(conn, raw, &l.queue)
	l.src.init(conn, raw, l.beforeWait)
}

// start begins what runs beside the connection's goroutine. A deadline that is
// not zero holds until the first message is received.
func (l *link) start(deadline time.Time) {
	if !deadline.IsZero() {
		l.handshake = true
		l.src.setDeadline(deadline)
	}
	if l.config.PingInterval > 0 {
		l.pulse = &keepalive{link: l}
		l.pulse.start()
	}
}

// begin is called for each message that is waited for.
func (l *link) begin() error {
	l.idled = false
	if l.src.stopped.Load() {
		return l.reason(net.ErrClosed)
	}
	return nil
}

// established is called for each message received; it ends the handshake.
func (l *link) established() {
	if l.handshake {
		l.handshake = false
		l.src.setDeadline(time.Time{})
	}
}

// beforeWait is called by the receiving goroutine before it reads from the network.
func (l *link) beforeWait() {
	if l.dirty {
		l.dirty = false
		l.flush.now()
	}
	if !l.idled && l.idle != nil {
		l.idled = true
		l.idle()
	}
}

// control does something that queues a PONG, with the receiving goroutine
// waiting for a peer that sends many PINGs and reads no PONG.
func (l *link) control(send func() error) error {
	for {
		err := send()
		l.dirty = true
		if err != ErrQueueFull {
			return err
		}
		l.beforeWait()
		if !l.queue.awaitControl() {
			return net.ErrClosed
		}
	}
}

func (l *link) Format() wamp.Format       { return l.queue.format }
func (l *link) OnIdle(f func())           { l.idle = f }
func (l *link) Send(m wamp.Message) error { return l.queue.send(m) }
func (l *link) SendFrame(b []byte) error  { return l.queue.sendFrame(b) }
func (l *link) Flush()                    { l.flush.now() }
func (l *link) FlushSoon()                { l.flush.soon() }
func (l *link) sent() uint64              { return l.queue.sent() }
func (l *link) Queued() int               { return l.queue.queued() }

func (l *link) AwaitRoom(timeout time.Duration) bool {
	l.flush.soon()
	return l.queue.awaitRoom(timeout)
}

func (l *link) Info() Info {
	info := Info{
		Transport:  l.name,
		Local:      l.conn.LocalAddr(),
		Remote:     l.conn.RemoteAddr(),
		MaxReceive: l.limit,
		MaxSend:    l.queue.maxSend,
	}
	if secure, ok := l.conn.(*tls.Conn); ok {
		state := secure.ConnectionState()
		info.TLS = &state
	}
	return info
}

func (l *link) Close() error {
	if !l.closed.CompareAndSwap(false, true) {
		return nil
	}
	l.src.stopped.Store(true)
	l.queue.fail(net.ErrClosed)
	if l.pulse != nil {
		l.pulse.stop()
	}
	return closeConn(l.conn)
}

// shutdown is Conn.Shutdown; closing is what the last frame says, if there is one.
func (l *link) shutdown(last wamp.Message, closing []byte, linger time.Duration) error {
	l.ending.Lock()
	defer l.ending.Unlock()
	ok, err := l.queue.end(last, closing)
	if !ok {
		return err
	}
	return errors.Join(err, l.finish(linger))
}

// finish waits until the ended queue is written, then until the peer has read
// it and closes, at most for linger, and closes. Closing a socket with input
// that nobody read would destroy what is on the way to the peer.
func (l *link) finish(linger time.Duration) error {
	defer l.Close()
	deadline := time.Now().Add(linger)
	l.flush.now()
	if !l.queue.awaitEmpty(linger) {
		if cause := l.queue.cause(); cause != nil {
			return fmt.Errorf("shut down: %w", cause)
		}
		return fmt.Errorf("shut down: the peer did not take %d octets within %v: %w", l.queue.queued(), linger, os.ErrDeadlineExceeded)
	}
	cut := time.AfterFunc(time.Until(deadline), func() { socket(l.conn).Close() })
	defer cut.Stop()
	closeWrite(l.conn)
	l.src.stop(deadline)
	return nil
}

// leave closes, but lets a Shutdown that is under way come to its end first.
func (l *link) leave() {
	l.ending.Lock()
	defer l.ending.Unlock()
	l.Close()
}

// fail closes the connection because of cause, which Receive then reports.
func (l *link) fail(cause error) {
	l.queue.fail(cause)
	l.Close()
}

// reason turns the error of a read into that of Receive.
func (l *link) reason(err error) error {
	if cause := l.queue.cause(); cause != nil && (expired(err) || errors.Is(err, net.ErrClosed)) {
		return cause
	}
	switch {
	case l.src.stopped.Load():
		return net.ErrClosed
	case l.handshake && expired(err):
		return fmt.Errorf("no message within the handshake timeout of %v: %w", l.config.HandshakeTimeout, err)
	}
	return err
}

func expired(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// socket is what carries conn: conn itself, without TLS.
func socket(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

// closeConn closes conn. TLS sends an alert first, to a peer that may not read.
func closeConn(conn net.Conn) error {
	if under := socket(conn); under != conn {
		cut := time.AfterFunc(closeAlertTime, func() { under.Close() })
		defer cut.Stop()
	}
	return conn.Close()
}

// closeWrite tells the peer that nothing follows, and still takes what it sends.
func closeWrite(conn net.Conn) {
	type halfCloser interface{ CloseWrite() error }
	if secure, ok := conn.(*tls.Conn); ok {
		secure.CloseWrite()
	}
	if half, ok := socket(conn).(halfCloser); ok {
		half.CloseWrite()
	}
}

// lingerClose writes a last answer to a peer that did not get as far as to
// have a connection, and closes once the peer has had the time to read it.
func lingerClose(conn net.Conn, answer []byte) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(failLinger))
	if _, err := conn.Write(answer); err != nil {
		return
	}
	closeWrite(conn)
	io.Copy(io.Discard, conn)
}
