package runtime

import "sync"

// crew is the goroutines of a session that run handlers. They are reused,
// because a new goroutine spends more on growing its stack than a small
// handler on its work.
//
// Handlers may block, also on each other, so that a job must never wait behind
// one that runs. Yet waking a goroutine for each job is a waste where handlers are quick:
// one could run them all. So, as long as there are jobs, one worker at least is
// on its way to them, and wakes the next one when it takes a job and leaves others.
type crew struct {
	mu     sync.Mutex
	jobs   fifo[job] // guarded by mu
	idle   []*worker // guarded by mu, the last one has gone idle last
	coming bool      // guarded by mu: whether a worker has been woken that has not taken a job yet
	closed bool      // guarded by mu
}

// job is work for a goroutine of its own: an invocation, or the events of an inbox.
type job interface{ run() }

// worker is a goroutine that waits for jobs.
type worker struct{ wake chan struct{} }

// mostIdle is how many workers wait for jobs; further ones end.
const mostIdle = 64

// submit has a job run, without waiting for it.
func (c *crew) submit(j job) {
	c.mu.Lock()
	c.jobs.push(j)
	c.callWorker()
}

// callWorker sees to it that a worker is coming if there are jobs. mu must be
// held, and is released.
func (c *crew) callWorker() {
	if c.coming || c.jobs.len() == 0 {
		c.mu.Unlock()
		return
	}
	c.coming = true
	if len(c.idle) == 0 {
		c.mu.Unlock()
		go c.work()
		return
	}
	last := len(c.idle) - 1
	w := c.idle[last]
	c.idle[last] = nil
	c.idle = c.idle[:last]
	c.mu.Unlock()
	w.wake <- struct{}{}
}

// work is what a worker does: it comes, takes jobs until there are none, and goes idle.
func (c *crew) work() {
	w := &worker{wake: make(chan struct{}, 1)}
	for {
		c.mu.Lock()
		c.coming = false
		for c.jobs.len() > 0 {
			j := c.jobs.pop()
			c.callWorker()
			j.run()
			c.mu.Lock()
		}
		if c.closed || len(c.idle) == mostIdle {
			c.mu.Unlock()
			return
		}
		c.idle = append(c.idle, w)
		c.mu.Unlock()
		<-w.wake
	}
}

// close ends the workers that are idle now, and each other one when its job is done.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, w := range c.idle {
		w.wake <- struct{}{}
	}
	c.idle = nil
}

// fifo is a queue in a slice that is reused.
type fifo[T any] struct {
	items []T
	first int
}

func (q *fifo[T]) len() int { return len(q.items) - q.first }

func (q *fifo[T]) push(item T) {
	if q.first > 0 && len(q.items) == cap(q.items) && q.first >= len(q.items)/2 {
		kept := copy(q.items, q.items[q.first:])
		clear(q.items[kept:])
		q.items, q.first = q.items[:kept], 0
	}
	q.items = append(q.items, item)
}

// remove takes off what is unwanted, and returns it.
func (q *fifo[T]) remove(unwanted func(T) bool) (removed []T) {
	kept := q.items[:q.first]
	for _, item := range q.items[q.first:] {
		if unwanted(item) {
			removed = append(removed, item)
		} else {
			kept = append(kept, item)
		}
	}
	clear(q.items[len(kept):])
	q.items = kept
	return removed
}

func (q *fifo[T]) pop() T {
	var none T
	item := q.items[q.first]
	q.items[q.first] = none
	q.first++
	if q.first == len(q.items) {
		q.items, q.first = q.items[:0], 0
	}
	return item
}
