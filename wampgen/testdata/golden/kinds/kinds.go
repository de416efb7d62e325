// Package kinds has every kind of type that travels.
package kinds

import (
	"context"
	"net/netip"
	"time"
)

// Echo returns what it gets.
//
//wamp:service com.example.kinds
type Echo interface {
	Bool(ctx context.Context, v bool) (bool, error)
	Signed(ctx context.Context, a int, b int8, c int16, d int32, e int64) (int, int8, int16, int32, int64, error)
	Unsigned(ctx context.Context, a uint, b uint8, c uint16, d uint32, e uint64) (uint, uint8, uint16, uint32, uint64, error)
	Floats(ctx context.Context, a float32, b float64) (float32, float64, error)
	String(ctx context.Context, v string) (string, error)
	Bytes(ctx context.Context, v []byte) ([]byte, error)
	Fixed(ctx context.Context, v [4]byte) ([4]byte, error)
	Named(ctx context.Context, a Flag, b Level, c Ratio, d Name, e Blob, f Grade) (Flag, Level, Ratio, Name, Blob, Grade, error)
	Times(ctx context.Context, at time.Time, d time.Duration) (time.Time, time.Duration, error)
	Text(ctx context.Context, addr netip.Addr, c Color) (netip.Addr, Color, error)
	Lists(ctx context.Context, a []string, b [2]int, c [][]byte) ([]string, [2]int, [][]byte, error)
	Maps(ctx context.Context, a map[string]int, b map[Name]Point, c map[netip.Addr]bool) (map[string]int, map[Name]Point, map[netip.Addr]bool, error)
	Struct(ctx context.Context, p Point, at *Point) (Point, *Point, error)
	Recursive(ctx context.Context, t Tree, depth int) (Tree, error)
	Anonymous(ctx context.Context, v struct {
		A int    `json:"a"`
		B string `json:"b,omitempty"`
	}) (struct{ C bool }, error)
	Any(ctx context.Context, v any) (any, error)
	Alias(ctx context.Context, id ID, when When) (ID, When, error)
	Generic(ctx context.Context, p Page[Point], q Pair[string, []int]) (Page[Point], Pair[string, []int], error)
	Rune(ctx context.Context, r rune, b byte) (rune, byte, error)
}

type (
	// Flag is a named bool.
	Flag bool
	// Level is a named integer.
	Level int16
	// Ratio is a named float.
	Ratio float32
	// Name is a named string.
	Name string
	// Blob is a named byte slice.
	Blob []byte
	// Grade has constants.
	Grade string
	// ID is an alias.
	ID = string
	// When is an alias of a type of another package.
	When = time.Time
)

// The grades.
const (
	Good Grade = "good"
	Bad  Grade = "bad"
)

// Color travels as text.
type Color struct{ r, g, b byte }

// RGB makes a color.
func RGB(r, g, b byte) Color { return Color{r, g, b} }

// MarshalText implements encoding.TextMarshaler.
func (c Color) MarshalText() ([]byte, error) {
	const digits = "0123456789abcdef"
	out := []byte{'#'}
	for _, v := range []byte{c.r, c.g, c.b} {
		out = append(out, digits[v>>4], digits[v&15])
	}
	return out, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Color) UnmarshalText(text []byte) error {
	nibble := func(i int) byte {
		if text[i] >= 'a' {
			return text[i] - 'a' + 10
		}
		return text[i] - '0'
	}
	for i, v := range []*byte{&c.r, &c.g, &c.b} {
		*v = nibble(1+2*i)<<4 | nibble(2+2*i)
	}
	return nil
}

// Point is a struct.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Tree is a recursive struct.
type Tree struct {
	Name     string `json:"name"`
	Children []Tree `json:"children,omitempty"`
}

// Page is generic.
type Page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next,omitempty"`
}

// Pair has two type parameters.
type Pair[A, B any] struct {
	First  A `json:"first"`
	Second B `json:"second"`
}
