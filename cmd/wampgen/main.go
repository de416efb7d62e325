// Command wampgen generates typed WAMP clients, registrations, publishers and
// subscriptions from annotated Go interfaces. See "wampgen --help".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitOK    = 0
	exitDrift = 1 // something is out of date (-check, -diff) or breaks peers (breaking)
	exitError = 2 // something is wrong with the source, the flags or the system
)

const description = `Generate typed WAMP clients, registrations, publishers and subscriptions.

    wampgen [-tags t] [-check|-diff] [-mock] [-json] [-v] [packages]
    wampgen schema [-format catalog|jsonschema|asyncapi|openrpc] [-o dir] [packages]
    wampgen lock [-check] [packages]
    wampgen breaking [-against file|git:rev] [-json] [packages]
    wampgen explain [WG012|WB020]

Annotate an interface, and run wampgen in its package:

    //go:generate go tool wampgen .

    // Greeter greets.
    //
    //wamp:service com.example.greeter version=v1
    type Greeter interface {
        // Greet returns a greeting for name.
        Greet(ctx context.Context, name string) (greeting string, err error)
    }

Each annotated package gets one file, wamp_gen.go, with GreeterClient,
RegisterGreeter and more; with -mock another one, wamp_mock_gen.go, with
GreeterMock. Either every file is brought up to date, or, if anything is wrong
anywhere, none. All annotations: docs/annotations.md.

Before a release, wampgen breaking says what the change since wampgen lock
breaks, whom, and what to do instead. All rules: docs/schemas.md.

Exit codes: 0 all is well, 1 a file is out of date (-check, -diff) or peers would
break (breaking), 2 an error.

Long flags may be written with one dash or two.`

// commands is the command line.
type commands struct {
	Generate generate `cmd:"" default:"withargs" help:"Generate code (the default command)."`
	Schema   describe `cmd:"" help:"Write catalogs or JSON Schemas of annotated services."`
	Lock     lock     `cmd:"" help:"Write down what the services promise, in wamp.lock.json."`
	Breaking breaking `cmd:"" help:"Say what has changed since, and whom it breaks."`
	Explain  explain  `cmd:"" help:"Explain a code behind a message."`
}

// streams are where a command writes.
type streams struct {
	out, err io.Writer
}

func main() {
	debug.SetGCPercent(collectLess)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// collectLess lets the heap grow to five times what is in use: a run is over before that
// matters, and a quarter faster.
const collectLess = 400

// exited carries the exit code that kong asks for, after --help for example.
type exited int

// run parses args, runs the command and returns the exit code.
func run(ctx context.Context, args []string, std streams) (code int) {
	defer func() {
		if asked, ok := recover().(exited); ok {
			code = int(asked)
		}
	}()
	var line commands
	parser, err := kong.New(&line,
		kong.Name("wampgen"),
		kong.Description(description),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		panic(err) // the commands type is wrong
	}
	parsed, err := parser.Parse(twoDashes(args))
	if err == nil {
		err = parsed.Run()
	}
	var status exitStatus
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintln(std.err, "wampgen:", err)
	return exitError
}

// exitStatus ends the program with a code when everything has been said.
type exitStatus int

// Error implements error.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// twoDashes writes -check as --check, since Go's own tools take either.
func twoDashes(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		name, _, _ := strings.Cut(arg, "=")
		if len(name) > 2 && name[0] == '-' && name[1] != '-' {
			out[i] = "-" + arg
		}
	}
	return out
}
