// Package options has every option of the annotations.
package options

import (
	"context"
	"errors"
)

// Device has procedures with options.
//
//wamp:service com.example.device version=v2 naming=kebab invoke=roundrobin timeout=5s args=list name=Machine
type Device interface {
	// Plain inherits what the service says.
	PlainOne(ctx context.Context, req Request) error

	// Own says everything itself.
	//wamp:procedure own.name invoke=last timeout=1m30s idempotent disclose concurrency=4 errors=ErrBusy args=kwargs deprecated="use \"PlainOne\" instead"
	Own(ctx context.Context, req Request) error

	// Absolute has a URI of its own.
	//wamp:procedure /com.example.elsewhere invoke=single timeout=250ms
	Absolute(ctx context.Context) error

	// Prefix takes calls to every URI that begins with its own.
	//wamp:procedure any match=prefix
	Prefix(ctx context.Context) error

	// Exact is matched exactly.
	//
	// Deprecated: it is out of fashion.
	//wamp:procedure match=exact idempotent=false errors=ErrBusy
	Exact(ctx context.Context) error
}

// Events has topics with options.
//
//wamp:topics com.example.device version=v2 naming=lower ack retain
type Events interface {
	// BothFlags inherits ack and retain.
	BothFlags(ctx context.Context) error

	//wamp:topic own ack=false retain=false exclude_me=false disclose
	Own(ctx context.Context) error

	//wamp:topic /com.example.everything match=prefix
	Prefix(ctx context.Context) error
}

// Request is a request.
type Request struct {
	Hard bool `json:"hard"`
}

// ErrBusy is an error.
//
//wamp:error com.example.device.busy
var ErrBusy = errors.New("busy")

// ErrOther is an error that not all procedures have.
//
//wamp:error com.example.device.other
var ErrOther = errors.New("other")
