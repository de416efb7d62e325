package router

import (
	"sync"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// maxDecisions is how many decisions of an [Authorizer] are kept for a session.
// Beyond it, one that is over or else any one makes room.
const maxDecisions = 1024

// decisions are what an [Authorizer] decided for a session and wants to be kept.
type decisions struct {
	mu    sync.Mutex // guards the fields below
	kept  map[question]keptDecision
	wiped uint64 // how often all of it was forgotten
}

// question is what a decision is kept for.
type question struct {
	action Action
	match  wamp.Match
	uri    wamp.URI
}

type keptDecision struct {
	Decision
	until time.Duration // by Router.sinceStart
}

// recall finds a decision that still counts.
func (d *decisions) recall(q question, now time.Duration) (Decision, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, known := d.kept[q]
	return k.Decision, known && now < k.until
}

// age is to be asked before the authorizer, and told to keep.
func (d *decisions) age() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wiped
}

// keep keeps a decision, unless everything was forgotten while it was made: it may
// rest on rights that have changed since.
func (d *decisions) keep(q question, decision Decision, since uint64, now time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wiped != since {
		return
	}
	if d.kept == nil {
		d.kept = make(map[question]keptDecision)
	}
	if _, known := d.kept[q]; !known && len(d.kept) >= maxDecisions {
		d.makeRoom(now)
	}
	d.kept[q] = keptDecision{decision, now + min(decision.Cache, maxCache)}
}

// maxCache is as good as for ever.
const maxCache = 1000 * time.Hour

// makeRoom forgets a decision. mu is held.
func (d *decisions) makeRoom(now time.Duration) {
	var victim question
	looked := 0
	for q, k := range d.kept { // in random order
		victim = q
		if looked++; now >= k.until || looked == 16 {
			break
		}
	}
	delete(d.kept, victim)
}

// forget forgets all decisions, and those that are being made.
func (d *decisions) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept, d.wiped = nil, d.wiped+1
}
