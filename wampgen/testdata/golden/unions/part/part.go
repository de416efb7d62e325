// Package part declares an interface that others use.
package part

// Part is a tube or a plate.
//
//wamp:oneof Tube,Plate names=pipe,sheet
type Part interface{ Weight() int }

// Tube is long.
type Tube struct {
	Length int `json:"length"`
}

// Weight is that of a tube.
func (t *Tube) Weight() int { return t.Length }

// Plate is flat, and may hold parts.
type Plate struct {
	Area  float64 `json:"area"`
	Holds []Part  `json:"holds,omitempty"`
}

// Weight is that of a plate.
func (p Plate) Weight() int { return int(p.Area) }

// Level is an enum that may grow.
//
//wamp:enum open
type Level int

// The levels.
const (
	Low Level = iota
	High
)
