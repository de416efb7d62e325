// Command client uses the thermostats that examples/remote/server serves:
//
//	go run ./examples/remote/client
//	go run ./examples/remote/client -room Library -celsius 21.5
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/wampkit/wampkit/examples/quickstart/thermostat"
	"github.com/wampkit/wampkit/runtime"
)

func main() {
	url := flag.String("url", "ws://127.0.0.1:8080/ws", "where the router is: ws://, tcp:// or unix://")
	realm := flag.String("realm", "realm1", "the realm to join")
	room := flag.String("room", "Library", "the room to install a thermostat in")
	celsius := flag.Float64("celsius", 21.5, "the temperature to set it to")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := run(ctx, *url, *realm, *room, *celsius); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, realm, room string, celsius float64) error {
	session, err := runtime.Dial(ctx, url, realm)
	if err != nil {
		return err
	}
	defer session.Close()

	changed := make(chan string, 1)
	_, err = thermostat.SubscribeFleetEventsTargetChanged(ctx, session,
		func(_ context.Context, id string, from, to float64, at time.Time) error {
			changed <- fmt.Sprintf("event: %s went from %g to %g °C at %s", id, from, to, at.Local().Format(time.TimeOnly))
			return nil
		})
	if err != nil {
		return err
	}

	fleet := thermostat.NewFleetClient(session)
	device, err := fleet.Install(ctx, thermostat.InstallRequest{Room: room})
	if err != nil {
		return err
	}
	fmt.Printf("installed %s\n", device.ID)

	previous, ready, err := fleet.SetTarget(ctx, device.ID, celsius)
	var outOfRange *thermostat.OutOfRange
	if errors.As(err, &outOfRange) {
		return fmt.Errorf("choose between %g and %g °C", outOfRange.Min, outOfRange.Max)
	}
	if err != nil {
		return err
	}
	fmt.Printf("set from %g to %g °C, ready in %v\n", previous, celsius, ready)

	select {
	case line := <-changed:
		fmt.Println(line)
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the event: %w", ctx.Err())
	}
}
