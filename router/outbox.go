package router

import (
	"context"

	"github.com/wampkit/wampkit/wamp"
)

// maxWork is how much an outbox does between two flushes while its goroutine has
// no reason to rest: octets received, with 1 KiB for each message on top.
const maxWork = 128 << 10

// outbox is what one goroutine sends with: the sessions it has queued messages
// for and not flushed yet, and messages that it fills in again and again, which
// works because Conn.Send encodes at once.
//
// An outbox belongs to one goroutine, from Router.outbox until release.
type outbox struct {
	router *Router
	shard  uint8 // of realm.traffic that is counted in
	// batch tells this outbox's current batch from all other ones; a session
	// that bears it is in dirty already.
	batch uint64
	dirty []*session
	work  int // since the last flush
	// patience is nil unless the goroutine may wait for an [Authorizer]; it does so
	// until this is done.
	patience context.Context

	invocation wamp.Invocation
	interrupt  wamp.Interrupt
	result     wamp.Result
	failure    wamp.ErrorMessage
	event      wamp.Event
	published  wamp.Published

	publication publication
	matches     []*subscription
	late        []*membership
}

// outbox hands out an outbox. It must be released, which flushes it.
func (r *Router) outbox() *outbox {
	o, _ := r.outboxes.Get().(*outbox)
	if o == nil {
		o = &outbox{router: r, batch: r.batches.Add(1)}
		o.shard = uint8(o.batch % trafficShards)
	}
	return o
}

func (o *outbox) release() {
	o.flush()
	o.router.outboxes.Put(o)
}

// deliver queues a message that must not be lost while to lives, and waits for
// room if it must; a session that gives none in time is ended. It must not be
// called with a lock held. It reports false if nothing was queued: to is being
// ended or has left, or can take no message like this.
func (o *outbox) deliver(to *session, m wamp.Message) bool {
	for {
		switch fateOf(to.conn.Send(m)) {
		case queued:
			o.sent(to, m.Type())
			return true
		case full:
			if !o.awaitRoom(to) {
				to.endStalled()
				return false
			}
		default:
			return false
		}
	}
}

// touch remembers that something was queued for to.
func (o *outbox) touch(to *session) {
	if to.batch.Load() != o.batch {
		to.batch.Store(o.batch)
		o.dirty = append(o.dirty, to)
	}
}

// account notes that a message of so many octets has been handled, and flushes
// when that was enough. It is called with no lock held.
func (o *outbox) account(octets int) {
	o.work += octets + 1<<10
	if o.work >= maxWork {
		o.flush()
	}
}

// flush hands everything queued through o to the network.
func (o *outbox) flush() {
	o.work = 0
	if len(o.dirty) == 0 {
		return
	}
	for _, s := range o.dirty {
		s.conn.Flush()
	}
	clear(o.dirty)
	o.dirty = o.dirty[:0]
	o.batch = o.router.batches.Add(1)
}

// metFull notes that to's queue has no room; see backlog.
func (o *outbox) metFull(to *session) {
	if to.backlog.begin(o.router.sinceStart(), to.conn.Queued()) {
		o.router.counters.waits.Add(1)
	}
}

// backedUp reports whether to has a backlog: events then wait their turn even if
// there is some room.
func (o *outbox) backedUp(to *session) bool {
	if !to.backlog.full.Load() {
		return false
	}
	if to.conn.AwaitRoom(0) {
		to.backlog.end()
		return false
	}
	return true
}

// awaitRoom waits until to's queue has drained to half its limit, and reports
// false when to is stalled; see backlog. It must not be called with a lock held.
func (o *outbox) awaitRoom(to *session) bool {
	o.metFull(to)
	limits := o.router.limits()
	enough := int(float64(limits.OutboundQueue) * enoughProgress)
	for {
		now := o.router.sinceStart()
		patience := to.backlog.patience(now, to.conn.Queued(), enough, limits.StallTimeout)
		if patience <= 0 || o.router.draining() {
			return !o.backedUp(to)
		}
		o.flush() // nobody waits for us while we wait for one
		to.conn.Flush()
		if to.conn.AwaitRoom(patience) {
			to.backlog.end()
			return true
		}
		if o.router.sinceStart()-now < patience {
			return true // the connection is closed: the next attempt to send finds out
		}
	}
}
