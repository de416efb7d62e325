// Package embedding has interfaces made of others.
package embedding

import (
	"context"
	"fmt"
	"io"

	"github.com/wampkit/wampkit/wampgen/testdata/golden/embedding/base"
)

// Users is a service made of parts.
//
//wamp:service com.example.embedding
type Users interface {
	// First comes first.
	First(ctx context.Context) error
	base.Versioned
	base.Getter[string, User]
	lister
	// Last comes last.
	Last(ctx context.Context, open base.Open, n int) (base.Open, error)

	// Local does not travel.
	//wamp:skip
	Local(w io.Writer, names ...string) (n int, err error)
	// Quiet does not travel and cannot fail.
	//wamp:skip
	Quiet(fmt.Stringer)
	sealed()
}

// lister is embedded with its directives.
type lister interface {
	base.Versioned // again

	// List returns all.
	//wamp:procedure all idempotent
	List(ctx context.Context) ([]User, error)
}

// Derived is a service by another interface's methods.
//
//wamp:service com.example.derived name=Copy
type Derived Users

// Events has a skipped method too.
//
//wamp:topics com.example.embedding.events
type Events interface {
	Changed(ctx context.Context, id string) error
	//wamp:skip
	Flush(ctx context.Context) error
}

// private is a service that only this package uses.
//
//wamp:service com.example.private
type private interface {
	Ping(ctx context.Context) error
}

// privateEvents are topics that only this package uses.
//
//wamp:topics com.example.private.events
type privateEvents interface {
	Pinged(ctx context.Context) error
}

// User is a user.
type User struct {
	ID string `json:"id"`
}
