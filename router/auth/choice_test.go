package auth_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
)

// several is a realm with three methods: joe has a ticket, peter a secret, and
// anybody may be anonymous.
func several(t *testing.T) router.Config {
	ticket := must[*auth.Ticket](t)(auth.NewTicket(auth.Static[auth.TicketUser]{"joe": {Ticket: "sesame", Role: "user"}}))
	cra := must[*auth.CRA](t)(auth.NewCRA(auth.Static[auth.CRAUser]{"peter": {Secret: "sesame", Role: "user"}}))
	return realm1(ticket, cra, router.Anonymous{})
}

// The router passes on to the next method that is offered if one does not know the principal.
func TestW192_TheMethodThatKnowsThePrincipal(t *testing.T) {
	p := start(t, several(t), "ws")
	for _, test := range []struct {
		authid  string
		offered l
		want    string
	}{
		{"joe", l{"ticket", "wampcra"}, "ticket"}, {"joe", l{"wampcra", "ticket"}, "ticket"}, {"joe", l{"wampcra"}, "wampcra"},
		{"peter", l{"ticket", "wampcra"}, "wampcra"}, {"peter", l{"ticket"}, "ticket"}, {"peter", l{"anonymous", "wampcra", "ticket"}, "wampcra"},
	} {
		c := p.dial()
		c.hello(d{"authmethods": test.offered, "authid": test.authid})
		c.challenged(test.want)
	}
}

// Somebody who does not exist is challenged like somebody who does, by the same
// method each time, and is not let in anonymously instead.
func TestW193_WhoExistsIsNotTold(t *testing.T) {
	p := start(t, several(t), "ws")
	seen := make(map[any]int)
	for i := range 40 {
		var first any
		for range 2 {
			c := p.dial()
			c.hello(d{"authmethods": l{"ticket", "wampcra", "anonymous"}, "authid": fmt.Sprint("nobody", i)})
			method := c.hear(wamp.TypeChallenge)[1]
			if first != nil && method != first {
				t.Errorf("nobody%d is challenged by %v, and by %v the next time", i, first, method)
			}
			first = method
		}
		seen[first]++
	}
	if seen["ticket"] == 0 || seen["wampcra"] == 0 {
		t.Errorf("everybody who does not exist is challenged by %v", seen)
	}
}

func TestW193_TheReasonOfEachFailure(t *testing.T) {
	config := several(t)
	config.Realms[0].Roles = map[string]router.Role{"anonymous": {}}
	config.Realms = append(config.Realms, router.RealmConfig{Name: "closed", Authenticators: config.Realms[0].Authenticators[:1]})
	everyScheme(t, func() router.Config { return config }, func(t *testing.T, p *place) {
		for _, test := range []struct {
			realm string
			hello d
			want  wamp.ErrorURI
		}{
			{"closed", nil, wamp.ErrAuthenticationRequired},
			{"closed", d{"authmethods": l{}}, wamp.ErrAuthenticationRequired},
			{"closed", d{"authmethods": l{"anonymous"}}, wamp.ErrNoMatchingAuthMethod},
			{"closed", d{"authmethods": l{"wampcra"}, "authid": "joe"}, wamp.ErrNoMatchingAuthMethod},
			{"nowhere", d{"authmethods": l{"ticket"}, "authid": "joe"}, wamp.ErrNoSuchRealm},
			{"closed", d{"authmethods": "ticket"}, wamp.ErrProtocolViolation},
			{"closed", d{"authmethods": l{1}}, wamp.ErrProtocolViolation},
			{"closed", d{"authmethods": l{"ticket"}, "authid": 1}, wamp.ErrProtocolViolation},
			{"closed", d{"authmethods": l{"ticket"}, "authextra": 1}, wamp.ErrProtocolViolation},
		} {
			c := p.dial()
			c.helloTo(test.realm, test.hello)
			c.refused(test.want)
		}
		c := p.dial() // the realm has no role "user"
		c.hello(d{"authmethods": l{"ticket"}, "authid": "joe"})
		c.challenged("ticket")
		c.say(5, "sesame", d{})
		c.refused(wamp.ErrNoSuchRole)
		c = p.dial()
		c.hello(nil)
		c.welcomed()
	})
}

// After too many failures from an address, answers from there are not looked at.
func TestGuessesAreBounded(t *testing.T) {
	config := several(t)
	config.Limits.AuthenticationFailures = 3
	p := start(t, config, "tcp")
	m := method{name: "ticket", hello: plainHello("ticket"), answer: func(_, _ d, secret string) l { return l{5, secret, d{}} }}
	waiting := p.dial()
	waiting.hello(m.hello("joe"))
	waiting.challenged("ticket")
	m.attempt(t, p, "joe", "sesame").welcomed() // who succeeds is not counted
	for range 3 {
		m.attempt(t, p, "joe", "guess").refused(wamp.ErrAuthenticationDenied)
	}
	waiting.say(5, "sesame", d{})
	waiting.refused(wamp.ErrAuthenticationFailed)
	late := p.dial()
	late.hello(m.hello("joe"))
	late.refused(wamp.ErrAuthenticationFailed)
	free := p.dial() // there is nothing to guess
	free.hello(nil)
	free.welcomed()
	if stats := p.Stats(); stats.AuthenticationsFailed != 3 || stats.AuthenticationsLimited != 2 {
		t.Errorf("%d failures and %d refusals are counted", stats.AuthenticationsFailed, stats.AuthenticationsLimited)
	}
}

func TestGuessesFromUnixSocketsAreNotCounted(t *testing.T) {
	config := several(t)
	config.Limits.AuthenticationFailures = 1
	path := t.TempDir() + "/wamp.sock"
	listener := must[net.Listener](t)(net.Listen("unix", path))
	p := startOn(t, config, "tcp", listener)
	p.url = "unix://" + path
	m := method{name: "ticket", hello: plainHello("ticket"), answer: func(_, _ d, secret string) l { return l{5, secret, d{}} }}
	for range 3 {
		m.attempt(t, p, "joe", "guess").refused(wamp.ErrAuthenticationDenied)
	}
	m.attempt(t, p, "joe", "sesame").welcomed()
}

// What is stored comes out of the helpers, and works.
func TestStoredSecrets(t *testing.T) {
	cra := must[auth.CRAUser](t)(auth.DeriveCRA("sesame", "", 0, 0))
	if cra.Secret != "" || cra.Key == "" || cra.Salt == "" || cra.Iterations != 100_000 || cra.KeyLen != 32 {
		t.Errorf("got %+v", cra)
	}
	if same := must[auth.CRAUser](t)(auth.DeriveCRA("sesame", cra.Salt, 0, 0)); same.Key != cra.Key {
		t.Error("the same password and salt make another key")
	}
	scram := must[auth.SCRAMUser](t)(auth.DeriveSCRAM("sesame", "", 0, 0))
	if scram.Password != "" || scram.StoredKey == "" || scram.ServerKey == "" || scram.Salt == "" || scram.KDF != "argon2id13" || scram.Iterations != 3 || scram.Memory != 65536 {
		t.Errorf("got %+v", scram)
	}
	if scram := must[auth.SCRAMUser](t)(auth.DeriveSCRAM("sesame", "pbkdf2", 0, 0)); scram.Iterations != 600_000 || scram.Memory != 0 {
		t.Errorf("got %+v", scram)
	}
	for what, err := range map[string]error{
		"cra":      second(auth.DeriveCRA("x", "", -1, 0)),
		"kdf":      second(auth.DeriveSCRAM("x", "md5", 0, 0)),
		"memory":   second(auth.DeriveSCRAM("x", "pbkdf2", 0, 1024)),
		"cost":     second(auth.DeriveSCRAM("x", "argon2id13", 0, 1)),
		"password": second(auth.DeriveSCRAM("\u200e", "", 0, 0)),
		"empty":    second(auth.DeriveSCRAM("", "", 0, 0)),
	} {
		if err == nil {
			t.Errorf("%s: want an error", what)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestUsersThatAreRefused(t *testing.T) {
	key := must[auth.CRAUser](t)(auth.DeriveCRA("x", "", 1000, 0)).Key
	for what, err := range map[string]error{
		"no ticket":           second(auth.NewTicket(auth.Static[auth.TicketUser]{"a": {}})),
		"ticket and hash":     second(auth.NewTicket(auth.Static[auth.TicketUser]{"a": {Ticket: "x", SHA256: auth.HashTicket("x")}})),
		"no hash":             second(auth.NewTicket(auth.Static[auth.TicketUser]{"a": {SHA256: "abcd"}})),
		"no secret":           second(auth.NewCRA(auth.Static[auth.CRAUser]{"a": {}})),
		"secret and key":      second(auth.NewCRA(auth.Static[auth.CRAUser]{"a": {Secret: "x", Key: key, Salt: "y"}})),
		"iterations, no salt": second(auth.NewCRA(auth.Static[auth.CRAUser]{"a": {Secret: "x", Iterations: 10}})),
		"no password":         second(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"a": {}})),
		"salt":                second(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"a": {Password: "x", Salt: "?"}})),
		"password and keys":   second(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"a": {Password: "x", StoredKey: "y"}})),
		"stored key":          second(auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"a": {StoredKey: "AAAA", ServerKey: "AAAA", Salt: "AAAA", Iterations: 4096}})),
		"no public key":       second(auth.NewCryptosign(auth.Static[auth.CryptosignUser]{"a": {}})),
		"public key":          second(auth.NewCryptosign(auth.Static[auth.CryptosignUser]{"a": {PublicKeys: []string{"abcd"}}})),
	} {
		if err == nil {
			t.Errorf("%s: want an error", what)
		}
	}
}
