package router

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
)

// line is where a session's requests wait in their order while an [Authorizer]
// decides about the first of them. One goroutine at a time carries them out; it
// begins with the first that waits, and ends with the last. Until then all
// requests of the session, CALL, PUBLISH, SUBSCRIBE, REGISTER and what takes the
// last two back, stand in line, whatever they need. What a session says besides,
// it says to peers that may be waiting for it: that is never held up.
type line struct {
	// busy tells that there is a line. It is set with mu held; only the session's
	// own goroutine begins a line.
	busy atomic.Bool

	mu      sync.Mutex // guards the fields below
	waiting []*waiter
	octets  int           // that they take, and the one that is carried out
	served  *waiter       // the one that is being carried out, nil for none
	left    bool          // the session has left: nothing waits any more
	ended   chan struct{} // closed when the line has ended; nil if there was none
	room    chan struct{} // gets an item when there may be room again; made when needed
}

// waiter is a request that stands in line.
type waiter struct {
	message wamp.Message // its own copy
	fresh   bool         // of a CALL: see dealer.accept
	octets  int
	// withdrawn tells that the caller has canceled a CALL, and has its answer.
	withdrawn bool
	// committed tells that the request is being carried out: what the authorizer
	// was asked, it has answered. A CANCEL that comes then waits in cancel.
	committed bool
	cancel    *wamp.Cancel
	// patience is done when the authorizer's answer is of no more use.
	patience context.Context
	stop     context.CancelFunc
}

// newWaiter copies a request, which is valid only until the next one is read.
func newWaiter(m wamp.Message, fresh bool) *waiter {
	const overhead = 1 << 10 // of a waiting request beside its payload
	w := &waiter{message: detach(m), fresh: fresh, octets: overhead + payloadOf(m).Size()}
	w.patience, w.stop = context.WithCancel(context.Background())
	return w
}

// join puts a request in line. If that begins a line, it calls begin, which is to
// see to it that what waits is carried out. It reports false if there is no room.
func (l *line) join(w *waiter, limit int, begin func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.left:
		w.stop()
		return true // it has gone with the session
	case len(l.waiting) > 0 && l.octets+w.octets > limit:
		if l.room == nil {
			l.room = make(chan struct{}, 1)
		}
		return false
	}
	l.waiting = append(l.waiting, w)
	l.octets += w.octets
	if !l.busy.Load() {
		l.busy.Store(true)
		l.ended = make(chan struct{})
		begin()
	}
	return true
}

// next takes the next request that is to be carried out, and is done with the one
// before. If there is none, it returns nil and the line has ended.
func (l *line) next() *waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.served != nil {
		l.octets -= l.served.octets
		l.served.stop()
		l.served = nil
	}
	l.makeRoom()
	if len(l.waiting) == 0 {
		l.waiting = nil
		l.busy.Store(false)
		close(l.ended)
		return nil
	}
	l.served = l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	return l.served
}

// makeRoom wakes whoever waits for room. mu is held.
func (l *line) makeRoom() {
	if l.room == nil {
		return
	}
	select {
	case l.room <- struct{}{}:
	default:
	}
}

// commit begins to carry out the request that is served, and reports false if it
// is not to be carried out any more.
func (l *line) commit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left || l.served.withdrawn {
		return false
	}
	l.served.committed = true
	return true
}

// lateCancel is the CANCEL that came for the request while it was carried out, or nil.
func (l *line) lateCancel() *wamp.Cancel {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served.cancel
}

// cancel takes a CANCEL for a call that stands in line. It reports whether there
// is one, and whether the call has gone from it and is to be answered.
func (l *line) cancel(m *wamp.Cancel) (inLine, withdrawn bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.served; w.calls(m.Request) {
		if w.committed {
			w.cancel = &wamp.Cancel{Request: m.Request, Options: m.Options}
			return true, false
		}
		w.withdrawn = true
		w.stop()
		return true, true
	}
	for _, w := range l.waiting {
		if w.calls(m.Request) {
			w.withdrawn = true
			w.stop()
			return true, true
		}
	}
	return false, false
}

// calls reports whether w is the beginning of a call, and is not canceled.
func (w *waiter) calls(request wamp.ID) bool {
	if w == nil || !w.fresh || w.withdrawn {
		return false
	}
	m, ok := w.message.(*wamp.Call)
	return ok && m.Request == request
}

// despair lets the authorizer not be asked for what is in line now, after it took
// too long for the first: a line would take that long for each.
func (l *line) despair() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.waiting {
		w.stop()
	}
}

// leave ends the line of a session that leaves. What is being carried out comes to
// its end; the session's own goroutine can wait for that.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = true
	if l.served != nil {
		l.served.stop()
	}
	for _, w := range l.waiting {
		w.stop()
		l.octets -= w.octets
	}
	l.waiting = nil
	l.makeRoom()
}

// awaitEnd waits until nothing is being carried out any more. The session has left.
func (l *line) awaitEnd() {
	l.mu.Lock()
	ended := l.ended
	l.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

// detach copies a message that is used again for the next one of its type.
func detach(m wamp.Message) wamp.Message {
	switch m := m.(type) {
	case *wamp.Call:
		own := *m
		own.Payload = m.Payload.Clone()
		return &own
	case *wamp.Publish:
		own := *m
		own.Payload = m.Payload.Clone()
		return &own
	}
	return m
}

// payloadOf is the payload of a request.
func payloadOf(m wamp.Message) wamp.Payload {
	switch m := m.(type) {
	case *wamp.Call:
		return m.Payload
	case *wamp.Publish:
		return m.Payload
	}
	return wamp.Payload{}
}
