package transport

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Listen opens the listener that a URL names: ws://host:port, tcp://host:port
// or unix:///path. What a [Server] serves there does not depend on the scheme.
// An empty host is every interface, port 0 a free one. A socket file that a
// dead process left behind is replaced. The permissions of a socket file can be
// given, as in unix:///run/wamp.sock?mode=0660; else they are up to the umask.
func Listen(rawURL string) (net.Listener, error) { return listen(rawURL, nil) }

// ListenTLS is [Listen] for wss://host:port and tcps://host:port. The config
// needs a certificate.
func ListenTLS(rawURL string, config *tls.Config) (net.Listener, error) {
	if config == nil {
		return nil, fmt.Errorf("listen on %s: TLS needs a certificate, and there is no tls.Config", rawURL)
	}
	return listen(rawURL, config)
}

func listen(rawURL string, config *tls.Config) (net.Listener, error) {
	at, err := parseURL(rawURL)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if at.tls && config == nil {
		return nil, fmt.Errorf("listen on %s: scheme %s needs a certificate: use ListenTLS", rawURL, at.scheme)
	}
	if !at.tls && config != nil {
		return nil, fmt.Errorf("listen on %s: scheme %s has no TLS: use wss or tcps", rawURL, at.scheme)
	}
	l, err := at.open()
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", rawURL, err)
	}
	if config != nil {
		config = config.Clone()
		config.NextProtos = []string{"http/1.1"} // WebSocket has no HTTP/2 here
		l = tls.NewListener(l, config)
	}
	return l, nil
}

func (at *endpoint) open() (net.Listener, error) {
	if at.network == "unix" {
		return at.unix.listen(at.address)
	}
	return net.Listen(at.network, at.address)
}

// endpoint is what a URL of ours means.
type endpoint struct {
	scheme    string
	network   string // "tcp" or "unix"
	address   string // host:port or path
	host      string // as a server name for TLS
	webSocket bool
	tls       bool
	unix      unixSocket
	url       *url.URL
}

const schemes = "ws, wss, tcp, tcps or unix"

// parseURL reads the URLs of Dial and Listen.
func parseURL(rawURL string) (*endpoint, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("%w: want a URL such as ws://127.0.0.1:8080/ws", err)
	}
	at := &endpoint{scheme: strings.ToLower(u.Scheme), network: "tcp", url: u, host: u.Hostname()}
	port := ""
	switch at.scheme {
	case "ws":
		at.webSocket, port = true, "80"
	case "wss":
		at.webSocket, at.tls, port = true, true, "443"
	case "tcp":
	case "tcps":
		at.tls = true
	case "unix":
		at.network = "unix"
		if at.address = u.Opaque + u.Host + u.Path; at.address == "" {
			return nil, fmt.Errorf("%s names no socket: want unix:///path/to/socket", rawURL)
		}
		at.unix, err = parseUnix(rawURL, u.Query())
		return at, err
	case "":
		return nil, fmt.Errorf("%q has no scheme: want one of %s, as in tcp://127.0.0.1:8081", rawURL, schemes)
	default:
		return nil, fmt.Errorf("%s: unknown scheme %q: want %s", u.Redacted(), u.Scheme, schemes)
	}
	if u.User != nil {
		return nil, fmt.Errorf("%s: a user name in the URL is not used: authenticate in the session", u.Redacted())
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if port == "" {
		return nil, fmt.Errorf("%s names no port: want %s://host:port", rawURL, at.scheme)
	}
	at.address = net.JoinHostPort(at.host, port)
	return at, nil
}

// CheckURL reports what is wrong with a URL for [Listen], [ListenTLS] or [Dial],
// or nil. It does not touch the network.
func CheckURL(rawURL string) error {
	_, err := parseURL(rawURL)
	return err
}
