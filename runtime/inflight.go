package runtime

import (
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// inflight holds what waits under a request id: calls for their answer, running
// invocations for an interrupt. Ids of one scope are sequential, so the last few
// have a slot each, found without hashing; a request that outlives the next
// one of its slot moves to a map.
//
// Whoever takes a value off owns it, alone.
type inflight[T any] struct {
	mu     sync.Mutex
	slots  []slot[T] // a power of two of them
	old    map[wamp.ID]*T
	count  int
	closed bool
}

type slot[T any] struct {
	id    wamp.ID
	value *T
}

const (
	fewestSlots = 16
	mostSlots   = 4096
)

// put adds a value. It returns how many values there are then, and 0 if the table is
// closed or the id is taken.
func (t *inflight[T]) put(id wamp.ID, value *T) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0
	}
	if t.slots == nil {
		t.slots = make([]slot[T], fewestSlots)
	}
	at := t.slot(id)
	if at.value != nil {
		if at.id == id {
			return 0
		}
		if len(t.slots) < mostSlots && t.count >= len(t.slots)/2 {
			t.grow()
			at = t.slot(id)
		}
	}
	if _, taken := t.old[id]; taken {
		return 0
	}
	t.retire(at)
	*at = slot[T]{id: id, value: value}
	t.count++
	return t.count
}

// take removes the value of the id, nil if there is none.
func (t *inflight[T]) take(id wamp.ID) *T {
	return t.takeIf(id, func(*T) bool { return true })
}

// takeIf removes the value of the id if it is there and wanted, and returns it then.
func (t *inflight[T]) takeIf(id wamp.ID, wanted func(*T) bool) *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	value, at := t.find(id)
	if value == nil || !wanted(value) {
		return nil
	}
	if at != nil {
		*at = slot[T]{}
	} else {
		delete(t.old, id)
	}
	t.count--
	return value
}

// find returns the value of the id, and its slot if it has one. mu must be held.
func (t *inflight[T]) find(id wamp.ID) (*T, *slot[T]) {
	if len(t.slots) == 0 {
		return nil, nil
	}
	if at := t.slot(id); at.value != nil && at.id == id {
		return at.value, at
	}
	return t.old[id], nil
}

// with calls f with the value of the id, if there is one, while nobody can take it.
func (t *inflight[T]) with(id wamp.ID, f func(*T)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if value, _ := t.find(id); value != nil {
		f(value)
	}
}

// len is how many values there are.
func (t *inflight[T]) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}

// close takes all values off and lets no more in.
func (t *inflight[T]) close() []*T {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	var all []*T
	for _, at := range t.slots {
		if at.value != nil {
			all = append(all, at.value)
		}
	}
	for _, value := range t.old {
		all = append(all, value)
	}
	t.slots, t.old, t.count = nil, nil, 0
	return all
}

func (t *inflight[T]) slot(id wamp.ID) *slot[T] {
	return &t.slots[int(id)&(len(t.slots)-1)]
}

// retire makes room in a slot.
func (t *inflight[T]) retire(at *slot[T]) {
	if at.value == nil {
		return
	}
	if t.old == nil {
		t.old = make(map[wamp.ID]*T)
	}
	t.old[at.id] = at.value
}

// grow doubles the slots. Two requests never meet in a slot of the larger
// table that were apart in the smaller one.
func (t *inflight[T]) grow() {
	before := t.slots
	t.slots = make([]slot[T], 2*len(before))
	for _, at := range before {
		if at.value != nil {
			*t.slot(at.id) = at
		}
	}
}
