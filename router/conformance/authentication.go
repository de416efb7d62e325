package conformance

import (
	"slices"
	"strings"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp/proof"
)

var authentication = Chapter{Title: "Authentication", Cases: slices.Concat(choosingMethods, byTicket, byCRA, bySCRAM, byCryptosign, byTransport)}

var choosingMethods = []Case{
	{
		ID: "W192", Level: Must, Spec: "a/authentication, a/uris", Links: everyRawSocket, Router: []Option{guarded},
		Rule: "The router picks one of the client's `authmethods`, else ABORT `wamp.error.no_matching_auth_method`; CHALLENGE names the one it picked.",
		Test: func(t *T) {
			for _, offered := range []l{{"ticket"}, {"unheard_of", "ticket"}, {"wampcra", "ticket"}, {"ticket", "cryptosign", "wampcra"}} {
				p := t.Connect()
				p.sayHello("joe", nil, offered...)
				p.Expect(4, "ticket", d{}) // the one that knows joe
			}
			p := t.Connect()
			p.sayHello("peter", nil, "ticket", "wampcra")
			p.Expect(4, "wampcra", aDict)
			for _, offered := range []l{{"unheard_of"}, {"anonymous"}, {"anonymous", "cookie", "tls"}} {
				p := t.Connect()
				p.sayHello("joe", nil, offered...)
				p.ExpectAbort("wamp.error.no_matching_auth_method")
			}
		},
	},
	{
		ID: "W193", Level: Must, Spec: "a/uris", Router: []Option{guarded, anotherRealm("realm2")},
		Rule: "Every failure to authenticate has its own URI in the ABORT; an authid that does not exist is refused like a wrong secret.",
		Test: func(t *T) {
			refusal := func(authid, ticket string, want any) string {
				p := t.Connect()
				p.sayHello(authid, nil, "ticket")
				p.Expect(4, "ticket", d{})
				p.Send(5, ticket, d{})
				text, _ := p.ExpectAbort(want).Dict(1)["message"].(string)
				return text
			}
			wrong := refusal("joe", "guess", "wamp.error.authentication_denied")
			if unknown := refusal("jane", "guess", "wamp.error.authentication_denied"); unknown != wrong {
				t.Errorf("a wrong secret is refused with %q, an unknown authid with %q", wrong, unknown)
			}
			refusal("roleless", "secret!!!", "wamp.error.no_such_role")
			p := t.Connect() // whose credentials cannot be found out
			p.sayHello("broken", nil, "ticket")
			p.ExpectAbort("wamp.error.authentication_failed")
			p = t.Connect()
			p.Send(1, "realm1", d{"roles": d{"caller": d{}}})
			p.ExpectAbort("wamp.error.authentication_required")
			p = t.Connect()
			p.Send(1, "realm3", d{"roles": d{"caller": d{}}, "authmethods": l{"ticket"}, "authid": "joe"})
			p.ExpectAbort("wamp.error.no_such_realm")
		},
	},
	{
		ID: "W194", Level: Must, Spec: "a/authentication_ticket", Router: []Option{guarded},
		Rule: "WELCOME tells authid, authrole, authmethod and authprovider.",
		Test: func(t *T) {
			p := t.Connect()
			p.sayHello("joe", nil, "ticket")
			p.Expect(4, "ticket", d{})
			p.Send(5, "secret!!!", d{})
			p.Expect(2, anID, containing(d{"authid": "joe", "authrole": "user", "authmethod": "ticket", "authprovider": "static", "realm": "realm1"}))
			p.ExpectNothing()
		},
	},
	{
		ID: "W195", Level: Derived, Spec: "a/authentication", Links: everyRawSocket, Router: []Option{guarded},
		Rule: "A CHALLENGE is answered once: after a wrong answer the session is over.",
		Test: func(t *T) {
			for _, guesses := range [][]l{{{5, "guess", d{}}, {5, "secret!!!", d{}}}, {{5, "guess", d{}}, {1, "realm1", d{"roles": d{"caller": d{}}}}}} {
				p := t.Connect()
				p.sayHello("joe", nil, "ticket")
				p.Expect(4, "ticket", d{})
				p.SendAtOnce(guesses...)
				p.ExpectAbort("wamp.error.authentication_denied")
			}
			p := t.Connect()
			p.sayHello("joe", nil, "ticket")
			p.Expect(4, "ticket", d{})
			p.SendAtOnce(l{5, "secret!!!", d{}}, l{5, "secret!!!", d{}})
			p.Expect(2, anID, aDict)
			p.ExpectViolation()
		},
	},
}

var byTicket = []Case{{
	ID: "W196", Level: Must, Spec: "a/authentication_ticket", Links: everyLink, Router: []Option{guarded},
	Rule: "By `ticket`, the signature is the ticket.",
	Test: func(t *T) {
		for _, ticket := range []string{"secret!!!", "secret!!", "secret!!!!", "SECRET!!!", "", strings.Repeat("secret!!!", 1000)} {
			p := t.Connect()
			p.sayHello("joe", nil, "ticket")
			p.Expect(4, "ticket", d{})
			p.Send(5, ticket, d{})
			if ticket == "secret!!!" {
				p.Expect(2, anID, aDict)
			} else {
				p.ExpectAbort("wamp.error.authentication_denied")
			}
		}
	},
}}

var byTransport = []Case{{
	ID: "W206", Level: Optional, Spec: "a/authentication", Links: webJSON,
	Rule: "Cookies and TLS client certificates can authenticate; who is anonymous is configured.",
	Test: func(t *T) {
		p := t.Start(eachRealm(func(r *router.RealmConfig) {
			r.Authenticators = []router.Authenticator{router.Anonymous{Role: "guest"}}
		})).Connect()
		p.Send(1, "realm1", d{"roles": d{"caller": d{}}})
		p.Expect(2, anID, containing(d{"authrole": "guest", "authmethod": "anonymous"}))

		node := t.Start(recognizing)
		secure := node.secure()
		p = node.Connect(secure.as("pump-7"))
		p.sayHello("", nil, "tls", "ticket")
		p.Expect(2, anID, containing(d{"authid": "pump-7", "authrole": "service", "authmethod": "tls"}))
		p = node.Connect(secure.as("")) // a certificate that nobody verified is none
		p.sayHello("joe", nil, "tls", "ticket")
		p.Expect(4, "ticket", d{})

		login := node.Connect()
		login.sayHello("joe", nil, "cookie", "ticket")
		login.Expect(4, "ticket", d{})
		login.Send(5, "secret!!!", d{})
		login.Expect(2, anID, aDict)
		cookie := login.cookie()
		if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
			t.Errorf("the cookie is %s", cookie)
		}
		value, _, _ := strings.Cut(cookie, ";")
		p = node.Connect(bringing("Cookie", value))
		p.sayHello("", nil, "cookie")
		p.Expect(2, anID, containing(d{"authid": "joe", "authrole": "user", "authmethod": "cookie"}))
		p = node.Connect(bringing("Cookie", value[:len(value)-1]+"!"))
		p.sayHello("", nil, "cookie")
		p.ExpectAbort("wamp.error.no_matching_auth_method")
	},
}}

// sayHello says HELLO with an authid, if it is not empty, and these methods.
func (p *Peer) sayHello(authid string, extra d, methods ...any) {
	details := d{"roles": d{"caller": d{}, "subscriber": d{}}, "authmethods": l(methods)}
	if authid != "" {
		details["authid"] = authid
	}
	if extra != nil {
		details["authextra"] = extra
	}
	p.Send(1, "realm1", details)
}

// channelID is what the peer's connection is known by.
func (p *Peer) channelID(binding string) []byte {
	state := p.e.tls.ConnectionState()
	id, err := proof.ChannelID(&state, binding)
	p.t.must(err)
	return id
}
