package config

import (
	"crypto/rand"
	"reflect"

	"github.com/wampkit/wampkit/router/auth"
)

// Kept is what stays from one [Loaded.Build] to the next while the daemon runs, so
// that a reload does not tell users who exist from others, nor end logins.
type Kept struct {
	decoy  []byte // used where the file has no decoy_secret
	logins map[string]keptCookies
}

// keptCookies are the logins of a realm, for as long as who may log in, and how, is the
// same: a user that is taken from the file is not to come back by a cookie.
type keptCookies struct {
	rules   *Auth
	cookies *auth.Cookies
}

// NewKept is for the first Build.
func NewKept() *Kept {
	k := &Kept{decoy: make([]byte, 32), logins: make(map[string]keptCookies)}
	rand.Read(k.decoy)
	return k
}

func (k *Kept) cookies(realm string, rules *Auth) *auth.Cookies {
	found, ok := k.logins[realm]
	if !ok || !reflect.DeepEqual(found.rules, rules) {
		found = keptCookies{rules, auth.NewCookies(rules.Cookie.config())}
		k.logins[realm] = found
	}
	return found.cookies
}
