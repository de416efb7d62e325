package main

import (
	"fmt"
	"time"
)

// kind is what a scenario measures.
type kind string

const (
	rpc     kind = "rpc"     // calls per second, many in flight
	latency kind = "latency" // time of one call after the other
	fanout  kind = "fanout"  // events delivered per second
	burst   kind = "burst"   // events published at once to one subscriber, and how many are lost
	idle    kind = "idle"    // memory of the router per session that does nothing
)

// stack is what a scenario runs on.
type stack string

const (
	tcpRelay  stack = "tcp-relay"
	rawSocket stack = "rawsocket"
	wsRelay   stack = "ws-relay"
	webSocket stack = "websocket"
)

// floor is the relay that a stack is compared with.
func (s stack) floor() stack {
	if s == rawSocket || s == tcpRelay {
		return tcpRelay
	}
	return wsRelay
}

func (s stack) isRelay() bool     { return s == tcpRelay || s == wsRelay }
func (s stack) isWebSocket() bool { return s == wsRelay || s == webSocket }

// scenario is one row of the table on one stack. It travels to the child
// processes as JSON.
type scenario struct {
	Kind        kind          `json:"kind"`
	Stack       stack         `json:"stack"`
	Conns       int           `json:"conns,omitempty"`       // caller connections, or idle ones
	InFlight    int           `json:"inFlight,omitempty"`    // concurrent calls of each
	Subscribers int           `json:"subscribers,omitempty"` // connections that receive each event
	Events      int           `json:"events,omitempty"`      // published in a burst
	Size        int           `json:"size"`                  // octets of payload
	Warmup      time.Duration `json:"warmup"`
	Measure     time.Duration `json:"measure"`
}

// name identifies the row, whatever the stack.
func (s scenario) name() string {
	switch s.Kind {
	case fanout:
		return fmt.Sprintf("fanout 1→%d %s", s.Subscribers, sizeName(s.Size))
	case burst:
		return fmt.Sprintf("burst of %d events %s", s.Events, sizeName(s.Size))
	case idle:
		return fmt.Sprintf("idle sessions, %d of them", s.Conns)
	case latency:
		return fmt.Sprintf("latency p50 %s", sizeName(s.Size))
	}
	return fmt.Sprintf("rpc %d×%d %s", s.Conns, s.InFlight, sizeName(s.Size))
}

func sizeName(octets int) string {
	if octets >= 1<<10 {
		return fmt.Sprintf("%d KiB", octets>>10)
	}
	return fmt.Sprintf("%d B", octets)
}

// rows are the scenarios of the table, still without a stack.
func rows() []scenario {
	var all []scenario
	for _, shape := range [][2]int{{1, 64}, {16, 16}} {
		for _, size := range []int{16, 1 << 10, 64 << 10} {
			all = append(all, scenario{Kind: rpc, Conns: shape[0], InFlight: shape[1], Size: size})
		}
	}
	all = append(all, scenario{Kind: latency, Conns: 1, InFlight: 1, Size: 16})
	for _, subscribers := range []int{1, 100, 1000} {
		all = append(all, scenario{Kind: fanout, Subscribers: subscribers, Size: 128})
	}
	return append(all,
		scenario{Kind: burst, Subscribers: 1, Events: 500_000, Size: 128},
		scenario{Kind: idle, Conns: 10_000})
}

// on lists the stacks that the row is run on: what a session costs and what is
// lost are not questions to ask a relay.
func (s scenario) on() []stack {
	if s.Kind == burst || s.Kind == idle {
		return []stack{rawSocket, webSocket}
	}
	return []stack{tcpRelay, rawSocket, wsRelay, webSocket}
}

// window is how many events a publisher may be ahead of the slowest possible
// delivery: enough to fill batches, too little to fill queues.
func (s scenario) window() int { return 256 }

// outcome is what a driver measured.
type outcome struct {
	Operations int           `json:"operations"` // calls, events delivered, or sessions
	Elapsed    time.Duration `json:"elapsed"`
	P50        time.Duration `json:"p50,omitempty"` // of single calls, kind latency
	P99        time.Duration `json:"p99,omitempty"`
}

func (o outcome) perSecond() float64 { return float64(o.Operations) / o.Elapsed.Seconds() }
