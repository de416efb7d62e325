package wampgen_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/unions"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/unions/part"
)

// board implements unions.Board.
type board struct{}

func (board) Draw(_ context.Context, s unions.Shape) (unions.Shape, error) { return s, nil }

func (board) All(_ context.Context, name string, shapes ...unions.Shape) ([]unions.Shape, error) {
	slices.Reverse(shapes)
	return shapes, nil
}

func (board) Save(_ context.Context, d unions.Drawing) (*unions.Drawing, error) { return &d, nil }

func (board) Swap(_ context.Context, a unions.Shape, b part.Part, l part.Level, at unions.Address) (part.Part, unions.Shape, error) {
	if l != part.High || at != "x:y" {
		return nil, nil, errors.New("not as sent")
	}
	return b, a, nil
}

func (board) Stream(_ context.Context, progress func(unions.Shape) error, shapes iter.Seq2[unions.Shape, error]) (last unions.Shape, err error) {
	for s, err := range shapes {
		if err != nil {
			return nil, err
		}
		last = s
		if err := progress(s); err != nil {
			return nil, err
		}
	}
	return last, nil
}

func (board) Each(_ context.Context, d *unions.Drawing) iter.Seq2[unions.Shape, error] {
	return sequence(d.Shapes...)
}

func (board) Fail(_ context.Context, with unions.Shape) error { return &unions.Clash{With: with} }

func TestInterfacesTravel(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := unions.RegisterBoard(ctx, service, board{}); err != nil {
			t.Fatal(err)
		}
		client := unions.NewBoardClient(session)
		circle, square := unions.Circle{Radius: 1.5}, &unions.Square{Side: 2, Inner: unions.Circle{Radius: 3}}
		for _, s := range []unions.Shape{circle, square, nil, &unions.Square{}} {
			got, err := client.Draw(ctx, s)
			check(t, "Draw", err, got, s)
		}
		all, err := client.All(ctx, "n", circle, nil, square)
		check(t, "All", err, all, []unions.Shape{square, nil, circle})
		base := unions.Shape(square)
		drawing := unions.Drawing{
			Name: "d", Shapes: []unions.Shape{circle, square, nil}, ByName: map[string]unions.Shape{"c": circle},
			Base: &base, Next: &unions.Drawing{Shapes: []unions.Shape{}, Parts: unions.Page[part.Part]{Items: []part.Part{}}},
			Parts: unions.Page[part.Part]{Items: []part.Part{&part.Tube{Length: 4}, part.Plate{Area: 2, Holds: []part.Part{&part.Tube{}}}}},
		}
		saved, err := client.Save(ctx, drawing)
		check(t, "Save", err, saved, &drawing)
		p, s, err := client.Swap(ctx, square, part.Plate{Area: 1}, part.High, "x:y")
		check(t, "Swap", err, []any{p, s}, []any{part.Plate{Area: 1}, square})
		var reported []unions.Shape
		last, err := client.Stream(ctx, func(s unions.Shape) error { reported = append(reported, s); return nil }, sequence[unions.Shape](circle, square))
		check(t, "Stream", err, last, unions.Shape(square))
		check(t, "progress", nil, reported, []unions.Shape{circle, square})
		each, err := collect(client.Each(ctx, &drawing))
		check(t, "Each", err, each, drawing.Shapes)
		var clash *unions.Clash
		if err := client.Fail(ctx, square); !errors.As(err, &clash) || cmp.Diff(clash, &unions.Clash{With: square}) != "" {
			t.Errorf("Fail: %v", err)
		}
	})
}

// TestInterfacesAreTaggedDictionaries looks at the wire as a client in another language does.
func TestInterfacesAreTaggedDictionaries(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := unions.RegisterBoard(ctx, service, board{}); err != nil {
			t.Fatal(err)
		}
		result, err := session.Call(ctx, unions.BoardDrawURI, map[string]any{"side": 3, "shape": "square", "unknown": true})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		err = result.Decode(&got)
		check(t, "Draw", err, spaced(got["shape"], got["side"], got["inner"]), "square 3 <nil>")
		for _, wrong := range []any{map[string]any{"shape": "cube"}, map[string]any{"side": 1}, "square", 7} {
			if _, err := session.Call(ctx, unions.BoardDrawURI, wrong); !errors.Is(err, wamp.ErrInvalidArgument) {
				t.Errorf("%v: %v", wrong, err)
			}
		}
	})
}

// viewer implements unions.Events.
type viewer chan []any

func (v viewer) Drawn(_ context.Context, s unions.Shape, all map[string][]unions.Shape) error {
	v <- []any{s, all}
	return nil
}

func TestEventsCarryInterfaces(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		v := make(viewer, 1)
		if _, err := unions.SubscribeEvents(t.Context(), session, v); err != nil {
			t.Fatal(err)
		}
		all := map[string][]unions.Shape{"a": {unions.Circle{Radius: 1}}, "b": {}}
		err := unions.NewEventsPublisher(service).Drawn(t.Context(), &unions.Square{Side: 1}, all)
		check(t, "Drawn", err, next(t, v), []any{&unions.Square{Side: 1}, all})
	})
}
