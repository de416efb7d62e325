package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// Registration is one or more procedures that a session offers under one handle.
type Registration struct {
	home    *Session
	members []*registered
	ending  ending
}

// Done is closed when the registration has ended: after Unregister, when the session
// has ended, or when the router has revoked it. Of a registration of several
// procedures, it tells that the first was revoked; the others are still served
// until Unregister.
func (r *Registration) Done() <-chan struct{} { return r.ending.done }

// Err is why the registration ended: nil while it has not, and after Unregister; an
// [ErrRevoked], an [ErrSessionClosed], or, of a session that has reconnected, a
// [*RestoreError] otherwise.
func (r *Registration) Err() error { return r.ending.why() }

// registered is one procedure of a Registration.
type registered struct {
	procedure *Procedure
	template  *template // nil without captures
	handle    func(ctx context.Context, in *Values, out *Args) error
	serve     InvocationFunc // the handler with its interceptors, nil without
	untyped   bool
	limit     int // of concurrent invocations, 0 for none
	options   wamp.RegisterOptions
	owner     *Registration
	// inputQueue is 0 for the default, and so is inputPatience then.
	inputQueue    int
	inputPatience time.Duration

	mu      sync.Mutex
	state   registrationState // guarded by mu
	session *session          // guarded by mu: which is in force
	id      wamp.ID           // guarded by mu: on that session
	active  int               // guarded by mu, counted only with a limit
	backlog fifo[*invocation] // guarded by mu: what waits for its turn
	waiting int               // guarded by mu: octets of arguments in backlog
	most    int               // how many may wait
}

// takesInput reports whether the handler may read what comes after the first chunk of a call.
func (m *registered) takesInput() bool { return m.procedure.Input || m.untyped }

// flows reports whether even plain calls may have results or input one by one.
func (m *registered) flows() bool { return m.procedure.Progressive || m.procedure.Input }

type registrationState uint8

const (
	asked     registrationState = iota // REGISTER is under way
	inForce                            // the router sends invocations
	withdrawn                          // the handle is closed, or the router took the registration away
)

// RegisterProcedures implements [Callee]. An error that the router answered is a
// [*wamp.Error], for example with [wamp.ErrProcedureAlreadyExists].
func (s *Session) RegisterProcedures(ctx context.Context, procs []ProcedureHandler, opts ...RegisterOption) (*Registration, error) {
	r := &Registration{home: s}
	r.ending.init()
	for _, p := range procs {
		r.members = append(r.members, r.member(p, opts))
	}
	for {
		m, err := s.member(ctx, 0)
		if err != nil {
			return nil, requestError("register", firstURI(r), err)
		}
		switch uri, err := r.ask(ctx, m); {
		case isLost(err): // and another is to come
		case err != nil:
			r.undo()
			return nil, requestError("register", uri, err)
		case s.keep(m, r):
			return r, nil
		}
	}
}

func (r *Registration) member(p ProcedureHandler, opts []RegisterOption) *registered {
	var o registerOptions
	o.Match, o.Invoke = matchOption(p.Procedure.Match), p.Procedure.Invoke
	o.Concurrency = uint64(max(p.Procedure.Concurrency, 0))
	for _, opt := range opts {
		opt.applyRegister(&o)
	}
	member := &registered{
		procedure: p.Procedure, template: newTemplate(p.Procedure.URI, o.Match, p.Procedure.Captures),
		handle: p.Handle, untyped: p.untyped, limit: int(o.Concurrency), options: o.RegisterOptions, owner: r,
		inputQueue: o.inputQueue, inputPatience: o.inputPatience, most: cmp.Or(o.backlog, DefaultBacklog),
	}
	if all := append(clip(r.home.options.chains.invocations), o.interceptors...); len(all) > 0 {
		member.serve = chain(all, performInvocation)
	}
	return member
}

// ask registers all members, and names the one that fails.
func (r *Registration) ask(ctx context.Context, m *session) (wamp.URI, error) {
	requests := make([]*request, len(r.members))
	var err error
	for i, member := range r.members {
		if requests[i], err = m.sendRegister(ctx, member, member.options); err != nil {
			return member.uri(), err
		}
	}
	for i, member := range r.members {
		if _, err := m.awaitGrant(ctx, requests[i]); err != nil {
			return member.uri(), err
		}
	}
	return "", nil
}

// wants implements handle.
func (r *Registration) wants() []want {
	wants := make([]want, len(r.members))
	for i, member := range r.members {
		wants[i] = member
	}
	return wants
}

// end implements handle.
func (r *Registration) end(why error) { r.ending.end(why) }

// ask implements want.
func (m *registered) ask(ctx context.Context, s *session) (*request, error) {
	m.mu.Lock()
	wanted := m.state == asked
	m.mu.Unlock()
	if !wanted {
		return nil, nil
	}
	o := m.options
	if single := o.Invoke == "" || o.Invoke == wamp.InvokeSingle; single && s.home.options.reconnect.TakeOver {
		o.ForceReregister = true
	}
	return s.sendRegister(ctx, m, o)
}

// refused implements want.
func (m *registered) refused(why *RestoreError) {
	m.withdraw()
	m.owner.ending.end(why)
}

// uri implements want.
func (m *registered) uri() wamp.URI { return m.procedure.URI }

func (s *session) sendRegister(ctx context.Context, member *registered, o wamp.RegisterOptions) (*request, error) {
	req := newRequest(wamp.TypeRegister, func(id wamp.ID, err error) error { return s.registered(member, id, err) })
	return req, s.sendRequest(ctx, req, func(id wamp.ID) wamp.Message {
		return &wamp.Register{Request: id, Options: o, Procedure: member.procedure.URI}
	})
}

// registered handles the answer to a REGISTER. It runs on the reader.
func (s *session) registered(member *registered, id wamp.ID, err error) error {
	if err != nil {
		return err
	}
	if s.registrations[id] != nil { // a shared registration that this session is already in
		return &localFailure{code: wamp.ErrProcedureAlreadyExists, text: string(wamp.ErrProcedureAlreadyExists) + " by this session"}
	}
	member.mu.Lock()
	defer member.mu.Unlock()
	s.registrations[id] = member
	if member.state == withdrawn { // whoever asked has given up
		s.post(s.unregister(id))
		return nil
	}
	member.state, member.session, member.id = inForce, s, id
	return nil
}

// lost notes that the membership has ended which the registration was made on.
func (m *registered) lost() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state == inForce {
		m.state, m.session, m.id = asked, nil, 0
	}
}

// unregister is the request that ends a registration. Until it is answered
// invocations may still come.
func (s *session) unregister(id wamp.ID) (*request, func(wamp.ID) wamp.Message) {
	req := newRequest(wamp.TypeUnregister, func(_ wamp.ID, err error) error {
		if errors.Is(err, wamp.ErrNoSuchRegistration) {
			err = nil // it was revoked meanwhile
		}
		if err == nil {
			delete(s.registrations, id)
		}
		return err
	})
	return req, func(request wamp.ID) wamp.Message {
		return &wamp.Unregister{Request: request, Registration: id}
	}
}

// unregistered handles a revocation. It runs on the reader.
func (s *session) unregistered(details wamp.UnregisteredDetails) {
	member := s.registrations[details.Registration]
	if member == nil {
		return
	}
	delete(s.registrations, details.Registration)
	member.withdraw()
	member.owner.ending.end(&RevokedError{URI: member.procedure.URI, Reason: details.Reason})
	s.logger.Warn("registration revoked by the router", "procedure", member.procedure.URI, "reason", details.Reason)
}

// Unregister takes the procedures back. Invocations that run are not disturbed.
// If ctx ends first the error says so, but the procedures are taken back all the same.
// Once it was called, calling it again has no effect; neither has it when the session has ended.
func (r *Registration) Unregister(ctx context.Context) error {
	r.ending.end(nil)
	r.home.forget(r)
	var requests []*request
	var sessions []*session
	var failed error
	for _, member := range r.members {
		s, id := member.withdraw()
		if s == nil {
			continue
		}
		req, message := s.unregister(id)
		if err := s.sendRequest(ctx, req, message); err != nil {
			failed = errors.Join(failed, requestError("unregister", member.procedure.URI, err))
			s.post(req, message) // nobody else would ever tell the router
			continue
		}
		requests, sessions = append(requests, req), append(sessions, s)
	}
	for i, req := range requests {
		if _, err := sessions[i].awaitGrant(ctx, req); err != nil {
			failed = errors.Join(failed, fmt.Errorf("unregister: %w", err))
		}
	}
	if errors.Is(failed, ErrSessionClosed) || errors.Is(failed, ErrSessionLost) {
		return nil
	}
	return failed
}

// undo withdraws what was asked for so far, without waiting.
func (r *Registration) undo() {
	for _, member := range r.members {
		if s, id := member.withdraw(); s != nil {
			s.post(s.unregister(id))
		}
	}
}

// withdraw marks the member as not wanted any more. If the router has to be told, it
// returns whose, and the registration.
func (m *registered) withdraw() (*session, wamp.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, id := m.session, m.id
	m.state, m.session, m.id = withdrawn, nil, 0
	return s, id
}
