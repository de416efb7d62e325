package transport

import "sync"

// longPolls are the long-poll connections of a server, by the identifiers that
// requests name them with.
type longPolls struct {
	mu      sync.Mutex
	changed sync.Cond            // of what wait waits for
	open    map[string]*longPoll // guarded by mu
	polls   int                  // requests that are being answered with messages; guarded by mu
}

func newLongPolls() *longPolls {
	p := &longPolls{open: map[string]*longPoll{}}
	p.changed.L = &p.mu
	return p
}

func (p *longPolls) add(c *longPoll) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c.id] = c
}

func (p *longPolls) remove(c *longPoll) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c.id)
	p.changed.Broadcast()
}

// find returns nil if there is no such connection, or none any more.
func (p *longPolls) find(id string) *longPoll {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[id]
}

// begin takes note of a request that may fetch messages, and end of its end.
func (p *longPolls) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.polls++
}

func (p *longPolls) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.polls--
	p.changed.Broadcast()
}

// wait waits until every connection is closed and what was queued for its peer
// is on its way.
func (p *longPolls) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.open) > 0 || p.polls > 0 {
		p.changed.Wait()
	}
}
