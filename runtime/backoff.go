package runtime

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is how long to wait between attempts: each time longer, and by chance
// shorter, so that the clients of a router that comes back do not all come at once.
// A zero field is a default, which depends on what is repeated.
type Backoff struct {
	// Min is the longest wait before the first repetition, Max that before any.
	Min, Max time.Duration
	// Factor is what the wait grows by with each repetition. The default is 2.
	Factor float64
	// Jitter is the part of each wait that is left to chance, more than 0 and at most
	// 1. The default is 0.5: between half of the wait and the whole. A negative one is none.
	Jitter float64
}

// or is b with defaults for what is not set.
func (b Backoff) or(shortest, longest time.Duration) Backoff {
	if b.Min <= 0 {
		b.Min = shortest
	}
	if b.Max <= 0 {
		b.Max = max(longest, b.Min)
	}
	if b.Factor < 1 {
		b.Factor = 2
	}
	if b.Jitter == 0 {
		b.Jitter = 0.5
	}
	b.Jitter = min(max(b.Jitter, 0), 1)
	return b
}

// delay is how long to wait before the n-th repetition, from 1.
func (b Backoff) delay(n int) time.Duration {
	wait := float64(b.Min)
	for ; n > 1 && wait < float64(b.Max); n-- {
		wait *= b.Factor
	}
	wait = min(wait, float64(b.Max))
	return time.Duration(wait * (1 - b.Jitter*rand.Float64()))
}

// pause waits, and reports false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool { return pauseUntil(ctx.Done(), d) }

// pauseUntil waits, and reports false if done was closed first.
func pauseUntil(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
}
