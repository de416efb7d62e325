package runtime

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// State is how a [Session] stands with its router.
type State uint8

const (
	// StateConnected means that the session has joined its realm, and that its
	// registrations and subscriptions are in force, save those that the log names.
	StateConnected State = iota + 1
	// StateWaiting means that there is no connection, and that the next attempt to get
	// one is some time ahead.
	StateWaiting
	// StateConnecting means that a connection is being made, or that the realm is
	// being joined on it and registrations and subscriptions are being restored.
	StateConnecting
	// StateClosed means that the session has ended for good.
	StateClosed
)

// String implements fmt.Stringer.
func (s State) String() string {
	switch s {
	case StateConnected:
		return "connected"
	case StateWaiting:
		return "waiting"
	case StateConnecting:
		return "connecting"
	case StateClosed:
		return "closed"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// StateChange is one step in the life of a [Session].
type StateChange struct {
	State State
	// Session is the session's id: that of the new membership with StateConnected, else the latest.
	Session wamp.ID
	// Err is why there is no connection, with StateWaiting and StateConnecting; with
	// StateClosed it is what [Session.Err] reports.
	Err error
	// Attempt counts the attempts to connect again since the session was connected
	// last, from 1. It is 0 with StateClosed, and with the first StateConnected.
	Attempt int
	// Delay is how long the session waits before that attempt, with StateWaiting.
	Delay time.Duration
}

// WithStateHandler has the session tell how it stands with its router: that it is
// connected, first of all, and then of each change until StateClosed, which is the last one. The
// calls are made one after the other, in order, on a goroutine of the session, so that
// the handler may do everything that a handler of events may do; while it
// runs the session goes on.
func WithStateHandler(handler func(StateChange)) DialOption {
	return func(o *dialOptions) { o.stateHandler = handler }
}

// State is how the session stands with its router. Without [WithReconnect] that is
// StateConnected, and then StateClosed.
func (s *Session) State() State { return State(s.states.latest.Load()) }

// tell notes a change of state, and has the handler called.
func (s *Session) tell(change StateChange) {
	if latest := s.latest.Load(); latest != nil {
		change.Session = latest.welcome.Session
	}
	f := &s.states
	f.latest.Store(uint32(change.State))
	if f.handler == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue.push(change)
	if !f.working {
		f.working = true
		s.crew.submit(f)
	}
}

// stateFeed are the changes of state that the handler has not been told yet. It is a job
// of the crew as long as there are any.
type stateFeed struct {
	handler func(StateChange)
	logger  *slog.Logger
	latest  atomic.Uint32 // a State

	mu      sync.Mutex
	queue   fifo[StateChange] // guarded by mu
	working bool              // guarded by mu
}

func (f *stateFeed) run() {
	for {
		f.mu.Lock()
		if f.queue.len() == 0 {
			f.working = false
			f.mu.Unlock()
			return
		}
		change := f.queue.pop()
		f.mu.Unlock()
		f.call(change)
	}
}

func (f *stateFeed) call(change StateChange) {
	defer func() {
		if cause := recover(); cause != nil {
			f.logger.Error("state handler panicked", "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	f.handler(change)
}
