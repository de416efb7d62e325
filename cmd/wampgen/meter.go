package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/wampkit/wampkit/wampgen"
)

// patience is how long a run may take before it says how far it has come, and
// how often it says so.
const (
	patience = time.Second
	interval = 200 * time.Millisecond
)

// meter tells how far a long run has come: on a line of its own that is
// overwritten and wiped away in the end, or, where there is no terminal, on a line
// for each step.
type meter struct {
	out   io.Writer
	lines bool
	done  chan struct{}
	ended chan struct{}

	mu   sync.Mutex
	last wampgen.Step // guarded by mu
}

// newMeter starts a meter if anybody would read it: on a terminal, or who asked with -v.
func newMeter(std streams, verbose bool) *meter {
	m := &meter{out: std.err, lines: !isTerminal(std.err), done: make(chan struct{}), ended: make(chan struct{})}
	if m.lines && !verbose {
		close(m.ended)
		return m
	}
	go m.run()
	return m
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// step is [wampgen.Options.Progress].
func (m *meter) step(s wampgen.Step) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Doing != m.last.Doing || s.Done > m.last.Done {
		m.last = s
	}
}

// stop ends the meter and wipes its line away.
func (m *meter) stop() {
	close(m.done)
	<-m.ended
}

func (m *meter) run() {
	defer close(m.ended)
	said := ""
	for wait := patience; ; wait = interval {
		select {
		case <-m.done:
			if said != "" && !m.lines {
				fmt.Fprint(m.out, "\r\x1b[K")
			}
			return
		case <-time.After(wait):
		}
		if now := m.text(); now != "" && now != said {
			said = now
			m.say(now)
		}
	}
}

func (m *meter) say(text string) {
	if m.lines {
		fmt.Fprintf(m.out, "%s\n", text)
		return
	}
	fmt.Fprintf(m.out, "\r\x1b[K%s", text)
}

// text is the step in words. Lines do not count packages: there would be too many.
func (m *meter) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.last.Doing == "":
		return ""
	case m.lines || m.last.Total == 0:
		return m.last.Doing + " …"
	}
	return fmt.Sprintf("%s %d/%d …", m.last.Doing, m.last.Done, m.last.Total)
}
