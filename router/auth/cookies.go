package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Cookies lets browsers in that have a cookie from an earlier login (section
// "Cookie-based Authentication"). Put it first among the methods of a realm; clients
// offer "cookie" beside the method they log in by:
//
//	authmethods: ["cookie", "wamp-scram"]
//
// Every WebSocket or long-poll connection gets a new cookie when it comes about,
// unless it brings one that is worth something. The cookie becomes worth the identity
// that the connection joins a realm with, if it did so by answering a CHALLENGE. The
// next connection that brings the cookie and offers "cookie" has the same identity in
// that realm, until the cookie expires or is revoked.
//
// A cookie is bound once, and only by the connection that it was made for, so that
// a cookie which somebody planted in a browser is never worth that browser's login. The
// protection against pages of other sites is router.Config.Origins, and SameSite on top.
//
// What cookies are worth is kept in memory, by the SHA-256 of the cookie: it ends with
// the router. One Cookies may serve several realms and routers.
type Cookies struct {
	config CookieConfig

	mu     sync.Mutex // guards the fields below
	logins map[cookieHash]login
	byAge  []cookieHash // the oldest first; those that are gone are among them
}

// CookieConfig is how cookies are made. The zero value is ready to use.
type CookieConfig struct {
	// Name is the cookie's name. Empty is "wampkit". Over TLS "__Host-" is put before
	// it, which makes browsers refuse it from other hosts and from plain HTTP.
	Name string
	// MaxAge is how long a login is remembered. Default 24 h.
	MaxAge time.Duration
	// SameSite is when browsers send the cookie along. The default is
	// [http.SameSiteStrictMode]: with connections that pages of the same site make.
	// [http.SameSiteNoneMode] is for pages of other sites, which router.Config.Origins
	// has to allow, and needs TLS.
	SameSite http.SameSite
	// Secure marks cookies as for TLS only where the router does not see that there is
	// TLS, because a proxy in front of it ends it.
	Secure bool
	// MaxLogins is how many logins are remembered; beyond it the oldest is forgotten.
	// Default 10,000.
	MaxLogins int
}

// cookieHash is the SHA-256 of a cookie, of which no copy is kept.
type cookieHash [sha256.Size]byte

// login is what a cookie is worth.
type login struct {
	realm    wamp.URI
	identity router.Identity
	expires  time.Time
}

// NewCookies makes the method "cookie".
func NewCookies(config CookieConfig) *Cookies {
	if config.Name == "" {
		config.Name = "wampkit"
	}
	if config.MaxAge <= 0 {
		config.MaxAge = 24 * time.Hour
	}
	if config.SameSite == 0 || config.SameSite == http.SameSiteDefaultMode {
		config.SameSite = http.SameSiteStrictMode
	}
	if config.MaxLogins <= 0 {
		config.MaxLogins = 10_000
	}
	return &Cookies{config: config, logins: make(map[cookieHash]login)}
}

// Method is "cookie".
func (c *Cookies) Method() string { return "cookie" }

// Greet implements [router.Greeter]: it sets a new cookie, unless the request brings
// one that is worth something.
func (c *Cookies) Greet(request *http.Request, response http.Header) {
	if _, bound := c.find(request.Header); bound {
		return
	}
	secure := c.config.Secure || request.TLS != nil
	name := c.config.Name
	if secure {
		name = "__Host-" + name
	}
	response.Add("Set-Cookie", (&http.Cookie{
		Name: name, Value: rand.Text(), Path: "/", MaxAge: int(c.config.MaxAge.Seconds()),
		HttpOnly: true, Secure: secure, SameSite: c.config.SameSite,
	}).String())
}

// Recognize implements [router.Recognizer]: it is no way in without a cookie that is
// worth something in the realm.
func (c *Cookies) Recognize(_ context.Context, a *router.Attempt) (router.Recognition, error) {
	if _, ok := c.loginFor(a); !ok {
		return router.Inapplicable, nil
	}
	return router.Known, nil
}

// Authenticate implements [router.Authenticator].
func (c *Cookies) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	found, ok := c.loginFor(a)
	if !ok {
		return router.Identity{}, denied()
	}
	identity := found.identity
	identity.Method = c.Method()
	return identity, nil
}

// loginFor finds the login that an attempt's cookie is worth in its realm. An
// attempt for somebody else has none.
func (c *Cookies) loginFor(a *router.Attempt) (login, bool) {
	found, ok := c.find(a.Connection.RequestHeader)
	if !ok || found.realm != a.Realm || a.AuthID != "" && a.AuthID != found.identity.AuthID {
		return login{}, false
	}
	return found, true
}

// find finds the login that a request's cookie is worth.
func (c *Cookies) find(request http.Header) (login, bool) {
	if request == nil {
		return login{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, hash := range c.brought(request) {
		if found, ok := c.logins[hash]; ok && time.Now().Before(found.expires) {
			return found, true
		}
	}
	return login{}, false
}

// brought are the cookies of a request that could be ours.
func (c *Cookies) brought(request http.Header) []cookieHash {
	var hashes []cookieHash
	for _, cookie := range (&http.Request{Header: request}).Cookies() {
		if cookie.Name == c.config.Name || cookie.Name == "__Host-"+c.config.Name {
			hashes = append(hashes, sha256.Sum256([]byte(cookie.Value)))
		}
	}
	return hashes
}

// Witness implements [router.Witness]: it remembers a login in the cookie that was made
// for the connection. A login beside a cookie that was worth something already
// makes that one worth nothing.
func (c *Cookies) Witness(a *router.Attempt, identity router.Identity) {
	if !a.Challenged() || a.Connection.RequestHeader == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, hash := range c.brought(a.Connection.RequestHeader) {
		delete(c.logins, hash)
	}
	for _, cookie := range (&http.Response{Header: a.Connection.ResponseHeader}).Cookies() {
		hash := cookieHash(sha256.Sum256([]byte(cookie.Value)))
		ours := cookie.Name == c.config.Name || cookie.Name == "__Host-"+c.config.Name
		if _, bound := c.logins[hash]; ours && !bound {
			c.makeRoom()
			identity.Extra = nil
			c.logins[hash] = login{a.Realm, identity, time.Now().Add(c.config.MaxAge)}
			c.byAge = append(c.byAge, hash)
		}
	}
}

// makeRoom forgets the oldest logins, as long as there are too many. mu is held.
func (c *Cookies) makeRoom() {
	for len(c.byAge) > 0 {
		oldest, there := c.logins[c.byAge[0]]
		if there && len(c.logins) < c.config.MaxLogins && time.Now().Before(oldest.expires) {
			break
		}
		delete(c.logins, c.byAge[0])
		c.byAge = c.byAge[1:]
	}
	if len(c.byAge) >= 2*c.config.MaxLogins { // most of them are gone
		kept := c.byAge[:0:0]
		for _, hash := range c.byAge {
			if _, there := c.logins[hash]; there {
				kept = append(kept, hash)
			}
		}
		c.byAge = kept
	}
}

// Revoke makes the cookies of a principal worth nothing in a realm, and reports how many
// there were. Sessions that are open stay open.
func (c *Cookies) Revoke(realm wamp.URI, authID string) int {
	return c.revoke(func(l login) bool { return l.realm == realm && l.identity.AuthID == authID })
}

// RevokeAll makes all cookies worth nothing, and reports how many there were. Sessions
// that are open stay open.
func (c *Cookies) RevokeAll() int { return c.revoke(func(login) bool { return true }) }

func (c *Cookies) revoke(condition func(login) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	revoked := 0
	for hash, l := range c.logins {
		if condition(l) {
			delete(c.logins, hash)
			revoked++
		}
	}
	return revoked
}
