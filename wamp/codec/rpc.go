package codec

import "github.com/wampkit/wampkit/wamp"

// Messages of remote procedure calls.

func (d *Decoder) call() wamp.Message {
	m := reuse(&d.hot.call)
	m.Request = d.id("Request")
	d.callOptions(&m.Options)
	m.Procedure = wamp.URI(d.uri("Procedure"))
	m.Payload = d.payload()
	return m
}

func (e *encoder) call(m *wamp.Call) {
	parts := e.messageWith(wamp.TypeCall, 3, &m.Payload)
	e.uint(uint64(m.Request))
	e.callOptions(&m.Options)
	e.text(string(m.Procedure))
	e.payload(&m.Payload, parts)
	e.end()
}

func (d *Decoder) cancel() wamp.Message {
	m := new(wamp.Cancel)
	m.Request = d.id("CALL.Request")
	d.cancelOptions(&m.Options)
	return m
}

func (e *encoder) cancel(m *wamp.Cancel) {
	e.message(wamp.TypeCancel, 2)
	e.uint(uint64(m.Request))
	e.cancelOptions(&m.Options)
	e.end()
}

func (d *Decoder) result() wamp.Message {
	m := reuse(&d.hot.result)
	m.Request = d.id("CALL.Request")
	d.resultDetails(&m.Details)
	m.Payload = d.payload()
	return m
}

func (e *encoder) result(m *wamp.Result) {
	parts := e.messageWith(wamp.TypeResult, 2, &m.Payload)
	e.uint(uint64(m.Request))
	e.resultDetails(&m.Details)
	e.payload(&m.Payload, parts)
	e.end()
}

func (d *Decoder) register() wamp.Message {
	m := new(wamp.Register)
	m.Request = d.id("Request")
	d.registerOptions(&m.Options)
	m.Procedure = wamp.URI(d.uri("Procedure"))
	return m
}

func (e *encoder) register(m *wamp.Register) {
	e.message(wamp.TypeRegister, 3)
	e.uint(uint64(m.Request))
	e.registerOptions(&m.Options)
	e.text(string(m.Procedure))
	e.end()
}

func (d *Decoder) registered() wamp.Message {
	return &wamp.Registered{Request: d.id("REGISTER.Request"), Registration: d.id("Registration")}
}

func (d *Decoder) unregister() wamp.Message {
	m := &wamp.Unregister{Request: d.id("Request"), Registration: d.id("REGISTERED.Registration")}
	d.ignoredDict("Options")
	return m
}

func (d *Decoder) unregistered() wamp.Message {
	m := new(wamp.Unregistered)
	if m.Request = d.idOrZero("UNREGISTER.Request"); m.Request != 0 {
		d.ignoredDict("Details")
		return m
	}
	d.unregisteredDetails(&m.Details)
	if m.Details.Registration == 0 {
		d.violate("want a registration")
	}
	return m
}

func (e *encoder) unregistered(m *wamp.Unregistered) {
	if m.Request != 0 {
		e.acknowledge(wamp.TypeUnregistered, m.Request)
		return
	}
	e.message(wamp.TypeUnregistered, 2)
	e.uint(0)
	e.unregisteredDetails(&m.Details)
	e.end()
}

func (d *Decoder) invocation() wamp.Message {
	m := reuse(&d.hot.invocation)
	m.Request = d.id("Request")
	m.Registration = d.id("REGISTERED.Registration")
	d.invocationDetails(&m.Details)
	m.Payload = d.payload()
	return m
}

func (e *encoder) invocation(m *wamp.Invocation) {
	parts := e.messageWith(wamp.TypeInvocation, 3, &m.Payload)
	e.uint(uint64(m.Request))
	e.uint(uint64(m.Registration))
	e.invocationDetails(&m.Details)
	e.payload(&m.Payload, parts)
	e.end()
}

func (d *Decoder) interrupt() wamp.Message {
	m := new(wamp.Interrupt)
	m.Request = d.id("INVOCATION.Request")
	d.interruptOptions(&m.Options)
	return m
}

func (e *encoder) interrupt(m *wamp.Interrupt) {
	e.message(wamp.TypeInterrupt, 2)
	e.uint(uint64(m.Request))
	e.interruptOptions(&m.Options)
	e.end()
}

func (d *Decoder) yield() wamp.Message {
	m := reuse(&d.hot.yield)
	m.Request = d.id("INVOCATION.Request")
	d.yieldOptions(&m.Options)
	m.Payload = d.payload()
	return m
}

func (e *encoder) yield(m *wamp.Yield) {
	parts := e.messageWith(wamp.TypeYield, 2, &m.Payload)
	e.uint(uint64(m.Request))
	e.yieldOptions(&m.Options)
	e.payload(&m.Payload, parts)
	e.end()
}
