package router

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// registration is a procedure, or a pattern of procedures, that one or more
// sessions serve.
type registration struct {
	id      wamp.ID
	uri     wamp.URI
	match   wamp.Match
	policy  policy
	created time.Time

	turn atomic.Uint64 // for roundRobin

	// callees serve the registration, in the order in which they registered.
	// The slice is replaced, never changed, so that it can be used after
	// dealer.mu, which guards the field, was released. A gateway that serves
	// for peers elsewhere stands in it as a session like any other.
	callees []*session
	names   map[*session]string // of those that named themselves as shards; guarded by dealer.mu
}

// policy is how one of several callees is chosen (Advanced Profile, section
// "Shared Registration").
type policy uint8

const (
	single policy = iota
	roundRobin
	random
	first
	last
)

var policies = map[string]policy{
	"":                    single,
	wamp.InvokeSingle:     single,
	wamp.InvokeRoundRobin: roundRobin,
	wamp.InvokeRandom:     random,
	wamp.InvokeFirst:      first,
	wamp.InvokeLast:       last,
}

// String is the policy's name on the wire.
func (p policy) String() string {
	switch p {
	case roundRobin:
		return wamp.InvokeRoundRobin
	case random:
		return wamp.InvokeRandom
	case first:
		return wamp.InvokeFirst
	case last:
		return wamp.InvokeLast
	}
	return wamp.InvokeSingle
}

// admits reports whether callee may share the registration.
func (r *registration) admits(callee *session, p policy) bool {
	return p != single && p == r.policy && !slices.Contains(r.callees, callee)
}

// with and without are the callees after one joined or left.
func (r *registration) with(callee *session) []*session {
	return append(slices.Clip(r.callees), callee)
}

func (r *registration) without(callee *session) []*session {
	i := slices.Index(r.callees, callee)
	if i < 0 {
		return r.callees
	}
	return slices.Concat(r.callees[:i], r.callees[i+1:])
}

// start is the index, among n callees, of the one that the policy gives the
// next call to, and the step to the one that is tried after it. There must be a
// callee: n is at least 1.
func (r *registration) start(n int) (index, step int) {
	switch r.policy {
	case roundRobin:
		return int((r.turn.Add(1) - 1) % uint64(n)), 1
	case random:
		return rand.IntN(n), 1
	case last:
		return n - 1, n - 1 // one back
	}
	return 0, 1
}
