// Package captures has parameters that travel in URIs.
package captures

import (
	"context"
	"iter"
	"net/netip"
)

// ID is a string of our own.
type ID string

// Port is a number of our own.
type Port uint16

// Color is a TextMarshaler whose methods are on the pointer.
type Color struct{ name string }

// MarshalText returns the name.
func (c *Color) MarshalText() ([]byte, error) { return []byte(c.name), nil }

// UnmarshalText sets the name.
func (c *Color) UnmarshalText(text []byte) error {
	c.name = string(text)
	return nil
}

// Named returns the color of that name.
func Named(name string) Color { return Color{name} }

// Devices are told apart by their URIs.
//
//wamp:service com.example.captures.{tenant} version=v2
type Devices interface {
	// Reset has a string in the middle and one from the prefix.
	//wamp:procedure {id}.reset
	Reset(ctx context.Context, id ID, hard bool, tenant string) (string, error)
	// Open has numbers and a boolean.
	//wamp:procedure open.{port}.{on}.{delta}
	Open(ctx context.Context, tenant string, port Port, on bool, delta int8) (string, error)
	// Color has a TextMarshaler, and a request.
	//wamp:procedure color.{c}.{at}
	Color(ctx context.Context, c Color, tenant string, at netip.Prefix, req Request) (string, error)
	// Tail streams.
	//wamp:procedure {id}.tail
	Tail(ctx context.Context, tenant string, id uint64, n int) iter.Seq2[string, error]
	// Nothing but captures.
	Ping(ctx context.Context, tenant string) error
}

// Files have a rest.
//
//wamp:service com.example.files
type Files interface {
	// Read has nothing but the rest.
	//wamp:procedure read.{path...}
	Read(ctx context.Context, path string) ([]byte, error)
	// Write is absolute.
	//wamp:procedure /com.example.written.{path...} match=prefix
	Write(ctx context.Context, content []byte, path ID) (n int, err error)
}

// Request is a request.
type Request struct {
	Name string `json:"name"`
}

// Events have topics with captures.
//
//wamp:topics com.example.captures version=v2
type Events interface {
	//wamp:topic {id}.status ack
	Status(ctx context.Context, id ID, online bool) error
	//wamp:topic /com.example.logs.{path...} deprecated="read files"
	Log(ctx context.Context, line string, path string) error
	//wamp:topic {id}.moved.{to}
	Moved(ctx context.Context, to int, id ID) error
}
