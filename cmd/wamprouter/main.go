// Command wamprouter is a WAMP router. See "wamprouter --help".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it cannot be served, or not any more
	exitUsage  = 2 // the command line is wrong
	exitSignal = 128
)

const description = `Route WAMP calls and events.

Without flags, WebSocket and RawSocket are served on one port of this machine,
realm realm1 is open to everybody, and JSON, MsgPack and CBOR are spoken:

    wamprouter

On every interface, with two realms:

    wamprouter --listen ws://:8080/ws --realm com.acme.prod --realm com.acme.test

WebSocket, RawSocket and a Unix socket side by side (any TCP listener answers
both WebSocket and RawSocket, whatever its URL says):

    wamprouter --listen ws://127.0.0.1:8080/ws --listen tcp://127.0.0.1:8081 \
        --listen unix:///run/wamp.sock

SIGINT and SIGTERM say GOODBYE to every session and wait for the answers; a
second one ends at once. Exit codes: 0 after a signal, 1 if something cannot be
served, 2 for a wrong command line, 128 + the second signal.`

func main() {
	ctx, stop := untilSignal()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// untilSignal returns a context that the first signal ends. The second one
// ends the process.
func untilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		second := <-signals
		os.Exit(exitSignal + int(second.(syscall.Signal)))
	}()
	return ctx, cancel
}

// exited carries the exit code that kong asks for, after --help for example.
type exited int

// run parses args and serves until ctx is done. It returns the exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) (code int) {
	defer func() {
		switch asked := recover().(type) {
		case nil:
		case exited:
			code = int(asked)
		default:
			panic(asked)
		}
	}()
	var command serve
	parser, err := kong.New(&command,
		kong.Name("wamprouter"),
		kong.Description(description),
		kong.Writers(out, errs),
		kong.Vars{"version": version()},
		kong.Exit(func(code int) { panic(exited(code)) }),
	)
	if err != nil {
		panic(err) // the serve type is wrong
	}
	if _, err := parser.Parse(args); err != nil {
		fmt.Fprintf(errs, "wamprouter: %v\nSee wamprouter --help.\n", err)
		return exitUsage
	}
	err = command.run(ctx, out, errs)
	var wrong usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong):
		fmt.Fprintf(errs, "wamprouter: %v\nSee wamprouter --help.\n", err)
		return exitUsage
	}
	fmt.Fprintln(errs, "wamprouter:", err)
	return exitFailed
}

// version is the version that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "wamprouter (unknown version)"
	}
	return "wamprouter " + info.Main.Version
}
