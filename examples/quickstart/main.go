// Command quickstart shows wampkit's main job in one process: it starts a
// router on a loopback port, connects a callee and a caller over WebSocket,
// calls typed procedures, tells typed errors apart and follows typed events.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/wampkit/wampkit/examples/quickstart/thermostat"
	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

const realm = "realm1"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	heading("A router")
	url, shutdown, err := startRouter()
	if err != nil {
		return err
	}
	defer shutdown()
	say("routes realm %q on %s", realm, url)

	heading("A callee: the building")
	callee, err := runtime.Dial(ctx, url, realm)
	if err != nil {
		return err
	}
	defer callee.Close()
	building := thermostat.NewBuilding(thermostat.NewFleetEventsPublisher(callee))
	if _, err := thermostat.RegisterFleet(ctx, callee, building); err != nil {
		return err
	}
	say("session %d serves %s and its sisters", callee.ID(), thermostat.FleetSetTargetURI)

	heading("A caller: the janitor")
	caller, err := runtime.Dial(ctx, url, realm)
	if err != nil {
		return err
	}
	defer caller.Close()
	say("session %d speaks %s", caller.ID(), url)

	events := newDiary()
	if _, err := thermostat.SubscribeFleetEvents(ctx, caller, events); err != nil {
		return err
	}
	fleet := thermostat.NewFleetClient(caller)
	if err := callProcedures(ctx, fleet); err != nil {
		return err
	}
	if err := meetErrors(ctx, fleet, caller); err != nil {
		return err
	}
	return readEvents(ctx, events)
}

// callProcedures shows a struct request, positional arguments, several results and a list.
func callProcedures(ctx context.Context, fleet thermostat.Fleet) error {
	heading("Calls")
	for _, req := range []thermostat.InstallRequest{
		{Room: "Library", Floor: 1, Tags: []string{"quiet"}},
		{Room: "Kitchen", Floor: 0},
		{Room: "Tea Room", Floor: 1},
	} {
		device, err := fleet.Install(ctx, req)
		if err != nil {
			return err
		}
		say("Install(%s) = %s, set to %g °C, tags %v", req.Room, device.ID, device.Target, device.Tags)
	}
	previous, ready, err := fleet.SetTarget(ctx, "library-1", 21.5)
	if err != nil {
		return err
	}
	say("SetTarget(library-1, 21.5) = from %g °C, ready in %v", previous, ready)

	first := 1
	devices, err := fleet.List(ctx, &first)
	if err != nil {
		return err
	}
	for _, device := range devices {
		say("List(floor 1) has %s: %g °C, %s", device.ID, device.Target, device.Mode)
	}
	return nil
}

// meetErrors shows that typed errors are told apart on the other side of the wire.
func meetErrors(ctx context.Context, fleet thermostat.Fleet, session *runtime.Session) error {
	heading("Errors")
	_, _, err := fleet.SetTarget(ctx, "library-1", 45)
	var outOfRange *thermostat.OutOfRange
	if !errors.As(err, &outOfRange) {
		return fmt.Errorf("want OutOfRange, got %v", err)
	}
	say("45 °C?  *OutOfRange: at most %g °C, please", outOfRange.Max)

	_, _, err = fleet.SetTarget(ctx, "garage-9", 20)
	var notInstalled *thermostat.NotInstalled
	if !errors.As(err, &notInstalled) {
		return fmt.Errorf("want NotInstalled, got %v", err)
	}
	say("garage?  *NotInstalled: there is no %q", notInstalled.ID)

	if err := fleet.Lock(ctx, "kitchen-2", true); err != nil {
		return err
	}
	if _, _, err = fleet.SetTarget(ctx, "kitchen-2", 25); !errors.Is(err, thermostat.ErrChildLock) {
		return fmt.Errorf("want ErrChildLock, got %v", err)
	}
	say("kitchen? ErrChildLock: %v", err)

	if _, err := session.Call(ctx, "com.example.thermostat.v1.explode"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		return fmt.Errorf("want %v, got %v", wamp.ErrNoSuchProcedure, err)
	}
	say("explode? %s", wamp.ErrNoSuchProcedure)
	return nil
}

// readEvents waits for what the building told meanwhile.
func readEvents(ctx context.Context, events diary) error {
	heading("Events")
	for range 4 { // three installed, one target changed
		select {
		case line := <-events:
			say("%s", line)
		case <-time.After(5 * time.Second):
			return errors.New("an event did not arrive")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	heading("Done")
	return nil
}

// diary implements [thermostat.FleetEvents]: a subscriber is a handler of the
// same interface that the publisher implements.
type diary chan string

func newDiary() diary { return make(diary, 16) }

func (d diary) Installed(_ context.Context, device thermostat.Thermostat) error {
	d <- fmt.Sprintf("Installed: %s on floor %d", device.ID, device.Floor)
	return nil
}

func (d diary) TargetChanged(_ context.Context, id string, from, to float64, at time.Time) error {
	d <- fmt.Sprintf("TargetChanged: %s from %g to %g °C at %s", id, from, to, at.Local().Format(time.TimeOnly))
	return nil
}

// startRouter serves a router on a free loopback port.
func startRouter() (url string, shutdown func(), err error) {
	r := router.New(router.Config{Realms: []router.RealmConfig{{Name: realm}}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		r.Serve(l)
	}()
	return "ws://" + l.Addr().String() + "/ws", func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		r.Shutdown(ctx)
		<-served
	}, nil
}

func heading(text string)            { fmt.Printf("\n%s\n", text) }
func say(format string, args ...any) { fmt.Printf("  "+format+"\n", args...) }
