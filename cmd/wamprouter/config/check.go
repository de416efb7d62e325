package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// checker looks for what is wrong with a file whose every value is right by itself.
type checker struct {
	*Loaded
	problems Problems
}

// at is where the value at a path stands, or what it stands in.
func (l *Loaded) at(p path) Position {
	for n := len(p); n > 0; n-- {
		if at, known := l.positions[p[:n].id()]; known {
			return at
		}
	}
	return Position{}
}

// given reports whether the file has a value at a path.
func (l *Loaded) given(p path) bool {
	_, known := l.positions[p.id()]
	return known
}

func (c *checker) report(p path, format string, args ...any) {
	c.problems = append(c.problems, Problem{File: c.Name, Position: c.at(p), Message: p.prefix() + fmt.Sprintf(format, args...)})
}

func (c *checker) check() {
	c.checkListeners()
	c.checkTLS()
	c.checkLimits()
	if c.Pprof && c.Metrics == "" {
		c.report(path{"pprof"}, "is served beside the metrics: say where with metrics, such as metrics: 127.0.0.1:9090")
	}
	if c.given(path{"realms"}) && len(c.Realms) == 0 && c.AutoRealm == nil {
		c.report(path{"realms"}, "names no realm: want at least one, or leave the key out for realm1")
	}
	if n := len(c.DecoySecret); n > 0 && n < 16 {
		c.report(path{"decoy_secret"}, "is too short: want 16 octets or more")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Realms)) {
		p := path{"realms", name}
		if !wamp.URI(name).Valid(c.Realms[name].rule()) {
			c.report(p, "is no valid realm name: want a URI such as com.example.prod")
		}
		c.checkRealm(p, c.Realms[name])
	}
	if c.AutoRealm != nil {
		c.checkRealm(path{"auto_realm"}, c.AutoRealm)
	}
}

// isSecure reports whether a URL is one of TLS.
func isSecure(listen string) bool {
	return strings.HasPrefix(listen, "wss:") || strings.HasPrefix(listen, "tcps:")
}

func (c *checker) checkListeners() {
	if c.given(path{"listen"}) && len(c.Listen) == 0 {
		c.report(path{"listen"}, "is empty: want at least one URL, such as ws://127.0.0.1:8080/ws")
	}
	seen := map[string]int{}
	for i, listen := range c.Listen {
		p := path{"listen"}.index(i)
		u, err := url.Parse(string(listen))
		if err != nil {
			c.report(p, "%v", err)
			continue
		}
		if isSecure(string(listen)) && c.TLS == nil {
			c.report(p, "%s needs a certificate: add tls: {cert: FILE, key: FILE}", u.Scheme)
		}
		address := u.Host
		if u.Scheme == "unix" {
			address = "unix:" + u.Path
		}
		if first, twice := seen[address]; twice && u.Port() != "0" {
			c.report(p, "is the same address as listener %d: one listener answers WebSocket, RawSocket and long-poll alike", first+1)
		}
		seen[address] = i
	}
}

func (c *checker) checkTLS() {
	if c.TLS == nil {
		return
	}
	p := path{"tls"}
	if c.TLS.ClientAuth == "required" && c.TLS.ClientCA == "" {
		c.report(p.key("client_auth"), "required needs client_ca, the authorities that clients' certificates come from")
	}
	uses := slices.ContainsFunc(c.Listen, func(u ListenURL) bool {
		return isSecure(string(u))
	})
	if !uses {
		c.report(p, "no listener uses it: want a wss:// or tcps:// URL in listen")
	}
	c.checkFile(p.key("cert"), c.TLS.Cert)
	c.checkFile(p.key("key"), c.TLS.Key)
	if len(c.problems) > 0 {
		return
	}
	if _, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key); err != nil {
		c.report(p.key("cert"), "%v", err)
	}
	if c.TLS.ClientCA == "" {
		return
	}
	if _, err := readAuthorities(c.TLS.ClientCA); err != nil {
		c.report(p.key("client_ca"), "%v", err)
	}
}

func (c *checker) checkFile(p path, name string) {
	if name == "" {
		c.report(p, "is empty: want a file")
		return
	}
	if _, err := os.ReadFile(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s does not exist", name)
		}
		c.report(p, "%v", err)
	}
}

// readAuthorities reads certificates of authorities.
func readAuthorities(name string) (*x509.CertPool, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("%s has no certificate in PEM", name)
	}
	return pool, nil
}

func (c *checker) checkLimits() {
	p, l := path{"limits"}, &c.Limits
	if l.MessageBurst > 0 && l.MessageRate == 0 {
		c.report(p.key("message_burst"), "is nothing without message_rate")
	}
	if l.ByteBurst > 0 && l.ByteRate == 0 {
		c.report(p.key("byte_burst"), "is nothing without byte_rate")
	}
	if c.given(p.key("on_rate")) && l.MessageRate == 0 && l.ByteRate == 0 {
		c.report(p.key("on_rate"), "is nothing without message_rate or byte_rate")
	}
	if l.ByteRate > 0 && l.ByteBurst > 0 && l.ByteBurst < l.MaxMessage {
		c.report(p.key("byte_burst"), "is below max_message: no message of that length could ever be sent")
	}
}

// rule is which URIs are valid in the realm.
func (r *Realm) rule() wamp.URIRule {
	if r.Strict.URIs {
		return wamp.StrictURIs
	}
	return wamp.LooseURIs
}

func (c *checker) checkRealm(p path, r *Realm) {
	for i, h := range r.History {
		c.checkPattern(p.key("history").index(i), h.URI, h.Match, r)
		for j, other := range r.History[:i] {
			if other.URI == h.URI && matchOf(other.Match) == matchOf(h.Match) {
				c.report(p.key("history").index(i), "is the same as number %d", j+1)
			}
		}
	}
	if uri := wamp.URI(r.DynamicAuthorizer); uri != "" && (!uri.Valid(r.rule()) || uri.Reserved()) {
		c.report(p.key("dynamic_authorizer"), "%q is no valid URI of a procedure that a session can register", uri)
	}
	if r.AuthorizerCache != 0 && r.DynamicAuthorizer == "" {
		c.report(p.key("authorizer_cache"), "is nothing without dynamic_authorizer")
	}
	for _, role := range slices.Sorted(maps.Keys(r.TrustLevels)) {
		at := p.key("trust_levels").key(role)
		if r.TrustLevels[role] < 0 {
			c.report(at, "want 0 or more")
		}
		c.checkRole(at, role, r)
	}
	c.checkRoles(p.key("roles"), r)
	c.checkAuth(p.key("auth"), r)
}

func (c *checker) checkRoles(p path, r *Realm) {
	if c.given(p) && len(r.Roles) == 0 {
		c.report(p, "names no role, so that nobody may do anything: want roles, or leave the key out")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Roles)) {
		at := p.key(name)
		if name == "" {
			c.report(at, "a role needs a name")
		}
		role := *r.Roles[name]
		for i, rule := range role {
			c.checkPattern(at.index(i), rule.URI, rule.Match, r)
			for j, other := range role[:i] {
				if other.URI == rule.URI && matchOf(other.Match) == matchOf(rule.Match) {
					c.report(at.index(i), "is about the same as rule %d: want one rule for %q", j+1, rule.URI)
				}
			}
		}
	}
}

func (c *checker) checkPattern(p path, uri, match string, r *Realm) {
	m := matchOf(match)
	if wamp.URI(uri).ValidPattern(m, r.rule()) {
		return
	}
	hint := ""
	if m == wamp.MatchExact && (strings.HasSuffix(uri, ".") || uri == "") {
		hint = ": did you mean match: prefix?"
	} else if m == wamp.MatchExact && strings.Contains(uri, "..") {
		hint = ": did you mean match: wildcard?"
	} else if strings.Contains(uri, "*") {
		hint = ": an empty component stands for any, as in com..status"
	}
	c.report(p.key("uri"), "%q is no valid URI for %s matching%s", uri, m, hint)
}

// matchOf is a matching policy by its name, which has been checked.
func matchOf(name string) wamp.Match {
	m, _ := wamp.ParseMatch(name)
	return m
}
