package codec

import "github.com/wampkit/wampkit/wamp"

// Messages of the session's life cycle, and ERROR.

func (d *Decoder) hello() wamp.Message {
	return &wamp.Hello{Realm: wamp.URI(d.uri("Realm")), Details: d.dict("Details")}
}

func (e *encoder) hello(m *wamp.Hello) {
	e.message(wamp.TypeHello, 2)
	e.text(string(m.Realm))
	e.details(m.Details)
	e.end()
}

func (d *Decoder) welcome() wamp.Message {
	return &wamp.Welcome{Session: d.id("Session"), Details: d.dict("Details")}
}

func (e *encoder) welcome(m *wamp.Welcome) {
	e.message(wamp.TypeWelcome, 2)
	e.uint(uint64(m.Session))
	e.details(m.Details)
	e.end()
}

func (d *Decoder) abort() wamp.Message {
	return &wamp.Abort{Details: d.dict("Details"), Reason: wamp.ErrorURI(d.uri("Reason")), Payload: d.payload()}
}

func (e *encoder) abort(m *wamp.Abort) {
	parts := e.messageWith(wamp.TypeAbort, 2, &m.Payload)
	e.details(m.Details)
	e.text(string(m.Reason))
	e.payload(&m.Payload, parts)
	e.end()
}

func (d *Decoder) challenge() wamp.Message {
	return &wamp.Challenge{AuthMethod: d.uri("AuthMethod"), Extra: d.dict("Extra")}
}

func (e *encoder) challenge(m *wamp.Challenge) {
	e.message(wamp.TypeChallenge, 2)
	e.text(m.AuthMethod)
	e.details(m.Extra)
	e.end()
}

func (d *Decoder) authenticate() wamp.Message {
	return &wamp.Authenticate{Signature: d.secret("Signature"), Extra: d.dict("Extra")}
}

func (e *encoder) authenticate(m *wamp.Authenticate) {
	e.message(wamp.TypeAuthenticate, 2)
	e.text(m.Signature)
	e.details(m.Extra)
	e.end()
}

func (d *Decoder) goodbye() wamp.Message {
	return &wamp.Goodbye{Details: d.dict("Details"), Reason: wamp.URI(d.uri("Reason"))}
}

func (e *encoder) goodbye(m *wamp.Goodbye) {
	e.message(wamp.TypeGoodbye, 2)
	e.details(m.Details)
	e.text(string(m.Reason))
	e.end()
}

func (d *Decoder) errorMessage() wamp.Message {
	m := reuse(&d.hot.errorMessage)
	m.RequestType = d.requestType("REQUEST.Type")
	m.Request = d.id("REQUEST.Request")
	d.errorDetails(&m.Details)
	m.URI = wamp.ErrorURI(d.uri("Error"))
	m.Payload = d.payload()
	return m
}

func (e *encoder) errorMessage(m *wamp.ErrorMessage) {
	parts := e.messageWith(wamp.TypeError, 4, &m.Payload)
	e.uint(uint64(m.RequestType))
	e.uint(uint64(m.Request))
	e.errorDetails(&m.Details)
	e.text(string(m.URI))
	e.payload(&m.Payload, parts)
	e.end()
}
