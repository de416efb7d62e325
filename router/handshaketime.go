package router

import (
	"context"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// handshakeTime bounds a peer's handshake: each of its steps may take
// Limits.HandshakeTimeout.
type handshakeTime struct {
	peer  *peer
	timer *time.Timer
	// context ends with the time, or with the handshake.
	context context.Context
	cancel  context.CancelFunc
}

// startHandshake starts the clock.
func (p *peer) startHandshake() *handshakeTime {
	t := &handshakeTime{peer: p}
	t.context, t.cancel = context.WithCancel(context.Background())
	t.timer = time.AfterFunc(p.router.limits().HandshakeTimeout, t.expire)
	return t
}

// end stops the clock.
func (t *handshakeTime) end() {
	t.timer.Stop()
	t.cancel()
}

// restart gives the peer the whole time again. It reports false if it is over.
func (t *handshakeTime) restart() bool {
	if !t.timer.Stop() {
		return false
	}
	t.timer.Reset(t.peer.router.limits().HandshakeTimeout)
	return true
}

// expire ends a handshake that takes too long. It runs beside the goroutine
// that waits for the peer's message, which then fails.
func (t *handshakeTime) expire() {
	defer t.cancel() // whoever fails for it is not to have the last word
	limits := t.peer.router.limits()
	_ = t.peer.conn.Shutdown(abortMessage(wamp.ErrTimeout,
		fmt.Sprintf("the handshake takes longer than %v", limits.HandshakeTimeout)), limits.Linger)
}
