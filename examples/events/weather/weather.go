// Package weather has topics of every kind.
package weather

import (
	"context"
	"time"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Weather is what stations publish.
//
//wamp:topics com.example.weather
type Weather interface {
	// Measured tells what a station measures: often, so that nobody waits for it.
	//wamp:topic {station}.measured
	Measured(ctx context.Context, station string, celsius float64, at time.Time) error

	// Warned warns of something. The broker acknowledges it: with a nil error it has the event.
	//wamp:topic {station}.warned ack
	Warned(ctx context.Context, station string, warning Warning) error

	// Forecast is for everyone. The broker keeps the latest for those who come later.
	//wamp:topic forecast ack retain
	Forecast(ctx context.Context, text string) error
}

// Warning is a warning.
type Warning struct {
	What  string `json:"what"`
	Level Level  `json:"level"`
}

// Level says how bad it is.
type Level string

// The levels.
const (
	Yellow Level = "yellow"
	Red    Level = "red"
)
