package router

import (
	"sync"
	"sync/atomic"
	"time"
)

// backlog is what senders know together about a session's outbound queue after
// one of them has met it full. It stays full for events until it has drained to
// half its limit, so that whoever waits for that is not overtaken.
//
// How long senders may be held back is measured in windows of
// Limits.StallTimeout. A session that drains enough within one gets another; a
// session that does not is stalled, and holds nobody back until it has drained
// as much after all. The first window begins with the first sender, whoever that
// is: a session that takes nothing holds nobody back a second time, and many of
// them hold nobody back longer than one.
type backlog struct {
	full atomic.Bool

	mu     sync.Mutex    // guards the fields below
	since  time.Duration // when the window began, by Router.sinceStart
	queued int           // octets in the queue then
}

// enoughProgress is the part of the queue's limit that has to drain within a window.
const enoughProgress = 1.0 / 16

// begin notes that the queue was met full, and reports whether nobody had yet.
func (b *backlog) begin(now time.Duration, queued int) (first bool) {
	if b.full.Load() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full.Load() {
		return false
	}
	b.since, b.queued = now, queued
	b.full.Store(true)
	return true
}

// patience is what is left of the window: 0 or less if the session is stalled.
// A window that is over is followed by another one if enough octets have drained.
func (b *backlog) patience(now time.Duration, queued, enough int, window time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.since + window - now
	if left > 0 || b.queued-queued < enough {
		return left
	}
	b.since, b.queued = now, queued
	return window
}

// end notes that the queue has drained.
func (b *backlog) end() { b.full.Store(false) }
