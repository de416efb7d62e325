package runtime

import (
	"context"
	"sync"
	"time"
)

// scope is the context of one handler: it ends when the handler returns, is
// interrupted or times out, or when the session ends. Most handlers never look at
// it, so its channel is made when somebody asks for it.
//
// A scope is not pooled: what a handler started may keep it.
type scope struct {
	mu       sync.Mutex
	done     chan struct{}        // guarded by mu, nil until somebody asks
	err      error                // guarded by mu
	after    map[*func()]struct{} // guarded by mu
	deadline time.Time            // set before the scope is shared
	timer    *time.Timer          // guarded by mu
}

// Deadline implements context.Context.
func (s *scope) Deadline() (time.Time, bool) { return s.deadline, !s.deadline.IsZero() }

// Done implements context.Context.
func (s *scope) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = make(chan struct{})
		if s.err != nil {
			close(s.done)
		}
	}
	return s.done
}

// Err implements context.Context.
func (s *scope) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// AfterFunc lets package context derive contexts without a goroutine each.
func (s *scope) AfterFunc(f func()) (stop func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		go f()
		return func() bool { return false }
	}
	if s.after == nil {
		s.after = make(map[*func()]struct{})
	}
	key := &f
	s.after[key] = struct{}{}
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, pending := s.after[key]
		delete(s.after, key)
		return pending
	}
}

// limit ends the scope after a time.
func (s *scope) limit(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = time.Now().Add(d)
	s.timer = time.AfterFunc(d, func() { s.end(context.DeadlineExceeded) })
}

// end ends the scope. Only the first reason counts.
func (s *scope) end(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = reason
	if s.done != nil {
		close(s.done)
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	for f := range s.after {
		go (*f)()
	}
	s.after = nil
}
