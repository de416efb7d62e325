// Package streams has every way in which data can flow, with every sort of item.
package streams

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Point is an item with fields.
type Point struct {
	X int     `json:"x"`
	Y float64 `json:"y"`
}

// Points is an iterator type of our own.
type Points func(yield func(*Point, error) bool)

// Lines is another name for an iterator.
type Lines = iter.Seq2[string, error]

// Report is a progress function type of our own.
type Report func(Point) error

// ErrTorn ends a stream in the middle.
//
//wamp:error com.example.streams.torn
var ErrTorn = errors.New("torn")

// Full ends a stream and says where.
//
//wamp:error com.example.streams.full
type Full struct {
	At int `json:"at"`
}

func (*Full) Error() string { return "full" }

// Streams flow.
//
//wamp:service com.example.streams version=v1
type Streams interface {
	// Count returns numbers, and fails with ErrTorn behind those that are more than 100.
	Count(ctx context.Context, from, to int) iter.Seq2[int, error]
	// Lines has a capture and an alias as its result.
	//wamp:procedure {name}.lines
	Lines(ctx context.Context, name string, prefix string) Lines
	// Points has an iterator type of its own and a request.
	Points(ctx context.Context, req Point) Points
	// Times has no arguments.
	Times(context.Context) iter.Seq2[time.Time, error]
	// Lists has items that are lists.
	Lists(ctx context.Context, xs ...int) iter.Seq2[[]int, error]

	// Work reports progress before its result.
	Work(ctx context.Context, steps int, progress func(percent int) error) (done string, err error)
	// Report reports in a type of its own, and returns nothing.
	Report(ctx context.Context, report Report, _ string) error
	// Maybe reports pointers.
	Maybe(ctx context.Context, _ func(_ *Point) error) error

	// Sum consumes numbers.
	Sum(ctx context.Context, start int, numbers iter.Seq2[int, error]) (sum int, err error)
	// Store consumes bytes behind a capture and a request.
	//wamp:procedure {name}.store
	Store(ctx context.Context, name string, req Point, chunks iter.Seq2[[]byte, error]) (size int, name2 string, err error)
	// Polygon consumes an iterator type of its own and returns keywords.
	//wamp:procedure result=kwargs
	Polygon(ctx context.Context, points Points) (area *float64, corners int, err error)
	// Drain has a parameter without a name.
	Drain(context.Context, iter.Seq2[string, error]) error

	// Flash consumes chunks, reports progress and returns a result.
	Flash(ctx context.Context, board string, progress func(percent int) error, image iter.Seq2[[]byte, error]) (sum string, err error)

	// Echo answers each item.
	Echo(ctx context.Context, prefix string, words iter.Seq2[string, error]) iter.Seq2[string, error]
	// Move goes both ways in types of its own.
	Move(ctx context.Context, points Points) Points
	// Names has parameters called as what the body needs.
	Names(ctx context.Context, args int, in string, item bool, iter time.Duration, runtime iter.Seq2[int8, error]) iter.Seq2[error2, error]
}

type error2 struct {
	Text string `json:"text"`
}
