package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// wire moves messages between a raw peer and the router. It shares no code with
// the transports it tests, and it can do what they never would.
type wire interface {
	// framed is a message as it stands on the network.
	framed(message []byte) []byte
	// receive waits for the next message. At the end it fails with a *closed.
	receive() ([]byte, error)
	// octets sends octets past all framing.
	octets(raw []byte) error
	// reset ends the connection without a word: the other end reads an error.
	reset()
	close()
}

// closed is how a connection ended.
type closed struct {
	code   int    // of a WebSocket close frame, 0 if there was none
	reason string // likewise
	cause  error  // of another end than a close frame or the end of the stream
}

// Error implements error.
func (c *closed) Error() string {
	switch {
	case c.code != 0:
		return fmt.Sprintf("the router closed with %d %q", c.code, c.reason)
	case c.cause != nil:
		return c.cause.Error()
	}
	return "the router closed the connection"
}

// ended turns what a network connection failed with into a *closed, unless it
// means that the router did not close at all.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "forcibly closed") {
		return &closed{cause: err}
	}
	return err
}

// resetConn ends a TCP connection the hard way.
func resetConn(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
