package runtime

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// DialOption changes how a session comes about and how it behaves.
type DialOption func(*dialOptions)

type dialOptions struct {
	transport      transport.DialOptions
	authenticators []Authenticator
	logger         *slog.Logger
	errorDetail    bool
	agent          string
}

func newDialOptions(opts []DialOption) *dialOptions {
	o := &dialOptions{logger: slog.Default(), agent: "wampkit"}
	o.transport.Config.PingInterval = DefaultKeepalive
	for _, opt := range opts {
		opt(o)
	}
	if o.logger == nil {
		o.logger = slog.Default()
	}
	if len(o.authenticators) == 0 {
		o.authenticators = []Authenticator{Anonymous()}
	}
	return o
}

// WithSerializers offers these serializers to the router, the preferred one first. The
// default is CBOR, MsgPack, JSON. With [Join] the connection has decided already.
func WithSerializers(formats ...codec.Format) DialOption {
	return func(o *dialOptions) { o.transport.Formats = formats }
}

// DefaultKeepalive is how long a router may be silent before it is pinged.
const DefaultKeepalive = 30 * time.Second

// WithKeepalive sets how long the router may be silent before it is pinged; one that
// does not answer for 10 s then is lost, and the session ends. The default is
// [DefaultKeepalive]; 0 never pings. With [Join] the connection has decided already.
func WithKeepalive(silence time.Duration) DialOption {
	return func(o *dialOptions) { o.transport.Config.PingInterval = max(0, silence) }
}

// WithTLS sets the TLS configuration for wss and tcps URLs.
func WithTLS(config *tls.Config) DialOption {
	return func(o *dialOptions) { o.transport.TLS = config }
}

// WithTransport sets what else there is to say about the connection: limits,
// timeouts, pings, HTTP headers, a proxy. It comes before [WithSerializers] and [WithTLS].
func WithTransport(options transport.DialOptions) DialOption {
	return func(o *dialOptions) { o.transport = options }
}

// WithAuth sets how the client may prove who it is, in order of preference. The
// default is [Anonymous].
func WithAuth(authenticators ...Authenticator) DialOption {
	return func(o *dialOptions) { o.authenticators = authenticators }
}

// WithLogger sets where the session reports what nobody else can: handlers that
// panic or fail, events that are dropped, revocations. The default is slog.Default().
func WithLogger(logger *slog.Logger) DialOption {
	return func(o *dialOptions) { o.logger = logger }
}

// WithErrorDetail makes callers see the text of every error that a handler returns,
// instead of "internal error". It is meant for development: such texts tell about the
// inside of a service.
func WithErrorDetail() DialOption {
	return func(o *dialOptions) { o.errorDetail = true }
}

// WithAgent sets what the client calls itself in HELLO.Details.agent. The default is "wampkit".
func WithAgent(name string) DialOption {
	return func(o *dialOptions) { o.agent = name }
}

// Dial connects to a router and joins a realm. The URL is ws://, wss://, tcp:// or
// tcps:// (RawSocket) with host and port, or unix:// with a path.
//
// The context bounds connecting and joining, not the session. If no connection
// could be made the error is a [*DialError]; otherwise see [Join].
func Dial(ctx context.Context, url, realm string, opts ...DialOption) (*Session, error) {
	o := newDialOptions(opts)
	conn, err := transport.Dial(ctx, url, o.transport)
	if err != nil {
		return nil, &DialError{URL: url, Err: err}
	}
	return join(ctx, conn, wamp.URI(realm), o)
}
