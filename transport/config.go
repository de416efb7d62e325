package transport

import "time"

// The defaults of [Config].
const (
	DefaultMaxMessage       = 16 << 20
	DefaultQueueBytes       = 8 << 20
	DefaultHandshakeTimeout = 10 * time.Second
	DefaultPingTimeout      = 10 * time.Second
	DefaultPollTimeout      = 10 * time.Second
	DefaultAbsenceTimeout   = 30 * time.Second
)

// Config is what one end of a connection demands and spends. The zero value
// takes the defaults.
type Config struct {
	// MaxMessage is the longest message, in octets, that this end receives; a
	// longer one fails the connection. 0 is [DefaultMaxMessage]. RawSocket can
	// announce only powers of two from 512 to 16 MiB: the largest that is not
	// above MaxMessage is announced, and holds.
	MaxMessage int
	// QueueBytes bounds the outbound queue. 0 is [DefaultQueueBytes]. A message
	// of any size is taken while at most half of that is in use.
	QueueBytes int
	// HandshakeTimeout bounds everything from the network connection to the
	// first message received (a server), or to the end of the transport's
	// handshake (a client). 0 is [DefaultHandshakeTimeout], negative is without bound.
	HandshakeTimeout time.Duration
	// PingInterval is how long a peer may be silent before it is pinged; it is
	// pinged after one to two intervals of silence. 0 never pings.
	PingInterval time.Duration
	// PingTimeout is how long a pinged peer may stay silent before its
	// connection fails. 0 is [DefaultPingTimeout].
	PingTimeout time.Duration
	// PollTimeout is how long a request of an HTTP long-poll client waits for
	// messages before it is answered with none, and the client asks again. 0 is
	// [DefaultPollTimeout]; Autobahn|JS gives up after 12 s.
	PollTimeout time.Duration
	// AbsenceTimeout is how long an HTTP long-poll client may leave the server
	// without a request before its connection fails, and how long the body of a
	// request or a piece of an answer may be on its way. 0 is
	// [DefaultAbsenceTimeout].
	AbsenceTimeout time.Duration
}

// withDefaults returns c with every zero that has a default replaced by it.
func (c Config) withDefaults() Config {
	if c.MaxMessage <= 0 {
		c.MaxMessage = DefaultMaxMessage
	}
	if c.QueueBytes <= 0 {
		c.QueueBytes = DefaultQueueBytes
	}
	if c.HandshakeTimeout == 0 {
		c.HandshakeTimeout = DefaultHandshakeTimeout
	}
	if c.PingTimeout <= 0 {
		c.PingTimeout = DefaultPingTimeout
	}
	if c.PollTimeout <= 0 {
		c.PollTimeout = DefaultPollTimeout
	}
	if c.AbsenceTimeout <= 0 {
		c.AbsenceTimeout = DefaultAbsenceTimeout
	}
	return c
}

// handshakeDeadline is when a handshake that starts now has to be over, zero
// for never.
func (c Config) handshakeDeadline() time.Time {
	if c.HandshakeTimeout < 0 {
		return time.Time{}
	}
	return time.Now().Add(c.HandshakeTimeout)
}
