package runtime

import (
	"errors"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// ErrOverrun means that the results of a call came faster than they were taken,
// for so long that the call was canceled; see [Session.CallProgress].
var ErrOverrun = errors.New("results come faster than they are taken")

// DefaultProgressQueue is how many octets of progressive results may wait for
// whoever ranges over them; see [WithProgressQueue].
const DefaultProgressQueue = 4 << 20

const (
	// arrivalsFactor is how many times the limit may wait while the session waits for
	// an answer, which the reader would not find otherwise.
	arrivalsFactor = 8
	// arrivalsShare is the part of the limit that must be taken, again and again, within the
	// time that the reader waits. Together with that time it is what the router of
	// this module asks of a receiver that is behind.
	arrivalsShare = 8
	// arrivalOverhead is what a result counts beside its payload.
	arrivalOverhead = 256
)

// arrivals are the progressive results of one call, or the input of one invocation, between the
// session's reader and whoever takes them. When there are many, the reader waits: the router
// then sees a slow receiver, and through it the sender does. The reader goes on while
// somebody waits for what it may read next, which may be what the taker depends on.
type arrivals struct {
	session  *session
	limit    int           // octets that may wait
	patience time.Duration // how long the reader waits for a share of that to be taken

	// Owned by the reader: when it began to wait, and how much had been taken by then.
	since  time.Time
	before int

	mu      sync.Mutex
	taken   int            // guarded by mu: octets that were taken in all
	queue   fifo[*arrival] // guarded by mu
	size    int            // guarded by mu: octets that wait
	busy    bool           // guarded by mu: the call is open and its taker does not wait, counted in session.busyTakers
	settled bool           // guarded by mu: the last result or an error has come
	closed  bool           // guarded by mu: nobody takes any more
	arrived chan struct{}  // receives when there may be a result
	room    chan struct{}  // receives when one was taken
}

// arrival is one progressive result, or one item of an input.
type arrival struct {
	details wamp.ResultDetails
	values  Values
	size    int
}

var arrivalPool = sync.Pool{New: func() any { return new(arrival) }}

func (a *arrival) release() {
	a.values.discard()
	a.details = wamp.ResultDetails{}
	arrivalPool.Put(a)
}

// newArrivals makes a queue for so many octets, 0 for the defaults.
func newArrivals(s *session, limit int, patience time.Duration) *arrivals {
	q := &arrivals{
		session: s, limit: DefaultProgressQueue, patience: blockLimit,
		arrived: make(chan struct{}, 1), room: make(chan struct{}, 1),
	}
	if limit > 0 {
		q.limit, q.patience = limit, patience
	}
	return q
}

// put adds a result, and waits for room first. It reports false if that took too
// long. It runs on the reader.
func (q *arrivals) put(details wamp.ResultDetails, p wamp.Payload) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.awaitRoom() {
		return false
	}
	if q.closed {
		return true
	}
	a := arrivalPool.Get().(*arrival)
	a.details = details
	a.values.store(p)
	a.values.sealed(details.Passthru)
	a.size = len(a.values.storage) + arrivalOverhead
	q.queue.push(a)
	q.size += a.size
	signal(q.arrived)
	return true
}

// awaitRoom reports false if nothing was taken for too long. mu is held, but not
// while it waits.
func (q *arrivals) awaitRoom() bool {
	if q.size < q.limit {
		if q.size < q.limit-q.limit/arrivalsShare {
			q.since = time.Time{}
		}
		return true
	}
	s := q.session
	s.blocked.Store(true)
	defer s.blocked.Store(false)
	if q.since.IsZero() {
		q.since, q.before = time.Now(), q.taken
	}
	timer := time.NewTimer(time.Until(q.since.Add(q.patience)))
	defer timer.Stop()
	for q.size >= q.limit && !q.closed {
		if q.size < arrivalsFactor*q.limit && s.awaits() {
			q.since = time.Time{}
			return true
		}
		if q.taken-q.before >= q.limit/arrivalsShare {
			q.since, q.before = time.Now(), q.taken
			timer.Reset(q.patience)
		}
		q.mu.Unlock()
		expired, leaving := false, false
		select {
		case <-q.room:
		case <-s.nudge:
		case <-s.leaving:
			leaving = true
		case <-timer.C:
			expired = true
		}
		q.mu.Lock()
		if expired || leaving {
			return leaving
		}
	}
	return true
}

// take removes the result that waits longest, nil if there is none.
func (q *arrivals) take() *arrival {
	if q == nil {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.queue.len() == 0 {
		return nil
	}
	a := q.queue.pop()
	if q.size >= q.limit {
		signal(q.room)
	}
	q.size -= a.size
	q.taken += a.size
	return a
}

// empty reports whether no result waits.
func (q *arrivals) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.queue.len() == 0
}

// occupy notes whether the taker does something else than wait for the next result.
func (q *arrivals) occupy(busy bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.setBusy(busy && !q.settled && !q.closed)
}

func (q *arrivals) setBusy(busy bool) {
	if busy == q.busy {
		return
	}
	q.busy = busy
	if busy {
		q.session.busyTakers.Add(1)
		return
	}
	q.session.busyTakers.Add(-1)
	q.session.wakeReader()
}

// settle notes that the call is not open any more.
func (q *arrivals) settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.settled = true
	q.setBusy(false)
}

// close drops what waits and takes no more.
func (q *arrivals) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.setBusy(false)
	for q.queue.len() > 0 {
		q.queue.pop().release()
	}
	q.size = 0
	signal(q.room)
}

// signal leaves a token in a channel that has room for one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
