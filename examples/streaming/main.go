// Command streaming shows streams as Go has them: iterators and functions. A log is
// followed until its reader has seen enough, a file goes up while progress comes back,
// and an error in the middle of a stream is a typed error.
//
//	go run ./examples/streaming
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/wampkit/wampkit/examples/internal/stage"
	"github.com/wampkit/wampkit/examples/streaming/machine"
)

func main() { stage.Main(run) }

func run(ctx context.Context, out io.Writer) error {
	s, err := stage.Open(out)
	if err != nil {
		return err
	}
	defer s.Close()
	callee, err := s.Join(ctx)
	if err != nil {
		return err
	}
	server := &machine.Server{Disk: 4000, Stopped: make(chan struct{})}
	if _, err := machine.RegisterMachine(ctx, callee, server); err != nil {
		return err
	}
	caller, err := s.Join(ctx)
	if err != nil {
		return err
	}
	client := machine.NewMachineClient(caller)
	for _, show := range []func(context.Context, *stage.Stage, machine.Machine, *machine.Server) error{
		tail, upload, overflow, converse,
	} {
		if err := show(ctx, s, client, server); err != nil {
			return err
		}
	}
	return nil
}

// tail reads the first lines of a log that never ends. Leaving the loop cancels the call.
func tail(ctx context.Context, s *stage.Stage, client machine.Machine, server *machine.Server) error {
	s.Heading("Tail: progressive results")
	for line, err := range client.Tail(ctx, "web") {
		if err != nil {
			return err
		}
		s.Say("%d  %s", line.Number, line.Text)
		if line.Number == 3 {
			break
		}
	}
	select {
	case <-server.Stopped:
		s.Say("break: the callee has stopped, too")
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// upload sends a file and prints how far it has come.
func upload(ctx context.Context, s *stage.Stage, client machine.Machine, _ *machine.Server) error {
	s.Heading("Upload: progressive invocations, with progress")
	progress := func(percent int) error {
		s.Say("%3d %%", percent)
		return nil
	}
	digest, err := client.Upload(ctx, "photo.raw", progress, chunks(4))
	if err != nil {
		return err
	}
	s.Say("digest %s", digest)
	return nil
}

// overflow sends more than fits: the error arrives while chunks are still on their way.
func overflow(ctx context.Context, s *stage.Stage, client machine.Machine, _ *machine.Server) error {
	s.Heading("Upload of too much: an error in the middle")
	_, err := client.Upload(ctx, "film.raw", func(int) error { return nil }, chunks(1000))
	var full *machine.DiskFull
	if !errors.As(err, &full) {
		return fmt.Errorf("want DiskFull, got %v", err)
	}
	s.Say("*machine.DiskFull{Left: %d}", full.Left)
	return nil
}

// converse sends and receives at the same time.
func converse(ctx context.Context, s *stage.Stage, client machine.Machine, _ *machine.Server) error {
	s.Heading("Upper: both ways at once")
	words := slices.Values([]string{"there", "and", "back"})
	for line, err := range client.Upper(ctx, infallible(words)) {
		if err != nil {
			return err
		}
		s.Say("%s", line)
	}
	return nil
}

// chunks is a file of n chunks.
func chunks(n int) iter.Seq2[[]byte, error] {
	return infallible(func(yield func([]byte) bool) {
		for range n {
			if !yield(make([]byte, 1000)) {
				return
			}
		}
	})
}

// infallible is a stream in which nothing goes wrong.
func infallible[T any](seq iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item := range seq {
			if !yield(item, nil) {
				return
			}
		}
	}
}
