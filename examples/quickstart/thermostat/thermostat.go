// Package thermostat is what a user of wampkit writes by hand: annotated
// interfaces, plain structs and plain errors. Everything in wamp_gen.go is
// generated from it by go generate.
package thermostat

import (
	"context"
	"errors"
	"fmt"
	"time"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Fleet controls the thermostats of a building.
//
//wamp:service com.example.thermostat version=v1
type Fleet interface {
	// Install adds a thermostat to the fleet. The fields of the request
	// travel as keyword arguments.
	Install(ctx context.Context, req InstallRequest) (*Thermostat, error)

	// SetTarget changes the temperature that a room is to reach and returns
	// the one before, together with how long the room will need.
	//wamp:procedure errors=NotInstalled,OutOfRange,ErrChildLock
	SetTarget(ctx context.Context, id string, celsius float64) (previous float64, ready time.Duration, err error)

	// Lock switches the child lock of a thermostat on or off.
	//wamp:procedure idempotent
	Lock(ctx context.Context, id string, on bool) error

	// List returns the thermostats of one floor, or of all floors where floor is nil.
	//wamp:procedure idempotent timeout=2s
	List(ctx context.Context, floor *int) ([]Thermostat, error)
}

// FleetEvents is what the fleet tells everyone who listens.
//
//wamp:topics com.example.thermostat version=v1
type FleetEvents interface {
	// Installed tells of a new thermostat.
	Installed(ctx context.Context, device Thermostat) error

	// TargetChanged tells that somebody changed a room's target.
	//wamp:topic ack
	TargetChanged(ctx context.Context, id string, from, to float64, at time.Time) error
}

// InstallRequest says where a thermostat goes.
type InstallRequest struct {
	// Room is what people call the place.
	Room string `json:"room"`
	// Floor counts from the ground floor, 0.
	Floor int `json:"floor"`
	// Tags are free labels.
	Tags []string `json:"tags,omitempty"`
}

// Mode is what a thermostat is doing.
type Mode string

// The modes.
const (
	Idle    Mode = "idle"
	Heating Mode = "heating"
	Cooling Mode = "cooling"
)

// Thermostat is one device.
type Thermostat struct {
	ID     string   `json:"id"`
	Room   string   `json:"room"`
	Floor  int      `json:"floor"`
	Target float64  `json:"target"` // degrees Celsius
	Mode   Mode     `json:"mode"`
	Locked bool     `json:"locked"`
	Tags   []string `json:"tags,omitempty"`
}

// NotInstalled is the error for a thermostat that the fleet does not have.
//
//wamp:error com.example.thermostat.not_installed
type NotInstalled struct {
	ID string `json:"id"`
}

func (e *NotInstalled) Error() string { return fmt.Sprintf("no thermostat %q is installed", e.ID) }

// OutOfRange is the error for a target that a room cannot reach.
//
//wamp:error com.example.thermostat.out_of_range
type OutOfRange struct {
	Celsius float64 `json:"celsius"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
}

func (e *OutOfRange) Error() string {
	return fmt.Sprintf("%g °C is outside %g to %g °C", e.Celsius, e.Min, e.Max)
}

// ErrChildLock is the error for a thermostat whose child lock is on.
//
//wamp:error com.example.thermostat.child_lock
var ErrChildLock = errors.New("the child lock is on")
