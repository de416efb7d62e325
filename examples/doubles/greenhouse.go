// Package doubles shows how to test code that calls services and publishes events. The code
// is [Keeper]; read the tests of this package, and docs/testing.md:
//
//	go test -v ./examples/doubles
package doubles

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen -mock .

// Greenhouse has sensors and windows.
//
//wamp:service com.example.greenhouse
type Greenhouse interface {
	// Read returns the temperature at a sensor.
	Read(ctx context.Context, sensor string) (celsius float64, err error)

	// Follow returns the temperature at a sensor again and again.
	Follow(ctx context.Context, sensor string) iter.Seq2[float64, error]

	// Open opens the windows so far.
	Open(ctx context.Context, percent int) error
}

// Alarms are what the keeper tells everyone.
//
//wamp:topics com.example.greenhouse
type Alarms interface {
	// Hot tells that it is too hot at a sensor.
	//wamp:topic {sensor}.hot
	Hot(ctx context.Context, sensor string, celsius float64) error
}

// ErrJammed is the error for windows that do not move.
//
//wamp:error com.example.greenhouse.jammed
var ErrJammed = errors.New("the windows are jammed")

// Keeper looks after a greenhouse. It depends on the interfaces, so that it neither knows nor
// cares what is behind them: clients, mocks, or the greenhouse itself.
type Keeper struct {
	Greenhouse Greenhouse
	Alarms     Alarms
	Limit      float64 // °C
}

// Check reads a sensor; where it is too hot it opens the windows, and if these are
// jammed it raises an alarm.
func (k *Keeper) Check(ctx context.Context, sensor string) error {
	celsius, err := k.Greenhouse.Read(ctx, sensor)
	if err != nil {
		return fmt.Errorf("check %s: %w", sensor, err)
	}
	if celsius <= k.Limit {
		return nil
	}
	err = k.Greenhouse.Open(ctx, 100)
	if errors.Is(err, ErrJammed) {
		return k.Alarms.Hot(ctx, sensor, celsius)
	}
	return err
}

// WaitUntilHot follows a sensor and returns the first temperature above the limit.
func (k *Keeper) WaitUntilHot(ctx context.Context, sensor string) (float64, error) {
	for celsius, err := range k.Greenhouse.Follow(ctx, sensor) {
		if err != nil {
			return 0, err
		}
		if celsius > k.Limit {
			return celsius, nil
		}
	}
	return 0, fmt.Errorf("the sensor %s has nothing more to say", sensor)
}
