package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// method is one of the methods with a secret, as the tests that hold for each see it.
type method struct {
	name string
	// config is a router on which joe has the secret "sesame", which is also what
	// everybody who has another name here has.
	config func(t *testing.T) router.Config
	hello  func(authid string) d
	// answer answers a challenge with a secret: the arguments of AUTHENTICATE.
	answer func(hello, challenge d, secret string) l
}

var methods = []method{
	{"ticket", configured(ticketUsers, auth.NewTicket), plainHello("ticket"),
		func(_, _ d, secret string) l { return l{5, secret, d{}} }},
	{"ticket hashed", configured(hashedUsers, auth.NewTicket), plainHello("ticket"),
		func(_, _ d, secret string) l { return l{5, secret, d{}} }},
	{"wampcra", configured(craUsers, auth.NewCRA), plainHello("wampcra"), answerCRA},
	{"wampcra salted", configured(saltedUsers, auth.NewCRA), plainHello("wampcra"), answerCRA},
	{"wamp-scram", configured(scramUsers, auth.NewSCRAM), scramHello, answerSCRAM},
	{"wamp-scram argon2", configured(argonUsers, auth.NewSCRAM), scramHello, answerSCRAM},
}

// configured makes a router's configuration out of users.
func configured[C any, M router.Authenticator](users func(t *testing.T) auth.Static[C], make func(auth.Users[C], ...auth.Option) (M, error)) func(t *testing.T) router.Config {
	return func(t *testing.T) router.Config {
		t.Helper()
		return realm1(must[M](t)(make(users(t))))
	}
}

func ticketUsers(*testing.T) auth.Static[auth.TicketUser] {
	return auth.Static[auth.TicketUser]{"joe": {Ticket: "sesame", Role: "user"}}
}

func hashedUsers(*testing.T) auth.Static[auth.TicketUser] {
	return auth.Static[auth.TicketUser]{"joe": {SHA256: auth.HashTicket("sesame"), Role: "user"}}
}

func craUsers(*testing.T) auth.Static[auth.CRAUser] {
	return auth.Static[auth.CRAUser]{"joe": {Secret: "sesame", Role: "user"}}
}

func saltedUsers(t *testing.T) auth.Static[auth.CRAUser] {
	joe := must[auth.CRAUser](t)(auth.DeriveCRA("sesame", "", 1000, 0))
	joe.Role = "user"
	return auth.Static[auth.CRAUser]{"joe": joe}
}

func scramUsers(t *testing.T) auth.Static[auth.SCRAMUser] {
	joe := must[auth.SCRAMUser](t)(auth.DeriveSCRAM("sesame", proof.PBKDF2, 4096, 0))
	joe.Role = "user"
	return auth.Static[auth.SCRAMUser]{"joe": joe}
}

func argonUsers(*testing.T) auth.Static[auth.SCRAMUser] {
	return auth.Static[auth.SCRAMUser]{"joe": {Password: "sesame", Iterations: 1, Memory: 4096, Role: "user"}}
}

func plainHello(name string) func(string) d {
	return func(authid string) d { return d{"authmethods": l{name}, "authid": authid} }
}

func answerCRA(_, challenge d, secret string) l {
	if salt, salted := challenge["salt"].(string); salted {
		secret, _ = proof.CRAKey(secret, salt, int(challenge["iterations"].(int64)), int(challenge["keylen"].(int64)))
	}
	return l{5, proof.CRASignature(secret, challenge["challenge"].(string)), d{}}
}

// attempt is how a test logs in.
func (m method) attempt(t *testing.T, p *place, authid, secret string) *peer {
	t.Helper()
	c := p.dial()
	hello := m.hello(authid)
	c.hello(hello)
	c.say(m.answer(hello, c.challenged(m.wire()), secret)...)
	return c
}

// wire is the method's name in messages.
func (m method) wire() string { name, _, _ := strings.Cut(m.name, " "); return name }

// eachMethod runs a test for each method over each scheme.
func eachMethod(t *testing.T, test func(t *testing.T, m method, p *place)) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			everyScheme(t, func() router.Config { return m.config(t) }, func(t *testing.T, p *place) { test(t, m, p) })
		})
	}
}

func TestTheRightSecret(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		c := m.attempt(t, p, "joe", "sesame")
		c.is(c.welcomed(), "joe", "user", m.wire(), "static")
	})
}

// Whoever does not know the secret gets the same answer as whoever does not exist.
func TestW193_WrongSecretsAndUnknownUsers(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		texts := make(map[string]bool)
		for _, attempt := range [][2]string{{"joe", "guess"}, {"joe", ""}, {"jane", "sesame"}, {"jane", "guess"}, {"Joe", "sesame"}, {"joe\x00", "sesame"}} {
			c := m.attempt(t, p, attempt[0], attempt[1])
			texts[c.refused(wamp.ErrAuthenticationDenied)] = true
		}
		if len(texts) != 1 {
			t.Errorf("the answers differ: %v", texts)
		}
		if stats := p.Stats(); stats.AuthenticationsFailed != 6 || stats.SessionsRefused != 6 {
			t.Errorf("%d failures and %d refusals are counted", stats.AuthenticationsFailed, stats.SessionsRefused)
		}
	})
}

// What a user who does not exist is asked looks the same, and does so again.
func TestW200_ChallengesForUnknownUsers(t *testing.T) {
	random := map[string]bool{"nonce": true, "challenge": true}
	eachMethod(t, func(t *testing.T, m method, p *place) {
		ask := func(authid string) d {
			c := p.dial()
			c.hello(m.hello(authid))
			return c.challenged(m.wire())
		}
		known, unknown, again, another := ask("joe"), ask("jane"), ask("jane"), ask("jack")
		if len(known) != len(unknown) {
			t.Errorf("a known user is asked %v, an unknown one %v", known, unknown)
		}
		for name, value := range unknown {
			switch {
			case random[name]:
				if value == again[name] {
					t.Errorf("%s is the same twice", name)
				}
			case value != again[name]:
				t.Errorf("%s is %v, and %v the next time", name, value, again[name])
			case name == "salt":
				if value == known[name] || value == another[name] || len(value.(string)) != len(known[name].(string)) {
					t.Errorf("the salts of a known and of two unknown users are %v, %v and %v", known[name], value, another[name])
				}
			case value != known[name]:
				t.Errorf("%s is %v for a known user, and %v for an unknown one", name, known[name], value)
			}
		}
	})
}

// A wrong answer ends the session: what follows, also in the same segment, is not looked at.
func TestW195_NoSecondGuess(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		c := p.dial()
		hello := m.hello("joe")
		c.hello(hello)
		challenge := c.challenged(m.wire())
		c.say(m.answer(hello, challenge, "guess")...)
		c.say(m.answer(hello, challenge, "sesame")...)
		c.refused(wamp.ErrAuthenticationDenied)

		c = m.attempt(t, p, "joe", "sesame")
		c.welcomed()
		c.say(m.answer(hello, challenge, "sesame")...)
		c.refused(wamp.ErrProtocolViolation)
	})
}

// An answer that was overheard is worth nothing in another session.
func TestW199_ReplayedAnswers(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		if m.wire() == "ticket" {
			t.Skip("a ticket is the same each time: that is what TLS is for")
		}
		c := p.dial()
		hello := m.hello("joe")
		c.hello(hello)
		answer := m.answer(hello, c.challenged(m.wire()), "sesame")
		c.say(answer...)
		c.welcomed()

		thief := p.dial()
		thief.hello(hello) // the same client nonce, too
		thief.challenged(m.wire())
		thief.say(answer...)
		thief.refused(wamp.ErrAuthenticationDenied)
	})
}

func TestW199_LateAnswers(t *testing.T) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			config := m.config(t)
			config.Limits.HandshakeTimeout = 50 * time.Millisecond
			p := start(t, config, "tcp")
			c := p.dial()
			c.hello(m.hello("joe"))
			if message, err := c.receive(); err != nil || message[0] == int64(3) {
				return // this machine is too slow today even for the challenge
			}
			c.refused(wamp.ErrTimeout)
		})
	}
}

// Whatever is in HELLO and AUTHENTICATE, it is refused in good order.
func TestAnswersOfAnyShape(t *testing.T) {
	values := l{nil, true, 1, -1.5, "", "x", strings.Repeat("A", 1<<12), "x\u0000", l{}, l{1}, d{}, d{"x": l{d{}}}}
	eachMethod(t, func(t *testing.T, m method, p *place) {
		for _, signature := range []string{"", "x", "====", strings.Repeat("A", 1<<12), "x\u0000", "é"} {
			c := p.dial()
			c.hello(m.hello("joe"))
			c.challenged(m.wire())
			c.say(5, signature, d{"nonce": signature})
			c.refused(wamp.ErrAuthenticationDenied)
		}
		for _, value := range values {
			c := p.dial()
			c.hello(m.hello("joe"))
			c.challenged(m.wire())
			c.say(5, "x", d{"nonce": value, "channel_binding": value, "cbind_data": value, "x": value})
			c.refused(wamp.ErrAuthenticationDenied)

			c = p.dial()
			hello := m.hello("joe")
			hello["authextra"] = d{"nonce": value, "channel_binding": value, "pubkey": value, "challenge": value}
			c.hello(hello)
			if message, err := c.receive(); err != nil || message[0] == int64(2) {
				t.Errorf("authextra of %v: %v, %v", value, message, err)
			}
		}
		m.attempt(t, p, "joe", "sesame").welcomed()
	})
}

func TestMissingAuthID(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		c := p.dial()
		c.hello(m.hello(""))
		if text := c.refused(wamp.ErrAuthenticationFailed); !strings.Contains(text, "authid") {
			t.Errorf("refused with %q", text)
		}
	})
}

// No secret gets into a log.
func TestLogsTellNoSecrets(t *testing.T) {
	eachMethod(t, func(t *testing.T, m method, p *place) {
		m.attempt(t, p, "joe", "sesame").welcomed()
		m.attempt(t, p, "joe", "wrong-guess").refused(wamp.ErrAuthenticationDenied)
		log := p.log.String()
		if strings.Contains(log, "sesame") || strings.Contains(log, "wrong-guess") {
			t.Errorf("the log tells secrets:\n%s", log)
		}
		if !strings.Contains(log, "authentication failed") || !strings.Contains(log, "authid=joe") || !strings.Contains(log, m.wire()) {
			t.Errorf("the log does not tell about the failure:\n%s", log)
		}
	})
}

// lookup is users of whom somebody else knows.
type lookup[C any] func(a *router.Attempt) (C, bool, error)

func (f lookup[C]) Find(_ context.Context, a *router.Attempt) (C, bool, error) { return f(a) }

func TestUsersOfADatabase(t *testing.T) {
	db := lookup[auth.CRAUser](func(a *router.Attempt) (auth.CRAUser, bool, error) {
		switch a.AuthID {
		case "joe":
			return auth.CRAUser{Secret: "sesame", Role: "user", AuthID: "joe@" + string(a.Realm), Extra: d{"since": 2020}}, true, nil
		case "salty":
			return auth.CRAUser{Secret: "sesame", Salt: "salt", Role: "user"}, true, nil
		case "broken":
			return auth.CRAUser{}, false, errors.New("the password of the database is wrong")
		}
		return auth.CRAUser{}, false, nil
	})
	cra := must[*auth.CRA](t)(auth.NewCRA(db, auth.Provider("userdb")))
	p := start(t, realm1(cra), "ws")
	m := method{name: "wampcra", hello: plainHello("wampcra"), answer: answerCRA}
	c := m.attempt(t, p, "joe", "sesame")
	welcome := c.welcomed()
	c.is(welcome, "joe@realm1", "user", "wampcra", "userdb")
	if extra, _ := welcome["authextra"].(d); extra["since"] != int64(2020) {
		t.Errorf("authextra is %v", welcome["authextra"])
	}
	m.attempt(t, p, "jane", "sesame").refused(wamp.ErrAuthenticationDenied)
	for _, broken := range []string{"broken", "salty"} { // salty's key would have to be derived each time
		c := p.dial()
		c.hello(m.hello(broken))
		if text := c.refused(wamp.ErrAuthenticationFailed); strings.Contains(text, "database") {
			t.Errorf("the peer is told %q", text)
		}
	}
}
