package router

import (
	"errors"
	"fmt"
	"maps"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// routerProcedure serves a procedure of the router itself. It runs on the
// goroutine of the session that calls, with no lock held, and returns what the
// caller gets: see routerCall.result. A *wamp.Error is what the caller gets as
// ERROR; other errors are told as wamp.error.runtime_error and logged.
//
// A call gets here like one that a session serves: the same rules hold for who
// may call what.
type routerProcedure func(c *routerCall) (wamp.Payload, error)

// routerProcedures are all procedures that the router serves itself, by URI.
// They are below "wamp.", where no session can register anything.
func routerProcedures() map[wamp.URI]routerProcedure {
	table := make(map[wamp.URI]routerProcedure)
	for _, part := range []map[wamp.URI]routerProcedure{
		sessionProcedures(),
		historyProcedures(),
		testamentProcedures(),
		registrationProcedures(),
		subscriptionProcedures(),
		authorizationProcedures(),
	} {
		maps.Copy(table, part)
	}
	return table
}

// routerCall is a call of a procedure of the router.
type routerCall struct {
	out    *outbox
	caller *session
	realm  *realm
	arguments
	// affected are other sessions to which the call did something. Those who watch
	// are told (see realm.tell) when the caller has its answer.
	affected []*session
}

// maxArguments is how many octets the arguments of a router procedure may take.
// What is decoded takes a multiple of that.
const maxArguments = 64 << 10

// result is the payload of RESULT, in the caller's own serializer.
func (c *routerCall) result(args ...any) (wamp.Payload, error) {
	return codec.EncodePayload(c.caller.conn.Format(), args, nil)
}

// servedByRouter marks an open call that has no callee.
var servedByRouter = openCall{invocation: wamp.MaxID}

// callRouter answers CALL of one of the router's own procedures, or reports
// that there is none with this URI.
func (d *dealer) callRouter(o *outbox, s *session, m *wamp.Call) (served bool, v *violation) {
	procedure := d.realm.router.procedures[m.Procedure]
	if procedure == nil {
		return false, nil
	}
	if o.patience == nil && d.realm.charter().authorizer != nil {
		s.wait(m, true) // the procedure may have to ask
		return true, nil
	}
	switch s.caller.open(m.Request, servedByRouter, openCall{}, s.realm.router.limits().MaxCalls) {
	case errNotCalling:
		return true, nil
	case errStillOpen:
		return true, violationf("CALL with request id %d, which belongs to a call that is still open", m.Request)
	case errTooMany:
		s.realm.router.reached(limitCalls)
		s.refuse(o, wamp.TypeCall, m.Request, wamp.ErrUnavailable, tooManyCalls)
		return true, nil
	}
	c := &routerCall{out: o, caller: s, realm: d.realm}
	payload, err := c.serve(m, procedure)
	var answer wamp.Message
	if err == nil {
		o.result = wamp.Result{Request: m.Request, Payload: payload}
		answer = &o.result
	} else {
		uri, message := d.reasonOf(err, m.Procedure)
		answer = o.failed(s.conn.Format(), wamp.TypeCall, m.Request, uri, message)
	}
	o.answer(invocation{caller: s, request: m.Request}, servedByRouter, answer)
	for _, other := range c.affected {
		d.realm.tell(o, other)
	}
	return true, nil
}

// serve reads the arguments and runs the procedure.
func (c *routerCall) serve(m *wamp.Call, procedure routerProcedure) (wamp.Payload, error) {
	switch {
	case m.Options.Progress, m.Options.Passthru.Scheme != "":
		return wamp.Payload{}, wamp.NewError(wamp.ErrFeatureNotSupported,
			"%s takes neither progressive invocations nor payload passthru mode", m.Procedure)
	case m.Payload.Size() > maxArguments:
		return wamp.Payload{}, wamp.NewError(wamp.ErrInvalidArgument,
			"%s takes arguments of up to %d octets, not of %d", m.Procedure, maxArguments, m.Payload.Size())
	}
	args, kwargs, err := codec.DecodePayload(m.Payload)
	if err != nil {
		return wamp.Payload{}, wamp.NewError(wamp.ErrInvalidArgument, "%s: %v", m.Procedure, err)
	}
	c.arguments = arguments{procedure: m.Procedure, args: args, kwargs: kwargs}
	return procedure(c)
}

// reasonOf is what a caller is told about an error of a router procedure.
func (d *dealer) reasonOf(err error, procedure wamp.URI) (wamp.ErrorURI, string) {
	var e *wamp.Error
	if errors.As(err, &e) {
		return e.URI, e.Message()
	}
	d.realm.router.config.Logger.Error("router procedure failed", "procedure", procedure, "error", err)
	return wamp.ErrRuntimeError, fmt.Sprintf("%s could not be carried out", procedure)
}
