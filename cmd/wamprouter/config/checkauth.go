package config

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// checkAuth checks the ways to join and the users' roles.
func (c *checker) checkAuth(p path, r *Realm) {
	a := r.Auth
	if a == nil {
		c.checkRole(p, "anonymous", r)
		return
	}
	if *a == (Auth{}) {
		c.report(p, "names no way to join: want at least one of %s, or leave the key out to let everybody in", strings.Join(methods(), ", "))
	}
	if a.Dynamic != nil {
		c.checkDynamic(p.key("dynamic"), a)
	}
	if a.Cookie != nil {
		c.checkCookie(p.key("cookie"), a)
	}
	if a.Anonymous != nil {
		role := a.Anonymous.Role
		if role == "" {
			role = "anonymous"
		}
		c.checkRole(p.key("anonymous"), role, r)
	}
	if a.Ticket != nil {
		eachUser(c, p.key("ticket"), a.Ticket.Users, r, func(at path, u *TicketUser) User {
			c.exactlyOne(at, "ticket", u.Ticket != "", "sha256", u.SHA256 != "")
			if digest, err := hex.DecodeString(u.SHA256); u.SHA256 != "" && (err != nil || len(digest) != 32) {
				c.report(at.key("sha256"), "want 64 hexadecimal digits")
			}
			return u.User
		})
	}
	if a.CRA != nil {
		eachUser(c, p.key("wampcra"), a.CRA.Users, r, func(at path, u *CRAUser) User { c.checkCRA(at, u); return u.User })
	}
	if a.SCRAM != nil {
		eachUser(c, p.key("scram"), a.SCRAM.Users, r, func(at path, u *SCRAMUser) User { c.checkSCRAM(at, u); return u.User })
	}
	if a.Cryptosign != nil {
		c.checkCryptosign(p.key("cryptosign"), a.Cryptosign, r)
	}
	if a.TLS != nil {
		c.checkTLSLogin(p.key("tls"), a.TLS, r)
	}
}

// methods are the keys of Auth.
func methods() []string {
	return []string{"anonymous", "cookie", "cryptosign", "dynamic", "scram", "ticket", "tls", "wampcra"}
}

// eachUser checks the users of a method; check returns what all users have.
func eachUser[U any](c *checker, p path, users map[string]*U, r *Realm, check func(path, *U) User) {
	if len(users) == 0 {
		c.report(p.key("users"), "names nobody: want at least one user")
	}
	for _, name := range slices.Sorted(maps.Keys(users)) {
		at := p.key("users").key(name)
		if name == "" {
			c.report(at, "a user needs an authid")
		}
		u := check(at, users[name])
		c.checkRole(at.key("role"), u.Role, r)
	}
}

// checkRole checks that a role is one of the realm, if that names any. Another
// role may do nothing, unless a dynamic authorizer lets it.
func (c *checker) checkRole(p path, role string, r *Realm) {
	switch {
	case role == "":
		c.report(p, "is empty: want the name of a role")
	case len(r.Roles) == 0 || r.Roles[role] != nil || r.DynamicAuthorizer != "":
	default:
		known := slices.Sorted(maps.Keys(r.Roles))
		if suggestion := nearest(role, known); suggestion != "" {
			c.report(p, "there is no role %q, did you mean %s?", role, suggestion)
			return
		}
		c.report(p, "there is no role %q: want one of %s", role, strings.Join(known, ", "))
	}
}

func (c *checker) exactlyOne(p path, first string, hasFirst bool, second string, hasSecond bool) {
	switch {
	case hasFirst && hasSecond:
		c.report(p, "has both %s and %s: want one of them", first, second)
	case !hasFirst && !hasSecond:
		c.report(p, "has neither %s nor %s: want one of them", first, second)
	}
}

func (c *checker) checkCRA(p path, u *CRAUser) {
	c.exactlyOne(p, "secret", u.Secret != "", "key", u.Key != "")
	for _, key := range []string{"iterations", "keylen"} {
		if u.Salt == "" && c.given(p.key(key)) {
			c.report(p.key(key), "is nothing without salt")
		}
	}
}

func (c *checker) checkSCRAM(p path, u *SCRAMUser) {
	c.exactlyOne(p, "password", u.Password != "", "stored_key", u.StoredKey != "")
	if u.StoredKey != "" && (u.ServerKey == "" || u.Salt == "") {
		c.report(p.key("stored_key"), "goes with server_key and salt")
	}
	if u.Password != "" && u.ServerKey != "" {
		c.report(p.key("server_key"), "goes with stored_key, not with password")
	}
	if u.Memory != 0 && (u.KDF == "pbkdf2" || u.KDF == "" && u.StoredKey != "") {
		c.report(p.key("memory"), "is for kdf: argon2id13")
	}
}

func (c *checker) checkCryptosign(p path, method *Cryptosign, r *Realm) {
	if key, err := hex.DecodeString(string(method.RouterKey)); method.RouterKey != "" && (err != nil || len(key) != 32) {
		c.report(p.key("router_key"), "want 64 hexadecimal digits, from wamprouter keygen")
	}
	eachUser(c, p, method.Users, r, func(at path, u *CryptosignUser) User {
		if len(u.PubKeys) == 0 {
			c.report(at.key("pubkeys"), "is empty: want at least one public key")
		}
		for i, text := range u.PubKeys {
			if key, err := hex.DecodeString(text); err != nil || len(key) != 32 {
				c.report(at.key("pubkeys").index(i), "want 64 hexadecimal digits, from wamprouter keygen")
			}
		}
		return u.User
	})
}

func (c *checker) checkDynamic(p path, a *Auth) {
	d := a.Dynamic
	if uri := wamp.URI(d.Procedure); !uri.Valid(wamp.LooseURIs) || uri.Reserved() {
		c.report(p.key("procedure"), "%q is no valid URI of a procedure that a session can register", uri)
	}
	if len(d.Methods) == 0 {
		c.report(p.key("methods"), "is empty: want the methods that the procedure decides about")
	}
	for i, name := range d.Methods {
		if slices.Contains(d.Methods[:i], name) {
			c.report(p.key("methods").index(i), "is given twice")
		}
	}
	if a.Anonymous != nil && slices.Contains(d.Methods, "anonymous") {
		c.report(p.key("methods"), "anonymous lets everybody in already: want one of the two")
	}
	if d.Realm == "" {
		if *a == (Auth{Dynamic: d}) {
			c.report(p, "nobody could join to serve the procedure: add another method, or say in which realm it is registered")
		}
		return
	}
	if _, known := c.Realms[d.Realm]; !known && c.AutoRealm == nil {
		c.report(p.key("realm"), "there is no realm %q", d.Realm)
	}
}

func (c *checker) checkCookie(p path, a *Auth) {
	if a.Ticket == nil && a.CRA == nil && a.SCRAM == nil && a.Cryptosign == nil && a.Dynamic == nil {
		c.report(p, "remembers logins, and there is no other way to log in: add ticket, wampcra, scram or cryptosign")
	}
	secure := a.Cookie.Secure || slices.ContainsFunc(c.Listen, func(u ListenURL) bool { return strings.HasPrefix(string(u), "wss:") })
	if a.Cookie.SameSite == "none" && !secure {
		c.report(p.key("same_site"), "none needs TLS: want a wss:// listener, or secure: true with a proxy that has TLS")
	}
}

func (c *checker) checkTLSLogin(p path, method *TLSLogin, r *Realm) {
	if c.TLS == nil || c.TLS.ClientCA == "" {
		c.report(p, "needs certificates of clients: add tls: {client_ca: FILE}")
	}
	if method.Role == "" && len(method.Users) == 0 {
		c.report(p, "lets nobody in: want role, users or both")
	}
	if method.By == "fingerprint" && len(method.Users) == 0 {
		c.report(p.key("by"), "fingerprint needs users")
	}
	if method.Role != "" {
		c.checkRole(p.key("role"), method.Role, r)
	}
	for _, name := range slices.Sorted(maps.Keys(method.Users)) {
		switch u := method.Users[name]; {
		case u.Role != "":
			c.checkRole(p.key("users").key(name).key("role"), u.Role, r)
		case method.Role == "":
			c.report(p.key("users").key(name), "has no role, and neither has tls")
		}
	}
}
