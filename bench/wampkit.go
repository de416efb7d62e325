package main

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/bench/echo"
	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
)

const realm = "realm1"

// url is where a session of the scenario's stack connects to.
func (s scenario) url(addr string) string {
	if s.Stack.isWebSocket() {
		return "ws://" + addr + "/ws"
	}
	return "tcp://" + addr
}

// runRouter serves wampkit's router on a loopback port until the process ends.
func runRouter() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r := router.New(router.Config{Realms: []router.RealmConfig{{Name: realm}}})
	ready(l.Addr().String())
	return r.Serve(l)
}

// runCallee serves the echo service.
func runCallee(addr string, s scenario) error {
	ctx := context.Background()
	session, err := runtime.Dial(ctx, s.url(addr), realm)
	if err != nil {
		return err
	}
	if _, err := echo.RegisterEcho(ctx, session, echo.Server{}); err != nil {
		return err
	}
	ready("")
	<-session.Done()
	return session.Err()
}

// driveCalls calls through a generated client.
func driveCalls(addr string, s scenario) (outcome, error) {
	ctx := context.Background()
	var done atomic.Int64
	failed := make(chan error, s.Conns*s.InFlight)
	for range s.Conns {
		session, err := runtime.Dial(ctx, s.url(addr), realm)
		if err != nil {
			return outcome{}, err
		}
		client := echo.NewEchoClient(session)
		for range s.InFlight {
			go func() {
				data := make([]byte, s.Size)
				for {
					if _, err := client.Echo(ctx, data); err != nil {
						failed <- err
						return
					}
					done.Add(1)
				}
			}()
		}
	}
	result := measure(s, &done)
	select {
	case err := <-failed:
		return outcome{}, fmt.Errorf("call: %w", err)
	default:
		return result, nil
	}
}

// driveLatency makes one call after the other.
func driveLatency(addr string, s scenario) (outcome, error) {
	ctx := context.Background()
	session, err := runtime.Dial(ctx, s.url(addr), realm)
	if err != nil {
		return outcome{}, err
	}
	client := echo.NewEchoClient(session)
	data := make([]byte, s.Size)
	return measureLatency(s, func() error {
		_, err := client.Echo(ctx, data)
		return err
	})
}

// driveEvents publishes as fast as the subscribers receive.
func driveEvents(addr string, s scenario) (outcome, error) {
	ctx := context.Background()
	flow := newFlow(s)
	for range s.Subscribers {
		session, err := runtime.Dial(ctx, s.url(addr), realm)
		if err != nil {
			return outcome{}, err
		}
		_, err = echo.SubscribeTicksTick(ctx, session, func(context.Context, []byte) error {
			flow.deliver()
			return nil
		})
		if err != nil {
			return outcome{}, err
		}
	}
	session, err := runtime.Dial(ctx, s.url(addr), realm)
	if err != nil {
		return outcome{}, err
	}
	publisher := echo.NewTicksPublisher(session)
	event := make([]byte, s.Size)
	go flow.publish(func() error { return publisher.Tick(ctx, event) }, func() {})
	return measure(s, &flow.delivered), nil
}

// driveBurst publishes without any pause and waits until everything has
// arrived, or nothing more does.
func driveBurst(addr string, s scenario) (outcome, error) {
	ctx := context.Background()
	subscriber, err := runtime.Dial(ctx, s.url(addr), realm)
	if err != nil {
		return outcome{}, err
	}
	var delivered atomic.Int64
	_, err = echo.SubscribeTicksTick(ctx, subscriber, func(context.Context, []byte) error {
		delivered.Add(1)
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	session, err := runtime.Dial(ctx, s.url(addr), realm)
	if err != nil {
		return outcome{}, err
	}
	publisher := echo.NewTicksPublisher(session)
	event := make([]byte, s.Size)
	started()
	start := time.Now()
	for range s.Events {
		if err := publisher.Tick(ctx, event); err != nil {
			return outcome{}, err
		}
	}
	last, quiet := int64(-1), time.Now()
	for now := delivered.Load(); now < int64(s.Events) && time.Since(quiet) < 5*time.Second; now = delivered.Load() {
		if now != last {
			last, quiet = now, time.Now()
		}
		time.Sleep(time.Millisecond)
	}
	return outcome{Operations: int(delivered.Load()), Elapsed: time.Since(start)}, nil
}

// driveIdle joins with many sessions that then do nothing.
func driveIdle(addr string, s scenario) (outcome, error) {
	start := time.Now()
	for range s.Conns {
		if _, err := runtime.Dial(context.Background(), s.url(addr), realm); err != nil {
			return outcome{}, err
		}
	}
	started()
	time.Sleep(s.Measure)
	return outcome{Operations: s.Conns, Elapsed: time.Since(start)}, nil
}
