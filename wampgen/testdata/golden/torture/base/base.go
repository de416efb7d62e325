// Package base declares interfaces that other packages embed, with directives and errors of its own.
package base

import (
	"context"
	"errors"
	"iter"
)

// ErrGone is declared where the methods are that return it.
//
//wamp:error com.example.torture.base.gone
var ErrGone = errors.New("gone")

// Limit is declared here, too.
//
//wamp:error com.example.torture.base.limit
type Limit struct {
	Max int `json:"max"`
}

func (l Limit) Error() string { return "limit" }

// Store is generic, and embedded as an instance.
type Store[K ~string, V any] interface {
	// Load has a capture and errors by the names of this package.
	//wamp:procedure {key}.load errors=ErrGone,Limit idempotent
	Load(ctx context.Context, key K) (V, error)
	// Scan streams.
	//wamp:arg limit default=2
	Scan(ctx context.Context, limit int) iter.Seq2[V, error]
	Closer
}

// Closer does not travel.
type Closer interface {
	//wamp:skip
	Close() error
}

// Notices are topics to embed.
type Notices interface {
	//wamp:topic {key}.changed
	Changed(ctx context.Context, key string, n int) error
}
