// Package echo is the service that the benchmarks call: as little work as
// possible behind a typed interface, written as a user would write it.
package echo

import "context"

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Echo answers with what it was asked.
//
//wamp:service org.wampkit.bench
type Echo interface {
	// Echo returns data.
	Echo(ctx context.Context, data []byte) ([]byte, error)
}

// Ticks are the events whose fan-out is measured.
//
//wamp:topics org.wampkit.bench
type Ticks interface {
	// Tick carries data to every subscriber.
	Tick(ctx context.Context, data []byte) error
}

// Server implements [Echo].
type Server struct{}

// Echo implements [Echo].
func (Server) Echo(_ context.Context, data []byte) ([]byte, error) { return data, nil }
