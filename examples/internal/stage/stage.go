// Package stage is what the examples have in common beside wampkit: a router on a
// free loopback port, and a voice. See examples/quickstart for the router without it.
package stage

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
)

// Realm is the realm of the examples.
const Realm = "realm1"

// shutdownTime is how long sessions may take to say goodbye.
const shutdownTime = 3 * time.Second

// Main runs an example until it ends or the user interrupts it.
func Main(run func(ctx context.Context, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// Stage is a router with a voice.
type Stage struct {
	URL string // of the router, over WebSocket

	out      io.Writer
	router   *router.Router
	served   chan struct{}
	sessions []*runtime.Session
}

// Open starts a router.
func Open(out io.Writer) (*Stage, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Stage{
		URL:    "ws://" + l.Addr().String() + "/ws",
		out:    out,
		router: router.New(router.Config{Realms: []router.RealmConfig{{Name: Realm}}}),
		served: make(chan struct{}),
	}
	go func() {
		defer close(s.served)
		s.router.Serve(l)
	}()
	return s, nil
}

// Join connects to the router as a process of its own would. The session ends with the stage.
func (s *Stage) Join(ctx context.Context, opts ...runtime.DialOption) (*runtime.Session, error) {
	session, err := runtime.Dial(ctx, s.URL, Realm, opts...)
	if err == nil {
		s.sessions = append(s.sessions, session)
	}
	return session, err
}

// Close says goodbye for all sessions and ends the router.
func (s *Stage) Close() {
	for _, session := range s.sessions {
		session.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	s.router.Shutdown(ctx)
	<-s.served
}

// Heading begins a chapter.
func (s *Stage) Heading(text string) { fmt.Fprintf(s.out, "\n%s\n", text) }

// Say prints a line.
func (s *Stage) Say(format string, args ...any) { fmt.Fprintf(s.out, "  "+format+"\n", args...) }
