package runtime

import (
	"context"
	"fmt"
	"reflect"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// logins are the logins that a handshake offers to the router.
type logins struct {
	offered []offeredLogin
	chosen  *offeredLogin // by the router's latest challenge
}

// offeredLogin is one of them.
type offeredLogin struct {
	Login
	method   string
	answered bool
}

// beginLogins begins a login by each method, and says so in HELLO.Details.
func beginLogins(authenticators []Authenticator, connection transport.Info, details wamp.Dict) (logins, error) {
	var l logins
	h := helloDetails{}
	for _, a := range authenticators {
		login, err := a.Begin(connection)
		if err == nil {
			err = h.add(a.Method(), login)
		}
		if err != nil {
			return logins{}, fmt.Errorf("authenticate by %s: %w", a.Method(), err)
		}
		l.offered = append(l.offered, offeredLogin{Login: login, method: a.Method()})
	}
	h.write(details)
	return l, nil
}

// helloDetails gathers what several methods want to say in one HELLO.
type helloDetails struct {
	methods []any
	authID  string
	extra   wamp.Dict
	by      map[string]string // who said what, by "authid" or the name in extra
}

// add adds what a method says. There is one authid, and one value for each name
// in authextra: methods that want different ones cannot be offered together.
func (h *helloDetails) add(method string, login Login) error {
	for _, offered := range h.methods {
		if offered == method {
			return fmt.Errorf("it is offered twice")
		}
	}
	h.methods = append(h.methods, method)
	if h.by == nil {
		h.by = make(map[string]string)
	}
	if id := login.AuthID(); id != "" {
		if h.authID != "" && h.authID != id {
			return fmt.Errorf("its authid is %q, while that of %s is %q, and HELLO names one: offer them one after the other", id, h.by["authid"], h.authID)
		}
		h.authID, h.by["authid"] = id, method
	}
	for name, value := range login.Extra() {
		if said, there := h.extra[name]; there && !reflect.DeepEqual(said, value) {
			return fmt.Errorf("its authextra.%s is not that of %s, and HELLO has one", name, h.by[name])
		}
		if h.extra == nil {
			h.extra = wamp.Dict{}
		}
		h.extra[name], h.by[name] = value, method
	}
	return nil
}

func (h *helloDetails) write(details wamp.Dict) {
	details["authmethods"] = h.methods
	if h.authID != "" {
		details["authid"] = h.authID
	}
	if h.extra != nil {
		details["authextra"] = h.extra
	}
}

// answer answers a challenge of a method that was offered, once.
func (l *logins) answer(ctx context.Context, challenge *wamp.Challenge) (*wamp.Authenticate, error) {
	login := l.find(challenge.AuthMethod)
	switch {
	case login == nil:
		return nil, fmt.Errorf("the router asks for %q, which was not offered", challenge.AuthMethod)
	case login.answered:
		return nil, fmt.Errorf("the router challenges twice by %s", login.method)
	}
	login.answered = true
	answer, err := login.Answer(ctx, challenge)
	if err != nil {
		return nil, fmt.Errorf("authenticate by %s: %w", login.method, err)
	}
	l.chosen = login
	return answer, nil
}

// welcomed checks that the router lets the client in by a method that was offered,
// and that it proved itself where it has to.
func (l *logins) welcomed(details wamp.Dict) error {
	login := l.chosen
	if login == nil {
		login = l.find(stringDetail(details, "authmethod"))
	}
	if login == nil && len(l.offered) == 1 {
		login = &l.offered[0] // routers that do not say cannot mean another one
	}
	if login == nil {
		return fmt.Errorf("the router let the client in by %q, which was not offered", stringDetail(details, "authmethod"))
	}
	if err := login.Welcomed(details); err != nil {
		return fmt.Errorf("authenticate by %s: %w", login.method, err)
	}
	return nil
}

func (l *logins) find(method string) *offeredLogin {
	for i := range l.offered {
		if l.offered[i].method == method {
			return &l.offered[i]
		}
	}
	return nil
}
