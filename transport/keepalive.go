package transport

import (
	"fmt"
	"sync"
	"time"
)

// keepalive finds out that a peer is gone although nothing says so: it pings
// one that has been silent for Config.PingInterval and fails the connection if
// Config.PingTimeout later there is still nothing.
//
// Silent means that the receiving goroutine has been waiting all the time in
// one and the same read. While it is busy elsewhere nobody would see an answer,
// and nothing is concluded.
type keepalive struct {
	link *link

	mu      sync.Mutex
	timer   *time.Timer
	waits   uint64 // source.waits at the previous tick
	pinged  bool   // the next tick is the end of PingTimeout
	written uint64 // octets written when the ping was queued
}

func (k *keepalive) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(k.link.config.PingInterval, k.tick)
}

func (k *keepalive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer.Stop()
}

func (k *keepalive) tick() {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.link
	if l.closed.Load() {
		return
	}
	waits := l.src.waits.Load()
	silent := waits%2 == 1 && waits == k.waits
	k.waits = waits
	written, waiting := l.queue.progress()
	switch {
	case !silent:
		k.pinged = false
		k.timer.Reset(l.config.PingInterval)
	case !k.pinged:
		k.pinged, k.written = true, written
		l.queue.sendPing(nil)
		l.flush.now()
		k.timer.Reset(l.config.PingTimeout)
	case waiting > 0 && written != k.written: // the ping may still be on its way behind much else
		k.written = written
		k.timer.Reset(l.config.PingTimeout)
	default:
		go l.fail(fmt.Errorf("peer did not answer a ping within %v", l.config.PingTimeout))
	}
}
