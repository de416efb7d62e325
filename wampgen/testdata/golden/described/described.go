// Package described has everything that a catalog describes: captures, streams,
// defaults, unions, enums, keywords, generics, and types of one name in two packages.
package described

import (
	"context"
	"iter"
	"time"

	"github.com/wampkit/wampkit/wampgen/testdata/golden/described/other"
)

// Store keeps items.
//
//wamp:service com.acme.store version=v1 invoke=roundrobin timeout=5s
type Store interface {
	// Get returns one item.
	//wamp:procedure shelf.{shelf}.get idempotent
	Get(ctx context.Context, shelf int, id SKU) (item Item, err error)

	// Grep returns the lines of a log file that match.
	//wamp:procedure logs.{path...}
	Grep(ctx context.Context, path string, pattern string) iter.Seq2[Line, error]

	// Import takes items, reports progress, and returns how many there were.
	Import(ctx context.Context, shelf int, progress func(percent float64) error, items iter.Seq2[Item, error]) (count int, err error)

	// Measure returns the area of each shape.
	Measure(ctx context.Context, shapes iter.Seq2[Shape, error]) iter.Seq2[float64, error]

	// List returns a page of items.
	//wamp:arg limit default=20
	//wamp:arg after kw
	//wamp:arg order kw name=order_by default=name
	List(ctx context.Context, limit int, after *time.Time, order Order) (page Page[Item], weights Page[other.Item], err error)

	// Draw takes and returns a shape.
	Draw(ctx context.Context, shape Shape, color Color) (Shape, error)

	// Put stores an item.
	//
	// Deprecated: use Import.
	Put(ctx context.Context, item Item, blob []byte, ttl time.Duration, more ...string) error
}

// StoreEvents tell of changes.
//
//wamp:topics com.acme.store version=v1
type StoreEvents interface {
	// Changed tells that a shelf has changed.
	//wamp:topic shelf.{shelf}.changed ack retain
	Changed(ctx context.Context, shelf int, item *Item, color Color) error

	// Drawn tells of a shape.
	Drawn(ctx context.Context, shape Shape) error
}

// SKU is how an item is called.
//
//wamp:schema pattern=^[a-z]+-[0-9]+$ maxLength=20 example=tea-1
type SKU string

// Item is one item.
type Item struct {
	ID    SKU      `json:"id"`
	Count uint16   `json:"count" jsonschema:"maximum=1000"`
	Tags  []string `json:"tags,omitempty"`
}

// Line is a line of a log.
type Line struct {
	Number int       `json:"number"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Page is a page of a list.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// Order is what a list is sorted by.
type Order string

// The orders.
const (
	ByName Order = "name"
	ByAge  Order = "age"
)

// Color may be one that is not among the constants.
//
//wamp:enum open
type Color string

// The colors that have a name.
const (
	Red  Color = "red"
	Blue Color = "blue"
)

// Shape is a circle or a rectangle.
//
//wamp:oneof Circle,Rectangle
type Shape interface{ isShape() }

// Circle is round.
type Circle struct {
	Radius float64 `json:"radius"`
}

// Rectangle has corners.
type Rectangle struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Inside []Shape `json:"inside,omitempty"`
}

func (Circle) isShape()     {}
func (*Rectangle) isShape() {}
