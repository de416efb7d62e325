// Command captures shows parameters that travel in the URI: one registration serves all
// devices, and who listens to one device's topic gets its events only.
//
//	go run ./examples/captures
package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/wampkit/wampkit/examples/captures/device"
	"github.com/wampkit/wampkit/examples/internal/stage"
	"github.com/wampkit/wampkit/runtime"
)

func main() { stage.Main(run) }

func run(ctx context.Context, out io.Writer) error {
	s, err := stage.Open(out)
	if err != nil {
		return err
	}
	defer s.Close()
	callee, err := s.Join(ctx)
	if err != nil {
		return err
	}
	caller, err := s.Join(ctx)
	if err != nil {
		return err
	}

	s.Heading("One registration for all devices")
	fleet := &fleet{boots: map[string]int{}, events: device.NewDeviceEventsPublisher(callee)}
	if _, err := device.RegisterDevices(ctx, callee, fleet); err != nil {
		return err
	}
	s.Say("registered %q and %q", device.DevicesResetURI, device.DevicesManualURI)

	all, one := make(chan string, 8), make(chan string, 8)
	if err := listen(ctx, caller, all, one); err != nil {
		return err
	}
	if err := call(ctx, s, device.NewDevicesClient(caller)); err != nil {
		return err
	}
	return tell(ctx, s, all, one)
}

// listen subscribes with the generated pattern for all devices, and by hand to the topic of one.
func listen(ctx context.Context, session *runtime.Session, all, one chan<- string) error {
	booted := func(_ context.Context, id string, boots int) error {
		all <- fmt.Sprintf("%s (boot %d)", id, boots)
		return nil
	}
	if _, err := device.SubscribeDeviceEventsBooted(ctx, session, booted); err != nil {
		return err
	}
	_, err := session.Subscribe(ctx, "com.example.device.lamp-2.booted", func(ctx context.Context, _ *runtime.Result) error {
		event, _ := runtime.EventFrom(ctx)
		one <- string(event.Topic)
		return nil
	})
	return err
}

// call calls procedures of several devices as ordinary methods.
func call(ctx context.Context, s *stage.Stage, devices device.Devices) error {
	s.Heading("Calls")
	for _, id := range []string{"lamp-1", "lamp-2", "lamp-1"} {
		boots, err := devices.Reset(ctx, id)
		if err != nil {
			return err
		}
		s.Say("Reset(%s) = boot %d", id, boots)
	}
	page, err := devices.Manual(ctx, "lamp.dimmer.blinks")
	if err != nil {
		return err
	}
	s.Say("Manual(lamp.dimmer.blinks) = %s", page)

	// A value that could not stand in a URI never leaves the caller.
	_, err = devices.Reset(ctx, "no.such#lamp")
	s.Say("Reset(no.such#lamp): %v", err)
	return nil
}

// tell prints the events of all devices, and then those of the one.
func tell(ctx context.Context, s *stage.Stage, all, one <-chan string) error {
	s.Heading("Events")
	for _, c := range []struct {
		who    string
		events <-chan string
		count  int
	}{{"every lamp", all, 3}, {"lamp-2 only", one, 1}} {
		for range c.count {
			select {
			case event := <-c.events:
				s.Say("%s: %s", c.who, event)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// fleet implements [device.Devices].
type fleet struct {
	mu     sync.Mutex
	boots  map[string]int // guarded by mu
	events device.DeviceEvents
}

func (f *fleet) Reset(ctx context.Context, id string) (int, error) {
	f.mu.Lock()
	f.boots[id]++
	boots := f.boots[id]
	f.mu.Unlock()
	return boots, f.events.Booted(ctx, id, boots)
}

func (f *fleet) Manual(ctx context.Context, topic string) (string, error) {
	invocation, _ := runtime.InvocationFrom(ctx)
	chapters := strings.Split(topic, ".")
	return fmt.Sprintf("page %d (the router saw a call of %s)", 10*len(chapters), invocation.Procedure), nil
}
