package main

import (
	"encoding/binary"
	"fmt"
	goruntime "runtime"
	"sync/atomic"
	"time"
)

// joinRelay connects to a relay in a role.
func joinRelay(addr string, s scenario, role string) (link, error) {
	l, err := dialLink(addr, s.Stack.isWebSocket())
	if err != nil {
		return nil, err
	}
	l.onIdle(func() { l.flush() })
	if err := l.send([]byte(role)); err != nil {
		return nil, err
	}
	if _, err := l.receive(); err != nil {
		return nil, fmt.Errorf("join relay as %s: %w", role, err)
	}
	return l, nil
}

// runFloorCallee sends every frame back.
func runFloorCallee(addr string, s scenario) error {
	l, err := joinRelay(addr, s, helloCallee)
	if err != nil {
		return err
	}
	ready("")
	for {
		frame, err := l.receive()
		if err != nil {
			return err
		}
		if err := l.send(frame); err != nil {
			return err
		}
	}
}

// driveFloorCalls keeps InFlight frames under way on each connection. As in any
// client, each call is made by a goroutine that waits for its own answer; there is
// nothing else that could be left out.
func driveFloorCalls(addr string, s scenario) (outcome, error) {
	var done atomic.Int64
	for range s.Conns {
		l, err := joinRelay(addr, s, helloCaller)
		if err != nil {
			return outcome{}, err
		}
		driveFloorCaller(l, s, &done)
	}
	return measure(s, &done), nil
}

// driveFloorCaller starts the goroutines of one connection. The first octets of
// the payload tell which of them a frame belongs to.
func driveFloorCaller(l link, s scenario, done *atomic.Int64) {
	answers := make([]chan struct{}, s.InFlight)
	sent := make(chan struct{}, 1)
	for i := range answers {
		answers[i] = make(chan struct{}, 1)
		request := make([]byte, slotSize+s.Size)
		binary.BigEndian.PutUint32(request[slotSize:], uint32(i))
		go func() {
			for l.send(request) == nil {
				select {
				case sent <- struct{}{}:
				default:
				}
				<-answers[i]
				done.Add(1)
			}
		}()
	}
	go func() {
		for range sent {
			goruntime.Gosched() // whoever else is about to send shares the write
			l.flush()
		}
	}()
	go func() {
		for {
			frame, err := l.receive()
			if err != nil {
				return
			}
			answers[binary.BigEndian.Uint32(frame[slotSize:])] <- struct{}{}
		}
	}()
}

// driveFloorLatency sends one frame after the other.
func driveFloorLatency(addr string, s scenario) (outcome, error) {
	l, err := joinRelay(addr, s, helloCaller)
	if err != nil {
		return outcome{}, err
	}
	request := make([]byte, slotSize+s.Size)
	return measureLatency(s, func() error {
		if err := l.send(request); err != nil {
			return err
		}
		_, err := l.receive()
		return err
	})
}

// driveFloorEvents publishes as fast as the subscribers receive.
func driveFloorEvents(addr string, s scenario) (outcome, error) {
	flow := newFlow(s)
	for range s.Subscribers {
		l, err := joinRelay(addr, s, helloSubscriber)
		if err != nil {
			return outcome{}, err
		}
		go func() {
			for {
				if _, err := l.receive(); err != nil {
					return
				}
				flow.deliver()
			}
		}()
	}
	publisher, err := joinRelay(addr, s, helloPublisher)
	if err != nil {
		return outcome{}, err
	}
	event := make([]byte, s.Size)
	go flow.publish(func() error { return publisher.send(event) }, func() { publisher.flush() })
	return measure(s, &flow.delivered), nil
}

// flow keeps a publisher at most a window ahead of its subscribers.
type flow struct {
	subscribers int64
	step        int64 // deliveries between two signals to the publisher
	window      int64 // deliveries the publisher may be ahead
	delivered   atomic.Int64
	progress    chan struct{}
}

func newFlow(s scenario) *flow {
	n := int64(s.Subscribers)
	return &flow{subscribers: n, window: n * int64(s.window()), step: n * int64(s.window()) / 8, progress: make(chan struct{}, 1)}
}

// deliver counts one event at one subscriber.
func (f *flow) deliver() {
	if f.delivered.Add(1)%f.step == 0 {
		select {
		case f.progress <- struct{}{}:
		default:
		}
	}
}

// publish runs until publishing fails. Before it waits for the subscribers it calls flush.
func (f *flow) publish(publish func() error, flush func()) {
	for sent := int64(0); ; sent += f.subscribers {
		for sent-f.delivered.Load() >= f.window {
			flush()
			select {
			case <-f.progress:
			case <-time.After(time.Second): // a lost event must not stop the measurement
				sent = f.delivered.Load()
			}
		}
		if publish() != nil {
			return
		}
	}
}
