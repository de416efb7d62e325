// Package arguments has parameters with keywords, wire names and defaults.
package arguments

import (
	"context"
	"time"
)

// Color has a default below.
type Color string

// Req is a request.
type Req struct {
	A int `json:"a"`
}

// Lists are listed.
//
//wamp:service com.example.arguments
type Lists interface {
	//wamp:arg limit default=10
	//wamp:arg wait default=1m30s
	//wamp:arg color default=red name=colour
	//wamp:arg ratio default=0.5
	//wamp:arg on default=true
	//wamp:arg small default=-7
	//wamp:arg big default=18446744073709551615
	//wamp:arg text default="a \"b\" c"
	Defaults(ctx context.Context, name string, limit int, wait time.Duration, color Color, ratio float64, on bool, small int8, big uint64, text string) (string, error)
	//wamp:arg limit kw
	//wamp:arg first kw name=from-the-first default=1
	//wamp:arg maybe kw
	Mixed(ctx context.Context, first int, a string, limit uint32, maybe *string, b bool) (string, error)
	//wamp:procedure args=kwargs
	//wamp:arg a name=A-b
	//wamp:arg b default=2
	Keywords(ctx context.Context, a int, b int, c *int, xs ...int) (string, error)
	//wamp:arg xs kw
	Variadic(ctx context.Context, a int, xs ...string) (string, error)
	//wamp:arg req kw
	Request(ctx context.Context, req Req) (string, error)
	//wamp:arg req name=r
	Named(ctx context.Context, req Req) (string, error)
	//wamp:arg f default=3
	//wamp:arg g default=1e3
	Floats(ctx context.Context, f float64, g float32) (string, error)
}

// Events have them, too.
//
//wamp:topics com.example.arguments
type Events interface {
	//wamp:arg note kw default=none
	Changed(ctx context.Context, note string, n int) error
}
