package config

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// authenticators are the ways to join a realm, the strongest first. Nil lets
// everybody in.
func (b *builder) authenticators(p path, r *Realm) []router.Authenticator {
	a := r.Auth
	if a == nil {
		return nil
	}
	var ways []router.Authenticator
	if a.Cookie != nil {
		ways = append(ways, b.kept.cookies(p.String(), a))
	}
	if a.Cryptosign != nil {
		ways = b.add(ways, p.key("cryptosign"), func() (router.Authenticator, error) {
			return auth.NewCryptosign(a.Cryptosign.users(), b.options(a.Cryptosign.RequireChannelBinding, a.Cryptosign.RouterKey)...)
		})
	}
	if a.TLS != nil {
		ways = b.add(ways, p.key("tls"), func() (router.Authenticator, error) { return auth.NewTLS(a.TLS.config()) })
	}
	if a.SCRAM != nil {
		ways = b.add(ways, p.key("scram"), func() (router.Authenticator, error) {
			return auth.NewSCRAM(a.SCRAM.users(), b.options(a.SCRAM.RequireChannelBinding, "")...)
		})
	}
	if a.CRA != nil {
		ways = b.add(ways, p.key("wampcra"), func() (router.Authenticator, error) {
			return auth.NewCRA(a.CRA.users(), b.options(false, "")...)
		})
	}
	if a.Ticket != nil {
		ways = b.add(ways, p.key("ticket"), func() (router.Authenticator, error) {
			return auth.NewTicket(a.Ticket.users(), b.options(false, "")...)
		})
	}
	if a.Dynamic != nil {
		ways = b.addDynamic(ways, p.key("dynamic"), a.Dynamic)
	}
	if a.Anonymous != nil {
		ways = append(ways, router.Anonymous{Role: a.Anonymous.Role})
	}
	return ways
}

// add makes an authenticator, or reports why that cannot be done.
func (b *builder) add(ways []router.Authenticator, p path, construct func() (router.Authenticator, error)) []router.Authenticator {
	way, err := construct()
	if err != nil {
		b.report(p, "%v", err)
		return ways
	}
	return append(ways, way)
}

// addDynamic adds the methods that a procedure decides about.
func (b *builder) addDynamic(ways []router.Authenticator, p path, d *Dynamic) []router.Authenticator {
	dynamic, err := auth.NewDynamic(d.config())
	if err != nil {
		b.report(p, "%v", err)
		return ways
	}
	for _, name := range d.Methods {
		switch options := b.options(false, ""); name {
		case "cryptosign":
			ways = append(ways, dynamic.Cryptosign(options...))
		case "scram":
			ways = append(ways, dynamic.SCRAM(options...))
		case "wampcra":
			ways = append(ways, dynamic.CRA(options...))
		case "ticket":
			ways = append(ways, dynamic.Ticket())
		case "anonymous":
			ways = append(ways, dynamic.Anonymous())
		}
	}
	return ways
}

func (d *Dynamic) config() auth.DynamicConfig {
	return auth.DynamicConfig{Procedure: wamp.URI(d.Procedure), Realm: wamp.URI(d.Realm), Timeout: time.Duration(d.Timeout)}
}

// options are those of a method.
func (b *builder) options(bind bool, routerKey Secret) []auth.Option {
	decoy := b.kept.decoy
	if b.DecoySecret != "" {
		decoy = []byte(b.DecoySecret)
	}
	options := []auth.Option{auth.DecoySecret(decoy)}
	if bind {
		options = append(options, auth.RequireChannelBinding())
	}
	if seed, err := hex.DecodeString(string(routerKey)); err == nil && len(seed) == ed25519.SeedSize {
		options = append(options, auth.RouterKey(ed25519.NewKeyFromSeed(seed)))
	}
	return options
}

func (c *Cookie) config() auth.CookieConfig {
	return auth.CookieConfig{
		Name: c.Name, MaxAge: time.Duration(c.MaxAge), Secure: c.Secure, MaxLogins: c.MaxLogins,
		SameSite: map[string]http.SameSite{"lax": http.SameSiteLaxMode, "none": http.SameSiteNoneMode}[c.SameSite],
	}
}

func (t *Ticket) users() auth.Static[auth.TicketUser] {
	users := make(auth.Static[auth.TicketUser], len(t.Users))
	for name, u := range t.Users {
		users[name] = auth.TicketUser{Ticket: string(u.Ticket), SHA256: strings.ToLower(u.SHA256), Role: u.Role, AuthID: u.AuthID}
	}
	return users
}

func (c *CRA) users() auth.Static[auth.CRAUser] {
	users := make(auth.Static[auth.CRAUser], len(c.Users))
	for name, u := range c.Users {
		users[name] = auth.CRAUser{
			Secret: string(u.Secret), Key: string(u.Key), Salt: u.Salt, Iterations: u.Iterations, KeyLen: u.KeyLen,
			Role: u.Role, AuthID: u.AuthID,
		}
	}
	return users
}

func (s *SCRAM) users() auth.Static[auth.SCRAMUser] {
	users := make(auth.Static[auth.SCRAMUser], len(s.Users))
	for name, u := range s.Users {
		users[name] = auth.SCRAMUser{
			Password: string(u.Password), KDF: proof.KDF(u.KDF), Salt: u.Salt, Iterations: u.Iterations, Memory: u.Memory,
			StoredKey: string(u.StoredKey), ServerKey: string(u.ServerKey), Role: u.Role, AuthID: u.AuthID,
		}
	}
	return users
}

func (c *Cryptosign) users() auth.Static[auth.CryptosignUser] {
	users := make(auth.Static[auth.CryptosignUser], len(c.Users))
	for name, u := range c.Users {
		users[name] = auth.CryptosignUser{PublicKeys: u.PubKeys, Role: u.Role, AuthID: u.AuthID}
	}
	return users
}

func (t *TLSLogin) config() auth.TLSConfig {
	config := auth.TLSConfig{By: auth.CertificateName(t.By), Role: t.Role, Users: make(map[string]auth.TLSUser, len(t.Users))}
	for name, u := range t.Users {
		config.Users[name] = auth.TLSUser{Role: u.Role, AuthID: u.AuthID}
	}
	return config
}
