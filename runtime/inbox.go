package runtime

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Overflow is what happens to the events of a subscription whose handler is
// slower than they arrive. Whatever it is, nothing is lost silently:
// [Subscription.Dropped] counts, and the log has a line each time it begins.
type Overflow uint8

const (
	// Block stops reading from the connection until there is room, so that the
	// router sees a slow receiver: back-pressure rather than loss. It is the default.
	//
	// Reading goes on while the session waits for an answer itself, because the
	// handler may be what waits for it; up to 8 times the queue's length may then wait.
	// And it stops for one second at most, because the handler may wait for something
	// that depends on this session in ways nobody can see: once that second has
	// passed, what does not fit into the queue is dropped, until half of it is free
	// again. So a handler can never bring its own session to a standstill.
	Block Overflow = iota
	// DropOldest makes room by dropping the event that waits longest.
	DropOldest
	// DropNewest drops the event that has just arrived.
	DropNewest
	// EndSubscription ends the subscription with the first event that does not fit: those that
	// wait are handled, and no others come. [Subscription.Err] is [ErrOverflow] then. It is for
	// handlers that would rather begin anew than miss an event.
	EndSubscription
)

// ErrOverflow is why a subscription has ended whose handler was too slow, with [EndSubscription].
var ErrOverflow = errors.New("events come faster than they are handled")

// DefaultQueue is how many events may wait for a handler before [Overflow] says what happens.
const DefaultQueue = 1024

const (
	blockLimit  = time.Second // how long the reader waits for one subscriber
	blockFactor = 8           // of the queue's length, while the session waits for an answer
)

// inbox is the queue of events of one Subscription. It is a job of the crew as long
// as there are any.
type inbox struct {
	home     *Session
	limit    int
	overflow Overflow
	dropped  atomic.Uint64

	mu      sync.Mutex
	queue   fifo[*delivery] // guarded by mu
	current *eventContext   // guarded by mu: of the event that is being handled
	working bool            // guarded by mu: whether a goroutine handles events
	losing  bool            // guarded by mu: whether events have been dropped since there was room
	closed  bool            // guarded by mu
	full    bool            // guarded by mu: there was an event too many, and no others come
	room    chan struct{}   // receives when there may be room again
}

func (b *inbox) init(home *Session, o subscribeOptions) {
	b.home, b.limit, b.overflow = home, o.limit, o.overflow
	b.room = make(chan struct{}, 1)
}

// put takes an event for handling. It reports false if the subscription is to end for it. It
// runs on the reader.
func (b *inbox) put(s *session, d *delivery) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.overflow == Block && b.waiting() >= b.limit && !b.closed && !b.losing {
		b.awaitRoom(s)
	}
	switch waiting := b.waiting(); {
	case b.closed, b.full:
		d.release()
		return true
	case waiting < b.limit, waiting < blockFactor*b.limit && b.overflow == Block && !b.losing:
	case b.overflow == DropOldest:
		b.drop(b.take())
	default:
		b.full = b.overflow == EndSubscription
		b.drop(d)
		return !b.full
	}
	b.queue.push(d)
	if !b.working {
		b.working = true
		b.home.crew.submit(b)
	}
	return true
}

// awaitRoom makes the reader wait as [Block] says. mu is held, but not while it waits.
func (b *inbox) awaitRoom(s *session) {
	timer := time.NewTimer(blockLimit)
	defer timer.Stop()
	s.blocked.Store(true)
	defer s.blocked.Store(false)
	for b.waiting() >= b.limit && !b.closed {
		if b.waiting() < blockFactor*b.limit && s.awaits() {
			return
		}
		b.mu.Unlock()
		expired, leaving := false, false
		select {
		case <-b.room:
		case <-s.nudge:
		case <-s.leaving:
			leaving = true
		case <-timer.C:
			expired = true
		}
		b.mu.Lock()
		if expired {
			b.lose()
		}
		if expired || leaving {
			return
		}
	}
}

// awaits reports whether anybody waits for an answer of the router.
func (s *session) awaits() bool {
	return s.calls.len() > int(s.busyTakers.Load()) || s.requests.len() > 0
}

func (b *inbox) waiting() int { return b.queue.len() }

// take removes the event that waits longest. mu must be held.
func (b *inbox) take() *delivery {
	d := b.queue.pop()
	if waiting := b.waiting(); waiting <= b.limit/2 {
		b.losing = false
		if waiting == b.limit/2 {
			b.signal()
		}
	}
	return d
}

func (b *inbox) signal() {
	select {
	case b.room <- struct{}{}:
	default:
	}
}

func (b *inbox) drop(d *delivery) {
	b.lose()
	b.dropped.Add(1)
	d.release()
}

// lose begins to drop events. mu must be held.
func (b *inbox) lose() {
	if !b.losing {
		b.losing = true
		b.home.options.logger.Warn("subscriber is too slow, events are dropped",
			"waiting", b.waiting(), "dropped before", b.dropped.Load())
	}
}

// run handles events until there are none.
func (b *inbox) run() {
	for d := b.next(); d != nil; d = b.next() {
		b.handle(d)
	}
}

// next is the event to handle, nil if there is none, with which the goroutine ends.
func (b *inbox) next() *delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = nil
	if b.closed || b.waiting() == 0 {
		b.working = false
		return nil
	}
	d := b.take()
	b.current = d.ctx
	return d
}

// handle calls the handler, whose errors and panics can only be logged.
func (b *inbox) handle(d *delivery) {
	returned := false
	defer func() {
		d.ctx.end(context.Canceled)
		if returned {
			d.release()
			return
		}
		cause := recover() // nil after runtime.Goexit
		b.home.options.logger.Error("event handler panicked", "topic", d.ctx.info.Topic,
			"panic", cause, "stack", string(debug.Stack()))
		if cause == nil {
			b.home.crew.submit(b) // this goroutine ends here
		}
	}()
	var err error
	if d.member.intercepted == nil {
		err = d.handle(d.ctx)
	} else {
		err = d.intercepted()
	}
	if err != nil {
		b.home.options.logger.Error("event handler failed", "topic", d.ctx.info.Topic, "error", err)
	}
	returned = true
}

// close drops what waits and takes no more. It reports false if that was done before.
func (b *inbox) close() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.closed = true
	for b.waiting() > 0 {
		b.take().release()
	}
	b.signal()
	return true
}

func (b *inbox) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// end is close when the session ends: the handler that runs is told too.
func (b *inbox) end() {
	b.close()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current != nil {
		b.current.end(context.Canceled)
	}
}
