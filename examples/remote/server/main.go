// Command server serves the quickstart's thermostats to other processes
// through a router that runs on its own:
//
//	go run ./cmd/wamprouter
//	go run ./examples/remote/server
//	go run ./examples/remote/client
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/wampkit/wampkit/examples/quickstart/thermostat"
	"github.com/wampkit/wampkit/runtime"
)

func main() {
	url := flag.String("url", "ws://127.0.0.1:8080/ws", "where the router is: ws://, tcp:// or unix://")
	realm := flag.String("realm", "realm1", "the realm to join")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *url, *realm); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// serve runs until ctx ends or the session is lost.
func serve(ctx context.Context, url, realm string) error {
	session, err := runtime.Dial(ctx, url, realm)
	if err != nil {
		return err
	}
	defer session.Close()
	building := thermostat.NewBuilding(thermostat.NewFleetEventsPublisher(session))
	if _, err := thermostat.RegisterFleet(ctx, session, building); err != nil {
		return err
	}
	fmt.Printf("serving the thermostats at %s in realm %q; stop with Ctrl-C\n", url, realm)
	select {
	case <-ctx.Done():
		return nil
	case <-session.Done():
		return session.Err()
	}
}
