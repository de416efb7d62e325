package main

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// maxWaitingLogs is how many log lines may wait to be written.
const maxWaitingLogs = 4096

// logWriter writes log lines in the background, so that a log that cannot be written
// (its disk is full, or nobody reads the pipe) never holds up a session. Lines that
// do not fit are dropped and counted; how many, the log says when it goes on.
type logWriter struct {
	to      io.Writer
	lines   chan []byte
	dropped atomic.Uint64
	unsaid  atomic.Uint64 // of dropped
	done    chan struct{}

	mu     sync.RWMutex // held while a line is handed over
	closed bool         // guarded by mu
}

func newLogWriter(to io.Writer) *logWriter {
	w := &logWriter{to: to, lines: make(chan []byte, maxWaitingLogs), done: make(chan struct{})}
	go w.run()
	return w
}

// Write implements io.Writer for a slog handler, which hands over one line at a time
// and uses the memory again. It never fails.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return len(line), nil
	}
	select {
	case w.lines <- append([]byte(nil), line...):
	default:
		w.drop()
	}
	return len(line), nil
}

func (w *logWriter) drop() {
	w.dropped.Add(1)
	w.unsaid.Add(1)
}

func (w *logWriter) run() {
	defer close(w.done)
	for line := range w.lines {
		if _, err := w.to.Write(line); err != nil {
			w.drop()
			continue
		}
		if n := w.unsaid.Swap(0); n > 0 {
			if _, err := fmt.Fprintf(w.to, "wamprouter: %d log lines were lost\n", n); err != nil {
				w.unsaid.Add(n)
			}
		}
	}
}

// close writes what waits, but for no longer than a second.
func (w *logWriter) close() {
	w.mu.Lock()
	w.closed = true
	close(w.lines)
	w.mu.Unlock()
	select {
	case <-w.done:
	case <-time.After(time.Second):
	}
}
