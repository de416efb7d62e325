// Package base has interfaces that services of other packages embed.
package base

import "context"

// Versioned is part of many services. It is not annotated itself.
type Versioned interface {
	// Version tells the version.
	Version(ctx context.Context) (version string, err error)
}

// Getter gets something.
type Getter[K comparable, V any] interface {
	// Get returns one. Its directive holds wherever it is embedded.
	//wamp:procedure one idempotent
	Get(ctx context.Context, key K) (value V, err error)
}

// Hidden is part of an exported alias.
type hidden struct {
	Value int `json:"value"`
}

// Open is the only name of hidden outside of the package.
type Open = hidden
