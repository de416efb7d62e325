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
	formats        []codec.Format // nil for those of transport
	tls            *tls.Config    // nil for that of transport
	keepalive      *time.Duration // nil for that of transport, which is 0 for the default
	reconnect      *ReconnectPolicy
	stateHandler   func(StateChange)
	chains         chains
	authenticators []Authenticator
	logger         *slog.Logger
	errorDetail    bool
	agent          string
}

func newDialOptions(opts []DialOption) *dialOptions {
	o := &dialOptions{logger: slog.Default(), agent: "wampkit"}
	for _, opt := range opts {
		opt(o)
	}
	o.combineTransport()
	if o.logger == nil {
		o.logger = slog.Default()
	}
	if len(o.authenticators) == 0 {
		o.authenticators = []Authenticator{Anonymous()}
	}
	return o
}

// combineTransport applies the options that say more about the connection than
// [WithTransport] does.
func (o *dialOptions) combineTransport() {
	t := &o.transport
	if o.formats != nil {
		t.Formats = o.formats
	}
	if o.tls != nil {
		t.TLS = o.tls
	}
	switch {
	case o.keepalive != nil:
		t.Config.PingInterval = max(0, *o.keepalive)
	case t.Config.PingInterval == 0:
		t.Config.PingInterval = DefaultKeepalive
	}
}

// WithSerializers offers these serializers to the router, the preferred one first. The
// default is CBOR, MsgPack, JSON. With [Join] the connection has decided already.
func WithSerializers(formats ...codec.Format) DialOption {
	return func(o *dialOptions) { o.formats = formats }
}

// DefaultKeepalive is how long a router may be silent before it is pinged.
const DefaultKeepalive = 30 * time.Second

// WithKeepalive sets how long the router may be silent before it is pinged; one that
// does not answer for 10 s then is lost, and the session ends. The default is
// [DefaultKeepalive]; 0 never pings. With [Join] the connection has decided already.
func WithKeepalive(silence time.Duration) DialOption {
	return func(o *dialOptions) { o.keepalive = &silence }
}

// WithTLS sets the TLS configuration for wss and tcps URLs.
func WithTLS(config *tls.Config) DialOption {
	return func(o *dialOptions) { o.tls = config }
}

// WithTransport sets what else there is to say about the connection: limits,
// timeouts, pings, HTTP headers, a proxy. What [WithSerializers], [WithTLS] and
// [WithKeepalive] say wins, wherever they stand; a ping interval of 0 is [DefaultKeepalive].
func WithTransport(options transport.DialOptions) DialOption {
	return func(o *dialOptions) { o.transport = options }
}

// WithAuth sets how the client may prove who it is. All ways are offered to the router
// in one HELLO, and it is the router that picks one: offer no method that gives more
// away than the router at this URL may know, such as [Ticket] without TLS. HELLO has room for one
// authid: methods that name different ones fail joining. The default is [Anonymous].
//
// Where the router refuses, the error is a [*wamp.Error] with its reason:
// [wamp.ErrAuthenticationDenied] for a wrong secret and for an authid that does not
// exist, [wamp.ErrNoMatchingAuthMethod] where none of the methods is known there.
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
// could be made the error is a [*DialError]; otherwise see [Join]. It fails at once
// unless [ReconnectPolicy.KeepDialing] is set.
func Dial(ctx context.Context, url, realm string, opts ...DialOption) (*Session, error) {
	o := newDialOptions(opts)
	connect := func(ctx context.Context) (transport.Conn, error) {
		conn, err := transport.Dial(ctx, url, o.transport)
		if err != nil {
			return nil, &DialError{URL: url, Err: err}
		}
		return conn, nil
	}
	switch {
	case o.reconnect == nil:
	case o.reconnect.Connect == nil:
		o.reconnect.Connect = connect
	default:
		connect = o.reconnect.Connect
	}
	dial := func(ctx context.Context) (*Session, error) {
		conn, err := connect(ctx)
		if err != nil {
			return nil, err
		}
		return start(ctx, conn, wamp.URI(realm), o)
	}
	if o.reconnect != nil && o.reconnect.KeepDialing {
		return dialFirst(ctx, o.reconnect, dial)
	}
	return dial(ctx)
}
