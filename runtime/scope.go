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
// A scope is never used again: what a handler started may keep it. Hence it is small.
type scope struct {
	mu    sync.Mutex
	done  chan struct{}        // guarded by mu, nil until somebody asks
	err   error                // guarded by mu
	after map[*func()]struct{} // guarded by mu
	timer *timer               // set before the scope is shared
}

// timer ends a scope that has a deadline.
type timer struct {
	*time.Timer
	deadline time.Time     // zero if the timer is renewable
	limit    time.Duration // 0 if not
}

// Deadline implements context.Context.
func (s *scope) Deadline() (time.Time, bool) {
	if s.timer == nil || s.timer.limit > 0 {
		return time.Time{}, false
	}
	return s.timer.deadline, true
}

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

// limit ends the scope after a time. If that is renewable it begins anew with each
// renew, and is no deadline, because a context's does not change. The scope must not be shared yet.
func (s *scope) limit(d time.Duration, renewable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = &timer{deadline: time.Now().Add(d)}
	if renewable {
		s.timer = &timer{limit: d}
	}
	s.timer.Timer = time.AfterFunc(d, func() { s.end(context.DeadlineExceeded) })
}

// renew lets the time of a renewable limit begin anew.
func (s *scope) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil && s.timer.limit > 0 && s.err == nil {
		s.timer.Reset(s.timer.limit)
	}
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

// slab makes objects in groups, which costs less than one at a time. Each object
// may outlive the others, but keeps their memory.
type slab[T any] struct {
	rest []T
	last int // size of the latest group
}

// largestSlab is the size up to which groups grow, so that little is lost on a session that
// needs few. A group of contexts of that size just fits into what Go's allocator hands out, 2 kB.
const largestSlab = 14

// next returns an object that was never used.
func (s *slab[T]) next() *T {
	if len(s.rest) == 0 {
		s.last = min(max(1, 2*s.last), largestSlab)
		s.rest = make([]T, s.last)
	}
	object := &s.rest[0]
	s.rest = s.rest[1:]
	return object
}
