package transport

import (
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// pipe is one end of an in-process connection. What one end queues the other
// takes right out of the queue, a chunk at a time.
type pipe struct {
	out, in    *queue
	wake       chan struct{} // the other end flushed, or either end closed
	peerWake   chan struct{}
	idle       func()
	current    chunk // taken from in, and read up to off
	held       bool  // current has a buffer to give back
	closed     atomic.Bool
	maxReceive int
}

// Pipe returns the two ends of an in-process connection with the default [Config].
func Pipe(f wamp.Format) (a, b Conn) { return PipeWith(f, Config{}) }

// PipeWith returns the two ends of an in-process connection. Of the Config,
// MaxMessage and QueueBytes apply, to either end.
func PipeWith(f wamp.Format, config Config) (a, b Conn) {
	config = config.withDefaults()
	newQueue := func() *queue {
		return &queue{format: f, framing: lengthFraming, limit: config.QueueBytes, maxSend: config.MaxMessage}
	}
	ab, ba := newQueue(), newQueue()
	wakeA, wakeB := make(chan struct{}, 1), make(chan struct{}, 1)
	return &pipe{out: ab, in: ba, wake: wakeA, peerWake: wakeB, maxReceive: config.MaxMessage},
		&pipe{out: ba, in: ab, wake: wakeB, peerWake: wakeA, maxReceive: config.MaxMessage}
}

func (p *pipe) Format() wamp.Format          { return p.out.format }
func (p *pipe) OnIdle(f func())              { p.idle = f }
func (p *pipe) Send(m wamp.Message) error    { return p.out.send(m) }
func (p *pipe) SendFrame(frame []byte) error { return p.out.sendFrame(frame) }
func (p *pipe) sent() uint64                 { return p.out.sent() }
func (p *pipe) Queued() int                  { return p.out.queued() }

// Flush implements [Conn].
func (p *pipe) Flush() {
	if p.out.queued() > 0 {
		signal(p.peerWake)
	}
}

// FlushSoon implements [Conn]. Waking the other end is all there is to do, and
// it does not run before the calling goroutine pauses or another thread is free.
func (p *pipe) FlushSoon() { p.Flush() }

func (p *pipe) AwaitRoom(timeout time.Duration) bool {
	p.Flush()
	return p.out.awaitRoom(timeout)
}

func (p *pipe) Info() Info {
	return Info{Transport: "pipe", MaxReceive: p.maxReceive, MaxSend: p.out.maxSend}
}

// Receive implements [Conn].
func (p *pipe) Receive() ([]byte, error) {
	for idled := false; ; {
		if p.closed.Load() {
			return nil, net.ErrClosed
		}
		if frame, ok := p.next(); ok {
			return frame, nil
		}
		if p.held {
			p.held = false
			putBuffer(p.current.class, p.current.buf)
		}
		var ended bool
		if p.current, p.held, ended = p.in.take(); p.held {
			continue
		}
		if ended {
			return nil, io.EOF
		}
		if !idled && p.idle != nil {
			idled = true
			p.idle()
			continue
		}
		<-p.wake
	}
}

// next returns the next frame of the current chunk.
func (p *pipe) next() ([]byte, bool) {
	rest := p.current.buf[p.current.off:]
	if !p.held || len(rest) == 0 {
		return nil, false
	}
	end := 4 + int(binary.BigEndian.Uint32(rest))
	p.current.off += end
	return rest[4:end:end], true
}

// Shutdown implements [Conn]. What is queued stays for the other end to
// receive, so there is nothing to wait for.
func (p *pipe) Shutdown(last wamp.Message, _ time.Duration) error {
	ok, err := p.out.end(last, nil)
	if !ok {
		return err
	}
	p.hangUp()
	return err
}

// Close implements [Conn]. After Shutdown there is nothing left to close: what
// was queued stays for the other end to receive.
func (p *pipe) Close() error {
	if p.closed.Load() {
		return nil
	}
	p.out.fail(net.ErrClosed)
	p.hangUp()
	return nil
}

// hangUp ends receiving at this end and sending at the other.
func (p *pipe) hangUp() {
	p.closed.Store(true)
	p.in.fail(net.ErrClosed)
	signal(p.wake)
	signal(p.peerWake)
}

// signal wakes the goroutine that waits on wake, now or the next time it does.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
