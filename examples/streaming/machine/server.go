package machine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"strings"
)

// Server implements [Machine].
type Server struct {
	Disk    int           // how many octets fit
	Stopped chan struct{} // closed when a tail has ended
}

// Tail implements [Machine]. It writes lines as fast as the caller takes them: yield waits
// while the connection is congested, and returns false when the caller has gone.
func (s *Server) Tail(_ context.Context, log string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		defer close(s.Stopped)
		for n := 1; yield(Line{n, fmt.Sprintf("%s: request %d served", log, n)}, nil); n++ {
		}
	}
}

// Upload implements [Machine].
func (s *Server) Upload(_ context.Context, name string, progress func(percent int) error, chunks iter.Seq2[[]byte, error]) (string, error) {
	digest, size := sha256.New(), 0
	for chunk, err := range chunks {
		if err != nil {
			return "", err // the caller gave up
		}
		if size += len(chunk); size > s.Disk {
			return "", fmt.Errorf("write %s: %w", name, &DiskFull{Left: s.Disk - size + len(chunk)})
		}
		digest.Write(chunk)
		if err := progress(100 * size / s.Disk); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", digest.Sum(nil)[:4]), nil
}

// Upper implements [Machine].
func (s *Server) Upper(_ context.Context, lines iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for line, err := range lines {
			if !yield(strings.ToUpper(line), err) || err != nil {
				return
			}
		}
	}
}
