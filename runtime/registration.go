package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// Registration is one or more procedures that a session offers under one handle.
type Registration struct {
	session *session
	members []*registered
	ending  ending
}

// Done is closed when the registration has ended: after Unregister, when the session
// has ended, or when the router has revoked it. Of a registration of several
// procedures, it tells that the first was revoked; the others are still served
// until Unregister.
func (r *Registration) Done() <-chan struct{} { return r.ending.done }

// Err is why the registration ended: nil while it has not, and after Unregister; an
// [ErrRevoked] or [ErrSessionClosed] otherwise.
func (r *Registration) Err() error { return r.ending.why() }

// registered is one procedure of a Registration.
type registered struct {
	procedure *Procedure
	template  *template // nil without captures
	handle    func(ctx context.Context, in *Values, out *Args) error
	limit     int     // of concurrent invocations, 0 for none
	ending    *ending // of the handle

	mu      sync.Mutex
	state   registrationState // guarded by mu
	id      wamp.ID           // guarded by mu
	active  int               // guarded by mu, counted only with a limit
	backlog fifo[*invocation] // guarded by mu
}

type registrationState uint8

const (
	asked     registrationState = iota // REGISTER is under way
	inForce                            // the router sends invocations
	withdrawn                          // the handle is closed, or the router took the registration away
)

// RegisterProcedures implements [Callee]. An error that the router answered is a
// [*wamp.Error], for example with [wamp.ErrProcedureAlreadyExists].
func (s *Session) RegisterProcedures(ctx context.Context, procs []ProcedureHandler, opts ...RegisterOption) (*Registration, error) {
	current := s.current.Load()
	r := &Registration{session: current}
	r.ending.init()
	requests := make([]*request, 0, len(procs))
	for _, p := range procs {
		member, req, err := current.sendRegister(ctx, p, &r.ending, opts)
		if err != nil {
			r.undo()
			return nil, requestError("register", p.Procedure.URI, err)
		}
		r.members = append(r.members, member)
		requests = append(requests, req)
	}
	for i, req := range requests {
		if _, err := current.awaitGrant(ctx, req); err != nil {
			r.undo()
			return nil, requestError("register", procs[i].Procedure.URI, err)
		}
	}
	return r, nil
}

func (s *session) sendRegister(ctx context.Context, p ProcedureHandler, ending *ending, opts []RegisterOption) (*registered, *request, error) {
	var o registerOptions
	o.Match, o.Invoke = matchOption(p.Procedure.Match), p.Procedure.Invoke
	o.Concurrency = uint64(max(p.Procedure.Concurrency, 0))
	for _, opt := range opts {
		opt.applyRegister(&o)
	}
	member := &registered{
		procedure: p.Procedure, template: newTemplate(p.Procedure.URI, o.Match, p.Procedure.Captures),
		handle: p.Handle, limit: int(o.Concurrency), ending: ending,
	}
	req := newRequest(wamp.TypeRegister, func(id wamp.ID, err error) error { return s.registered(member, id, err) })
	err := s.sendRequest(ctx, req, func(id wamp.ID) wamp.Message {
		return &wamp.Register{Request: id, Options: o.RegisterOptions, Procedure: p.Procedure.URI}
	})
	return member, req, err
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
	member.id = id
	if member.state == withdrawn { // whoever asked has given up
		s.post(s.unregister(member.id))
		return nil
	}
	member.state = inForce
	return nil
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
	member.ending.end(&RevokedError{URI: member.procedure.URI, Reason: details.Reason})
	s.logger.Warn("registration revoked by the router", "procedure", member.procedure.URI, "reason", details.Reason)
}

// Unregister takes the procedures back. Invocations that run are not disturbed.
// If ctx ends first the error says so, but the procedures are taken back all the same.
// Once it was called, calling it again has no effect; neither has it when the session has ended.
func (r *Registration) Unregister(ctx context.Context) error {
	r.ending.end(nil)
	var requests []*request
	var failed error
	for _, member := range r.members {
		id, inForce := member.withdraw()
		if !inForce {
			continue
		}
		req, message := r.session.unregister(id)
		if err := r.session.sendRequest(ctx, req, message); err != nil {
			failed = errors.Join(failed, requestError("unregister", member.procedure.URI, err))
			r.session.post(req, message) // nobody else would ever tell the router
			continue
		}
		requests = append(requests, req)
	}
	for _, req := range requests {
		if _, err := r.session.awaitGrant(ctx, req); err != nil {
			failed = errors.Join(failed, fmt.Errorf("unregister: %w", err))
		}
	}
	if errors.Is(failed, ErrSessionClosed) {
		return nil
	}
	return failed
}

// undo withdraws what was asked for so far, without waiting.
func (r *Registration) undo() {
	for _, member := range r.members {
		if id, inForce := member.withdraw(); inForce {
			r.session.post(r.session.unregister(id))
		}
	}
}

// withdraw marks the member as not wanted any more, and reports whether the router
// has to be told.
func (m *registered) withdraw() (wamp.ID, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	told := m.state == inForce
	m.state = withdrawn
	return m.id, told
}

// admit reports whether an invocation may start now; if not, it waits for its turn.
func (m *registered) admit(inv *invocation) bool {
	if m.limit == 0 {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.active < m.limit {
		m.active++
		return true
	}
	m.backlog.push(inv)
	return false
}

// next takes the place of an invocation that has ended, for the one that waits longest.
func (m *registered) next() *invocation {
	if m.limit == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.backlog.len() == 0 {
		m.active--
		return nil
	}
	return m.backlog.pop()
}

// nextAlive is next, passing over those that were canceled while they waited.
func (m *registered) nextAlive() *invocation {
	for {
		inv := m.next()
		if inv == nil {
			return nil
		}
		reason := inv.ctx.Err()
		if reason == nil {
			return inv
		}
		inv.finish(reason)
	}
}
