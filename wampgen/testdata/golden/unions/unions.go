// Package unions has interfaces that stand for a closed set of structs.
package unions

import (
	"context"
	"iter"

	"github.com/wampkit/wampkit/wampgen/testdata/golden/unions/part"
)

// Shape is a circle or a square.
//
//wamp:oneof Circle,Square tag=shape
type Shape interface{ isShape() }

// Circle is a shape.
type Circle struct {
	Radius float64 `json:"radius"`
}

// Square is a shape by its pointer.
type Square struct {
	Side  int   `json:"side"`
	Inner Shape `json:"inner"`
}

func (Circle) isShape()  {}
func (*Square) isShape() {}

// Drawing holds shapes everywhere.
type Drawing struct {
	Name   string           `json:"name"`
	Shapes []Shape          `json:"shapes"`
	ByName map[string]Shape `json:"byName,omitempty"`
	Base   *Shape           `json:"base,omitempty"`
	Next   *Drawing         `json:"next,omitempty"`
	Parts  Page[part.Part]  `json:"parts"`
}

// Page is generic.
type Page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next"`
}

// Address is a URL.
//
//wamp:schema format=uri maxLength=200 description="where to find it"
type Address string

// Clash holds a shape.
//
//wamp:error com.example.unions.clash
type Clash struct {
	With Shape `json:"with"`
}

func (*Clash) Error() string { return "clash" }

// Board draws.
//
//wamp:service com.example.unions
type Board interface {
	Draw(ctx context.Context, s Shape) (Shape, error)
	All(ctx context.Context, name string, shapes ...Shape) ([]Shape, error)
	Save(ctx context.Context, d Drawing) (*Drawing, error)
	//wamp:procedure args=kwargs result=kwargs
	Swap(ctx context.Context, a Shape, b part.Part, l part.Level, at Address) (x part.Part, y Shape, err error)
	Stream(ctx context.Context, progress func(Shape) error, shapes iter.Seq2[Shape, error]) (last Shape, err error)
	Each(ctx context.Context, d *Drawing) iter.Seq2[Shape, error]
	Fail(ctx context.Context, with Shape) error
}

// Events tell of shapes.
//
//wamp:topics com.example.unions
type Events interface {
	Drawn(ctx context.Context, s Shape, all map[string][]Shape) error
}
