package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
	"github.com/wampkit/wampkit/wamp/proof"
)

// oracle serves the procedure that says who may join.
type oracle struct {
	*peer
	asked chan l // what it was asked
}

// answer is what an oracle answers: arguments of YIELD, or an error.
type answer struct {
	args   l
	kwargs d
	err    string
	silent bool
}

// consult joins by a static method and serves com.acme.authenticate.
func consult(t *testing.T, p *place, realm string, decide func(realm, authid string, details d) answer) *oracle {
	t.Helper()
	o := &oracle{peer: p.dial(), asked: make(chan l, 100)}
	o.helloTo(realm, d{"authmethods": l{"ticket"}, "authid": "joe"})
	o.challenged("ticket")
	o.say(5, "sesame", d{})
	o.welcomed()
	o.say(64, 1, d{"disclose_caller": true}, "com.acme.authenticate")
	o.hear(wamp.TypeRegistered)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			frame, err := o.conn.Receive()
			if err != nil {
				return
			}
			value, _ := codec.DecodeValue(o.conn.Format(), frame)
			invocation, _ := value.(l)
			if len(invocation) < 5 || invocation[0] != int64(68) {
				continue
			}
			args := invocation[4].(l)
			o.asked <- append(l{invocation[3]}, args...)
			ans := decide(args[0].(string), args[1].(string), args[2].(d))
			switch {
			case ans.silent:
			case ans.err != "":
				o.tell(8, 68, invocation[1], d{}, ans.err, l{"the oracle's own words"})
			case ans.kwargs != nil:
				o.tell(70, invocation[1], d{}, l{}, ans.kwargs)
			default:
				o.tell(70, invocation[1], d{}, ans.args)
			}
		}
	}()
	t.Cleanup(func() { o.conn.Close(); <-ended })
	return o
}

// tell is say on the oracle's own goroutine.
func (o *oracle) tell(message ...any) {
	frame, err := codec.AppendValue(nil, o.conn.Format(), message)
	if err == nil {
		err = o.conn.SendFrame(frame)
	}
	if err != nil {
		o.t.Errorf("oracle: %v", err)
	}
	o.conn.Flush()
}

// dynamicConfig is realm1 with a static ticket for the oracle, and a dynamic method.
func dynamicConfig(t *testing.T, config auth.DynamicConfig, method func(*auth.Dynamic) router.Authenticator) router.Config {
	t.Helper()
	config.Procedure = "com.acme.authenticate"
	dynamic := must[*auth.Dynamic](t)(auth.NewDynamic(config))
	c := realm1(must[*auth.Ticket](t)(auth.NewTicket(ticketUsers(t))), method(dynamic))
	c.Realms[0].Disclose.Caller = true
	other := c.Realms[0]
	other.Name = "realm2"
	c.Realms = append(c.Realms, other)
	return c
}

func viaTicket(a *auth.Dynamic) router.Authenticator     { return a.Ticket() }
func viaCRA(a *auth.Dynamic) router.Authenticator        { return a.CRA() }
func viaSCRAM(a *auth.Dynamic) router.Authenticator      { return a.SCRAM() }
func viaCryptosign(a *auth.Dynamic) router.Authenticator { return a.Cryptosign() }
func viaAnonymous(a *auth.Dynamic) router.Authenticator  { return a.Anonymous() }

// byTicket says HELLO and shows a ticket.
func byTicket(p *place, authid, ticket string) *peer {
	c := p.dial()
	c.hello(d{"authmethods": l{"ticket"}, "authid": authid, "authextra": d{"locale": "en"}})
	c.challenged("ticket")
	c.say(5, ticket, d{})
	return c
}

func TestDynamicTicket(t *testing.T) {
	config := func() router.Config { return dynamicConfig(t, auth.DynamicConfig{}, viaTicket) }
	everyScheme(t, config, func(t *testing.T, p *place) {
		o := consult(t, p, "realm1", func(realm, authid string, details d) answer {
			switch details["ticket"] {
			case "role":
				return answer{args: l{"guest"}}
			case "dict":
				return answer{args: l{d{"role": "guest", "authid": "jane@acme", "extra": d{"plan": "free"}}}}
			case "keywords":
				return answer{kwargs: d{"role": "guest"}}
			case "no":
				return answer{err: "com.acme.error.invalid_ticket"}
			case "denied":
				return answer{err: "wamp.error.authentication_denied"}
			case "null":
				return answer{args: l{nil}}
			case "empty":
				return answer{args: l{}}
			case "false":
				return answer{args: l{false}}
			case "broken":
				return answer{err: "wamp.error.runtime_error"}
			case "true":
				return answer{args: l{true}}
			case "number":
				return answer{args: l{7}}
			case "no role":
				return answer{args: l{d{"authid": "x"}}}
			case "bad role":
				return answer{args: l{d{"role": 1}}}
			case "bad extra":
				return answer{args: l{d{"role": "guest", "extra": "x"}}}
			case "two":
				return answer{args: l{"guest", "admin"}}
			}
			return answer{args: l{strings.Repeat("x", 1<<17)}} // more than the router reads
		})
		c := byTicket(p, "jane", "role")
		welcome := c.welcomed()
		c.is(welcome, "jane", "guest", "ticket", "dynamic")
		asked := <-o.asked
		details := asked[3].(d)
		if asked[1] != "realm1" || asked[2] != "jane" || details["session"] != welcome["session"] || details["authmethod"] != "ticket" ||
			details["ticket"] != "role" || details["authextra"].(d)["locale"] != "en" || details["transport"].(d)["tls"] != false {
			t.Errorf("asked with %v", asked)
		}
		if caller := asked[0].(d); caller["caller_authrole"] != "router" {
			t.Errorf("called by %v", caller)
		}
		c = byTicket(p, "jane", "dict")
		welcome = c.welcomed()
		c.is(welcome, "jane@acme", "guest", "ticket", "dynamic")
		if extra := welcome["authextra"].(d); extra["plan"] != "free" {
			t.Errorf("authextra is %v", extra)
		}
		byTicket(p, "jane", "keywords").welcomed()
		texts := map[string]bool{byTicket(p, "joe", "role").refused(wamp.ErrAuthenticationDenied): true} // joe's is static
		for _, ticket := range []string{"no", "denied", "null", "empty", "false"} {
			texts[byTicket(p, "jane", ticket).refused(wamp.ErrAuthenticationDenied)] = true
		}
		if len(texts) != 1 {
			t.Errorf("refused with %v", texts)
		}
		for _, ticket := range []string{"broken", "true", "number", "no role", "bad role", "bad extra", "two", "long"} {
			byTicket(p, "jane", ticket).refused(wamp.ErrAuthenticationFailed)
		}
		if strings.Contains(p.log.String(), "sesame") || strings.Contains(p.log.String(), "ticket=") {
			t.Errorf("the log tells secrets:\n%s", p.log)
		}
	})
}

// The procedure may be served in another realm, whose sessions it joins.
func TestDynamicInAnotherRealm(t *testing.T) {
	p := start(t, dynamicConfig(t, auth.DynamicConfig{Realm: "realm2"}, viaTicket), "ws")
	o := consult(t, p, "realm2", func(realm, authid string, details d) answer { return answer{args: l{"guest"}} })
	byTicket(p, "jane", "x").welcomed()
	if asked := <-o.asked; asked[1] != "realm1" {
		t.Errorf("asked about %v", asked[1])
	}
}

// Nobody waits for an answer that does not come, and nothing is granted without one.
func TestDynamicFailsClosed(t *testing.T) {
	config := dynamicConfig(t, auth.DynamicConfig{Timeout: 50 * time.Millisecond}, viaTicket)
	p := start(t, config, "ws")
	byTicket(p, "jane", "x").refused(wamp.ErrAuthenticationFailed) // nobody serves it
	o := consult(t, p, "realm1", func(string, string, d) answer { return answer{silent: true} })
	byTicket(p, "jane", "x").refused(wamp.ErrAuthenticationFailed)
	<-o.asked
	if failed := p.Stats().AuthenticationsFailed; failed != 0 {
		t.Errorf("%d guesses are counted", failed)
	}
	// The oracle leaves while it is asked.
	slow := dynamicConfig(t, auth.DynamicConfig{Timeout: patience}, viaTicket)
	p = start(t, slow, "tcp")
	o = consult(t, p, "realm1", func(string, string, d) answer { return answer{silent: true} })
	c := byTicket(p, "jane", "x")
	<-o.asked
	o.conn.Close()
	c.refused(wamp.ErrAuthenticationFailed)
	missing := start(t, dynamicConfig(t, auth.DynamicConfig{Realm: "realm9"}, viaTicket), "ws")
	byTicket(missing, "jane", "x").refused(wamp.ErrAuthenticationFailed)
}

// The time for the handshake ends the question, too, and the peer is told.
func TestDynamicIsBoundedByTheHandshake(t *testing.T) {
	config := dynamicConfig(t, auth.DynamicConfig{Timeout: patience}, viaTicket)
	config.Limits.HandshakeTimeout = time.Second
	p := start(t, config, "ws")
	consult(t, p, "realm1", func(string, string, d) answer { return answer{silent: true} })
	byTicket(p, "jane", "x").refused(wamp.ErrTimeout)
}

func TestDynamicCRA(t *testing.T) {
	salted, _ := auth.DeriveCRA("open", "salt123", 1000, 32)
	p := start(t, dynamicConfig(t, auth.DynamicConfig{}, viaCRA), "ws")
	consult(t, p, "realm1", func(_, authid string, _ d) answer {
		switch authid {
		case "plain":
			return answer{args: l{d{"role": "guest", "secret": "open"}}}
		case "salted":
			return answer{args: l{d{"role": "guest", "secret": salted.Key, "salt": "salt123", "iterations": 1000, "keylen": 32}}}
		case "role only":
			return answer{args: l{"guest"}}
		case "odd":
			return answer{args: l{d{"role": "guest", "secret": 1}}}
		}
		return answer{err: "com.acme.error.no_such_user"}
	})
	m := method{name: "wampcra", hello: plainHello("wampcra"), answer: answerCRA}
	m.attempt(t, p, "nobody", "open").refused(wamp.ErrAuthenticationDenied) // after a challenge
	for _, authid := range []string{"plain", "salted"} {
		c := m.attempt(t, p, authid, "open")
		c.is(c.welcomed(), authid, "guest", "wampcra", "dynamic")
		m.attempt(t, p, authid, "close").refused(wamp.ErrAuthenticationDenied)
	}
	m.attempt(t, p, "nobody", "open").refused(wamp.ErrAuthenticationDenied)
	for _, authid := range []string{"role only", "odd"} {
		c := p.dial()
		c.hello(plainHello("wampcra")(authid))
		c.refused(wamp.ErrAuthenticationFailed)
	}
}

func TestDynamicSCRAM(t *testing.T) {
	user, _ := auth.DeriveSCRAM("open", proof.Argon2id13, 1, 4096)
	p := start(t, dynamicConfig(t, auth.DynamicConfig{}, viaSCRAM), "ws")
	consult(t, p, "realm1", func(_, authid string, _ d) answer {
		principal := d{"role": "guest", "kdf": "argon2id13", "salt": user.Salt, "iterations": 1, "memory": 4096,
			"stored_key": user.StoredKey, "server_key": user.ServerKey}
		switch authid {
		case "joan":
		case "dashed": // as Crossbar.io has it
			principal["stored-key"], principal["server-key"] = user.StoredKey, user.ServerKey
			delete(principal, "stored_key")
			delete(principal, "server_key")
		case "keyless":
			delete(principal, "server_key")
		default:
			return answer{err: "com.acme.error.no_such_user"}
		}
		return answer{args: l{principal}}
	})
	m := method{name: "wamp-scram", hello: scramHello, answer: answerSCRAM}
	for _, authid := range []string{"joan", "dashed"} {
		c := m.attempt(t, p, authid, "open")
		c.is(c.welcomed(), authid, "guest", "wamp-scram", "dynamic")
		m.attempt(t, p, authid, "close").refused(wamp.ErrAuthenticationDenied)
	}
	m.attempt(t, p, "nobody", "open").refused(wamp.ErrAuthenticationDenied)
	c := p.dial()
	c.hello(scramHello("keyless"))
	c.refused(wamp.ErrAuthenticationFailed)
}

func TestDynamicCryptosign(t *testing.T) {
	r := newRing(t)
	p := start(t, dynamicConfig(t, auth.DynamicConfig{}, viaCryptosign), "ws")
	consult(t, p, "realm1", func(_, authid string, details d) answer {
		if details["pubkey"] != details["authextra"].(d)["pubkey"] {
			return answer{args: l{"confused"}}
		}
		switch {
		case authid == "careless":
			return answer{args: l{"guest"}}
		case authid == "bob" || authid == "" && details["pubkey"] == r.bob.public:
			return answer{args: l{d{"role": "guest", "authid": "bob", "pubkey": r.bob.public}}}
		case authid == "alice":
			return answer{args: l{d{"role": "guest", "pubkey": l{r.alice.public, r.alice2.public}}}}
		}
		return answer{err: "com.acme.error.no_such_user"}
	})
	login := func(authid string, key keyPair) *peer {
		c := p.dial()
		c.hello(keyHello(authid, key, nil))
		c.say(signed(t, key, c.challenged("cryptosign")["challenge"], nil)...)
		return c
	}
	for _, c := range []*peer{login("alice", r.alice), login("alice", r.alice2), login("bob", r.bob), login("", r.bob)} {
		if welcome := c.welcomed(); welcome["authprovider"] != "dynamic" || welcome["authid"] == "" {
			t.Errorf("welcomed as %v", welcome)
		}
	}
	for _, c := range []*peer{login("alice", r.bob), login("bob", r.alice), login("jane", r.stranger), login("", r.stranger)} {
		c.refused(wamp.ErrAuthenticationDenied)
	}
	c := p.dial() // who has a key has to be said, or any key would do
	c.hello(keyHello("careless", r.stranger, nil))
	c.refused(wamp.ErrAuthenticationFailed)
}

func TestDynamicAnonymous(t *testing.T) {
	p := start(t, dynamicConfig(t, auth.DynamicConfig{}, viaAnonymous), "ws")
	consult(t, p, "realm1", func(_, _ string, details d) answer {
		extra, _ := details["authextra"].(d)
		switch extra["code"] {
		case "guest":
			return answer{args: l{"guest"}}
		case "named":
			return answer{args: l{d{"role": "guest", "authid": "somebody"}}}
		}
		return answer{err: "com.acme.error.go_away"}
	})
	enter := func(extra any) *peer {
		c := p.dial()
		c.hello(d{"authextra": extra})
		return c
	}
	c := enter(d{"code": "guest"})
	if welcome := c.welcomed(); len(welcome["authid"].(string)) < 16 || welcome["authrole"] != "guest" || welcome["authmethod"] != "anonymous" {
		t.Errorf("welcomed as %v", welcome)
	}
	c = enter(d{"code": "named"})
	c.is(c.welcomed(), "somebody", "guest", "anonymous", "dynamic")
	enter(nil).refused(wamp.ErrAuthenticationDenied)
}

func TestDynamicConfigurationsThatAreRefused(t *testing.T) {
	for _, config := range []auth.DynamicConfig{{}, {Procedure: "wamp.mine"}, {Procedure: "a..b"}, {Procedure: "a.b", Realm: "a b"}} {
		if _, err := auth.NewDynamic(config); err == nil {
			t.Errorf("%+v: want an error", config)
		}
	}
}
