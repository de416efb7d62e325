// Package forms has every form that arguments and results take on the wire.
package forms

import "context"

// Forms has a method for each form.
//
//wamp:service com.example.forms
type Forms interface {
	Nothing(ctx context.Context) error
	List(ctx context.Context, a int, b string) (sum int, text string, err error)
	Request(ctx context.Context, req Request) (Reply, error)
	Pointer(ctx context.Context, req *Request) (*Reply, error)
	Variadic(ctx context.Context, prefix string, words ...string) ([]string, error)
	Only(ctx context.Context, numbers ...int) (int, error)
	Octets(ctx context.Context, octets ...byte) ([]byte, error)
	Structs(ctx context.Context, requests ...Request) (int, error)
	Optional(ctx context.Context, a string, b *int, c *Request) (*int, *Request, error)
	Unnamed(context.Context, int, string) (int, string, error)
	Blank(_ context.Context, _ int, _ string) (_ int, _ string, _ error)

	//wamp:procedure args=kwargs
	Keywords(ctx context.Context, a int, b *string, c []int) (string, error)
	//wamp:procedure args=kwargs
	KeywordRest(ctx context.Context, a int, rest ...string) (string, error)
	//wamp:procedure args=list
	Listed(ctx context.Context, req Request) (Reply, error)
	//wamp:procedure result=kwargs
	Named(ctx context.Context, v int) (half int, odd bool, rest *int, err error)
	//wamp:procedure result=kwargs
	Spread(ctx context.Context, v int) (Reply, error)
	//wamp:procedure result=kwargs
	SpreadPointer(ctx context.Context, v int) (*Reply, error)
}

// Events has a topic for each form.
//
//wamp:topics com.example.forms
type Events interface {
	Nothing(ctx context.Context) error
	List(ctx context.Context, a int, b string) error
	Request(ctx context.Context, req Request) error
	Pointer(ctx context.Context, req *Request) error
	Variadic(ctx context.Context, words ...string) error
	Unnamed(context.Context, int, *string) error
}

// Request is what methods get.
type Request struct {
	Name  string `json:"name"`
	Count int    `json:"count,omitempty"`
}

// Reply is what methods return.
type Reply struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}
