package config

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// DefaultListen is where to listen if the file does not say.
const DefaultListen = "ws://127.0.0.1:8080/ws"

// Listeners are the URLs to listen on.
func (f *File) Listeners() []string {
	if len(f.Listen) == 0 {
		return []string{DefaultListen}
	}
	urls := make([]string, len(f.Listen))
	for i, u := range f.Listen {
		urls[i] = string(u)
	}
	return urls
}

// LogLevel is what is logged.
func (f *File) LogLevel() slog.Level {
	var level slog.Level
	if f.Log.Level != "" {
		_ = level.UnmarshalText([]byte(f.Log.Level)) // it was checked
	}
	return level
}

// ServerTLS reads the certificates; nil if there are none. Clients get to know
// a certificate only through what this returns, so that a new one can take the
// place of an old one for new connections.
func (f *File) ServerTLS() (*tls.Config, error) {
	if f.TLS == nil {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(f.TLS.Cert, f.TLS.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	}
	if f.TLS.MinVersion == "1.3" {
		config.MinVersion = tls.VersionTLS13
	}
	if f.TLS.ClientCA == "" {
		return config, nil
	}
	if config.ClientCAs, err = readAuthorities(f.TLS.ClientCA); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven
	if f.TLS.ClientAuth == "required" {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	// A resumed session is not to outlive the authority that vouched for it.
	config.SessionTicketsDisabled = true
	return config, nil
}

// Build makes the router's configuration. What cannot be known before it is tried,
// such as a password that no key can be made of, is in Problems.
func (l *Loaded) Build(kept *Kept) (router.Config, error) {
	b := &builder{checker: checker{Loaded: l}, kept: kept}
	config := router.Config{Limits: l.Limits.router(), Observe: l.Metrics != ""}
	for _, origin := range l.Origins {
		config.Origins = append(config.Origins, string(origin))
	}
	if l.given(path{"origins"}) && config.Origins == nil {
		config.Origins = []string{} // nobody, rather than the same host
	}
	for _, name := range slices.Sorted(maps.Keys(l.Realms)) {
		config.Realms = append(config.Realms, b.realm(path{"realms", name}, name, l.Realms[name]))
	}
	if l.AutoRealm != nil {
		model := b.realm(path{"auto_realm"}, "", l.AutoRealm)
		config.AutoRealm = &model
	}
	if err := b.problems.err(); err != nil {
		return router.Config{}, err
	}
	if err := config.Validate(); err != nil { // what this package does not know of
		return router.Config{}, Problems{{File: l.Name, Message: err.Error()}}
	}
	return config, nil
}

// builder makes a configuration from a file.
type builder struct {
	checker
	kept *Kept
}

func (b *builder) realm(p path, name string, r *Realm) router.RealmConfig {
	config := router.RealmConfig{
		Name:           wamp.URI(name),
		MaxSessions:    r.MaxSessions,
		Disclose:       r.Disclose.router(),
		Strict:         router.Strict{URIs: r.Strict.URIs, RequestIDs: r.Strict.RequestIDs, Features: r.Strict.Features},
		Retention:      router.Retention{MaxBytes: int(r.MaxRetainedBytes)},
		Authenticators: b.authenticators(p.key("auth"), r),
		Roles:          r.rulebooks(),
	}
	if r.MaxRetained != nil {
		config.Retention.MaxTopics = *r.MaxRetained
		if *r.MaxRetained == 0 {
			config.Retention.MaxTopics = -1
		}
	}
	if r.DynamicAuthorizer != "" {
		config.Authorizer = router.ProcedureAuthorizer(wamp.URI(r.DynamicAuthorizer), router.AuthorizerOptions{Cache: time.Duration(r.AuthorizerCache)})
	}
	if levels := r.TrustLevels; levels != nil {
		config.TrustLevel = func(of router.Identity, _ wamp.URI) int64 { return int64(levels[of.Role]) }
	}
	for _, h := range r.History {
		config.History = append(config.History, router.HistoryConfig{
			URI: wamp.URI(h.URI), Match: matchOf(h.Match), Limit: h.Limit, MaxBytes: int(h.MaxBytes),
		})
	}
	return config
}

// rulebooks are the realm's roles, nil if it has none.
func (r *Realm) rulebooks() map[string]router.Role {
	if r.Roles == nil {
		return nil
	}
	roles := make(map[string]router.Role, len(r.Roles))
	for name, rules := range r.Roles {
		role := router.Role{}
		for _, rule := range *rules {
			role = append(role, rule.router())
		}
		roles[name] = role
	}
	return roles
}

func (r Rule) router() router.Rule {
	rule := router.Rule{URI: wamp.URI(r.URI), Match: matchOf(r.Match), Disclose: r.Disclose.router()}
	for _, name := range r.Allow {
		action, _ := router.ParseAction(name) // it was checked
		rule.Allow = append(rule.Allow, action)
	}
	return rule
}

func (d Disclose) router() router.Disclosure {
	return router.Disclosure{Caller: d.Caller, Publisher: d.Publisher}
}

func (l *Limits) router() router.Limits {
	limits := router.Limits{
		MaxMessage:             int(l.MaxMessage),
		MaxOptions:             int(l.MaxOptions),
		PayloadDepth:           l.PayloadDepth,
		OutboundQueue:          int(l.OutboundQueue),
		StallTimeout:           time.Duration(l.StallTimeout),
		HandshakeTimeout:       time.Duration(l.HandshakeTimeout),
		GoodbyeTimeout:         time.Duration(l.GoodbyeTimeout),
		Linger:                 time.Duration(l.Linger),
		PingInterval:           time.Duration(l.PingInterval),
		MaxConnections:         l.MaxConnections,
		MaxSessions:            l.MaxSessions,
		MaxSessionsPerListener: l.MaxSessionsPerListener,
		MaxSessionsPerAddress:  l.MaxSessionsPerAddress,
		MaxCalls:               l.MaxCalls,
		MaxRegistrations:       l.MaxRegistrations,
		MaxSubscriptions:       l.MaxSubscriptions,
		RerouteBytes:           int(l.RerouteBytes),
		MessageRate:            l.MessageRate,
		MessageBurst:           l.MessageBurst,
		ByteRate:               int(l.ByteRate),
		ByteBurst:              int(l.ByteBurst),
		AuthorizationTimeout:   time.Duration(l.AuthorizationTimeout),
		AuthorizationQueue:     int(l.AuthorizationQueue),
	}
	if l.AuthenticationFailures != nil {
		limits.AuthenticationFailures = *l.AuthenticationFailures
		if limits.AuthenticationFailures == 0 {
			limits.AuthenticationFailures = -1
		}
	}
	if l.OnFullQueue == "close" {
		limits.OnFullQueue = router.CloseSession
	}
	if l.OnRate == "close" {
		limits.OnRate = router.AbortSession
	}
	return limits
}
