package conformance

import (
	"fmt"
	"log/slog"
	"path"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
)

// patience is how long a case waits for anything before it fails. Nothing that
// passes ever waits so long.
const patience = 30 * time.Second

// T is a case at work: it starts routers, connects peers to them, and keeps a
// transcript that is shown when the case fails.
//
// Its methods may be called from the goroutines that [T.Together] starts.
type T struct {
	tb   testing.TB
	c    *Case
	link Link
	main *Node // the case's own router, started when it is first used

	report *Report // nil outside of Run

	mu         sync.Mutex // guards the fields below
	peers      []*Peer
	cleanups   []func()
	transcript []string
	failures   []string
}

func newT(tb testing.TB, c *Case, link Link) *T { return &T{tb: tb, c: c, link: link} }

// Fatalf fails the case and ends the goroutine that calls it.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// Errorf fails the case and lets it go on.
func (t *T) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprintf(format, args...)+callers())
	t.transcript = append(t.transcript, "!! "+fmt.Sprintf(format, args...))
}

// callers are the lines of the suite that led here, without its engine room.
func callers() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var where strings.Builder
	for {
		frame, more := frames.Next()
		if file := path.Base(frame.File); strings.Contains(frame.File, "/conformance/") && file != "t.go" && file != "run.go" {
			fmt.Fprintf(&where, "\n      %s:%d", file, frame.Line)
		}
		if !more {
			return where.String()
		}
	}
}

// must fails the case if an error came out of what the case itself needs.
func (t *T) must(err error) {
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func (t *T) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.failures) > 0
}

// note adds a line to the transcript.
func (t *T) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.transcript = append(t.transcript, fmt.Sprintf(format, args...))
}

// account is what went wrong, with the end of the transcript; empty if nothing did.
func (t *T) account() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.failures) == 0 {
		return ""
	}
	const shown = 60
	lines := t.transcript
	if len(lines) > shown {
		lines = append([]string{"…"}, lines[len(lines)-shown:]...)
	}
	return strings.Join(t.failures, "\n") + "\nwhat was said (->) and heard (<-):\n   " + strings.Join(lines, "\n   ")
}

// do runs a part of the case on a goroutine of its own, which Fatalf may end.
func (t *T) do(part func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		part()
	}()
	<-done
}

// Together runs several parts of the case at the same time and waits for all of them.
func (t *T) Together(parts ...func()) {
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(func() { t.do(part) })
	}
	all.Wait()
	if t.failed() {
		runtime.Goexit()
	}
}

// Cleanup runs f when the case has ended, before its routers are shut down.
func (t *T) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

// end takes down what the case has built, in reverse order.
func (t *T) end() {
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		last := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		last()
	}
}

// Node is the case's own router, configured as Case.Router says.
func (t *T) Node() *Node {
	if t.main == nil {
		t.main = t.Start(t.c.Router...)
	}
	return t.main
}

// Start starts another router.
func (t *T) Start(options ...Option) *Node {
	config := router.Config{
		Realms: []router.RealmConfig{{Name: router.DefaultRealm, Authenticators: everybody}},
		Logger: slog.New(slog.DiscardHandler),
	}
	for _, option := range options {
		option(&config)
	}
	return startNode(t, config)
}

// Peer connects to the case's router and joins realm1, with every role and no
// feature unless the options say otherwise.
func (t *T) Peer(options ...Entry) *Peer { return t.Node().Peer(options...) }

// Connect connects to the case's router and says nothing.
func (t *T) Connect(options ...Entry) *Peer { return t.Node().Connect(options...) }

// Announces reports whether the case's router announces a feature, such as
// "dealer.call_timeout", in WELCOME.
func (t *T) Announces(feature string) bool {
	role, name, _ := strings.Cut(feature, ".")
	return dig(t.Node().announcement(), "roles", role, "features", name) == true
}
