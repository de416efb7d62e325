package router_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// named lets everybody be who they say they are.
type named struct{}

func (named) Method() string { return "named" }

func (named) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	role, _ := a.Extra["role"].(string)
	return router.Identity{AuthID: a.AuthID, Role: role, Provider: "test", Extra: wamp.Dict{"session": a.Session}}, nil
}

// password asks for one.
type password struct{}

func (password) Method() string { return "password" }

func (password) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	answer, err := a.Challenge("password", wamp.Dict{"hint": "the usual"})
	switch {
	case err != nil:
		return router.Identity{}, err
	case answer.Signature == "broken":
		return router.Identity{}, errors.New("the database said something secret")
	case answer.Signature != "sesame":
		return router.Identity{}, wamp.NewError(wamp.ErrAuthenticationDenied, "wrong password")
	}
	return router.Identity{AuthID: a.AuthID, Role: "user"}, nil
}

var guarded = router.Config{Realms: []router.RealmConfig{
	{Name: "realm1", Authenticators: []router.Authenticator{password{}, named{}}},
}}

func TestW192_ChoosingAnAuthMethod(t *testing.T) {
	onEachLink(t, guarded, func(t *testing.T, r *place) {
		p := r.dial()
		p.say(`[1,"realm1",{"authmethods":["unheard_of"],%s]`, everyRole[1:])
		p.hear(`[3,{"message":"*"},"wamp.error.no_matching_auth_method"]`)
		p.hearEnd()
		p = r.dial()
		p.say(`[1,"realm1",%s]`, everyRole)
		p.hear(`[3,{"message":"*"},"wamp.error.authentication_required"]`)
		p.hearEnd()
		p = r.dial()
		p.say(`[1,"realm1",{"authid":"joe","authmethods":["anonymous","named","password"],%s]`, everyRole[1:])
		p.hear(`[4,"password",{"hint":"the usual"}]`) // as the realm prefers
		p.conn.Close()
	})
}

func TestW194_WelcomeTellsWhoTheSessionIs(t *testing.T) {
	onEachLink(t, guarded, func(t *testing.T, r *place) {
		p := r.dial()
		p.say(`[1,"realm1",{"authid":"joe","authmethods":["named"],"authextra":{"role":"admin"},%s]`, everyRole[1:])
		welcome := p.hear(`[2,"*","*"]`)
		details := welcome.dict(2)
		want := wamp.Dict{"authid": "joe", "authrole": "admin", "authmethod": "named", "authprovider": "test"}
		for key, value := range want {
			if details[key] != value {
				t.Errorf("%s is %v, want %v", key, details[key], value)
			}
		}
		if extra, _ := details["authextra"].(wamp.Dict); extra["session"] != int64(welcome.id(1)) {
			t.Errorf("the authenticator was told session %v, WELCOME says %d", extra["session"], welcome.id(1))
		}
	})
}

func TestChallengeAndAuthenticate(t *testing.T) {
	hello := `[1,"realm1",{"authid":"joe","authmethods":["password"],` + everyRole[1:] + `]`
	challenge := `[4,"password",{"hint":"the usual"}]`
	onEachLink(t, guarded, func(t *testing.T, r *place) {
		p := r.dial()
		p.say("%s", hello)
		p.hear("%s", challenge)
		p.say(`[5,"sesame",{}]`)
		p.hear(`[2,"*","*"]`)
		p.quiet()

		denied := r.dial()
		denied.say("%s", hello)
		denied.hear("%s", challenge)
		denied.say(`[5,"guess",{}]`)
		denied.hear(`[3,{"message":"wrong password"},"wamp.error.authentication_denied"]`)
		denied.hearEnd() // W195: no second guess

		broken := r.dial()
		broken.say("%s", hello)
		broken.hear("%s", challenge)
		broken.say(`[5,"broken",{}]`)
		broken.hear(`[3,{"message":"authentication could not be carried out"},"wamp.error.authentication_failed"]`)
		broken.hearEnd()

		rude := r.dial()
		rude.say("%s", hello)
		rude.hear("%s", challenge)
		rude.say(`[48,1,{},"com.procedure"]`)
		rude.hearViolation()

		gone := r.dial()
		gone.say("%s", hello)
		gone.hear("%s", challenge)
		gone.say(`[3,{},"com.changed.my.mind"]`)
		gone.hearEnd()
	})
}

// faulty panics.
type faulty struct{}

func (faulty) Method() string { return "anonymous" }

func (faulty) Authenticate(context.Context, *router.Attempt) (router.Identity, error) {
	panic("a bug in an authenticator")
}

func TestAPanicEndsNothingButItsConnection(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{
		{Name: "realm1"}, {Name: "realm2", Authenticators: []router.Authenticator{faulty{}}},
	}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		p, victim := r.join(), r.dial()
		victim.say(`[1,"realm2",%s]`, everyRole)
		if got, err := victim.receive(); err == nil {
			t.Errorf("want the end of the connection, got %s", got.text)
		}
		p.quiet()
	})
}

func TestW199_TheWaitForAuthenticateIsBounded(t *testing.T) {
	config := guarded
	config.Limits.HandshakeTimeout = 20 * time.Millisecond
	onEachLink(t, config, func(t *testing.T, r *place) {
		p := r.dial()
		p.say(`[1,"realm1",{"authid":"joe","authmethods":["password"],%s]`, everyRole[1:])
		p.hear(`[4,"password",{"hint":"the usual"}]`)
		p.hear(`[3,{"message":"*"},"wamp.error.timeout"]`)
		p.hearEnd()
	})
}
