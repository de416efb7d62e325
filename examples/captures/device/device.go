// Package device is a service whose procedures and topics have the device in their URI,
// so that a router can route, authorize and filter by device without looking into payloads.
package device

import "context"

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Devices controls devices: {id} stands in the URI and is an ordinary parameter in Go.
//
//wamp:service com.example.device
type Devices interface {
	// Reset restarts a device and returns how often that was done.
	//wamp:procedure {id}.reset
	Reset(ctx context.Context, id string) (boots int, err error)

	// Manual returns the page of the manual for a topic, for example "lamp.dimmer.blinks":
	// {topic...} takes the rest of the URI.
	//wamp:procedure /com.example.manual.{topic...}
	Manual(ctx context.Context, topic string) (page string, err error)
}

// DeviceEvents tell what devices do.
//
//wamp:topics com.example.device
type DeviceEvents interface {
	// Booted tells that a device is back.
	//wamp:topic {id}.booted
	Booted(ctx context.Context, id string, boots int) error
}
