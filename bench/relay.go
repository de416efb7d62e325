package main

import (
	"encoding/binary"
	"net"
	"sync"
)

// The first frame of a link tells the relay what it is.
const (
	helloCaller     = "caller"
	helloCallee     = "callee"
	helloPublisher  = "publisher"
	helloSubscriber = "subscriber"
)

// slotSize is the room in front of each frame in which the relay notes the
// caller that an answer goes back to.
const slotSize = 4

// relay is the floor's router: it forwards frames on the reader's goroutine
// and writes once per batch.
type relay struct {
	mu          sync.RWMutex
	callee      link   // guarded by mu
	callers     []link // guarded by mu; the slot is the index
	subscribers []link // guarded by mu
}

// serve runs one link until it closes.
func (r *relay) serve(l link) {
	defer l.close()
	hello, err := l.receive()
	if err != nil {
		return
	}
	role := string(hello)
	slot := r.join(role, l)
	l.send([]byte("welcome"))
	l.flush()
	switch role {
	case helloCaller:
		r.forwardCalls(l, slot)
	case helloCallee:
		r.forwardResults(l)
	case helloPublisher:
		r.forwardEvents(l)
	default:
		for { // a subscriber sends nothing
			if _, err := l.receive(); err != nil {
				return
			}
		}
	}
}

func (r *relay) join(role string, l link) (slot int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch role {
	case helloCallee:
		r.callee = l
	case helloCaller:
		r.callers = append(r.callers, l)
	case helloSubscriber:
		r.subscribers = append(r.subscribers, l)
	}
	return len(r.callers) - 1
}

func (r *relay) forwardCalls(from link, slot int) {
	r.mu.RLock()
	callee := r.callee
	r.mu.RUnlock()
	from.onIdle(func() { callee.flush() })
	for {
		frame, err := from.receive()
		if err != nil {
			return
		}
		binary.BigEndian.PutUint32(frame, uint32(slot))
		if callee.send(frame) != nil {
			return
		}
	}
}

func (r *relay) forwardResults(from link) {
	var dirty []link
	from.onIdle(func() {
		for _, l := range dirty {
			l.flush()
		}
		dirty = dirty[:0]
	})
	marked := map[link]bool{}
	for {
		frame, err := from.receive()
		if err != nil {
			return
		}
		if len(dirty) == 0 {
			clear(marked)
		}
		r.mu.RLock()
		caller := r.callers[binary.BigEndian.Uint32(frame)]
		r.mu.RUnlock()
		caller.send(frame)
		if !marked[caller] {
			marked[caller] = true
			dirty = append(dirty, caller)
		}
	}
}

func (r *relay) forwardEvents(from link) {
	r.mu.RLock()
	subscribers := r.subscribers
	r.mu.RUnlock()
	from.onIdle(func() {
		for _, l := range subscribers {
			l.flush()
		}
	})
	for {
		frame, err := from.receive()
		if err != nil {
			return
		}
		for _, l := range subscribers {
			l.send(frame)
		}
	}
}

// runRelay serves a relay on a loopback port until the process ends.
func runRelay(s scenario) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready(l.Addr().String())
	r := &relay{}
	return serveLinks(l, s.Stack.isWebSocket(), r.serve)
}
