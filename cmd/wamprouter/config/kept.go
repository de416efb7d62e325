package config

import (
	"crypto/rand"

	"github.com/wampkit/wampkit/router/auth"
)

// Kept is what stays from one [Loaded.Build] to the next while the daemon runs, so
// that a reload does not tell users who exist from others, nor end logins.
type Kept struct {
	decoy  []byte // used where the file has no decoy_secret
	logins map[string]keptCookies
}

// keptCookies are the logins of a realm, for as long as their rules are the same.
type keptCookies struct {
	config  auth.CookieConfig
	cookies *auth.Cookies
}

// NewKept is for the first Build.
func NewKept() *Kept {
	k := &Kept{decoy: make([]byte, 32), logins: make(map[string]keptCookies)}
	rand.Read(k.decoy)
	return k
}

func (k *Kept) cookies(realm string, config auth.CookieConfig) *auth.Cookies {
	found, ok := k.logins[realm]
	if !ok || found.config != config {
		found = keptCookies{config, auth.NewCookies(config)}
		k.logins[realm] = found
	}
	return found.cookies
}
