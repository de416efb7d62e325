package router

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/wampkit/wampkit/wamp"
)

// pace holds a session to Limits.MessageRate and Limits.ByteRate: two token
// buckets, either of which may be missing.
type pace struct {
	messages, octets *rate.Limiter
	abort            bool // rather than wait
	once             sync.Once
	ended            chan struct{} // closed when the session has ended
}

// newPace returns nil if sessions may send as much as they can.
func newPace(l *Limits) *pace {
	if l.MessageRate == 0 && l.ByteRate == 0 {
		return nil
	}
	p := &pace{abort: l.OnRate == AbortSession, ended: make(chan struct{})}
	if l.MessageRate > 0 {
		p.messages = rate.NewLimiter(rate.Limit(l.MessageRate), l.MessageBurst)
	}
	if l.ByteRate > 0 {
		p.octets = rate.NewLimiter(rate.Limit(l.ByteRate), l.ByteBurst)
	}
	return p
}

// delay takes what a message of so many octets costs, and tells how long it is
// until there is so much.
func (p *pace) delay(now time.Time, octets int) time.Duration {
	wait := take(p.messages, now, 1)
	return max(wait, take(p.octets, now, octets))
}

// take takes n tokens, in as many pieces as it needs: one message may be longer than
// a burst.
func take(from *rate.Limiter, now time.Time, n int) (wait time.Duration) {
	if from == nil {
		return 0
	}
	for n > 0 {
		piece := min(n, from.Burst())
		wait = from.ReserveN(now, piece).DelayFrom(now)
		n -= piece
	}
	return wait
}

// end lets nobody wait any more.
func (p *pace) end() {
	if p != nil {
		p.once.Do(func() { close(p.ended) })
	}
}

// keepPace holds the session's goroutine back after a message that came too soon:
// what the peer sends meanwhile stays in the network, which holds the peer back. It
// reports false if the session is to be ended instead.
func (s *session) keepPace(octets int) bool {
	wait := s.pace.delay(time.Now(), octets)
	if wait <= 0 {
		return true
	}
	s.realm.router.reached(limitRate)
	if s.pace.abort {
		return false
	}
	s.peer.out.flush() // nobody waits for us while we wait
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.pace.ended:
	}
	return true
}

// endHasty ends a session that sends more than it may.
func (s *session) endHasty() {
	s.leave()
	s.peer.abort(wamp.ErrUnavailable, "the session sends more than it may")
}
