package auth

import (
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// answer is what the procedure of [Dynamic] says about a principal. Its errors name
// attributes, and never quote what they are.
type answer struct {
	grant grant
	rest  wamp.Dict
}

// read reads what the procedure answered. False means that it denies.
func (d *Dynamic) read(args []any, kwargs wamp.Dict) (answer, bool, error) {
	var value any
	switch {
	case len(args) == 1 && len(kwargs) == 0:
		value = args[0]
	case len(args) == 0 && len(kwargs) > 0:
		value = kwargs
	case len(args) > 0:
		return answer{}, false, fmt.Errorf("dynamic authentication: %s answered with more than one value", d.config.Procedure)
	}
	var ans answer
	switch value := value.(type) {
	case nil:
		return answer{}, false, nil
	case bool:
		if !value {
			return answer{}, false, nil
		}
	case string:
		ans.grant.role = value
	case wamp.Dict:
		ans.rest = value
	}
	err := errors.Join(
		ans.text("role", &ans.grant.role),
		ans.text("authid", &ans.grant.authID),
	)
	if extra := ans.rest["extra"]; extra != nil {
		var ok bool
		if ans.grant.extra, ok = extra.(wamp.Dict); !ok {
			err = errors.Join(err, errors.New("extra is no dictionary"))
		}
	}
	if err == nil && ans.grant.role == "" {
		err = errors.New("there is no role in it")
	}
	if err != nil {
		return answer{}, false, fmt.Errorf("dynamic authentication: the answer of %s: %w", d.config.Procedure, err)
	}
	return ans, true, nil
}

// identity is the principal, if the procedure was asked last.
func (ans answer) identity(a *router.Attempt, known bool, err error) (router.Identity, error) {
	switch {
	case err != nil:
		return router.Identity{}, err
	case !known:
		return router.Identity{}, denied()
	}
	id := router.Identity{AuthID: ans.grant.authID, Role: ans.grant.role, Provider: "dynamic", Extra: ans.grant.extra}
	if id.AuthID == "" {
		id.AuthID = a.AuthID
	}
	if id.AuthID == "" {
		return router.Identity{}, errors.New("dynamic authentication: neither the client nor the procedure names an authid")
	}
	return id, nil
}

// text reads a string, if it is there under one of its names.
func (ans answer) text(name string, into *string, more ...string) error {
	for _, name := range append(more, name) {
		value := ans.rest[name]
		if value == nil {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return fmt.Errorf("%s is no string", name)
		}
		*into = text
	}
	return nil
}

// number reads a positive integer, if it is there.
func (ans answer) number(name string, into *int) error {
	const most = 1 << 30
	value := ans.rest[name]
	if value == nil {
		return nil
	}
	number, ok := value.(int64)
	if !ok || number < 0 || number > most {
		return fmt.Errorf("%s is no positive integer", name)
	}
	*into = int(number)
	return nil
}

// cra reads the secret of a principal: with a salt, the key that was derived from it.
func (ans answer) cra() (CRAUser, error) {
	u := CRAUser{Role: ans.grant.role, AuthID: ans.grant.authID, Extra: ans.grant.extra}
	err := errors.Join(
		ans.text("secret", &u.Secret), ans.text("salt", &u.Salt),
		ans.number("iterations", &u.Iterations), ans.number("keylen", &u.KeyLen),
	)
	if u.Salt != "" {
		u.Key, u.Secret = u.Secret, ""
	} else {
		u.Iterations, u.KeyLen = 0, 0
	}
	return u, err
}

func (ans answer) scram() (SCRAMUser, error) {
	u := SCRAMUser{Role: ans.grant.role, AuthID: ans.grant.authID, Extra: ans.grant.extra}
	err := errors.Join(
		ans.text("stored_key", &u.StoredKey, "stored-key"), ans.text("server_key", &u.ServerKey, "server-key"),
		ans.text("salt", &u.Salt), ans.text("kdf", (*string)(&u.KDF)),
		ans.number("iterations", &u.Iterations), ans.number("memory", &u.Memory),
	)
	if u.KDF == proof.PBKDF2 || u.KDF == "" {
		u.Memory = 0
	}
	return u, err
}

func (ans answer) cryptosign() (CryptosignUser, error) {
	u := CryptosignUser{Role: ans.grant.role, AuthID: ans.grant.authID, Extra: ans.grant.extra}
	switch keys := ans.rest["pubkey"].(type) {
	case string:
		u.PublicKeys = []string{keys}
	case []any:
		for _, key := range keys {
			text, _ := key.(string)
			u.PublicKeys = append(u.PublicKeys, text)
		}
	}
	return u, nil // which prepare checks
}
