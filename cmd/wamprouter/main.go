// Command wamprouter is a WAMP router. See "wamprouter --help".
package main

import (
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
	exitUsage  = 2 // the command line or the configuration is wrong
	exitSignal = 128
)

const description = `Route WAMP calls and events.

Without flags, WebSocket and RawSocket are served on one port of this machine,
realm realm1 is open to everybody, and JSON, MsgPack and CBOR are spoken:

    wamprouter

On every interface, with two realms:

    wamprouter --listen ws://:8080/ws --realm com.acme.prod --realm com.acme.test

With TLS, users, roles, limits and metrics, which stand in a file:

    wamprouter init router.yaml              # a commented file to begin with
    wamprouter hash-password --user joe      # lines for a user, without the password
    wamprouter check --config router.yaml    # what it would serve, and what is dangerous
    wamprouter --config router.yaml

Any listener answers WebSocket, RawSocket and HTTP long-poll, whatever its URL
says.

Signals: SIGINT and SIGTERM say GOODBYE to every session and wait for the
answers; a second one ends at once. SIGHUP reads the file again, without
dropping sessions; a file with mistakes changes nothing, and the log says why.
Exit codes: 0 after a signal, 1 if something cannot be served, 2 for a wrong
command line or file, 128 + the second signal.`

// command is the command line.
type command struct {
	Serve        serve            `cmd:"" default:"withargs" help:"Serve until a signal comes. This is the default."`
	Check        check            `cmd:"" help:"Check a configuration file, and say what it would serve."`
	Init         starter          `cmd:"" help:"Write a commented configuration file to begin with."`
	HashPassword hashPassword     `cmd:"" help:"Make of a password what is stored in its place."`
	Keygen       keygen           `cmd:"" help:"Make a key pair for cryptosign."`
	Schema       schema           `cmd:"" help:"Write the JSON Schema of configuration files, for editors."`
	Version      kong.VersionFlag `help:"Show the version and exit."`
}

// terminal is what the program is connected to.
type terminal struct {
	in   *os.File
	out  io.Writer
	errs io.Writer
	signals
}

// signals are what the operating system tells the program.
type signals struct {
	stop   <-chan struct{} // closed by the first SIGINT or SIGTERM
	reload <-chan os.Signal
}

func main() {
	// A log that nobody reads any more is no reason to end.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr, listenToSignals()}))
}

// listenToSignals makes the first SIGINT or SIGTERM close stop. The second one
// ends the process.
func listenToSignals() signals {
	stop, reload := make(chan struct{}), make(chan os.Signal, 1)
	ending := make(chan os.Signal, 2)
	signal.Notify(ending, syscall.SIGINT, syscall.SIGTERM)
	signal.Notify(reload, syscall.SIGHUP)
	go func() {
		<-ending
		close(stop)
		second := <-ending
		os.Exit(exitSignal + int(second.(syscall.Signal)))
	}()
	return signals{stop, reload}
}

// exited carries the exit code that kong asks for, after --help for example.
type exited int

// run parses args and carries out what they say. It returns the exit code.
func run(args []string, t terminal) (code int) {
	defer func() {
		switch asked := recover().(type) {
		case nil:
		case exited:
			code = int(asked)
		default:
			panic(asked)
		}
	}()
	var commands command
	parser, err := kong.New(&commands,
		kong.Name("wamprouter"),
		kong.Description(description),
		kong.Writers(t.out, t.errs),
		kong.Vars{"version": version()},
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Bind(t),
	)
	if err != nil {
		panic(err) // the command type is wrong
	}
	context, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(t.errs, "wamprouter: %v\nSee wamprouter --help.\n", err)
		return exitUsage
	}
	err = context.Run()
	var wrong usageError
	var faulty fileError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &faulty):
		fmt.Fprintln(t.errs, err)
		return exitUsage
	case errors.As(err, &wrong):
		fmt.Fprintf(t.errs, "wamprouter: %v\nSee wamprouter --help.\n", err)
		return exitUsage
	}
	fmt.Fprintln(t.errs, "wamprouter:", err)
	return exitFailed
}

// usageError is a mistake in the command line.
type usageError struct{ error }

// fileError is what is wrong with a configuration file.
type fileError struct{ error }

// version is the version that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "wamprouter (unknown version)"
	}
	return "wamprouter " + info.Main.Version
}
